//! Scores and evidence become one number that means what it says.

use serde::{Deserialize, Serialize};

use crate::units::Probability;

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
