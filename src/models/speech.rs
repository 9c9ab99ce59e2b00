//! The files a speech engine hears with.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::adaptation::{Misfit, adapt};
use super::ggml::check_magic;
use super::{KnownFile, content, hex};
use crate::error::{ModelError, ModelPart};
use crate::tensors::Wrong;

/// The weights of a Whisper, what is added to them if anything, and what both files were when they were taken down: a file
/// that has become another one since is not loaded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpeechModel {
    weights: KnownFile,
    adaptation: Option<KnownFile>,
}

impl SpeechModel {
    /// The weights in ggml format at `path`, as they are now, without an adaptation.
    ///
    /// # Errors
    /// [`ModelError::Missing`] for a file that cannot be read.
    pub fn at(path: &Path) -> Result<Self, ModelError> {
        Ok(Self { weights: KnownFile::at(path, ModelPart::Speech)?, adaptation: None })
    }

    /// The same weights with the adaptation at `path`, as it is now.
    ///
    /// # Errors
    /// [`ModelError::Missing`] for a file that cannot be read.
    pub fn adapted(self, path: &Path) -> Result<Self, ModelError> {
        Ok(Self { adaptation: Some(KnownFile::at(path, ModelPart::Adaptation)?), ..self })
    }

    /// Weights and adaptation as a manifest names them.
    pub(super) const fn new(weights: KnownFile, adaptation: Option<KnownFile>) -> Self {
        Self { weights, adaptation }
    }

    /// Where the weights are.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.weights.path
    }

    /// The SHA-256 of the weights; with an adaptation, of the SHA-256 of both.
    #[must_use]
    pub fn sha256(&self) -> String {
        match &self.adaptation {
            None => self.weights.sha256.clone(),
            Some(added) => hex(&Sha256::digest(format!("{} {}", self.weights.sha256, added.sha256))),
        }
    }

    /// Checks that the files are what they were; about a third of a second for 80 MB.
    ///
    /// # Errors
    /// [`ModelError::Missing`], [`ModelError::Size`] or [`ModelError::Hash`] of the first that is not.
    pub fn check(&self) -> Result<(), ModelError> {
        self.weights.check(ModelPart::Speech)?;
        self.adaptation.as_ref().map_or(Ok(()), |file| file.check(ModelPart::Adaptation))
    }

    /// The weights as an engine is to have them, from files that are what they were.
    pub(crate) fn read(&self) -> Result<Vec<u8>, ModelError> {
        let mut weights = self.weights.read(ModelPart::Speech)?;
        check_magic(&weights).map_err(|wrong| refuse(ModelPart::Speech, self.path(), wrong))?;
        if let Some(file) = &self.adaptation {
            let adaptation = file.read(ModelPart::Adaptation)?;
            let added = adapt(&mut weights, &self.weights.sha256, &adaptation);
            added.map_err(|misfit| self.misfit(&file.path, misfit))?;
        }
        Ok(weights)
    }

    fn misfit(&self, adaptation: &Path, misfit: Misfit) -> ModelError {
        match misfit {
            Misfit::Model(wrong) => refuse(ModelPart::Speech, self.path(), wrong),
            Misfit::Adaptation(wrong) => refuse(ModelPart::Adaptation, adaptation, wrong),
            Misfit::Weights(found) => ModelError::Version {
                part: ModelPart::Adaptation,
                path: adaptation.display().to_string(),
                what: "weights",
                found,
                expected: self.weights.sha256.clone(),
            },
        }
    }
}

fn refuse(part: ModelPart, path: &Path, wrong: Wrong) -> ModelError {
    content(part, path, &wrong.what, wrong.found, wrong.expected)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::ggml::small;
    use super::*;

    fn folder() -> (tempfile::TempDir, PathBuf, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (weights, adaptation) = (folder.path().join("weights.bin"), folder.path().join("adaptation.safetensors"));
        std::fs::write(&weights, small::file(&[])).expect("written");
        (folder, weights, adaptation)
    }

    /// An adaptation without a matrix, taught with weights of this SHA-256.
    fn adaptation(weights: &str) -> Vec<u8> {
        let header = format!(r#"{{"__metadata__":{{"weights":"{weights}"}}}}"#);
        [(header.len() as u64).to_le_bytes().as_slice(), header.as_bytes()].concat()
    }

    #[test]
    fn a_file_replaced_after_it_was_taken_down_is_refused() {
        let (_folder, weights, added) = folder();
        let model = SpeechModel::at(&weights).expect("it is there");
        std::fs::write(&added, adaptation(&model.sha256())).expect("written");
        let adapted = model.clone().adapted(&added).expect("it is there");
        assert_eq!((adapted.check(), adapted.read()), (Ok(()), Ok(small::file(&[]))));
        std::fs::write(&added, adaptation(&"0".repeat(64))).expect("written");
        assert!(matches!(adapted.check(), Err(ModelError::Hash { part: ModelPart::Adaptation, .. })));
        assert!(matches!(adapted.read(), Err(ModelError::Hash { part: ModelPart::Adaptation, .. })));
        std::fs::write(&weights, "short").expect("written");
        assert!(matches!(model.check(), Err(ModelError::Size { part: ModelPart::Speech, .. })));
    }

    #[test]
    fn an_adaptation_to_other_weights_names_both() {
        let (_folder, weights, added) = folder();
        std::fs::write(&added, adaptation("another")).expect("written");
        let model = SpeechModel::at(&weights).and_then(|model| model.adapted(&added)).expect("both are there");
        let error = model.read().expect_err("it does not fit").to_string();
        assert!(error.contains("weights another, expected ") && error.starts_with("adaptation "), "{error}");
    }

    #[test]
    fn with_and_without_an_adaptation_are_two_models() {
        let (_folder, weights, added) = folder();
        let model = SpeechModel::at(&weights).expect("it is there");
        std::fs::write(&added, "a").expect("written");
        let one = model.clone().adapted(&added).expect("it is there");
        std::fs::write(&added, "b").expect("written");
        let other = model.clone().adapted(&added).expect("it is there");
        assert!(one.sha256() != model.sha256() && one.sha256() != other.sha256());
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_never_ends_is_refused() {
        let error = SpeechModel::at(Path::new("/dev/zero")).expect("it is there").read().expect_err("no model");
        assert!(matches!(error, ModelError::Size { .. }), "{error}");
    }

    #[test]
    fn a_file_of_another_format_is_no_model() {
        let (_folder, weights, _) = folder();
        for (content, found) in [("RIFF and more", "RIFF"), ("", "")] {
            std::fs::write(&weights, content).expect("written");
            let error = SpeechModel::at(&weights).expect("it is there").read().expect_err("no model");
            assert!(matches!(&error, ModelError::Content { found: start, .. } if start == found), "{error}");
        }
    }
}
