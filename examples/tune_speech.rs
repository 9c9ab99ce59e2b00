//! Measures voice-activity gates on real speech and real noise, and prints the table from which the constants of
//! `src/audio/voice.rs` were chosen.
//!
//! `cargo run --release --example tune_speech -- --data DATA` (or `VOXROUTE_DATA`). Even lines of the speech manifests
//! and noise classes 001 to 005 choose; odd lines and classes 006 to 010 report and decide nothing.
//!
//! Compared are the network of `earshot` over several windows and two plain energy gates. Silero's and whisper.cpp's
//! own detectors need model files that are not shipped with this crate, so they are not in the table.

use std::error::Error;
use std::path::{Path, PathBuf};

use clap::Parser;
use earshot::Detector;
use voxroute::audio::{Recording, Speech, Waveform};
use voxroute::units::SampleRate;

/// Samples of one frame of the detector: 16 ms.
const FRAME: usize = 256;
/// Frames of the window whose mean counts: 0.24 s.
const WINDOW: usize = 15;
/// Signal-to-noise ratios of the mixtures in dB.
const SNRS: [f32; 3] = [10.0, 5.0, 0.0];

#[derive(Parser)]
struct Options {
    /// Folder with `speech` and `noise`.
    #[arg(long, env = "VOXROUTE_DATA")]
    data: PathBuf,
    /// Measures only the gate that is shipped.
    #[arg(long)]
    shipped: bool,
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    for (name, parity, classes) in [("choosing", 0, 1..=5), ("reporting", 1, 6..=10)] {
        let noise = noise_clips(&options.data.join("noise"), classes)?;
        let speech = speech_clips(&options.data.join("speech"), parity)?;
        println!("\n# {name}: {} clips of speech, {} of noise", speech.len(), noise.len());
        let conditions = conditions(&speech, &noise)?;
        if !options.shipped {
            print_gates(&conditions, &noise);
        }
        print_shipped(&conditions, &noise)?;
    }
    Ok(())
}

struct Condition {
    name: String,
    clips: Vec<Vec<f32>>,
}

/// The same speech as it is, over a telephone, over a telephone in a whisper, and in noise.
fn conditions(speech: &[Vec<f32>], noise: &[Vec<f32>]) -> Result<Vec<Condition>, Box<dyn Error>> {
    let codes = MulawCodes::new()?;
    let telephone = |clip: &Vec<f32>| codes.round_trip(clip);
    let quiet = |clip: &Vec<f32>| codes.round_trip(&clip.iter().map(|sample| sample / 30.0).collect::<Vec<_>>());
    let mut all = vec![
        Condition { name: "clean".into(), clips: speech.to_vec() },
        Condition { name: "phone".into(), clips: speech.iter().map(telephone).collect::<Result<_, _>>()? },
        Condition { name: "-30 dB".into(), clips: speech.iter().map(quiet).collect::<Result<_, _>>()? },
    ];
    for snr in SNRS {
        let mixed = speech.iter().zip(noise.iter().cycle()).map(|(clip, noise)| mix(clip, noise, snr));
        all.push(Condition { name: format!("{snr} dB"), clips: mixed.collect() });
    }
    Ok(all)
}

/// Every gate gives a clip one score; a clip passes at or above the threshold.
type Score = Box<dyn Fn(&[f32]) -> f32>;

fn gates() -> Vec<(String, Score)> {
    let mut gates: Vec<(String, Score)> = Vec::new();
    for window in [7, 15] {
        let score = move |clip: &[f32]| best_mean(&probabilities(clip), window);
        gates.push((format!("earshot, best {:.3} s", window as f32 * 0.016), Box::new(score)));
    }
    for level in [-30.0, -24.0, -20.0, -16.0] {
        let score = move |clip: &[f32]| best_mean(&probabilities(&at_level(clip, level)), WINDOW);
        gates.push((format!("earshot, loudest at {level} dBFS, best 0.240 s"), Box::new(score)));
    }
    gates.push((
        "energy: loudest 0.240 s, dBFS".into(),
        Box::new(|clip| best_mean(&powers(clip), WINDOW).log10() * 10.0),
    ));
    gates.push(("energy: loudest 0.240 s over quietest tenth, dB".into(), Box::new(energy_over_floor)));
    gates
}

