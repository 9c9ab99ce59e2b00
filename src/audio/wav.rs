//! A tolerant front for RIFF files: finds the format and the samples' bytes, copies nothing.
//!
//! Source: Microsoft "Multiple Channel Audio Data and WAVE Files" (`WAVEFORMATEXTENSIBLE`), RFC 2361 (tags), and
//! what `ffmpeg`, SoX and Python's `wave` write. What is forgiven, and why:
//! - chunks of any other name, odd ones with or without their pad byte at the end of the file;
//! - the RIFF length, whatever it says: the chunks say it again, and better;
//! - average bytes per second, often wrong and never needed;
//! - a data length that means "unknown": writers into a pipe cannot go back to fill it in.
//!
//! Any other chunk that claims more bytes than there are is an error: a recording cut off in transfer may have lost
//! the word that mattered.

use super::codec::Codec;
use crate::error::AudioError;
use crate::units::SampleRate;

/// What `WAVE_FORMAT_EXTENSIBLE` says in place of the codec's own tag.
const EXTENSIBLE: u16 = 0xfffe;
/// Bytes 2 to 15 of a sub-format whose first two bytes are a plain tag (`KSDATAFORMAT_SUBTYPE_*`).
const SUBFORMAT_REST: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
/// What `ffmpeg` writes into a pipe.
const FFMPEG_UNKNOWN: u32 = u32::MAX;
/// What SoX writes into a pipe, rounded down to whole frames (its `MS_UNSPEC`).
const SOX_UNKNOWN: u32 = 0x7fff_f000;

/// The format and the samples' bytes of a WAV file.
#[derive(Debug, PartialEq)]
pub(super) struct Wav<'a> {
    pub(super) format: Format,
    /// A whole number of frames, at least one.
    pub(super) data: &'a [u8],
}

/// What the `fmt ` chunk says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Format {
    pub(super) codec: Codec,
    /// At least 1.
    pub(super) channels: u16,
    pub(super) rate: SampleRate,
}

impl Format {
    /// Bytes of one sample of every channel.
    pub(super) fn frame_bytes(&self) -> usize {
        self.codec.bytes() * usize::from(self.channels)
    }
}

/// Finds format and samples in the bytes of a WAV file.
pub(super) fn parse(bytes: &[u8]) -> Result<Wav<'_>, AudioError> {
    let body = riff_body(bytes)?;
    let (mut rest, mut format) = (body, None);
    while let Some(chunk) = Chunk::first(rest) {
        match &chunk.name {
            b"fmt " => format = Some(read_format(chunk.whole()?)?),
            b"data" => return read_data(&chunk, format.ok_or(AudioError::NoFormat)?),
            _ => drop(chunk.whole()?),
        }
        rest = chunk.after();
    }
    Err(AudioError::HeaderOnly)
}

fn riff_body(bytes: &[u8]) -> Result<&[u8], AudioError> {
    if bytes.is_empty() {
        return Err(AudioError::Empty);
    }
    match bytes.split_at_checked(12) {
        Some((head, body)) if head.starts_with(b"RIFF") && head.ends_with(b"WAVE") => Ok(body),
        _ => Err(AudioError::NotWav { found: printable(&bytes[..bytes.len().min(12)]) }),
    }
}

fn printable(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string()
}

/// A chunk: its name, the length it claims, and everything that follows its header.
struct Chunk<'a> {
    name: [u8; 4],
    claimed: u32,
    rest: &'a [u8],
}

