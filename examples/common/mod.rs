//! What the examples share: options, the JSON line of a turn, a table for people.

#![allow(dead_code, reason = "each example uses a part of it")]

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use owo_colors::{OwoColorize, Style};
use serde::Serialize;
use voxroute::Error;
use voxroute::classify::Ranked;
use voxroute::desk::Desk;
use voxroute::policy::{Action, Decision, Reason, Settings};
use voxroute::units::Language;

/// Where the models are and which pack to use.
#[derive(Debug, Args)]
pub(crate) struct Installation {
    /// Folder with MANIFEST.toml, the speech model and the encoder
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/models"))]
    pub(crate) models: PathBuf,
    /// Pack: a name inside the models folder, or a folder
    #[arg(long, default_value = "hotline")]
    pub(crate) pack: String,
    /// Language of the callers: auto, zh or en
    #[arg(long, default_value = "auto")]
    pub(crate) language: String,
    /// Policy file (TOML), see data/policy.toml; by default the default policy
    #[arg(long)]
    pub(crate) policy: Option<PathBuf>,
}

impl Installation {
    /// The language named, or none for `auto`.
    pub(crate) fn language(&self) -> Result<Option<Language>, Error> {
        match self.language.as_str() {
            "auto" => Ok(None),
            code => Ok(Some(Language::from_code(code)?)),
        }
    }
}

impl Installation {
    /// The policy of the file named, or the default.
    pub(crate) fn settings(&self) -> Result<Settings, String> {
        let Some(path) = &self.policy else { return Ok(Settings::default()) };
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Settings::from_toml(&text).map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The people who can be reached while the examples run.
pub(crate) fn desk() -> Desk {
    Desk::always_open(Timestamp::now())
}

/// One turn as one JSON object.
#[derive(Debug, Serialize)]
pub(crate) struct Line<'a> {
    /// Path of the recording, or the number of the typed line
    pub(crate) file: &'a str,
    action: &'static str,
    intent: Option<&'a str>,
    reason: Reason,
    confidence: Option<f64>,
    ranking: &'a [Ranked],
    text: &'a str,
    language: Option<Language>,
    audio_seconds: Option<f32>,
    elapsed_ms: f64,
}

impl<'a> Line<'a> {
    /// What is told of a decision.
    pub(crate) fn new(file: &'a str, decision: &'a Decision, elapsed_ms: f64) -> Self {
        let words = decision.transcript.as_ref();
        Self {
            file,
            action: decision.action.name(),
            intent: intent(decision),
            reason: decision.reason,
            confidence: decision.confidence.map(|confidence| confidence.value()),
            ranking: &decision.ranking,
            text: words.map_or("", |words| &words.text),
            language: words.and_then(|words| words.language),
            audio_seconds: decision.evidence.speech.map(|speech| speech.seconds),
            elapsed_ms,
        }
    }

    /// Prints it as one line of JSON.
    pub(crate) fn print(&self) -> std::io::Result<()> {
        let mut out = std::io::stdout().lock();
        serde_json::to_writer(&mut out, self)?;
        out.write_all(b"\n")?;
        out.flush()
    }

    /// Prints it as a row for people.
    pub(crate) fn print_row(&self, paint: bool) -> std::io::Result<()> {
        let style = |style: Style| if paint { style } else { Style::new() };
        let (label, colour) = match self.action {
            "automate" => ("automate", Style::new().green().bold()),
            "clarify" => ("ask back", Style::new().yellow().bold()),
            _ => ("a person", Style::new().cyan().bold()),
        };
        let sure = self.confidence.map_or_else(|| "   –".to_owned(), |sure| format!("{:>3.0}%", sure * 100.0));
        writeln!(
            std::io::stdout().lock(),
            "{:<30} {} {:<22} {} {:<20} {}",
            shorten(self.file, 30),
            label.style(style(colour)),
            self.intent.unwrap_or("–"),
            sure,
            self.reason.to_string().style(style(Style::new().dimmed())),
            self.text,
        )
    }
}

/// The heading of the rows.
pub(crate) fn print_heading(paint: bool) -> std::io::Result<()> {
    let heading = format!("{:<30} {:<8} {:<22} {:>4} {:<20} {}", "turn", "action", "intent", "sure", "reason", "heard");
    let style = if paint { Style::new().bold().underline() } else { Style::new() };
    writeln!(std::io::stdout().lock(), "{}", heading.style(style))
}

/// Colours only where a person looks at a terminal that wants them.
pub(crate) fn paints() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// The intent a decision is about: none where nothing was understood.
fn intent(decision: &Decision) -> Option<&str> {
    if let Action::Automate { intent } = &decision.action {
        return Some(intent.as_str());
    }
    match decision.reason {
        Reason::AskedForHuman | Reason::MaybeAskedForHuman => Some("human_agent"),
        Reason::NoSpeech | Reason::Unreliable | Reason::OutOfScope => None,
        _ => decision.ranking.first().map(|ranked| ranked.intent.as_str()),
    }
}

/// The end of a path, where the name is.
fn shorten(text: &str, columns: usize) -> String {
    let count = text.chars().count();
    if count <= columns {
        return text.to_owned();
    }
    let tail: String = text.chars().skip(count + 1 - columns).collect();
    format!("…{tail}")
}

/// Ends the program with the error's text, nothing on standard output.
pub(crate) fn fail(error: &dyn std::fmt::Display) -> std::process::ExitCode {
    eprintln!("{error}");
    std::process::ExitCode::from(2)
}

/// Ends the program where nothing more can be printed: quietly where the reader has gone, as `head` does.
pub(crate) fn fail_to_print(error: &std::io::Error) -> std::process::ExitCode {
    if error.kind() != std::io::ErrorKind::BrokenPipe {
        eprintln!("standard output: {error}");
    }
    std::process::ExitCode::from(2)
}

/// Reports what broke in a turn, for the operator.
pub(crate) fn warn(file: &str, error: &Error) {
    eprintln!("{file}: {error}");
}
