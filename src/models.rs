//! The folder of model files: `MANIFEST.toml` says what each must be, and nothing else is handed to an engine.

mod adaptation;
mod blocks;
mod ggml;
mod known_file;
mod speech;

use std::path::{Component, Path, PathBuf};

use serde::Deserialize;

use crate::classify::EncoderVersion;
use crate::error::{ModelError, ModelPart};

pub(crate) use known_file::KnownFile;
pub use speech::SpeechModel;

/// The manifest's name inside the folder.
const MANIFEST: &str = "MANIFEST.toml";
/// The manifest's form this crate reads.
const FORMAT: u32 = 1;

/// A folder of model files. A file is handed out only after its size and SHA-256 were found as the manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Models {
    folder: PathBuf,
    files: Vec<ModelFile>,
}

/// What the manifest says of one file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// Where it is, from the folder.
    pub path: String,
    /// `speech`, `adaptation` or `encoder`.
    pub part: String,
    /// Its version, for packs to name.
    pub version: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Under which licence it may be used.
    pub licence: String,
    /// Where it came from.
    pub source: String,
    /// How it was made from that.
    pub made: String,
}

/// The encoder's files, read and checked.
#[derive(Debug)]
pub(crate) struct EncoderFiles {
    pub(crate) version: EncoderVersion,
    pub(crate) model: Vec<u8>,
    pub(crate) model_path: PathBuf,
    pub(crate) tokenizer: Vec<u8>,
    pub(crate) tokenizer_path: PathBuf,
}

impl Models {
    /// Reads the manifest of `folder`. The files themselves are looked at when they are asked for, or with
    /// [`verify`](Self::verify).
    ///
    /// # Errors
    /// [`ModelError::Missing`] without a manifest, [`ModelError::Content`] for one that cannot be read or names a file
    /// outside the folder, [`ModelError::Version`] for one of another format.
    pub fn open(folder: &Path) -> Result<Self, ModelError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|error| missing(ModelPart::Manifest, &path, &error))?;
        let form: Form = toml::from_str(&text).map_err(|error| unreadable(&path, &error))?;
        check_format(form.format, &path)?;
        form.files.iter().try_for_each(|file| check_inside(&file.path, &path))?;
        Ok(Self { folder: folder.to_owned(), files: form.files })
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Every file the manifest names.
    #[must_use]
    pub fn files(&self) -> &[ModelFile] {
        &self.files
    }

    /// Checks size and hash of every file; about a third of a second for 125 MB.
    ///
    /// # Errors
    /// Of the first file that is missing or altered: [`ModelError::Missing`], [`ModelError::Size`] or
    /// [`ModelError::Hash`].
    pub fn verify(&self) -> Result<(), ModelError> {
        self.files.iter().try_for_each(|file| self.known(file).check(part_of(file)))
    }

    /// The Whisper weights with their adaptation, where there is one, as the manifest says; the files themselves are not
    /// looked at.
    ///
    /// # Errors
    /// [`ModelError::Content`] where the manifest names no speech model, or more than one of it or its adaptation.
    pub fn speech(&self) -> Result<SpeechModel, ModelError> {
        let adaptation = self.entry_if_any("adaptation", |_| true)?;
        Ok(SpeechModel::new(self.known(self.entry("speech", |_| true)?), adaptation.map(|file| self.known(file))))
    }

    /// The encoder's graph and tokenizer, read and checked.
    pub(crate) fn encoder(&self) -> Result<EncoderFiles, ModelError> {
        let graph = self.entry("encoder", |path| path.ends_with(".onnx"))?;
        let tokens = self.entry("encoder", |path| path.ends_with(".json"))?;
        let version = EncoderVersion {
            version: graph.version.clone(),
            model: graph.sha256.clone(),
            tokenizer: tokens.sha256.clone(),
        };
        let (model, model_path) = self.read(graph)?;
        let (tokenizer, tokenizer_path) = self.read(tokens)?;
        Ok(EncoderFiles { version, model, model_path, tokenizer, tokenizer_path })
    }

    fn entry(&self, part: &str, fits: impl Fn(&str) -> bool) -> Result<&ModelFile, ModelError> {
        self.entry_if_any(part, fits)?.ok_or_else(|| self.not_one_of(part, "no entry".into()))
    }

    /// Two that fit are refused: nothing says which is meant.
    fn entry_if_any(&self, part: &str, fits: impl Fn(&str) -> bool) -> Result<Option<&ModelFile>, ModelError> {
        let mut found = self.files.iter().filter(|file| file.part == part && fits(&file.path));
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => Err(self.not_one_of(part, format!("{} and {}", first.path, second.path))),
            (found, _) => Ok(found),
        }
    }

    fn not_one_of(&self, part: &str, found: String) -> ModelError {
        let expected = format!("one of part {part}");
        content(ModelPart::Manifest, &self.folder.join(MANIFEST), "file", found, &expected)
    }

    fn read(&self, file: &ModelFile) -> Result<(Vec<u8>, PathBuf), ModelError> {
        let known = self.known(file);
        Ok((known.read(part_of(file))?, known.path))
    }

    fn known(&self, file: &ModelFile) -> KnownFile {
        KnownFile { path: self.folder.join(&file.path), bytes: file.bytes, sha256: file.sha256.clone() }
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn missing(part: ModelPart, path: &Path, error: &std::io::Error) -> ModelError {
    ModelError::Missing { part, path: path.display().to_string(), kind: error.kind() }
}

pub(crate) fn content(part: ModelPart, path: &Path, what: &str, found: String, expected: &str) -> ModelError {
    let (path, what, expected) = (path.display().to_string(), what.to_owned(), expected.to_owned());
    ModelError::Content { part, path, what, found, expected }
}

/// The manifest's form on disk.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    format: u32,
    #[serde(default, rename = "file")]
    files: Vec<ModelFile>,
}

