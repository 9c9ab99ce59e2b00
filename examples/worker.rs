//! The speech engine in processes of its own: a crash of foreign code costs one turn, not the service.
//!
//! `cargo run --release --example worker -- examples/audio/en_agent.wav`

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use jiff::Timestamp;
use voxroute::audio::Recording;
use voxroute::models::Models;
use voxroute::transcribe::{WhisperConfig, isolated};
use voxroute::{Call, Desk, Error, Router};

/// Routes WAV files with Whisper in a child process.
#[derive(Debug, Parser)]
struct Options {
    /// WAV files
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Folder with MANIFEST.toml, the speech model and the encoder
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models"))]
    models: PathBuf,
}

fn main() -> ExitCode {
    isolated::serve_if_child();
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let config = WhisperConfig { workers: 1, ..WhisperConfig::default() };
    let engine = isolated::Isolated::start(&Models::open(&options.models)?.speech()?, &config)?;
    let router = Router::builder().models(&options.models).transcriber(Arc::new(engine)).build()?;
    for file in &options.files {
        let desk = Desk::always_open(Timestamp::now());
        let routed = router.route(&Recording::from_wav_file(file)?, &mut Call::at(desk.now), &desk);
        println!("{}: {} ({})", file.display(), routed.decision.action.name(), routed.decision.reason);
    }
    Ok(())
}
