use serde::{Deserialize, Serialize};

use crate::desk::QueueId;
use crate::policy::{Authority, Heard};
use crate::promises::{Promise, PromiseId};

/// Something that happens in a call.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The caller spoke.
    Utterance(Heard),
    /// The caller wrote.
    Typed(Heard),
    /// The caller pressed keys: `0` to `9`, `*`, `#`.
    Digits {
        /// The keys, in order.
        digits: String,
    },
    /// The caller said nothing.
    Silence {
        /// For how long.
        seconds: f32,
    },
    /// The desks have changed, or time has passed, while the caller waits.
    DeskStatus,
    /// A hand-off reached nobody.
    HandOffFailed {
        /// Where it was tried.
        queue: QueueId,
        /// What happened.
        failure: HandOffFailure,
    },
    /// A person answered the caller.
    Answered {
        /// Whose.
        queue: QueueId,
        /// What that person may decide.
        authority: Authority,
    },
    /// The caller took the offer of a callback.
    CallbackPromised(Promise),
    /// A promised callback was made, and the caller reached.
    CallbackMade {
        /// Which promise.
        promise: PromiseId,
    },
    /// A promised callback was not made in time, or did not reach the caller.
    CallbackMissed {
        /// Which promise.
        promise: PromiseId,
    },
    /// The call is over: the caller was served or hung up.
    Ended,
}

impl Event {
    /// What was heard or read; `None` for every other event.
    #[must_use]
    pub const fn heard(&self) -> Option<&Heard> {
        match self {
            Self::Utterance(heard) | Self::Typed(heard) => Some(heard),
            _ => None,
        }
    }

    /// The stable name: `hand_off_failed`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Utterance(_) => "utterance",
            Self::Typed(_) => "typed",
            Self::Digits { .. } => "digits",
            Self::Silence { .. } => "silence",
            Self::DeskStatus => "desk_status",
            Self::HandOffFailed { .. } => "hand_off_failed",
            Self::Answered { .. } => "answered",
            Self::CallbackPromised(_) => "callback_promised",
            Self::CallbackMade { .. } => "callback_made",
            Self::CallbackMissed { .. } => "callback_missed",
            Self::Ended => "ended",
        }
    }
}

impl std::fmt::Debug for Event {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Utterance(heard) | Self::Typed(heard) => write!(f, "{}({heard:?})", self.name()),
            Self::Digits { digits } => write!(f, "digits({} keys)", digits.len()),
            Self::Silence { seconds } => write!(f, "silence({seconds} s)"),
            Self::HandOffFailed { queue, failure } => {
                write!(f, "hand_off_failed({queue}, {failure:?})")
            }
            Self::Answered { queue, authority } => write!(f, "answered({queue}, {authority:?})"),
            Self::CallbackPromised(promise) => write!(f, "callback_promised({promise:?})"),
            Self::CallbackMade { promise } | Self::CallbackMissed { promise } => {
                write!(f, "{}({promise:?})", self.name())
            }
            Self::DeskStatus | Self::Ended => f.write_str(self.name()),
        }
    }
}

/// How a hand-off can reach nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HandOffFailure {
    /// It rang and nobody picked up.
    NoAnswer,
    /// The line is busy.
    Busy,
    /// The person refused it.
    Declined,
    /// A machine answered.
    Voicemail,
    /// The caller hung up while waiting.
    CallerHungUp,
    /// The telephone system could not connect.
    TransferError,
}
