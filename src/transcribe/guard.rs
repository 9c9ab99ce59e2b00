//! Tells a text somebody said from one the engine made up.

use super::logits::Choice;
use super::vocabulary::Token;
use crate::text::{is_han, units};

/// Longest run of tokens that is looked at as one turn of a loop.
const MAX_PERIOD: usize = 12;
/// Times one token may stand in a row: digits of a number are said up to eight times.
const MAX_RUN: usize = 8;
/// Times a longer run of tokens may stand in a row.
const MAX_PHRASE: usize = 3;

/// The length of the text with one turn of the loop it ends in; `None` where it does not end in one.
pub(super) fn one_turn(choices: &[Choice]) -> Option<usize> {
    loop_at_end(choices).map(|(period, turns)| choices.len() - period * (turns - 1))
}

/// Whether a text is nothing but one phrase of two words or more, four times or more: what a dog's barks become. Case and
/// punctuation, which hide it from [`one_turn`], do not count. Of Chinese a phrase takes four characters, as callers in
/// need say 人工 again and again.
pub(super) fn is_one_phrase(text: &str) -> bool {
    let words = units(text);
    let least = if text.contains(is_han) { 4 } else { 2 };
    // One word over and over is no phrase: digits are said up to eight times.
    let differs = words.iter().any(|word| *word != words[0]);
    let repeats = |period| words.chunks(period).all(|turn| words.starts_with(turn));
    differs && (least..=words.len() / (MAX_PHRASE + 1)).any(repeats)
}

/// Period and number of turns of the loop the text ends in; the shortest period where several fit.
fn loop_at_end(choices: &[Choice]) -> Option<(usize, usize)> {
    (1..=MAX_PERIOD)
        .map(|period| (period, trailing_turns(choices, period)))
        .find(|&(period, turns)| turns > most_turns(period))
}

/// How often people may say a run of `period` tokens in a row.
const fn most_turns(period: usize) -> usize {
    if period == 1 { MAX_RUN } else { MAX_PHRASE }
}

/// How often the last `period` tokens stand in a row at the end.
fn trailing_turns(choices: &[Choice], period: usize) -> usize {
    let Some(start) = choices.len().checked_sub(period) else { return 0 };
    let turn = &choices[start..];
    // One token over and over is a run of that token, not of pairs of it.
    if period > 1 && turn.iter().all(|choice| choice.token == turn[0].token) {
        return 0;
    }
    let same = |chunk: &&[Choice]| tokens(chunk).eq(tokens(turn));
    choices.rchunks_exact(period).take_while(same).count()
}

fn tokens(choices: &[Choice]) -> impl Iterator<Item = Token> + '_ {
    choices.iter().map(|choice| choice.token)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(tokens: &[Token]) -> Vec<Choice> {
        let choice = |&token: &Token| Choice { token, logprob: 0.0, runner_up: 0, margin: 0.0, entropy: 0.0 };
        tokens.iter().map(choice).collect()
    }

    #[test]
    fn loops_are_found_and_numbers_are_not() {
        let cases: [(&[Token], bool); 6] = [
            (&[], false),
            (&[1, 2, 3, 1, 2, 3], false),
            (&[1, 2, 1, 2, 1, 2], false),
            (&[1, 2, 1, 2, 1, 2, 1, 2], true),
            (&[9, 8, 8, 8, 8, 8, 8, 8, 8], false),
            (&[8, 8, 8, 8, 8, 8, 8, 8, 8], true),
        ];
        for (tokens, expected) in cases {
            assert_eq!(one_turn(&said(tokens)).is_some(), expected, "{tokens:?}");
        }
    }

    #[test]
    fn one_phrase_over_and_over_is_told_from_a_caller_who_insists() {
        let loops =
            ["Don't go, don't go. Don't go! don't go", "a b a b a b a b a", "你说什么你说什么，你说什么。你说什么"];
        let said = [
            "",
            "no",
            "人工 人工 人工人工",
            "eight eight eight eight eight eight eight eight",
            "don't go, don't go, don't go",
            "a b a b a b a b c",
        ];
        for text in loops {
            assert!(is_one_phrase(text), "{text}");
        }
        for text in said {
            assert!(!is_one_phrase(text), "{text}");
        }
    }

    #[test]
    fn one_turn_of_a_loop_is_kept() {
        let looping = said(&[7, 1, 2, 1, 2, 1, 2, 1, 2]);
        assert_eq!(one_turn(&looping), Some(3));
    }
}
