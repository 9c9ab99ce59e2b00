//! Reads paths of 16 kHz WAVs line by line, answers each with one line of JSON: text, CPU and wall seconds.
//!
//! `default_whisper MODEL`; the settings are those of whisper-rs's own examples, with one thread.

use std::io::BufRead;
use std::time::Instant;

use whisper_rs::{FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperState};

fn main() {
    whisper_rs::install_logging_hooks();
    let model = std::env::args().nth(1).expect("the model's path");
    let context = WhisperContext::new_with_params(&model, WhisperContextParameters::default()).expect("a model");
    let mut state = context.create_state().expect("a state");
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        let samples = samples(&path);
        let (cpu, wall) = (cpu_seconds(), Instant::now());
        let text = hear(&mut state, &samples);
        let (cpu, wall) = (cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
        println!("{}", serde_json::json!({ "text": text, "cpu": cpu, "wall": wall }));
    }
}

fn hear(state: &mut WhisperState, samples: &[f32]) -> String {
    let mut params = FullParams::new(SamplingStrategy::Greedy { best_of: 5 });
    params.set_n_threads(1);
    params.set_language(Some("auto"));
    params.set_print_progress(false);
    params.set_print_realtime(false);
    state.full(params, samples).expect("the engine works");
    state.as_iter().map(|segment| segment.to_str_lossy().expect("a text").into_owned()).collect()
}

fn samples(path: &str) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).expect("a WAV");
    reader.samples::<i16>().map(|sample| f32::from(sample.expect("a sample")) / 32_768.0).collect()
}

/// CPU seconds of all threads that still live (Linux).
fn cpu_seconds() -> f64 {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux").flatten();
    let stats = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    stats.filter_map(|stat| stat.split(' ').next()?.parse::<f64>().ok()).sum::<f64>() / 1e9
}
