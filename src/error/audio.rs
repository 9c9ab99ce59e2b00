/// Audio that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file or buffer has no bytes at all.
    #[error("audio is empty")]
    Empty,
    /// The first bytes are not those of a WAV file.
    #[error("not a WAV file: starts with {found:?}, expected \"RIFF\" and \"WAVE\"")]
    NotWav {
        /// The first bytes, printable ones as they are.
        found: String,
    },
    /// A WAV file whose header is not followed by a single sample.
    #[error("WAV file has a header but no samples")]
    HeaderOnly,
    /// The samples come before, or without, the chunk that says how to read them.
    #[error("WAV file has no \"fmt \" chunk before its samples")]
    NoFormat,
    /// The chunk that says how to read the samples is too short for what it must say.
    #[error("\"fmt \" chunk has {found} bytes, expected at least {expected}")]
    ShortFormat {
        /// Bytes in the chunk.
        found: u32,
        /// Bytes needed.
        expected: u32,
    },
    /// A chunk claims more bytes than the file has.
    #[error("chunk {chunk:?} claims {claimed} bytes, the file has {found} of them")]
    Truncated {
        /// The chunk's name, printable bytes as they are.
        chunk: String,
        /// Bytes it claims.
        claimed: u64,
        /// Bytes there are.
        found: u64,
    },
    /// The samples end in the middle of a frame.
    #[error("{bytes} bytes of samples are no whole number of {frame}-byte frames")]
    PartialFrame {
        /// Bytes of samples.
        bytes: u64,
        /// Bytes of one frame.
        frame: u64,
    },
    /// The header's frame size does not fit its channels and bits.
    #[error("header claims {found} bytes per frame, expected {expected}")]
    FrameSize {
        /// Bytes per frame the header claims.
        found: u16,
        /// Bytes per frame that follow from its channels and bits.
        expected: u64,
    },
    /// Samples in a form that is not read.
    #[error(
        "unsupported codec: format tag {tag:#06x} ({}) with {bits} bits per sample, \
         expected PCM 8/16/24/32, float 32/64, A-law 8 or mu-law 8",
        codec_name(*tag)
    )]
    UnsupportedCodec {
        /// The `wFormatTag` of the header, or the sub-format's where that is `WAVE_FORMAT_EXTENSIBLE`.
        tag: u16,
        /// Bits per sample.
        bits: u16,
    },
    /// The header claims no channel.
    #[error("0 channels, expected at least 1")]
    NoChannels,
    /// Too slow for speech or too fast for a line.
    #[error("sample rate {hz} Hz is outside 8000..=48000 Hz")]
    SampleRate {
        /// The rate claimed.
        hz: u32,
    },
    /// A float sample that is no number.
    #[error("sample {at} is {found}, expected a finite number")]
    NotFinite {
        /// Position of the sample, counted over all channels from 0.
        at: usize,
        /// `NaN`, `inf` or `-inf`.
        found: String,
    },
    /// Less sound than a word takes.
    #[error("{seconds:.3} s of sound is too short, expected at least {limit} s")]
    TooShort {
        /// Seconds of sound.
        seconds: f32,
        /// Fewest seconds taken.
        limit: f32,
    },
    /// More sound than the limit.
    #[error("{seconds:.1} s of sound is too long, the limit is {limit} s")]
    TooLong {
        /// Seconds of sound.
        seconds: f32,
        /// Most seconds taken.
        limit: f32,
    },
    /// More bytes than the limit.
    #[error("{bytes} bytes of audio are too many, the limit is {limit}")]
    TooManyBytes {
        /// Bytes of the file or buffer.
        bytes: u64,
        /// Most bytes taken.
        limit: u64,
    },
}

/// Names of the format tags most often met in files that are not read, from `mmreg.h` (RFC 2361).
fn codec_name(tag: u16) -> &'static str {
    match tag {
        0x0001 => "PCM",
        0x0002 => "Microsoft ADPCM",
        0x0003 => "IEEE float",
        0x0006 => "A-law",
        0x0007 => "mu-law",
        0x0011 => "IMA ADPCM",
        0x0031 => "GSM 6.10",
        0x0040 => "G.721 ADPCM",
        0x0050 => "MPEG",
        0x0055 => "MP3",
        0x0064 => "G.726 ADPCM",
        0x0065 => "G.722",
        0xfffe => "extensible",
        _ => "unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::AudioError as E;

    #[test]
    fn every_text_says_what_was_found_and_what_is_allowed() {
        let cases = [
            (E::Empty, "audio is empty"),
            (
                E::NotWav { found: "OggS".into() },
                "not a WAV file: starts with \"OggS\", expected \"RIFF\" and \"WAVE\"",
            ),
            (E::HeaderOnly, "WAV file has a header but no samples"),
            (E::NoFormat, "WAV file has no \"fmt \" chunk before its samples"),
            (E::ShortFormat { found: 14, expected: 16 }, "\"fmt \" chunk has 14 bytes, expected at least 16"),
            (
                E::Truncated { chunk: "data".into(), claimed: 64_000, found: 1_200 },
                "chunk \"data\" claims 64000 bytes, the file has 1200 of them",
            ),
            (E::PartialFrame { bytes: 7, frame: 4 }, "7 bytes of samples are no whole number of 4-byte frames"),
            (E::FrameSize { found: 3, expected: 2 }, "header claims 3 bytes per frame, expected 2"),
            (
                E::UnsupportedCodec { tag: 0x55, bits: 0 },
                "unsupported codec: format tag 0x0055 (MP3) with 0 bits per sample, \
                 expected PCM 8/16/24/32, float 32/64, A-law 8 or mu-law 8",
            ),
            (E::NoChannels, "0 channels, expected at least 1"),
            (E::SampleRate { hz: 4_000 }, "sample rate 4000 Hz is outside 8000..=48000 Hz"),
            (E::NotFinite { at: 17, found: "NaN".into() }, "sample 17 is NaN, expected a finite number"),
            (E::TooShort { seconds: 0.05, limit: 0.1 }, "0.050 s of sound is too short, expected at least 0.1 s"),
            (E::TooLong { seconds: 45.0, limit: 30.0 }, "45.0 s of sound is too long, the limit is 30 s"),
            (E::TooManyBytes { bytes: 9, limit: 8 }, "9 bytes of audio are too many, the limit is 8"),
        ];
        for (error, text) in cases {
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn a_tag_without_a_name_is_still_printed() {
        let text = E::UnsupportedCodec { tag: 0x1234, bits: 16 }.to_string();
        assert!(text.contains("0x1234 (unknown)"), "{text}");
    }
}
