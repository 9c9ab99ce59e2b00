#![allow(dead_code, reason = "each example uses a part")]
pub mod remember;
use indicatif::{ProgressBar, ProgressStyle};
use remember::Remembering;
use std::path::Path;
use std::time::Duration;
use voxroute::Error;
use voxroute::transcribe::{Whisper, WhisperConfig};
const PATIENCE: Duration = Duration::from_secs(120);
pub fn remembering(path: &Path, sha256: &str, memory: Option<&Path>) -> Result<Remembering, Error> {
    let config = WhisperConfig { workers: 1, deadline: PATIENCE, ..WhisperConfig::default() };
    Remembering::open(Box::new(Whisper::load(path, &config)?), sha256, memory)
}
pub fn bar(n: usize, what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").expect("a fixed template");
    ProgressBar::new(n as u64).with_style(style).with_message(what)
}
pub fn io(path: &Path, action: &'static str, error: &std::io::Error) -> Error {
    Error::Io { path: path.display().to_string(), action, kind: error.kind() }
}
