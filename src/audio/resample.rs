//! Band-limited resampling to the engine's rate.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{Fft, FixedSync, Resampler};

use crate::units::SampleRate;

/// Frames per block of the transform. Larger blocks cut off closer to the highest frequency both rates can hold; at
/// 1,024 and 8 kHz the edge is at 3.8 kHz and a block is an eighth of a second.
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

fn n_resampled(n_frames: usize, rate: SampleRate) -> usize {
    let scaled = (n_frames as u64 * u64::from(SampleRate::ENGINE.hz())).div_ceil(u64::from(rate.hz()));
    usize::try_from(scaled).unwrap_or(usize::MAX)
}

fn run(samples: &[f32], rate: SampleRate) -> Vec<f32> {
    let (from, to) = (rate.hz() as usize, SampleRate::ENGINE.hz() as usize);
    let mut resampler =
        Fft::<f32>::new(from, to, BLOCK, 1, FixedSync::Both).expect("rates and block size are not zero");
    let input = SequentialSlice::new(samples, 1, samples.len()).expect("one channel of all samples");
    resampler.process_all(&input, samples.len(), None).expect("one channel of all samples").take_data()
}
