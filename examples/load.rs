//! More calls than the machine can serve, for as long as wanted: what callers wait for a decision, whether memory
//! grows, and whether a turn is lost.
//!
//! `cargo run --release --example load -- --seconds 600`
//!
//! Ten thousand turns on one line, for as long as they take:
//! `cargo run --release --example load -- --seconds 36000 --turns 10000 --workers 1 --callers 1 --pause-ms 0`

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use clap::Parser;
use common::Installation;
use serde::Serialize;
use voxroute::audio::Recording;
use voxroute::call::Call;
use voxroute::policy::Reason;
use voxroute::transcribe::WhisperConfig;
use voxroute::{Error, Router};

/// The first tenth of the run settles memory: every worker has then heard turns of every length.
const SETTLING: f64 = 0.1;
/// How often the run looks at its clock and counts its turns.
const LOOK: Duration = Duration::from_millis(100);

/// Routes more calls than there are cores.
#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    installation: Installation,
    /// How long at most
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// After how many turns to stop, give or take those of a tenth of a second; default: when the time is over
    #[arg(long)]
    turns: Option<u64>,
    /// Callers at the same time; default: 16 for each worker
    #[arg(long)]
    callers: Option<usize>,
    /// Turns heard at the same time; default: one per core
    #[arg(long)]
    workers: Option<usize>,
    /// Turns that may wait for a worker
    #[arg(long, default_value_t = 4)]
    queue: usize,
    /// Milliseconds between the answer to a caller and the next turn on that line
    #[arg(long, default_value_t = 500)]
    pause_ms: u64,
    /// Recordings that the callers speak, in turn
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/audio"))]
    audio: PathBuf,
    /// Where the figures go as JSON
    #[arg(long)]
    out: Option<PathBuf>,
}

/// What came of the run.
#[derive(Debug, Serialize)]
struct Figures {
    seconds: f64,
    workers: usize,
    callers: usize,
    queue: usize,
    turns: u64,
    decisions: u64,
    by_reason: BTreeMap<Reason, u64>,
    /// Of turns that a worker took.
    heard: Percentiles,
    /// Of turns without speech, which need no worker.
    quiet: Percentiles,
    /// Of turns that were handed over because every worker and place was taken.
    overloaded: Percentiles,
    settled_mb: f64,
    end_mb: f64,
    growth_percent: f64,
}

