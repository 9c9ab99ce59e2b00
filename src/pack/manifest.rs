//! `pack.toml`: what a pack says of itself.

use serde::{Deserialize, Serialize};

use crate::classify::EncoderVersion;
use crate::units::{IntentId, Probability};

/// The form of `pack.toml` and `weights.safetensors` this crate writes and reads, and which pieces of a text there are.
pub(super) const FORMAT: u32 = 3;

/// Everything in `pack.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub(super) format: u32,
    pub(super) name: String,
    pub(super) intents: Vec<IntentId>,
    pub(super) encoder: EncoderVersion,
    pub(super) examples: ExamplesUsed,
    pub(super) features: FeatureScales,
    pub(super) novelty: NoveltyScales,
    pub(super) metrics: Metrics,
    #[serde(rename = "golden")]
    pub(super) goldens: Vec<Golden>,
    #[serde(rename = "file")]
    pub(super) files: Vec<PackFile>,
}

/// From what a pack was trained.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExamplesUsed {
    /// Examples of intents.
    pub in_scope: usize,
    /// Examples of none.
    pub out_of_scope: usize,
    /// SHA-256 over every normalised text with its label, in order.
    pub sha256: String,
}

/// What training measured on examples that it held out.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metrics {
    /// Parts the examples were cut into.
    pub folds: usize,
    /// Share of held-out examples of intents whose first intent was right.
    pub accuracy: f64,
    /// The same for misheard copies of them; absent where training made none.
    pub misheard_accuracy: Option<f64>,
    /// Area under the curve of novelty: how often a held-out example of no intent looks more novel than one of some;
    /// absent without such examples.
    pub novelty_auroc: Option<f64>,
    /// Share of held-out examples of no intent above the novelty that keeps 95 % of the others.
    pub novelty_recall: Option<f64>,
    /// Strength of the pull of the weights to 0 that cross-validation chose.
    pub l2: f64,
}

/// A text whose answer is known: checked when the pack meets its encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Golden {
    pub(crate) text: String,
    pub(crate) intent: IntentId,
    pub(crate) probability: Probability,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FeatureScales {
    pub(super) embedding: f32,
    pub(super) pieces: f32,
    /// What the nearest examples count; 0, and not written, where they count nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) nearness: f32,
}

fn is_zero(value: &f32) -> bool {
    *value == 0.0
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoveltyScales {
    /// The score that 95 % of held-out examples of intents stay below.
    pub(super) keep_95: f32,
    pub(super) signals: Vec<String>,
    pub(super) means: Vec<f32>,
    pub(super) spreads: Vec<f32>,
    pub(super) weights: Vec<f32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PackFile {
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) sha256: String,
}
