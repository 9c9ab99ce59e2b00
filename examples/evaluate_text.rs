//! Measures the text classifier on public sets: `evaluate_text --data FOLDER [--split test] [--json FILE]`.
//!
//! Nothing is chosen on a test split: training cross-validates inside the training split, and everything else is chosen
//! with `--split validation`, the default: the validation split of CLINC150, one in five of BANKING77's training texts
//! by hash, and the half of the hotline calibration texts that no calibration is fitted on. Few-shot draws are the
//! texts with the smallest SHA-256 after `SEED:`, for seeds 1 to 5. The public sets are typed: they are trained without
//! misheard copies.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use clap::Parser;
use serde::Serialize;
use sha2::{Digest, Sha256};
use voxroute::calibrate::wilson;
use voxroute::classify::{Classify, Encoder, PackClassifier, normalise};
use voxroute::error::Error;
use voxroute::models::Models;
use voxroute::pack::Pack;
use voxroute::train::{EmbeddingCache, Example, Examples, Misheard, TrainSettings, train};
use voxroute::units::IntentId;

/// 16 tokens with the encoder's prefix and the marks around it.
const SIXTEEN_TOKENS: &str = "我想查一下我的快递到哪里了 谢谢";
/// Examples in the measured training.
const N_TIMED: usize = 3_000;
/// Draws of a few-shot measurement.
const SEEDS: std::ops::RangeInclusive<u32> = 1..=5;

/// Measures the text classifier on public sets.
#[derive(Parser)]
struct Options {
    /// The folder with `text/clinc150_full.json` and `text/banking77_*.csv`.
    #[arg(long, default_value_os_t = data_folder())]
    data: PathBuf,
    /// The folder with the encoder and the hotline pack.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// The folder with the hotline examples and texts.
    #[arg(long, default_value = "data/hotline")]
    hotline: PathBuf,
    /// What is judged.
    #[arg(long, value_enum, default_value_t = Split::Validation)]
    split: Split,
    /// A folder for embeddings.
    #[arg(long, default_value = "target/embeddings")]
    cache: PathBuf,
    /// Only what begins with this: `hotline`, `banking`, `clinc`, `timing`.
    #[arg(long, default_value = "")]
    only: String,
    /// Also as JSON, one object per line, into this file.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// The texts that are judged.
#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Split {
    /// To choose by.
    Validation,
    /// To report, once.
    Test,
}

/// One line of the table.
#[derive(Serialize)]
struct Row {
    what: String,
    value: f64,
    /// 95 % interval, or mean less and plus the standard deviation over the draws.
    low: f64,
    high: f64,
    n: usize,
}

type Text = (String, Option<String>);

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
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let encoder = Arc::new(Encoder::load(&Models::open(&options.models)?, threads)?);
    let cache = EmbeddingCache::open(&options.cache, &encoder)?;
    let mut bench = Bench { encoder, cache, rows: Vec::new() };
    if "hotline".starts_with(&options.only) {
        bench.hotline(options)?;
    }
    if "banking".starts_with(&options.only) {
        bench.banking(&options.data.join("text"), options.split)?;
    }
    if "clinc".starts_with(&options.only) {
        bench.clinc(&options.data.join("text/clinc150_full.json"), options.split)?;
    }
    if "timing".starts_with(&options.only) {
        bench.timing(options)?;
    }
    if let Some(path) = &options.json {
        let lines: Vec<_> = bench.rows.iter().filter_map(|row| serde_json::to_string(row).ok()).collect();
        voxroute::files::write(path, (lines.join("\n") + "\n").as_bytes())?;
    }
    Ok(())
}

struct Bench {
    encoder: Arc<Encoder>,
    cache: EmbeddingCache,
    rows: Vec<Row>,
}

/// What a classifier said of a text: whether it was right, and how novel it looked.
struct Judged {
    right: bool,
    novelty: f32,
}

impl Bench {
    /// The committed pack on texts that somebody else typed.
    fn hotline(&mut self, options: &Options) -> Result<(), Error> {
        let (pack, _) = Pack::find(&options.models, "hotline")?;
        let classifier = PackClassifier::new(Arc::clone(&self.encoder), Arc::new(pack))?;
        let file = if options.split == Split::Test { "spoken/test.tsv" } else { "spoken/calibration.tsv" };
        let text = read(&options.hotline.join(file))?;
        let fields = text.lines().map(|line| line.split('\t').collect::<Vec<_>>());
        let is_judged = |text: &str| options.split == Split::Test || Sha256::digest(text)[0].is_multiple_of(2);
        let lines: Vec<_> = fields.filter(|fields| fields.len() >= 3 && is_judged(fields[2])).collect();
        for language in ["zh", "en"] {
            let of = |outside: bool| -> Vec<Text> {
                let fits = |line: &&Vec<&str>| line[0] == language && (line[1] == IntentId::OUT_OF_SCOPE) == outside;
                let text = |line: &Vec<&str>| (line[2].to_owned(), (!outside).then(|| line[1].to_owned()));
                lines.iter().filter(fits).map(text).collect()
            };
            let (known, outside) = (self.judge(&classifier, &of(false))?, self.judge(&classifier, &of(true))?);
            self.share(&format!("hotline typed {language}"), known.iter().map(|judged| judged.right));
            self.novelty(&format!("hotline typed {language}"), &known, &outside);
        }
        Ok(())
    }

