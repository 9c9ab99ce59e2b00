//! How many spoken requests for a person are recognised at the first ask, and how many other turns are taken for one.
//!
//! `cargo run --release --example hear_requests -- --clips spoken/calibration --data ../shared/data --heard heard.tsv`
mod speech;

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;
use speech::degrade;
use voxroute::human::{PersonRequest, Turn as Said, asked};
use voxroute::transcribe::{Hint, Transcribe, WhisperConfig};
use voxroute::units::Language;

#[derive(Parser)]
struct Args {
    /// A folder of clips with `turns.tsv`: file, language, intent, voice, speed, text.
    #[arg(long)]
    clips: PathBuf,
    /// The folder with `noise`.
    #[arg(long, env = "VOXROUTE_DATA", default_value = "../shared/data")]
    data: PathBuf,
    /// The folder with `MANIFEST.toml` and the speech model.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Where the transcripts are kept as TSV; what is there already is not heard again.
    #[arg(long)]
    heard: PathBuf,
    /// Only turns of this intent.
    #[arg(long)]
    intent: Option<String>,
}

/// A clip as its label file describes it.
struct Turn {
    file: String,
    language: Language,
    intent: String,
    said: String,
}

const CONDITIONS: [&str; 3] = ["clean", "telephone", "noise_10_db"];

fn main() {
    let args = Args::parse();
    hear(&args);
    for language in Language::ALL {
        CONDITIONS.iter().for_each(|condition| report(&args, language, condition));
    }
}

/// One line for each kind of turn: how many were taken for a request, certainly or not, by words and sound alone.
fn report(args: &Args, language: Language, condition: &str) {
    let text = std::fs::read_to_string(&args.heard).expect("the file for transcripts");
    let rows = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let rows: Vec<_> = rows.filter(|row| row[1] == condition && row[2] == language.code()).collect();
    for (name, is_request) in [("requests", true), ("others", false)] {
        let of_kind: Vec<_> = rows.iter().filter(|row| (row[3] == "human_agent") == is_request).collect();
        let count = |taken: fn(&PersonRequest) -> bool| of_kind.iter().filter(|row| taken(&request(row[6]))).count();
        let (explicit, any) =
            (count(|found| matches!(found, PersonRequest::Explicit { .. })), count(PersonRequest::is_request));
        println!("{language} {condition}: {any} of {} {name} taken for one, {explicit} for certain", of_kind.len());
        let missed = of_kind.iter().filter(|row| request(row[6]).is_request() != is_request);
        missed.for_each(|row| println!("    {} -> {}", row[4], row[6]));
    }
}

fn request(readings: &str) -> PersonRequest {
    asked(&Said { texts: &readings.split('|').collect::<Vec<_>>(), ..Said::default() })
}

/// Writes down every clip under every condition, one line each.
fn hear(args: &Args) {
    let known = known(args);
    let noise = speech::noise(&args.data);
    let config = WhisperConfig { workers: 1, deadline: Duration::from_secs(600), ..WhisperConfig::default() };
    let whisper = speech::whisper(&args.models, &config);
    let mut out = OpenOptions::new().create(true).append(true).open(&args.heard).expect("the file for transcripts");
    for (idx, turn) in turns(args).iter().enumerate() {
        for condition in CONDITIONS.into_iter().filter(|condition| !known.contains(&key(&turn.file, condition))) {
            let samples = worse(speech::samples(&args.clips.join(&turn.file)), condition, &noise[idx % noise.len()].1);
            let heard = whisper.transcribe(&speech::speech(samples), &Hint::default()).expect("a transcript");
            let readings = [&[heard.text], &heard.alternatives[..]].concat().join("|");
            let (code, verdict) = (turn.language.code(), heard.verdict);
            let line =
                format!("{}\t{condition}\t{code}\t{}\t{}\t{verdict:?}\t{readings}", turn.file, turn.intent, turn.said);
            writeln!(out, "{line}").expect("a line");
        }
    }
}

fn worse(samples: Vec<f32>, condition: &str, noise: &[f32]) -> Vec<f32> {
    match condition {
        "telephone" => degrade::by_telephone(&samples),
        "noise_10_db" => degrade::with_noise(&samples, noise, 10.0),
        _ => samples,
    }
}

fn turns(args: &Args) -> Vec<Turn> {
    let text = std::fs::read_to_string(args.clips.join("turns.tsv")).expect("turns.tsv in the folder of clips");
    let wanted = |turn: &Turn| args.intent.as_ref().is_none_or(|intent| *intent == turn.intent);
    text.lines().map(turn).filter(wanted).collect()
}

fn turn(line: &str) -> Turn {
    let fields: Vec<&str> = line.split('\t').collect();
    Turn {
        file: fields[0].to_owned(),
        language: Language::from_code(fields[1]).expect("a language of the router"),
        intent: fields[2].to_owned(),
        said: fields[5].to_owned(),
    }
}

/// What the transcripts hold already.
fn known(args: &Args) -> BTreeSet<String> {
    let text = std::fs::read_to_string(&args.heard).unwrap_or_default();
    let key_of = |line: &str| line.split('\t').take(2).collect::<Vec<_>>().join("\t");
    text.lines().map(key_of).collect()
}

fn key(file: &str, condition: &str) -> String {
    format!("{file}\t{condition}")
}
