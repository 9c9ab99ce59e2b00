use crate::units::SampleRate;

/// Sound as it was read: interleaved samples, nominally `-1.0..=1.0`, at the sender's rate.
///
/// Invariants: at least one channel, whole frames, every sample finite.
#[derive(Clone, PartialEq)]
pub struct Recording {
    samples: Vec<f32>,
    channels: u16,
    rate: SampleRate,
}
