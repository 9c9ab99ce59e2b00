//! Measures a pack on a labelled set: a table for people, JSON for machines, one HTML page with plots for both.
//!
//! `cargo run --release --example evaluate -- data/hotline/spoken/heard_test.jsonl --table --json report.json \
//!     --html report.html`

#[path = "../heard/mod.rs"]
mod heard;
mod html;
mod plots;
mod table;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use heard::{Installation, Turn};
use voxroute::Error;
use voxroute::calibrate::{Calibration, LabelledTurn, RiskControl, TurnEvidence};
use voxroute::call::Call;
use voxroute::classify::Scores;
use voxroute::desk::Desk;
use voxroute::evaluate::{JudgedTurn, LabelledSet, Report, could_be_automated};
use voxroute::pack::Pack;
use voxroute::policy::{Heard, Policy, Settings};

/// The random splits are the same in every run.
const SEED: u64 = 20_260_802;

/// Measures a pack on a labelled set.
#[derive(Debug, Parser)]
struct Options {
    /// Labelled folder or table: file or text, language, intent or out_of_scope; snr and condition if wanted. Or what
    /// `listen` has kept (.jsonl)
    set: PathBuf,
    #[command(flatten)]
    installation: Installation,
    /// Another calibration than the pack's
    #[arg(long)]
    calibration: Option<PathBuf>,
    /// Policy file; default: the default settings
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Random splits over which the promise is made again
    #[arg(long, default_value_t = 200)]
    splits: usize,
    /// Print the table of targets
    #[arg(long)]
    table: bool,
    /// Where every figure goes as JSON
    #[arg(long)]
    json: Option<PathBuf>,
    /// Where the page goes
    #[arg(long)]
    html: Option<PathBuf>,
    /// Where every turn goes with what was decided and why, one JSON object a line
    #[arg(long)]
    rows: Option<PathBuf>,
}

fn main() -> ExitCode {
    match evaluate(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn evaluate(options: &Options) -> Result<(), Error> {
    let set = LabelledSet::read(&options.set)?;
    let engine = heard::engine(&options.installation, std::slice::from_ref(&set))?;
    let judge = Judge::new(options, engine.as_deref())?;
    let turns = heard::hear(&options.installation, set)?;
    let labelled: Vec<LabelledTurn> = turns.iter().filter_map(|turn| judge.labelled(turn)).collect();
    let judged: Vec<JudgedTurn> = turns.into_iter().map(|turn| judge.judge(turn)).collect();
    let report = judge.report(&options.set, &labelled, &judged, options.splits);
    if options.table || (options.json.is_none() && options.html.is_none()) {
        table::print(&report);
    }
    if let Some(path) = &options.json {
        let text = serde_json::to_string_pretty(&report).expect("plain data with string keys");
        heard::write(path, &(text + "\n"))?;
    }
    if let Some(path) = &options.html {
        heard::write(path, &html::page(&report))?;
    }
    if let Some(path) = &options.rows {
        heard::write_lines(path, &judged)?;
    }
    Ok(())
}

/// What turns what was heard into decisions.
struct Judge {
    policy: Policy,
    desk: Desk,
    calibrated: Option<(Calibration, RiskControl)>,
}

impl Judge {
    fn new(options: &Options, engine: Option<&str>) -> Result<Self, Error> {
        let installation = &options.installation;
        let (pack, folder) = Pack::find(&installation.models, &installation.pack)?;
        let settings = match &options.policy {
            Some(path) => Settings::from_toml(&heard::read(path)?)?,
            None => Settings::default(),
        };
        let path = options.calibration.clone().unwrap_or_else(|| Pack::calibration_path(&folder));
        let calibration = calibration(&path, engine, &pack)?;
        let calibrated = calibration.map(|calibration| {
            let control = calibration.control(settings.risk);
            (calibration, control)
        });
        let policy = Policy::with_settings(pack.domain().clone(), settings)?;
        Ok(Self { policy, desk: Desk::always_open(jiff::Timestamp::UNIX_EPOCH), calibrated })
    }

    fn report(&self, set: &Path, labelled: &[LabelledTurn], judged: &[JudgedTurn], splits: usize) -> Report {
        let mut report = Report::new(name(set), judged);
        if let Some((calibration, control)) = &self.calibrated {
            report.calibration = Some(calibration.origin().clone());
            report.control = Some(control.clone());
            report.rehearsal = Some(calibration.rehearse(labelled, control.target, splits, SEED));
        }
        report
    }

    fn judge(&self, turn: Turn) -> JudgedTurn {
        let Turn { entry, heard } = turn;
        let heard = self.assessed(heard);
        let decision = self.policy.decide(&Call::at(self.desk.now), &heard, &self.desk);
        JudgedTurn::new(&entry, &heard, &decision)
    }

    /// The turn with what this calibration says of it, whatever was said when it was heard.
    fn assessed(&self, heard: Heard) -> Heard {
        let scores = Scores {
            ranking: heard.ranking.clone(),
            novelty: heard.novelty,
            agreement: heard.agreement,
            embedding: Vec::new(),
        };
        let evidence = TurnEvidence::of(&heard).filter(|_| !heard.ranking.is_empty());
        let assess = |(calibration, control): &(Calibration, RiskControl)| {
            Some(calibration.assess(&evidence?, &scores, control))
        };
        Heard { assessment: self.calibrated.as_ref().and_then(assess), ..heard }
    }

    fn labelled(&self, turn: &Turn) -> Option<LabelledTurn> {
        let eligible = could_be_automated(&self.policy, &turn.heard, &self.desk);
        LabelledTurn::from_heard(&turn.entry, &turn.heard, eligible)
    }
}

/// The calibration at `path`, if there is one, checked against the pack and whoever heard the set.
fn calibration(path: &Path, engine: Option<&str>, pack: &Pack) -> Result<Option<Calibration>, Error> {
    if !path.is_file() {
        return Ok(None);
    }
    let shown = path.display().to_string();
    let calibration = Calibration::from_json(&heard::read(path)?, &shown)?;
    calibration.check(&pack.encoder().version, &pack.id(), &shown)?;
    engine.map_or(Ok(()), |engine| calibration.check_engine(engine, &shown))?;
    Ok(Some(calibration))
}

fn name(set: &Path) -> String {
    set.file_name().map_or_else(|| set.display().to_string(), |name| name.to_string_lossy().into_owned())
}
