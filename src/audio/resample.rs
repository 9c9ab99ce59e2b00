//! Band-limited resampling to the engine's rate.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::units::SampleRate;

/// Fewest frames per block of the transform. Larger blocks cut off closer to the highest frequency both rates can hold;
/// at 1,024 and 8 kHz a block is an eighth of a second.
const BLOCK: usize = 1_024;

/// Resamples one channel, with the resampler's delay taken out: `ceil(len * 16000 / rate)` samples.
///
/// At 16 kHz the samples come back untouched. An event at second `t` stays at second `t`.
pub(super) fn to_engine_rate(samples: Vec<f32>, rate: SampleRate) -> Vec<f32> {
    if rate == SampleRate::ENGINE || samples.is_empty() {
        return samples;
    }
    let n_out = n_resampled(samples.len(), rate);
    let mut resampled = run(&samples, rate);
    // The library rounds a float ratio up, which may be one more than the integers say.
    resampled.resize(n_out, 0.0);
    resampled
}

/// Sound at the engine's rate as a tape plays it at `speed`, 0.5 to 1: longer by as much, and deeper.
pub(crate) fn lowered(samples: &[f32], speed: f32) -> Vec<f32> {
    // As if it had been recorded with that many samples a second.
    let hz = (SampleRate::ENGINE.hz() as f32 * speed).round() as u32;
    let samples = samples.to_vec();
    match SampleRate::new(hz) {
        Some(rate) => to_engine_rate(samples, rate),
        None => samples,
    }
}

fn n_resampled(n_frames: usize, rate: SampleRate) -> usize {
    let scaled = (n_frames as u64 * u64::from(SampleRate::ENGINE.hz())).div_ceil(u64::from(rate.hz()));
    usize::try_from(scaled).unwrap_or(usize::MAX)
}

fn run(samples: &[f32], rate: SampleRate) -> Vec<f32> {
    let (from, to) = (rate.hz() as usize, SampleRate::ENGINE.hz() as usize);
    let mut resampler =
        Fft::<f32>::new(from, to, block(from, to), 1, FixedSync::Both).expect("rates and block size are not zero");
    let input = InterleavedSlice::new(samples, 1, samples.len()).expect("one channel of all samples");
    resampler.process_all(&input, samples.len(), None).expect("one channel of all samples").take_data()
}

