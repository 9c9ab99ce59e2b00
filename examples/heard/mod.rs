//! What the examples that measure share: labelled turns, heard once.
#![allow(dead_code, reason = "each example uses a part")]

pub(crate) mod stages;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use stages::Stages;
use voxroute::Error;
use voxroute::error::ExamplesError;
use voxroute::evaluate::{Entry, LabelledSet, Take};
use voxroute::models::Models;
use voxroute::policy::Heard;
use voxroute::router::IntentSet;
use voxroute::transcribe::{Whisper, WhisperConfig};

/// A turn may take this long while it is measured: a busy machine is not a deadline missed.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where the models are and which pack.
#[derive(Debug, Args)]
pub(crate) struct Installation {
    /// Folder with MANIFEST.toml, the speech model and the encoder
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models"))]
    pub(crate) models: PathBuf,
    /// Pack: a name inside the models folder, or a folder
    #[arg(long, default_value = "hotline")]
    pub(crate) pack: String,
}

/// A labelled turn and what the stages before the policy made of it.
pub(crate) struct Turn {
    pub(crate) entry: Entry,
    pub(crate) heard: Heard,
}

/// Who heard the spoken turns of these sets, or will: `None` where nothing is spoken.
///
/// # Errors
/// Turns heard by different engines: what is fitted to them or measured on them would be true of neither.
pub(crate) fn engine(installation: &Installation, sets: &[LabelledSet]) -> Result<Option<String>, Error> {
    let own = identity(installation)?;
    let of = |entry: &Entry| match &entry.take {
        Take::Heard(sound) => Some(sound.engine.clone()),
        Take::File(_) => Some(own.clone()),
        Take::Text(_) => None,
    };
    let engines: BTreeSet<String> = sets.iter().flat_map(|set| &set.entries).filter_map(of).collect();
    if engines.len() > 1 {
        let text = format!("spoken turns heard by different engines: {engines:?}");
        return Err(ExamplesError::Form { path: "the labelled sets".to_owned(), text }.into());
    }
    Ok(engines.into_iter().next())
}

/// The identity of the engine that measures, without loading it.
pub(crate) fn identity(installation: &Installation) -> Result<String, Error> {
    Ok(ears(None).identity(&Models::open(&installation.models)?.speech()?.sha256()))
}

/// Takes every turn of a set through the real stages.
pub(crate) fn hear(installation: &Installation, set: LabelledSet) -> Result<Vec<Turn>, Error> {
    let models = Models::open(&installation.models)?;
    let is_sound = set.entries.iter().any(|entry| matches!(entry.take, Take::File(_)));
    let ears = is_sound.then(|| Whisper::load(&models.speech()?, &ears(None))).transpose()?;
    let stages = Stages::load(IntentSet::load(&models, &installation.pack, 1)?, ears)?;
    let bar = bar(set.entries.len(), "hearing");
    let hear = |entry: Entry| -> Result<Turn, Error> {
        bar.inc(1);
        Ok(Turn { heard: stages.hear(&entry)?, entry })
    };
    set.entries.into_iter().map(hear).collect()
}

/// The speech engine's settings for measuring: one worker, one thread.
pub(crate) fn ears(readings: Option<usize>) -> WhisperConfig {
    let default = WhisperConfig { workers: 1, deadline: PATIENCE, ..WhisperConfig::default() };
    WhisperConfig { alternatives: readings.unwrap_or(default.alternatives), ..default }
}

/// A bar for long runs, on standard error; hidden where that is no terminal.
pub(crate) fn bar(n: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").expect("a fixed template");
    ProgressBar::new(n as u64).with_style(style).with_message(what)
}

/// Reads a text file.
pub(crate) fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| io(path, "read", &error))
}

/// Writes a text file, whole or not at all.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Error> {
    voxroute::files::write(path, text.as_bytes())
}

/// Writes one JSON object a line, all of them or none.
pub(crate) fn write_lines<T: Serialize>(path: &Path, rows: &[T]) -> Result<(), Error> {
    let line = |row| serde_json::to_string(row).expect("plain data with string keys") + "\n";
    write(path, &rows.iter().map(line).collect::<String>())
}

pub(crate) fn io(path: &Path, action: &'static str, error: &std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), action, kind: error.kind() }
}
