//! Sets of intents that contain the right one with a stated probability.

use serde::{Deserialize, Serialize};

use crate::classify::Scores;
use crate::units::IntentId;

/// From which share on an intent belongs to the set.
///
/// # Source
/// Split conformal prediction with the share of the right intent as its score, which gives the smallest sets on
/// average: M. Sadinle, J. Lei, L. Wasserman, "Least ambiguous set-valued classifiers with bounded error levels", JASA
/// 114 (2019); the quantile with its finite-sample correction as in V. Vovk, A. Gammerman, G. Shafer, "Algorithmic
/// Learning in a Random World", Springer 2005.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Sets {
    /// Probability that the set contains the right intent, for turns that have one.
    pub(super) coverage: f64,
    /// The least share of an intent in the set; 0 where too few turns were seen: every intent.
    pub(super) floor: f64,
    /// How shares are taken.
    pub(super) shares: Shares,
    /// Turns it was fitted on.
    pub(super) turns: usize,
}

/// What an intent's share in a turn is. Any choice keeps the coverage; it was made for the smallest sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shares {
    /// The classifier's.
    Plain,
    /// The confidence for the first; the rest shares what is left of it, at most as much as the first: a turn badly
    /// heard spreads, a turn that fits nothing has no likely intent.
    Tempered,
}

impl Shares {
    pub(super) const ALL: [Self; 2] = [Self::Plain, Self::Tempered];

    /// The share of each intent of the ranking, in its order.
    pub(super) fn of(self, scores: &Scores, confidence: f64) -> Vec<f64> {
        let plain: Vec<f64> = scores.ranking.iter().map(|ranked| ranked.probability.value()).collect();
        match (self, plain.first()) {
            (Self::Plain, _) | (_, None) => plain,
            (Self::Tempered, Some(first)) => {
                let left = (1.0 - confidence) / (1.0 - first).max(f64::EPSILON);
                let rest = plain.iter().skip(1).map(|share| (share * left).min(confidence));
                std::iter::once(confidence).chain(rest).collect()
            }
        }
    }
}

impl Sets {
    /// Fits the floor to the shares that the right intents had in turns not used for anything else.
    pub(super) fn fit(mut right: Vec<f64>, coverage: f64, shares: Shares) -> Self {
        right.sort_by(f64::total_cmp);
        let turns = right.len();
        let below = ((1.0 - coverage) * (turns + 1) as f64 + 1e-9).floor() as usize;
        let floor = below.checked_sub(1).and_then(|at| right.get(at)).copied().unwrap_or(0.0);
        Self { coverage, floor, shares, turns }
    }

    /// The intents of the set, most likely first.
    pub(super) fn likely(&self, scores: &Scores, confidence: f64) -> Vec<IntentId> {
        let shares = self.shares.of(scores, confidence);
        let inside = scores.ranking.iter().zip(shares).filter(|(_, share)| *share >= self.floor);
        inside.map(|(ranked, _)| ranked.intent.clone()).collect()
    }

    pub(super) fn is_sound(&self) -> bool {
        (0.0..=1.0).contains(&self.coverage) && (0.0..=1.0).contains(&self.floor)
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{rng, scores};
    use super::*;

    #[test]
    fn the_floor_is_the_quantile_with_its_correction() {
        let right: Vec<f64> = (1..=19).map(|i| f64::from(i) / 20.0).collect();
        // 0.1 * 20 = 2 of 20 may fall out: the second smallest share is the floor.
        assert_eq!(Sets::fit(right, 0.9, Shares::Plain).floor, 0.1);
        assert_eq!(Sets::fit(vec![0.9; 8], 0.9, Shares::Plain).floor, 0.0, "eight turns are too few for 90 %");
    }

    #[test]
    fn sets_hold_the_likely_intents_in_order() {
        let sets = Sets { coverage: 0.9, floor: 0.3, shares: Shares::Plain, turns: 100 };
        let found = sets.likely(&scores(&[0.5, 0.4, 0.1]), 0.5);
        assert_eq!(found, [IntentId::new("intent_0"), IntentId::new("intent_1")]);
    }

    #[test]
    fn doubt_spreads_and_strangeness_empties() {
        let sets = Sets { coverage: 0.9, floor: 0.2, shares: Shares::Tempered, turns: 100 };
        assert_eq!(sets.likely(&scores(&[0.9, 0.06, 0.04]), 0.95).len(), 1);
        assert_eq!(sets.likely(&scores(&[0.9, 0.06, 0.04]), 0.4).len(), 3);
        assert!(sets.likely(&scores(&[0.9, 0.06, 0.04]), 0.05).is_empty());
        assert!(sets.likely(&scores(&[]), 0.5).is_empty());
    }

    #[test]
    fn coverage_is_kept_on_fresh_turns() {
        let mut rng = rng(7);
        let mut draw = |n: usize| -> Vec<f64> { (0..n).map(|_| rng.f64() * rng.f64()).collect() };
        let sets = Sets::fit(draw(500), 0.9, Shares::Plain);
        let inside = draw(5000).iter().filter(|share| **share >= sets.floor).count();
        // Given 500 turns the coverage is Beta(451, 50): within 0.86..=0.94 but once in a thousand.
        assert!((4300..=4700).contains(&inside), "{inside}");
    }
}
