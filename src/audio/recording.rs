use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::codec::Codec;
use super::wav::{self, Wav};
use super::{Limits, g711};
use crate::error::{AudioError, Error};
use crate::units::SampleRate;

/// Sound as it was read: interleaved samples, nominally `-1.0..=1.0`, at the sender's rate.
///
/// Invariants: at least one channel, whole frames, at least one, every sample finite. A frame is one instant over all
/// channels, a sample one value.
#[derive(Clone, PartialEq)]
pub struct Recording {
    samples: Vec<f32>,
    channels: u16,
    rate: SampleRate,
}

impl Recording {
    /// Reads a WAV file within the default [`Limits`].
    ///
    /// # Errors
    /// [`Error::Io`] where the file cannot be read, else as [`from_wav_bytes`](Self::from_wav_bytes).
    pub fn from_wav_file(path: &Path) -> Result<Self, Error> {
        Self::from_wav_file_within(path, Limits::default())
    }

    /// Reads a WAV file of at most `limits.max_bytes()` bytes and `limits.max_seconds()` seconds.
    ///
    /// Not one byte beyond the limit is read, also from a pipe.
    ///
    /// # Errors
    /// As [`from_wav_file`](Self::from_wav_file).
    pub fn from_wav_file_within(path: &Path, limits: Limits) -> Result<Self, Error> {
        let unreadable = |error: std::io::Error| Error::io(path, "read", &error);
        let file = File::open(path).map_err(unreadable)?;
        let claimed = file.metadata().map_err(unreadable)?.len();
        check_bytes(claimed, limits)?;
        let mut bytes = Vec::new();
        file.take(limits.max_bytes() + 1).read_to_end(&mut bytes).map_err(unreadable)?;
        Ok(Self::from_wav_bytes_within(&bytes, limits)?)
    }

    /// Reads the bytes of a WAV file within the default [`Limits`].
    ///
    /// Takes PCM of 8, 16, 24 (in three or four bytes) and 32 bits, float of 32 and 64 bits, A-law and mu-law, of 8 to
    /// 48 kHz and any number of channels. Chunks of other names are skipped. Of the lengths a writer into a pipe leaves
    /// unknown (0xFFFFFFFF, SoX's 0x7FFFF000, or 0) the rest of the bytes is taken.
    ///
    /// # Errors
    /// [`AudioError`] for anything else; a length that claims more than there is, is an error also where the rest
    /// could be read.
    pub fn from_wav_bytes(bytes: &[u8]) -> Result<Self, AudioError> {
        Self::from_wav_bytes_within(bytes, Limits::default())
    }

    /// Reads the bytes of a WAV file within `limits`, which are checked before anything is allocated.
    ///
    /// # Errors
    /// As [`from_wav_bytes`](Self::from_wav_bytes).
    pub fn from_wav_bytes_within(bytes: &[u8], limits: Limits) -> Result<Self, AudioError> {
        check_bytes(bytes.len() as u64, limits)?;
        let Wav { format, data } = wav::parse(bytes)?;
        let frames = data.len() / format.frame_bytes();
        check_seconds(frames, format.rate, limits)?;
        Self::from_samples(format.codec.decode(data), format.channels, format.rate)
    }

    /// Takes one channel of mu-law codes (ITU-T G.711), as North American and Japanese lines send them.
    ///
    /// # Errors
    /// [`AudioError::Empty`] without a single code.
    pub fn from_mulaw(codes: &[u8], rate: SampleRate) -> Result<Self, AudioError> {
        Self::from_samples(g711::decode(codes, &g711::MULAW), 1, rate)
    }

    /// Takes one channel of A-law codes (ITU-T G.711), as European and Chinese lines send them.
    ///
    /// # Errors
    /// [`AudioError::Empty`] without a single code.
    pub fn from_alaw(codes: &[u8], rate: SampleRate) -> Result<Self, AudioError> {
        Self::from_samples(g711::decode(codes, &g711::ALAW), 1, rate)
    }

    /// Takes one channel of 16-bit samples.
    ///
    /// # Errors
    /// [`AudioError::Empty`] without a single sample.
    pub fn from_pcm16(samples: &[i16], rate: SampleRate) -> Result<Self, AudioError> {
        Self::from_samples(samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect(), 1, rate)
    }

    /// Takes one channel of 16-bit samples in bytes, the low byte first.
    ///
    /// # Errors
    /// [`AudioError::Empty`] without a byte, [`AudioError::PartialFrame`] for an odd number of them.
    pub fn from_pcm16_bytes(bytes: &[u8], rate: SampleRate) -> Result<Self, AudioError> {
        if !bytes.len().is_multiple_of(2) {
            return Err(AudioError::PartialFrame { bytes: bytes.len() as u64, frame: 2 });
        }
        Self::from_samples(Codec::Pcm(16).decode(bytes), 1, rate)
    }