/// Nearest-rank percentiles of the time from the recording to the decision.
#[derive(Debug, Serialize)]
struct Percentiles {
    turns: usize,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// What the callers share.
#[derive(Default)]
struct Tally {
    turns: AtomicU64,
    over: AtomicBool,
    taken: Mutex<BTreeMap<Reason, Vec<f64>>>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    match run(&options) {
        Ok(figures) => finish(&options, &figures),
        Err(text) => common::fail(&text),
    }
}

fn run(options: &Options) -> Result<Figures, String> {
    let sounds = sounds(&options.audio)?;
    let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let router = router(options, workers)?;
    let callers = options.callers.unwrap_or(16 * workers);
    let (tally, clock) = (Tally::default(), Instant::now());
    let mut settled_mb = 0.0;
    std::thread::scope(|scope| {
        for caller in 0..callers {
            let (router, sounds, tally) = (&router, &sounds, &tally);
            let pause = Duration::from_millis(options.pause_ms);
            scope.spawn(move || speak(router, sounds, caller, pause, tally));
        }
        wait(|| progress(options, &tally, clock) >= SETTLING);
        settled_mb = resident_mb();
        wait(|| progress(options, &tally, clock) >= 1.0);
        tally.over.store(true, Ordering::Relaxed);
    });
    let end_mb = resident_mb();
    let taken = tally.taken.into_inner().map_err(|_| "a caller's thread panicked")?;
    let of = |wanted: fn(Reason) -> bool| {
        let wanted = taken.iter().filter(|(reason, _)| wanted(**reason));
        percentiles(wanted.flat_map(|(_, times)| times.iter().copied()).collect())
    };
    Ok(Figures {
        seconds: clock.elapsed().as_secs_f64(),
        workers,
        callers,
        queue: options.queue,
        turns: tally.turns.into_inner(),
        decisions: taken.values().map(|times| times.len() as u64).sum(),
        by_reason: taken.iter().map(|(reason, times)| (*reason, times.len() as u64)).collect(),
        heard: of(|reason| !matches!(reason, Reason::NoSpeech | Reason::Overloaded)),
        quiet: of(|reason| reason == Reason::NoSpeech),
        overloaded: of(|reason| reason == Reason::Overloaded),
        settled_mb,
        end_mb,
        growth_percent: 100.0 * (end_mb - settled_mb) / settled_mb,
    })
}

fn router(options: &Options, workers: usize) -> Result<Router, String> {
    let installation = &options.installation;
    let build = || -> Result<Router, Error> {
        let config = WhisperConfig { workers, queue: options.queue, ..WhisperConfig::default() };
        let builder = Router::builder().models(&installation.models).pack(&installation.pack).whisper(config);
        builder.language(installation.language()?).build()
    };
    build().map_err(|error| error.to_string())
}

/// The share of the run that is over, by the clock or by the turns, whichever is further.
fn progress(options: &Options, tally: &Tally, clock: Instant) -> f64 {
    let by_time = clock.elapsed().as_secs_f64() / options.seconds as f64;
    let begun = tally.turns.load(Ordering::Relaxed) as f64;
    options.turns.map_or(by_time, |turns| by_time.max(begun / turns as f64))
}

fn wait(over: impl Fn() -> bool) {
    while !over() {
        std::thread::sleep(LOOK);
    }
}

/// One line: a new call for each turn, until the time is over. A turn that has begun is always finished.
fn speak(router: &Router, sounds: &[Recording], caller: usize, pause: Duration, tally: &Tally) {
    let mut taken: BTreeMap<Reason, Vec<f64>> = BTreeMap::new();
    let mut turn = caller;
    while !tally.over.load(Ordering::Relaxed) {
        tally.turns.fetch_add(1, Ordering::Relaxed);
        let (desk, clock) = (common::desk(), Instant::now());
        let routed = router.route(&sounds[turn % sounds.len()], &mut Call::at(desk.now), &desk);
        taken.entry(routed.decision.reason).or_default().push(clock.elapsed().as_secs_f64() * 1e3);
        turn += 1;
        std::thread::sleep(pause);
    }
    if let Ok(mut all) = tally.taken.lock() {
        taken.into_iter().for_each(|(reason, times)| all.entry(reason).or_default().extend(times));
    }
}

fn sounds(folder: &PathBuf) -> Result<Vec<Recording>, String> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(named)? {
        paths.push(entry.map_err(named)?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "wav"));
    paths.sort();
    let read = |path: &PathBuf| Recording::from_wav_file(path).map_err(|error| format!("{}: {error}", path.display()));
    let sounds: Vec<_> = paths.iter().map(read).collect::<Result<_, _>>()?;
    if sounds.is_empty() { Err(format!("{}: no WAV file", folder.display())) } else { Ok(sounds) }
}

fn percentiles(mut times: Vec<f64>) -> Percentiles {
    times.sort_by(f64::total_cmp);
    let rank = |share: f64| (share * times.len() as f64).ceil() as usize;
    let at = |share: f64| rank(share).checked_sub(1).and_then(|place| times.get(place).copied()).unwrap_or(0.0);
    Percentiles { turns: times.len(), p50_ms: at(0.5), p95_ms: at(0.95), p99_ms: at(0.99), max_ms: at(1.0) }
}

/// Resident megabytes of this process; 0 where the system has no `/proc`.
fn resident_mb() -> f64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = pages.split(' ').nth(1).and_then(|field| field.parse().ok()).unwrap_or(0.0);
    pages * 4_096.0 / 1e6
}

/// Prints the figures; fails where a turn was lost.
fn finish(options: &Options, figures: &Figures) -> ExitCode {
    let text = serde_json::to_string_pretty(figures).unwrap_or_default() + "\n";
    print!("{text}");
    if let Some(out) = &options.out
        && let Err(error) = voxroute::files::write(out, text.as_bytes())
    {
        return common::fail(&error);
    }
    if figures.decisions == figures.turns {
        return ExitCode::SUCCESS;
    }
    common::fail(&format!("{} turns, {} decisions", figures.turns, figures.decisions))
}
