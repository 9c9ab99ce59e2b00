//! Examples become a pack: no Python, no network, no chance.
//!
//! 1. [`Examples`] are read and checked, [`normalise`](crate::classify::normalise())d and embedded.
//! 2. Cross-validation chooses how strongly weights are pulled to 0 and how much the pieces of words count beside the
//!    embedding. Folds follow the hash of the text: nothing is drawn.
//! 3. The layers are fitted on everything; novelty, and how much the nearest examples count beside the fitted layer, are
//!    learned from what the folds said of examples they had not seen.
//! 4. A [`Report`] says what it is worth and which examples deserve a second look.
//!
//! The same examples on the same backend and kind of CPU give the same bytes, whatever the number of threads. Another
//! kind of CPU may round differently.

mod cache;
mod corpus;
mod examples;
mod fit;
mod folds;
mod formats;
mod lbfgs;
mod logistic;
mod misheard;
mod mixing;
mod report;
mod validate;
mod whiten;

use crate::classify::{Encoder, read};
use crate::error::{Error, SettingsError};
use crate::pack::{Golden, Metrics, Pack, domain};
use crate::units::Probability;

use corpus::Corpus;
use fit::{Blend, Layers, Recipe};
use folds::folds;
use lbfgs::Stop;
use validate::{HeldOut, accuracy, hold_out, mean_loss};

pub use cache::EmbeddingCache;
pub use examples::{Example, Examples};
pub use report::{Close, Confusion, Report, Suspect};

/// Pulls to 0 that cross-validation tries, over the number of examples.
const L2: [f64; 3] = [0.25, 1.0, 4.0];
/// Lengths of a row of pieces that cross-validation tries, beside 5 for the embedding.
const GRAM_SCALES: [f32; 3] = [1.5, 3.0, 6.0];
/// What the logits of the fitted layer may be multiplied by, from 1 on: beside the nearest examples they may say less.
const SHARPNESS: [f32; 3] = [1.0, 0.75, 0.5];
/// What the nearest examples may count beside them, from nothing on.
const NEARNESS: [f32; 7] = [0.0, 2.0, 4.0, 8.0, 16.0, 24.0, 32.0];
/// The pull with which those are compared.
const L2_FIRST: f64 = 1.0;
/// Beyond this many examples a recipe is chosen on the first fold alone.
const MANY: usize = 1_500;
/// Beyond this many examples only the first fold is held out: that is enough to choose on and to learn novelty from.
const LARGE: usize = 5_000;
/// While choosing.
const ROUGH: Stop = Stop { gradient: 1e-4, steps: 40 };
/// For what is kept.
const FINE: Stop = Stop { gradient: 1e-5, steps: 200 };
/// Texts whose answers are kept to check a pack on its encoder.
const N_GOLDEN: usize = 3;

/// How to train.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrainSettings {
    /// Parts the examples are cut into: `2..=20`, default 5. Never more than the smallest intent has examples.
    pub folds: usize,
    /// Which examples are also learned from as a telephone and a speech model may pass them on. Default:
    /// [`Misheard::Mandarin`].
    pub misheard: Misheard,
}

/// Examples that have misheard copies: those of which a [`heard.tsv`](Examples::read) says what was heard, and of the
/// others these, made up.
///
/// A copy counts half, and never trains what its example is held out from. It is one more text to embed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Misheard {
    /// None.
    No,
    /// The Chinese ones: with characters replaced by others of the same sound and little words before them.
    #[default]
    Mandarin,
    /// The English ones too, with words lost, cut in two or run into one, and little words before them.
    MandarinAndEnglish,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self { folds: 5, misheard: Misheard::default() }
    }
}

/// How far training has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Texts embedded, of those not in the cache.
    Embedded {
        /// So many are done.
        done: usize,
        /// Of so many.
        total: usize,
    },
    /// Rounds of fitting.
    Fitted {
        /// So many are done.
        done: usize,
        /// Of so many.
        total: usize,
    },
}

/// A pack and what it is worth.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Trained {
    /// The pack.
    pub pack: Pack,
    /// What cross-validation found.
    pub report: Report,
}

/// Trains a pack. `watch` is told of every step, from any thread.
///
/// # Errors
/// [`Error::Settings`] for a setting outside its range, [`Error::Classify`] where the encoder fails, [`Error::Io`] for
/// a cache that cannot be written, [`Error::Policy`] for a domain without a card for every intent.
pub fn train(
    examples: &Examples,
    encoder: &Encoder,
    settings: TrainSettings,
    cache: Option<&mut EmbeddingCache>,
    watch: &(dyn Fn(Step) + Sync),
) -> Result<Trained, Error> {
    check(settings)?;
    let corpus = Corpus::embed(examples, encoder, settings.misheard, cache, watch)?;
    let rounds = Rounds::new(&corpus, settings, watch);
    let (recipe, held) = rounds.choose();
    let (blend, held) = blended(held);
    let rows: Vec<usize> = (0..corpus.texts.len()).collect();
    let layers = Layers::fit(&corpus, &rows, recipe, FINE);
    let (misheard, held): (Vec<HeldOut>, Vec<HeldOut>) = held.into_iter().partition(|held| corpus.is_copy(held.row));
    // How unlike every known text a text is, is learned from texts as they were written: a misheard one is unlike them too.
    let mix = mixing::mix(&held, FINE);
    let keep_95 = mixing::limit(&held, &mix);
    let metrics = Metrics {
        folds: rounds.n_folds,
        accuracy: accuracy(&held),
        misheard_accuracy: (!misheard.is_empty()).then(|| accuracy(&misheard)),
        novelty_auroc: mixing::auroc(&held, &mix),
        novelty_recall: mixing::recall(&held, &mix, keep_95),
        l2: recipe.l2,
    };
    let (head, novelty) = layers.finish(mix, blend);
    let intents = examples.intents().to_vec();
    let domain_text = examples.domain_text().map(str::to_owned);
    let mut pack = Pack {
        name: examples.name().to_owned(),
        encoder: encoder.version().clone(),
        examples: examples.used(),
        metrics: metrics.clone(),
        goldens: Vec::new(),
        head,
        novelty,
        keep_95,
        domain: domain(domain_text.as_deref(), &intents)?,
        domain_text,
        intents,
    };
    pack.goldens = goldens(&pack, &corpus, &held);
    rounds.done(Rounds::N);
    Ok(Trained { pack, report: Report::new(examples, metrics, &held) })
}