    fn banking(&mut self, folder: &Path, split: Split) -> Result<(), Error> {
        let (mut train, mut test) =
            (csv(&folder.join("banking77_train.csv"))?, csv(&folder.join("banking77_test.csv"))?);
        if split == Split::Validation {
            let is_judged = |(text, _): &Text| Sha256::digest(format!("validation:{text}"))[0].is_multiple_of(5);
            (test, train) = train.into_iter().partition(is_judged);
        }
        for shots in [5, 10] {
            let mut values = Vec::new();
            for seed in SEEDS {
                let classifier = self.train("banking", &draw(&train, shots, seed))?;
                let judged = self.judge(&classifier, &test)?;
                values.push(judged.iter().filter(|judged| judged.right).count() as f64 / judged.len() as f64);
            }
            self.draws(&format!("BANKING77 {shots}-shot"), &values, test.len());
        }
        let classifier = self.train("banking", &train)?;
        let judged = self.judge(&classifier, &test)?;
        self.share("BANKING77 full", judged.iter().map(|judged| judged.right));
        Ok(())
    }

    /// With the set's own out-of-scope training queries.
    fn clinc(&mut self, path: &Path, split: Split) -> Result<(), Error> {
        let sets: BTreeMap<String, Vec<(String, String)>> = serde_json::from_str(&read(path)?).map_err(|error| {
            voxroute::error::ExamplesError::Form { path: path.display().to_string(), text: error.to_string() }
        })?;
        let of = |name: &str| -> Vec<Text> {
            let label = |label: &str| (label != "oos").then(|| label.to_owned());
            sets[name].iter().map(|(text, intent)| (text.clone(), label(intent))).collect()
        };
        let classifier = self.train("clinc", &[of("train"), of("oos_train")].concat())?;
        let (known, outside) = if split == Split::Test { ("test", "oos_test") } else { ("val", "oos_val") };
        let (known, outside) = (self.judge(&classifier, &of(known))?, self.judge(&classifier, &of(outside))?);
        self.share("CLINC150 in scope", known.iter().map(|judged| judged.right));
        self.novelty("CLINC150", &known, &outside);
        Ok(())
    }

