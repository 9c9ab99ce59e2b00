use std::collections::BTreeMap;
use std::path::Path;

use ndarray::Array2;
use rayon::prelude::*;
use tokenizers::{Tokenizer, TruncationDirection, TruncationParams, TruncationStrategy};

use super::onnx::{Graph, TokenBatch};
use crate::error::{EngineError, Error, ModelError, ModelPart};
use crate::models::{EncoderFiles, Models};

/// What the encoder was trained to see before every text.
const PREFIX: &str = "query: ";
/// Tokens of a text that are looked at; a caller's turn of 30 s has fewer than 200.
const MAX_TOKENS: usize = 256;
/// Begins a token that begins a word (SentencePiece).
const WORD_START: char = '\u{2581}';
/// Tokens that go through the graph together. The weights are 85 MB: read once for so many tokens, 12 ms a text of
/// 14 tokens instead of 19. With 512 what lies between the layers leaves the cache: the pack takes 62 s instead of 59.
const TOKENS_AT_ONCE: usize = 256;
/// The output taken.
const OUTPUT: &str = "sentence_embedding";
/// Two texts, one in each language, that must not have one direction.
const PROBES: [&str; 2] = ["退押金", "agent please"];
/// How far the length of an embedding may be from 1: single precision over 384 numbers stays below 1e-5.
const LENGTH_TOLERANCE: f32 = 1e-3;

/// Turns texts into directions: near each other where the texts mean about the same, also across the two languages.
///
/// One text always has the same embedding on the same backend, bit for bit, whatever the order, the number of threads or
/// the texts embedded with it.
#[derive(Debug)]
pub struct Encoder {
    version: EncoderVersion,
    tokenizer: Tokenizer,
    graph: Graph,
    width: usize,
}

/// Which encoder a pack was made with.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncoderVersion {
    /// The version in the manifest of the models' folder.
    pub version: String,
    /// SHA-256 of the graph.
    pub model: String,
    /// SHA-256 of the tokenizer.
    pub tokenizer: String,
}

impl std::fmt::Display for EncoderVersion {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = |hash: &str| hash.chars().take(12).collect::<String>();
        write!(f, "{} (graph {}, tokenizer {})", self.version, short(&self.model), short(&self.tokenizer))
    }
}

impl Encoder {
    /// Loads the encoder of a models' folder after checking size and hash. `sessions` texts can be embedded at once,
    /// at least one; each takes about 90 MB.
    ///
    /// # Errors
    /// [`Error::Model`] for a missing or altered file, [`Error::Classify`] where the backend refuses the graph or two
    /// probes come out with another shape, not of unit length, or equal.
    pub fn load(models: &Models, sessions: usize) -> Result<Self, Error> {
        let files = models.encoder()?;
        let tokenizer = tokenizer(&files)?;
        let path = files.model_path.display().to_string();
        let graph = Graph::load(&files.model, &path, OUTPUT, sessions).map_err(Error::Classify)?;
        let mut encoder = Self { version: files.version, tokenizer, graph, width: 0 };
        encoder.width = encoder.probe(&path).map_err(Error::Classify)?;
        Ok(encoder)
    }

    /// Which encoder this is.
    #[must_use]
    pub fn version(&self) -> &EncoderVersion {
        &self.version
    }

