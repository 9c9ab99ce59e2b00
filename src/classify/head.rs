use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::grams::{Grams, SparseRow};

/// The fitted layer: multinomial logistic regression over an embedding and the pieces of words.
///
/// Logit of class `k`: `bias[k] + scale * c . dense[.., k] + gram_scale * g . sparse[.., k]` with `c` the embedding less
/// the mean of all training embeddings, made unit length again, and `g` the row of pieces. Every number is finite;
/// widths agree.
#[derive(Debug, Clone, PartialEq)]
pub struct Head {
    pub(crate) features: Features,
    /// Embedding width x classes.
    pub(crate) dense: Array2<f32>,
    /// Columns of pieces x classes.
    pub(crate) sparse: Array2<f32>,
    /// One for each class.
    pub(crate) bias: Array1<f32>,
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
    /// One logit for each class.
    pub(crate) fn logits(&self, seen: &Seen) -> Array1<f32> {
        let mut logits = seen.dense.dot(&self.dense) + &self.bias;
        for &(bucket, value) in &seen.sparse {
            logits.scaled_add(value, &self.sparse.index_axis(Axis(0), bucket as usize));
        }
        logits
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
    }
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
