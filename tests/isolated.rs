//! Whisper in a process of its own: what kills it costs one turn.

use std::path::{Path, PathBuf};
use std::process::Command;

use voxroute::audio::{Recording, Speech, Waveform};
use voxroute::error::{EngineError, Error};
use voxroute::models::{Models, SpeechModel};
use voxroute::transcribe::isolated::Isolated;
use voxroute::transcribe::{Hint, Transcribe, Whisper, WhisperConfig};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One after the other: the second part kills every child of this process.
#[test]
fn a_child_that_cannot_load_is_named_and_a_killed_one_costs_one_turn() {
    a_model_the_child_cannot_load_is_named();
    a_killed_child_costs_one_turn();
}

fn a_killed_child_costs_one_turn() {
    let engine = start(&model()).expect("the child loads the shipped model");
    let within = Whisper::load(&model(), &one_worker()).expect("the shipped model loads");
    assert_eq!(engine.identity(), within.identity(), "the same engine, and the same promise");
    let speech = voice();
    let heard = engine.transcribe(&speech, &Hint::default()).expect("the child hears");
    assert!(heard.text.to_lowercase().contains("real person"), "{:?}", heard.text);
    kill_children();
    let lost = engine.transcribe(&speech, &Hint::default()).expect_err("the child is gone");
    assert!(matches!(lost, Error::Transcribe(EngineError::Process { .. })), "{lost}");
    let again = engine.transcribe(&speech, &Hint::default()).expect("another child was started");
    assert_eq!(again.text, heard.text);
}

fn a_model_the_child_cannot_load_is_named() {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    let model = SpeechModel::at(file.path()).expect("it is there");
    let error = start(&model).expect_err("it is empty").to_string();
    assert!(error.contains(&file.path().display().to_string()) && error.contains("first bytes"), "{error}");
}

#[test]
fn a_program_that_is_no_child_is_an_error_and_not_a_hang() {
    let error = Isolated::start_program(Path::new("/bin/true"), &model(), &one_worker()).expect_err("it says nothing");
    assert!(matches!(error, Error::Transcribe(EngineError::Process { .. })), "{error}");
}

fn start(model: &SpeechModel) -> Result<Isolated, Error> {
    Isolated::start_program(&worker(), model, &one_worker())
}

fn one_worker() -> WhisperConfig {
    WhisperConfig { workers: 1, ..WhisperConfig::default() }
}

fn model() -> SpeechModel {
    let models = Models::open(&Path::new(ROOT).join("models")).expect("the shipped models");
    models.speech().expect("a speech model")
}

/// The example of that name, which cargo builds with the tests.
fn worker() -> PathBuf {
    let test = std::env::current_exe().expect("the test is a file");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps");
    profile.join("examples/worker")
}

fn voice() -> Speech {
    let recording = Recording::from_wav_bytes(include_bytes!("../examples/audio/en_agent.wav")).expect("a sound file");
    Speech::detect(Waveform::from_recording(&recording, voxroute::audio::Limits::default()).expect("a waveform"))
}

/// As the out-of-memory killer would.
fn kill_children() {
    let children = children("worker");
    assert!(!children.is_empty(), "a child is running");
    for child in children {
        let status = Command::new("sh").args(["-c", &format!("kill -9 {child}")]).status().expect("there is a shell");
        assert!(status.success(), "process {child} takes the signal");
    }
}

/// The children of this process with this name, by `/proc/PID/stat`: "pid (name) state parent ...".
fn children(name: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").expect("Linux has it").flatten();
    let stats = entries.filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok());
    stats
        .filter_map(|stat| {
            let (pid, rest) = stat.split_once(" (")?;
            let (found, rest) = rest.rsplit_once(") ")?;
            let parent = rest.split(' ').nth(1)?;
            (found == name && parent == own).then(|| pid.to_owned())
        })
        .collect()
}