/// For each gate the highest threshold that misses no clip of any condition, and what noise passes there.
fn print_gates(conditions: &[Condition], noise: &[Vec<f32>]) {
    println!(
        "{:<50} {:>9} {:>20} {:>9}  lowest score by condition",
        "gate", "threshold", "noise that passes", "at - 0.1"
    );
    for (name, score) in gates() {
        let lowest = |condition: &Condition| condition.clips.iter().map(|clip| score(clip)).fold(f32::MAX, f32::min);
        let by_condition: Vec<f32> = conditions.iter().map(lowest).collect();
        let threshold = by_condition.iter().copied().fold(f32::MAX, f32::min);
        let noise_scores: Vec<f32> = noise.iter().map(|clip| score(clip)).collect();
        let passing = |threshold: f32| noise_scores.iter().filter(|&&score| score >= threshold).count();
        let named: Vec<String> =
            conditions.iter().zip(by_condition).map(|(c, lowest)| format!("{} {lowest:.3}", c.name)).collect();
        let (at, below) = (share(passing(threshold), noise.len()), passing(threshold - 0.1));
        println!("{name:<50} {threshold:>9.3} {at:>20} {below:>9}  {}", named.join(", "));
    }
}

/// What the gate that is shipped does.
fn print_shipped(conditions: &[Condition], noise: &[Vec<f32>]) -> Result<(), Box<dyn Error>> {
    for Condition { name, clips } in conditions {
        let heard = clips.iter().map(|clip| detect(clip)).collect::<Result<Vec<_>, _>>()?;
        let missed = heard.iter().filter(|speech| !speech.is_speech()).count();
        let cut = heard.iter().filter(|speech| cuts_loud_frames(speech)).count();
        let kept: usize = heard.iter().map(|speech| speech.spoken().len()).sum();
        let all: usize = clips.iter().map(Vec::len).sum();
        println!(
            "shipped gate, {name:<7} missed {:>18}, loud frames cut {:>18}, kept {:.1} % of the sound",
            share(missed, clips.len()),
            share(cut, clips.len()),
            100.0 * kept as f32 / all as f32,
        );
    }
    let passing = noise.iter().map(|clip| detect(clip)).filter(|speech| speech.as_ref().is_ok_and(Speech::is_speech));
    println!("shipped gate, noise   passed {:>18}", share(passing.count(), noise.len()));
    Ok(())
}

fn detect(clip: &[f32]) -> Result<Speech, Box<dyn Error>> {
    Ok(Speech::detect(Waveform::new(clip.to_vec())?))
}

/// Whether a frame within 25 dB of the loudest lies outside the part kept.
fn cuts_loud_frames(speech: &Speech) -> bool {
    let samples = speech.waveform().samples();
    let loud = powers(samples).into_iter().fold(0.0, f32::max) * 10_f32.powf(-2.5);
    let outside = |part: &[f32]| powers(part).into_iter().any(|power| power > loud);
    let range = speech.spoken_range();
    outside(&samples[..range.start]) || outside(&samples[range.end..])
}

fn share(count: usize, of: usize) -> String {
    format!("{count} of {of} ({:.1} %)", 100.0 * count as f32 / of as f32)
}

fn probabilities(clip: &[f32]) -> Vec<f32> {
    let mut detector = Detector::default();
    clip.chunks_exact(FRAME).map(|frame| detector.predict_f32(frame)).collect()
}

/// Amplifies or weakens until the loudest 0.240 s have this level in dBFS; peaks are clipped.
fn at_level(clip: &[f32], level: f32) -> Vec<f32> {
    let gain = (10_f32.powf(level / 10.0) / best_mean(&powers(clip), WINDOW).max(1e-12)).sqrt();
    clip.iter().map(|sample| (gain * sample).clamp(-1.0, 1.0)).collect()
}

fn powers(clip: &[f32]) -> Vec<f32> {
    clip.chunks_exact(FRAME).map(|frame| frame.iter().map(|s| s * s).sum::<f32>() / FRAME as f32).collect()
}

/// The highest mean of so many neighbours.
fn best_mean(values: &[f32], window: usize) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    values.windows(window.min(values.len())).map(mean).fold(0.0, f32::max)
}

fn energy_over_floor(clip: &[f32]) -> f32 {
    let mut sorted = powers(clip);
    sorted.sort_by(f32::total_cmp);
    let floor = sorted[sorted.len() / 10].max(1e-10);
    (best_mean(&powers(clip), WINDOW) / floor).log10() * 10.0
}

