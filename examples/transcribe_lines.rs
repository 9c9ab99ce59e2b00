//! An engine in a process of its own: reads paths of WAV files line by line, answers each with one line of JSON.
//!
//! `printf '%s\n' examples/audio/*.wav | cargo run --release --example transcribe_lines -- models`
mod speech;

use std::io::BufRead;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use voxroute::Error;
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::transcribe::{Hint, Transcribe, Whisper, WhisperConfig};

fn main() {
    let models = std::env::args().nth(1).unwrap_or_else(|| "models".into());
    let config = WhisperConfig { workers: 1, ..WhisperConfig::default() };
    let whisper = speech::whisper(Path::new(&models), &config);
    for path in std::io::stdin().lock().lines().map_while(Result::ok) {
        println!(
            "{}",
            answer(&whisper, Path::new(&path)).unwrap_or_else(|error| json!({ "error": error.to_string() }))
        );
    }
}

/// The transcript of one file, with the CPU and wall time from samples to text.
fn answer(whisper: &Whisper, path: &Path) -> Result<Value, Error> {
    let recording = Recording::from_wav_file(path)?;
    let (cpu, wall) = (speech::cpu_seconds(), Instant::now());
    let spoken = Speech::detect(Waveform::from_recording(&recording, Limits::default())?);
    let heard = whisper.transcribe(&spoken, &Hint::default())?;
    let (cpu, wall) = (speech::cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
    Ok(json!({ "text": heard.text, "cpu": cpu, "wall": wall, "transcript": heard }))
}
