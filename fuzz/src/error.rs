//! The errors of the fuzzed parts. Stands in for the crate's `error`, whose other variants name the engines' stages.

#[path = "../../src/error/audio.rs"]
mod audio;
#[path = "../../src/error/settings.rs"]
mod settings;

pub use audio::AudioError;
pub use settings::SettingsError;

/// As the crate's own, without the variants of other stages.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Audio(#[from] AudioError),
    #[error("{path}: {action}: {kind}")]
    Io { path: String, action: &'static str, kind: std::io::ErrorKind },
}

impl Error {
    pub(crate) fn io(path: &std::path::Path, action: &'static str, source: &std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), action, kind: source.kind() }
    }
}