fn mix(clip: &[f32], noise: &[f32], snr_db: f32) -> Vec<f32> {
    let power = |samples: &[f32]| samples.iter().map(|s| s * s).sum::<f32>() / samples.len() as f32;
    let gain = (power(clip) / (power(noise).max(1e-12) * 10_f32.powf(snr_db / 10.0))).sqrt();
    let mixed: Vec<f32> = clip.iter().zip(noise.iter().cycle()).map(|(s, n)| s + gain * n).collect();
    let peak = mixed.iter().fold(1.0_f32, |peak, sample| peak.max(sample.abs()));
    mixed.iter().map(|sample| sample / peak).collect()
}

/// The telephone: 300 to 3400 Hz (ITU-T G.712), 8 kHz, mu-law.
struct MulawCodes {
    /// Every code with its sample, by sample.
    by_value: Vec<(f32, u8)>,
}

impl MulawCodes {
    fn new() -> Result<Self, Box<dyn Error>> {
        let codes: Vec<u8> = (0..=u8::MAX).collect();
        let values = Recording::from_mulaw(&codes, SampleRate::TELEPHONE)?;
        let mut by_value: Vec<_> = values.samples().iter().copied().zip(codes).collect();
        by_value.sort_by(|left, right| left.0.total_cmp(&right.0));
        Ok(Self { by_value })
    }

    fn round_trip(&self, clip: &[f32]) -> Result<Vec<f32>, Box<dyn Error>> {
        let taps = band_pass();
        let padded: Vec<f32> = [vec![0.0; taps.len() / 2], clip.to_vec(), vec![0.0; taps.len() / 2]].concat();
        let filtered = padded.windows(taps.len()).step_by(2);
        let line: Vec<u8> =
            filtered.map(|window| self.encode(window.iter().zip(&taps).map(|(s, t)| s * t).sum())).collect();
        let heard = Recording::from_mulaw(&line, SampleRate::TELEPHONE)?;
        Ok(Waveform::from_recording(&heard, voxroute::audio::Limits::default())?.samples().to_vec())
    }

    /// The code whose sample is nearest.
    fn encode(&self, sample: f32) -> u8 {
        let above = self.by_value.partition_point(|&(value, _)| value < sample).min(self.by_value.len() - 1);
        let below = above.saturating_sub(1);
        let distance = |at: usize| (self.by_value[at].0 - sample).abs();
        self.by_value[if distance(below) < distance(above) { below } else { above }].1
    }
}

fn band_pass() -> Vec<f32> {
    let (low, high) = (low_pass(300.0), low_pass(3_400.0));
    high.iter().zip(low).map(|(high, low)| high - low).collect()
}

/// A windowed sinc of 255 taps at 16 kHz, Hamming window.
fn low_pass(hz: f32) -> Vec<f32> {
    use std::f32::consts::PI;
    let tap = |tap: i32| {
        let (offset, edge) = ((tap - 127) as f32, 2.0 * hz / 16_000.0);
        let sinc = if tap == 127 { 1.0 } else { (PI * edge * offset).sin() / (PI * edge * offset) };
        edge * sinc * (0.54 + 0.46 * (PI * offset / 127.0).cos())
    };
    (0..255).map(tap).collect()
}

fn speech_clips(folder: &Path, parity: usize) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let mut clips = Vec::new();
    for set in ["zh-aishell1", "en-speechocean762"] {
        let folder = folder.join(set);
        let manifest = std::fs::read_to_string(folder.join("manifest.tsv"))?;
        let files = manifest.lines().skip(1).filter_map(|line| line.split('\t').next());
        for file in files.enumerate().filter(|(line, _)| line % 2 == parity).map(|(_, file)| file) {
            clips.push(read(&folder.join(file))?);
        }
    }
    Ok(clips)
}

fn noise_clips(folder: &Path, classes: std::ops::RangeInclusive<u32>) -> Result<Vec<Vec<f32>>, Box<dyn Error>> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<Result<_, std::io::Error>>()?;
    paths.sort();
    let class = |path: &Path| path.file_name()?.to_str()?.get(..3)?.parse::<u32>().ok();
    paths
        .iter()
        .filter(|path| class(path).is_some_and(|class| classes.contains(&class)))
        .map(|path| read(path))
        .collect()
}

fn read(path: &Path) -> Result<Vec<f32>, Box<dyn Error>> {
    let recording = Recording::from_wav_file(path)?;
    Ok(Waveform::from_recording(&recording, voxroute::audio::Limits::default())?.samples().to_vec())
}
