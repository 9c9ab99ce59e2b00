use serde::{Deserialize, Serialize};

use super::logistic::{Column, Problem, softplus, solve};

/// A rising map of log odds to log odds that straightens what the model over- or understates.
///
/// # Source
/// Beta calibration: M. Kull, T. Silva Filho, P. Flach, "Beta calibration: a well-founded and easily implemented
/// improvement on logistic calibration for binary classifiers", AISTATS 2017.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct Scale {
    /// Weight of ln p, at least 0.
    pub(super) hit: f64,
    /// Weight of -ln(1 - p), at least 0.
    pub(super) miss: f64,
    /// Offset.
    pub(super) offset: f64,
}

impl Scale {
    /// The map that changes nothing.
    pub(super) const IDENTITY: Self = Self { hit: 1.0, miss: 1.0, offset: 0.0 };

    /// Whether the map rises and gives numbers.
    pub(super) fn is_sound(&self) -> bool {
        [self.hit, self.miss, self.offset].iter().all(|weight| weight.is_finite())
            && self.hit >= 0.0
            && self.miss >= 0.0
    }

    /// The straightened log odds.
    pub(super) fn apply(&self, log_odds: f64) -> f64 {
        self.offset + self.hit * -softplus(-log_odds) + self.miss * softplus(log_odds)
    }

    /// Fits the map, drawn to the identity by `penalty` a row.
    pub(super) fn fit(log_odds: &[f64], hits: &[bool], penalty: f64) -> Self {
        let column = |map: fn(f64) -> f64| Column {
            values: log_odds.iter().map(|z| map(*z)).collect(),
            prior: 1.0,
            penalty,
            signed: false,
        };
        let columns = [Column::constant(hits.len()), column(|z| -softplus(-z)), column(softplus)];
        let weights = solve(&Problem { columns: &columns, hits });
        Self { offset: weights[0], hit: weights[1], miss: weights[2] }
    }
}

#[cfg(test)]
mod tests {
    use super::super::logistic::sigmoid;
    use super::*;

    #[test]
    fn identity_changes_nothing() {
        for z in [-30.0, -1.0, 0.0, 0.3, 30.0] {
            assert!((Scale::IDENTITY.apply(z) - z).abs() < 1e-12);
        }
    }

    #[test]
    fn overstated_odds_are_pulled_back() {
        // Says 4 nats where the truth is 1 nat: 73 in 100.
        let odds: Vec<f64> = (0..400).map(|i| if i < 200 { 4.0 } else { -4.0 }).collect();
        let hits: Vec<bool> = (0..400).map(|i| if i < 200 { i % 100 < 73 } else { i % 100 >= 73 }).collect();
        let scale = Scale::fit(&odds, &hits, 1e-4);
        assert!((sigmoid(scale.apply(4.0)) - 0.73).abs() < 0.02);
        assert!((sigmoid(scale.apply(-4.0)) - 0.27).abs() < 0.02);
        assert!(scale.is_sound());
    }
}