fn part_of(file: &ModelFile) -> ModelPart {
    match file.part.as_str() {
        "speech" => ModelPart::Speech,
        "adaptation" => ModelPart::Adaptation,
        _ => ModelPart::Encoder,
    }
}

/// A manifest speaks of its own folder only.
fn check_inside(path: &str, manifest: &Path) -> Result<(), ModelError> {
    let mut parts = Path::new(path).components().peekable();
    if parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_))) {
        return Ok(());
    }
    Err(content(ModelPart::Manifest, manifest, "path", path.to_owned(), "a path inside the folder"))
}

fn check_format(found: u32, path: &Path) -> Result<(), ModelError> {
    if found == FORMAT {
        return Ok(());
    }
    Err(ModelError::Version {
        part: ModelPart::Manifest,
        path: path.display().to_string(),
        what: "format",
        found: found.to_string(),
        expected: FORMAT.to_string(),
    })
}

fn unreadable(path: &Path, error: &toml::de::Error) -> ModelError {
    let found = error.to_string().trim_end().replace('\n', " ");
    content(ModelPart::Manifest, path, "form", found, "TOML with format and [[file]] entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with one speech file holding `abc`.
    fn folder(bytes: u64, sha256: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("speech.bin"), "abc").expect("written");
        let manifest = format!(
            "format = 1\n[[file]]\npath = \"speech.bin\"\npart = \"speech\"\nversion = \"1\"\nbytes = {bytes}\n\
             sha256 = \"{sha256}\"\nlicence = \"MIT\"\nsource = \"here\"\nmade = \"by hand\"\n"
        );
        std::fs::write(folder.path().join(MANIFEST), manifest).expect("written");
        folder
    }

    /// FIPS 180-2, appendix B.1.
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn error_of(folder: &tempfile::TempDir) -> String {
        let models = Models::open(folder.path()).expect("the manifest is fine");
        let error = models.verify().expect_err("the file is not");
        error.to_string().replace(&folder.path().display().to_string(), "DIR")
    }

    #[test]
    fn a_file_as_promised_is_handed_out() {
        let folder = folder(3, ABC);
        let models = Models::open(folder.path()).expect("a manifest");
        assert_eq!(models.verify(), Ok(()));
        let speech = models.speech().expect("an entry");
        assert_eq!((speech.path(), speech.check()), (folder.path().join("speech.bin").as_path(), Ok(())));
    }

    #[test]
    fn an_altered_file_is_refused_with_both_values() {
        assert_eq!(error_of(&folder(4, ABC)), "speech model DIR/speech.bin: 3 bytes, expected 4");
        let zeros = "0".repeat(64);
        let expected = format!("speech model DIR/speech.bin: SHA-256 {ABC}, expected {zeros}");
        assert_eq!(error_of(&folder(3, &zeros)), expected);
    }

    #[test]
    fn a_missing_file_is_named() {
        let folder = folder(3, ABC);
        std::fs::remove_file(folder.path().join("speech.bin")).expect("it was there");
        assert_eq!(error_of(&folder), "speech model DIR/speech.bin: entity not found");
    }

    #[test]
    fn a_folder_without_manifest_or_encoder_is_refused() {
        let empty = tempfile::tempdir().expect("a temporary folder");
        let error = Models::open(empty.path()).expect_err("no manifest").to_string();
        assert!(error.starts_with("manifest ") && error.ends_with("MANIFEST.toml: entity not found"), "{error}");
        let folder = folder(3, ABC);
        let error = Models::open(folder.path()).expect("a manifest").encoder().expect_err("no encoder").to_string();
        assert!(error.ends_with("file: found no entry, expected one of part encoder"), "{error}");
    }

    #[test]
    fn two_entries_for_one_thing_are_refused() {
        let folder = folder(3, ABC);
        let manifest = std::fs::read_to_string(folder.path().join(MANIFEST)).expect("written");
        let (head, entry) = manifest.split_once('\n').expect("lines");
        for part in ["speech", "adaptation"] {
            let other = entry.replace("\"speech\"", &format!("\"{part}\"")).replace("speech.bin", "other.bin");
            let third = other.replace("other.bin", "third.bin");
            std::fs::write(folder.path().join(MANIFEST), format!("{head}\n{entry}{other}{third}")).expect("written");
            let error = Models::open(folder.path()).expect("a manifest").speech().expect_err("which?").to_string();
            let first = if part == "speech" { "speech.bin and other.bin" } else { "other.bin and third.bin" };
            assert!(error.ends_with(&format!("file: found {first}, expected one of part {part}")), "{error}");
        }
    }

    #[test]
    fn a_manifest_of_another_format_is_refused() {
        let folder = folder(3, ABC);
        std::fs::write(folder.path().join(MANIFEST), "format = 2\n").expect("written");
        let error = Models::open(folder.path()).expect_err("format 2").to_string();
        assert!(error.ends_with("format 2, expected 1"), "{error}");
    }

    #[test]
    fn a_manifest_speaks_of_its_own_folder_only() {
        for path in ["/dev/zero", "../speech.bin", "a/../../b", ".", ""] {
            let folder = folder(0, ABC);
            let manifest = std::fs::read_to_string(folder.path().join(MANIFEST)).expect("written");
            let manifest = manifest.replace("speech.bin", path);
            std::fs::write(folder.path().join(MANIFEST), manifest).expect("written");
            let error = Models::open(folder.path()).expect_err("outside").to_string();
            assert!(error.ends_with(&format!("path: found {path}, expected a path inside the folder")), "{error}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_never_ends_is_read_no_further_than_its_size() {
        let folder = folder(0, ABC);
        let path = folder.path().join("speech.bin");
        std::fs::remove_file(&path).expect("it was there");
        std::os::unix::fs::symlink("/dev/zero", &path).expect("linked");
        assert!(error_of(&folder).contains("SHA-256"), "one byte too many changes the hash");
    }
}
