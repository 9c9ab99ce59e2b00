use serde::{Deserialize, Serialize};

use crate::audio::SpeechEvidence;
use crate::calibrate::Confidence;
use crate::classify::Ranked;
use crate::desk::QueueId;
use crate::error::Error;
use crate::transcribe::TranscriptEvidence;
use crate::units::{IntentId, Language};

use super::{Authority, Brief, Failure, Priority, Way, Ways};

/// What to do now, why, and everything it was decided from. One stable shape; JSON through serde.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What to do.
    #[serde(flatten)]
    pub action: Action,
    /// The strongest reason for it.
    pub reason: Reason,
    /// Every reason to hand over that held, strongest first; empty for a caller who is not handed over.
    #[serde(default)]
    pub signals: Vec<Reason>,
    /// The probability that the first intent is right; `None` where no calibration speaks of this turn.
    pub confidence: Option<Confidence>,
    /// Every intent, most likely first; empty where nothing was classified.
    #[serde(default)]
    pub ranking: Vec<Ranked>,
    /// What was said; `None` where nothing was.
    pub transcript: Option<Words>,
    /// What the sound and the speech engine say.
    #[serde(default)]
    pub evidence: Evidence,
    /// How long each stage took.
    #[serde(default)]
    pub timings: Timings,
}

impl Decision {
    /// The intent to automate; `None` for every other action.
    #[must_use]
    pub fn automated(&self) -> Option<&IntentId> {
        match &self.action {
            Action::Automate { intent } => Some(intent),
            Action::Clarify { .. } | Action::HandOff(_) => None,
        }
    }

    /// The hand-off; `None` for every other action.
    #[must_use]
    pub fn hand_off(&self) -> Option<&HandOff> {
        match &self.action {
            Action::HandOff(hand_off) => Some(hand_off),
            Action::Automate { .. } | Action::Clarify { .. } => None,
        }
    }
}

/// The answer of last resort, for code that has neither policy nor desk at hand: the general queue, now.
///
/// [`Policy::decide`](super::Policy::decide) with [`Heard::failed`](super::Heard::failed) knows more ways.
impl From<&Error> for Decision {
    fn from(error: &Error) -> Self {
        let reason = Reason::from(Failure::from(error));
        let way = Way::Queue { queue: QueueId::default(), ahead: None, wait_seconds: None };
        Self {
            action: Action::HandOff(HandOff {
                queue: QueueId::default(),
                priority: Priority::NORMAL,
                authority: Authority::LookUp,
                ways: Ways::new(way, Vec::new()),
                brief: Box::default(),
            }),
            reason,
            signals: vec![reason],
            confidence: None,
            ranking: Vec::new(),
            transcript: None,
            evidence: Evidence::default(),
            timings: Timings::default(),
        }
    }
}

impl From<Error> for Decision {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

/// What to do with the caller. Complete: there is no fourth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Serve the wish by machine: the risk is within the operator's target.
    Automate {
        /// The wish.
        intent: IntentId,
    },
    /// Ask once which of two or three wishes it is.
    Clarify {
        /// The question.
        question: Question,
    },
    /// Connect a person.
    HandOff(HandOff),
}

impl Action {
    /// The stable name: `automate`, `clarify` or `hand_off`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Automate { .. } => "automate",
            Self::Clarify { .. } => "clarify",
            Self::HandOff(_) => "hand_off",
        }
    }
}

/// A question with the wishes it chooses among.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// As it is spoken, in the caller's language. It says that a person may be asked for.
    pub text: String,
    /// The language of the text.
    pub language: Language,
    /// The wishes, in the order of the text; empty where the caller is only asked to say it again.
    pub intents: Vec<IntentId>,
}

/// How a caller reaches a person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOff {
    /// Whose work it is.
    pub queue: QueueId,
    /// How soon, against other callers.
    pub priority: Priority,
    /// What the person must be allowed to decide.
    pub authority: Authority,
    /// How to reach one, best first; never empty.
    pub ways: Ways,
    /// What the person should know, so that the caller need not say it again.
    pub brief: Box<Brief>,
}

