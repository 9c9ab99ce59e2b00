//! How the signals of novelty are put together.

use ndarray::Array1;

use super::fit::LEAST_OUTSIDE;
use super::lbfgs::Stop;
use super::logistic::Rows;
use super::validate::HeldOut;
use crate::classify::{Mix, Seen, Signals};

/// Weights where there are too few examples of no intent to learn them: energy and distance alike, which on the
/// validation split of CLINC150 was better than each alone and than either with the nearest examples.
const PLAIN: [f32; Signals::N] = [1.0, 1.0, 0.0, 0.0];
/// The pull to 0 of the learned weights, over the number of examples.
const L2: f64 = 1.0;
/// Share of known texts that the limit keeps.
const KEPT: f64 = 0.95;

/// The mix for signals of held-out examples. A signal that would count against novelty is left out.
pub(crate) fn mix(held: &[HeldOut], stop: Stop) -> Mix {
    let known: Vec<&HeldOut> = held.iter().filter(|held| held.class.is_some()).collect();
    let mut mix = Mix { weights: PLAIN, ..Mix::default() };
    for at in 0..Signals::N {
        let values: Vec<f64> = known.iter().map(|held| f64::from(held.measured.signals.0[at])).collect();
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len().max(1) as f64;
        mix.means[at] = mean as f32;
        // A signal that never changes, as of a layer that is not there, says nothing.
        mix.spreads[at] = if variance > 1e-12 { variance.sqrt() as f32 } else { 1.0 };
    }
    if held.len() - known.len() >= LEAST_OUTSIDE {
        mix.weights = learned(held, &mix, stop);
    }
    mix
}

/// The score that 95 % of the known examples stay below.
pub(crate) fn limit(held: &[HeldOut], mix: &Mix) -> f32 {
    let mut scores: Vec<f32> =
        held.iter().filter(|held| held.class.is_some()).map(|held| mix.score(&held.measured.signals)).collect();
    scores.sort_by(f32::total_cmp);
    let place = (scores.len() as f64 * KEPT) as usize;
    scores.get(place).or(scores.last()).copied().unwrap_or(0.0)
}

/// How often an example of no intent scores above one of some, ties counted half; `None` without either.
pub(crate) fn auroc(held: &[HeldOut], mix: &Mix) -> Option<f64> {
    let scores = |wanted: bool| -> Vec<f32> {
        let of_kind = held.iter().filter(|held| held.class.is_some() == wanted);
        of_kind.map(|held| mix.score(&held.measured.signals)).collect()
    };
    let (mut known, outside) = (scores(true), scores(false));
    if known.is_empty() || outside.is_empty() {
        return None;
    }
    known.sort_by(f32::total_cmp);
    let below = |score: &f32| {
        let (less, not_more) = (known.partition_point(|k| k < score), known.partition_point(|k| k <= score));
        (less + not_more) as f64 / 2.0
    };
    Some(outside.iter().map(below).sum::<f64>() / (known.len() * outside.len()) as f64)
}

/// Share of the examples of no intent above `limit`; `None` without any.
pub(crate) fn recall(held: &[HeldOut], mix: &Mix, limit: f32) -> Option<f64> {
    let outside: Vec<_> = held.iter().filter(|held| held.class.is_none()).collect();
    let found = outside.iter().filter(|held| mix.score(&held.measured.signals) > limit).count();
    (!outside.is_empty()).then(|| found as f64 / outside.len() as f64)
}

/// Logistic regression of none against some over the scaled signals, both sides alike.
fn learned(held: &[HeldOut], mix: &Mix, stop: Stop) -> [f32; Signals::N] {
    let mut used = [true; Signals::N];
    loop {
        let weights = regress(held, mix, used, stop);
        let worst = (0..Signals::N)
            .filter(|&at| used[at] && weights[at] < 0.0)
            .min_by(|&a, &b| weights[a].total_cmp(&weights[b]));
        match worst {
            Some(at) => used[at] = false,
            None => return weights,
        }
    }
}

fn regress(held: &[HeldOut], mix: &Mix, used: [bool; Signals::N], stop: Stop) -> [f32; Signals::N] {
    let scaled = |held: &HeldOut| -> Array1<f32> {
        let of =
            |at: usize| (held.measured.signals.0[at] - mix.means[at]) / mix.spreads[at] * f32::from(u8::from(used[at]));
        (0..Signals::N).map(of).collect()
    };
    let seen: Vec<Seen> = held.iter().map(|held| Seen { dense: scaled(held), sparse: Vec::new() }).collect();
    let sides: Vec<usize> = held.iter().map(|held| usize::from(held.class.is_none())).collect();
    let n_outside = sides.iter().sum::<usize>() as f64;
    let weight = |&side: &usize| if side == 1 { 1.0 / n_outside } else { 1.0 / (sides.len() as f64 - n_outside) };
    let weights: Vec<f64> = sides.iter().map(weight).collect();
    let rows = Rows::new(&seen.iter().collect::<Vec<_>>(), sides, &weights, 2, 0);
    let fitted = rows.fit(L2 / held.len() as f64, stop);
    std::array::from_fn(|at| (fitted.dense[[at, 1]] - fitted.dense[[at, 0]]) as f32)
}
