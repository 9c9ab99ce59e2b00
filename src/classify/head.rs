use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::Kinship;
use super::grams::{Grams, SparseRow};

/// The fitted layer: multinomial logistic regression over an embedding and the pieces of words.
///
/// Logit of class `k`: `bias[k] + scale * c . dense[.., k] + gram_scale * g . sparse[.., k]` with `c` the embedding less
/// the mean of all training embeddings, made unit length again, and `g` the row of pieces. Every number is finite;
/// widths agree.
///
/// Of few examples the fitted layer learns little, and the nearest of them say more: `nearness * (cosine to the nearest
/// example of k + mean of those to the nearest three)` is added, `nearness` chosen on held-out examples.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    pub(crate) features: Features,
    /// Embedding width x classes.
    pub(crate) dense: Array2<f32>,
    /// Columns of pieces x classes.
    pub(crate) sparse: Array2<f32>,
    /// One for each class.
    pub(crate) bias: Array1<f32>,
    /// What the nearest examples count beside the fitted layer, `0.0..=100.0`.
    pub(crate) nearness: f32,
}

/// What the head sees of a text.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Features {
    /// Mean of the training embeddings.
    pub(crate) mean: Array1<f32>,
    /// The length of a centred embedding.
    pub(crate) scale: f32,
    /// The pieces known.
    pub(crate) grams: Grams,
    /// What a row of pieces is multiplied by.
    pub(crate) gram_scale: f32,
}

/// One text as the head sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    /// The scaled embedding.
    pub(crate) dense: Array1<f32>,
    /// The scaled pieces.
    pub(crate) sparse: SparseRow,
}

impl Features {
    /// What the head sees of a normalised text with this embedding.
    pub(crate) fn see(&self, text: &str, embedding: ArrayView1<'_, f32>) -> Seen {
        let centred = &embedding - &self.mean;
        let length = centred.dot(&centred).sqrt().max(f32::EPSILON);
        let dense = centred * (self.scale / length);
        let mut sparse = self.grams.row(text);
        sparse.iter_mut().for_each(|(_, value)| *value *= self.gram_scale);
        Seen { dense, sparse }
    }
}

impl Head {
    /// No pack has use for more: the votes for two intents are a few tenths apart.
    const MOST_NEARNESS: f32 = 100.0;

    /// One logit of the fitted layer for each class.
    pub(crate) fn logits(&self, seen: &Seen) -> Array1<f32> {
        let mut logits = seen.dense.dot(&self.dense) + &self.bias;
        for &(bucket, value) in &seen.sparse {
            logits.scaled_add(value, &self.sparse.index_axis(Axis(0), bucket as usize));
        }
        logits
    }

    /// Probabilities of the fitted layer's logits and what the nearest examples say.
    pub(crate) fn shares(&self, logits: &Array1<f32>, kinship: &Kinship) -> Array1<f64> {
        blend(logits, &kinship.votes(self.n_classes()), self.nearness)
    }

    /// How many classes it tells apart.
    pub(crate) fn n_classes(&self) -> usize {
        self.bias.len()
    }

    /// Whether every number is finite and every width fits.
    pub(crate) fn is_sound(&self) -> bool {
        let width = self.features.mean.len();
        let mut all = self.dense.iter().chain(&self.sparse).chain(&self.bias).chain(&self.features.mean);
        self.dense.dim() == (width, self.n_classes())
            && self.sparse.dim() == (self.features.grams.n_columns(), self.n_classes())
            && all.all(|value| value.is_finite())
            && self.features.scale.is_finite()
            && self.features.gram_scale.is_finite()
            && (0.0..=Self::MOST_NEARNESS).contains(&self.nearness)
    }
}

/// Probabilities of logits with so much of the votes added.
pub(crate) fn blend(logits: &Array1<f32>, votes: &Array1<f32>, nearness: f32) -> Array1<f64> {
    if nearness == 0.0 { softmax(logits) } else { softmax(&(logits + &(votes * nearness))) }
}

/// Probabilities of logits; they sum to 1 within rounding.
pub(crate) fn softmax(logits: &Array1<f32>) -> Array1<f64> {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut shares = logits.mapv(|logit| f64::from(logit - top).exp());
    let sum = shares.sum();
    shares.mapv_inplace(|share| share / sum);
    shares
}

/// The logarithm of the sum of the exponentials: the negative energy of a text.
pub(crate) fn log_sum_exp(logits: &Array1<f32>) -> f32 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    top + logits.iter().map(|logit| (logit - top).exp()).sum::<f32>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn the_nearest_examples_count_as_much_as_wanted() {
        let (logits, votes) = (array![1.0, 0.0], array![0.5, 1.5]);
        assert_eq!(blend(&logits, &votes, 0.0), softmax(&logits));
        assert_eq!(blend(&logits, &votes, 1.0), array![0.5, 0.5]);
        assert!(blend(&logits, &votes, 4.0)[1] > 0.9);
    }

    #[test]
    fn votes_are_of_intents_alone() {
        let kinship = Kinship { nearest: 0.9, classes: vec![0.5, 0.25, 0.75], closest: vec![0.75, 0.5, 1.0] };
        assert_eq!(kinship.votes(2), array![1.25, 0.75]);
        assert_eq!(Kinship::default().votes(2).len(), 0);
    }
}
