//! Clips made worse: noise at a known level, a telephone line.

use voxroute::audio::{Limits, Recording, Waveform};
use voxroute::units::SampleRate;

/// `clip` with `noise` (repeated) so much quieter that the clip's mean power is `snr_db` above it.
pub(crate) fn with_noise(clip: &[f32], noise: &[f32], snr_db: f64) -> Vec<f32> {
    let gain = (power(clip) / power(noise).max(1e-12) / 10.0_f64.powf(snr_db / 10.0)).sqrt() as f32;
    let mixed = clip.iter().zip(noise.iter().cycle()).map(|(sample, noise)| sample + gain * noise);
    mixed.map(|sample| sample.clamp(-1.0, 1.0)).collect()
}

/// `clip` as it comes out of a telephone line: 8 kHz mu-law and back.
pub(crate) fn by_telephone(clip: &[f32]) -> Vec<f32> {
    let codes: Vec<u8> = halved(clip).into_iter().map(mulaw).collect();
    let recording = Recording::from_mulaw(&codes, SampleRate::TELEPHONE).expect("a whole clip");
    let waveform = Waveform::from_recording(&recording, Limits::default()).expect("a clip within the limits");
    waveform.samples().to_vec()
}

fn power(samples: &[f32]) -> f64 {
    samples.iter().map(|&sample| f64::from(sample).powi(2)).sum::<f64>() / samples.len().max(1) as f64
}

/// Every other sample after a low-pass at 3.6 kHz: a sinc under a Hann window of 65 taps.
fn halved(samples: &[f32]) -> Vec<f32> {
    const HALF: isize = 32;
    let tap = |offset: isize| {
        let x = offset as f64;
        let cutoff = 2.0 * 3_600.0 / 16_000.0;
        let angle = std::f64::consts::PI * x;
        let sinc = if offset == 0 { cutoff } else { (angle * cutoff).sin() / angle };
        sinc * (0.5 + 0.5 * (angle / (HALF as f64 + 1.0)).cos())
    };
    let taps: Vec<(isize, f64)> = (-HALF..=HALF).map(|offset| (offset, tap(offset))).collect();
    let at = |idx: isize| usize::try_from(idx).ok().and_then(|idx| samples.get(idx)).copied().unwrap_or(0.0);
    let centre =
        |middle: usize| taps.iter().map(|&(offset, tap)| tap * f64::from(at(middle as isize + offset))).sum::<f64>();
    (0..samples.len()).step_by(2).map(|middle| centre(middle) as f32).collect()
}

/// A sample as a mu-law code.
///
/// # Source
/// ITU-T G.711, table 2a: sign, three bits of segment, four bits of step, all inverted.
fn mulaw(sample: f32) -> u8 {
    const BIAS: i32 = 132;
    let linear = (sample.clamp(-1.0, 1.0) * 32_767.0) as i32;
    let sign = if linear < 0 { 0x80 } else { 0 };
    let magnitude = linear.abs().min(32_635) + BIAS;
    let segment = (31 - (magnitude as u32).leading_zeros() as i32 - 7).clamp(0, 7);
    let step = (magnitude >> (segment + 3)) & 0x0F;
    !((sign | (segment << 4) | step) as u8)
}
