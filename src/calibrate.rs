//! Scores and evidence become one number that means what it says.

use serde::{Deserialize, Serialize};

use crate::units::{IntentId, Probability};

/// The probability that the first intent is right. Made by a calibration alone, finite and in `0.0..=1.0`.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Confidence(Probability);

impl Confidence {
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
