//! The common shape of the classes, as a change of coordinates that makes it round.

use ndarray::{Array2, Axis};

use super::corpus::Corpus;
use crate::classify::ClassClouds;

/// Share of the mean variance added to every direction, so that directions hardly seen do not dominate. Chosen on the
/// CLINC150 validation split among 0.01, 0.1 and 0.5, which differ little.
const SHRINKAGE: f64 = 0.1;

/// Means and common covariance of the classes over `rows`, each of which has a class.
pub(super) fn class_clouds(corpus: &Corpus, rows: &[usize]) -> ClassClouds {
    let width = corpus.embeddings.ncols();
    let means = means(corpus, rows, width);
    let mut around = Array2::<f64>::zeros((rows.len(), width));
    for (mut to, &row) in around.rows_mut().into_iter().zip(rows) {
        let class = corpus.classes[row].expect("only rows with a class come here");
        to.assign(&(&corpus.embeddings.row(row).mapv(f64::from) - &means.row(class)));
    }
    let mut covariance = around.t().dot(&around) / rows.len().max(1) as f64;
    let ridge = (SHRINKAGE * covariance.diag().sum() / width.max(1) as f64).max(f64::EPSILON);
    covariance.diag_mut().mapv_inplace(|variance| variance + ridge);
    let whitening = inverse_of_lower(&cholesky(covariance)).reversed_axes();
    let means = means.dot(&whitening).mapv(|value| value as f32);
    ClassClouds { whitening: whitening.mapv(|value| value as f32).as_standard_layout().into_owned(), means }
}

fn means(corpus: &Corpus, rows: &[usize], width: usize) -> Array2<f64> {
    let mut means = Array2::<f64>::zeros((corpus.n_classes, width));
    let mut sizes = vec![0.0_f64; corpus.n_classes];
    for &row in rows {
        let class = corpus.classes[row].expect("only rows with a class come here");
        sizes[class] += 1.0;
        let mut mean = means.row_mut(class);
        mean += &corpus.embeddings.row(row).mapv(f64::from);
    }
    for (mut mean, size) in means.axis_iter_mut(Axis(0)).zip(sizes) {
        mean.mapv_inplace(|sum| sum / size.max(1.0));
    }
    means
}

/// The lower triangle whose product with its transpose is `matrix`, which is symmetric and positive definite.
fn cholesky(matrix: Array2<f64>) -> Array2<f64> {
    let n = matrix.nrows();
    let mut lower = Array2::<f64>::zeros((n, n));
    for row in 0..n {
        for column in 0..=row {
            let known: f64 = (0..column).map(|at| lower[[row, at]] * lower[[column, at]]).sum();
            let rest = matrix[[row, column]] - known;
            lower[[row, column]] =
                if row == column { rest.max(f64::MIN_POSITIVE).sqrt() } else { rest / lower[[column, column]] };
        }
    }
    lower
}

fn inverse_of_lower(lower: &Array2<f64>) -> Array2<f64> {
    let n = lower.nrows();
    let mut inverse = Array2::<f64>::zeros((n, n));
    for column in 0..n {
        inverse[[column, column]] = 1.0 / lower[[column, column]];
        for row in column + 1..n {
            let sum: f64 = (column..row).map(|at| lower[[row, at]] * inverse[[at, column]]).sum();
            inverse[[row, column]] = -sum / lower[[row, row]];
        }
    }
    inverse
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn distances_are_those_of_the_inverse_covariance() {
        let corpus = Corpus {
            texts: vec![String::new(); 4],
            embeddings: array![[0.0, 0.0], [2.0, 0.4], [5.0, 5.0], [7.0, 5.8]],
            classes: vec![Some(0), Some(0), Some(1), Some(1)],
            n_classes: 2,
            n_examples: 4,
            copied: Vec::new(),
        };
        let clouds = class_clouds(&corpus, &[0, 1, 2, 3]);
        // Around their means: (-1, -0.2), (1, 0.2), (-1, -0.4), (1, 0.4).
        let ridge = 0.1 * (1.0 + 0.1) / 2.0;
        let (a, b, d) = (1.0 + ridge, 0.3, 0.1 + ridge);
        let point = array![3.0_f32, 1.0];
        let (x, y) = (3.0 - 1.0, 1.0 - 0.2);
        let expected: f64 = (d * x * x - 2.0 * b * x * y + a * y * y) / (a * d - b * b);
        let found = &point.dot(&clouds.whitening) - &clouds.means.row(0);
        let found = f64::from(found.dot(&found));
        assert!((found - expected).abs() < 1e-4, "{found} {expected}");
    }
}
