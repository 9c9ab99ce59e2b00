//! What can go wrong with our machine or our files. Unclear speech is not in here: it is a decision.

mod audio;
mod engine;
mod examples;
mod model;
mod policy;
mod promise;
mod settings;

pub use audio::AudioError;
pub use engine::EngineError;
pub use examples::ExamplesError;
pub use model::{ModelError, ModelPart};
pub use policy::PolicyError;
pub use promise::PromiseError;
pub use settings::SettingsError;

/// Any failure of the crate, by whose fault it is.
///
/// Every value turns into a hand-off with [`Decision::from`](crate::Decision), so no failure leaves a caller on
/// the line.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The sender's: the audio cannot be read. Hand the caller over, keep the file.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// The installer's: a model or pack file is missing, altered or of another version. Refuse to start.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The speech engine's. Hand the caller over, alert the operator.
    #[error("speech engine: {0}")]
    Transcribe(EngineError),
    /// The intent engine's. Hand the caller over, alert the operator.
    #[error("intent engine: {0}")]
    Classify(EngineError),
    /// The programmer's or operator's: found when building, never during a call.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The operator's: a policy or domain file that cannot be used.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The operator's: the store of promises failed or was misused.
    #[error(transparent)]
    Promise(#[from] PromiseError),
    /// The author's of a file of examples or labels.
    #[error(transparent)]
    Examples(#[from] ExamplesError),
    /// The operating system's: a file could not be read or written.
    #[error("{path}: {action}: {kind}")]
    Io {
        /// The file.
        path: String,
        /// What was tried: `read`, `write`, `rename`.
        action: &'static str,
        /// What the operating system answered.
        kind: std::io::ErrorKind,
    },
}

impl Error {
    /// An I/O failure with the path and what was tried.
    pub(crate) fn io(path: &std::path::Path, action: &'static str, source: &std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), action, kind: source.kind() }
    }
}
