//! A pack: everything about somebody's intents, in one folder.
//!
//! | file | what |
//! |---|---|
//! | `pack.toml` | format, intents, encoder, examples' hash, metrics at training time, size and SHA-256 of the others |
//! | `weights.safetensors` | the fitted layer and what novelty is measured with |
//! | `domain.toml` | titles, questions, authority and queue of each intent; optional |
//! | `calibration.json` | written by a calibration of this very pack, so not in `pack.toml`; optional |

mod check;
mod manifest;
mod weights;

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::classify::{EncoderVersion, Head, NoveltyModel};
use crate::error::{Error, ModelError, ModelPart, PolicyError};
use crate::files::write_together;
use crate::models::{KnownFile, hex, missing};
use crate::policy::Domain;
use crate::units::IntentId;

use manifest::{FORMAT, Manifest, PackFile};

pub use manifest::{ExamplesUsed, Metrics};

pub(crate) use manifest::Golden;

const MANIFEST: &str = "pack.toml";
const WEIGHTS: &str = "weights.safetensors";
const DOMAIN: &str = "domain.toml";
const CALIBRATION: &str = "calibration.json";

/// Somebody's intents, ready to classify with. Checked: sizes, hashes, versions, widths, finite numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    pub(crate) name: String,
    pub(crate) intents: Vec<IntentId>,
    pub(crate) encoder: EncoderVersion,
    pub(crate) examples: ExamplesUsed,
    pub(crate) metrics: Metrics,
    pub(crate) goldens: Vec<Golden>,
    pub(crate) head: Head,
    pub(crate) novelty: NoveltyModel,
    pub(crate) keep_95: f32,
    /// The domain file as it was written, so that its comments live on.
    pub(crate) domain_text: Option<String>,
    pub(crate) domain: Domain,
}

impl Pack {
    /// Opens the pack `name`: the folder of this name inside `models`, else the folder that `name` is the path of. The
    /// folder comes back too, for what lies beside the pack.
    ///
    /// # Errors
    /// [`ModelError::UnknownPack`] naming the packs there are, else as [`open`](Self::open).
    pub fn find(models: &Path, name: &str) -> Result<(Self, PathBuf), Error> {
        let candidates = [models.join(name), PathBuf::from(name)];
        let folder = candidates.into_iter().find(|folder| folder.join(MANIFEST).is_file());
        let folder = folder.ok_or_else(|| ModelError::UnknownPack { name: name.to_owned(), known: known(models) })?;
        Ok((Self::open(&folder)?, folder))
    }

