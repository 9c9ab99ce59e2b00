use serde::{Deserialize, Serialize};

use crate::classify::Scores;
use crate::units::Language;

use super::evidence::TurnEvidence;
use super::features::{Feature, values};
use super::logistic::sigmoid;
use super::scale::Scale;

/// Probability that the first intent is right, as a sum of rising steps.
///
/// Log odds = offset + offset of the language + one non-falling piecewise linear function of each feature, then
/// [`Scale`]. Outside the range seen in fitting a feature counts as its nearest end, so nothing unseen can raise the
/// confidence beyond what was seen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Model {
    pub(super) offset: f64,
    pub(super) languages: Vec<(Language, f64)>,
    pub(super) terms: Vec<Term>,
    pub(super) scale: Scale,
}

/// What one feature adds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Term {
    pub(super) feature: Feature,
    /// Rising; in the feature's unit, negated where the feature falls.
    pub(super) knots: Vec<f64>,
    /// What is added between two knots, in nats, at least 0; one less than knots, or none.
    pub(super) weights: Vec<f64>,
}

/// How much one feature moved the log odds of a turn, beside the worst value seen in fitting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Share {
    /// The feature.
    pub feature: Feature,
    /// Its value in the turn.
    pub value: f64,
    /// Nats it added, from 0 to `most`.
    pub log_odds: f64,
    /// The most it can add.
    pub most: f64,
}

impl Model {
    /// The probability; `None` where evidence is missing, is not a number, or the language was not fitted.
    pub(super) fn probability(&self, evidence: &TurnEvidence, scores: &Scores) -> Option<f64> {
        let shares = self.shares(evidence, scores)?;
        let (_, language) = self.languages.iter().find(|(language, _)| *language == evidence.language)?;
        let odds: f64 = shares.iter().map(|share| share.log_odds).sum();
        let probability = sigmoid(self.scale.apply(self.offset + language + odds));
        probability.is_finite().then_some(probability)
    }

    /// What each feature adds; `None` where evidence is missing or not a number.
    pub(super) fn shares(&self, evidence: &TurnEvidence, scores: &Scores) -> Option<Vec<Share>> {
        let features: Vec<Feature> = self.terms.iter().map(|term| term.feature).collect();
        let values = values(&features, evidence, scores)?;
        Some(self.terms.iter().zip(values).map(|(term, value)| term.share(value)).collect())
    }

    /// Whether every number is one, every term rises and knots and weights fit each other.
    pub(super) fn is_sound(&self) -> bool {
        self.offset.is_finite()
            && self.scale.is_sound()
            && self.languages.iter().all(|(_, offset)| offset.is_finite())
            && self.terms.iter().all(Term::is_sound)
    }
}

impl Term {
    fn share(&self, value: f64) -> Share {
        let log_odds = self.parts(value).zip(&self.weights).map(|(part, weight)| part * weight).sum();
        Share { feature: self.feature, value, log_odds, most: self.weights.iter().sum() }
    }

    /// How far the value is along each step, `0.0..=1.0`.
    pub(super) fn parts(&self, value: f64) -> impl Iterator<Item = f64> {
        let value = oriented(self.feature, value);
        self.knots.windows(2).map(move |step| ((value - step[0]) / (step[1] - step[0])).clamp(0.0, 1.0))
    }

    fn is_sound(&self) -> bool {
        self.knots.len() == if self.weights.is_empty() { self.knots.len() } else { self.weights.len() + 1 }
            && self.knots.iter().all(|knot| knot.is_finite())
            && self.knots.windows(2).all(|step| step[0] < step[1])
            && self.weights.iter().all(|weight| weight.is_finite() && *weight >= 0.0)
    }
}

/// The value, turned so that more is better.
pub(super) fn oriented(feature: Feature, value: f64) -> f64 {
    if feature.rises() { value } else { -value }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::scores;
    use super::*;

    fn model(feature: Feature, knots: &[f64], weights: &[f64]) -> Model {
        let term = Term { feature, knots: knots.to_vec(), weights: weights.to_vec() };
        Model { offset: 0.0, languages: vec![(Language::Zh, 0.5)], terms: vec![term], scale: Scale::IDENTITY }
    }

    #[test]
    fn steps_are_added_up() {
        let model = model(Feature::TopOdds, &[0.0, 1.0, 3.0], &[1.0, 2.0]);
        let zh = TurnEvidence::typed(Language::Zh);
        let odds = |p: f64| {
            let found = model.probability(&zh, &scores(&[p, 1.0 - p])).expect("complete");
            (found / (1.0 - found)).ln()
        };
        assert!((odds(0.5) - 0.5).abs() < 1e-6, "at the first knot");
        assert!((odds(sigmoid(2.0)) - 2.5).abs() < 1e-6, "half of the second step");
        assert!((odds(0.999_999) - 3.5).abs() < 1e-6, "beyond the last knot");
        assert!((odds(0.01) - 0.5).abs() < 1e-6, "before the first");
    }

    #[test]
    fn a_language_never_fitted_has_no_probability() {
        let model = model(Feature::TopOdds, &[0.0, 1.0], &[1.0]);
        assert_eq!(model.probability(&TurnEvidence::typed(Language::En), &scores(&[0.9, 0.1])), None);
    }

    #[test]
    fn a_falling_feature_is_turned() {
        let model = model(Feature::Entropy, &[-1.0, 0.0], &[2.0]);
        let zh = TurnEvidence::typed(Language::Zh);
        let share = |s: &[f64]| model.shares(&zh, &scores(s)).expect("complete")[0].log_odds;
        assert_eq!(share(&[1.0, 0.0]), 2.0);
        assert!(share(&[0.5, 0.5]) < 1.0);
    }

    #[test]
    fn a_falling_or_broken_term_is_unsound() {
        assert!(model(Feature::Margin, &[0.0, 1.0], &[1.0]).is_sound());
        assert!(!model(Feature::Margin, &[0.0, 1.0], &[-1.0]).is_sound());
        assert!(!model(Feature::Margin, &[1.0, 1.0], &[1.0]).is_sound());
        assert!(!model(Feature::Margin, &[0.0, 1.0], &[1.0, 1.0]).is_sound());
        assert!(!model(Feature::Margin, &[0.0, f64::NAN], &[1.0]).is_sound());
    }
}
