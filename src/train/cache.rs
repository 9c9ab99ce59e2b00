use std::collections::HashMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView1};
use sha2::{Digest, Sha256};

use super::{Step, corpus};
use crate::classify::Encoder;
use crate::error::Error;

/// Bytes of a key: SHA-256 of a normalised text.
const KEY: usize = 32;

/// Embeddings on disk, by the hash of the text, so that a text is embedded once.
///
/// One file for each encoder and backend, whose numbers differ. A record is the hash and then the numbers,
/// little-endian; a record cut off at the end, as a killed process leaves it, is passed over.
#[derive(Debug)]
pub struct EmbeddingCache {
    path: PathBuf,
    width: usize,
    rows: HashMap<[u8; KEY], Vec<f32>>,
}

impl EmbeddingCache {
    /// Opens the cache for an encoder in `folder`, which is made where it is not there.
    ///
    /// # Errors
    /// [`Error::Io`] with the path.
    pub fn open(folder: &Path, encoder: &Encoder) -> Result<Self, Error> {
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder, "create", &error))?;
        let hash: String = encoder.version().model.chars().take(16).collect();
        let path = folder.join(format!("{hash}-{}.bin", encoder.backend()));
        let width = encoder.width();
        let bytes = if path.exists() {
            std::fs::read(&path).map_err(|error| Error::io(&path, "read", &error))?
        } else {
            Vec::new()
        };
        let records = bytes.chunks_exact(KEY + 4 * width);
        if !records.remainder().is_empty() {
            let whole = (bytes.len() - records.remainder().len()) as u64;
            let file = OpenOptions::new().write(true).open(&path);
            file.and_then(|file| file.set_len(whole)).map_err(|error| Error::io(&path, "write", &error))?;
        }
        Ok(Self { path, width, rows: records.map(record).collect() })
    }

    /// Embeds normalised texts, one row each; those not there yet are added to the file.
    ///
    /// # Errors
    /// [`Error::Classify`] where the encoder fails, [`Error::Io`] where the file cannot be written.
    pub fn embed(
        &mut self,
        texts: &[String],
        encoder: &Encoder,
        watch: &(dyn Fn(Step) + Sync),
    ) -> Result<Array2<f32>, Error> {
        let mut new: Vec<String> = texts.iter().filter(|text| !self.rows.contains_key(&key(text))).cloned().collect();
        new.sort();
        new.dedup();
        for part in new.chunks(256) {
            let rows = corpus::embed(part, encoder, watch)?;
            self.add(part, &rows)?;
        }
        let mut embeddings = Array2::zeros((texts.len(), self.width));
        for (mut row, text) in embeddings.rows_mut().into_iter().zip(texts) {
            let known = self.rows.get(&key(text)).expect("every text was there or has been added");
            row.assign(&ArrayView1::from(known));
        }
        Ok(embeddings)
    }

    fn add(&mut self, texts: &[String], rows: &Array2<f32>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        for (text, row) in texts.iter().zip(rows.rows()) {
            bytes.extend(key(text));
            bytes.extend(row.iter().flat_map(|value| value.to_le_bytes()));
            self.rows.insert(key(text), row.to_vec());
        }
        let file = OpenOptions::new().create(true).append(true).open(&self.path);
        file.and_then(|mut file| file.write_all(&bytes)).map_err(|error| Error::io(&self.path, "write", &error))
    }
}

fn key(text: &str) -> [u8; KEY] {
    Sha256::digest(text.as_bytes()).into()
}

fn record(bytes: &[u8]) -> ([u8; KEY], Vec<f32>) {
    let (key, values) = bytes.split_at(KEY);
    let values = values.chunks_exact(4).map(|chunk| f32::from_le_bytes([chunk[0], chunk[1], chunk[2], chunk[3]]));
    (key.try_into().expect("split at its length"), values.collect())
}
