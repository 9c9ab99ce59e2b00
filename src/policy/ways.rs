use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::QueueId;

/// At least one way to a person, best first. As JSON a list; an empty list is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Way>", into = "Vec<Way>")]
pub struct Ways {
    best: Way,
    others: Vec<Way>,
}

impl Ways {
    /// The best way, then the others, best first.
    #[must_use]
    pub const fn new(best: Way, others: Vec<Way>) -> Self {
        Self { best, others }
    }

    /// The best way.
    #[must_use]
    pub const fn best(&self) -> &Way {
        &self.best
    }

    /// Every way, best first.
    pub fn iter(&self) -> impl Iterator<Item = &Way> {
        std::iter::once(&self.best).chain(&self.others)
    }

    /// How many there are: at least 1.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "it never is")]
    pub fn len(&self) -> usize {
        1 + self.others.len()
    }
}

/// A hand-off without a way to a person was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a hand-off has no way to a person")]
pub struct NoWay;

impl TryFrom<Vec<Way>> for Ways {
    type Error = NoWay;

    fn try_from(mut ways: Vec<Way>) -> Result<Self, NoWay> {
        if ways.is_empty() {
            return Err(NoWay);
        }
        let others = ways.split_off(1);
        ways.pop().map(|best| Self { best, others }).ok_or(NoWay)
    }
}

impl From<Ways> for Vec<Way> {
    fn from(ways: Ways) -> Self {
        std::iter::once(ways.best).chain(ways.others).collect()
    }
}

/// One way to a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "way", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Way {
    /// Somebody picks up now.
    Now {
        /// Where.
        queue: QueueId,
    },
    /// The caller waits, and is told how long.
    Queue {
        /// Where.
        queue: QueueId,
        /// Callers ahead; `None` where the queue is not known.
        ahead: Option<u32>,
        /// The wait to tell; `None` where nobody measures it.
        wait_seconds: Option<u32>,
    },
    /// A person calls back.
    Callback {
        /// Who owes it.
        queue: QueueId,
        /// The latest moment.
        due: Timestamp,
        /// Whether the caller keeps the place in the queue meanwhile.
        keeps_place: bool,
        /// Whether the number is known; otherwise it must be asked for.
        number_known: bool,
    },
    /// People who are reached otherwise.
    Channel {
        /// What it is called.
        name: String,
        /// Where it is.
        address: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    fn channel(name: &str) -> Way {
        Way::Channel { name: name.to_owned(), address: String::new() }
    }

    #[test]
    fn a_list_of_ways_keeps_its_order_there_and_back() {
        let list = vec![channel("a"), channel("b"), channel("c")];
        let ways = Ways::try_from(list.clone()).expect("three ways");
        assert_eq!((ways.best(), ways.len()), (&channel("a"), 3));
        assert!(ways.iter().eq(&list));
        assert_eq!(Vec::from(ways), list);
    }

    #[test]
    fn no_way_is_refused() {
        assert_eq!(Ways::try_from(Vec::new()), Err(NoWay));
    }
}
