//! Other readings of a clip that is already encoded: a few tokens each instead of another look.

use super::decode::{Acoustic, Decoding, End, Limits, proceed};
use super::logits::{Choice, Chooser};
use super::vocabulary::Token;
use crate::error::EngineError;

/// Where a reading parts from the likeliest one: only choices closer than this, in nats, are worth another try.
const CLOSE: f32 = 1.0;
/// Tokens by which a reading may be longer than the likeliest one and still beat it.
const LONGER: usize = 3;

/// Readings that take the runner-up at one of the `most` least certain choices of `first` and go on from there,
/// the latest parting first.
///
/// A reading that cannot become likelier than `first` is given up and ends with the tokens of `first` from there on:
/// mostly it is a homophone, and the rest is the same. `prefix` stands before the text; `in_place` says that `first`
/// is what was fed last.
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
    let least_sum = first.mean_logprob() * (first.choices.len() + LONGER) as f32;
    let limits = Limits { least_sum, ..*limits };
    // From the back: what stands before a parting must still be in place.
    let mut readings = Vec::new();
    for at in partings.into_iter().rev() {
        let mut choices = first.choices[..at].to_vec();
        choices.push(first.choices[at].second());
        let other = proceed(acoustic, chooser, prefix.len(), choices, &limits)?;
        readings.push(ended_like(first, other));
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

/// An abandoned reading with the end of `first`; another stays as it is.
fn ended_like(first: &Decoding, mut other: Decoding) -> Decoding {
    if other.end == End::Abandoned {
        let rest = first.choices.get(other.choices.len()..).unwrap_or_default();
        other.choices.extend_from_slice(rest);
    }
    other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(margins: &[f32]) -> Vec<Choice> {
        let choice = |(token, &margin)| Choice { token, logprob: -1.0, runner_up: 99, margin, entropy: 0.0 };
        (0..).zip(margins).map(choice).collect()
    }

    #[test]
    fn readings_part_where_the_choice_was_close() {
        assert_eq!(closest(&choices(&[0.5, 3.0, 0.1, 0.2, 0.5]), 3), [0, 2, 3]);
        assert_eq!(closest(&choices(&[1.5, 3.0]), 3), [] as [usize; 0]);
        assert_eq!(closest(&choices(&[0.5, 0.5]), 1), [0], "the earlier one where they are equal");
    }

    #[test]
    fn a_reading_given_up_ends_like_the_first() {
        let first = Decoding { choices: choices(&[0.5, 3.0, 3.0]), ending: None, end: End::Complete };
        let mut other = Decoding { choices: vec![first.choices[0].second()], ending: None, end: End::Abandoned };
        let tokens = |decoding: &Decoding| decoding.choices.iter().map(|choice| choice.token).collect::<Vec<_>>();
        assert_eq!(tokens(&ended_like(&first, other.clone())), [99, 1, 2]);
        other.end = End::Complete;
        assert_eq!(tokens(&ended_like(&first, other)), [99]);
    }
}