    /// Opens the pack in `folder`.
    ///
    /// # Errors
    /// [`Error::Model`] for a file that is missing, altered, of another format or says something impossible,
    /// [`Error::Policy`] for a domain file that cannot be used.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read_to_string(&path).map_err(|error| missing(ModelPart::Pack, &path, &error))?;
        let manifest = check::manifest(&text, &path)?;
        let weights = read(folder, &manifest, WEIGHTS)?;
        let weights = weights.ok_or_else(|| check::refuse(&path, "file", "no entry", WEIGHTS))?;
        let (head, novelty) = weights::read(&weights, &manifest, &folder.join(WEIGHTS))?;
        let domain_text = read(folder, &manifest, DOMAIN)?.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let domain = domain(domain_text.as_deref(), &manifest.intents)?;
        let keep_95 = manifest.novelty.keep_95;
        let Manifest { name, intents, encoder, examples, metrics, goldens, .. } = manifest;
        Ok(Self { name, intents, encoder, examples, metrics, goldens, head, novelty, keep_95, domain_text, domain })
    }

    /// Writes the pack into `folder`, which is made where it is not there. The same pack gives the same bytes. A
    /// calibration of another pack that lies there is removed. A pack that was there stays whole where the new one
    /// cannot be written.
    ///
    /// # Errors
    /// [`Error::Io`] with the path.
    pub fn save(&self, folder: &Path) -> Result<(), Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", &error))?;
        // `pack.toml` last: until it is there, the hashes of the old one refuse the new files.
        write_together(folder, &self.files())?;
        self.drop_foreign_calibration(folder)
    }

    /// The SHA-256 of `pack.toml`, which names the hash of every other file: a pack's identity.
    #[must_use]
    pub fn id(&self) -> String {
        let files = self.files();
        let manifest = files.last().map(|(_, bytes)| bytes.as_slice());
        hex(&Sha256::digest(manifest.unwrap_or_default()))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The intents, sorted; the order of every score.
    #[must_use]
    pub fn intents(&self) -> &[IntentId] {
        &self.intents
    }

    /// The encoder it was made with, the only one it works with.
    #[must_use]
    pub fn encoder(&self) -> &EncoderVersion {
        &self.encoder
    }

    /// From what it was trained.
    #[must_use]
    pub fn examples(&self) -> &ExamplesUsed {
        &self.examples
    }

    /// What training measured on examples it held out.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Titles, questions, authority and queues of the intents.
    #[must_use]
    pub fn domain(&self) -> &Domain {
        &self.domain
    }

    /// The novelty score that 95 % of held-out examples of intents stay below.
    #[must_use]
    pub fn novelty_limit(&self) -> f32 {
        self.keep_95
    }

    /// Where the calibration of a pack in `folder` lies, whether or not there is one.
    #[must_use]
    pub fn calibration_path(folder: &Path) -> PathBuf {
        folder.join(CALIBRATION)
    }

    /// Every file of the pack with its bytes, `pack.toml` last.
    pub(crate) fn files(&self) -> Vec<(&'static str, Vec<u8>)> {
        let mut files = vec![(WEIGHTS, weights::write(&self.head, &self.novelty))];
        if let Some(text) = &self.domain_text {
            files.push((DOMAIN, text.clone().into_bytes()));
        }
        let manifest = self.manifest(&files);
        files.push((MANIFEST, manifest.into_bytes()));
        files
    }

    fn manifest(&self, files: &[(&'static str, Vec<u8>)]) -> String {
        let entry = |(path, bytes): &(&'static str, Vec<u8>)| PackFile {
            path: (*path).to_owned(),
            bytes: bytes.len() as u64,
            sha256: hex(&Sha256::digest(bytes)),
        };
        let manifest = Manifest {
            format: FORMAT,
            name: self.name.clone(),
            intents: self.intents.clone(),
            encoder: self.encoder.clone(),
            examples: self.examples.clone(),
            features: weights::feature_scales(&self.head),
            novelty: weights::novelty_scales(&self.novelty, self.keep_95),
            metrics: self.metrics.clone(),
            goldens: self.goldens.clone(),
            files: files.iter().map(entry).collect(),
        };
        toml::to_string(&manifest).expect("names, numbers and lists of them always have a TOML form")
    }

    /// A calibration says which pack it was fitted on.
    fn drop_foreign_calibration(&self, folder: &Path) -> Result<(), Error> {
        let path = folder.join(CALIBRATION);
        match std::fs::read_to_string(&path) {
            Ok(text) if !text.contains(&self.id()) => {
                std::fs::remove_file(&path).map_err(|error| Error::io(&path, "remove", &error))
            }
            _ => Ok(()),
        }
    }
}

/// The domain of a pack: its file's, with a card for every intent; plain cards where there is no file.
///
/// # Errors
/// As [`Domain::from_toml`], and [`PolicyError::Domain`] naming the first intent without a card.
pub(crate) fn domain(text: Option<&str>, intents: &[IntentId]) -> Result<Domain, PolicyError> {
    let Some(text) = text else { return Ok(Domain::plain(intents)) };
    let domain = Domain::from_toml(text)?;
    match intents.iter().find(|intent| domain.card(intent).is_none()) {
        None => Ok(domain),
        Some(intent) => Err(PolicyError::Domain {
            what: "intents".into(),
            found: format!("no card for {intent}"),
            expected: "a card for every intent of the pack",
        }),
    }
}

/// A file that the manifest names, checked; `None` where it names none.
fn read(folder: &Path, manifest: &Manifest, name: &str) -> Result<Option<Vec<u8>>, ModelError> {
    let file = manifest.files.iter().find(|file| file.path == name);
    let known = file.map(|file| KnownFile { path: folder.join(name), bytes: file.bytes, sha256: file.sha256.clone() });
    known.map(|file| file.read(ModelPart::Pack)).transpose()
}

/// The packs inside a models' folder, by name.
fn known(models: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(models).into_iter().flatten().flatten();
    let packs = entries.filter(|entry| entry.path().join(MANIFEST).is_file());
    let mut names: Vec<_> = packs.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
