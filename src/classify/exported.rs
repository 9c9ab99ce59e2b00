use std::path::Path;

use serde::Deserialize;
use tokenizers::Tokenizer;

use super::combine::{Reading, combine};
use super::encoder::{truncation, unreadable};
use super::head::{log_sum_exp, softmax};
use super::onnx::{Graph, TokenBatch};
use super::{Classify, Kinship, Novelty, Scores};
use crate::error::{EngineError, Error, ModelError, ModelPart};
use crate::models::missing;
use crate::units::IntentId;

const GRAPH: &str = "model.onnx";
const TOKENIZER: &str = "tokenizer.json";
const CONFIG: &str = "config.json";
const GOLDEN: &str = "golden.json";
const OUTPUT: &str = "logits";
/// How far a golden logit may be off.
const GOLDEN_TOLERANCE: f32 = 0.05;

/// Any exported ONNX sequence classifier: `model.onnx` (`input_ids`, `attention_mask` and perhaps `token_type_ids` to
/// `logits`), `tokenizer.json`, and `config.json` with `id2label`, as the usual exporters write them.
///
/// A label `out_of_scope` is no intent: its logit, less the largest of the others, is the novelty score. Without one
/// the score is the energy. It has no embeddings and no distances.
#[derive(Debug)]
pub struct ExportedClassifier {
    intents: Vec<IntentId>,
    /// For each intent its place among the logits.
    places: Vec<usize>,
    outside: Option<usize>,
    n_labels: usize,
    tokenizer: Tokenizer,
    graph: Graph,
}

/// What `config.json` must say; the rest is the exporter's business.
#[derive(Deserialize)]
struct Config {
    id2label: std::collections::BTreeMap<String, String>,
}

/// What `golden.json` may say: a text and its logits, in the order of `id2label`.
#[derive(Deserialize)]
struct Golden {
    text: String,
    logits: Vec<f32>,
}

impl ExportedClassifier {
    /// Loads the classifier in `folder`; `sessions` texts can be classified at once. The texts are classified as they
    /// are, as the model was trained on them. Where a `golden.json` (`{"text": .., "logits": [..]}`) lies beside it,
    /// the model must give these logits within 0.05.
    ///
    /// # Errors
    /// [`Error::Model`] for a file that is missing or cannot be read, labels that are not numbered from 0, and golden
    /// logits missed; [`Error::Classify`] for a graph with other inputs or outputs, or with another number of logits
    /// than labels.
    pub fn load(folder: &Path, sessions: usize) -> Result<Self, Error> {
        let labels = labels(&folder.join(CONFIG))?;
        let path = folder.join(TOKENIZER);
        let refuse = |error: tokenizers::Error| unreadable(&path, &error.to_string());
        let mut tokenizer = Tokenizer::from_bytes(read(&path)?).map_err(refuse)?;
        tokenizer.with_truncation(Some(truncation())).map_err(refuse)?;
        tokenizer.with_padding(None);
        let path = folder.join(GRAPH);
        let graph =
            Graph::load(&read(&path)?, &path.display().to_string(), OUTPUT, sessions).map_err(Error::Classify)?;
        let is_outside = |label: &String| label == IntentId::OUT_OF_SCOPE;
        let places: Vec<usize> = (0..labels.len()).filter(|&at| !is_outside(&labels[at])).collect();
        let intents = places.iter().map(|&at| IntentId::new(&labels[at])).collect();
        let outside = labels.iter().position(is_outside);
        let classifier = Self { intents, places, outside, n_labels: labels.len(), tokenizer, graph };
        classifier.logits("a").map_err(Error::Classify)?;
        classifier.check_golden(&folder.join(GOLDEN))?;
        Ok(classifier)
    }

    /// One logit for each label.
    fn logits(&self, text: &str) -> Result<Vec<f32>, EngineError> {
        let encoding = self.tokenizer.encode(text, true);
        let encoding = encoding.map_err(|error| EngineError::Run { stage: "tokenize", text: error.to_string() })?;
        let logits = self.graph.run(&TokenBatch::of_one(encoding.get_ids()))?.into_raw_vec_and_offset().0;
        if logits.len() == self.n_labels {
            return Ok(logits);
        }
        Err(EngineError::Output {
            what: OUTPUT.into(),
            found: format!("{} numbers", logits.len()),
            expected: format!("{}, one for each label", self.n_labels),
        })
    }

    fn read(&self, text: &str) -> Result<Reading, EngineError> {
        let all = self.logits(text)?;
        let known = self.places.iter().map(|&place| all[place]).collect();
        let energy = -log_sum_exp(&known);
        let largest = known.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let score = self.outside.map_or(energy, |outside| all[outside] - largest);
        let novelty = Novelty { score, energy, ..Novelty::default() };
        Ok(Reading { shares: softmax(&known).to_vec(), novelty, kinship: Kinship::default(), embedding: Vec::new() })
    }

    fn check_golden(&self, path: &Path) -> Result<(), Error> {
        if !path.is_file() {
            return Ok(());
        }
        let form = |error: serde_json::Error| content(path, "form", &error.to_string(), "text and logits");
        let golden: Golden = serde_json::from_slice(&read(path)?).map_err(form)?;
        let found = self.logits(&golden.text).map_err(Error::Classify)?;
        let near = |(a, b): (&f32, &f32)| (a - b).abs() <= GOLDEN_TOLERANCE;
        if found.len() == golden.logits.len() && found.iter().zip(&golden.logits).all(near) {
            return Ok(());
        }
        let what = format!("logits of {:?}", golden.text);
        Err(content(path, &what, &format!("{found:?}"), &format!("{:?}", golden.logits)).into())
    }
}

impl Classify for ExportedClassifier {
    fn intents(&self) -> &[IntentId] {
        &self.intents
    }

    fn classify(&self, texts: &[&str]) -> Result<Scores, Error> {
        let readings: Result<Vec<_>, _> = texts.iter().map(|text| self.read(text)).collect();
        combine(&self.intents, &readings.map_err(Error::Classify)?).map_err(Error::Classify)
    }
}

/// The labels in the order of the logits.
fn labels(path: &Path) -> Result<Vec<String>, ModelError> {
    let form = |error: serde_json::Error| content(path, "form", &error.to_string(), "JSON with id2label");
    let config: Config = serde_json::from_slice(&read(path)?).map_err(form)?;
    let at = |number: usize| config.id2label.get(&number.to_string()).cloned();
    let labels: Option<Vec<String>> = (0..config.id2label.len()).map(at).collect();
    let keys = || config.id2label.keys().cloned().collect::<Vec<_>>().join(", ");
    let labels = labels.ok_or_else(|| content(path, "id2label", &keys(), "numbers from 0 without a gap"))?;
    if labels.iter().filter(|label| *label != IntentId::OUT_OF_SCOPE).count() < 2 {
        return Err(content(path, "id2label", &labels.join(", "), "at least 2 intents"));
    }
    Ok(labels)
}

fn read(path: &Path) -> Result<Vec<u8>, ModelError> {
    std::fs::read(path).map_err(|error| missing(ModelPart::Pack, path, &error))
}

fn content(path: &Path, what: &str, found: &str, expected: &str) -> ModelError {
    ModelError::Content {
        part: ModelPart::Pack,
        path: path.display().to_string(),
        what: what.to_owned(),
        found: found.to_owned(),
        expected: expected.to_owned(),
    }
}
