/// Audio that cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AudioError {
    /// The file or buffer has no bytes at all.
    #[error("audio is empty")]
    Empty,
    /// The first bytes are not those of a WAV file.
    #[error("not a WAV file: starts with {found:?}, expected \"RIFF\" and \"WAVE\"")]
    NotWav {
        /// The first bytes, printable ones as they are.
        found: String,
    },
}