/// Frames per block. The library's delay is half a block; of an odd block it takes out half a frame too much or too
/// little, which moved an impulse at 8,001 Hz by a whole frame (seen in `an_impulse_stays_where_it_was`).
fn block(from: usize, to: usize) -> usize {
    let step = from / greatest_common_divisor(from, to);
    step * BLOCK.div_ceil(step).next_multiple_of(2)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use proptest::prelude::*;

    use super::*;

    /// Rates of telephones, sound cards and files, and two that share no factor with 16,000.
    const RATES: [u32; 11] = [8_000, 8_001, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 47_999, 48_000];

    fn rate(hz: u32) -> SampleRate {
        SampleRate::new(hz).expect("a rate within the range")
    }

    /// Sound below 3 kHz, which every rate can hold: three sines that swell and fade.
    fn sound(hz: u32, n_frames: usize) -> Vec<f32> {
        let at = |frame: usize| {
            let t = frame as f64 / f64::from(hz);
            let swell = (PI * frame as f64 / n_frames as f64).sin().powi(2);
            let tones = [(220.0, 0.4), (1_234.5, 0.3), (2_900.0, 0.2)];
            (swell * tones.map(|(tone, gain)| gain * (2.0 * PI * tone * t).sin()).iter().sum::<f64>()) as f32
        };
        (0..n_frames).map(at).collect()
    }

    /// The slow and obvious answer: every output frame is a windowed sinc over 400 input frames around its instant.
    fn reference(samples: &[f32], hz: u32) -> Vec<f32> {
        const HALF: f64 = 200.0;
        let edge = (16_000.0 / f64::from(hz)).min(1.0);
        let kernel = |x: f64| {
            let sinc = if x == 0.0 { 1.0 } else { (PI * edge * x).sin() / (PI * edge * x) };
            edge * sinc * (0.5 + 0.5 * (PI * x / HALF).cos())
        };
        let one = |out: usize| {
            let center = out as f64 * f64::from(hz) / 16_000.0;
            let (from, to) = ((center - HALF).max(0.0).ceil(), (center + HALF).floor().min(samples.len() as f64 - 1.0));
            let frames = from as usize..=to.max(0.0) as usize;
            frames.map(|frame| f64::from(samples[frame]) * kernel(frame as f64 - center)).sum::<f64>() as f32
        };
        (0..n_resampled(samples.len(), rate(hz))).map(one).collect()
    }

    fn largest_difference(left: &[f32], right: &[f32]) -> f32 {
        assert_eq!(left.len(), right.len());
        left.iter().zip(right).map(|(l, r)| (l - r).abs()).fold(0.0, f32::max)
    }

    /// Half a percent of full scale: the sines move by thirty times that from one frame to the next.
    const TOLERANCE: f32 = 0.005;

    #[test]
    fn every_rate_agrees_with_the_slow_reference() {
        for hz in RATES {
            let samples = sound(hz, hz as usize / 4);
            let fast = to_engine_rate(samples.clone(), rate(hz));
            let difference = largest_difference(&fast, &reference(&samples, hz));
            assert!(difference < TOLERANCE, "{hz} Hz: {difference}");
        }
    }

    /// A tone falls with the speed: of 1,000 Hz, 850 are left, and it lasts as much longer.
    #[test]
    fn lowered_sound_is_longer_and_deeper() {
        let tone = |hz: f64, n: usize| -> Vec<f32> {
            (0..n).map(|at| (0.5 * (2.0 * PI * hz * at as f64 / 16_000.0).sin()) as f32).collect()
        };
        let slow = lowered(&tone(1_000.0, 16_000), 0.85);
        assert_eq!(slow.len(), 18_824);
        // The filter rings at both ends.
        let inner = 2_000..16_000;
        let difference = largest_difference(&slow[inner.clone()], &tone(850.0, 18_824)[inner]);
        assert!(difference < TOLERANCE, "{difference}");
    }

    #[test]
    fn the_tolerance_would_catch_a_shift_of_one_frame() {
        let samples = sound(8_000, 2_000);
        let mut shifted = to_engine_rate(samples.clone(), rate(8_000));
        shifted.rotate_right(1);
        assert!(largest_difference(&shifted, &reference(&samples, 8_000)) > 10.0 * TOLERANCE);
    }

    /// A delay, or a start that was trimmed by the wrong number of frames, would move some of these.
    #[test]
    fn an_impulse_stays_where_it_was() {
        for hz in RATES {
            for second in [0.02, 0.1, 0.31, 0.47] {
                let at = (second * f64::from(hz)).round() as usize;
                let mut samples = vec![0.0; hz as usize / 2];
                samples[at] = 1.0;
                let resampled = to_engine_rate(samples, rate(hz));
                let loudest = (0..resampled.len()).max_by(|&l, &r| resampled[l].total_cmp(&resampled[r]));
                let expected = at as f64 * 16_000.0 / f64::from(hz);
                let off = loudest.expect("not empty") as f64 - expected;
                assert!(off.abs() <= 0.51, "{hz} Hz at {second} s: {off} frames off");
            }
        }
    }

    #[test]
    fn sixteen_kilohertz_pass_untouched() {
        let samples = sound(16_000, 1_000);
        assert_eq!(to_engine_rate(samples.clone(), SampleRate::ENGINE), samples);
    }

    /// What the lower rate cannot hold must not come back as another tone.
    #[test]
    fn tones_above_eight_kilohertz_vanish() {
        let tone: Vec<f32> =
            (0..48_000).map(|frame| (2.0 * PI * 10_000.0 * f64::from(frame) / 48_000.0).sin() as f32).collect();
        let resampled = to_engine_rate(tone, rate(48_000));
        let inside = &resampled[1_000..15_000];
        assert!(inside.iter().all(|sample| sample.abs() < 0.001), "{:?}", inside.iter().copied().reduce(f32::max));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn the_length_is_exact(hz in 8_000_u32..=48_000, n_frames in 1_usize..4_000) {
            let resampled = to_engine_rate(vec![0.5; n_frames], rate(hz));
            prop_assert_eq!(resampled.len(), (n_frames * 16_000).div_ceil(hz as usize));
            prop_assert!(resampled.iter().all(|sample| sample.abs() < 1.5));
        }
    }
}
