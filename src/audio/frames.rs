use std::collections::BTreeMap;

use super::{Limits, Recording};
use crate::error::AudioError;
use crate::units::SampleRate;

/// How the bytes of a stream's frames hold samples, one channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FrameCodec {
    /// ITU-T G.711 mu-law, one byte per sample: what Twilio and most Telnyx streams send.
    Mulaw,
    /// ITU-T G.711 A-law, one byte per sample.
    Alaw,
    /// 16-bit samples, the low byte first.
    Pcm16,
}

/// Collects the numbered frames of a media stream, which may come out of order or twice, into a [`Recording`].
///
/// A frame is what one message carries, usually 20 ms. Frames are ordered by number, of two with the same number the
/// first is kept, and what is missing between the first and the last becomes silence of a neighbour's length, so that
/// what was said keeps its timing.
///
/// # Examples
/// ```
/// use voxroute::audio::{FrameCodec, Frames, Limits};
/// use voxroute::units::SampleRate;
///
/// let mut frames = Frames::new(FrameCodec::Mulaw, SampleRate::TELEPHONE, Limits::default());
/// frames.push(2, &[0xff; 160])?;
/// frames.push(1, &[0x80; 160])?;
/// frames.push(2, &[0x00; 160])?;
/// let recording = frames.into_recording()?;
/// assert_eq!(recording.n_frames(), 320);
/// assert!(recording.samples()[0] > 0.9, "number 1 comes first");
/// assert_eq!(recording.samples()[319], 0.0, "the second number 2 was dropped");
/// # Ok::<(), voxroute::error::AudioError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Frames {
    codec: FrameCodec,
    rate: SampleRate,
    limits: Limits,
    by_number: BTreeMap<u64, Vec<u8>>,
    /// Bytes of the longest frame so far.
    longest: u64,
}

impl Frames {
    /// An empty stream.
    #[must_use]
    pub const fn new(codec: FrameCodec, rate: SampleRate, limits: Limits) -> Self {
        Self { codec, rate, limits, by_number: BTreeMap::new(), longest: 0 }
    }

    /// Takes the bytes of the frame with this number. Says whether it was new; a frame without bytes is not.
    ///
    /// # Errors
    /// [`AudioError::TooManyBytes`] where the stream would hold more than the limits allow in bytes or, gaps
    /// included, in seconds; [`AudioError::PartialFrame`] where the bytes are no whole samples. The stream stays as it
    /// was.
    pub fn push(&mut self, number: u64, bytes: &[u8]) -> Result<bool, AudioError> {
        let sample = self.sample_bytes();
        if !bytes.len().is_multiple_of(sample) {
            return Err(AudioError::PartialFrame { bytes: bytes.len() as u64, frame: sample as u64 });
        }
        if bytes.is_empty() || self.by_number.contains_key(&number) {
            return Ok(false);
        }
        self.check_room(number, bytes.len() as u64)?;
        self.longest = self.longest.max(bytes.len() as u64);
        self.by_number.insert(number, bytes.to_vec());
        Ok(true)
    }

    /// Number of different frames so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_number.len()
    }

    /// Whether no frame has come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_number.is_empty()
    }

    /// How many numbers between the first and the last have not come.
    #[must_use]
    pub fn n_missing(&self) -> u64 {
        span(&self.by_number, None) - self.by_number.len() as u64
    }

    /// All frames in order as one recording.
    ///
    /// # Errors
    /// [`AudioError::Empty`] where no frame has come.
    pub fn into_recording(self) -> Result<Recording, AudioError> {
        let bytes = self.joined();
        match self.codec {
            FrameCodec::Mulaw => Recording::from_mulaw(&bytes, self.rate),
            FrameCodec::Alaw => Recording::from_alaw(&bytes, self.rate),
            FrameCodec::Pcm16 => Recording::from_pcm16_bytes(&bytes, self.rate),
        }
    }

    const fn sample_bytes(&self) -> usize {
        match self.codec {
            FrameCodec::Mulaw | FrameCodec::Alaw => 1,
            FrameCodec::Pcm16 => 2,
        }
    }

    /// A sample of silence. Mu-law has a zero, A-law only its smallest step.
    const fn silence(&self) -> u8 {
        match self.codec {
            FrameCodec::Mulaw => 0xff,
            FrameCodec::Alaw => 0xd5,
            FrameCodec::Pcm16 => 0,
        }
    }

    /// A frame far ahead of the rest would be a gap as long as the numbers say: it is counted as if filled, with the
    /// longest frame there is.
    fn check_room(&self, number: u64, n_bytes: u64) -> Result<(), AudioError> {
        let longest = self.longest.max(n_bytes);
        let bytes = span(&self.by_number, Some(number)).saturating_mul(longest);
        let per_second = f64::from(self.rate.hz()) * self.sample_bytes() as f64;
        let seconds = (f64::from(self.limits.max_seconds()) * per_second) as u64;
        // A frame of room, because the sender's last one need not be full.
        let limit = self.limits.max_bytes().min(seconds.saturating_add(longest));
        if bytes <= limit { Ok(()) } else { Err(AudioError::TooManyBytes { bytes, limit }) }
    }

    fn joined(&self) -> Vec<u8> {
        let mut joined = Vec::new();
        let mut expected = self.by_number.first_key_value().map_or(0, |(&number, _)| number);
        for (&number, frame) in &self.by_number {
            let n_lost = usize::try_from(number - expected).unwrap_or(usize::MAX);
            joined.extend(std::iter::repeat_n(self.silence(), n_lost.saturating_mul(frame.len())));
            joined.extend_from_slice(frame);
            expected = number.saturating_add(1);
        }
        joined
    }
}

