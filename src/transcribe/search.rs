//! Other readings of a clip that is already encoded: a few tokens each instead of another look.

use super::decode::{Acoustic, Decoding, Limits, proceed};
use super::logits::{Choice, Chooser};
use super::vocabulary::Token;
use crate::error::EngineError;

/// Where a reading parts from the likeliest one: only choices closer than this, in nats, are worth another try.
const CLOSE: f32 = 1.0;

/// Readings that take the runner-up at one of the `most` least certain choices of `first` and go on from there,
/// the latest parting first.
///
/// `prefix` stands before the text; `in_place` says that `first` is what was fed last.
pub(super) fn other_readings(
    acoustic: &mut impl Acoustic,
    chooser: &mut Chooser,
    prefix: &[Token],
    first: &Decoding,
    most: usize,
    in_place: bool,
    limits: &Limits,
) -> Result<Vec<Decoding>, EngineError> {
    let partings = closest(&first.choices, most);
    let Some(&last) = partings.last() else { return Ok(Vec::new()) };
    if !in_place {
        let text = first.choices[..last].iter().map(|choice| choice.token);
        let fed: Vec<Token> = prefix.iter().copied().chain(text).collect();
        acoustic.feed(&fed, 0)?;
    }
    // From the back: what stands before a parting must still be in place.
    let mut readings = Vec::new();
    for at in partings.into_iter().rev() {
        let mut choices = first.choices[..at].to_vec();
        choices.push(first.choices[at].second());
        readings.push(proceed(acoustic, chooser, prefix.len(), choices, limits)?);
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
