//! How loud, how clean, how wide the sound is.

use super::voice::FRAME;

/// What silence is called in dB relative to full scale: below one step of 16 bits.
pub(super) const FLOOR_DB: f32 = -100.0;
/// From here a sample counts as full scale. The top code of mu-law is 0.980, that of A-law 0.984.
const FULL_SCALE: f32 = 0.975;
/// Half the taps of the high-pass filter, and so half its length in samples.
const HALF_TAPS: usize = 63;
/// Edge of the band a telephone does not carry (ITU-T G.712 ends at 3.4 kHz), as a share of the sample rate.
const HIGH_BAND: f64 = 3_600.0 / 16_000.0;
/// The filter's output is looked at for every so many samples: the mean of its square needs no more.
const STRIDE: usize = 4;

/// Mean square of samples; 0 for none.
pub(super) fn power(samples: &[f32]) -> f64 {
    let sum: f64 = samples.iter().map(|&sample| f64::from(sample).powi(2)).sum();
    sum / samples.len().max(1) as f64
}

/// Power in dB relative to full scale, not below -100.
pub(super) fn decibels(power: f64) -> f32 {
    (10.0 * power.log10()).max(FLOOR_DB.into()) as f32
}

/// Power of every frame; the last may be shorter.
pub(super) fn frame_powers(samples: &[f32]) -> Vec<f64> {
    samples.chunks(FRAME).map(power).collect()
}

/// Share of samples at full scale.
pub(super) fn clipped(samples: &[f32]) -> f32 {
    let full = samples.iter().filter(|sample| sample.abs() >= FULL_SCALE).count();
    full as f32 / samples.len().max(1) as f32
}

/// Energy above 3.6 kHz in dB relative to all, `-100.0..=0.0`; -100 for silence.
pub(super) fn high_band(samples: &[f32]) -> f32 {
    let (taps, all) = (high_pass(), power(samples));
    if all == 0.0 {
        return FLOOR_DB;
    }
    let filtered: Vec<f32> = samples.windows(taps.len()).step_by(STRIDE).map(|window| dot(window, &taps)).collect();
    decibels(power(&filtered) / all).min(0.0)
}

fn dot(window: &[f32], taps: &[f32]) -> f32 {
    window.iter().zip(taps).map(|(sample, tap)| sample * tap).sum()
}

/// A linear-phase high-pass: one minus a windowed-sinc low-pass (Smith, "The Scientist and Engineer's Guide to Digital
/// Signal Processing", chapter 16), Hamming window, 0.4 kHz from pass to stop.
fn high_pass() -> Vec<f32> {
    let half = HALF_TAPS as f64;
    let low_pass = |offset: f64| {
        let window = 0.54 + 0.46 * (std::f64::consts::PI * offset / half).cos();
        2.0 * HIGH_BAND * sinc(2.0 * HIGH_BAND * offset) * window
    };
    let offsets = (0..=2 * HALF_TAPS).map(|tap| tap as f64 - half);
    offsets.map(|offset| (f64::from(u8::from(offset == 0.0)) - low_pass(offset)) as f32).collect()
}

fn sinc(x: f64) -> f64 {
    let x = std::f64::consts::PI * x;
    if x == 0.0 { 1.0 } else { x.sin() / x }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hz: f32, gain: f32) -> Vec<f32> {
        (0..16_000).map(|frame| gain * (std::f32::consts::TAU * hz * frame as f32 / 16_000.0).sin()).collect()
    }

    #[test]
    fn levels_of_known_sounds() {
        assert_eq!(decibels(power(&[0.0; 100])), FLOOR_DB);
        assert_eq!(decibels(power(&[])), FLOOR_DB);
        assert_eq!(decibels(power(&[1.0, -1.0])), 0.0);
        assert!((decibels(power(&tone(440.0, 1.0))) + 3.01).abs() < 0.01, "a sine is 3 dB below a square");
    }

    #[test]
    fn the_share_of_full_scale_is_counted_in_both_directions() {
        assert_eq!(clipped(&[1.0, -1.0, 0.5, 0.0]), 0.5);
        assert_eq!(clipped(&[]), 0.0);
        let top_of_mulaw = 32_124.0 / 32_768.0;
        assert_eq!(clipped(&[top_of_mulaw, -top_of_mulaw]), 1.0);
    }

    #[test]
    fn the_high_band_begins_at_3600_hz() {
        assert_eq!(high_band(&[0.0; 1_000]), FLOOR_DB);
        assert!(high_band(&tone(1_000.0, 0.5)) < -45.0, "{}", high_band(&tone(1_000.0, 0.5)));
        assert!(high_band(&tone(3_300.0, 0.5)) < -35.0, "{}", high_band(&tone(3_300.0, 0.5)));
        assert!(high_band(&tone(4_000.0, 0.5)) > -0.2, "{}", high_band(&tone(4_000.0, 0.5)));
        let both: Vec<f32> = tone(1_000.0, 0.5).iter().zip(tone(6_000.0, 0.5)).map(|(low, high)| low + high).collect();
        assert!((high_band(&both) + 3.01).abs() < 0.1, "{}", high_band(&both));
    }
}
