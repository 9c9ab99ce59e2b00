use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Details;
use crate::promises::PromiseId;
use crate::units::{IntentId, Language};

use super::Reason;

/// What the person who picks up should know before saying hello.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Brief {
    /// The wish in one line, in the caller's language.
    pub wish: String,
    /// The likely intent; `None` where none fits. Not a promise: see the decision's confidence.
    pub intent: Option<IntentId>,
    /// What was tried, oldest first.
    pub tried: Vec<Tried>,
    /// What the caller said, oldest first.
    pub said: Vec<Said>,
    /// The caller's language; `None` where nothing was said.
    pub language: Option<Language>,
    /// How the caller feels, as far as words, level and repeats tell.
    pub mood: Mood,
    /// How often a person was asked for.
    pub asked_times: u32,
    /// Seconds since a person was first asked for or offered.
    pub waited_seconds: u32,
    /// Seconds since the call began.
    pub call_seconds: u32,
    /// Sums, dates and numbers heard.
    pub details: Details,
    /// Promises to this caller that were broken.
    pub broken_promises: Vec<PromiseId>,
}

impl std::fmt::Debug for Brief {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Brief")
            .field("wish_bytes", &self.wish.len())
            .field("intent", &self.intent)
            .field("tried", &self.tried)
            .field("said", &self.said.len())
            .field("language", &self.language)
            .field("mood", &self.mood)
            .field("asked_times", &self.asked_times)
            .field("waited_seconds", &self.waited_seconds)
            .field("call_seconds", &self.call_seconds)
            .field("details", &self.details)
            .field("broken_promises", &self.broken_promises)
            .finish()
    }
}

/// One line of what the caller said.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: Timestamp,
    /// The words.
    pub text: String,
}

impl std::fmt::Debug for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Said({}, {} bytes)", self.at, self.text.len())
    }
}

/// One thing that was tried for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// When.
    pub at: Timestamp,
    /// What: `automate`, `clarify`, `hand_off`, `hand_off_failed`, `callback_missed`, `answered`.
    pub what: String,
    /// Why.
    pub reason: Option<Reason>,
}

/// How the caller feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Nothing unusual.
    #[default]
    Calm,
    /// Repeats, or speaks up.
    Impatient,
    /// Says so.
    Angry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_prints_nothing_that_was_said() {
        let said = Said { at: Timestamp::UNIX_EPOCH, text: "订单 20260311".to_owned() };
        let brief = Brief { wish: "refund for 20260311".to_owned(), said: vec![said.clone()], ..Brief::default() };
        for printed in [format!("{said:?}"), format!("{brief:?}")] {
            assert!(!printed.contains("20260311"), "{printed}");
        }
        assert_eq!(format!("{said:?}"), "Said(1970-01-01T00:00:00Z, 15 bytes)");
    }
}
