//! Makes a pack from example sentences: `train EXAMPLES [--out FOLDER]`.
//!
//! EXAMPLES is a YAML (Rasa NLU), CSV (`text,intent`) or JSONL file, or a folder of them with an optional `domain.toml`.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use voxroute::classify::Encoder;
use voxroute::error::Error;
use voxroute::models::Models;
use voxroute::train::{EmbeddingCache, Examples, Report, Step, TrainSettings, train};

/// Makes a pack from example sentences.
#[derive(Parser)]
struct Options {
    /// A file or folder of examples.
    examples: PathBuf,
    /// Where the pack goes; by default `models/NAME`.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The folder with the encoder.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Texts embedded at once; by default one for each core.
    #[arg(long)]
    threads: Option<usize>,
    /// A folder for embeddings, so that a text is embedded once.
    #[arg(long)]
    cache: Option<PathBuf>,
}

fn main() -> std::process::ExitCode {
    match run(&Options::parse()) {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<(), Error> {
    let start = Instant::now();
    let examples = Examples::read(&options.examples)?;
    println!("{}: {} examples, {} intents", examples.name(), examples.items().len(), examples.intents().len());
    let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let encoder = Encoder::load(&Models::open(&options.models)?, threads)?;
    let mut cache = options.cache.as_deref().map(|folder| EmbeddingCache::open(folder, &encoder)).transpose()?;
    let bar = Bar::new();
    let trained = train(&examples, &encoder, TrainSettings::default(), cache.as_mut(), &|step| bar.show(step))?;
    bar.clear();
    print(&trained.report);
    let out = options.out.clone().unwrap_or_else(|| options.models.join(examples.name()));
    trained.pack.save(&out)?;
    println!("\n{} in {:.1} s", out.display(), start.elapsed().as_secs_f64());
    Ok(())
}

fn print(report: &Report) {
    let metrics = &report.metrics;
    println!("held out in {} folds: {:.1} % right", metrics.folds, 100.0 * metrics.accuracy);
    if let (Some(auroc), Some(recall)) = (metrics.novelty_auroc, metrics.novelty_recall) {
        println!(
            "none of the intents: AUROC {auroc:.3}, {:.1} % found where 95 % of the others are kept",
            100.0 * recall
        );
    }
    section("taken for another intent", report.confusions.iter().take(10), |confusion| {
        format!("{:3}  {} as {}", confusion.count, confusion.truth, confusion.taken_for)
    });
    section("hard to tell apart", &report.close, |close| {
        format!("{:4.1} %  {} and {}", 100.0 * close.share, close.intents[0], close.intents[1])
    });
    section("worth a look", &report.suspects, |suspect| {
        let example = &suspect.example;
        let intent = example.intent.as_ref().map_or("out_of_scope", |intent| intent.as_str());
        let place = format!("{}:{}", example.path, example.line);
        format!("{place}  {:?} of {intent}, looks like {}", example.text, suspect.taken_for)
    });
}

fn section<T>(title: &str, items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) {
    let lines: Vec<String> = items.into_iter().map(line).collect();
    if !lines.is_empty() {
        println!("\n{title}\n  {}", lines.join("\n  "));
    }
}

/// One bar after the other: embedding, then fitting.
struct Bar(Mutex<ProgressBar>);

impl Bar {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{msg:10} {bar:40} {pos}/{len} {elapsed}").expect("a valid template");
        Self(Mutex::new(ProgressBar::new(0).with_style(style)))
    }

    fn show(&self, step: Step) {
        let Ok(bar) = self.0.lock() else { return };
        let (message, done, total) = match step {
            Step::Embedded { done, total } => ("embedding", done, total),
            Step::Fitted { done, total } => ("fitting", done, total),
            _ => return,
        };
        bar.set_message(message);
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    }

    fn clear(&self) {
        if let Ok(bar) = self.0.lock() {
            bar.finish_and_clear();
        }
    }
}
