//! Resident memory over many turns, in a process of its own.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::time::Duration;

use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::models::Models;
use voxroute::transcribe::{Hint, Prompt, Transcribe, Whisper, WhisperConfig};
use voxroute::units::Language;

/// Turns after which growth is measured, and turns in which it is.
const WARM_UP: usize = 6;
const TURNS: usize = 24;
/// What one leaked state, window or prompt would add many times over.
const MOST_GROWTH: usize = 6 << 20;

/// Languages, prompts and callbacks leak in the engine's own setters on every call; none of them is used.
#[test]
fn turns_leave_no_memory_behind() {
    // As in a service: the engine's own messages come through its only callback.
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(std::io::sink).init();
    let prompt = Prompt { language: Language::En, text: "I want a refund of my deposit.".into() };
    let deadline = Duration::from_secs(300);
    let config = WhisperConfig { workers: 1, prompts: vec![prompt], deadline, ..WhisperConfig::default() };
    let models = Models::open(&Path::new(env!("CARGO_MANIFEST_DIR")).join("models")).expect("the shipped models");
    let model = models.speech().expect("a speech model");
    let whisper = Whisper::load(&model, &config).expect("the shipped model loads");
    let hear = |turn: usize| {
        let heard = whisper.transcribe(&part(16_000 + 640 * (turn % 5)), &Hint::default()).expect("the engine works");
        assert_ne!(heard.text, "", "a turn the voice gate stops would prove nothing");
    };
    (0..WARM_UP).for_each(hear);
    let before = resident();
    (0..TURNS).for_each(hear);
    let grown = resident().saturating_sub(before);
    assert!(grown < MOST_GROWTH, "{grown} bytes in {TURNS} turns");
}

/// The first `n_samples` of a spoken clip.
fn part(n_samples: usize) -> Speech {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/audio/en_order_refund.wav");
    let recording = Recording::from_wav_file(&path).expect("an example clip");
    let whole = Waveform::from_recording(&recording, Limits::default()).expect("a short clip");
    Speech::detect(Waveform::new(whole.samples()[..n_samples].to_vec()).expect("a finite signal"))
}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").expect("linux");
    let pages: usize = pages.split(' ').nth(1).and_then(|field| field.parse().ok()).expect("a number");
    pages * 4_096
}
