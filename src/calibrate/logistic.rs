//! Logistic regression in which some weights may not be negative.

/// Newton steps; each is a quadratic problem of its own. Fits of this size need about ten.
const STEPS: usize = 60;
/// Passes over the weights of one quadratic problem.
const PASSES: usize = 400;
/// A pass that moves no weight by more than this is the last.
const STILL: f64 = 1e-10;
/// Curvature below which a column says nothing.
const FLAT: f64 = 1e-12;

/// A problem: one column for each weight, one value for each row.
pub(super) struct Problem<'a> {
    /// Equally long, every value finite.
    pub(super) columns: &'a [Column],
    /// Whether the row is a hit.
    pub(super) hits: &'a [bool],
}

/// One column and what its weight may be.
pub(super) struct Column {
    pub(super) values: Vec<f64>,
    /// Where the ridge pulls the weight to.
    pub(super) prior: f64,
    /// How hard, for each row of data.
    pub(super) penalty: f64,
    /// Whether the weight may be negative.
    pub(super) signed: bool,
}

impl Column {
    /// The constant: free of any penalty.
    pub(super) fn constant(rows: usize) -> Self {
        Self { values: vec![1.0; rows], prior: 0.0, penalty: 0.0, signed: true }
    }
}

/// The weights of least penalised log loss. Deterministic; one weight for each column.
pub(super) fn solve(problem: &Problem<'_>) -> Vec<f64> {
    let mut weights: Vec<f64> = problem.columns.iter().map(|column| column.prior).collect();
    let mut loss = problem.loss(&weights);
    for _ in 0..STEPS {
        let target = problem.quadratic(&weights).minimum(problem.columns, &weights);
        let Some((next, lower)) = problem.descend(&weights, &target, loss) else {
            break;
        };
        let settled = loss - lower < STILL;
        (weights, loss) = (next, lower);
        if settled {
            break;
        }
    }
    weights
}

/// Log odds of every row.
pub(super) fn log_odds(columns: &[Column], weights: &[f64]) -> Vec<f64> {
    let mut odds = vec![0.0; columns.first().map_or(0, |column| column.values.len())];
    for (column, weight) in columns.iter().zip(weights) {
        for (sum, value) in odds.iter_mut().zip(&column.values) {
            *sum += weight * value;
        }
    }
    odds
}

/// The probability with these log odds.
pub(super) fn sigmoid(log_odds: f64) -> f64 {
    1.0 / (1.0 + (-log_odds).exp())
}

/// ln(1 + e^x) without overflow.
pub(super) fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// Loss of one prediction in nats.
pub(super) fn log_loss(log_odds: f64, hit: bool) -> f64 {
    softplus(if hit { -log_odds } else { log_odds })
}

impl Problem<'_> {
    /// Mean log loss and penalty.
    fn loss(&self, weights: &[f64]) -> f64 {
        let odds = log_odds(self.columns, weights);
        let sum: f64 = odds.iter().zip(self.hits).map(|(odds, hit)| log_loss(*odds, *hit)).sum();
        let pull: f64 = (self.columns.iter().zip(weights))
            .map(|(column, weight)| 0.5 * column.penalty * (weight - column.prior).powi(2))
            .sum();
        sum / self.hits.len().max(1) as f64 + pull
    }

    /// The quadratic that touches the loss at `weights`.
    fn quadratic(&self, weights: &[f64]) -> Quadratic {
        let rows = self.hits.len().max(1) as f64;
        let chances: Vec<f64> = log_odds(self.columns, weights).into_iter().map(sigmoid).collect();
        let misses: Vec<f64> =
            chances.iter().zip(self.hits).map(|(p, hit)| (p - f64::from(u8::from(*hit))) / rows).collect();
        let spreads: Vec<f64> = chances.iter().map(|p| p * (1.0 - p) / rows).collect();
        let slope = (self.columns.iter().zip(weights))
            .map(|(column, weight)| dot(&column.values, &misses) + column.penalty * (weight - column.prior))
            .collect();
        Quadratic { slope, curve: self.columns.iter().map(|a| self.curve_row(a, &spreads)).collect() }
    }

    fn curve_row(&self, a: &Column, spreads: &[f64]) -> Vec<f64> {
        let weighted: Vec<f64> = a.values.iter().zip(spreads).map(|(value, spread)| value * spread).collect();
        (self.columns.iter())
            .map(|b| dot(&weighted, &b.values) + if std::ptr::eq(a, b) { a.penalty } else { 0.0 })
            .collect()
    }

    /// Goes towards `target`, halving the way until the loss falls; `None` where it does not.
    fn descend(&self, weights: &[f64], target: &[f64], loss: f64) -> Option<(Vec<f64>, f64)> {
        (0..30).find_map(|halvings| {
            let part = 0.5_f64.powi(halvings);
            let next: Vec<f64> = weights.iter().zip(target).map(|(from, to)| from + part * (to - from)).collect();
            let lower = self.loss(&next);
            (lower < loss).then_some((next, lower))
        })
    }
}

