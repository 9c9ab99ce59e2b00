//! From examples to layers.

use ndarray::{Array1, Array2, Axis};

use super::corpus::Corpus;
use super::lbfgs::Stop;
use super::logistic::Rows;
use super::whiten::class_clouds;
use crate::classify::{ClassClouds, Examples, Features, Grams, Head, Mix, NoveltyModel, ScopeLayer, Seen, Signals};

/// Buckets of pieces: 2^16. The hotline examples have 58,000 written pieces, 14,000 of them in two examples or more.
const GRAM_BITS: u32 = 16;
/// From this many examples on, a piece that only one of them has is taken for chance.
const RARE_FROM: usize = 1_000;
/// The length a centred embedding gets; pieces are scaled relative to it.
const SCALE: f32 = 5.0;
/// What a misheard copy counts beside its example.
const COPY_WEIGHT: f64 = 0.5;
/// Examples of no intent from which a layer for them is fitted.
pub(crate) const LEAST_OUTSIDE: usize = 30;
/// The pull to 0 of the layer between some intent and none, over the number of examples.
const SCOPE_L2: f64 = 1.0;

/// What cross-validation chooses.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Recipe {
    /// The pull of the weights to 0, over the number of examples.
    pub(crate) l2: f64,
    /// The length of a row of pieces.
    pub(crate) gram_scale: f32,
}

/// How the fitted layer and the nearest examples are put together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Blend {
    /// What the fitted layer's logits are multiplied by.
    pub(crate) sharpness: f32,
    /// What the nearest examples count beside them.
    pub(crate) nearness: f32,
}

/// Layers fitted on some rows.
#[derive(Debug, Clone)]
pub(crate) struct Layers {
    pub(crate) head: Head,
    classes: ClassClouds,
    examples: Examples,
    scope: Option<ScopeLayer>,
}

impl Layers {
    /// Fits everything on `rows` of the corpus. Deterministic.
    pub(crate) fn fit(corpus: &Corpus, rows: &[usize], recipe: Recipe, stop: Stop) -> Self {
        let features = features(corpus, rows, recipe);
        let see = |&row: &usize| features.see(&corpus.texts[row], corpus.embeddings.row(row));
        let seen: Vec<Seen> = rows.iter().map(see).collect();
        let inside: Vec<usize> = (0..rows.len()).filter(|&at| corpus.classes[rows[at]].is_some()).collect();
        let known: Vec<usize> = inside.iter().map(|&at| rows[at]).collect();
        // What a known text looks like is learned from texts as they were written.
        let written: Vec<usize> = known.iter().copied().filter(|&row| !corpus.is_copy(row)).collect();
        let examples: Vec<usize> = rows.iter().copied().filter(|&row| !corpus.is_copy(row)).collect();
        let none = corpus.n_classes;
        Self {
            head: head(
                corpus,
                &known,
                &inside.iter().map(|&at| &seen[at]).collect::<Vec<_>>(),
                &features,
                recipe,
                stop,
            ),
            classes: class_clouds(corpus, &written),
            examples: Examples::of(
                &corpus.embeddings.select(Axis(0), &examples),
                examples.iter().map(|&row| corpus.classes[row].unwrap_or(none)).collect(),
            ),
            scope: scope(corpus, rows, &seen, features.grams.n_columns(), stop),
        }
    }

    /// What the layers make of a row of the corpus.
    pub(crate) fn measure(&self, corpus: &Corpus, row: usize) -> Measured {
        let embedding = corpus.embeddings.row(row);
        let seen = self.head.features.see(&corpus.texts[row], embedding);
        let logits = self.head.logits(&seen);
        let kinship = self.examples.kinship(embedding, corpus.n_classes);
        let signals = Signals::of(&seen, embedding, &logits, &self.classes, &kinship, self.scope.as_ref());
        Measured { votes: kinship.votes(corpus.n_classes), logits, signals }
    }

