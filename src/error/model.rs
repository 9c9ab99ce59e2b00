/// Which part of the installation a file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ModelPart {
    /// `MANIFEST.toml` itself.
    Manifest,
    /// The Whisper weights.
    Speech,
    /// What is added to the Whisper weights.
    Adaptation,
    /// The sentence encoder or its tokenizer.
    Encoder,
    /// A pack: intents, head, calibration.
    Pack,
}

impl std::fmt::Display for ModelPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Manifest => "manifest",
            Self::Speech => "speech model",
            Self::Adaptation => "adaptation",
            Self::Encoder => "encoder",
            Self::Pack => "pack",
        })
    }
}

/// A model or pack file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file is not there or cannot be opened.
    #[error("{part} {path}: {kind}")]
    Missing {
        /// Which part.
        part: ModelPart,
        /// The path tried.
        path: String,
        /// What the operating system answered.
        kind: std::io::ErrorKind,
    },
    /// The file has another size than the manifest says.
    #[error("{part} {path}: {found} bytes, expected {expected}")]
    Size {
        /// Which part.
        part: ModelPart,
        /// The file.
        path: String,
        /// Bytes found.
        found: u64,
        /// Bytes the manifest names.
        expected: u64,
    },
    /// The file has another content than the manifest says.
    #[error("{part} {path}: SHA-256 {found}, expected {expected}")]
    Hash {
        /// Which part.
        part: ModelPart,
        /// The file.
        path: String,
        /// SHA-256 found, in hexadecimal.
        found: String,
        /// SHA-256 the manifest names.
        expected: String,
    },
    /// The file was made by or for another version.
    #[error("{part} {path}: {what} {found}, expected {expected}")]
    Version {
        /// Which part.
        part: ModelPart,
        /// The file.
        path: String,
        /// What differs: `format version`, `encoder`.
        what: &'static str,
        /// What the file says.
        found: String,
        /// What this crate or installation has.
        expected: String,
    },
    /// The file is of the right kind but says something impossible.
    #[error("{part} {path}: {what}: found {found}, expected {expected}")]
    Content {
        /// Which part.
        part: ModelPart,
        /// The file.
        path: String,
        /// Which entry.
        what: String,
        /// What it says.
        found: String,
        /// What it may say.
        expected: String,
    },
    /// There is no pack of this name.
    #[error("pack {name:?} is unknown, known: {}", known.join(", "))]
    UnknownPack {
        /// The name or folder given.
        name: String,
        /// The packs in the models' folder.
        known: Vec<String>,
    },
}
