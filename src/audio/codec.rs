use hound::{Sample, SampleFormat};

use super::g711;
use crate::error::AudioError;

/// How samples are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    /// Linear integers of 8 (offset 128), 16, 24 or 32 bits.
    Pcm(u16),
    /// 24 bits in four bytes. Which three of them is read off the data: see [`Codec::decode`].
    Pcm24In32,
    /// IEEE 754 floats of 32 bits.
    Float32,
    /// IEEE 754 floats of 64 bits.
    Float64,
    /// ITU-T G.711 A-law.
    Alaw,
    /// ITU-T G.711 mu-law.
    Mulaw,
}

impl Codec {
    pub(super) const PCM: u16 = 0x0001;
    pub(super) const FLOAT: u16 = 0x0003;
    pub(super) const ALAW: u16 = 0x0006;
    pub(super) const MULAW: u16 = 0x0007;

    /// The codec of a format tag, its bits per sample and the bytes a sample takes.
    ///
    /// # Errors
    /// [`AudioError::UnsupportedCodec`] naming tag and bits.
    pub(super) fn new(tag: u16, bits: u16, bytes: u64) -> Result<Self, AudioError> {
        match (tag, bits, bytes) {
            (Self::PCM, 24, 4) => Ok(Self::Pcm24In32),
            (Self::PCM, 8 | 16 | 24 | 32, _) => Ok(Self::Pcm(bits)),
            (Self::FLOAT, 32, _) => Ok(Self::Float32),
            (Self::FLOAT, 64, _) => Ok(Self::Float64),
            (Self::ALAW, 8, _) => Ok(Self::Alaw),
            (Self::MULAW, 8, _) => Ok(Self::Mulaw),
            _ => Err(AudioError::UnsupportedCodec { tag, bits }),
        }
    }

    /// Bytes of one sample.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Pcm(bits) => bits as usize / 8,
            Self::Pcm24In32 | Self::Float32 => 4,
            Self::Float64 => 8,
            Self::Alaw | Self::Mulaw => 1,
        }
    }

    /// The samples, nominally `-1.0..=1.0`, of whole samples' bytes. Floats may be anything, NaN included.
    pub(super) fn decode(self, data: &[u8]) -> Vec<f32> {
        match self {
            Self::Pcm(bits) => integers(data, bits / 8, bits),
            Self::Pcm24In32 if low_bytes_are_zero(data) => integers(data, 4, 32),
            Self::Pcm24In32 => integers(data, 4, 24),
            Self::Float32 => floats(data),
            // Beyond the range of `f32` the cast gives an infinity, which is refused as one.
            Self::Float64 => data.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes) as f32).collect(),
            Self::Alaw => g711::decode(data, &g711::ALAW),
            Self::Mulaw => g711::decode(data, &g711::MULAW),
        }
    }
}

/// In the WAVE format the valid bits are the upper ones and the rest are zero (`WAVEFORMATEXTENSIBLE`); other
/// writers, hound and ALSA's `S24_LE` among them, use the lower ones.
fn low_bytes_are_zero(data: &[u8]) -> bool {
    data.iter().step_by(4).all(|&byte| byte == 0)
}

fn integers(data: &[u8], bytes: u16, bits: u16) -> Vec<f32> {
    let scale = (0.5_f64).powi(i32::from(bits) - 1);
    let one = |mut sample: &[u8]| {
        let value = i32::read(&mut sample, SampleFormat::Int, bytes, bits).expect("a whole sample of a known width");
        (f64::from(value) * scale) as f32
    };
    data.chunks_exact(usize::from(bytes)).map(one).collect()
}

fn floats(data: &[u8]) -> Vec<f32> {
    let one = |mut sample: &[u8]| {
        f32::read(&mut sample, SampleFormat::Float, 4, 32).expect("a whole sample of a known width")
    };
    data.chunks_exact(4).map(one).collect()
}
