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

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::call::{CallId, CallerId};
    use crate::promises::PromiseState;

    /// One of each, with everything a caller may say or be called in it.
    fn events() -> Vec<Event> {
        let heard = || Heard { text: "订单 20260311".to_owned(), ..Heard::default() };
        let (queue, promise, now) = (QueueId::default(), PromiseId::new("p-1"), Timestamp::UNIX_EPOCH);
        let made = Promise {
            id: promise.clone(),
            call: CallId::new("c"),
            caller: Some(CallerId::new("13800138000")),
            owner: queue.clone(),
            made: now,
            due: now,
            state: PromiseState::Open,
        };
        vec![
            Event::Utterance(heard()),
            Event::Typed(heard()),
            Event::Digits { digits: "6222020".to_owned() },
            Event::Silence { seconds: 2.5 },
            Event::DeskStatus,
            Event::HandOffFailed { queue: queue.clone(), failure: HandOffFailure::Busy },
            Event::Answered { queue, authority: Authority::Change },
            Event::CallbackPromised(made),
            Event::CallbackMade { promise: promise.clone() },
            Event::CallbackMissed { promise },
            Event::Ended,
        ]
    }

    #[test]
    fn the_name_of_every_event_is_that_of_its_json() {
        for event in events() {
            let json = serde_json::to_value(&event).expect("plain data");
            assert_eq!(json["event"], event.name());
            assert_eq!(serde_json::from_value::<Event>(json).expect("the same"), event);
        }
    }

    #[test]
    fn debug_names_every_event_and_tells_nothing_of_the_caller() {
        for event in events() {
            let printed = format!("{event:?}");
            assert!(printed.starts_with(event.name()), "{printed}");
            for secret in ["订单", "20260311", "13800138000", "6222020"] {
                assert!(!printed.contains(secret), "{printed}");
            }
        }
    }

    #[test]
    fn only_speech_and_text_are_heard() {
        let heard: Vec<_> = events().iter().filter(|event| event.heard().is_some()).map(Event::name).collect();
        assert_eq!(heard, ["utterance", "typed"]);
    }
}