struct Quadratic {
    slope: Vec<f64>,
    curve: Vec<Vec<f64>>,
}

impl Quadratic {
    /// Its lowest point where the signs are kept, by going along one weight after the other.
    fn minimum(&self, columns: &[Column], from: &[f64]) -> Vec<f64> {
        let mut weights = from.to_vec();
        let mut slope = self.slope.clone();
        for _ in 0..PASSES {
            let moved =
                (0..weights.len()).map(|at| self.step(columns, at, &mut weights, &mut slope)).fold(0.0, f64::max);
            if moved < STILL {
                break;
            }
        }
        weights
    }

    /// Sets one weight to its best value and says how far it moved.
    fn step(&self, columns: &[Column], at: usize, weights: &mut [f64], slope: &mut [f64]) -> f64 {
        let row = &self.curve[at];
        if row[at] < FLAT {
            return 0.0;
        }
        let best = weights[at] - slope[at] / row[at];
        let kept = if columns[at].signed { best } else { best.max(0.0) };
        let moved = kept - weights[at];
        weights[at] = kept;
        for (slope, curve) in slope.iter_mut().zip(row) {
            *slope += moved * curve;
        }
        moved.abs()
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: Vec<f64>, penalty: f64, signed: bool) -> Column {
        Column { values, prior: 0.0, penalty, signed }
    }

    #[test]
    fn the_constant_alone_is_the_log_odds_of_the_rate() {
        let hits = [true, true, true, false];
        let weights = solve(&Problem { columns: &[Column::constant(4)], hits: &hits });
        assert!((weights[0] - 3.0_f64.ln()).abs() < 1e-6);
    }

    #[test]
    fn two_groups_give_the_log_odds_ratio() {
        // 1 of 4 without, 3 of 4 with: odds 1/3 and 3, ratio 9.
        let values = vec![0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0];
        let hits = [true, false, false, false, true, true, true, false];
        let columns = [Column::constant(8), column(values, 0.0, false)];
        let weights = solve(&Problem { columns: &columns, hits: &hits });
        assert!((weights[1] - 9.0_f64.ln()).abs() < 1e-5, "{weights:?}");
    }

    #[test]
    fn a_weight_of_the_wrong_sign_is_zero() {
        let values = vec![0.0, 0.0, 1.0, 1.0];
        let hits = [true, true, true, false];
        let unsigned = [Column::constant(4), column(values.clone(), 0.01, false)];
        assert_eq!(solve(&Problem { columns: &unsigned, hits: &hits })[1], 0.0);
        let signed = [Column::constant(4), column(values, 0.01, true)];
        assert!(solve(&Problem { columns: &signed, hits: &hits })[1] < -1.0);
    }

    #[test]
    fn the_slope_is_zero_at_the_solution() {
        let values: Vec<f64> = (0..40).map(|i| f64::from(i) / 40.0).collect();
        let hits: Vec<bool> = (0..40).map(|i| i % 3 != 0 || i > 30).collect();
        let columns = [Column::constant(40), column(values, 0.05, true)];
        let problem = Problem { columns: &columns, hits: &hits };
        let slope = problem.quadratic(&solve(&problem)).slope;
        assert!(slope.iter().all(|slope| slope.abs() < 1e-5), "{slope:?}");
    }

    #[test]
    fn separable_data_stay_finite() {
        let columns = [Column::constant(4), column(vec![0.0, 0.0, 1.0, 1.0], 1e-3, false)];
        let weights = solve(&Problem { columns: &columns, hits: &[false, false, true, true] });
        assert!(weights.iter().all(|weight| weight.is_finite()));
    }

    #[test]
    fn a_column_that_is_nothing_everywhere_weighs_nothing() {
        let columns = [Column::constant(4), column(vec![0.0; 4], 0.0, true)];
        let weights = solve(&Problem { columns: &columns, hits: &[true, true, true, false] });
        assert_eq!(weights[1], 0.0);
        assert!((weights[0] - 3.0_f64.ln()).abs() < 1e-6, "{weights:?}");
    }
}
