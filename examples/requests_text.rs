//! How many typed requests for a person are found, and how many other texts are taken for one.
//!
//! `cargo run --release --example requests_text -- data/hotline/requests/held_out.tsv`
//!
//! A row is language, label, text. `request` and `human_agent` are requests, `near_miss` only talks about people or
//! machines, every other label (`other`, an intent) is another text.

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::Installation;
use voxroute::calibrate::wilson;
use voxroute::call::Call;
use voxroute::human::{self, PersonRequest};
use voxroute::policy::{Action, Decision, Heard, Reason};
use voxroute::units::Language;
use voxroute::{Error, Router};

/// Counts requests for a person found in labelled texts.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    installation: Installation,
    /// Print every row that was taken wrongly
    #[arg(long)]
    errors: bool,
    /// Print what was known of every row, as TSV, instead of the figures
    #[arg(long)]
    rows: bool,
    /// By words and sound alone: no models are loaded
    #[arg(long)]
    words: bool,
    /// Files of language, label, text
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// What a text is, for this count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Request,
    NearMiss,
    Other,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Request, Self::NearMiss, Self::Other];

    fn of(label: &str) -> Self {
        match label {
            "request" | "human_agent" => Self::Request,
            "near_miss" => Self::NearMiss,
            _ => Self::Other,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Request => "requests",
            Self::NearMiss => "near misses",
            Self::Other => "others",
        }
    }
}

/// One labelled text.
struct Row {
    language: Language,
    label: String,
    text: String,
}

/// What became of it.
struct Taken {
    row: Row,
    by_words: PersonRequest,
    decided: Option<(Decision, Heard)>,
}

impl Taken {
    fn kind(&self) -> Kind {
        Kind::of(&self.row.label)
    }

    /// Whether it was taken for a request by words, sound or meaning.
    fn is_found(&self) -> bool {
        let asks = |reason: &Reason| matches!(reason, Reason::AskedForHuman | Reason::MaybeAskedForHuman);
        self.decided.as_ref().map_or(self.by_words.is_request(), |(decision, _)| decision.signals.iter().any(asks))
    }

    /// Whether a person follows, for whatever reason.
    fn is_handed_over(&self) -> bool {
        self.decided.as_ref().is_none_or(|(decision, _)| matches!(decision.action, Action::HandOff(_)))
    }
}

fn main() -> ExitCode {
    match count(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => common::fail(&error),
    }
}

fn count(options: &Options) -> Result<(), String> {
    let router = if options.words { None } else { Some(build(options).map_err(|error| error.to_string())?) };
    let mut taken = Vec::new();
    for file in &options.files {
        let rows = read(file)?;
        taken.extend(rows.into_iter().map(|row| take(router.as_ref(), row)));
    }
    if options.rows {
        taken.iter().for_each(print_row)
    } else {
        report(&taken, options.errors)
    }
    Ok(())
}

fn build(options: &Options) -> Result<Router, Error> {
    let installation = &options.installation;
    Router::builder().models(&installation.models).pack(&installation.pack).text_only().build()
}

fn read(file: &Path) -> Result<Vec<Row>, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let row = |(idx, line): (usize, &str)| row(line).ok_or_else(|| format!("{}:{}: {line}", file.display(), idx + 1));
    text.lines().enumerate().map(row).collect()
}

fn row(line: &str) -> Option<Row> {
    let mut fields = line.splitn(3, '\t');
    let language = Language::from_code(fields.next()?).ok()?;
    Some(Row { language, label: fields.next()?.to_owned(), text: fields.next()?.to_owned() })
}

fn take(router: Option<&Router>, row: Row) -> Taken {
    let by_words = human::asked(&human::Turn { texts: &[&row.text], ..human::Turn::default() });
    let decided = router.map(|router| {
        let desk = common::desk();
        let mut call = Call::at(desk.now);
        let decision = router.route_text(&row.text, &mut call, &desk).decision;
        let heard = call.turns().last().and_then(|turn| turn.event.heard()).cloned().unwrap_or_default();
        (decision, heard)
    });
    Taken { row, by_words, decided }
}

fn report(taken: &[Taken], errors: bool) {
    for language in Language::ALL {
        for kind in Kind::ALL {
            let of_kind: Vec<_> =
                taken.iter().filter(|taken| taken.row.language == language && taken.kind() == kind).collect();
            if !of_kind.is_empty() {
                report_kind(&format!("{language} {}", kind.name()), kind == Kind::Request, &of_kind, errors);
            }
        }
    }
}

fn report_kind(name: &str, is_request: bool, rows: &[&Taken], errors: bool) {
    let found = rows.iter().filter(|taken| taken.is_found()).count();
    let by_words = rows.iter().filter(|taken| taken.by_words.is_request()).count();
    let interval = wilson(found, rows.len());
    let percent = |share: f64| format!("{:.1}", share * 100.0);
    print!(
        "{name:<16} {found} of {} taken for a request: {} % ({} to {}); by words and sound {by_words}",
        rows.len(),
        percent(found as f64 / rows.len() as f64),
        percent(interval.low),
        percent(interval.high),
    );
    let missed = rows.iter().filter(|taken| !taken.is_handed_over()).count();
    println!("{}", if is_request { format!("; not handed over {missed}") } else { String::new() });
    if errors {
        rows.iter().filter(|taken| taken.is_found() != is_request).for_each(|taken| print_error(taken));
    }
}

fn print_error(taken: &Taken) {
    let reason = taken.decided.as_ref().map(|(decision, _)| decision.reason.to_string()).unwrap_or_default();
    println!("    {} [{reason}, {}]", taken.row.text, evidence(&taken.by_words));
}

fn evidence(request: &PersonRequest) -> String {
    match request {
        PersonRequest::No => "no".to_owned(),
        PersonRequest::TalkedAbout => "talk".to_owned(),
        PersonRequest::Doubtful { evidence } => format!("doubtful: {evidence}"),
        PersonRequest::Explicit { evidence } => format!("explicit: {evidence}"),
    }
}

/// Language, label, by words, first intent, share of the request, novelty, confidence, likely intents, reason, text.
fn print_row(taken: &Taken) {
    let Row { language, label, text } = &taken.row;
    let words = evidence(&taken.by_words);
    let Some((decision, heard)) = &taken.decided else { return println!("{language}\t{label}\t{words}\t{text}") };
    let first = heard.intent().map(ToString::to_string).unwrap_or_default();
    let share = heard.ranking.iter().find(|ranked| ranked.intent.is_human_agent());
    let share = share.map_or(0.0, |ranked| ranked.probability.value());
    let sure = heard.assessment.as_ref().map_or(0.0, |assessment| assessment.confidence.value());
    let likely: Vec<&str> =
        heard.assessment.iter().flat_map(|assessment| &assessment.likely).map(|intent| intent.as_str()).collect();
    println!(
        "{language}\t{label}\t{words}\t{first}\t{share:.4}\t{:.3}\t{sure:.4}\t{}\t{}\t{text}",
        heard.novelty.score,
        likely.join(","),
        decision.reason,
    );
}
