use serde::{Deserialize, Serialize};

use crate::calibrate::{Interval, clopper_pearson, wilson};

/// A share, what it was counted from and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rate {
    /// Turns of the kind.
    pub hits: usize,
    /// Turns looked at.
    pub n: usize,
    /// `hits / n`; `None` of nothing.
    pub rate: Option<f64>,
    /// At 95 %.
    pub interval: Interval,
}

impl Rate {
    /// Counts, with Wilson's interval: for figures that are read.
    pub fn of(kinds: impl IntoIterator<Item = bool>) -> Self {
        Self::counted(kinds, wilson)
    }

    /// Counts, with the exact interval: for errors a promise is about.
    pub fn exact(kinds: impl IntoIterator<Item = bool>) -> Self {
        Self::counted(kinds, |hits, n| clopper_pearson(hits, n, 0.95))
    }

    fn counted(kinds: impl IntoIterator<Item = bool>, interval: fn(usize, usize) -> Interval) -> Self {
        let (hits, n) = kinds.into_iter().fold((0, 0), |(hits, n), hit| (hits + usize::from(hit), n + 1));
        let rate = (n > 0).then(|| hits as f64 / n as f64);
        Self { hits, n, rate, interval: interval(hits, n) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_carry_their_counts() {
        let rate = Rate::of([true, false, true, false]);
        assert_eq!((rate.hits, rate.n, rate.rate), (2, 4, Some(0.5)));
        assert!(rate.interval.low < 0.5 && rate.interval.high > 0.5);
        assert!(Rate::exact([true, false]).interval.high > Rate::of([true, false]).interval.high);
    }

    #[test]
    fn nothing_has_no_rate() {
        assert_eq!(Rate::of([]).rate, None);
        assert_eq!(Rate::of([]).interval, Interval::UNKNOWN);
    }
}
