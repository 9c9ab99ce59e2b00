use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView1};
use sha2::{Digest, Sha256};

use super::{Step, corpus};
use crate::classify::Encoder;
use crate::error::Error;
use crate::files;

/// Bytes of a key: SHA-256 of a normalised text.
const KEY: usize = 32;

/// Embeddings on disk, by the hash of the text, so that a text is embedded once.
///
/// One file for each encoder and backend, whose numbers differ. A record is the hash and then the numbers,
/// little-endian, sorted by the hash. The file is replaced whole: a killed process loses at most the last fifth of what
/// it embedded, and never leaves half a record.
#[derive(Debug)]
pub struct EmbeddingCache {
    path: PathBuf,
    width: usize,
    rows: BTreeMap<[u8; KEY], Vec<f32>>,
    /// Rows that are not in the file yet.
    unwritten: usize,
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
        // What is cut off at the end was not written by us; it is gone with the next write.
        let records = bytes.chunks_exact(KEY + 4 * width);
        Ok(Self { path, width, rows: records.map(record).collect(), unwritten: 0 })
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
            self.add(part, &rows);
            // A quarter more than the last time: however many parts, the bytes written stay within five times the file.
            if 5 * self.unwritten >= self.rows.len() {
                self.write()?;
            }
        }
        self.write()?;
        let mut embeddings = Array2::zeros((texts.len(), self.width));
        for (mut row, text) in embeddings.rows_mut().into_iter().zip(texts) {
            let known = self.rows.get(&key(text)).expect("every text was there or has been added");
            row.assign(&ArrayView1::from(known));
        }
        Ok(embeddings)
    }

    fn add(&mut self, texts: &[String], rows: &Array2<f32>) {
        self.rows.extend(texts.iter().zip(rows.rows()).map(|(text, row)| (key(text), row.to_vec())));
        self.unwritten += texts.len();
    }

    fn write(&mut self) -> Result<(), Error> {
        if self.unwritten == 0 {
            return Ok(());
        }
        let record = |(key, row): (&[u8; KEY], &Vec<f32>)| {
            key.iter().copied().chain(row.iter().flat_map(|value| value.to_le_bytes())).collect::<Vec<u8>>()
        };
        let bytes: Vec<u8> = self.rows.iter().flat_map(record).collect();
        files::write(&self.path, &bytes)?;
        self.unwritten = 0;
        Ok(())
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
