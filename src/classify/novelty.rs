use ndarray::{Array1, Array2, ArrayView1, Axis};

use super::head::{Seen, log_sum_exp};
use super::{Novelty, SparseRow};

/// How many of the nearest training examples are looked at.
const NEAREST: usize = 5;
/// How many of the nearest of one class.
const NEAREST_KIN: usize = 3;

/// Knows what the training examples look like, and so what does not look like any of them.
///
/// Four signals, each growing with unlikeness, are put on one scale and added with weights that training chose.
#[derive(Debug, Clone, PartialEq)]
pub struct NoveltyModel {
    pub(crate) classes: ClassClouds,
    pub(crate) examples: Examples,
    /// Fitted on out-of-scope examples, where there were enough of them.
    pub(crate) scope: Option<ScopeLayer>,
    pub(crate) mix: Mix,
}

/// The classes as clouds of one common shape.
///
/// # Source
/// Lee et al., *A Simple Unified Framework for Detecting Out-of-Distribution Samples* (2018), equation 2: distance to
/// the nearest class mean under the covariance common to all classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClassClouds {
    /// Turns an embedding into one whose spread is alike in all directions: width x width.
    pub(crate) whitening: Array2<f32>,
    /// Means so turned: classes x width.
    pub(crate) means: Array2<f32>,
}

/// The training embeddings in 8 bits: cosines agree with those of the full ones to about 0.002.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Examples {
    /// Examples x width; a row is to be divided by its length.
    pub(crate) rows: Array2<i8>,
    /// One over the length of each row.
    pub(crate) inverse_lengths: Array1<f32>,
    /// The class of each row; the number of classes where it is an example of no intent.
    pub(crate) classes: Vec<usize>,
}

/// How near a text is to examples, as mean cosines to the nearest of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Kinship {
    /// To the nearest of any intent.
    pub(crate) nearest: f32,
    /// To those of each intent, and last to those of none; empty where the classifier has no examples.
    pub(crate) classes: Vec<f32>,
    /// To the one nearest of each intent, and last of none; empty where the classifier has no examples.
    pub(crate) closest: Vec<f32>,
}

/// A logistic layer between "one of the intents" and "none of them"; positive logits are none.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScopeLayer {
    pub(crate) dense: Array1<f32>,
    pub(crate) sparse: Array1<f32>,
    pub(crate) bias: f32,
}

/// How the signals become one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mix {
    /// Mean of each signal over known texts that trained nothing.
    pub(crate) means: [f32; Signals::N],
    /// Spread of each, above 0.
    pub(crate) spreads: [f32; Signals::N],
    /// Weight of each.
    pub(crate) weights: [f32; Signals::N],
}

/// What is measured of a text: energy, distance, neighbour, scope.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Signals(pub(crate) [f32; Signals::N]);

impl Signals {
    pub(crate) const N: usize = 4;
    /// In the order of the array.
    pub(crate) const NAMES: [&str; Self::N] = ["energy", "distance", "neighbour", "scope"];

    /// Measures one text. Without a layer for the scope its signal is 0.
    pub(crate) fn of(
        seen: &Seen,
        embedding: ArrayView1<'_, f32>,
        logits: &Array1<f32>,
        classes: &ClassClouds,
        kinship: &Kinship,
        scope: Option<&ScopeLayer>,
    ) -> Self {
        let scope = scope.map_or(0.0, |scope| scope.logit(seen));
        Self([0.0, classes.distance(embedding), 1.0 - kinship.nearest, scope]).with_energy(logits)
    }

    /// The same with other logits.
    pub(crate) fn with_energy(self, logits: &Array1<f32>) -> Self {
        let [_, distance, neighbour, scope] = self.0;
        Self([-log_sum_exp(logits), distance, neighbour, scope])
    }
}

