//! Exact statements about an error rate from a count of errors.

use serde::{Deserialize, Serialize};
use statrs::function::beta::checked_beta_reg;

/// Halvings of the unit interval: the bounds are exact to 2^-52.
const HALVINGS: u32 = 52;

/// A range that holds a rate with a stated certainty. Both ends in `0.0..=1.0`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// What is known of a rate nobody has counted: anything.
    pub const UNKNOWN: Self = Self { low: 0.0, high: 1.0 };
}

/// The exact two-sided interval of a rate of which `hits` in `n` were seen; `certainty` in `0.0..1.0`.
///
/// Exact means that it covers the rate at least as often as stated, for every rate and every `n`. Nothing counted
/// gives [`Interval::UNKNOWN`].
///
/// # Source
/// C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the
/// binomial", Biometrika 26 (1934).
#[must_use]
pub fn clopper_pearson(hits: usize, n: usize, certainty: f64) -> Interval {
    if n == 0 || hits > n {
        return Interval::UNKNOWN;
    }
    let tail = (1.0 - certainty) / 2.0;
    let (k, n) = (hits as f64, n as f64);
    let low = if hits == 0 { 0.0 } else { crossing(|rate| at_most(k - 1.0, n, rate), 1.0 - tail) };
    let high = if k == n { 1.0 } else { crossing(|rate| at_most(k, n, rate), tail) };
    Interval { low, high }
}

/// Wilson's interval at 95 %: narrower than the exact one, right on average; for figures in a table.
///
/// # Source
/// E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
#[must_use]
pub fn wilson(hits: usize, n: usize) -> Interval {
    const Z: f64 = 1.959_963_984_540_054;
    if n == 0 || hits > n {
        return Interval::UNKNOWN;
    }
    let (rate, n) = (hits as f64 / n as f64, n as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (rate + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (rate * (1.0 - rate) / n + Z * Z / (4.0 * n * n)).sqrt();
    Interval { low: (middle - half).max(0.0), high: (middle + half).min(1.0) }
}

/// Probability of at most `k` errors in `n` at this error rate; the binomial tail as a regularised beta function, so
/// `k` and `n` may be broken numbers.
pub(super) fn at_most(k: f64, n: f64, rate: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    checked_beta_reg(n - k, k + 1.0, 1.0 - rate).unwrap_or(1.0)
}

/// Where a falling function of the rate crosses `level`.
fn crossing(falling: impl Fn(f64) -> f64, level: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(low, high);
        if falling(middle) > level { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 5e-5, "{found} is not {expected}");
    }

    #[test]
    fn clopper_pearson_is_that_of_the_tables() {
        let five_of_ten = clopper_pearson(5, 10, 0.95);
        near(five_of_ten.low, 0.18709);
        near(five_of_ten.high, 0.81291);
        // 1 - 0.025^(1/20) in closed form.
        let none_of_twenty = clopper_pearson(0, 20, 0.95);
        assert_eq!(none_of_twenty.low, 0.0);
        near(none_of_twenty.high, 0.16843);
        assert_eq!(clopper_pearson(3, 3, 0.95).high, 1.0);
    }

    #[test]
    fn wilson_is_that_of_the_paper() {
        let five_of_ten = wilson(5, 10);
        near(five_of_ten.low, 0.23659);
        near(five_of_ten.high, 0.76341);
    }

    #[test]
    fn nothing_counted_says_nothing() {
        assert_eq!(clopper_pearson(0, 0, 0.95), Interval::UNKNOWN);
        assert_eq!(wilson(0, 0), Interval::UNKNOWN);
        assert_eq!(wilson(3, 2), Interval::UNKNOWN);
    }

    #[test]
    fn the_tail_is_the_sum_of_its_terms() {
        // 0.98^149 is the first power of 0.98 below 0.05: what a promise of 2 % at 95 % needs without any error.
        assert!(at_most(0.0, 148.0, 0.02) > 0.05);
        assert!(at_most(0.0, 149.0, 0.02) < 0.05);
        near(at_most(1.0, 4.0, 0.5), 5.0 / 16.0);
        assert_eq!(at_most(4.0, 4.0, 0.5), 1.0);
    }
}
