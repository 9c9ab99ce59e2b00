use serde::{Deserialize, Serialize};

/// How long turns took, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Latency {
    /// Half of the turns took at most this long.
    pub p50_ms: f64,
    /// 95 in 100 took at most this long.
    pub p95_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

impl Latency {
    /// Nearest-rank percentiles: each is a time that was measured. `None` of nothing; NaN sorts last.
    #[must_use]
    pub fn of(mut times_ms: Vec<f64>) -> Option<Self> {
        times_ms.sort_by(f64::total_cmp);
        let rank = |share: f64| (share * times_ms.len() as f64).ceil() as usize;
        let at = |share: f64| times_ms.get(rank(share).checked_sub(1)?).copied();
        Some(Self { p50_ms: at(0.50)?, p95_ms: at(0.95)?, max_ms: at(1.0)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let latency = Latency::of((1..=20).rev().map(f64::from).collect()).expect("twenty times");
        assert_eq!(latency, Latency { p50_ms: 10.0, p95_ms: 19.0, max_ms: 20.0 });
        assert_eq!(Latency::of(vec![7.0]).map(|latency| latency.p95_ms), Some(7.0));
        assert_eq!(Latency::of(vec![]), None);
    }
}
