//! What the measurements of speech share: the labelled clips, the clock, and resampled intervals.
#![allow(dead_code, reason = "each example uses a part")]

pub(crate) mod degrade;
pub(crate) mod interval;

use std::path::{Path, PathBuf};

use voxroute::Error;
use voxroute::audio::{Speech, Waveform};
use voxroute::models::Models;
use voxroute::transcribe::{Whisper, WhisperConfig};
use voxroute::units::Language;

/// The folders of labelled clips below `speech`.
pub(crate) const SETS: [&str; 2] = ["zh-aishell1", "en-speechocean762"];

/// A clip with what was said in it.
#[derive(Debug, Clone)]
pub(crate) struct Clip {
    /// The file's name.
    pub(crate) name: String,
    /// The language spoken.
    pub(crate) language: Language,
    /// What was said.
    pub(crate) said: String,
    /// The sound at 16 kHz.
    pub(crate) samples: Vec<f32>,
}

/// The speech engine of a folder of models; ends the program where there is none.
pub(crate) fn whisper(models: &Path, config: &WhisperConfig) -> Whisper {
    let load = || Whisper::load(&Models::open(models)?.speech()?, config);
    load().unwrap_or_else(|error| stop(error))
}

/// Which lines of each manifest are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Half {
    /// Lines 0, 2, 4…: the half the constants were chosen on.
    Tuning,
    /// Lines 1, 3, 5…: the half they are reported on.
    Held,
    /// Both.
    All,
}

impl Half {
    fn takes(self, line: usize) -> bool {
        match self {
            Self::Tuning => line.is_multiple_of(2),
            Self::Held => !line.is_multiple_of(2),
            Self::All => true,
        }
    }
}

impl Clip {
    /// Seconds of the whole clip.
    pub(crate) fn seconds(&self) -> f64 {
        self.samples.len() as f64 / 16_000.0
    }

    /// The clip as the transcriber wants it.
    pub(crate) fn speech(&self) -> Speech {
        speech(self.samples.clone())
    }
}

/// Samples at 16 kHz as the transcriber wants them.
pub(crate) fn speech(samples: Vec<f32>) -> Speech {
    Speech::detect(Waveform::new(samples).expect("finite samples within the limits"))
}

/// The labelled clips below `data/speech`.
pub(crate) fn labelled(data: &Path, half: Half) -> Vec<Clip> {
    SETS.iter().flat_map(|set| manifest(&data.join("speech").join(set), half)).collect()
}

/// The clips without speech below `data/noise`, by file name.
pub(crate) fn noise(data: &Path) -> Vec<(String, Vec<f32>)> {
    let mut paths: Vec<PathBuf> = files(&data.join("noise"));
    paths.sort();
    paths.iter().map(|path| (file_name(path), samples(path))).collect()
}

/// The samples of a mono 16-bit WAV at 16 kHz.
pub(crate) fn samples(path: &Path) -> Vec<f32> {
    let mut reader = hound::WavReader::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert_eq!(reader.spec().sample_rate, 16_000, "{}", path.display());
    reader.samples::<i16>().map(|sample| f32::from(sample.expect("a sample")) / 32_768.0).collect()
}

/// Stops with one line where something an example needs is missing.
pub(crate) fn stop(error: Error) -> ! {
    eprintln!("{error}");
    std::process::exit(1);
}

fn manifest(folder: &Path, half: Half) -> Vec<Clip> {
    let path = folder.join("manifest.tsv");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| {
        eprintln!("{}: {error}; name the data folder with --data or VOXROUTE_DATA", path.display());
        std::process::exit(1);
    });
    let lines = text.lines().skip(1).enumerate().filter(|(idx, _)| half.takes(*idx));
    lines.map(|(_, line)| clip(folder, line)).collect()
}

fn clip(folder: &Path, line: &str) -> Clip {
    let fields: Vec<&str> = line.split('\t').collect();
    Clip {
        name: fields[0].to_owned(),
        language: Language::from_code(fields[1]).expect("a language of the manifest"),
        said: fields[4].to_owned(),
        samples: samples(&folder.join(fields[0])),
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder entry").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "wav")).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// CPU seconds of all threads of this process that still live.
///
/// Linux only: elsewhere 0, and the examples print wall time alone.
pub(crate) fn cpu_seconds() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let stats = tasks.flatten().filter_map(|task| std::fs::read_to_string(task.path().join("schedstat")).ok());
    let nanoseconds = stats.filter_map(|stat| stat.split(' ').next()?.parse::<f64>().ok());
    nanoseconds.sum::<f64>() / 1e9
}
