use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calibrate::Interval;

/// Bins of the reliability diagram.
const BINS: usize = 10;
/// Resamples of the interval.
const RESAMPLES: usize = 1000;
/// The resamples are the same in every run.
const SEED: u64 = 20_260_801;

/// Whether confidences mean what they say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliability {
    /// Expected calibration error over bins of equal mass: the mean distance of confidence and accuracy. `None` of
    /// nothing. Chance alone makes it larger than 0 also for a perfect calibration: about 0.02 with 500 turns.
    pub ece: Option<f64>,
    /// At 95 %: percentiles over resamples of whole groups.
    pub interval: Interval,
    /// Lowest confidence first.
    pub bins: Vec<Bin>,
}

/// Turns of about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Their mean confidence.
    pub confidence: f64,
    /// The share of them whose first intent is right.
    pub accuracy: f64,
    /// How many they are.
    pub turns: usize,
}

impl Reliability {
    /// From each turn's group, confidence and whether its first intent is right.
    ///
    /// # Source
    /// Equal-mass bins: K. Nguyen, B. O'Connor, "Posterior calibration and exploratory analysis for natural language
    /// processing models", EMNLP 2015. The bootstrap of groups: A. C. Davison, D. V. Hinkley, "Bootstrap Methods and
    /// their Application", Cambridge 1997, 3.8.
    #[must_use]
    pub fn of(turns: &[(&str, f64, bool)]) -> Self {
        let pairs: Vec<(f64, bool)> = turns.iter().map(|(_, confidence, right)| (*confidence, *right)).collect();
        let bins = bins(pairs);
        Self { ece: ece(&bins), interval: interval(turns), bins }
    }
}

/// Mean squared distance of confidence and truth, `0.0..=1.0`; `None` of nothing.
///
/// # Source
/// G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950).
#[must_use]
pub fn brier(turns: &[(f64, bool)]) -> Option<f64> {
    let sum: f64 = turns.iter().map(|(confidence, right)| (confidence - f64::from(u8::from(*right))).powi(2)).sum();
    (!turns.is_empty()).then(|| sum / turns.len() as f64)
}

fn bins(mut turns: Vec<(f64, bool)>) -> Vec<Bin> {
    // The truth breaks no ties: turns of equal confidence keep the order of their groups.
    turns.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = turns.len();
    (0..BINS).map(|bin| &turns[bin * n / BINS..(bin + 1) * n / BINS]).filter_map(Bin::of).collect()
}

impl Bin {
    fn of(turns: &[(f64, bool)]) -> Option<Self> {
        let n = turns.len() as f64;
        let confidence = turns.iter().map(|(confidence, _)| confidence).sum::<f64>() / n;
        let accuracy = turns.iter().filter(|(_, right)| *right).count() as f64 / n;
        (!turns.is_empty()).then_some(Self { confidence, accuracy, turns: turns.len() })
    }
}

fn ece(bins: &[Bin]) -> Option<f64> {
    let all: usize = bins.iter().map(|bin| bin.turns).sum();
    let distance: f64 = bins.iter().map(|bin| (bin.confidence - bin.accuracy).abs() * bin.turns as f64).sum();
    (all > 0).then(|| distance / all as f64)
}

/// Turns of one group fall together: resampling turns alone would make the interval too narrow.
fn interval(turns: &[(&str, f64, bool)]) -> Interval {
    let mut groups: BTreeMap<&str, Vec<(f64, bool)>> = BTreeMap::new();
    for (group, confidence, right) in turns {
        groups.entry(group).or_default().push((*confidence, *right));
    }
    let groups: Vec<Vec<(f64, bool)>> = groups.into_values().collect();
    let mut rng = fastrand::Rng::with_seed(SEED);
    let mut draw = || (0..groups.len()).flat_map(|_| groups[rng.usize(..groups.len())].iter().copied()).collect();
    let mut errors: Vec<f64> = (0..RESAMPLES).filter_map(|_| ece(&bins(draw()))).collect();
    errors.sort_by(f64::total_cmp);
    let at = |share: f64| errors.get((share * errors.len() as f64) as usize).copied();
    match (at(0.025), at(0.975)) {
        (Some(low), Some(high)) => Interval { low, high },
        _ => Interval::UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turns(n: usize, confidence: f64, right: usize) -> Vec<(String, f64, bool)> {
        (0..n).map(|at| (format!("{at:04}"), confidence, at % n < right)).collect()
    }

    fn of(turns: &[(String, f64, bool)]) -> Reliability {
        Reliability::of(&turns.iter().map(|(group, p, right)| (group.as_str(), *p, *right)).collect::<Vec<_>>())
    }

    #[test]
    fn the_error_is_that_of_the_hand() {
        // Twenty turns in ten bins of two; every bin says 0.8 and half of it is right.
        let mixed: Vec<_> = (0..20).map(|at| (format!("{at:02}"), 0.8, at % 2 == 0)).collect();
        let found = of(&mixed);
        assert_eq!(found.bins.len(), 10);
        assert!((found.ece.expect("twenty turns") - 0.3).abs() < 1e-12);
    }

    #[test]
    fn bins_have_equal_mass() {
        let found = of(&turns(57, 0.5, 20));
        assert!(found.bins.iter().all(|bin| (5..=6).contains(&bin.turns)));
        assert_eq!(found.bins.iter().map(|bin| bin.turns).sum::<usize>(), 57);
    }

    #[test]
    fn the_interval_holds_the_error_and_narrows() {
        let mixed = |n: usize| (0..n).map(|at| (format!("{at:04}"), 0.9, at % 10 != 0)).collect::<Vec<_>>();
        let (few, many) = (of(&mixed(100)), of(&mixed(2000)));
        let width = |found: &Reliability| found.interval.high - found.interval.low;
        assert!(width(&many) < width(&few));
        assert!(many.interval.high < 0.06, "{:?}", many.interval);
    }

    #[test]
    fn groups_count_as_one() {
        let doubled = |apart: bool| {
            let name = |at: usize, take: usize| if apart { format!("{at}-{take}") } else { format!("{at}") };
            let turns = (0..100).flat_map(|at| [0, 1].map(|take| (name(at, take), 0.7, at % 3 == 0)));
            of(&turns.collect::<Vec<_>>()).interval
        };
        let (apart, together) = (doubled(true), doubled(false));
        assert!(together.high - together.low > 1.2 * (apart.high - apart.low));
    }

    #[test]
    fn brier_is_that_of_the_hand() {
        let found = brier(&[(0.8, true), (0.4, false)]).expect("two turns");
        assert!((found - f64::midpoint(0.04, 0.16)).abs() < 1e-12);
        assert_eq!(brier(&[]), None);
    }
}
