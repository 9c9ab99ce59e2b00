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

#[cfg(test)]
mod tests {
    use super::*;

    /// A linear congruential generator (Knuth, MMIX): the same numbers on every machine.
    fn noise(seed: u64, length: usize) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1_u64 << 24) as f32 - 0.5
        };
        (0..length).map(|_| next()).collect()
    }

    fn exact(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
        (dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()) as f32
    }

    #[test]
    fn rounding_costs_less_than_a_hundredth() {
        for seed in 0..200 {
            let (a, other) = (noise(seed, 384), noise(seed + 1000, 384));
            let near: Vec<f32> = a.iter().zip(&other).map(|(a, b)| a + 0.3 * b).collect();
            for b in [&other, &near] {
                let rounded = Direction::new(&a).cosine(&Direction::new(b)).expect("same length");
                assert!((rounded - exact(&a, b)).abs() < 0.01, "{seed}: {rounded} for {}", exact(&a, b));
            }
        }
    }

    #[test]
    fn what_is_unknown_has_no_cosine() {
        let known = Direction::new(&[1.0, 0.0]);
        for unknown in [&[][..], &[0.0, 0.0], &[f32::NAN, 1.0], &[f32::INFINITY, 1.0], &[1.0, 0.0, 0.0]] {
            assert_eq!(known.cosine(&Direction::new(unknown)), None, "{unknown:?}");
        }
        assert_eq!(known.cosine(&known), Some(1.0));
    }
}
