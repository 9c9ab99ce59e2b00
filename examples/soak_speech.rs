//! Resident memory over many turns, and the throughput of two workers against one.
//!
//! `cargo run --release --example soak_speech -- --turns 2000 --out benches/record/soak.json`
mod speech;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use serde_json::json;
use voxroute::audio::Speech;
use voxroute::transcribe::{Hint, Transcribe, Whisper, WhisperConfig};

#[derive(Parser)]
struct Args {
    /// A spoken 16 kHz WAV.
    #[arg(long, default_value = "examples/audio/en_order_refund.wav")]
    clip: PathBuf,
    /// The folder with `MANIFEST.toml` and the speech model.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Turns of the memory run; growth counts from turn 100.
    #[arg(long, default_value_t = 2_000)]
    turns: usize,
    /// Turns of each throughput run.
    #[arg(long, default_value_t = 40)]
    throughput_turns: usize,
    /// Where the figures go as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// The turn from which memory may no longer grow.
const SETTLED: usize = 100;

fn main() {
    let args = Args::parse();
    let samples = speech::samples(&args.clip);
    let one = load(&args, 1);
    let (before, after) = soak(&one, &samples, args.turns);
    let alone = turns_per_second(&one, 1, &samples, args.throughput_turns);
    drop(one);
    let both = turns_per_second(&load(&args, 2), 2, &samples, args.throughput_turns);
    let report = json!({
        "turns": args.turns, "resident_at_100_mb": before, "resident_at_end_mb": after,
        "growth_percent": 100.0 * (after - before) / before,
        "turns_per_second": { "one_worker": alone, "two_workers": both }, "ratio": both / alone,
    });
    println!("{report:#}");
    if let Some(out) = args.out {
        voxroute::files::write(&out, format!("{report:#}\n").as_bytes()).unwrap_or_else(|error| speech::stop(error));
    }
}

fn load(args: &Args, workers: usize) -> Whisper {
    let config = WhisperConfig { workers, deadline: Duration::from_secs(600), ..WhisperConfig::default() };
    speech::whisper(&args.models, &config)
}

/// Resident megabytes at turn 100 and at the end. Turns differ in length, as callers do.
fn soak(whisper: &Whisper, samples: &[f32], turns: usize) -> (f64, f64) {
    let mut settled = 0.0;
    for turn in 0..turns {
        let length = samples.len().min(9_600 + 1_600 * (turn % 8));
        hear(whisper, &speech::speech(samples[..length].to_vec()));
        if turn + 1 == SETTLED.min(turns) {
            settled = resident_mb();
        }
    }
    (settled, resident_mb())
}

fn turns_per_second(whisper: &Whisper, callers: usize, samples: &[f32], turns: usize) -> f64 {
    let spoken = speech::speech(samples.to_vec());
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| (0..turns / callers).for_each(|_| hear(whisper, &spoken)));
        }
    });
    (turns / callers * callers) as f64 / begun.elapsed().as_secs_f64()
}

fn hear(whisper: &Whisper, spoken: &Speech) {
    whisper.transcribe(spoken, &Hint::default()).unwrap_or_else(|error| speech::stop(error));
}

fn resident_mb() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = pages.split(' ').nth(1).and_then(|field| field.parse().ok()).unwrap_or(0.0);
    pages * 4_096.0 / 1e6
}