    /// The library that runs the graph: `tract` or `onnxruntime`. Their numbers differ a little.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        super::onnx_backend::name()
    }

    /// Numbers in an embedding.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many texts are embedded at once.
    #[must_use]
    pub fn sessions(&self) -> usize {
        self.graph.sessions()
    }

    /// The direction of one text, of unit length. The text is taken as it is: see
    /// [`normalise`](super::normalise()). Beyond 256 tokens the rest is not looked at. Blocks until a session is free.
    ///
    /// # Errors
    /// [`EngineError::Run`] where tokenizer or backend fail, [`EngineError::Output`] for numbers that are not finite.
    pub fn embed(&self, text: &str) -> Result<Vec<f32>, EngineError> {
        let tokens = self.token_ids(text)?;
        Ok(self.graph.run(&TokenBatch::of_equal(&[&tokens]))?.into_raw_vec_and_offset().0)
    }

    /// The directions of many texts, one row each, over all sessions at once. `done` is told after each text, from any
    /// thread.
    ///
    /// # Errors
    /// As [`embed`](Self::embed), of the first text that fails.
    pub fn embed_all(
        &self,
        texts: &[impl AsRef<str> + Sync],
        done: &(dyn Fn() + Sync),
    ) -> Result<Array2<f32>, EngineError> {
        let tokens = texts.par_iter().map(|text| self.token_ids(text.as_ref())).collect::<Result<Vec<_>, _>>()?;
        let batches = batches(&tokens);
        let embedded = batches.par_iter().map(|texts| {
            let ids: Vec<&[u32]> = texts.iter().map(|&text| &tokens[text][..]).collect();
            let rows = self.graph.run(&TokenBatch::of_equal(&ids));
            texts.iter().for_each(|_| done());
            rows
        });
        let mut all = Array2::zeros((texts.len(), self.width));
        for (texts, rows) in batches.iter().zip(embedded.collect::<Result<Vec<_>, _>>()?) {
            texts.iter().zip(rows.rows()).for_each(|(&text, row)| all.row_mut(text).assign(&row));
        }
        Ok(all)
    }

    /// Characters that are a token of their own, roughly the more frequent ones first: the order of the vocabulary.
    pub(crate) fn characters(&self) -> Vec<char> {
        let mut alone: Vec<(u32, char)> = Vec::new();
        for (token, id) in self.tokenizer.get_vocab(false) {
            let mut chars = token.trim_start_matches(WORD_START).chars();
            if let (Some(c), None) = (chars.next(), chars.next()) {
                alone.push((id, c));
            }
        }
        alone.sort_unstable();
        alone.into_iter().map(|(_, c)| c).collect()
    }

    fn token_ids(&self, text: &str) -> Result<Vec<u32>, EngineError> {
        let encoding = self.tokenizer.encode(format!("{PREFIX}{text}"), true);
        let encoding = encoding.map_err(|error| EngineError::Run { stage: "tokenize", text: error.to_string() })?;
        Ok(encoding.get_ids().to_vec())
    }

    /// Checks what the graph makes of two texts; the width of an embedding.
    fn probe(&self, path: &str) -> Result<usize, EngineError> {
        let refuse = |found: String, expected: &str| EngineError::Output {
            what: format!("{path}: {OUTPUT}"),
            found,
            expected: expected.to_owned(),
        };
        let rows = [self.embed(PROBES[0])?, self.embed(PROBES[1])?];
        for row in &rows {
            let length = row.iter().map(|value| value * value).sum::<f32>().sqrt();
            if (length - 1.0).abs() > LENGTH_TOLERANCE {
                return Err(refuse(format!("length {length}"), "length 1"));
            }
        }
        if rows[0] == rows[1] {
            return Err(refuse("one direction for two texts".into(), "one for each"));
        }
        Ok(rows[0].len())
    }
}

/// Which texts go through the graph together: ones of the same length, in their order.
fn batches(tokens: &[Vec<u32>]) -> Vec<Vec<usize>> {
    let mut by_length: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (text, ids) in tokens.iter().enumerate() {
        by_length.entry(ids.len()).or_default().push(text);
    }
    let cut = |(length, texts): (usize, Vec<usize>)| {
        let n_texts = (TOKENS_AT_ONCE / length.max(1)).max(1);
        texts.chunks(n_texts).map(<[usize]>::to_vec).collect::<Vec<_>>()
    };
    by_length.into_iter().flat_map(cut).collect()
}

fn tokenizer(files: &EncoderFiles) -> Result<Tokenizer, ModelError> {
    let refuse = |error: tokenizers::Error| unreadable(&files.tokenizer_path, &error.to_string());
    let mut tokenizer = Tokenizer::from_bytes(&files.tokenizer).map_err(refuse)?;
    tokenizer.with_truncation(Some(truncation())).map_err(refuse)?;
    tokenizer.with_padding(None);
    Ok(tokenizer)
}

/// Cuts the end of a long text but keeps the token that closes it.
pub(super) fn truncation() -> TruncationParams {
    TruncationParams {
        max_length: MAX_TOKENS,
        strategy: TruncationStrategy::LongestFirst,
        stride: 0,
        direction: TruncationDirection::Right,
    }
}

pub(super) fn unreadable(path: &Path, text: &str) -> ModelError {
    ModelError::Content {
        part: ModelPart::Encoder,
        path: path.display().to_string(),
        what: "tokenizer".into(),
        found: text.to_owned(),
        expected: "a tokenizer.json".into(),
    }
}
