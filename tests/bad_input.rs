//! Whatever cannot be used is refused with an error that says what, where, what was found and what is allowed, and
//! nothing else happens: no sound, no examples, no router comes of it. Every such error ends with a person.

mod hostile;

use std::path::{Path, PathBuf};

use voxroute::audio::{Limits, Recording, Waveform};
use voxroute::error::{Error, ExamplesError, ModelError};
use voxroute::human::PersonRequest;
use voxroute::models::Models;
use voxroute::policy::Reason;
use voxroute::train::Examples;
use voxroute::units::{Language, SampleRate};
use voxroute::{Decision, Router};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A mono WAV file at `hz` with this format tag and these bits per sample.
fn wav(tag: u16, channels: u16, hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
    let frame = channels * (bits / 8);
    let mut format = [tag.to_le_bytes(), channels.to_le_bytes()].concat();
    format.extend([hz.to_le_bytes(), (hz * u32::from(frame)).to_le_bytes()].concat());
    format.extend([frame.to_le_bytes(), bits.to_le_bytes()].concat());
    let chunks = [b"WAVEfmt ".as_slice(), &[16, 0, 0, 0], &format, b"data", &length(data), data].concat();
    [b"RIFF".as_slice(), &length(&chunks), &chunks].concat()
}

fn length(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).expect("a small file").to_le_bytes()
}

/// 0.2 s of 16-bit silence.
fn sound() -> Vec<u8> {
    wav(1, 1, 8_000, 16, &[0; 3_200])
}

fn refused(bytes: &[u8]) -> Error {
    Recording::from_wav_bytes(bytes).expect_err("not to be used").into()
}

fn check(error: &Error, text: &str) {
    assert_eq!(error.to_string(), text);
    let decision = Decision::from(error);
    assert_eq!(decision.reason, Reason::Failure);
    assert_eq!(decision.hand_off().map(|hand_off| hand_off.ways.len()), Some(1), "the caller has a way to a person");
}

#[test]
fn a_good_file_is_read() {
    assert_eq!(Recording::from_wav_bytes(&sound()).map(|recording| recording.n_frames()), Ok(1_600));
}

#[test]
fn a_file_that_is_no_wav() {
    let text = r#"not a WAV file: starts with "%PDF-1.7", expected "RIFF" and "WAVE""#;
    check(&refused(b"%PDF-1.7"), text);
}

#[test]
fn an_empty_file() {
    check(&refused(b""), "audio is empty");
}

#[test]
fn a_header_without_samples() {
    check(&refused(&wav(1, 1, 8_000, 16, &[])), "WAV file has a header but no samples");
}

#[test]
fn truncated_samples() {
    let bytes = sound();
    let text = "chunk \"data\" claims 3200 bytes, the file has 3100 of them";
    check(&refused(&bytes[..bytes.len() - 100]), text);
}

#[test]
fn a_size_that_lies() {
    let mut bytes = sound();
    bytes[40..44].copy_from_slice(&0xf000_0000_u32.to_le_bytes());
    check(&refused(&bytes), "chunk \"data\" claims 4026531840 bytes, the file has 3200 of them");
}

#[test]
fn a_codec_that_is_not_read_is_named() {
    let text = "unsupported codec: format tag 0x0055 (MP3) with 16 bits per sample, \
                expected PCM 8/16/24/32, float 32/64, A-law 8 or mu-law 8";
    check(&refused(&wav(0x55, 1, 8_000, 16, &[0; 3_200])), text);
}

#[test]
fn no_channels() {
    check(&refused(&wav(1, 0, 8_000, 16, &[0; 3_200])), "0 channels, expected at least 1");
}

#[test]
fn no_rate() {
    check(&refused(&wav(1, 1, 0, 16, &[0; 3_200])), "sample rate 0 Hz is outside 8000..=48000 Hz");
}

#[test]
fn a_sample_that_is_no_number() {
    let samples = [0.0, 0.0, f32::NAN, 0.0].map(f32::to_le_bytes).concat();
    check(&refused(&wav(3, 1, 8_000, 32, &samples)), "sample 2 is NaN, expected a finite number");
}

/// `benches/texts.rs` shows that the time they take grows with their length, not with its square.
#[test]
fn a_request_is_found_behind_a_hundred_thousand_bytes_of_hostile_text() {
    for (unit, text) in hostile::texts(100_000) {
        let person = hostile::searched(&format!("{text}. 我要转人工, I want to speak to a person."));
        assert!(matches!(person, PersonRequest::Explicit { .. }), "{unit}");
    }
}

#[test]
fn a_twentieth_of_a_second() {
    let short = Recording::from_wav_bytes(&wav(1, 1, 8_000, 16, &[0; 800])).expect("it is a WAV file");
    let error = Waveform::from_recording(&short, Limits::default()).expect_err("too short");
    check(&error.into(), "0.050 s of sound is too short, expected at least 0.1 s");
}

