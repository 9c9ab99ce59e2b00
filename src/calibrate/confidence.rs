use serde::{Deserialize, Serialize};

use crate::units::{IntentId, Probability};

/// The probability that the first intent is right: finite and in `0.0..=1.0`.
///
/// Made by a [`Calibration`](super::Calibration) alone; reading a recorded one back is the only other way to have one.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(Probability);

impl Confidence {
    /// What a turn gets whose evidence is missing or not a number.
    pub(super) const NONE: Self = Self(Probability::ZERO);

    /// NaN becomes 0, the value that automates nothing.
    pub(super) fn new(value: f64) -> Self {
        Self(Probability::clamped(value))
    }

    /// The plain number.
    #[must_use]
    pub const fn value(self) -> f64 {
        self.0.value()
    }
}

/// What a calibration says of one turn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The probability that the first intent is right.
    pub confidence: Confidence,
    /// From which confidence on the operator's risk is kept; `None` where nothing may be automated.
    pub automate_from: Option<Confidence>,
    /// The intents that share the probability, most likely first (conformal set). Empty where no known intent fits.
    pub likely: Vec<IntentId>,
}

impl Assessment {
    /// What is said where nothing can be said: confidence 0, nothing automated, no likely intent.
    #[must_use]
    pub const fn unknown() -> Self {
        Self { confidence: Confidence::NONE, automate_from: None, likely: Vec::new() }
    }

    /// What would be said of a turn whose first intent is right for certain: to ask what would be done then. Never of
    /// a turn in service.
    pub(crate) fn certain(first: IntentId) -> Self {
        let certain = Confidence(Probability::ONE);
        Self { confidence: certain, automate_from: Some(certain), likely: vec![first] }
    }

    /// Whether the promise covers acting on the first intent of this turn.
    #[must_use]
    pub fn is_released(&self) -> bool {
        self.automate_from.is_some_and(|from| self.confidence >= from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_no_confidence() {
        for value in [f64::NAN, f64::NEG_INFINITY, -1.0] {
            assert_eq!(Confidence::new(value), Confidence::NONE);
        }
        assert_eq!(Confidence::new(f64::INFINITY).value(), 1.0);
    }

    #[test]
    fn a_recorded_confidence_is_checked() {
        assert!(serde_json::from_str::<Confidence>("0.5").is_ok());
        assert!(serde_json::from_str::<Confidence>("1.5").is_err());
        assert!(serde_json::from_str::<Confidence>("null").is_err());
    }

    #[test]
    fn unknown_is_never_released() {
        assert!(!Assessment::unknown().is_released());
    }

    #[test]
    fn a_certain_turn_is_released_for_its_intent() {
        let certain = Assessment::certain(IntentId::new("a"));
        assert!(certain.is_released());
        assert_eq!((certain.confidence.value(), certain.likely), (1.0, vec![IntentId::new("a")]));
    }
}
