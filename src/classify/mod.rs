//! Text becomes scores: one for each intent, and how unlike any of them it is.

mod combine;
mod encoder;
mod exported;
mod grams;
mod hash;
mod head;
mod normalise;
mod novelty;
mod onnx;
mod onnx_backend;
#[cfg(feature = "onnxruntime")]
mod onnx_library;
mod onnx_widen;
mod pack_classifier;
mod sounds;

pub use encoder::{Encoder, EncoderVersion};
pub use exported::ExportedClassifier;
pub use grams::Grams;
pub use head::Head;
pub use normalise::normalise;
pub use novelty::NoveltyModel;
pub use pack_classifier::PackClassifier;

pub(crate) use grams::SparseRow;
pub(crate) use head::{Features, Seen, blend};
pub(crate) use novelty::{ClassClouds, Examples, Kinship, Mix, ScopeLayer, Signals};
pub(crate) use pack_classifier::read;

use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::units::{IntentId, Probability};

/// An intent engine. Open: a user's own classifier fits behind it.
pub trait Classify: Send + Sync {
    /// The intents it knows, in the order of its labels.
    fn intents(&self) -> &[IntentId];

    /// Scores one turn given as one or more readings of it, best first. `texts` is never empty.
    ///
    /// # Errors
    /// [`Error::Classify`] where the engine failed or gave something that is not a number.
    fn classify(&self, texts: &[&str]) -> Result<Scores, Error>;
}

/// One intent and how much the classifier is for it. Not a confidence: see [`crate::calibrate`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ranked {
    /// The intent.
    pub intent: IntentId,
    /// The classifier's share for it; over all intents the shares sum to 1.
    pub probability: Probability,
}

/// What the classifier says of a turn.
#[derive(Debug, Clone, PartialEq)]
pub struct Scores {
    /// Every intent, most likely first; ties in the order of the labels.
    pub ranking: Vec<Ranked>,
    /// How unlike every known intent the text is.
    pub novelty: Novelty,
    /// How much the readings of the turn agree on the first intent, `0.0..=1.0`; 1 for a single reading.
    pub agreement: f32,
    /// The text as a direction: unit length, or empty where the classifier has none. Tells whether two turns say
    /// the same in other words (cosine).
    pub embedding: Vec<f32>,
}

/// How unlike every known intent a text is. Every field is finite; more is more unlike.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Novelty {
    /// The combined score that the pack's threshold is for.
    pub score: f32,
    /// Minus the log-sum-exp of the logits.
    pub energy: f32,
    /// Distance to the nearest class.
    pub distance: f32,
    /// One minus the cosine to the nearest training examples.
    pub neighbour: f32,
    /// How much nearer the nearest examples of another intent are than those of the first, as a difference of cosines,
    /// `-2.0..=2.0`; 0 from a classifier without examples.
    #[serde(default)]
    pub rival: f32,
    /// The same of the examples of no intent.
    #[serde(default)]
    pub outside: f32,
}
