//! Writes down every recording of labelled sets and remembers it, so that fitting and measuring need not hear it again.
//!
//! `cargo run --release --example listen -- --memory heard.jsonl ../spoken/calibration`

mod heard;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use sha2::{Digest, Sha256};
use voxroute::Error;
use voxroute::audio::{Limits, Recording, Speech, Waveform};
use voxroute::evaluate::{Entry, LabelledSet, Take};
use voxroute::transcribe::{Hint, Transcribe, Transcript};

/// Writes down every recording of labelled sets.
#[derive(Debug, Parser)]
struct Options {
    /// Labelled folders or tables
    #[arg(required = true)]
    sets: Vec<PathBuf>,
    /// The speech model
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models/whisper-base-q8_0.bin"))]
    model: PathBuf,
    /// Where what was heard is kept
    #[arg(long)]
    memory: PathBuf,
    /// Other readings the speech engine tries, 0 to 3; default: the engine's
    #[arg(long)]
    readings: Option<usize>,
    /// Where the texts go as a table: file, language, intent, condition, said, heard, other readings
    #[arg(long)]
    texts: Option<PathBuf>,
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
    let engine = heard::remembering(&options.model, &sha256(&options.model)?, Some(&options.memory), options.readings)?;
    let entries: Vec<_> = sets.iter().flat_map(|set| &set.entries).collect();
    let bar = heard::bar(entries.len(), "listening");
    let mut table = String::from("file\tlanguage\tintent\tcondition\tsaid\theard\tothers\n");
    for entry in entries {
        bar.inc(1);
        let Take::File(file) = &entry.take else { continue };
        let recording = Recording::from_wav_file(file)?;
        let speech = Speech::detect(Waveform::from_recording(&recording, Limits::default())?);
        table += &row(entry, &engine.transcribe(&speech, &Hint::default())?);
    }
    bar.finish();
    options.texts.as_deref().map_or(Ok(()), |path| heard::write(path, &table))
}

/// One line of the table. The text said is what a set with sounds groups them by.
fn row(entry: &Entry, transcript: &Transcript) -> String {
    let truth = entry.truth.label();
    let condition = entry.condition.as_deref().unwrap_or_default();
    let others = transcript.alternatives.join("|");
    let (said, heard) = (&entry.group, &transcript.text);
    format!("{}\t{}\t{truth}\t{condition}\t{said}\t{heard}\t{others}\n", entry.id, entry.language.code())
}

fn sha256(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|error| heard::io(path, "read", &error))?;
    Ok(Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}
