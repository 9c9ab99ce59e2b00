//! Fits a pack's calibration to labelled turns that did not train it.
//!
//! `cargo run --release --example calibrate -- --data "spoken hotline, calibration part" --date 2026-08-01 heard.jsonl`

mod heard;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use heard::{Installation, Turn};
use serde::de::DeserializeOwned;
use voxroute::Error;
use voxroute::calibrate::{
    Calibration, Correction, Cover, FitSettings, LabelledTurn, Medium, Origin, RiskTarget, Scope, fit, with_corrections,
};
use voxroute::desk::Desk;
use voxroute::error::ExamplesError;
use voxroute::evaluate::{LabelledSet, could_be_automated};
use voxroute::pack::Pack;
use voxroute::policy::{Policy, Settings};
use voxroute::units::Language;

/// Fits a pack's calibration.
#[derive(Debug, Parser)]
struct Options {
    /// Labelled folders or tables (file or text, language, intent or out_of_scope), or what `listen` has kept (.jsonl)
    #[arg(required_unless_present = "with_turns")]
    sets: Vec<PathBuf>,
    /// Turns that `--turns` has kept
    #[arg(long)]
    with_turns: Vec<PathBuf>,
    #[command(flatten)]
    installation: Installation,
    /// What the labelled turns are: written into the calibration
    #[arg(long)]
    data: String,
    /// Day of fitting, 2026-08-31: written into the calibration
    #[arg(long)]
    date: String,
    /// Operators' words on turns in service, one JSON object a line
    #[arg(long)]
    corrections: Option<PathBuf>,
    /// Share of the texts that fit the model; the others prove the promise
    #[arg(long, default_value_t = FitSettings::default().model_share)]
    model_share: f64,
    /// Where the turns' evidence is kept as one JSON object a line, for corrections and other fits
    #[arg(long)]
    turns: Option<PathBuf>,
    /// Where the calibration goes; default: into the pack
    #[arg(long)]
    out: Option<PathBuf>,
}

fn main() -> ExitCode {
    match calibrate(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn calibrate(options: &Options) -> Result<(), Error> {
    let installation = &options.installation;
    let (pack, folder) = Pack::find(&installation.models, &installation.pack)?;
    let sets = options.sets.iter().map(|path| LabelledSet::read(path)).collect::<Result<Vec<_>, _>>()?;
    let engine = heard::engine(installation, &sets)?;
    let turns = labelled(options, sets, &pack)?;
    let is_spoken = |turn: &LabelledTurn| matches!(turn.evidence.medium, Medium::Spoken { .. });
    let engine = match engine {
        Some(engine) => engine,
        // Kept turns do not say who heard them.
        None if turns.iter().any(is_spoken) => heard::identity(installation)?,
        None => String::new(),
    };
    let origin = Origin {
        data: options.data.clone(),
        date: options.date.clone(),
        turns: turns.len(),
        engine,
        encoder: pack.encoder().version.clone(),
        pack: pack.id(),
    };
    let settings = FitSettings { model_share: options.model_share, ..FitSettings::default() };
    let fitted = fit(&turns, origin, &settings)?;
    fitted.notes.iter().take(3).for_each(|note| println!("{note}"));
    print_promises(&fitted.calibration);
    let out = options.out.clone().unwrap_or_else(|| Pack::calibration_path(&folder));
    heard::write(&out, &(fitted.calibration.to_json() + "\n"))
}

/// Every turn of every set as the calibration sees it, and the operators' corrections.
fn labelled(options: &Options, sets: Vec<LabelledSet>, pack: &Pack) -> Result<Vec<LabelledTurn>, Error> {
    let policy = Policy::with_settings(pack.domain().clone(), Settings::default())?;
    let mut turns = Vec::new();
    for path in &options.with_turns {
        turns.extend(lines::<LabelledTurn>(path)?);
    }
    for set in sets {
        let heard = heard::hear(&options.installation, set)?;
        turns.extend(heard.iter().filter_map(|turn| as_labelled(turn, &policy)));
    }
    if let Some(path) = &options.turns {
        heard::write_lines(path, &turns)?;
    }
    let corrections = options.corrections.as_deref().map_or_else(|| Ok(Vec::new()), lines::<Correction>)?;
    Ok(with_corrections(turns, &corrections))
}

fn as_labelled(turn: &Turn, policy: &Policy) -> Option<LabelledTurn> {
    let desk = Desk::always_open(jiff::Timestamp::UNIX_EPOCH);
    LabelledTurn::from_heard(&turn.entry, &turn.heard, could_be_automated(policy, &turn.heard, &desk))
}

/// One JSON object a line.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Error> {
    let read = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| {
            let text = format!("line {}: {error}", at + 1);
            Error::from(ExamplesError::Form { path: path.display().to_string(), text })
        })
    };
    heard::read(path)?.lines().enumerate().map(read).collect()
}

/// What can be promised at 1, 2 and 5 %, with 95 % certainty.
fn print_promises(calibration: &Calibration) {
    for scope in [Scope::Together, Scope::EachLanguage, Scope::EachLanguageElseTogether] {
        for max_error in [0.01, 0.02, 0.05] {
            let Ok(target) = RiskTarget::new(max_error, 0.95) else { continue };
            let control = calibration.control(target.over(scope));
            for (medium, covers) in [("spoken", &control.spoken), ("typed", &control.typed)] {
                covers.iter().for_each(|(language, cover)| print_promise(medium, *language, scope, max_error, cover));
            }
        }
    }
}

fn print_promise(medium: &str, language: Language, scope: Scope, max_error: f64, cover: &Cover) {
    let percent = max_error * 100.0;
    let said = match cover {
        Cover::Promised { from, turns, errors, .. } => {
            format!("from confidence {:.4} on ({errors} errors in {turns} proof turns)", from.value())
        }
        Cover::Nothing { more_turns: Some(more) } => {
            format!("nothing can be promised; about {more} more labelled turns")
        }
        Cover::Nothing { more_turns: None } => {
            "nothing can be promised: too many errors at every confidence".to_owned()
        }
    };
    println!("{medium} {language} at most {percent:.0} % wrong ({scope:?}): {said}");
}