/// Numbers from the first to the last, the new one included; 0 for none.
fn span(by_number: &BTreeMap<u64, Vec<u8>>, new: Option<u64>) -> u64 {
    let known = by_number.keys().next().into_iter().chain(by_number.keys().next_back()).copied();
    let all: Vec<u64> = known.chain(new).collect();
    match (all.iter().min(), all.iter().max()) {
        (Some(first), Some(last)) => (last - first).saturating_add(1),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(codec: FrameCodec) -> Frames {
        Frames::new(codec, SampleRate::TELEPHONE, Limits::default())
    }

    fn heard(frames: Frames) -> Vec<i32> {
        let recording = frames.into_recording().expect("at least one frame");
        recording.samples().iter().map(|sample| (sample * 32_768.0) as i32).collect()
    }

    #[test]
    fn frames_are_put_in_order_and_twins_dropped() {
        let mut frames = stream(FrameCodec::Pcm16);
        let news: Vec<_> = [(5, 50_u8), (3, 30), (4, 40), (3, 99)]
            .into_iter()
            .map(|(number, value)| frames.push(number, &[value, 0]))
            .collect();
        assert_eq!(news, [Ok(true), Ok(true), Ok(true), Ok(false)]);
        assert_eq!(heard(frames), [30, 40, 50]);
    }

    #[test]
    fn a_lost_frame_becomes_silence() {
        for (codec, value, quiet) in
            [(FrameCodec::Pcm16, [7, 0], 0), (FrameCodec::Mulaw, [0, 0], 0), (FrameCodec::Alaw, [0x2a, 0x2a], 8)]
        {
            let mut frames = stream(codec);
            frames.push(1, &value).expect("room");
            frames.push(4, &value).expect("room");
            assert_eq!((frames.len(), frames.n_missing()), (2, 2));
            let heard = heard(frames);
            let frame = heard.len() / 4;
            assert!(heard[frame..3 * frame].iter().all(|&sample| sample == quiet), "{codec:?}: {heard:?}");
            assert_ne!(heard[3 * frame], quiet, "{codec:?}");
        }
    }

    #[test]
    fn a_number_far_ahead_asks_for_no_memory() {
        let mut frames = stream(FrameCodec::Mulaw);
        assert_eq!(frames.push(1, &[0xff; 160]), Ok(true));
        let error = frames.push(u64::MAX, &[0xff; 160]).expect_err("far ahead");
        assert_eq!(error, AudioError::TooManyBytes { bytes: u64::MAX, limit: 240_160 });
        assert_eq!(error.to_string(), "18446744073709551615 bytes of audio are too many, the limit is 240160");
        assert_eq!(frames.len(), 1, "the stream stays as it was");
    }

    #[test]
    fn half_a_sample_and_an_empty_stream_are_refused() {
        let mut frames = stream(FrameCodec::Pcm16);
        let half = frames.push(1, &[1, 0, 2]).expect_err("half a sample");
        assert_eq!(half.to_string(), "3 bytes of samples are no whole number of 2-byte frames");
        assert_eq!(frames.push(1, &[]), Ok(false));
        assert!(frames.is_empty());
        assert_eq!(frames.into_recording(), Err(AudioError::Empty));
    }
}
