//! One spoken turn through the speech stage, beside the same turn through the engine's full window.
//!
//! `cargo bench --bench transcribe`; only the ratio of the two means anything on another machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::models::Models;
use voxroute::transcribe::{Hint, Transcribe, Verdict, Whisper, WhisperConfig, Window};

const CLIPS: [&str; 2] = ["zh_deposit_refund.wav", "en_order_refund.wav"];

fn turn(criterion: &mut Criterion) {
    let base = WhisperConfig { workers: 1, deadline: Duration::from_secs(300), ..WhisperConfig::default() };
    let full =
        WhisperConfig { window: Window::FULL, second_look: None, slowed: Vec::new(), alternatives: 0, ..base.clone() };
    for (name, config) in [("turn", base), ("full_window", full)] {
        let models = Models::open(&folder().join("models")).expect("the shipped models");
        let model = models.speech().expect("a speech model");
        let whisper = Whisper::load(&model, &config).expect("the shipped model");
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for clip in CLIPS {
            let speech = speech(&folder().join("examples/audio").join(clip));
            group.bench_function(clip, |bencher| {
                bencher.iter(|| {
                    let heard = whisper.transcribe(&speech, &Hint::default()).expect("the engine works");
                    // A failed turn is fast.
                    assert_eq!(heard.verdict, Verdict::Heard);
                    heard
                });
            });
        }
        group.finish();
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn speech(path: &Path) -> Speech {
    let recording = Recording::from_wav_file(path).expect("an example clip");
    Speech::detect(Waveform::from_recording(&recording, Limits::default()).expect("a short clip"))
}

criterion_group!(benches, turn);
criterion_main!(benches);
