use serde::{Deserialize, Serialize};

use crate::audio::SpeechEvidence;
use crate::calibrate::Assessment;
use crate::call::{Details, Direction};
use crate::classify::{Novelty, Ranked};
use crate::error::{EngineError, Error};
use crate::human::PersonRequest;
use crate::transcribe::{TranscriptEvidence, Verdict};
use crate::units::{IntentId, Language};

use super::Timings;

/// What one turn of speech or text gave: everything a decision may know about it.
///
/// [`Heard::default`] is a turn in which nobody spoke.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// Whether anything was understood.
    pub outcome: Outcome,
    /// What was said; empty where nothing was.
    pub text: String,
    /// Other readings of it, most likely first.
    pub alternatives: Vec<String>,
    /// The language of the text; `None` where nothing was said.
    pub language: Option<Language>,
    /// Every intent, most likely first; empty where nothing was classified.
    pub ranking: Vec<Ranked>,
    /// How unlike every known intent the text is; 0 where nothing was classified.
    pub novelty: Novelty,
    /// How much the readings agree on the first intent, `0.0..=1.0`; 0 where nothing was classified.
    pub agreement: f32,
    /// What the calibration says; `None` where there is none.
    pub assessment: Option<Assessment>,
    /// Whether the words ask for a person. Whether the meaning does is seen from ranking and assessment.
    pub person: PersonRequest,
    /// The text as a direction, to recognise the same wish in other words.
    pub direction: Direction,
    /// What the sound says; `None` for text.
    pub speech: Option<SpeechEvidence>,
    /// What the speech engine says of its text; `None` for text.
    pub transcription: Option<TranscriptEvidence>,
    /// Sums, dates and numbers in the text.
    pub details: Details,
    /// How long each stage took.
    pub timings: Timings,
}

impl Heard {
    /// A turn that could not be worked on.
    #[must_use]
    pub fn failed(error: &Error) -> Self {
        Self { outcome: Outcome::Failed { failure: error.into() }, ..Self::default() }
    }

    /// The first intent of the ranking.
    #[must_use]
    pub fn intent(&self) -> Option<&IntentId> {
        self.ranking.first().map(|ranked| &ranked.intent)
    }
}

impl std::fmt::Debug for Heard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Heard")
            .field("outcome", &self.outcome)
            .field("text_bytes", &self.text.len())
            .field("alternatives", &self.alternatives.len())
            .field("language", &self.language)
            .field("ranking", &self.ranking)
            .field("novelty", &self.novelty)
            .field("agreement", &self.agreement)
            .field("assessment", &self.assessment)
            .field("person", &self.person)
            .field("speech", &self.speech)
            .field("transcription", &self.transcription)
            .field("details", &self.details)
            .field("timings", &self.timings)
            .finish_non_exhaustive()
    }
}

/// Whether anything was understood in a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Outcome {
    /// Words were heard or read, and classified.
    Understood,
    /// Nobody spoke.
    #[default]
    NoSpeech,
    /// Somebody spoke, but the text cannot be trusted.
    Unreliable {
        /// Why.
        verdict: Verdict,
    },
    /// The turn could not be worked on.
    Failed {
        /// Why.
        failure: Failure,
    },
}

/// Why a turn could not be worked on: the kind of an [`Error`], without its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Failure {
    /// The sound cannot be read.
    Audio,
    /// A model or pack file is missing, altered or of another version.
    Model,
    /// The speech engine failed.
    Transcribe,
    /// The intent engine failed.
    Classify,
    /// No answer in time.
    Deadline,
    /// Every worker is busy and the queue is full.
    Overloaded,
    /// A worker or an engine's process died.
    Crash,
    /// A setting, policy, domain or example file is wrong.
    Settings,
    /// A file or store could not be read or written.
    Io,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        match error {
            Error::Audio(_) => Self::Audio,
            Error::Model(_) => Self::Model,
            Error::Transcribe(engine) => Self::of_engine(engine, Self::Transcribe),
            Error::Classify(engine) => Self::of_engine(engine, Self::Classify),
            Error::Settings(_) | Error::Policy(_) | Error::Examples(_) => Self::Settings,
            Error::Io { .. } | Error::Promise(_) => Self::Io,
        }
    }
}

impl Failure {
    const fn of_engine(error: &EngineError, stage: Self) -> Self {
        match error {
            EngineError::Deadline { .. } => Self::Deadline,
            EngineError::Overloaded { .. } => Self::Overloaded,
            EngineError::Panicked { .. } | EngineError::Process { .. } => Self::Crash,
            EngineError::Load { .. } | EngineError::Run { .. } | EngineError::Output { .. } => stage,
        }
    }
}
