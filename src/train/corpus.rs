use std::collections::HashSet;

use ndarray::Array2;

use super::cache::EmbeddingCache;
use super::misheard::Mishearing;
use super::{Examples, Misheard, Step};
use crate::classify::{Encoder, normalise};
use crate::error::Error;
use crate::text::is_han;
use crate::units::IntentId;

/// Examples as the layers see them: normalised, embedded, labelled by number.
///
/// After the examples come the intents' own names, which are learned from but never held out, and then misheard copies
/// of examples, each of which goes wherever its example goes.
#[derive(Debug, Clone)]
pub(crate) struct Corpus {
    pub(crate) texts: Vec<String>,
    pub(crate) embeddings: Array2<f32>,
    /// `None` for examples of no intent.
    pub(crate) classes: Vec<Option<usize>>,
    pub(crate) n_classes: usize,
    /// Rows that are examples; names and copies follow.
    pub(crate) n_examples: usize,
    /// The example each copy is of.
    pub(crate) copied: Vec<usize>,
}

impl Corpus {
    /// Normalises and embeds; texts in the cache are not embedded again.
    pub(crate) fn embed(
        examples: &Examples,
        encoder: &Encoder,
        misheard: Misheard,
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
        let mut copied = Vec::new();
        for (row, copy) in copies(examples.heard(), &texts[..n_examples], misheard, || encoder.characters()) {
            texts.push(copy);
            classes.push(classes[row]);
            copied.push(row);
        }
        let embeddings = match cache {
            Some(cache) => cache.embed(&texts, encoder, watch)?,
            None => embed(&texts, encoder, watch)?,
        };
        Ok(Self { texts, embeddings, classes, n_classes: intents.len(), n_examples, copied })
    }

    /// The example a row is, or is a copy of; `None` for a name.
    pub(crate) fn example(&self, row: usize) -> Option<usize> {
        if row < self.n_examples { Some(row) } else { self.copied.get(row.checked_sub(self.n_originals())?).copied() }
    }

    /// Whether a row is a copy.
    pub(crate) fn is_copy(&self, row: usize) -> bool {
        row >= self.n_originals()
    }

    /// How many of these rows are no copies.
    pub(crate) fn n_written(&self, rows: &[usize]) -> usize {
        rows.iter().filter(|&&row| !self.is_copy(row)).count()
    }

    /// Examples and names.
    fn n_originals(&self) -> usize {
        self.texts.len() - self.copied.len()
    }
}

/// What was heard of examples, and made-up mishearings of those of which nothing was.
fn copies(
    heard: &[(usize, String)],
    texts: &[String],
    misheard: Misheard,
    characters: impl FnOnce() -> Vec<char>,
) -> Vec<(usize, String)> {
    if misheard == Misheard::No {
        return Vec::new();
    }
    let spoken: HashSet<usize> = heard.iter().map(|(row, _)| *row).collect();
    let mishearing = Mishearing::new(&characters());
    let takes = |text: &str| misheard == Misheard::MandarinAndEnglish || text.contains(is_han);
    let made_up = (0..texts.len()).filter(|row| !spoken.contains(row) && takes(&texts[*row]));
    let made_up = made_up.filter_map(|row| Some((row, mishearing.of(&texts[row])?)));
    heard.iter().cloned().chain(made_up).collect()
}

/// Embeds texts, telling the watcher after each.
pub(crate) fn embed(texts: &[String], encoder: &Encoder, watch: &(dyn Fn(Step) + Sync)) -> Result<Array2<f32>, Error> {
    let (done, total) = (std::sync::atomic::AtomicUsize::new(0), texts.len());
    let tell = || {
        let done = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        watch(Step::Embedded { done, total });
    };
    encoder.embed_all(texts, &tell).map_err(Error::Classify)
}

/// What an intent's name says: `deposit_refund` as "deposit refund".
fn name_of(intent: &IntentId) -> String {
    normalise(&intent.as_str().replace(['_', '-', '/', '.'], " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mishearings_are_made_up_where_nobody_has_spoken() {
        let texts = ["a cup of tea", "the bill please", "押"].map(str::to_owned);
        let rows = |heard: &[(usize, String)], misheard| -> Vec<usize> {
            copies(heard, &texts, misheard, || vec!['压', '押']).into_iter().map(|(row, _)| row).collect()
        };
        assert_eq!(rows(&[], Misheard::Mandarin), [2]);
        assert_eq!(rows(&[], Misheard::MandarinAndEnglish), [0, 1, 2]);
        let heard = [(1, "the pill please".to_owned())];
        assert_eq!(rows(&heard, Misheard::No).len(), 0);
        assert_eq!(rows(&heard, Misheard::Mandarin), [1, 2]);
        assert_eq!(rows(&heard, Misheard::MandarinAndEnglish), [1, 0, 2]);
    }

    #[test]
    fn a_copy_belongs_to_its_example() {
        let corpus = Corpus {
            texts: ["tea", "bill", "name of tea", "copy of bill", "copy of tea"].map(str::to_owned).to_vec(),
            embeddings: Array2::zeros((5, 1)),
            classes: vec![Some(0), None, Some(0), None, Some(0)],
            n_classes: 1,
            n_examples: 2,
            copied: vec![1, 0],
        };
        let examples: Vec<_> = (0..5).map(|row| corpus.example(row)).collect();
        assert_eq!(examples, [Some(0), Some(1), None, Some(1), Some(0)]);
        assert_eq!((corpus.n_written(&[0, 2, 3]), corpus.is_copy(2), corpus.is_copy(3)), (2, false, true));
    }
}