impl NoveltyModel {
    /// Measures one text. What depends on the first intent is left at 0: see [`Kinship::against`].
    pub(crate) fn measure(
        &self,
        seen: &Seen,
        embedding: ArrayView1<'_, f32>,
        logits: &Array1<f32>,
    ) -> (Novelty, Kinship) {
        let kinship = self.examples.kinship(embedding, logits.len());
        let signals = Signals::of(seen, embedding, logits, &self.classes, &kinship, self.scope.as_ref());
        let [energy, distance, neighbour, _] = signals.0;
        (Novelty { score: self.mix.score(&signals), energy, distance, neighbour, ..Novelty::default() }, kinship)
    }

    /// Whether every number is finite and every width fits.
    pub(crate) fn is_sound(&self, width: usize, n_classes: usize, n_columns: usize) -> bool {
        let scope_fits = |scope: &ScopeLayer| {
            let finite = scope.dense.iter().chain(&scope.sparse).all(|weight| weight.is_finite());
            (scope.dense.len(), scope.sparse.len()) == (width, n_columns) && finite && scope.bias.is_finite()
        };
        self.classes.whitening.dim() == (width, width)
            && self.classes.means.dim() == (n_classes, width)
            && self.classes.whitening.iter().chain(&self.classes.means).all(|value| value.is_finite())
            && self.examples.rows.ncols() == width
            && self.examples.rows.nrows() == self.examples.inverse_lengths.len()
            && self.examples.rows.nrows() == self.examples.classes.len()
            && self.examples.classes.iter().all(|class| *class <= n_classes)
            && self.examples.inverse_lengths.iter().all(|value| value.is_finite())
            && self.scope.as_ref().is_none_or(scope_fits)
            && self.mix.is_sound()
    }
}

impl ClassClouds {
    fn distance(&self, embedding: ArrayView1<'_, f32>) -> f32 {
        let mut white = Array1::zeros(self.whitening.ncols());
        for (row, &value) in self.whitening.axis_iter(Axis(0)).zip(embedding) {
            white.scaled_add(value, &row);
        }
        let squares = self.means.axis_iter(Axis(0)).map(|mean| (&white - &mean).mapv(|part| part * part).sum());
        squares.fold(f32::INFINITY, f32::min).max(0.0).sqrt()
    }
}

impl Examples {
    /// Rounds embeddings of unit length, one for each row, to 8 bits.
    pub(crate) fn of(embeddings: &Array2<f32>, classes: Vec<usize>) -> Self {
        let mut rows = Array2::zeros(embeddings.dim());
        for (mut to, from) in rows.axis_iter_mut(Axis(0)).zip(embeddings.axis_iter(Axis(0))) {
            let largest = from.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
            to.assign(&from.mapv(|value| (value / largest * 127.0).round() as i8));
        }
        let length = |row: ArrayView1<'_, i8>| row.iter().map(|&value| f32::from(value).powi(2)).sum::<f32>().sqrt();
        let inverse_lengths = rows.axis_iter(Axis(0)).map(|row| 1.0 / length(row).max(1.0)).collect();
        Self { rows, inverse_lengths, classes }
    }

    /// How near a text is to the examples of each of `n_classes` intents and to those of none.
    pub(crate) fn kinship(&self, embedding: ArrayView1<'_, f32>, n_classes: usize) -> Kinship {
        let mut of_class = vec![Vec::new(); n_classes + 1];
        let mut known = Vec::with_capacity(self.classes.len());
        for (cosine, &class) in self.cosines(embedding).into_iter().zip(&self.classes) {
            of_class[class.min(n_classes)].push(cosine);
            if class < n_classes {
                known.push(cosine);
            }
        }
        let nearest = mean_of_largest(known, NEAREST);
        let closest = of_class.iter().map(|own| own.iter().copied().reduce(f32::max).unwrap_or(0.0)).collect();
        let classes = of_class.into_iter().map(|own| mean_of_largest(own, NEAREST_KIN)).collect();
        Kinship { nearest, classes, closest }
    }

