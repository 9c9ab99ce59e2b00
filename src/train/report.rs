use std::collections::BTreeMap;

use super::validate::HeldOut;
use super::{Example, Examples};
use crate::pack::Metrics;
use crate::units::IntentId;

/// Examples shown as worth a look, at most.
const N_SUSPECTS: usize = 20;
/// Loss from which an example is worth a look: its own intent got less than 10 %.
const SUSPECT_LOSS: f64 = std::f64::consts::LN_10;
/// Share of two intents' examples taken for each other from which they are called close.
const CLOSE: f64 = 0.05;

/// What cross-validation found: every example was judged by layers that had not seen it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// Accuracy and novelty.
    pub metrics: Metrics,
    /// Intents taken for others, most often first.
    pub confusions: Vec<Confusion>,
    /// Pairs of intents that are hard to tell apart, hardest first.
    pub close: Vec<Close>,
    /// Examples whose own intent got the least, at most 20: often mislabelled, or a duplicate in other words of another
    /// intent's example.
    pub suspects: Vec<Suspect>,
}

/// Examples of one intent that were taken for another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    /// What they were.
    pub truth: IntentId,
    /// What they were taken for.
    pub taken_for: IntentId,
    /// How many.
    pub count: usize,
}

/// Two intents that are hard to tell apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Close {
    /// The two, in the order of the labels.
    pub intents: [IntentId; 2],
    /// The share of their examples that were taken for the other.
    pub share: f64,
}

/// An example worth a look.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspect {
    /// The example.
    pub example: Example,
    /// The intent it was taken for.
    pub taken_for: IntentId,
    /// The probability its own intent got.
    pub probability: f64,
}

impl Report {
    pub(crate) fn new(examples: &Examples, metrics: Metrics, held: &[HeldOut]) -> Self {
        let intents = examples.intents();
        let counts = counts(held);
        Self {
            metrics,
            confusions: confusions(&counts, intents),
            close: close(&counts, held, intents),
            suspects: suspects(examples, held),
        }
    }
}

/// How often each class was taken for each other one.
fn counts(held: &[HeldOut]) -> BTreeMap<(usize, usize), usize> {
    let mut counts = BTreeMap::new();
    for held in held {
        if let Some(class) = held.class.filter(|&class| class != held.first()) {
            *counts.entry((class, held.first())).or_default() += 1;
        }
    }
    counts
}

fn confusions(counts: &BTreeMap<(usize, usize), usize>, intents: &[IntentId]) -> Vec<Confusion> {
    let confusion = |(&(truth, first), &count): (&(usize, usize), &usize)| Confusion {
        truth: intents[truth].clone(),
        taken_for: intents[first].clone(),
        count,
    };
    let mut confusions: Vec<_> = counts.iter().map(confusion).collect();
    confusions.sort_by_key(|confusion| std::cmp::Reverse(confusion.count));
    confusions
}

fn close(counts: &BTreeMap<(usize, usize), usize>, held: &[HeldOut], intents: &[IntentId]) -> Vec<Close> {
    let size = |class: usize| held.iter().filter(|held| held.class == Some(class)).count();
    let mut pairs: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (&(a, b), count) in counts {
        *pairs.entry((a.min(b), a.max(b))).or_default() += count;
    }
    let share = |(&(a, b), &count): (&(usize, usize), &usize)| Close {
        intents: [intents[a].clone(), intents[b].clone()],
        share: count as f64 / (size(a) + size(b)) as f64,
    };
    let mut close: Vec<_> = pairs.iter().map(share).filter(|close| close.share >= CLOSE).collect();
    close.sort_by(|a, b| b.share.total_cmp(&a.share));
    close
}

fn suspects(examples: &Examples, held: &[HeldOut]) -> Vec<Suspect> {
    let mut suspects: Vec<&HeldOut> = held.iter().filter(|held| held.loss() > SUSPECT_LOSS).collect();
    suspects.sort_by(|a, b| b.loss().total_cmp(&a.loss()).then(a.row.cmp(&b.row)));
    let suspect = |held: &HeldOut| Suspect {
        example: examples.items()[held.row].clone(),
        taken_for: examples.intents()[held.first()].clone(),
        probability: (-held.loss()).exp(),
    };
    suspects.into_iter().take(N_SUSPECTS).map(suspect).collect()
}
