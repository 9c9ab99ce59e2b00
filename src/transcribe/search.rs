//! Other readings of a clip that is already encoded: a few tokens each instead of another look.

use super::decode::{Acoustic, Decoding, Limits, proceed};
use super::logits::{Choice, Chooser};
use crate::error::EngineError;

/// Where a reading parts from the likeliest one: only choices closer than this, in nats, are worth another try.
const CLOSE: f32 = 1.0;

/// Readings that take the runner-up at one of the `most` least certain choices of `first` and go on from there,
/// the latest parting first.
///
/// `past` tokens stand before the text, and `first` is what was fed last.
pub(super) fn other_readings(
    acoustic: &mut impl Acoustic,
    chooser: &mut Chooser,
    past: usize,
    first: &Decoding,
    most: usize,
    limits: &Limits,
) -> Result<Vec<Decoding>, EngineError> {
    // From the back: what was fed before a parting must still be in place.
    let mut readings = Vec::new();
    for at in closest(&first.choices, most).into_iter().rev() {
        let mut choices = first.choices[..at].to_vec();
        choices.push(first.choices[at].second());
        readings.push(proceed(acoustic, chooser, past, choices, limits)?);
    }
    Ok(readings)
}

/// Positions of the `most` choices with the least margin below [`CLOSE`], in the order of the text.
fn closest(choices: &[Choice], most: usize) -> Vec<usize> {
    let mut close: Vec<usize> = (0..choices.len()).filter(|&at| choices[at].margin < CLOSE).collect();
    close.sort_by(|&a, &b| choices[a].margin.total_cmp(&choices[b].margin).then(a.cmp(&b)));
    close.truncate(most);
    close.sort_unstable();
    close
}
