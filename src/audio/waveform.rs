/// What the speech engine takes: 16 kHz, one channel, every sample finite, not longer than the limit.
#[derive(Clone, PartialEq)]
pub struct Waveform {
    samples: Vec<f32>,
}
