use super::recording::{check_finite, check_seconds};
use super::{Limits, Recording, resample};
use crate::error::AudioError;
use crate::units::SampleRate;

/// A mean this much weaker than the strongest channel has lost the voice: channels of opposite sign cancel.
const LOST_ENERGY: f64 = 0.1;

/// What the speech engine takes: 16 kHz, one channel.
///
/// Invariants: at least 0.1 s, not longer than the limit it was made with, every sample finite and in `-1.0..=1.0`.
#[derive(Clone, PartialEq)]
pub struct Waveform {
    samples: Vec<f32>,
}

impl Waveform {
    /// Wraps samples of one channel at 16 kHz within the default [`Limits`]. Values beyond full scale are clipped.
    ///
    /// # Errors
    /// [`AudioError::TooShort`] below 0.1 s, [`AudioError::TooLong`] above 30 s, [`AudioError::NotFinite`].
    pub fn new(samples: Vec<f32>) -> Result<Self, AudioError> {
        check_length(samples.len(), SampleRate::ENGINE, Limits::default())?;
        check_finite(&samples)?;
        Ok(Self { samples: clip(samples) })
    }

    /// Converts a recording: mixes its channels into one, then resamples to 16 kHz with the delay taken out.
    ///
    /// The result has `ceil(frames * 16000 / rate)` samples; a recording of one channel at 16 kHz comes out as it
    /// went in. Values beyond full scale are clipped. Channels are mixed by their mean, so one speaker in one of two
    /// channels comes out 6 dB weaker. Where the mean has less than a tenth of the strongest channel's energy
    /// (channels wired with opposite signs, or one live among many dead ones), the strongest channel is taken alone.
    ///
    /// # Errors
    /// [`AudioError::TooShort`] below 0.1 s, [`AudioError::TooLong`] above the limit, before anything is allocated.
    pub fn from_recording(recording: &Recording, limits: Limits) -> Result<Self, AudioError> {
        check_length(recording.n_frames(), recording.rate(), limits)?;
        let mono = clip(mix(recording));
        Ok(Self { samples: clip(resample::to_engine_rate(mono, recording.rate())) })
    }

    /// The samples, 16,000 to the second, each in `-1.0..=1.0`.
    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Seconds of sound.
    #[must_use]
    pub fn seconds(&self) -> f32 {
        self.samples.len() as f32 / SampleRate::ENGINE.hz() as f32
    }
}

impl std::fmt::Debug for Waveform {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waveform").field("seconds", &self.seconds()).finish()
    }
}

fn check_length(n_frames: usize, rate: SampleRate, limits: Limits) -> Result<(), AudioError> {
    let seconds = n_frames as f32 / rate.hz() as f32;
    if seconds < Limits::MIN_SECONDS {
        return Err(AudioError::TooShort { seconds, limit: Limits::MIN_SECONDS });
    }
    check_seconds(n_frames, rate, limits)
}

fn clip(mut samples: Vec<f32>) -> Vec<f32> {
    samples.iter_mut().for_each(|sample| *sample = sample.clamp(-1.0, 1.0));
    samples
}

/// One channel out of all.
fn mix(recording: &Recording) -> Vec<f32> {
    let n_channels = usize::from(recording.channels());
    if n_channels == 1 {
        return recording.samples().to_vec();
    }
    let (mean, strongest) = (mean(recording.samples(), n_channels), strongest(recording.samples(), n_channels));
    if energy(mean.iter()) < LOST_ENERGY * energy(channel(recording.samples(), n_channels, strongest)) {
        return channel(recording.samples(), n_channels, strongest).copied().collect();
    }
    mean
}

fn mean(samples: &[f32], n_channels: usize) -> Vec<f32> {
    // In f64 because a sum of many large floats may leave the range of f32.
    let one = |frame: &[f32]| (frame.iter().map(|&s| f64::from(s)).sum::<f64>() / n_channels as f64) as f32;
    samples.chunks_exact(n_channels).map(one).collect()
}

/// The channel with the most energy, the first of equals.
fn strongest(samples: &[f32], n_channels: usize) -> usize {
    let energies = (0..n_channels).map(|idx| energy(channel(samples, n_channels, idx)));
    let stronger = |best: (usize, f64), this: (usize, f64)| if this.1 > best.1 { this } else { best };
    energies.enumerate().reduce(stronger).map_or(0, |(idx, _)| idx)
}

