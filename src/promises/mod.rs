//! Promises of a callback: made, kept or broken, and never forgotten.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{CallId, CallerId};
use crate::desk::QueueId;

/// The name of a promise in its store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PromiseId(String);

impl PromiseId {
    /// Wraps a name. It must be unique in the store.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A callback somebody owes a caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// Its name in the store.
    pub id: PromiseId,
    /// The call in which it was given.
    pub call: CallId,
    /// Whom to call; `None` where the number is hidden and the caller has not named one.
    pub caller: Option<CallerId>,
    /// The queue whose people owe it.
    pub owner: QueueId,
    /// When it was given.
    pub made: Timestamp,
    /// The latest moment for the call.
    pub due: Timestamp,
    /// What has become of it.
    #[serde(default)]
    pub state: PromiseState,
}

impl Promise {
    /// Whether it is broken at `now`: missed, or still open past its due time.
    #[must_use]
    pub fn is_broken(&self, now: Timestamp) -> bool {
        match self.state {
            PromiseState::Open => self.due < now,
            PromiseState::Missed { .. } => true,
            PromiseState::Kept { .. } => false,
        }
    }
}

/// What has become of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PromiseState {
    /// Nobody has called yet.
    #[default]
    Open,
    /// The caller was reached.
    Kept {
        /// When.
        at: Timestamp,
    },
    /// Somebody tried in vain, or too late, and said so.
    Missed {
        /// When.
        at: Timestamp,
    },
}
