//! Greedy decoding, token by token, over an acoustic model that only gives logits.
//!
//! The engine's own decoder repeats itself on shrunk windows, hides the distributions it chose from and answers
//! only at its end. This loop sees every distribution, stops the moment a text repeats itself, and asks the clock
//! before each token.

use std::time::{Duration, Instant};

use super::guard::one_turn;
use super::logits::{Choice, Chooser};
use super::vocabulary::{Token, Vocabulary};
use crate::error::EngineError;

/// An encoder and a decoder that share one state: what a worker owns.
pub(super) trait Acoustic {
    /// Encodes `samples` (16 kHz) in a window of `frames` encoder frames of 20 ms, silence after the samples.
    fn listen(&mut self, samples: &[f32], frames: usize) -> Result<(), EngineError>;

    /// The logits after `tokens`, one per token of the vocabulary. The first `past` tokens fed earlier stay in
    /// place; whatever was fed after them is forgotten.
    fn feed(&mut self, tokens: &[Token], past: usize) -> Result<&[f32], EngineError>;

    /// The token ids and texts of the model.
    fn vocabulary(&self) -> &Vocabulary;
}

/// What one decode may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Most tokens a text of this length can have.
    pub(super) tokens: usize,
    /// Below this sum of log probabilities a text is not worth its end; minus infinity to hear every text out.
    pub(super) least_sum: f32,
    /// When the caller stops waiting.
    pub(super) deadline: Deadline,
}

/// The end of a turn's time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline {
    /// When.
    pub(super) at: Instant,
    /// How long the turn had, for the error's text.
    pub(super) limit_ms: u64,
}

impl Deadline {
    /// The longest one: beyond it, clocks of some systems overflow.
    pub(super) const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

    /// The end of a turn that comes now: the engine's own limit, or the turn's wish where that is sooner.
    pub(super) fn within(limit: Duration, wanted: Option<Instant>) -> Self {
        let now = Instant::now();
        let own = now + limit.min(Self::LONGEST);
        let at = wanted.map_or(own, |wanted| wanted.min(own));
        let limit_ms = at.saturating_duration_since(now).as_millis();
        Self { at, limit_ms: u64::try_from(limit_ms).unwrap_or(u64::MAX) }
    }

    /// Fails once the time is over.
    pub(super) fn check(self) -> Result<(), EngineError> {
        if Instant::now() < self.at {
            return Ok(());
        }
        Err(EngineError::Deadline { limit_ms: self.limit_ms })
    }
}

/// How a decode came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The model itself ended the text.
    Complete,
    /// The text ran over what can be said in the time.
    Budget,
    /// The text repeats itself.
    Loop,
    /// The text was given up: it could not become likelier than one known already.
    Abandoned,
}

/// The tokens of one decode with what the model thought of each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Decoding {
    /// The text's tokens with the distribution each was chosen from; the end mark is not among them. Of a loop only
    /// the first turn.
    pub(super) choices: Vec<Choice>,
    /// The choice of the end mark, where the model made it, or came second to making it at the end of a loop's turn.
    pub(super) ending: Option<Choice>,
    /// How it ended.
    pub(super) end: End,
}

impl Decoding {
    /// Mean log probability of the text and its end mark; 0 where nothing was chosen.
    pub(super) fn mean_logprob(&self) -> f32 {
        let all = self.choices.iter().chain(&self.ending);
        mean(all.map(|choice| choice.logprob))
    }

    /// Mean log probability of the text, its end mark and one token more: the language mark before it.
    pub(super) fn mean_logprob_with(&self, mark: f32) -> f32 {
        let all = self.choices.iter().chain(&self.ending).map(|choice| choice.logprob);
        mean(all.chain([mark]))
    }
}

/// The arithmetic mean; 0 of nothing.
pub(super) fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (count, sum) = values.fold((0_u32, 0.0_f64), |(n, sum), value| (n + 1, sum + f64::from(value)));
    if count == 0 { 0.0 } else { (sum / f64::from(count)) as f32 }
}

/// Writes down what the encoder heard, after `prefix`, always taking the likeliest token.
pub(super) fn decode(
    acoustic: &mut impl Acoustic,
    chooser: &mut Chooser,
    prefix: &[Token],
    limits: &Limits,
) -> Result<Decoding, EngineError> {
    let logits = acoustic.feed(prefix, 0)?;
    let first = chooser.choose(logits, true);
    proceed(acoustic, chooser, prefix.len(), vec![first], limits)
}

/// Goes on after `choices`, of which all but the last were fed at `past` and behind it.
pub(super) fn proceed(
    acoustic: &mut impl Acoustic,
    chooser: &mut Chooser,
    past: usize,
    mut choices: Vec<Choice>,
    limits: &Limits,
) -> Result<Decoding, EngineError> {
    let mut sum: f32 = choices.iter().map(|choice| choice.logprob).sum();
    let end = loop {
        limits.deadline.check()?;
        let Some(last) = choices.last().copied() else { break End::Complete };
        if chooser.is_end(last.token) {
            break End::Complete;
        }
        if let Some(kept) = one_turn(&choices) {
            return Ok(cut(choices, kept, chooser));
        }
        if choices.len() >= limits.tokens {
            break End::Budget;
        }
        if sum < limits.least_sum {
            break End::Abandoned;
        }
        let logits = acoustic.feed(&[last.token], past + choices.len() - 1)?;
        let choice = chooser.choose(logits, false);
        sum += choice.logprob;
        choices.push(choice);
    };
    let ending = if end == End::Complete { choices.pop() } else { None };
    Ok(Decoding { choices, ending, end })
}

/// A loop's first turn, ended where the model could have ended it.
fn cut(mut choices: Vec<Choice>, kept: usize, chooser: &Chooser) -> Decoding {
    let ending = choices.get(kept).map(|again| again.second()).filter(|choice| chooser.is_end(choice.token));
    choices.truncate(kept);
    tracing::debug!(?ending, kept, "a loop was cut");
    Decoding { choices, ending, end: End::Loop }
}
