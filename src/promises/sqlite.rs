use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use crate::call::CallerId;
use crate::error::{Error, PromiseError};

use super::{Promise, PromiseId, PromiseState, Promises, by_due};

/// Promises in a SQLite file. Several processes may share it; a change is on the disk when its call returns.
#[derive(Debug)]
pub struct Sqlite {
    connection: Mutex<Connection>,
}

/// The record is the promise as JSON; the other columns only find it.
const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS promises (
        id TEXT PRIMARY KEY,
        caller TEXT,
        kept INTEGER NOT NULL,
        record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS promises_open ON promises (kept, caller);
";

/// How long a write waits for another process's.
const BUSY: Duration = Duration::from_secs(5);

impl Sqlite {
    /// Opens or creates the file.
    ///
    /// # Errors
    /// [`PromiseError::Store`] where the file cannot be opened or is no such store.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let connection = Connection::open(path).map_err(store)?;
        connection.busy_timeout(BUSY).map_err(store)?;
        // A write-ahead log lets readers go on while one writes; FULL syncs it at every commit, so that a promise
        // outlives a loss of power (sqlite.org/pragma.html#pragma_synchronous).
        connection.pragma_update(None, "journal_mode", "WAL").map_err(store)?;
        connection.pragma_update(None, "synchronous", "FULL").map_err(store)?;
        connection.execute_batch(SCHEMA).map_err(store)?;
        Ok(Self { connection: Mutex::new(connection) })
    }

    /// SQLite rolls back what a dead thread left open.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unkept(&self, caller: Option<&CallerId>) -> Result<Vec<Promise>, Error> {
        let connection = self.lock();
        let mut query = connection
            .prepare_cached("SELECT record FROM promises WHERE kept = 0 AND (?1 IS NULL OR caller = ?1)")
            .map_err(store)?;
        let records =
            query.query_map(params![caller.map(CallerId::as_str)], |row| row.get::<_, String>(0)).map_err(store)?;
        let promises: Result<Vec<_>, Error> = records.map(|record| read(&record.map_err(store)?)).collect();
        Ok(by_due(promises?))
    }
}

impl Promises for Sqlite {
    fn make(&self, promise: &Promise) -> Result<(), Error> {
        let added = self
            .lock()
            .execute(
                "INSERT INTO promises (id, caller, kept, record) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING",
                params![
                    promise.id.as_str(),
                    promise.caller.as_ref().map(CallerId::as_str),
                    is_kept(promise.state),
                    write(promise)?
                ],
            )
            .map_err(store)?;
        if added == 0 {
            return Err(PromiseError::Exists { id: promise.id.as_str().to_owned() }.into());
        }
        Ok(())
    }

    fn settle(&self, id: &PromiseId, state: PromiseState) -> Result<(), Error> {
        let mut connection = self.lock();
        // Immediate: two processes that settle at once see each other's state.
        let change = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(store)?;
        let record: Option<String> = change
            .query_row("SELECT record FROM promises WHERE id = ?1", params![id.as_str()], |row| row.get(0))
            .optional()
            .map_err(store)?;
        let record = record.ok_or_else(|| PromiseError::Unknown { id: id.as_str().to_owned() })?;
        let settled = read(&record)?.settled(state)?;
        change
            .execute(
                "UPDATE promises SET kept = ?2, record = ?3 WHERE id = ?1",
                params![id.as_str(), is_kept(state), write(&settled)?],
            )
            .map_err(store)?;
        change.commit().map_err(store)
    }

    fn owed_to(&self, caller: &CallerId) -> Result<Vec<Promise>, Error> {
        self.unkept(Some(caller))
    }

    fn overdue(&self, now: Timestamp) -> Result<Vec<Promise>, Error> {
        let mut unkept = self.unkept(None)?;
        unkept.retain(|promise| promise.is_broken(now));
        Ok(unkept)
    }
}

fn is_kept(state: PromiseState) -> bool {
    matches!(state, PromiseState::Kept { .. })
}

fn write(promise: &Promise) -> Result<String, Error> {
    serde_json::to_string(promise).map_err(store)
}

fn read(record: &str) -> Result<Promise, Error> {
    serde_json::from_str(record).map_err(store)
}

fn store(error: impl std::fmt::Display) -> Error {
    PromiseError::Store { text: error.to_string() }.into()
}