    /// Takes interleaved samples, nominally `-1.0..=1.0`.
    ///
    /// # Errors
    /// [`AudioError::Empty`], [`AudioError::NoChannels`], [`AudioError::PartialFrame`] (in bytes of a 32-bit float)
    /// or [`AudioError::NotFinite`] naming the sample.
    pub fn from_samples(samples: Vec<f32>, channels: u16, rate: SampleRate) -> Result<Self, AudioError> {
        if samples.is_empty() {
            return Err(AudioError::Empty);
        }
        if channels == 0 {
            return Err(AudioError::NoChannels);
        }
        if !samples.len().is_multiple_of(usize::from(channels)) {
            let (bytes, frame) = (4 * samples.len() as u64, 4 * u64::from(channels));
            return Err(AudioError::PartialFrame { bytes, frame });
        }
        check_finite(&samples)?;
        Ok(Self { samples, channels, rate })
    }

    /// Interleaved samples, as many as frames times channels.
    #[must_use]
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    /// Channels, at least 1.
    #[must_use]
    pub const fn channels(&self) -> u16 {
        self.channels
    }

    /// Frames per second.
    #[must_use]
    pub const fn rate(&self) -> SampleRate {
        self.rate
    }

    /// Number of frames, at least 1.
    #[must_use]
    pub fn n_frames(&self) -> usize {
        self.samples.len() / usize::from(self.channels)
    }

    /// Seconds of sound.
    #[must_use]
    pub fn seconds(&self) -> f32 {
        seconds(self.n_frames(), self.rate)
    }
}

impl std::fmt::Debug for Recording {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { channels, rate, .. } = self;
        f.debug_struct("Recording")
            .field("n_frames", &self.n_frames())
            .field("channels", channels)
            .field("rate", rate)
            .finish()
    }
}

/// Refuses more than `limits.max_seconds()` of sound.
pub(super) fn check_seconds(n_frames: usize, rate: SampleRate, limits: Limits) -> Result<(), AudioError> {
    let (seconds, limit) = (seconds(n_frames, rate), limits.max_seconds());
    if seconds <= limit { Ok(()) } else { Err(AudioError::TooLong { seconds, limit }) }
}

/// Refuses NaN and infinities.
pub(super) fn check_finite(samples: &[f32]) -> Result<(), AudioError> {
    match samples.iter().position(|sample| !sample.is_finite()) {
        Some(at) => Err(AudioError::NotFinite { at, found: samples[at].to_string() }),
        None => Ok(()),
    }
}

fn check_bytes(bytes: u64, limits: Limits) -> Result<(), AudioError> {
    let limit = limits.max_bytes();
    if bytes <= limit { Ok(()) } else { Err(AudioError::TooManyBytes { bytes, limit }) }
}

fn seconds(n_frames: usize, rate: SampleRate) -> f32 {
    (n_frames as f64 / f64::from(rate.hz())) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples 2, -3, 5, -7 as 16-bit PCM at 16 kHz, 52 bytes in all.
    fn file(folder: &tempfile::TempDir) -> std::path::PathBuf {
        let path = folder.path().join("four.wav");
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: 16_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).expect("a folder of our own");
        for sample in [2_i16, -3, 5, -7] {
            writer.write_sample(sample).expect("16 bits");
        }
        writer.finalize().expect("a folder of our own");
        path
    }

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn a_file_is_read_as_its_samples_are() {
        let folder = folder();
        let read = Recording::from_wav_file(&file(&folder)).expect("a good file");
        let rate = SampleRate::new(16_000).expect("a rate within the range");
        assert_eq!(read, Recording::from_pcm16(&[2, -3, 5, -7], rate).expect("samples"));
        assert_eq!(read.seconds(), 0.000_25);
    }

    #[test]
    fn a_file_of_more_bytes_than_the_limit_is_refused_and_one_of_as_many_read() {
        let folder = folder();
        let path = file(&folder);
        let within = |bytes| Recording::from_wav_file_within(&path, Limits::new(30.0, bytes).expect("in range"));
        assert_eq!(within(51), Err(Error::Audio(AudioError::TooManyBytes { bytes: 52, limit: 51 })));
        assert!(within(52).is_ok());
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let path = folder().path().join("gone.wav");
        let kind = std::io::ErrorKind::NotFound;
        let expected = Error::Io { path: path.display().to_string(), action: "read", kind };
        assert_eq!(Recording::from_wav_file(&path), Err(expected));
    }

    #[test]
    fn samples_without_a_channel_or_a_whole_frame_are_refused() {
        let of = |n_samples, channels| Recording::from_samples(vec![0.5; n_samples], channels, SampleRate::TELEPHONE);
        assert_eq!(of(4, 0), Err(AudioError::NoChannels));
        assert_eq!(of(5, 2), Err(AudioError::PartialFrame { bytes: 20, frame: 8 }));
        assert_eq!(of(0, 2), Err(AudioError::Empty));
        assert_eq!(of(4, 2).map(|recording| recording.n_frames()), Ok(2));
    }

    #[test]
    fn half_a_16_bit_sample_is_refused() {
        let refused = Recording::from_pcm16_bytes(&[1, 0, 2], SampleRate::TELEPHONE);
        assert_eq!(refused, Err(AudioError::PartialFrame { bytes: 3, frame: 2 }));
    }

    #[test]
    fn debug_prints_the_form_and_no_sample() {
        let recording = Recording::from_samples(vec![0.125; 6], 2, SampleRate::TELEPHONE).expect("whole frames");
        let printed = format!("{recording:?}");
        assert!(printed.contains("n_frames: 3, channels: 2") && !printed.contains("0.125"), "{printed}");
    }
}
