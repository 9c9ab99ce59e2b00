//! Sweeps the encoder's window over labelled clips: the numbers behind the constants of `transcribe`.
mod speech;

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Parser;
use voxroute::transcribe::error_rate::Edits;
use voxroute::transcribe::{Hint, Pitch, Prompt, SecondLook, Slowed, Transcribe, WhisperConfig, Window};
use voxroute::units::Language;

#[derive(Parser)]
struct Args {
    /// The folder with `speech` and `noise`.
    #[arg(long, env = "VOXROUTE_DATA", default_value = "../shared/data")]
    data: PathBuf,
    /// The folder with `MANIFEST.toml` and the speech model.
    #[arg(long, default_value = "models")]
    models: PathBuf,
    /// Windows as trailing:floor in seconds.
    #[arg(long, value_delimiter = ',', default_value = "0:30,0.5:0,1:0,1.5:0,2:0,3:0,5:0,0:8")]
    windows: Vec<String>,
    /// Which lines.
    #[arg(long, value_enum, default_value = "tuning")]
    half: speech::Half,
    /// Other readings tried.
    #[arg(long, default_value_t = 0)]
    alternatives: usize,
    /// Words said before Mandarin clips.
    #[arg(long)]
    prompt_zh: Option<String>,
    /// Words said before English clips.
    #[arg(long)]
    prompt_en: Option<String>,
    /// Looks again at what is not believed, through this window: trailing:floor in seconds.
    #[arg(long)]
    second_look: Option<String>,
    /// Mean log probability below which a reading is looked at again.
    #[arg(long, allow_negative_numbers = true)]
    suspect: Option<f32>,
    /// Also hears slowed down what is below a mean log probability: speed:limit, with the pitch kept.
    #[arg(long)]
    slowed: Option<String>,
    /// The same, the pitch falling with the speed.
    #[arg(long)]
    lowered: Option<String>,
    /// Takes every n-th clip, from the back.
    #[arg(long, default_value_t = 1)]
    every: usize,
    /// Leaves out the clips without speech.
    #[arg(long)]
    speech_only: bool,
    /// One JSON line per clip and window.
    #[arg(long)]
    out: PathBuf,
}

fn main() {
    let args = Args::parse();
    let clips: Vec<_> = speech::labelled(&args.data, args.half).into_iter().rev().step_by(args.every.max(1)).collect();
    let noise = if args.speech_only { Vec::new() } else { speech::noise(&args.data) };
    let mut out = std::fs::File::create(&args.out).expect("out");
    for text in &args.windows {
        let window = window(text);
        let config = WhisperConfig {
            workers: 1,
            window,
            second_look: second_look(&args),
            slowed: slowed(&args),
            alternatives: args.alternatives,
            prompts: prompts(&args),
            deadline: Duration::from_secs(600),
            ..WhisperConfig::default()
        };
        let whisper = speech::whisper(&args.models, &config);
        let mut all = Vec::new();
        let cases = clips.iter().map(|clip| (clip.name.clone(), Some(clip), clip.samples.clone()));
        let cases = cases.chain(noise.iter().map(|(name, samples)| (name.clone(), None, samples.clone())));
        let before = speech::cpu_seconds();
        for (name, clip, samples) in cases {
            let seconds = samples.len() as f64 / 16_000.0;
            let (cpu, wall) = (speech::cpu_seconds(), Instant::now());
            let heard = whisper.transcribe(&speech::speech(samples), &Hint::default()).expect("heard");
            let (cpu, wall) = (speech::cpu_seconds() - cpu, wall.elapsed().as_secs_f64());
            let edits = clip.map(|clip| Edits::between(&clip.said, &heard.text, clip.language));
            all.extend(clip.map(|clip| clip.language).zip(edits));
            let row = serde_json::json!({
                "window": text, "clip": name, "kind": clip.map_or("noise", |clip| clip.language.code()), "seconds": seconds,
                "said": clip.map(|clip| &clip.said), "heard": heard, "edits": edits.map(|e| e.edits), "length": edits.map(|e| e.length),
                "cpu": cpu, "wall": wall,
            });
            writeln!(out, "{row}").expect("write");
        }
        let rate = |language| Edits::rate(all.iter().filter(|(l, _)| *l == language).map(|(_, e)| e));
        use Language::{En, Zh};
        println!(
            "{text}: CER {:.1} % WER {:.1} % cpu {:.1} s",
            100.0 * rate(Zh),
            100.0 * rate(En),
            speech::cpu_seconds() - before
        );
    }
}

fn prompts(args: &Args) -> Vec<Prompt> {
    let texts = [(Language::Zh, &args.prompt_zh), (Language::En, &args.prompt_en)];
    texts.into_iter().filter_map(|(language, text)| Some(Prompt { language, text: text.clone()? })).collect()
}

fn second_look(args: &Args) -> Option<SecondLook> {
    let default = SecondLook::default();
    let mean_logprob = args.suspect.unwrap_or(default.mean_logprob);
    args.second_look.as_deref().map(|text| SecondLook { window: window(text), mean_logprob, ..default })
}

fn slowed(args: &Args) -> Vec<Slowed> {
    let at = |(text, pitch): (&Option<String>, Pitch)| {
        let (speed, limit) = text.as_deref()?.split_once(':').expect("speed:limit");
        let number = |text: &str| text.parse().expect("a number");
        Some(Slowed { speed: number(speed), pitch, mean_logprob: number(limit) })
    };
    [(&args.slowed, Pitch::Kept), (&args.lowered, Pitch::Falling)].into_iter().filter_map(at).collect()
}

fn window(text: &str) -> Window {
    let (trailing, floor) = text.split_once(':').expect("trailing:floor");
    let seconds = |text: &str| Duration::from_secs_f64(text.parse().expect("seconds"));
    Window { trailing: seconds(trailing), floor: seconds(floor) }
}