#[test]
fn more_sound_than_the_limit() {
    let long = wav(7, 1, 8_000, 8, &vec![0xff; 8_000 * 45]);
    check(&refused(&long), "45.0 s of sound is too long, the limit is 30 s");
    let raw = Recording::from_mulaw(&vec![0xff; 8_000 * 45], SampleRate::TELEPHONE).expect("raw codes have no header");
    let error = Waveform::from_recording(&raw, Limits::default()).expect_err("too long");
    check(&error.into(), "45.0 s of sound is too long, the limit is 30 s");
}

/// A models' folder whose parts are links to the shipped ones, but for `altered`.
fn models(altered: &str, change: impl Fn(Vec<u8>) -> Option<Vec<u8>>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let shipped = Path::new(ROOT).join("models");
    for name in ["MANIFEST.toml", "whisper-base-q8_0.bin", "encoder/model.onnx", "encoder/tokenizer.json"] {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("inside the folder")).expect("made");
        if name != altered {
            std::os::unix::fs::symlink(shipped.join(name), path).expect("linked");
        } else if let Some(bytes) = change(std::fs::read(shipped.join(name)).expect("a shipped file")) {
            std::fs::write(path, bytes).expect("written");
        }
    }
    folder
}

/// The error of a router for the shipped pack and this folder of models, with the folder's name taken out.
fn router_error(folder: &Path) -> (Error, String) {
    let pack = format!("{ROOT}/models/hotline");
    let error = Router::builder().models(folder).pack(pack).build().expect_err("it does not start");
    let text = error.to_string().replace(&folder.display().to_string(), "DIR");
    (error, text)
}

#[test]
fn a_model_file_that_is_missing() {
    let folder = models("whisper-base-q8_0.bin", |_| None);
    let (error, text) = router_error(folder.path());
    assert!(matches!(error, Error::Model(ModelError::Missing { .. })), "{error:?}");
    assert_eq!(text, "speech model DIR/whisper-base-q8_0.bin: entity not found");
}

#[test]
fn a_model_file_that_was_altered() {
    let folder = models("encoder/tokenizer.json", |mut bytes| {
        bytes[1_000] ^= 1;
        Some(bytes)
    });
    let (error, text) = router_error(folder.path());
    assert!(matches!(error, Error::Model(ModelError::Hash { .. })), "{error:?}");
    assert!(text.starts_with("encoder DIR/encoder/tokenizer.json: SHA-256 "), "{text}");
    assert_eq!(text.matches(", expected ").count(), 1, "found and expected: {text}");
}

#[test]
fn a_pack_that_is_unknown() {
    let error = Router::builder().models(format!("{ROOT}/models")).pack("hotlime").build().expect_err("no such pack");
    check(&error, "pack \"hotlime\" is unknown, known: hotline");
}

#[test]
fn a_language_that_is_unknown() {
    check(&Language::from_code("fr").expect_err("not ours").into(), "language fr is outside zh, en");
}

/// The error of a YAML file with these examples beside a domain of the intents `tea` and `bill`.
fn examples(yaml: &str) -> (Error, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let card = |id: &str| {
        let names = format!("{{ zh = \"{id}\", en = \"{id}\" }}");
        format!("[[intent]]\nid = \"{id}\"\ntitle = {names}\nquestion = {names}\n")
    };
    let domain = format!("language = \"en\"\n{}{}", card("tea"), card("bill"));
    std::fs::write(folder.path().join("domain.toml"), domain).expect("written");
    let path: PathBuf = folder.path().join("a.yml");
    std::fs::write(&path, yaml).expect("written");
    let error = Examples::read(&path).expect_err("not to be used");
    let text = error.to_string().replace(&path.display().to_string(), "a.yml");
    (error, text)
}

const EXAMPLES: &str = "nlu:\n- intent: tea\n  examples: |\n    - one tea\n    - two teas\n\
                        - intent: bill\n  examples: |\n    - the bill\n    - pay now\n";

#[test]
fn an_intent_that_the_domain_does_not_know() {
    let (error, text) = examples(&EXAMPLES.replace("intent: bill", "intent: invoice"));
    assert!(matches!(error, Error::Examples(ExamplesError::UnknownIntent { .. })), "{error:?}");
    assert_eq!(text, "a.yml:8: intent \"invoice\" is unknown, known: bill, tea");
}

#[test]
fn an_example_given_twice() {
    let (error, text) = examples(&EXAMPLES.replace("pay now", "One tea."));
    assert!(matches!(error, Error::Examples(ExamplesError::Duplicate { .. })), "{error:?}");
    let first = text.rsplit_once(" at ").map(|(_, first)| first.ends_with("a.yml:4"));
    assert_eq!(first, Some(true), "{text}");
    assert!(text.starts_with("a.yml:9: \"One tea.\" of bill was given before, for tea"), "{text}");
}

#[test]
fn an_example_that_is_empty() {
    let (error, text) = examples(&EXAMPLES.replace("pay now", "..."));
    assert!(matches!(error, Error::Examples(ExamplesError::Empty { .. })), "{error:?}");
    assert_eq!(text, "a.yml:9: an example of bill is empty");
}

#[test]
fn a_folder_without_a_manifest() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = Models::open(folder.path()).expect_err("no manifest");
    let path = folder.path().join("MANIFEST.toml");
    check(&error.into(), &format!("manifest {}: entity not found", path.display()));
}