fn check(settings: TrainSettings) -> Result<(), SettingsError> {
    if (2..=20).contains(&settings.folds) {
        return Ok(());
    }
    Err(SettingsError::new("folds", settings.folds, "2..=20"))
}

/// Cross-validation over the recipes.
struct Rounds<'a> {
    corpus: &'a Corpus,
    folds: Vec<usize>,
    n_folds: usize,
    watch: &'a (dyn Fn(Step) + Sync),
}

impl<'a> Rounds<'a> {
    /// Rounds told of: every recipe and the last fit.
    const N: usize = GRAM_SCALES.len() + L2.len();

    fn new(corpus: &'a Corpus, settings: TrainSettings, watch: &'a (dyn Fn(Step) + Sync)) -> Self {
        let mut sizes = vec![0_usize; corpus.n_classes];
        corpus.classes[..corpus.n_examples].iter().flatten().for_each(|&class| sizes[class] += 1);
        let n_folds = settings.folds.min(sizes.into_iter().min().unwrap_or(0)).max(2);
        let folds = folds(&corpus.texts[..corpus.n_examples], &corpus.classes[..corpus.n_examples], n_folds);
        Self { corpus, folds, n_folds, watch }
    }

    /// The recipe with the least loss on held-out examples, and what it says of them.
    fn choose(&self) -> (Recipe, Vec<HeldOut>) {
        let scales = GRAM_SCALES.map(|gram_scale| Recipe { l2: L2_FIRST, gram_scale });
        let best = self.best(&scales, 0);
        let pulls: Vec<_> = L2.iter().filter(|&&l2| l2 != L2_FIRST).map(|&l2| Recipe { l2, ..best.recipe }).collect();
        let other = self.best(&pulls, GRAM_SCALES.len());
        let Tried { recipe, mut held, .. } = if other.loss < best.loss { other } else { best };
        let (choosing, used) = self.n_used();
        held.extend(hold_out(self.corpus, &self.folds, choosing..used, recipe, ROUGH));
        (recipe, held)
    }

    /// On how many folds a recipe is chosen, and how many are held out in the end.
    fn n_used(&self) -> (usize, usize) {
        match self.corpus.n_examples {
            n if n > LARGE => (1, 1),
            n if n > MANY => (1, self.n_folds),
            _ => (self.n_folds, self.n_folds),
        }
    }

    fn best(&self, recipes: &[Recipe], done: usize) -> Tried {
        let (n_used, _) = self.n_used();
        let tried = recipes.iter().enumerate().map(|(at, &recipe)| {
            let held = hold_out(self.corpus, &self.folds, 0..n_used, recipe, ROUGH);
            let loss = mean_loss(&held);
            tracing::debug!(?recipe, loss, "cross-validated");
            self.done(done + at + 1);
            Tried { recipe, loss, held }
        });
        // The first of equal ones; there is always one, as both lists of recipes have entries.
        let better = |a: Tried, b: Tried| if b.loss < a.loss { b } else { a };
        tried.reduce(better).expect("there are recipes to try")
    }

    fn done(&self, done: usize) {
        (self.watch)(Step::Fitted { done, total: Self::N });
    }
}

/// The blend with the least loss on held-out examples, the first of equal ones, and these as it sees them.
fn blended(held: Vec<HeldOut>) -> (Blend, Vec<HeldOut>) {
    let see = |blend: Blend| held.iter().cloned().map(|held| held.with(blend)).collect::<Vec<_>>();
    let all = SHARPNESS.iter().flat_map(|&sharpness| NEARNESS.map(|nearness| Blend { sharpness, nearness }));
    let tried = all.map(|blend| (blend, mean_loss(&see(blend))));
    let (blend, loss) = tried.reduce(|a, b| if b.1 < a.1 { b } else { a }).expect("there are blends to try");
    tracing::debug!(?blend, loss, "cross-validated");
    (blend, see(blend))
}

/// A recipe and what it is worth.
struct Tried {
    recipe: Recipe,
    loss: f64,
    held: Vec<HeldOut>,
}

/// The surest answers of as many intents: far from where rounding could turn them.
fn goldens(pack: &Pack, corpus: &Corpus, held: &[HeldOut]) -> Vec<Golden> {
    let mut sure: Vec<&HeldOut> = held.iter().filter(|held| held.class == Some(held.first())).collect();
    sure.sort_by(|a, b| a.loss().total_cmp(&b.loss()).then(a.row.cmp(&b.row)));
    let mut goldens: Vec<Golden> = Vec::new();
    for held in sure {
        let intent = &pack.intents[held.first()];
        if goldens.len() < N_GOLDEN && goldens.iter().all(|golden| golden.intent != *intent) {
            let reading = read(pack, &corpus.texts[held.row], corpus.embeddings.row(held.row).to_vec());
            let probability = Probability::clamped(reading.shares[held.first()]);
            goldens.push(Golden { text: corpus.texts[held.row].clone(), intent: intent.clone(), probability });
        }
    }
    goldens
}
