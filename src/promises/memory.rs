use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use crate::call::CallerId;
use crate::error::{Error, PromiseError};

use super::{Promise, PromiseId, PromiseState, Promises, by_due};

/// Promises in memory: for tests, and for a service that stores its calls elsewhere. Gone with the process.
#[derive(Debug, Default)]
pub struct InMemory {
    promises: Mutex<BTreeMap<PromiseId, Promise>>,
}

impl InMemory {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Each change is one insertion, so a thread that died while holding the lock left nothing half done.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<PromiseId, Promise>> {
        self.promises.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn select(&self, wanted: impl Fn(&Promise) -> bool) -> Vec<Promise> {
        by_due(self.lock().values().filter(|promise| wanted(promise)).cloned().collect())
    }
}

impl Promises for InMemory {
    fn make(&self, promise: &Promise) -> Result<(), Error> {
        let mut promises = self.lock();
        if promises.contains_key(&promise.id) {
            return Err(PromiseError::Exists { id: promise.id.as_str().to_owned() }.into());
        }
        promises.insert(promise.id.clone(), promise.clone());
        Ok(())
    }

    fn settle(&self, id: &PromiseId, state: PromiseState) -> Result<(), Error> {
        let mut promises = self.lock();
        let known = promises.get(id).ok_or_else(|| PromiseError::Unknown { id: id.as_str().to_owned() })?;
        let settled = known.settled(state)?;
        promises.insert(id.clone(), settled);
        Ok(())
    }

    fn owed_to(&self, caller: &CallerId) -> Result<Vec<Promise>, Error> {
        let is_kept = |promise: &Promise| matches!(promise.state, PromiseState::Kept { .. });
        Ok(self.select(|promise| promise.caller.as_ref() == Some(caller) && !is_kept(promise)))
    }

    fn overdue(&self, now: Timestamp) -> Result<Vec<Promise>, Error> {
        Ok(self.select(|promise| promise.is_broken(now)))
    }
}