    /// The cosine to each example.
    fn cosines(&self, embedding: ArrayView1<'_, f32>) -> Vec<f32> {
        let largest = embedding.iter().fold(f32::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
        let fine: Vec<i16> =
            embedding.iter().map(|value| (value / largest * f32::from(i16::MAX)).round() as i16).collect();
        let unit = largest / f32::from(i16::MAX);
        let cosine = |(row, scale): (ArrayView1<'_, i8>, &f32)| product(row, &fine) as f32 * unit * scale;
        self.rows.axis_iter(Axis(0)).zip(&self.inverse_lengths).map(cosine).collect()
    }
}

/// Mean of the `n` largest, or of all where there are fewer; 0 where there are none.
fn mean_of_largest(mut values: Vec<f32>, n: usize) -> f32 {
    let n = values.len().min(n);
    if n == 0 {
        return 0.0;
    }
    values.select_nth_unstable_by(n - 1, |a, b| b.total_cmp(a));
    values.truncate(n);
    values.sort_by(f32::total_cmp);
    values.iter().sum::<f32>() / n as f32
}

impl Kinship {
    /// What the nearest examples say for each of `n_classes` intents, `-2.0..=2.0`: the cosine to the nearest one and the
    /// mean of those to the nearest few.
    pub(crate) fn votes(&self, n_classes: usize) -> Array1<f32> {
        self.closest.iter().zip(&self.classes).map(|(one, few)| one + few).take(n_classes).collect()
    }

    /// How much nearer the examples of another intent, and those of no intent, are than those of intent `first`.
    pub(crate) fn against(&self, first: usize) -> (f32, f32) {
        let Some((outside, known)) = self.classes.split_last() else { return (0.0, 0.0) };
        let own = known.get(first).copied().unwrap_or(0.0);
        let others = known.iter().enumerate().filter(|(class, _)| *class != first).map(|(_, nearness)| *nearness);
        (others.fold(0.0, f32::max) - own, outside - own)
    }
}

/// Sum of the products, exact: whole numbers can be added in any order, so that the compiler may take many at a time.
fn product(row: ArrayView1<'_, i8>, fine: &[i16]) -> i64 {
    // So many products of 8 and 16 bits cannot leave 32: nothing wraps, but a check of it would keep them one by one.
    const PART: usize = 256;
    let add = |sum: i32, (&a, &b): (&i8, &i16)| sum.wrapping_add(i32::from(a).wrapping_mul(i32::from(b)));
    let of = |(a, b): (&[i8], &[i16])| a.iter().zip(b).fold(0_i32, add);
    let rest = || row.iter().zip(fine).map(|(&a, &b)| i64::from(a) * i64::from(b)).sum();
    row.as_slice()
        .map_or_else(rest, |row| row.chunks(PART).zip(fine.chunks(PART)).map(|part| i64::from(of(part))).sum())
}

impl ScopeLayer {
    fn logit(&self, seen: &Seen) -> f32 {
        let of_pieces = |row: &SparseRow| row.iter().map(|&(at, value)| value * self.sparse[at as usize]).sum::<f32>();
        seen.dense.dot(&self.dense) + of_pieces(&seen.sparse) + self.bias
    }
}

impl Default for Mix {
    fn default() -> Self {
        Self { means: [0.0; Signals::N], spreads: [1.0; Signals::N], weights: [0.0; Signals::N] }
    }
}

impl Mix {
    /// One number; more is more unlike.
    pub(crate) fn score(&self, signals: &Signals) -> f32 {
        let parts = signals.0.iter().zip(&self.means).zip(&self.spreads).zip(&self.weights);
        parts.map(|(((signal, mean), spread), weight)| weight * (signal - mean) / spread).sum()
    }

    fn is_sound(&self) -> bool {
        let all = self.means.iter().chain(&self.spreads).chain(&self.weights);
        all.clone().all(|value| value.is_finite()) && self.spreads.iter().all(|spread| *spread > 0.0)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{arr1, array};

    use super::*;

    fn model() -> NoveltyModel {
        NoveltyModel {
            classes: ClassClouds { whitening: Array2::eye(2), means: array![[1.0, 0.0], [0.0, 1.0]] },
            examples: Examples::of(&array![[1.0, 0.0], [0.0, 1.0], [-0.6, 0.8]], vec![0, 1, 2]),
            scope: Some(ScopeLayer { dense: array![0.0, -2.0], sparse: Array1::zeros(256), bias: 0.5 }),
            mix: Mix { means: [0.0; 4], spreads: [1.0; 4], weights: [1.0, 1.0, 1.0, 0.0] },
        }
    }

    fn measured(embedding: [f32; 2]) -> Novelty {
        let embedding = arr1(&embedding);
        let seen = Seen { dense: embedding.clone(), sparse: Vec::new() };
        model().measure(&seen, embedding.view(), &(&embedding * 4.0)).0
    }

    #[test]
    fn a_text_like_an_example_is_less_novel_than_one_like_none() {
        let (known, novel) = (measured([1.0, 0.0]), measured([-0.6, -0.8]));
        assert!(known.energy < novel.energy && known.distance < novel.distance);
        assert!(known.neighbour < novel.neighbour && known.score < novel.score);
        assert_eq!(known.distance, 0.0);
        assert!((novel.distance - 1.788_854_4).abs() < 1e-5, "to (1, 0): sqrt(1.6^2 + 0.8^2) = {}", novel.distance);
    }

    #[test]
    fn eight_bits_keep_the_cosine() {
        let rows = array![[0.6_f32, 0.8], [0.28, -0.96]];
        let examples = Examples::of(&rows, vec![0, 1]);
        let nearest = examples.kinship(arr1(&[0.6, 0.8]).view(), 2).nearest;
        assert!((nearest - (1.0 + 0.6 * 0.28 - 0.8 * 0.96) / 2.0).abs() < 0.004, "{nearest}");
    }

    #[test]
    fn a_text_is_held_against_the_examples_of_others() {
        let kinship = |embedding: [f32; 2]| model().examples.kinship(arr1(&embedding).view(), 2);
        let near = |found: (f32, f32), wanted: (f32, f32)| {
            assert!((found.0 - wanted.0).abs() < 0.01 && (found.1 - wanted.1).abs() < 0.01, "{found:?}");
        };
        near(kinship([1.0, 0.0]).against(0), (-1.0, -1.6));
        near(kinship([0.0, 1.0]).against(0), (1.0, 0.8));
        near(kinship([-0.6, 0.8]).against(1), (-0.8, 0.2));
        assert_eq!(Kinship::default().against(0), (0.0, 0.0), "no examples");
    }

    #[test]
    fn examples_of_no_intent_make_nothing_known() {
        let nearest = model().examples.kinship(arr1(&[-0.6, 0.8]).view(), 2).nearest;
        assert!((nearest - 0.1).abs() < 0.01, "mean of 0.8 and -0.6, not 1: {nearest}");
    }

    #[test]
    fn products_of_the_largest_numbers_do_not_wrap() {
        let (row, fine) = (Array1::from_elem(1_000, i8::MIN), vec![i16::MIN; 1_000]);
        assert_eq!(product(row.view(), &fine), 1_000 * 128 * 32_768);
    }

    #[test]
    fn widths_and_numbers_are_checked() {
        assert!(model().is_sound(2, 2, 256));
        assert!(!model().is_sound(3, 2, 256) && !model().is_sound(2, 3, 256) && !model().is_sound(2, 2, 512));
        let mut broken = model();
        broken.mix.spreads[1] = 0.0;
        assert!(!broken.is_sound(2, 2, 256));
        let mut broken = model();
        broken.examples.classes[0] = 3;
        assert!(!broken.is_sound(2, 2, 256), "a class that is not there");
    }
}
