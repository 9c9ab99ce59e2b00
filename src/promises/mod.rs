//! Promises of a callback: made, kept or broken, and never forgotten.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use memory::InMemory;
#[cfg(feature = "sqlite")]
pub use sqlite::Sqlite;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Call, CallId, CallerId};
use crate::desk::QueueId;
use crate::error::{Error, PromiseError};
use crate::policy::Way;

/// Where promises are kept. Open: a service's own database fits behind it.
pub trait Promises: Send + Sync {
    /// Keeps a new promise. It is stored when this returns.
    ///
    /// # Errors
    /// [`PromiseError::Exists`] where the name is taken, [`PromiseError::Store`] where the store failed.
    fn make(&self, promise: &Promise) -> Result<(), Error>;

    /// Notes what has become of a promise.
    ///
    /// # Errors
    /// [`PromiseError::Unknown`] for a name nobody made, [`PromiseError::Settled`] for a promise that is kept already
    /// or a state that is `Open`, [`PromiseError::Store`] where the store failed.
    fn settle(&self, id: &PromiseId, state: PromiseState) -> Result<(), Error>;

    /// Every promise to this caller that is not kept, earliest due first.
    ///
    /// # Errors
    /// [`PromiseError::Store`] where the store failed.
    fn owed_to(&self, caller: &CallerId) -> Result<Vec<Promise>, Error>;

    /// Every promise that is broken at `now`, earliest due first: the desk's list of whom to call at once.
    ///
    /// # Errors
    /// [`PromiseError::Store`] where the store failed.
    fn overdue(&self, now: Timestamp) -> Result<Vec<Promise>, Error>;

    /// Adds what is owed to the caller to the call, so that a caller with a broken promise is recognised and put
    /// first. To be done when a call begins; a caller without a number is owed nothing that can be found.
    ///
    /// # Errors
    /// As [`Promises::owed_to`].
    fn recognise(&self, call: &mut Call) -> Result<(), Error> {
        let owed = call.caller.as_ref().map(|caller| self.owed_to(caller)).transpose()?;
        owed.into_iter().flatten().for_each(|promise| call.add_promise(&promise));
        Ok(())
    }
}

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
    /// The promise that taking this way makes; `None` for a way that is no callback.
    #[must_use]
    pub fn of_way(id: PromiseId, call: &Call, way: &Way, made: Timestamp) -> Option<Self> {
        let Way::Callback { queue, due, .. } = way else { return None };
        Some(Self {
            id,
            call: call.id.clone(),
            caller: call.caller.clone(),
            owner: queue.clone(),
            made,
            due: *due,
            state: PromiseState::Open,
        })
    }

    /// The same promise in another state; a kept one stays kept, and none is opened again.
    fn settled(&self, state: PromiseState) -> Result<Self, PromiseError> {
        let is_final = matches!(self.state, PromiseState::Kept { .. });
        if is_final || state == PromiseState::Open {
            let id = self.id.as_str().to_owned();
            return Err(PromiseError::Settled { id, from: self.state.name(), to: state.name() });
        }
        Ok(Self { state, ..self.clone() })
    }

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

impl PromiseState {
    /// The stable name: `open`, `kept` or `missed`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Kept { .. } => "kept",
            Self::Missed { .. } => "missed",
        }
    }
}

fn by_due(mut promises: Vec<Promise>) -> Vec<Promise> {
    promises.sort_by(|a, b| (a.due, &a.id).cmp(&(b.due, &b.id)));
    promises
}

#[cfg(test)]
mod tests;
