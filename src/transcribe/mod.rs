//! Speech becomes text, with evidence of how sure that text is.

mod bounded;
mod config;
mod decode;
pub mod error_rate;
mod evidence;
#[cfg(test)]
mod fake;
mod guard;
mod hear;
mod invented;
pub mod isolated;
mod join;
mod logits;
mod look;
mod pool;
mod search;
mod utterance;
mod vocabulary;
mod whisper;
mod whisper_engine;
mod window;

pub use crate::text::simplified;
pub use bounded::Bounded;
pub use config::{Pitch, Prompt, SecondLook, Slowed, WhisperConfig};
pub use utterance::Utterance;
pub use whisper::Whisper;
pub use window::Window;

use serde::{Deserialize, Serialize};

use crate::audio::Speech;
use crate::error::Error;
use crate::units::Language;

/// A speech engine. Open: another engine, or one in another process, fits behind it.
pub trait Transcribe: Send + Sync {
    /// Writes down what was said in `speech`.
    ///
    /// Speech nobody can understand is not an error: it is a [`Transcript`] whose [`Verdict`] says so.
    ///
    /// # Errors
    /// [`Error::Transcribe`] where the engine failed, was overloaded or did not answer by its deadline.
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error>;

    /// Names the engine with everything that changes what it writes down: two engines of the same identity hear the same
    /// sound alike.
    ///
    /// A calibration promises something of spoken turns only behind the engine it was fitted with; behind another, no
    /// spoken turn is automated. Default: empty, which no calibration can name.
    fn identity(&self) -> String {
        String::new()
    }
}

/// What is known about a turn before it is heard.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hint {
    /// The language spoken; `None` lets the engine choose among the pack's languages.
    pub language: Option<Language>,
    /// When the turn must be answered; `None` for the engine's own limit.
    pub deadline: Option<std::time::Instant>,
}

/// What was said, as far as it could be heard.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Transcript {
    /// The text, Chinese in the simplified script; empty where nothing was heard.
    pub text: String,
    /// The language of the text.
    pub language: Language,
    /// Up to three other readings, most likely first, never equal to `text`.
    pub alternatives: Vec<String>,
    /// Whether the text can be trusted to be what somebody said.
    pub verdict: Verdict,
    /// What the calibrator weighs.
    pub evidence: TranscriptEvidence,
}

/// What a caller said does not belong into a log: only its length is shown.
impl std::fmt::Debug for Transcript {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transcript")
            .field("characters", &self.text.chars().count())
            .field("language", &self.language)
            .field("verdict", &self.verdict)
            .field("evidence", &self.evidence)
            .finish_non_exhaustive()
    }
}

/// Whether a transcript can be taken for what somebody said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Verdict {
    /// Somebody said about this.
    Heard,
    /// Nobody spoke.
    NoSpeech,
    /// The text repeats itself, also after a second decode.
    Loop,
    /// The text is a phrase the engine is known to invent.
    Invented,
    /// The engine itself gives the text too little probability, or an impossible length.
    Doubtful,
}

/// What the speech engine says of its own text. Every field is finite.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct TranscriptEvidence {
    /// Mean natural-log probability of the tokens, at most 0.
    pub mean_logprob: f32,
    /// Natural-log probability of the least likely token, at most 0.
    pub min_logprob: f32,
    /// Mean entropy of the token distributions in nats, at least 0.
    pub mean_entropy: f32,
    /// Mean distance between the best and the second-best token's log probability, at least 0.
    pub mean_margin: f32,
    /// Bytes of the text over bytes of its compressed form: high where it repeats itself.
    pub compression: f32,
    /// Tokens per second of speech.
    pub tokens_per_second: f32,
    /// Probability of "no speech" at the start, `0.0..=1.0`.
    pub no_speech: f32,
    /// Probability of the language taken, among the pack's languages, `0.0..=1.0`.
    pub language: f32,
    /// Whether a second decode was needed: 0 or 1.
    pub second_decode: f32,
    /// Agreement of the decode taken with the others, their mean, `0.0..=1.0`; 1 where there was one.
    pub agreement: f32,
}
