//! Makes a pack from example sentences: `train EXAMPLES [--out FOLDER]`.
//!
//! EXAMPLES is a YAML (Rasa NLU), CSV (`text,intent`) or JSONL file, or a folder of them with an optional `domain.toml`.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use voxroute::classify::Encoder;
use voxroute::error::Error;
use voxroute::models::Models;
use voxroute::train::{EmbeddingCache, Examples, Misheard, Report, Step, TrainSettings, train};

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
    /// Learn only from the sentences as they were written, not also from misheard copies of them.
    #[arg(long, conflicts_with = "english_copies")]
    plain: bool,
    /// Make up misheard copies of English sentences too, not only of Chinese ones: training takes a third longer.
    #[arg(long)]
    english_copies: bool,
}

fn main() -> std::process::ExitCode {
    let trained = run(&Options::parse());
    // Whoever closed our output, as `head` does, has the pack all the same.
    match trained.map(|report| std::io::stdout().lock().write_all(report.as_bytes())) {
        Ok(_) => std::process::ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// Trains and saves the pack; what is to be said of it.
fn run(options: &Options) -> Result<String, Error> {
    let start = Instant::now();
    let examples = Examples::read(&options.examples)?;
    let threads = options.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let encoder = Encoder::load(&Models::open(&options.models)?, threads)?;
    let mut cache = options.cache.as_deref().map(|folder| EmbeddingCache::open(folder, &encoder)).transpose()?;
    let bar = Bar::new();
    let mut settings = TrainSettings::default();
    settings.misheard = match options {
        Options { plain: true, .. } => Misheard::No,
        Options { english_copies: true, .. } => Misheard::MandarinAndEnglish,
        _ => Misheard::Mandarin,
    };
    let trained = train(&examples, &encoder, settings, cache.as_mut(), &|step| bar.show(step))?;
    bar.clear();
    let out = options.out.clone().unwrap_or_else(|| options.models.join(examples.name()));
    trained.pack.save(&out)?;
    let (n_examples, n_intents) = (examples.items().len(), examples.intents().len());
    Ok(format!(
        "{}: {n_examples} examples, {n_intents} intents\n{}\n{} in {:.1} s\n",
        examples.name(),
        text(&trained.report),
        out.display(),
        start.elapsed().as_secs_f64()
    ))
}

fn text(report: &Report) -> String {
    let metrics = &report.metrics;
    let mut text = format!("held out in {} folds: {:.1} % right\n", metrics.folds, 100.0 * metrics.accuracy);
    if let Some(misheard) = metrics.misheard_accuracy {
        text += &format!("the same, misheard: {:.1} % right\n", 100.0 * misheard);
    }
    if let (Some(auroc), Some(recall)) = (metrics.novelty_auroc, metrics.novelty_recall) {
        text += &format!(
            "none of the intents: AUROC {auroc:.3}, {:.1} % found where 95 % of the others are kept\n",
            100.0 * recall
        );
    }
    text += &section("taken for another intent", report.confusions.iter().take(10), |confusion| {
        format!("{:3}  {} as {}", confusion.count, confusion.truth, confusion.taken_for)
    });
    text += &section("hard to tell apart", &report.close, |close| {
        format!("{:4.1} %  {} and {}", 100.0 * close.share, close.intents[0], close.intents[1])
    });
    text += &section("worth a look", &report.suspects, |suspect| {
        let example = &suspect.example;
        let intent = example.intent.as_ref().map_or("out_of_scope", |intent| intent.as_str());
        let place = format!("{}:{}", example.path, example.line);
        format!("{place}  {:?} of {intent}, looks like {}", example.text, suspect.taken_for)
    });
    text
}

fn section<T>(title: &str, items: impl IntoIterator<Item = T>, line: impl Fn(T) -> String) -> String {
    let lines: Vec<String> = items.into_iter().map(line).collect();
    if lines.is_empty() { String::new() } else { format!("\n{title}\n  {}\n", lines.join("\n  ")) }
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
