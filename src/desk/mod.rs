//! The people who can be reached: a state of their queues at one moment, given to each decision.

mod hours;

pub use hours::{Day, Hours, Shift, Weekly};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::policy::Authority;

/// The name of a queue of people: `refunds`. Never blank: a way to nowhere is no way to a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct QueueId(String);

impl QueueId {
    /// The queue of a caller about whom nothing is known.
    pub const PEOPLE: &'static str = "people";

    /// Wraps a name; a blank one becomes [`QueueId::PEOPLE`].
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        if name.trim().is_empty() { Self(Self::PEOPLE.to_owned()) } else { Self(name) }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for QueueId {
    fn from(name: String) -> Self {
        Self::new(name)
    }
}

impl From<QueueId> for String {
    fn from(id: QueueId) -> Self {
        id.0
    }
}

impl Default for QueueId {
    fn default() -> Self {
        Self::new(Self::PEOPLE)
    }
}

impl std::fmt::Display for QueueId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// What is known of the people at one moment. The clock of every decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// The moment.
    pub now: Timestamp,
    /// Queues of people; may be empty.
    #[serde(default)]
    pub queues: Vec<Queue>,
    /// Ways to a person that are no telephone queue: a counter, a chat with people.
    #[serde(default)]
    pub channels: Vec<Channel>,
}

impl Desk {
    /// One queue that is always open with a person free: for a service that does its own queueing.
    #[must_use]
    pub fn always_open(now: Timestamp) -> Self {
        Self { now, queues: vec![Queue::open(QueueId::default(), 1)], channels: Vec::new() }
    }

    /// The queue of this name.
    #[must_use]
    pub fn queue(&self, id: &QueueId) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == *id)
    }
}

/// One queue of people at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Its name.
    pub id: QueueId,
    /// When people are there.
    #[serde(default)]
    pub hours: Hours,
    /// What its people may decide.
    #[serde(default)]
    pub authority: Authority,
    /// People who could pick up at once.
    #[serde(default)]
    pub agents_available: u32,
    /// Callers waiting.
    #[serde(default)]
    pub waiting: u32,
    /// How long the next caller will wait; `None` where nobody measures it.
    #[serde(default)]
    pub expected_wait_seconds: Option<u32>,
    /// Callers who may wait; 0 for a queue that takes none.
    #[serde(default = "unlimited")]
    pub capacity: u32,
}

impl Queue {
    /// A queue open day and night whose people may decide anything.
    #[must_use]
    pub fn open(id: QueueId, agents_available: u32) -> Self {
        Self {
            id,
            hours: Hours::Always,
            authority: Authority::Safety,
            agents_available,
            waiting: 0,
            expected_wait_seconds: None,
            capacity: u32::MAX,
        }
    }

    /// Whether someone picks up at once.
    #[must_use]
    pub fn is_free(&self, now: Timestamp) -> bool {
        self.agents_available > self.waiting && self.hours.is_open(now)
    }

    /// Whether a caller can wait in it.
    #[must_use]
    pub fn takes_callers(&self, now: Timestamp) -> bool {
        self.waiting < self.capacity && self.hours.is_open(now)
    }
}

const fn unlimited() -> u32 {
    u32::MAX
}

/// A way to people that is no telephone queue.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    /// What it is called, as the caller is told: `counter`, `chat`.
    pub name: String,
    /// Where it is.
    pub address: String,
    /// When people are there.
    #[serde(default)]
    pub hours: Hours,
}
