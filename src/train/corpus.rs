use ndarray::{Array2, Axis, concatenate};

use super::cache::EmbeddingCache;
use super::{Examples, Step};
use crate::classify::{Encoder, normalise};
use crate::error::Error;
use crate::units::IntentId;

/// Examples as the layers see them: normalised, embedded, labelled by number.
///
/// After the examples come the intents' own names, which are learned from but never held out.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    pub(crate) texts: Vec<String>,
    pub(crate) embeddings: Array2<f32>,
    /// `None` for examples of no intent.
    pub(crate) classes: Vec<Option<usize>>,
    pub(crate) n_classes: usize,
    /// Rows that are examples; the others are names.
    pub(crate) n_examples: usize,
}

impl Corpus {
    /// Normalises and embeds; texts in the cache are not embedded again.
    pub(crate) fn embed(
        examples: &Examples,
        encoder: &Encoder,
        cache: Option<&mut EmbeddingCache>,
        watch: &(dyn Fn(Step) + Sync),
    ) -> Result<Self, Error> {
        let intents = examples.intents();
        let mut texts: Vec<_> = examples.items().iter().map(|item| normalise(&item.text)).collect();
        let class = |intent: &IntentId| intents.binary_search(intent).ok();
        let mut classes: Vec<_> = examples.items().iter().map(|item| item.intent.as_ref().and_then(class)).collect();
        let n_examples = texts.len();
        for (class, intent) in intents.iter().enumerate() {
            texts.push(name_of(intent));
            classes.push(Some(class));
        }
        let embeddings = match cache {
            Some(cache) => cache.embed(&texts, encoder, watch)?,
            None => embed(&texts, encoder, watch)?,
        };
        Ok(Self { texts, embeddings, classes, n_classes: intents.len(), n_examples })
    }

    /// Rows of names.
    pub(crate) fn names(&self) -> std::ops::Range<usize> {
        self.n_examples..self.texts.len()
    }
}

/// Embeds texts, telling the watcher after each.
pub(crate) fn embed(texts: &[String], encoder: &Encoder, watch: &(dyn Fn(Step) + Sync)) -> Result<Array2<f32>, Error> {
    let (done, total) = (std::sync::atomic::AtomicUsize::new(0), texts.len());
    let tell = || {
        let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        watch(Step::Embedded { done, total });
    };
    // A part at a time, so that memory stays small and the order is plain.
    let mut parts = vec![Array2::zeros((0, encoder.width()))];
    for part in texts.chunks(512) {
        parts.push(encoder.embed_all(part, &tell).map_err(Error::Classify)?);
    }
    let views: Vec<_> = parts.iter().map(|part| part.view()).collect();
    Ok(concatenate(Axis(0), &views).expect("every part has the encoder's width"))
}

/// What an intent's name says: `deposit_refund` as "deposit refund".
fn name_of(intent: &IntentId) -> String {
    normalise(&intent.as_str().replace(['_', '-', '/', '.'], " "))
}
