//! Files made by hand, of four known samples each, one for every way a header can be right or wrong.

use proptest::prelude::*;

use crate::audio::{Limits, Recording};
use crate::error::AudioError;

/// A WAV file to be written; what is `None` is written as it should be.
#[derive(Clone)]
struct File {
    tag: u16,
    channels: u16,
    hz: u32,
    bits: u16,
    /// Valid bits and the codec's tag of a `WAVE_FORMAT_EXTENSIBLE`.
    extensible: Option<(u16, u16)>,
    frame: Option<u16>,
    /// Whole chunks before the samples.
    before: Vec<u8>,
    riff_length: Option<u32>,
    data_length: Option<u32>,
    data: Vec<u8>,
    after: Vec<u8>,
}

impl File {
    fn new(tag: u16, bits: u16, data: &[u8]) -> Self {
        Self {
            tag,
            channels: 1,
            hz: 16_000,
            bits,
            extensible: None,
            frame: None,
            before: Vec::new(),
            riff_length: None,
            data_length: None,
            data: data.to_vec(),
            after: Vec::new(),
        }
    }

    /// Samples 2, -3, 5, -7 as 16-bit PCM.
    fn pcm16() -> Self {
        Self::new(1, 16, &[2, 0, 0xfd, 0xff, 5, 0, 0xf9, 0xff])
    }

    fn bytes(&self) -> Vec<u8> {
        let mut chunks = b"WAVE".to_vec();
        chunks.extend(chunk(b"fmt ", None, &self.format()));
        chunks.extend(&self.before);
        chunks.extend(chunk(b"data", self.data_length, &self.data));
        chunks.extend(&self.after);
        chunk(b"RIFF", self.riff_length, &chunks)
    }

    fn format(&self) -> Vec<u8> {
        let frame = self.frame.unwrap_or(self.channels.wrapping_mul(self.bits / 8));
        let tag = if self.extensible.is_some() { 0xfffe } else { self.tag };
        let mut format = [tag.to_le_bytes(), self.channels.to_le_bytes()].concat();
        format.extend(self.hz.to_le_bytes());
        format.extend(self.hz.wrapping_mul(frame.into()).to_le_bytes());
        format.extend([frame.to_le_bytes(), self.bits.to_le_bytes()].concat());
        if let Some((valid, tag)) = self.extensible {
            format.extend([22, 0].into_iter().chain(valid.to_le_bytes()).chain([4, 0, 0, 0]).chain(tag.to_le_bytes()));
            format.extend(super::SUBFORMAT_REST);
        }
        format
    }

    fn read(&self) -> Result<Recording, AudioError> {
        Recording::from_wav_bytes(&self.bytes())
    }
}

fn chunk(name: &[u8; 4], length: Option<u32>, body: &[u8]) -> Vec<u8> {
    let length = length.unwrap_or(body.len() as u32);
    let pad = &[0][..body.len() % 2];
    [name.as_slice(), &length.to_le_bytes(), body, pad].concat()
}

fn samples(file: &File) -> Vec<f32> {
    file.read().expect("a good file").samples().to_vec()
}

/// The text of the error a file gives.
fn error(file: &File) -> String {
    file.read().expect_err("a bad file").to_string()
}

/// 2, -3, 5, -7 as 16-bit samples.
const KNOWN: [f32; 4] = [2.0 / 32_768.0, -3.0 / 32_768.0, 5.0 / 32_768.0, -7.0 / 32_768.0];