fn channel(samples: &[f32], n_channels: usize, idx: usize) -> impl Iterator<Item = &f32> {
    samples.iter().skip(idx).step_by(n_channels)
}

fn energy<'a>(samples: impl Iterator<Item = &'a f32>) -> f64 {
    samples.map(|&sample| f64::from(sample).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stereo(frames: impl Iterator<Item = [f32; 2]>) -> Recording {
        Recording::from_samples(frames.flatten().collect(), 2, SampleRate::ENGINE).expect("whole frames")
    }

    fn tone(n_frames: usize) -> impl Iterator<Item = f32> {
        (0..n_frames).map(|frame| 0.5 * (frame as f32 * 0.3).sin())
    }

    fn converted(recording: &Recording) -> Vec<f32> {
        Waveform::from_recording(recording, Limits::default()).expect("within the limits").samples().to_vec()
    }

    #[test]
    fn one_channel_at_16_khz_comes_out_as_it_went_in() {
        let samples: Vec<f32> = tone(3_200).collect();
        let recording = Recording::from_samples(samples.clone(), 1, SampleRate::ENGINE).expect("samples");
        assert_eq!(converted(&recording), samples);
        assert_eq!(Waveform::new(samples.clone()).map(|waveform| waveform.samples().to_vec()), Ok(samples));
    }

    #[test]
    fn channels_are_mixed_by_their_mean() {
        let mixed = converted(&stereo(tone(3_200).map(|sample| [sample, 0.5 * sample])));
        assert!(mixed.iter().zip(tone(3_200)).all(|(mixed, sample)| (mixed - 0.75 * sample).abs() < 1e-6));
    }

    #[test]
    fn one_live_channel_of_two_comes_out_6_db_weaker() {
        let mixed = converted(&stereo(tone(3_200).map(|sample| [0.0, sample])));
        assert!(mixed.iter().zip(tone(3_200)).all(|(mixed, sample)| (mixed - 0.5 * sample).abs() < 1e-6));
    }

    #[test]
    fn channels_of_opposite_sign_do_not_silence_the_caller() {
        let mixed = converted(&stereo(tone(3_200).map(|sample| [0.9 * sample, -sample])));
        assert!(mixed.iter().zip(tone(3_200)).all(|(mixed, sample)| *mixed == -sample), "the stronger channel");
    }

    #[test]
    fn too_short_and_too_long_are_refused() {
        let text = |n_frames: usize| {
            let recording = Recording::from_mulaw(&vec![0xff; n_frames], SampleRate::TELEPHONE).expect("codes");
            Waveform::from_recording(&recording, Limits::default()).expect_err("outside").to_string()
        };
        assert_eq!(text(400), "0.050 s of sound is too short, expected at least 0.1 s");
        assert_eq!(text(360_000), "45.0 s of sound is too long, the limit is 30 s");
        let text = |n_samples| Waveform::new(vec![0.0; n_samples]).expect_err("outside").to_string();
        assert_eq!(text(0), "0.000 s of sound is too short, expected at least 0.1 s");
        assert_eq!(text(480_001), "30.0 s of sound is too long, the limit is 30 s");
        assert_eq!(Waveform::new(vec![0.0; 480_000]).map(|waveform| waveform.seconds()), Ok(30.0));
    }

    #[test]
    fn samples_stay_finite_and_within_full_scale() {
        let wild = [f32::MAX, f32::MIN, 3.0, -0.25].repeat(1_000);
        for hz in [8_000, 16_000, 44_100] {
            let rate = SampleRate::new(hz).expect("a rate within the range");
            for channels in [1, 2, 4] {
                let recording = Recording::from_samples(wild.clone(), channels, rate).expect("finite");
                let limits = Limits::default();
                if let Ok(waveform) = Waveform::from_recording(&recording, limits) {
                    assert!(waveform.samples().iter().all(|sample| sample.abs() <= 1.0), "{hz} Hz, {channels}");
                }
            }
        }
        let nan = Waveform::new(vec![f32::NAN; 1_600]).expect_err("no numbers");
        assert_eq!(nan.to_string(), "sample 0 is NaN, expected a finite number");
    }

    #[test]
    fn debug_prints_the_length_and_no_sample() {
        let waveform = Waveform::new(vec![0.125; 4_000]).expect("within the limits");
        assert_eq!(format!("{waveform:?}"), "Waveform { seconds: 0.25 }");
    }
}
