//! Error rates, refusals, loops and times of the speech stage on labelled clips, beside the full window of the same
//! model in the same run.
//!
//! `cargo run --release --example evaluate_speech -- --data ../shared/data --out benches/record/speech.json`
mod speech;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use serde::Serialize;
use serde_json::{Value, json};
use speech::interval::{difference, error_rate, quantile};
use speech::{Clip, Half, degrade};
use voxroute::transcribe::error_rate::{Edits, looks_looped};
use voxroute::transcribe::{Hint, Transcribe, Transcript, Verdict, Whisper, WhisperConfig, Window};
use voxroute::units::Language;

#[derive(Parser)]
struct Args {
    /// The folder with `speech` and `noise`.
    #[arg(long, env = "VOXROUTE_DATA", default_value = "../shared/data")]
    data: PathBuf,
    /// The folder with `MANIFEST.toml` and the speech model.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Which lines of the manifests: the constants were chosen on `tuning`.
    #[arg(long, value_enum, default_value = "all")]
    half: Half,
    /// Takes every n-th of those lines.
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Leaves out the full window of the same model, which takes most of the time.
    #[arg(long)]
    no_reference: bool,
    /// Also with noise at these levels in dB, comma-separated.
    #[arg(long, value_delimiter = ',')]
    snr: Vec<f64>,
    /// Also as a telephone line carries it.
    #[arg(long)]
    telephone: bool,
    /// Where the figures go as JSON.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// A clip as it was heard, and what that took.
#[derive(Serialize)]
struct Heard {
    name: String,
    language: Language,
    said: String,
    seconds: f64,
    cpu: f64,
    wall: f64,
    #[serde(skip)]
    edits: Edits,
    transcript: Transcript,
}

fn main() {
    let args = Args::parse();
    let clips: Vec<Clip> = speech::labelled(&args.data, args.half).into_iter().step_by(args.every.max(1)).collect();
    let noise = speech::noise(&args.data);
    let ours = load(&args, WhisperConfig { workers: 1, ..WhisperConfig::default() });
    let heard = hear_all(&ours, &clips);
    let mut report = json!({ "model": "whisper-base-q8_0", "clips": clips.len(), "ours": summary(&heard) });
    report["noise"] = noise_summary(&ours, &noise);
    if !args.no_reference {
        report["against_full_window"] = against_full(&args, &clips, &heard);
    }
    report["degraded"] = degraded(&args, &ours, &clips, &noise);
    report["rows"] = serde_json::to_value(&heard).expect("plain data");
    print_report(&report);
    if let Some(out) = args.out {
        voxroute::files::write(&out, format!("{report:#}\n").as_bytes()).unwrap_or_else(|error| speech::stop(error));
    }
}

fn load(args: &Args, config: WhisperConfig) -> Whisper {
    let config = WhisperConfig { deadline: Duration::from_secs(600), ..config };
    speech::whisper(&args.models, &config)
}

/// The engine's own window for the whole clip: one greedy reading, no silence cut off, no second look.
fn full_window(args: &Args) -> Whisper {
    let config = WhisperConfig {
        workers: 1,
        window: Window::FULL,
        second_look: None,
        slowed: Vec::new(),
        alternatives: 0,
        ..WhisperConfig::default()
    };
    load(args, config)
}

fn hear_all(whisper: &Whisper, clips: &[Clip]) -> Vec<Heard> {
    clips.iter().map(|clip| hear(whisper, clip)).collect()
}

fn hear(whisper: &Whisper, clip: &Clip) -> Heard {
    let (cpu, wall) = (speech::cpu_seconds(), Instant::now());
    let transcript = whisper.transcribe(&clip.speech(), &Hint::default()).unwrap_or_else(|error| speech::stop(error));
    Heard {
        name: clip.name.clone(),
        language: clip.language,
        said: clip.said.clone(),
        seconds: clip.seconds(),
        cpu: speech::cpu_seconds() - cpu,
        wall: wall.elapsed().as_secs_f64(),
        edits: Edits::between(&clip.said, &transcript.text, clip.language),
        transcript,
    }
}

fn edits(heard: &[Heard], language: Language) -> Vec<Edits> {
    heard.iter().filter(|heard| heard.language == language).map(|heard| heard.edits).collect()
}

fn rate(clips: &[Edits]) -> Value {
    let (rate, (low, high)) = error_rate(clips);
    json!({ "percent": 100.0 * rate, "low": 100.0 * low, "high": 100.0 * high, "clips": clips.len() })
}

fn summary(heard: &[Heard]) -> Value {
    let count = |wanted: &dyn Fn(&Heard) -> bool| heard.iter().filter(|heard| wanted(heard)).count();
    json!({
        "cer_zh": rate(&edits(heard, Language::Zh)),
        "wer_en": rate(&edits(heard, Language::En)),
        "looped_texts": count(&|heard| looks_looped(&heard.transcript.text)),
        "refused_as_no_speech": count(&|heard| heard.transcript.verdict == Verdict::NoSpeech),
        "not_believed": count(&|heard| heard.transcript.verdict != Verdict::Heard),
        "second_looks": count(&|heard| heard.transcript.evidence.second_decode > 0.0),
        "wrong_language": count(&|heard| heard.transcript.language != heard.language),
        "cpu_seconds": heard.iter().map(|heard| heard.cpu).sum::<f64>(),
        "slowest_over_median": buckets(heard),
    })
}

/// Slowest over median CPU time among clips of about the same length: under 2, 4, 6, 8 s and above.
fn buckets(heard: &[Heard]) -> Value {
    let bucket = |seconds: f64| ((seconds / 2.0) as usize).min(4);
    let ratio = |wanted: usize| {
        let times: Vec<f64> =
            heard.iter().filter(|heard| bucket(heard.seconds) == wanted).map(|heard| heard.cpu).collect();
        let (median, slowest) = (quantile(&times, 0.5), quantile(&times, 1.0));
        json!({ "from_seconds": 2 * wanted, "clips": times.len(), "median_s": median, "ratio": if median > 0.0 { slowest / median } else { 0.0 } })
    };
    (0..5).map(ratio).collect()
}

/// What comes of clips in which nobody speaks.
fn noise_summary(whisper: &Whisper, noise: &[(String, Vec<f32>)]) -> Value {
    let mut accepted = Vec::new();
    let mut past_gate = 0;
    for (name, samples) in noise {
        let speech = speech::speech(samples.clone());
        past_gate += usize::from(!speech.spoken().is_empty());
        let heard = whisper.transcribe(&speech, &Hint::default()).unwrap_or_else(|error| speech::stop(error));
        if heard.verdict == Verdict::Heard {
            accepted.push(json!({ "clip": name, "text": heard.text, "evidence": heard.evidence }));
        }
    }
    json!({ "clips": noise.len(), "past_the_voice_gate": past_gate, "accepted": accepted })
}

fn against_full(args: &Args, clips: &[Clip], ours: &[Heard]) -> Value {
    let full = hear_all(&full_window(args), clips);
    let points = |language| {
        let (difference, (low, high)) = difference(&edits(ours, language), &edits(&full, language));
        json!({ "points": 100.0 * difference, "low": 100.0 * low, "high": 100.0 * high })
    };
    let cpu = |heard: &[Heard]| heard.iter().map(|heard| heard.cpu).sum::<f64>();
    json!({
        "full": summary(&full),
        "cer_zh_minus_full": points(Language::Zh),
        "wer_en_minus_full": points(Language::En),
        "cpu_over_full": cpu(ours) / cpu(&full),
        "rows": full,
    })
}

/// Error rates with noise mixed in and over a telephone line.
fn degraded(args: &Args, whisper: &Whisper, clips: &[Clip], noise: &[(String, Vec<f32>)]) -> Value {
    let mut found = serde_json::Map::new();
    for &snr in &args.snr {
        let noisy = changed(clips, |idx, samples| degrade::with_noise(samples, &noise[idx % noise.len()].1, snr));
        found.insert(format!("snr_{snr}_db"), summary(&hear_all(whisper, &noisy)));
    }
    if args.telephone {
        let narrow = changed(clips, |_, samples| degrade::by_telephone(samples));
        found.insert("telephone".into(), summary(&hear_all(whisper, &narrow)));
    }
    Value::Object(found)
}

fn changed(clips: &[Clip], change: impl Fn(usize, &[f32]) -> Vec<f32>) -> Vec<Clip> {
    let change = |(idx, clip): (usize, &Clip)| Clip { samples: change(idx, &clip.samples), ..clip.clone() };
    clips.iter().enumerate().map(change).collect()
}

fn print_report(report: &Value) {
    let line = |name: &str, summary: &Value| {
        let part = |key: &str| {
            let rate = &summary[key];
            format!("{:5.1} [{:4.1}, {:4.1}]", number(&rate["percent"]), number(&rate["low"]), number(&rate["high"]))
        };
        println!(
            "{name:14} CER zh {} %  WER en {} %  loops {}  refused {}  not believed {}  second looks {}  cpu {:.1} s",
            part("cer_zh"),
            part("wer_en"),
            summary["looped_texts"],
            summary["refused_as_no_speech"],
            summary["not_believed"],
            summary["second_looks"],
            number(&summary["cpu_seconds"]),
        );
    };
    line("ours", &report["ours"]);
    if let Some(against) = report.get("against_full_window") {
        line("full window", &against["full"]);
        println!(
            "minus full: zh {:+.2} points, en {:+.2} points, cpu x {:.3}",
            number(&against["cer_zh_minus_full"]["points"]),
            number(&against["wer_en_minus_full"]["points"]),
            number(&against["cpu_over_full"])
        );
    }
    for (name, summary) in report["degraded"].as_object().into_iter().flatten() {
        line(name, summary);
    }
    println!(
        "noise: {} clips, {} past the voice gate, accepted {}",
        report["noise"]["clips"],
        report["noise"]["past_the_voice_gate"],
        report["noise"]["accepted"].as_array().map_or(0, Vec::len)
    );
    println!("slowest / median: {}", report["ours"]["slowest_over_median"]);
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}
