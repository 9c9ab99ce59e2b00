use std::sync::Arc;

use ndarray::{Array1, ArrayView1};

use super::combine::{Reading, combine};
use super::{Classify, Encoder, Scores, normalise};
use crate::error::{EngineError, Error, ModelError, ModelPart};
use crate::pack::{Golden, Pack};
use crate::units::IntentId;

/// How far a golden text's probability may be off: what dynamic rounding to 8 bits differs between backends.
const GOLDEN_TOLERANCE: f64 = 0.05;

/// The classifier of a pack: its layers over the shared encoder.
#[derive(Debug, Clone)]
pub struct PackClassifier {
    encoder: Arc<Encoder>,
    pack: Arc<Pack>,
}

impl PackClassifier {
    /// Puts a pack on the encoder it was made with and checks its golden texts.
    ///
    /// # Errors
    /// [`ModelError::Version`] naming both encoders where they differ, [`ModelError::Content`] where a golden text gets
    /// another intent or a probability more than 0.05 off, [`Error::Classify`] where the encoder fails.
    pub fn new(encoder: Arc<Encoder>, pack: Arc<Pack>) -> Result<Self, Error> {
        check_encoder(&encoder, &pack)?;
        let classifier = Self { encoder, pack };
        classifier.pack.goldens.iter().try_for_each(|golden| classifier.check_golden(golden))?;
        Ok(classifier)
    }

    /// The pack.
    #[must_use]
    pub fn pack(&self) -> &Arc<Pack> {
        &self.pack
    }

    /// The encoder, for another pack on it.
    #[must_use]
    pub fn encoder(&self) -> &Arc<Encoder> {
        &self.encoder
    }

    /// Scores one normalised text whose embedding is known, as of a cache: `width` numbers of unit length.
    ///
    /// # Errors
    /// [`Error::Classify`] for an embedding of another width or with a number that is not finite.
    pub fn classify_embedded(&self, text: &str, embedding: &[f32]) -> Result<Scores, Error> {
        if embedding.len() != self.encoder.width() {
            return Err(Error::Classify(EngineError::Output {
                what: "embedding".into(),
                found: format!("{} numbers", embedding.len()),
                expected: self.encoder.width().to_string(),
            }));
        }
        combine(self.intents(), &[read(&self.pack, text, embedding.to_vec())]).map_err(Error::Classify)
    }

    /// One reading of a turn, already normalised.
    fn read(&self, text: &str) -> Result<Reading, EngineError> {
        let embedding = self.encoder.embed(text)?;
        Ok(read(&self.pack, text, embedding))
    }

    fn check_golden(&self, golden: &Golden) -> Result<(), Error> {
        let scores = self.classify(&[&golden.text])?;
        let first = &scores.ranking[0];
        let off = (first.probability.value() - golden.probability.value()).abs();
        if first.intent == golden.intent && off <= GOLDEN_TOLERANCE {
            return Ok(());
        }
        Err(ModelError::Content {
            part: ModelPart::Pack,
            path: self.pack.name.clone(),
            what: format!("answer to {:?}", golden.text),
            found: format!("{} at {:.3}", first.intent, first.probability.value()),
            expected: format!("{} at {:.3}", golden.intent, golden.probability.value()),
        }
        .into())
    }
}

impl Classify for PackClassifier {
    fn intents(&self) -> &[IntentId] {
        self.pack.intents()
    }

    fn classify(&self, texts: &[&str]) -> Result<Scores, Error> {
        let mut read: Vec<(String, Reading)> = Vec::with_capacity(texts.len());
        for text in texts {
            let text = normalise(text);
            // A reading that differs in punctuation alone says nothing new.
            if read.iter().all(|(other, _)| *other != text) {
                let reading = self.read(&text).map_err(Error::Classify)?;
                read.push((text, reading));
            }
        }
        let readings: Vec<_> = read.into_iter().map(|(_, reading)| reading).collect();
        combine(self.intents(), &readings).map_err(Error::Classify)
    }
}

/// What a pack's layers make of a normalised text with this embedding.
pub(crate) fn read(pack: &Pack, text: &str, embedding: Vec<f32>) -> Reading {
    let view = ArrayView1::from(&embedding);
    let seen = pack.head.features.see(text, view);
    let logits: Array1<f32> = pack.head.logits(&seen);
    let (novelty, kinship) = pack.novelty.measure(&seen, view, &logits);
    Reading { shares: pack.head.shares(&logits, &kinship).to_vec(), novelty, kinship, embedding }
}

fn check_encoder(encoder: &Encoder, pack: &Pack) -> Result<(), ModelError> {
    if encoder.version() == pack.encoder() && encoder.width() == pack.head.features.mean.len() {
        return Ok(());
    }
    Err(ModelError::Version {
        part: ModelPart::Pack,
        path: pack.name.clone(),
        what: "encoder",
        found: pack.encoder().to_string(),
        expected: encoder.version().to_string(),
    })
}
