//! Routes recordings: WAV files, or folders of them.
//!
//! `cargo run --release --example route_wav -- examples/audio`

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

use clap::Parser;
use common::{Installation, Line};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use voxroute::audio::Recording;
use voxroute::call::Call;
use voxroute::policy::{Decision, Settings};
use voxroute::{Error, Router};

/// Files from which on a progress bar is worth its line.
const MANY: usize = 12;

/// Routes WAV files or folders of them.
#[derive(Debug, Parser)]
struct Options {
    /// Files and folders; folders are searched for `*.wav`, deep
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    installation: Installation,
    /// One JSON object per line and nothing else on standard output
    #[arg(long)]
    json: bool,
    /// Turns heard at the same time; default: one per core
    #[arg(long)]
    workers: Option<usize>,
    /// Threads within a turn; workers x threads may not exceed the cores
    #[arg(long, default_value_t = 1)]
    threads: usize,
}

/// What came of one file.
struct Answer {
    decision: Decision,
    error: Option<Error>,
    elapsed_ms: f64,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let files = match files(&options.paths) {
        Ok(files) => files,
        Err(error) => return common::fail(&error),
    };
    let settings = match options.installation.settings() {
        Ok(settings) => settings,
        Err(error) => return common::fail(&error),
    };
    match build(&options, settings) {
        Ok((router, workers)) => route_all(&router, workers, &files, options.json),
        Err(error) => common::fail(&error),
    }
}

fn build(options: &Options, settings: Settings) -> Result<(Router, usize), Error> {
    let installation = &options.installation;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let workers = options.workers.unwrap_or_else(|| (cores / options.threads.max(1)).max(1));
    let router = Router::builder()
        .models(&installation.models)
        .pack(&installation.pack)
        .language(installation.language()?)
        .policy(settings)
        .workers(workers)
        .threads(options.threads)
        .build()?;
    Ok((router, workers))
}

/// Routes every file, several at a time, and prints the answers in the order of the files.
fn route_all(router: &Router, workers: usize, files: &[String], json: bool) -> ExitCode {
    let (paint, bar) = (common::paints(), bar(files.len()));
    let mut broken = 0;
    let heading = if json { Ok(()) } else { bar.suspend(|| common::print_heading(paint)) };
    let printed = heading.and_then(|()| {
        in_order(
            files,
            workers,
            |file| route(router, file),
            |file, answer| {
                broken += usize::from(answer.error.is_some());
                bar.inc(1);
                bar.suspend(|| print(file, &answer, json, paint))
            },
        )
    });
    bar.finish_and_clear();
    match printed {
        Err(error) => common::fail_to_print(&error),
        Ok(()) if broken == 0 => ExitCode::SUCCESS,
        Ok(()) => ExitCode::FAILURE,
    }
}

fn route(router: &Router, file: &str) -> Answer {
    let (desk, clock) = (common::desk(), Instant::now());
    let (decision, error) = match Recording::from_wav_file(Path::new(file)) {
        Ok(recording) => {
            let routed = router.route(&recording, &mut Call::at(desk.now), &desk);
            (routed.decision, routed.error)
        }
        Err(error) => (Decision::from(&error), Some(error)),
    };
    Answer { decision, error, elapsed_ms: clock.elapsed().as_secs_f64() * 1e3 }
}

fn print(file: &str, answer: &Answer, json: bool, paint: bool) -> std::io::Result<()> {
    if let Some(error) = &answer.error {
        common::warn(file, error);
    }
    let line = Line::new(file, &answer.decision, answer.elapsed_ms);
    if json { line.print() } else { line.print_row(paint) }
}

/// Works on `items` with `workers` threads; `done` sees the results in the items' order, each as soon as it can. Where
/// it fails, nothing more is begun.
fn in_order<R: Send, E>(
    items: &[String],
    workers: usize,
    work: impl Fn(&str) -> R + Sync,
    mut done: impl FnMut(&str, R) -> Result<(), E>,
) -> Result<(), E> {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            let (sender, next, work) = (sender.clone(), &next, &work);
            scope.spawn(move || {
                loop {
                    let idx = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(idx) else { break };
                    if sender.send((idx, work(item))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let (mut early, mut due) = (BTreeMap::new(), 0);
        for (idx, result) in receiver {
            early.insert(idx, result);
            while let Some(result) = early.remove(&due) {
                done(&items[due], result)?;
                due += 1;
            }
        }
        Ok(())
    })
}

/// Every WAV file named, or found in the folders named, sorted within each folder.
fn files(paths: &[PathBuf]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for path in paths {
        collect(path, true, &mut found).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    if found.is_empty() {
        return Err("no WAV file in the folders named".into());
    }
    Ok(found)
}

fn collect(path: &Path, named: bool, found: &mut Vec<String>) -> std::io::Result<()> {
    if std::fs::metadata(path)?.is_dir() {
        let entries: std::io::Result<Vec<_>> = std::fs::read_dir(path)?.map(|entry| entry.map(|e| e.path())).collect();
        let mut entries = entries?;
        entries.sort();
        return entries.iter().try_for_each(|entry| collect(entry, false, found));
    }
    let is_wav = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("wav"));
    if named || is_wav {
        found.push(path.display().to_string());
    }
    Ok(())
}

/// A bar on standard error for many files; hidden for few, and where nobody looks at a terminal.
fn bar(count: usize) -> ProgressBar {
    if count < MANY {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{bar:40.cyan/blue} {pos}/{len} turns, {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(u64::try_from(count).unwrap_or(u64::MAX)).with_style(style)
}
