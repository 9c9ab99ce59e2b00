use serde::{Deserialize, Serialize};

/// Which way a text points in the encoder's space, in 8-bit steps: small enough to travel with the call.
///
/// Empty where nothing is known. Never holds a NaN.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Direction(Vec<i8>);

impl Direction {
    /// Rounds an embedding to steps of its largest part over 127: the cosine of two directions is off by less than
    /// 0.01. Empty for an embedding that is empty, zero or not finite.
    #[must_use]
    pub fn new(embedding: &[f32]) -> Self {
        let largest = embedding.iter().fold(0.0_f32, |most, part| most.max(part.abs()));
        let usable = largest > 0.0 && embedding.iter().all(|part| part.is_finite());
        if !usable {
            return Self::default();
        }
        Self(embedding.iter().map(|part| (part / largest * 127.0).round() as i8).collect())
    }

    /// The cosine of the angle between the two, `-1.0..=1.0`; `None` where one is unknown or from another encoder.
    #[must_use]
    pub fn cosine(&self, other: &Self) -> Option<f32> {
        if self.0.len() != other.0.len() {
            return None;
        }
        let length = (self.dot(self) as f64 * other.dot(other) as f64).sqrt();
        (length > 0.0).then(|| (self.dot(other) as f64 / length) as f32)
    }

    fn dot(&self, other: &Self) -> i64 {
        self.0.iter().zip(&other.0).map(|(a, b)| i64::from(i32::from(*a) * i32::from(*b))).sum()
    }
}
