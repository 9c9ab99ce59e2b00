use serde::{Deserialize, Serialize};

/// What happens when only the surest turns are acted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Selective {
    /// Area under the risk-coverage curve: the mean, over all coverages, of the error rate among the surest turns. 0
    /// is best. `None` of nothing.
    pub aurc: Option<f64>,
    /// Largest share of turns that can be acted on at 1 % error, looking back.
    pub coverage_at_1: f64,
    /// The same at 2 %.
    pub coverage_at_2: f64,
    /// The same at 5 %.
    pub coverage_at_5: f64,
    /// The curve, from the surest turn to all of them; turns of equal confidence are one point.
    pub curve: Vec<Point>,
}

/// One point of the risk-coverage curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// Share of the turns acted on, `0.0..=1.0`.
    pub coverage: f64,
    /// Share of those that are wrong.
    pub risk: f64,
}

impl Selective {
    /// From the confidence of each turn and whether its first intent is right.
    ///
    /// # Source
    /// Y. Geifman, G. Uziel, R. El-Yaniv, "Bias-reduced uncertainty estimation for deep neural classifiers", ICLR
    /// 2019.
    #[must_use]
    pub fn of(turns: &[(f64, bool)]) -> Self {
        let curve = curve(turns);
        let at =
            |risk: f64| curve.iter().filter(|point| point.risk <= risk).map(|point| point.coverage).fold(0.0, f64::max);
        Self { aurc: aurc(&curve), coverage_at_1: at(0.01), coverage_at_2: at(0.02), coverage_at_5: at(0.05), curve }
    }
}

fn curve(turns: &[(f64, bool)]) -> Vec<Point> {
    let mut sorted = turns.to_vec();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (all, mut seen, mut wrong) = (sorted.len() as f64, 0.0, 0.0);
    let mut curve = Vec::new();
    for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
        seen += tied.len() as f64;
        wrong += tied.iter().filter(|(_, right)| !right).count() as f64;
        curve.push(Point { coverage: seen / all, risk: wrong / seen });
    }
    curve
}

/// A point stands for the coverages since the one before it.
fn aurc(curve: &[Point]) -> Option<f64> {
    curve.last()?;
    let before = std::iter::once(0.0).chain(curve.iter().map(|point| point.coverage));
    Some(curve.iter().zip(before).map(|(point, before)| point.risk * (point.coverage - before)).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_that_of_the_hand() {
        // Sure and right, right, wrong, right: risks 0, 0, 1/3, 1/4 at coverages 1/4 to 1.
        let found = Selective::of(&[(0.6, false), (0.9, true), (0.8, true), (0.5, true)]);
        let risks: Vec<f64> = found.curve.iter().map(|point| point.risk).collect();
        assert_eq!(risks, [0.0, 0.0, 1.0 / 3.0, 0.25]);
        let mean = (1.0 / 3.0 + 0.25) / 4.0;
        assert!((found.aurc.expect("four turns") - mean).abs() < 1e-12);
        assert_eq!(found.coverage_at_5, 0.5);
    }

    #[test]
    fn ties_stand_or_fall_together() {
        let found = Selective::of(&[(0.9, true), (0.9, false)]);
        assert_eq!(found.curve, [Point { coverage: 1.0, risk: 0.5 }]);
        assert_eq!(found.coverage_at_5, 0.0);
        assert_eq!(found.aurc, Some(0.5));
    }

    #[test]
    fn nothing_is_no_curve() {
        assert_eq!(Selective::of(&[]).aurc, None);
    }
}