impl<'a> Chunk<'a> {
    /// The chunk at the start of `bytes`; `None` where less than a chunk's header is left.
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let (name, bytes) = bytes.split_first_chunk()?;
        let (claimed, rest) = bytes.split_first_chunk()?;
        Some(Self { name: *name, claimed: u32::from_le_bytes(*claimed), rest })
    }

    /// As many bytes as the chunk claims.
    fn whole(&self) -> Result<&'a [u8], AudioError> {
        usize::try_from(self.claimed).ok().and_then(|length| self.rest.get(..length)).ok_or_else(|| {
            AudioError::Truncated {
                chunk: printable(&self.name),
                claimed: self.claimed.into(),
                found: self.rest.len() as u64,
            }
        })
    }

    /// What follows the chunk and its pad byte.
    fn after(&self) -> &'a [u8] {
        let padded = u64::from(self.claimed) + u64::from(self.claimed % 2);
        usize::try_from(padded).ok().and_then(|length| self.rest.get(length..)).unwrap_or_default()
    }
}

fn read_format(chunk: &[u8]) -> Result<Format, AudioError> {
    need(chunk, 16)?;
    let (tag, channels, hz, frame) = (u16_at(chunk, 0), u16_at(chunk, 2), u32_at(chunk, 4), u16_at(chunk, 12));
    if channels == 0 {
        return Err(AudioError::NoChannels);
    }
    let rate = SampleRate::new(hz).ok_or(AudioError::SampleRate { hz })?;
    let (tag, bits) = plain_tag(chunk, tag)?;
    let codec = Codec::new(tag, bits, u64::from(frame) / u64::from(channels))?;
    let format = Format { codec, channels, rate };
    let expected = format.frame_bytes() as u64;
    if u64::from(frame) != expected {
        return Err(AudioError::FrameSize { found: frame, expected });
    }
    Ok(format)
}

/// The codec's own tag and its bits per sample.
fn plain_tag(chunk: &[u8], tag: u16) -> Result<(u16, u16), AudioError> {
    let bits = u16_at(chunk, 14);
    if tag != EXTENSIBLE {
        return Ok((tag, bits));
    }
    need(chunk, 40)?;
    if chunk[26..40] != SUBFORMAT_REST {
        return Err(AudioError::UnsupportedCodec { tag, bits });
    }
    let valid = u16_at(chunk, 18);
    // Zero says nothing, and of containers only 24 bits in 32 are in use: the rest would be another codec.
    let bits = if (valid, bits) == (24, 32) { valid } else { bits };
    Ok((u16_at(chunk, 24), bits))
}

fn need(chunk: &[u8], expected: u32) -> Result<(), AudioError> {
    let found = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
    if found < expected { Err(AudioError::ShortFormat { found, expected }) } else { Ok(()) }
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn read_data<'a>(chunk: &Chunk<'a>, format: Format) -> Result<Wav<'a>, AudioError> {
    let frame = format.frame_bytes();
    let data = if is_unknown(chunk, frame) {
        // A writer that was stopped may leave part of a frame.
        &chunk.rest[..chunk.rest.len() / frame * frame]
    } else {
        chunk.whole()?
    };
    if data.is_empty() {
        return Err(AudioError::HeaderOnly);
    }
    if data.len() % frame != 0 {
        return Err(AudioError::PartialFrame { bytes: data.len() as u64, frame: frame as u64 });
    }
    Ok(Wav { format, data })
}

/// Whether the length is one that writers leave who could not go back: `ffmpeg`'s, SoX's, or the zero of one that was
/// stopped. Zero followed by another chunk is a file without samples.
fn is_unknown(chunk: &Chunk<'_>, frame: usize) -> bool {
    match chunk.claimed {
        FFMPEG_UNKNOWN => true,
        0 => !starts_like_a_chunk(chunk.rest),
        claimed => SOX_UNKNOWN.checked_sub(claimed).is_some_and(|less| (less as usize) < frame),
    }
}

/// Four printable bytes and a length that fits: enough to tell a `LIST` from sound.
fn starts_like_a_chunk(bytes: &[u8]) -> bool {
    Chunk::first(bytes)
        .is_some_and(|next| next.name.iter().all(|byte| (b' '..=b'~').contains(byte)) && next.whole().is_ok())
}

#[cfg(test)]
mod tests;