    /// One sentence of 16 tokens in milliseconds, and a pack of 3,000 hotline examples without a cache
    /// in seconds, with misheard copies and without: by the wall, which other work on the machine lengthens, and of the
    /// processor, summed over the cores.
    fn timing(&mut self, options: &Options) -> Result<(), Error> {
        let (pack, _) = Pack::find(&options.models, "hotline")?;
        let classifier = PackClassifier::new(Arc::clone(&self.encoder), Arc::new(pack))?;
        let (mut times, cpu) = (Vec::new(), cpu_seconds());
        for _ in 0..101 {
            let start = Instant::now();
            classifier.classify(&[SIXTEEN_TOKENS])?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        let cpu = (cpu_seconds() - cpu) / 101.0 * 1e3;
        let (low, high) = (times[5], times[95]);
        self.row(Row { what: "one sentence, ms of wall, median".into(), value: times[50], low, high, n: 101 });
        let (low, high) = (f64::NAN, f64::NAN);
        self.row(Row { what: "one sentence, ms of processor, mean".into(), value: cpu, low, high, n: 101 });
        let mut items = Examples::read(&options.hotline)?.items().to_vec();
        items.sort_by_cached_key(|item| Sha256::digest(&item.text));
        items.truncate(N_TIMED);
        let examples = Examples::new("timed", items, None)?;
        for misheard in [Misheard::No, Misheard::MandarinAndEnglish] {
            let (start, cpu) = (Instant::now(), cpu_seconds());
            let mut settings = TrainSettings::default();
            settings.misheard = misheard;
            train(&examples, &self.encoder, settings, None, &|_| ())?;
            let what = if misheard == Misheard::No { "training" } else { "training with copies" };
            for (of, value) in [("wall", start.elapsed().as_secs_f64()), ("processor", cpu_seconds() - cpu)] {
                self.row(Row { what: format!("{what}, s of {of}"), value, low: f64::NAN, high: f64::NAN, n: N_TIMED });
            }
        }
        Ok(())
    }

    /// A pack of these texts, the first of each that is written alike.
    fn train(&mut self, name: &str, texts: &[Text]) -> Result<PackClassifier, Error> {
        let mut seen = HashSet::new();
        let new = texts.iter().enumerate().filter(|(_, (text, _))| seen.insert(normalise(text)));
        let item = |(at, (text, intent)): (usize, &Text)| Example {
            text: text.clone(),
            intent: intent.as_ref().map(IntentId::new),
            path: name.to_owned(),
            line: at as u64 + 1,
        };
        let examples = Examples::new(name, new.map(item).collect(), None)?;
        let mut settings = TrainSettings::default();
        settings.misheard = Misheard::No;
        let trained = train(&examples, &self.encoder, settings, Some(&mut self.cache), &|_| ())?;
        PackClassifier::new(Arc::clone(&self.encoder), Arc::new(trained.pack))
    }

    fn judge(&mut self, classifier: &PackClassifier, texts: &[Text]) -> Result<Vec<Judged>, Error> {
        let normal: Vec<_> = texts.iter().map(|(text, _)| normalise(text)).collect();
        let embeddings = self.cache.embed(&normal, &self.encoder, &|_| ())?;
        let judge = |((text, row), (_, intent)): ((&String, ndarray::ArrayView1<'_, f32>), &Text)| {
            let scores = classifier.classify_embedded(text, &row.to_vec())?;
            let right = intent.as_deref() == Some(scores.ranking[0].intent.as_str());
            Ok(Judged { right, novelty: scores.novelty.score })
        };
        normal.iter().zip(embeddings.rows()).zip(texts).map(judge).collect()
    }

    fn share(&mut self, what: &str, right: impl Iterator<Item = bool>) {
        let all: Vec<bool> = right.collect();
        let hits = all.iter().filter(|right| **right).count();
        let interval = wilson(hits, all.len());
        let value = hits as f64 / all.len() as f64;
        self.row(Row { what: what.to_owned(), value, low: interval.low, high: interval.high, n: all.len() });
    }

    /// Recall of texts of no intent where 95 % of these known texts are kept, and the area under the curve.
    fn novelty(&mut self, what: &str, known: &[Judged], outside: &[Judged]) {
        let mut kept: Vec<f32> = known.iter().map(|judged| judged.novelty).collect();
        kept.sort_by(f32::total_cmp);
        let limit = kept[((kept.len() as f64 * 0.95).ceil() as usize).clamp(1, kept.len()) - 1];
        self.share(&format!("{what} out-of-scope recall"), outside.iter().map(|judged| judged.novelty > limit));
        let below = |judged: &Judged| {
            let less = kept.partition_point(|score| *score < judged.novelty);
            (less + kept.partition_point(|score| *score <= judged.novelty)) as f64 / 2.0
        };
        let value = outside.iter().map(below).sum::<f64>() / (kept.len() * outside.len()) as f64;
        self.row(Row { what: format!("{what} AUROC"), value, low: f64::NAN, high: f64::NAN, n: outside.len() });
    }

    fn draws(&mut self, what: &str, values: &[f64], n: usize) {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let deviation = (squares / (values.len() as f64 - 1.0)).sqrt();
        self.row(Row { what: what.to_owned(), value: mean, low: mean - deviation, high: mean + deviation, n });
    }

    fn row(&mut self, row: Row) {
        println!("{:40} {:.4}  {:.4}..{:.4}  n {}", row.what, row.value, row.low, row.high, row.n);
        self.rows.push(row);
    }
}

/// `shots` texts of each intent.
fn draw(texts: &[Text], shots: usize, seed: u32) -> Vec<Text> {
    let mut by_intent: BTreeMap<&Option<String>, Vec<&Text>> = BTreeMap::new();
    let mut seen = HashSet::new();
    for text in texts.iter().filter(|(text, _)| seen.insert(normalise(text))) {
        by_intent.entry(&text.1).or_default().push(text);
    }
    let first = |mut texts: Vec<&Text>| {
        texts.sort_by_cached_key(|(text, _)| Sha256::digest(format!("{seed}:{text}")));
        texts.into_iter().take(shots).cloned().collect::<Vec<_>>()
    };
    by_intent.into_values().flat_map(first).collect()
}

fn csv(path: &Path) -> Result<Vec<Text>, Error> {
    let text = read(path)?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.records().map_while(Result::ok);
    Ok(rows.filter(|row| row.len() >= 2).map(|row| (row[0].to_owned(), Some(row[1].to_owned()))).collect())
}

fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|error| io(path, "read", &error))
}

fn io(path: &Path, action: &'static str, error: &std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), action, kind: error.kind() }
}

/// Processor time of this process over all threads; NaN where the system does not tell.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets: fields 14 and 15 of proc(5), in hundredths of a second on Linux.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: Vec<f64> = fields.skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    if ticks.len() == 2 { (ticks[0] + ticks[1]) / 100.0 } else { f64::NAN }
}

fn data_folder() -> PathBuf {
    std::env::var_os("VOXROUTE_DATA").map_or_else(|| "../shared/data".into(), PathBuf::from)
}
