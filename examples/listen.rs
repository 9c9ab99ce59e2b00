//! Hears every recording of labelled sets once and keeps what was heard, so that packs and calibrations can be fitted and
//! measured without the sound.
//!
//! `cargo run --release --example listen -- --out heard.jsonl ../spoken/calibration`

mod heard;

use std::collections::HashSet;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::Parser;
use voxroute::Error;
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::error::ExamplesError;
use voxroute::evaluate::{Entry, HeardSound, LabelledSet, Take};
use voxroute::models::Models;
use voxroute::transcribe::{Hint, Transcribe, Utterance, Whisper};

/// Hears every recording of labelled sets.
#[derive(Debug, Parser)]
struct Options {
    /// Labelled folders or tables
    #[arg(required = true)]
    sets: Vec<PathBuf>,
    /// Folder with MANIFEST.toml and the speech model
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models"))]
    models: PathBuf,
    /// Where what was heard is kept, a turn a line; what is there already is not heard again
    #[arg(long)]
    out: PathBuf,
    /// Other readings the speech engine tries, 0 to 3; default: the engine's
    #[arg(long)]
    readings: Option<usize>,
}

fn main() -> ExitCode {
    match listen(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn listen(options: &Options) -> Result<(), Error> {
    let sets = options.sets.iter().map(|path| LabelledSet::read(path)).collect::<Result<Vec<_>, _>>()?;
    let config = heard::ears(options.readings);
    let whisper = Whisper::load(&Models::open(&options.models)?.speech()?, &config)?;
    let engine = whisper.identity();
    let known = known(&options.out, &engine)?;
    let open = File::options().create(true).append(true).open(&options.out);
    let mut out = open.map_err(|error| heard::io(&options.out, "open", &error))?;
    let entries: Vec<Entry> = sets.into_iter().flat_map(|set| set.entries).collect();
    let bar = heard::bar(entries.len(), "listening");
    for entry in entries {
        bar.inc(1);
        let Take::File(file) = &entry.take else { continue };
        if known.contains(&entry.id) {
            continue;
        }
        let sound = hear(file, &whisper, &engine)?;
        let kept = Entry { take: Take::Heard(Box::new(sound)), ..entry };
        let line = serde_json::to_string(&kept).expect("plain data with string keys") + "\n";
        out.write_all(line.as_bytes()).map_err(|error| heard::io(&options.out, "write", &error))?;
    }
    bar.finish();
    Ok(())
}

fn hear(file: &Path, whisper: &Whisper, engine: &str) -> Result<HeardSound, Error> {
    let recording = Recording::from_wav_file(file)?;
    let speech = Speech::detect(Waveform::from_recording(&recording, Limits::default())?);
    let started = Instant::now();
    let transcript = whisper.transcribe(&speech, &Hint::default())?;
    let milliseconds = started.elapsed().as_secs_f32() * 1e3;
    Ok(HeardSound { utterance: Utterance::new(&speech, transcript), engine: engine.to_owned(), milliseconds })
}

/// The turns that are kept already. What another engine heard is not mixed with what this one hears.
fn known(path: &Path, engine: &str) -> Result<HashSet<String>, Error> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(HashSet::new());
    }
    let by = |entry: &Entry| match &entry.take {
        Take::Heard(sound) => sound.engine.clone(),
        _ => String::new(),
    };
    let kept = LabelledSet::read(path)?.entries;
    if let Some(other) = kept.iter().map(by).find(|by| by != engine) {
        let text = format!("heard by {other:?}; this engine is {engine:?}");
        return Err(ExamplesError::Form { path: path.display().to_string(), text }.into());
    }
    Ok(kept.into_iter().map(|entry| entry.id).collect())
}
