//! What the layers say of examples that did not train them.

use ndarray::Array1;
use rayon::prelude::*;

use super::corpus::Corpus;
use super::fit::{Blend, Layers, Measured, Recipe};
use super::lbfgs::Stop;
use crate::classify::blend;

/// An example and what layers fitted without it say.
#[derive(Debug, Clone)]
pub(crate) struct HeldOut {
    /// Its row in the corpus.
    pub(crate) row: usize,
    pub(crate) class: Option<usize>,
    pub(crate) measured: Measured,
    pub(crate) shares: Array1<f64>,
}

impl HeldOut {
    /// The same as layers with this blend see it.
    pub(crate) fn with(self, Blend { sharpness, nearness }: Blend) -> Self {
        let logits = &self.measured.logits * sharpness;
        let signals = self.measured.signals.with_energy(&logits);
        let shares = blend(&logits, &self.measured.votes, nearness);
        Self { measured: Measured { logits, signals, ..self.measured }, shares, ..self }
    }

    /// The class with the largest share; the first of equal ones.
    pub(crate) fn first(&self) -> usize {
        let larger = |best: usize, at: usize| if self.shares[at] > self.shares[best] { at } else { best };
        (0..self.shares.len()).fold(0, larger)
    }

    /// Minus the logarithm of the true class's share; 0 for an example of no intent.
    pub(crate) fn loss(&self) -> f64 {
        self.class.map_or(0.0, |class| -self.shares[class].max(f64::MIN_POSITIVE).ln())
    }
}

/// Holds out each fold of `used` in turn, an example together with its copy. In the order of the corpus inside a fold.
pub(crate) fn hold_out(
    corpus: &Corpus,
    folds: &[usize],
    used: std::ops::Range<usize>,
    recipe: Recipe,
    stop: Stop,
) -> Vec<HeldOut> {
    let of_fold = |fold: usize| -> Vec<HeldOut> {
        let is_held = |row: &usize| corpus.example(*row).is_some_and(|example| folds[example] == fold);
        let (held, train): (Vec<usize>, Vec<usize>) = (0..corpus.texts.len()).partition(is_held);
        let layers = Layers::fit(corpus, &train, recipe, stop);
        let measure = |&row: &usize| {
            let measured = layers.measure(corpus, row);
            HeldOut { row, class: corpus.classes[row], shares: blend(&measured.logits, &measured.votes, 0.0), measured }
        };
        held.par_iter().map(measure).collect()
    };
    used.into_par_iter().flat_map_iter(of_fold).collect()
}

/// Mean loss over examples of intents.
pub(crate) fn mean_loss(held: &[HeldOut]) -> f64 {
    let inside: Vec<f64> = held.iter().filter(|held| held.class.is_some()).map(HeldOut::loss).collect();
    inside.iter().sum::<f64>() / inside.len().max(1) as f64
}

/// Share of examples of intents whose first class was right.
pub(crate) fn accuracy(held: &[HeldOut]) -> f64 {
    let inside: Vec<_> = held.iter().filter(|held| held.class.is_some()).collect();
    let right = inside.iter().filter(|held| held.class == Some(held.first())).count();
    right as f64 / inside.len().max(1) as f64
}