/// Why a decision was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The calibrated risk is within the target: automated.
    Confident,
    /// Two or three intents share the probability: asked.
    Ambiguous,
    /// The caller asks for a person.
    AskedForHuman,
    /// The caller may be asking for a person.
    MaybeAskedForHuman,
    /// The last hand-off reached nobody.
    HandOffFailed,
    /// A promised callback is past its due time, or the caller reports so.
    PromiseBroken,
    /// Harassment, fraud, a lost card: a person at once.
    Urgent,
    /// The wish needs more authority than the machine or the last person has.
    NeedsAuthority,
    /// The caller rejects the last answer.
    AnswerRejected,
    /// The same wish again, after it was served or asked about.
    RepeatedWish,
    /// A second turn was not understood.
    TooManyFailures,
    /// The caller is angry or worn out.
    Frustration,
    /// A long silence.
    Silence,
    /// The turn missed its deadline.
    Deadline,
    /// Every worker is busy.
    Overloaded,
    /// Something broke: file, engine, setting.
    Failure,
    /// Nobody spoke.
    NoSpeech,
    /// Somebody spoke, but the text cannot be trusted.
    Unreliable,
    /// No known intent fits.
    OutOfScope,
    /// No calibration allows anything to be automated.
    Uncalibrated,
    /// The confidence is below the target, or a person may be wanted though the words do not say so.
    LowConfidence,
    /// The caller was handed over before and no person has answered yet.
    Waiting,
    /// The wait for a person has grown past the limit: a callback is offered without losing the place.
    WaitGrew,
    /// Keys were pressed that answer no question.
    Digits,
}

impl Reason {
    /// Whether a decision for this reason means that the turn was not understood.
    #[must_use]
    pub const fn is_unclear(self) -> bool {
        matches!(
            self,
            Self::Ambiguous
                | Self::TooManyFailures
                | Self::Silence
                | Self::Deadline
                | Self::Overloaded
                | Self::Failure
                | Self::NoSpeech
                | Self::Unreliable
                | Self::OutOfScope
                | Self::Uncalibrated
                | Self::LowConfidence
                | Self::Digits
        )
    }
}

impl From<Failure> for Reason {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Deadline => Self::Deadline,
            Failure::Overloaded => Self::Overloaded,
            Failure::Audio
            | Failure::Model
            | Failure::Transcribe
            | Failure::Classify
            | Failure::Crash
            | Failure::Settings
            | Failure::Io => Self::Failure,
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.serialize(f)
    }
}

/// What was said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// The text taken.
    pub text: String,
    /// Its language; `None` where it is not known.
    pub language: Option<Language>,
    /// Other readings, most likely first.
    #[serde(default)]
    pub alternatives: Vec<String>,
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({:?}, {} bytes, {} other)", self.language, self.text.len(), self.alternatives.len())
    }
}

/// What the sound and the speech engine say of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Evidence {
    /// The sound; `None` for text.
    pub speech: Option<SpeechEvidence>,
    /// The speech engine; `None` for text.
    pub transcription: Option<TranscriptEvidence>,
}

/// How long each stage took, in milliseconds; 0 for a stage that did not run.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// Reading, resampling and looking for speech.
    pub listen_ms: f32,
    /// Speech to text.
    pub transcribe_ms: f32,
    /// Text to scores.
    pub classify_ms: f32,
    /// From the sound given to the decision taken.
    pub total_ms: f32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{AudioError, EngineError};

    #[test]
    fn every_error_is_a_hand_off_with_its_reason() {
        for (error, reason) in [
            (Error::Audio(AudioError::Empty), Reason::Failure),
            (Error::Transcribe(EngineError::Deadline { limit_ms: 9 }), Reason::Deadline),
            (Error::Classify(EngineError::Overloaded { waiting: 3, limit: 2 }), Reason::Overloaded),
            (Error::Transcribe(EngineError::Panicked { text: "oh".to_owned() }), Reason::Failure),
        ] {
            let decision = Decision::from(error);
            assert_eq!(decision.reason, reason);
            assert_eq!(decision.hand_off().map(|hand_off| hand_off.ways.len()), Some(1));
        }
    }

    #[test]
    fn the_json_is_flat_and_in_snake_case() {
        let json = serde_json::to_value(Decision::from(Error::Audio(AudioError::Empty))).expect("plain data");
        assert_eq!(json["action"], "hand_off");
        assert_eq!(json["reason"], "failure");
        assert_eq!(json["ways"][0]["way"], "queue");
        assert_eq!(json["authority"]["level"], "look_up");
        assert_eq!(Reason::MaybeAskedForHuman.to_string(), "maybe_asked_for_human");
    }

    #[test]
    fn a_hand_off_without_a_way_cannot_be_read() {
        let mut json = serde_json::to_value(Decision::from(Error::Audio(AudioError::Empty))).expect("plain data");
        json["ways"] = serde_json::json!([]);
        let refused = serde_json::from_value::<Decision>(json).expect_err("no way").to_string();
        assert!(refused.contains("a hand-off has no way to a person"), "{refused}");
    }

    #[test]
    fn debug_prints_no_words() {
        let words = Words {
            text: "订单 20260311".to_owned(),
            language: Some(Language::Zh),
            alternatives: vec!["订单".to_owned()],
        };
        assert_eq!(format!("{words:?}"), "Words(Some(Zh), 15 bytes, 1 other)");
    }
}
