use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{hex, missing};
use crate::error::{ModelError, ModelPart};

/// Bytes read at once while hashing.
const CHUNK: usize = 1 << 20;

/// A file and what it must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct KnownFile {
    pub(crate) path: PathBuf,
    /// Its size.
    pub(crate) bytes: u64,
    /// In lower-case hexadecimal.
    pub(crate) sha256: String,
}

impl KnownFile {
    /// The file as it is now.
    pub(super) fn at(path: &Path, part: ModelPart) -> Result<Self, ModelError> {
        let size = size_of(path, part)?;
        let (bytes, sha256) = fingerprint(path, part, size)?;
        Ok(Self { path: path.to_owned(), bytes, sha256 })
    }

    /// Checks a file too large to be wanted in memory.
    pub(super) fn check(&self, part: ModelPart) -> Result<(), ModelError> {
        self.check_size(part)?;
        let (_, found) = fingerprint(&self.path, part, self.bytes)?;
        self.check_hash(part, found)
    }

    /// Reads the file; what was checked is what comes back.
    pub(crate) fn read(&self, part: ModelPart) -> Result<Vec<u8>, ModelError> {
        self.check_size(part)?;
        let mut content = Vec::new();
        let read = File::open(&self.path).and_then(|file| file.take(beyond(self.bytes)).read_to_end(&mut content));
        read.map_err(|error| missing(part, &self.path, &error))?;
        self.check_hash(part, hex(&Sha256::digest(&content)))?;
        Ok(content)
    }

    fn check_size(&self, part: ModelPart) -> Result<(), ModelError> {
        let (found, expected) = (size_of(&self.path, part)?, self.bytes);
        if found == expected {
            return Ok(());
        }
        Err(ModelError::Size { part, path: self.path.display().to_string(), found, expected })
    }

    fn check_hash(&self, part: ModelPart, found: String) -> Result<(), ModelError> {
        if found == self.sha256 {
            return Ok(());
        }
        Err(ModelError::Hash { part, path: self.path.display().to_string(), found, expected: self.sha256.clone() })
    }
}

fn size_of(path: &Path, part: ModelPart) -> Result<u64, ModelError> {
    Ok(std::fs::metadata(path).map_err(|error| missing(part, path, &error))?.len())
}

/// Size and SHA-256 of a file that should have `bytes`, or of what is read of it where it has more.
fn fingerprint(path: &Path, part: ModelPart, bytes: u64) -> Result<(u64, String), ModelError> {
    let mut file = File::open(path).map_err(|error| missing(part, path, &error))?.take(beyond(bytes));
    let (mut hash, mut size) = (Sha256::new(), 0);
    let mut chunk = vec![0; CHUNK];
    loop {
        match file.read(&mut chunk).map_err(|error| missing(part, path, &error))? {
            0 => return Ok((size, hex(&hash.finalize()))),
            n_bytes => {
                hash.update(&chunk[..n_bytes]);
                size += n_bytes as u64;
            }
        }
    }
}

/// One byte more than a file should have: enough to see that it has grown, and an end for one that never ends.
fn beyond(bytes: u64) -> u64 {
    bytes.saturating_add(1)
}