#[test]
fn every_codec_gives_the_known_samples() {
    let quarters = [0.25, -0.5, 0.75, -1.0];
    let pcm24 = [[0, 0, 0x20], [0, 0, 0xc0], [0, 0, 0x60], [0, 0, 0x80]];
    let low24 = [[1, 0, 0x20, 0], [0, 0, 0xc0, 0xff], [0, 0, 0x60, 0], [0, 0, 0x80, 0]];
    let cases = [
        ("PCM 8", File::new(1, 8, &[160, 64, 224, 0]), quarters),
        ("PCM 16", File::pcm16(), KNOWN),
        ("PCM 24", File::new(1, 24, &pcm24.concat()), quarters),
        ("PCM 32", File::new(1, 32, &pcm24.map(|s| [0, s[0], s[1], s[2]]).concat()), quarters),
        ("float 32", File::new(3, 32, &quarters.map(f32::to_le_bytes).concat()), quarters),
        ("float 64", File::new(3, 64, &quarters.map(|s| f64::from(s).to_le_bytes()).concat()), quarters),
        ("A-law", File::new(6, 8, &[0xaa, 0x2a, 0xd5, 0x55]), [32_256, -32_256, 8, -8].map(|s| s as f32 / 32_768.0)),
        ("mu-law", File::new(7, 8, &[0x80, 0, 0xff, 0x7e]), [32_124, -32_124, 0, -8].map(|s| s as f32 / 32_768.0)),
        (
            "24 upper bits of 32",
            File { extensible: Some((24, 1)), ..File::new(1, 32, &pcm24.map(|s| [0, s[0], s[1], s[2]]).concat()) },
            quarters,
        ),
        (
            "24 lower bits of 32",
            File { extensible: Some((24, 1)), ..File::new(1, 32, &low24.concat()) },
            [(0x20_0001 as f32) / 8_388_608.0, -0.5, 0.75, -1.0],
        ),
        (
            "24 bits in a frame of 4",
            File { frame: Some(4), ..File::new(1, 24, &low24.concat()) },
            [(0x20_0001 as f32) / 8_388_608.0, -0.5, 0.75, -1.0],
        ),
    ];
    for (name, file, expected) in cases {
        assert_eq!(samples(&file), expected, "{name}");
    }
}

#[test]
fn extensible_headers_name_the_codec_further_in() {
    for (tag, bits, data) in [(1, 16, File::pcm16().data), (7, 8, vec![0xff; 4]), (3, 32, vec![0; 16])] {
        let plain = File::new(tag, bits, &data);
        let extensible = File { extensible: Some((bits, tag)), ..plain.clone() };
        assert_eq!(samples(&extensible), samples(&plain), "tag {tag}");
    }
}

#[test]
fn every_rate_and_channel_count_is_kept() {
    for hz in [8_000, 11_025, 44_100, 48_000] {
        let recording = File { hz, channels: 2, ..File::pcm16() }.read().expect("a good file");
        assert_eq!((recording.rate().hz(), recording.channels(), recording.n_frames()), (hz, 2, 2));
    }
    let many = File { channels: 300, ..File::new(7, 8, &[0xff; 600]) }.read().expect("a good file");
    assert_eq!((many.channels(), many.n_frames()), (300, 2));
}

#[test]
fn other_chunks_are_skipped_odd_ones_with_their_pad_byte() {
    let before =
        [chunk(b"LIST", None, b"odd"), chunk(b"fact", None, &[4, 0, 0, 0]), chunk(b"bext", None, b"")].concat();
    let file = File { before, after: chunk(b"LIST", None, b"more"), ..File::pcm16() };
    assert_eq!(samples(&file), KNOWN);
}

#[test]
fn a_pad_byte_missing_at_the_end_is_no_loss() {
    let mut bytes = File::new(7, 8, &[0xff; 3]).bytes();
    bytes.pop();
    assert_eq!(Recording::from_wav_bytes(&bytes).map(|recording| recording.n_frames()), Ok(3));
}

#[test]
fn lengths_left_open_mean_the_rest_of_the_file() {
    for length in [u32::MAX, 0x7fff_f000, 0x7fff_efff, 0] {
        let file = File { riff_length: Some(length), data_length: Some(length), ..File::pcm16() };
        assert_eq!(samples(&file), KNOWN, "{length:#x}");
    }
    let stopped = File { data_length: Some(u32::MAX), data: [File::pcm16().data, vec![9]].concat(), ..File::pcm16() };
    assert_eq!(samples(&stopped)[..4], KNOWN, "a writer that was stopped leaves half a sample");
}

#[test]
fn the_riff_length_is_not_believed() {
    for length in [0, 4, 36, 0x7fff_ffff, u32::MAX] {
        assert_eq!(samples(&File { riff_length: Some(length), ..File::pcm16() }), KNOWN, "{length:#x}");
    }
}

