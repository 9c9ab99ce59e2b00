//! Multinomial logistic regression over dense and sparse columns.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

use super::lbfgs::{Stop, minimise};
use crate::classify::{Seen, SparseRow};

/// Rows to fit: as the head sees them, with their class and weight.
#[derive(Debug, Clone)]
pub(crate) struct Rows {
    dense: Array2<f64>,
    sparse: Vec<SparseRow>,
    /// For each bucket the rows that have it, with their value.
    columns: Vec<Vec<(u32, f32)>>,
    classes: Vec<usize>,
    /// Sum to 1.
    weights: Vec<f64>,
    n_classes: usize,
}

/// What was fitted.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Weights {
    /// Embedding width x classes.
    pub(crate) dense: Array2<f64>,
    /// Buckets x classes.
    pub(crate) sparse: Array2<f64>,
    /// One for each class.
    pub(crate) bias: Array1<f64>,
}

impl Rows {
    /// Takes rows, none of them empty of dense columns, with a class below `n_classes` and a weight above 0 each.
    pub(crate) fn new(
        seen: &[&Seen],
        classes: Vec<usize>,
        weights: &[f64],
        n_classes: usize,
        n_columns: usize,
    ) -> Self {
        let width = seen.first().map_or(0, |seen| seen.dense.len());
        let dense = Array2::from_shape_fn((seen.len(), width), |(row, at)| f64::from(seen[row].dense[at]));
        let sparse: Vec<_> = seen.iter().map(|seen| seen.sparse.clone()).collect();
        let mut columns = vec![Vec::new(); n_columns];
        for (row, buckets) in sparse.iter().enumerate() {
            for &(bucket, value) in buckets {
                columns[bucket as usize].push((row as u32, value));
            }
        }
        let sum: f64 = weights.iter().sum();
        let weights = weights.iter().map(|weight| weight / sum).collect();
        Self { dense, sparse, columns, classes, weights, n_classes }
    }

    /// The weights with the least mean loss plus `l2 / 2` times their squared length; biases are free.
    ///
    /// Deterministic: sums run in the order of the rows, whatever the number of threads.
    pub(crate) fn fit(&self, l2: f64, stop: Stop) -> Weights {
        let start = vec![0.0; self.n_parameters()];
        self.unpack(&minimise(start, stop, |point| self.loss(point, l2)))
    }

    fn n_parameters(&self) -> usize {
        (self.dense.ncols() + self.columns.len() + 1) * self.n_classes
    }

    /// Value and gradient.
    fn loss(&self, point: &[f64], l2: f64) -> (f64, Vec<f64>) {
        let (dense, rest) = point.split_at(self.dense.ncols() * self.n_classes);
        let (sparse, bias) = rest.split_at(self.columns.len() * self.n_classes);
        let mut residues = self.logits(matrix(dense, self.n_classes), sparse, bias);
        let loss = self.to_residues(&mut residues);
        let shrink: f64 = dense.iter().chain(sparse).map(|weight| weight * weight).sum();
        (loss + l2 / 2.0 * shrink, self.gradient(&residues, dense, sparse, l2))
    }

    fn logits(&self, dense: ArrayView2<'_, f64>, sparse: &[f64], bias: &[f64]) -> Array2<f64> {
        let mut logits = Array2::from_shape_fn((self.dense.nrows(), self.n_classes), |(_, class)| bias[class]);
        general_mat_mul(1.0, &self.dense, &dense, 1.0, &mut logits);
        let flat = logits.as_slice_mut().expect("made in the standard order");
        flat.par_chunks_mut(self.n_classes).zip(&self.sparse).for_each(|(row, buckets)| {
            for &(bucket, value) in buckets {
                add(row, f64::from(value), &sparse[bucket as usize * self.n_classes..][..self.n_classes]);
            }
        });
        logits
    }

    /// Turns logits into weighted probability minus truth; the weighted mean loss.
    fn to_residues(&self, logits: &mut Array2<f64>) -> f64 {
        let mut loss = 0.0;
        for (row, mut logits) in logits.axis_iter_mut(Axis(0)).enumerate() {
            let (class, weight) = (self.classes[row], self.weights[row]);
            let top = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let truth = logits[class] - top;
            logits.mapv_inplace(|logit| (logit - top).exp());
            let sum = logits.sum();
            loss += weight * (sum.ln() - truth);
            logits.mapv_inplace(|share| weight * share / sum);
            logits[class] -= weight;
        }
        loss
    }

    fn gradient(&self, residues: &Array2<f64>, dense: &[f64], sparse: &[f64], l2: f64) -> Vec<f64> {
        let mut gradient = vec![0.0; self.n_parameters()];
        let (of_dense, rest) = gradient.split_at_mut(dense.len());
        let (of_sparse, of_bias) = rest.split_at_mut(sparse.len());
        let by_dense = self.dense.t().dot(residues);
        of_dense.iter_mut().zip(by_dense.iter().zip(dense)).for_each(|(to, (part, weight))| *to = part + l2 * weight);
        let flat = residues.as_slice().expect("made in the standard order");
        let by_bucket = of_sparse.par_chunks_mut(self.n_classes).zip(sparse.par_chunks(self.n_classes));
        by_bucket.zip(&self.columns).for_each(|((to, weights), column)| {
            to.iter_mut().zip(weights).for_each(|(to, weight)| *to = l2 * weight);
            for &(row, value) in column {
                add(to, f64::from(value), &flat[row as usize * self.n_classes..][..self.n_classes]);
            }
        });
        of_bias.iter_mut().zip(residues.sum_axis(Axis(0))).for_each(|(to, sum)| *to = sum);
        gradient
    }

    fn unpack(&self, point: &[f64]) -> Weights {
        let (dense, rest) = point.split_at(self.dense.ncols() * self.n_classes);
        let (sparse, bias) = rest.split_at(self.columns.len() * self.n_classes);
        Weights {
            dense: matrix(dense, self.n_classes).to_owned(),
            sparse: matrix(sparse, self.n_classes).to_owned(),
            bias: Array1::from(bias.to_vec()),
        }
    }
}

/// Adds `factor` times `row` to `to`.
fn add(to: &mut [f64], factor: f64, row: &[f64]) {
    to.iter_mut().zip(row).for_each(|(to, value)| *to += factor * value);
}

/// A flat slice as rows of `n_columns`.
fn matrix(values: &[f64], n_columns: usize) -> ArrayView2<'_, f64> {
    let n_rows = values.len() / n_columns.max(1);
    ArrayView2::from_shape((n_rows, n_columns), values).expect("the slice was cut at a multiple of the columns")
}
