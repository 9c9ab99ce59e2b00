use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::{Answered, Call, CallId, Event, Turn};
use crate::human::PersonRequest;
use crate::policy::Reason;
use crate::promises::{Promise, PromiseState};

/// When a caller asked for a person, was handed over and was answered: what a call proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// The call.
    pub call: CallId,
    /// When it began.
    pub started: Timestamp,
    /// The first request for a person; `None` where nobody asked.
    pub first_request: Option<Timestamp>,
    /// The first hand-off; `None` where there was none.
    pub first_hand_off: Option<Timestamp>,
    /// When a person first answered; `None` where none did.
    pub answered: Option<Timestamp>,
    /// Requests up to the first hand-off, that one included: 1 where the first ask was enough, 0 where nobody asked.
    pub requests_before_hand_off: u32,
    /// Whether the call ended while a person was owed, and no callback had been promised.
    pub abandoned: bool,
    /// Promises given in this call whose time has come or that are settled.
    pub promises_due: u32,
    /// Those of them kept in time.
    pub promises_kept: u32,
}

impl Proof {
    /// What `call` proves at `now`.
    #[must_use]
    pub fn of(call: &Call, now: Timestamp) -> Self {
        let turns = call.turns();
        let first = |is: fn(&Turn) -> bool| turns.iter().find(|turn| is(turn)).map(|turn| turn.at);
        let answered = first(is_answered);
        let due = call.promises.iter().filter(|promise| promise.call == call.id && is_due(promise, now));
        Self {
            call: call.id.clone(),
            started: call.started,
            first_request: first(is_request),
            first_hand_off: first(is_hand_off),
            answered,
            requests_before_hand_off: requests_before_hand_off(turns),
            abandoned: is_abandoned(turns),
            promises_due: count(due.clone()),
            promises_kept: count(due.filter(|promise| is_kept_in_time(promise))),
        }
    }

    /// Since when a person was owed: the first request or hand-off. `None` where the machine served the caller.
    #[must_use]
    pub fn owed_since(&self) -> Option<Timestamp> {
        [self.first_request, self.first_hand_off].into_iter().flatten().min()
    }

    /// Seconds from then until a person answered; `None` where none was owed or none answered.
    #[must_use]
    pub fn waited_seconds(&self) -> Option<f64> {
        let wait = self.answered?.duration_since(self.owed_since()?);
        Some(wait.as_secs_f64().max(0.0))
    }
}

fn is_answered(turn: &Turn) -> bool {
    matches!(turn.event, Event::Answered { .. })
}

fn is_request(turn: &Turn) -> bool {
    let by_words = turn.event.heard().is_some_and(|heard| matches!(heard.person, PersonRequest::Explicit { .. }));
    by_words || turn.answer.as_ref().is_some_and(|answer| answer.has(Reason::AskedForHuman))
}

fn is_hand_off(turn: &Turn) -> bool {
    matches!(turn.answer.as_ref().map(|answer| &answer.what), Some(Answered::HandOff { .. }))
}

fn requests_before_hand_off(turns: &[Turn]) -> u32 {
    let first = turns.iter().position(is_hand_off).map_or(turns.len(), |at| at + 1);
    count(turns.iter().take(first).filter(|turn| is_request(turn)))
}

fn is_abandoned(turns: &[Turn]) -> bool {
    let last_answer = turns.iter().rposition(is_answered).map_or(0, |at| at + 1);
    let since = turns.iter().skip(last_answer);
    let owed = since.clone().any(|turn| is_request(turn) || is_hand_off(turn));
    let promised = since.clone().any(|turn| matches!(turn.event, Event::CallbackPromised(_)));
    let ended = since.clone().any(|turn| matches!(turn.event, Event::Ended));
    owed && ended && !promised
}

fn is_due(promise: &Promise, now: Timestamp) -> bool {
    promise.state != PromiseState::Open || promise.due < now
}

fn is_kept_in_time(promise: &Promise) -> bool {
    matches!(promise.state, PromiseState::Kept { at } if at <= promise.due)
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}