    /// The layers with a mix of their signals, blended with the nearest examples.
    pub(crate) fn finish(self, mix: Mix, blend: Blend) -> (Head, NoveltyModel) {
        let novelty = NoveltyModel { classes: self.classes, examples: self.examples, scope: self.scope, mix };
        let Head { features, dense, sparse, bias, .. } = self.head;
        let by = blend.sharpness;
        let head = Head { features, dense: dense * by, sparse: sparse * by, bias: bias * by, nearness: blend.nearness };
        (head, novelty)
    }
}

/// What layers make of a text.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    /// Of the fitted layer.
    pub(crate) logits: Array1<f32>,
    /// Of the nearest examples.
    pub(crate) votes: Array1<f32>,
    pub(crate) signals: Signals,
}

fn features(corpus: &Corpus, rows: &[usize], recipe: Recipe) -> Features {
    let written: Vec<usize> = rows.iter().copied().filter(|&row| !corpus.is_copy(row)).collect();
    let texts: Vec<String> = written.iter().map(|&row| corpus.texts[row].clone()).collect();
    let least = if texts.len() >= RARE_FROM { 2 } else { 1 };
    let known: Vec<usize> = written.into_iter().filter(|&row| corpus.classes[row].is_some()).collect();
    let mean = corpus.embeddings.select(Axis(0), &known).mean_axis(Axis(0));
    Features {
        mean: mean.unwrap_or_else(|| Array1::zeros(corpus.embeddings.ncols())),
        scale: SCALE,
        grams: Grams::learn(&texts, GRAM_BITS, least),
        gram_scale: recipe.gram_scale,
    }
}

fn head(corpus: &Corpus, known: &[usize], seen: &[&Seen], features: &Features, recipe: Recipe, stop: Stop) -> Head {
    let classes: Vec<usize> = known.iter().filter_map(|&row| corpus.classes[row]).collect();
    let (weights, n_columns) = (weights(corpus, known, &classes, corpus.n_classes), features.grams.n_columns());
    let rows = Rows::new(seen, classes, &weights, corpus.n_classes, n_columns);
    let fitted = rows.fit(recipe.l2 / corpus.n_written(known) as f64, stop);
    let single = |values: &Array2<f64>| values.mapv(|value| value as f32);
    Head {
        features: features.clone(),
        dense: single(&fitted.dense),
        sparse: single(&fitted.sparse),
        bias: fitted.bias.mapv(|value| value as f32),
        nearness: 0.0,
    }
}

/// The layer between some intent and none; absent with too few examples of none.
fn scope(corpus: &Corpus, rows: &[usize], seen: &[Seen], n_columns: usize, stop: Stop) -> Option<ScopeLayer> {
    let outside: Vec<usize> = rows.iter().copied().filter(|&row| corpus.classes[row].is_none()).collect();
    if corpus.n_written(&outside) < LEAST_OUTSIDE {
        return None;
    }
    let sides: Vec<usize> = rows.iter().map(|&row| usize::from(corpus.classes[row].is_none())).collect();
    let (l2, weights) = (SCOPE_L2 / corpus.n_written(rows) as f64, weights(corpus, rows, &sides, 2));
    let fitted = Rows::new(&seen.iter().collect::<Vec<_>>(), sides, &weights, 2, n_columns).fit(l2, stop);
    let outside = |values: &Array2<f64>| (&values.column(1) - &values.column(0)).mapv(|value| value as f32);
    Some(ScopeLayer {
        dense: outside(&fitted.dense),
        sparse: outside(&fitted.sparse),
        bias: (fitted.bias[1] - fitted.bias[0]) as f32,
    })
}

/// One over the square root of a class's size for each of its rows: midway between counting rows and counting classes.
fn weights(corpus: &Corpus, rows: &[usize], classes: &[usize], n_classes: usize) -> Vec<f64> {
    let own = |&row: &usize| if corpus.is_copy(row) { COPY_WEIGHT } else { 1.0 };
    let mut sizes = vec![0.0_f64; n_classes];
    rows.iter().zip(classes).for_each(|(row, &class)| sizes[class] += own(row));
    rows.iter().zip(classes).map(|(row, &class)| own(row) / sizes[class].sqrt()).collect()
}