#[test]
fn not_a_wav_says_how_it_starts() {
    let text = |bytes: &[u8]| Recording::from_wav_bytes(bytes).expect_err("no WAV").to_string();
    assert_eq!(text(b""), "audio is empty");
    assert_eq!(text(b"OggS\x00\x02"), r#"not a WAV file: starts with "OggS\\x00\\x02", expected "RIFF" and "WAVE""#);
    assert_eq!(text(b"RIFF"), r#"not a WAV file: starts with "RIFF", expected "RIFF" and "WAVE""#);
    assert_eq!(
        text(b"RIFF\x04\0\0\0AVI more"),
        r#"not a WAV file: starts with "RIFF\\x04\\x00\\x00\\x00AVI ", expected "RIFF" and "WAVE""#
    );
}

#[test]
fn a_header_without_samples_is_refused() {
    let none = "WAV file has a header but no samples";
    assert_eq!(error(&File { data: vec![], ..File::pcm16() }), none);
    assert_eq!(error(&File { data: vec![], after: chunk(b"LIST", None, b"tags"), ..File::pcm16() }), none);
    assert_eq!(error(&File { data: vec![], data_length: Some(u32::MAX), ..File::pcm16() }), none);
    let bytes = File::pcm16().bytes();
    for cut in 12..36 {
        let error = Recording::from_wav_bytes(&bytes[..cut]).expect_err("no samples");
        let expected = [AudioError::HeaderOnly];
        let cut_format = matches!(&error, AudioError::Truncated { chunk, .. } if chunk == "fmt ");
        assert!(cut_format || expected.contains(&error), "cut at {cut}: {error}");
    }
}

#[test]
fn truncated_data_says_how_much_is_there() {
    let bytes = File::pcm16().bytes();
    for cut in 1..8 {
        let error = Recording::from_wav_bytes(&bytes[..bytes.len() - cut]).expect_err("cut off");
        assert_eq!(error.to_string(), format!("chunk \"data\" claims 8 bytes, the file has {} of them", 8 - cut));
    }
}

#[test]
fn lying_sizes_are_refused() {
    let gigabytes = File { data_length: Some(0xf000_0000), ..File::pcm16() };
    assert_eq!(error(&gigabytes), "chunk \"data\" claims 4026531840 bytes, the file has 8 of them");
    let other = File { before: chunk(b"LIST", Some(0xffff_ffff), b"tags"), ..File::pcm16() };
    assert_eq!(error(&other), "chunk \"LIST\" claims 4294967295 bytes, the file has 20 of them");
    let half = File { data: vec![0; 7], ..File::pcm16() };
    assert_eq!(error(&half), "7 bytes of samples are no whole number of 2-byte frames");
    let frame = File { frame: Some(3), ..File::pcm16() };
    assert_eq!(error(&frame), "header claims 3 bytes per frame, expected 2");
}

#[test]
fn the_format_must_come_first_and_whole() {
    let body = [b"WAVE".to_vec(), chunk(b"data", None, &[0; 4])].concat();
    let late = Recording::from_wav_bytes(&chunk(b"RIFF", None, &body)).expect_err("no format");
    assert_eq!(late.to_string(), "WAV file has no \"fmt \" chunk before its samples");
    for (length, tag, expected) in [(14, [1, 0], 16), (18, [0xfe, 0xff], 40)] {
        let mut format = File::pcm16().format();
        format.resize(length, 0);
        format[..2].copy_from_slice(&tag);
        let body = [b"WAVE".to_vec(), chunk(b"fmt ", None, &format)].concat();
        let short = Recording::from_wav_bytes(&chunk(b"RIFF", None, &body)).expect_err("short");
        assert_eq!(short.to_string(), format!("\"fmt \" chunk has {length} bytes, expected at least {expected}"));
    }
}

#[test]
fn an_unsupported_codec_names_its_tag() {
    let rest = "expected PCM 8/16/24/32, float 32/64, A-law 8 or mu-law 8";
    let cases = [
        (File::new(0x55, 0, &[0; 4]), "0x0055 (MP3) with 0 bits"),
        (File::new(2, 4, &[0; 4]), "0x0002 (Microsoft ADPCM) with 4 bits"),
        (File::new(1, 12, &[0; 4]), "0x0001 (PCM) with 12 bits"),
        (File::new(3, 16, &[0; 4]), "0x0003 (IEEE float) with 16 bits"),
        (File { extensible: Some((16, 0x11)), ..File::pcm16() }, "0x0011 (IMA ADPCM) with 16 bits"),
    ];
    for (file, what) in cases {
        assert_eq!(error(&file), format!("unsupported codec: format tag {what} per sample, {rest}"));
    }
    let mut bytes = File { extensible: Some((16, 1)), ..File::pcm16() }.bytes();
    bytes[50] ^= 1;
    let foreign = Recording::from_wav_bytes(&bytes).expect_err("a sub-format of its own").to_string();
    assert!(foreign.starts_with("unsupported codec: format tag 0xfffe (extensible)"), "{foreign}");
}

#[test]
fn impossible_channels_and_rates_are_refused() {
    assert_eq!(error(&File { channels: 0, ..File::pcm16() }), "0 channels, expected at least 1");
    for hz in [0, 7_999, 48_001, u32::MAX] {
        let expected = format!("sample rate {hz} Hz is outside 8000..=48000 Hz");
        assert_eq!(error(&File { hz, ..File::pcm16() }), expected);
    }
}

#[test]
fn samples_that_are_no_numbers_are_refused() {
    for (value, name) in [(f32::NAN, "NaN"), (f32::INFINITY, "inf"), (f32::NEG_INFINITY, "-inf")] {
        let data = [0.0, value, 0.0].map(f32::to_le_bytes).concat();
        assert_eq!(error(&File::new(3, 32, &data)), format!("sample 1 is {name}, expected a finite number"));
    }
    let huge = File::new(3, 64, &1e300_f64.to_le_bytes());
    assert_eq!(error(&huge), "sample 0 is inf, expected a finite number");
}

#[test]
fn limits_hold_before_anything_is_decoded() {
    let limits = |seconds, bytes| Limits::new(seconds, bytes).expect("limits within their range");
    let file = File::new(7, 8, &[0xff; 16_000]).bytes();
    let error = |limits| Recording::from_wav_bytes_within(&file, limits).expect_err("beyond the limit").to_string();
    assert_eq!(error(limits(0.5, 1 << 20)), "1.0 s of sound is too long, the limit is 0.5 s");
    assert_eq!(error(limits(30.0, 16_000)), "16044 bytes of audio are too many, the limit is 16000");
    assert!(Recording::from_wav_bytes_within(&file, limits(1.0, 16_044)).is_ok());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let error = Recording::from_wav_file(std::path::Path::new("no/such.wav")).expect_err("no file");
    assert_eq!(error.to_string(), "no/such.wav: read: entity not found");
}

/// Any bytes, and bytes that begin like a WAV file so that the deeper paths are reached.
fn any_file() -> impl Strategy<Value = Vec<u8>> {
    let anything = prop::collection::vec(any::<u8>(), 0..400);
    let altered = (
        0..4_usize,
        prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        any::<prop::sample::Index>(),
    );
    let altered = altered.prop_map(|(kind, changes, cut)| {
        let kinds = [
            File::pcm16(),
            File { before: chunk(b"LIST", None, b"odd"), ..File::new(7, 8, &[7; 9]) },
            File { extensible: Some((24, 1)), ..File::new(1, 32, &[3; 16]) },
            File::new(3, 64, &[0; 32]),
        ];
        let mut bytes = kinds[kind].bytes();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        bytes.truncate(cut.index(bytes.len()) + 1);
        bytes
    });
    prop_oneof![anything, altered]
}

proptest! {
    #[test]
    fn any_bytes_give_sound_or_an_error(bytes in any_file()) {
        if let Ok(recording) = Recording::from_wav_bytes(&bytes) {
            prop_assert!(recording.samples().len() <= bytes.len(), "a sample takes at least a byte");
            prop_assert!(recording.n_frames() >= 1);
            prop_assert_eq!(recording.samples().len(), recording.n_frames() * usize::from(recording.channels()));
            prop_assert!(recording.samples().iter().all(|sample| sample.is_finite()));
        }
    }

    #[test]
    fn any_raw_bytes_give_sound_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let rate = crate::units::SampleRate::TELEPHONE;
        for read in [Recording::from_mulaw, Recording::from_alaw] {
            prop_assert_eq!(read(&bytes, rate).map(|recording| recording.n_frames()).unwrap_or(0), bytes.len());
        }
        let pcm = Recording::from_pcm16_bytes(&bytes, rate);
        prop_assert_eq!(pcm.is_ok(), !bytes.is_empty() && bytes.len() % 2 == 0);
    }

    #[test]
    fn pcm16_survives_unchanged(values in prop::collection::vec(any::<i16>(), 1..200)) {
        let data: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let file = File::new(1, 16, &data);
        let direct = Recording::from_pcm16(&values, crate::units::SampleRate::ENGINE);
        prop_assert_eq!(file.read(), direct.clone());
        let back: Vec<i16> = samples(&file).iter().map(|sample| (sample * 32_768.0) as i16).collect();
        prop_assert_eq!(back, values);
    }
}
