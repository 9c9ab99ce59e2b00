//! A call so far: plain data, given to each decision and given back, so that any machine can take the next turn.

mod details;
mod direction;
mod event;

pub use details::Details;
pub use direction::Direction;
pub use event::{Event, HandOffFailure};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::QueueId;
use crate::policy::{Action, Decision, Reason};
use crate::promises::{Promise, PromiseState};
use crate::units::{IntentId, Language};

/// The name of a call, given by the service that answers it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallId(String);

impl CallId {
    /// Wraps a name.
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

/// Who calls: a telephone or customer number. Not printed by `Debug`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CallerId(String);

impl CallerId {
    /// Wraps a number.
    #[must_use]
    pub fn new(number: impl Into<String>) -> Self {
        Self(number.into())
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for CallerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CallerId({} bytes)", self.0.len())
    }
}

/// What has happened in a call so far.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// The form of this record.
    version: Version,
    /// Its name.
    pub id: CallId,
    /// Who calls; `None` where the number is hidden.
    pub caller: Option<CallerId>,
    /// When it began.
    pub started: Timestamp,
    /// Everything that happened, oldest first.
    #[serde(default, deserialize_with = "read_turns")]
    turns: Vec<Turn>,
    /// Callbacks owed to this caller, from this call and earlier ones.
    #[serde(default)]
    pub promises: Vec<Promise>,
}

impl Call {
    /// A call that begins now.
    #[must_use]
    pub fn new(id: CallId, started: Timestamp) -> Self {
        Self { version: Version, id, caller: None, started, turns: Vec::new(), promises: Vec::new() }
    }

    /// A call that begins now, named by its time: for a service that keeps no names of calls.
    #[must_use]
    pub fn at(started: Timestamp) -> Self {
        Self::new(CallId::new(started.to_string()), started)
    }

    /// The same call from a known number.
    #[must_use]
    pub fn from_caller(self, caller: CallerId) -> Self {
        Self { caller: Some(caller), ..self }
    }

    /// Everything that happened, oldest first.
    #[must_use]
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// The language last heard; `None` where nothing was said.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.turns.iter().rev().find_map(|turn| turn.event.heard()?.language)
    }

    /// Notes what happened at `at` and what was decided; `decision` is `None` for an event that needed none.
    pub fn record(&mut self, at: Timestamp, event: Event, decision: Option<&Decision>) {
        self.note_promise(at, &event);
        self.turns.push(Turn { at, event: trimmed(event), answer: decision.map(Answer::from) });
    }

    fn note_promise(&mut self, at: Timestamp, event: &Event) {
        let (id, state) = match event {
            Event::CallbackPromised(promise) => return self.add_promise(promise),
            Event::CallbackMade { promise } => (promise, PromiseState::Kept { at }),
            Event::CallbackMissed { promise } => (promise, PromiseState::Missed { at }),
            _ => return,
        };
        for promise in self.promises.iter_mut().filter(|promise| promise.id == *id) {
            promise.state = state;
        }
    }

    /// Adds a promise that the call does not know yet.
    pub(crate) fn add_promise(&mut self, promise: &Promise) {
        if self.promises.iter().all(|known| known.id != promise.id) {
            self.promises.push(promise.clone());
        }
    }
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Call")
            .field("id", &self.id)
            .field("caller", &self.caller)
            .field("started", &self.started)
            .field("turns", &self.turns)
            .field("promises", &self.promises)
            .finish_non_exhaustive()
    }
}

/// One thing that happened in a call, and what was answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// What.
    #[serde(flatten)]
    pub event: Event,
    /// What was decided; `None` for an event that needed no decision.
    pub answer: Option<Answer>,
}

/// What was decided, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// Why.
    pub reason: Reason,
    /// Every reason to hand over that held.
    #[serde(default)]
    pub signals: Vec<Reason>,
    /// What.
    #[serde(flatten)]
    pub what: Answered,
}

/// The action of an [`Answer`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Answered {
    /// A wish was served by machine.
    Automate {
        /// Which.
        intent: IntentId,
    },
    /// A question was asked.
    Clarify {
        /// Among which wishes.
        intents: Vec<IntentId>,
    },
    /// A person was to be reached.
    HandOff {
        /// Where.
        queue: QueueId,
    },
}

impl From<&Decision> for Answer {
    fn from(decision: &Decision) -> Self {
        let what = match &decision.action {
            Action::Automate { intent } => Answered::Automate { intent: intent.clone() },
            Action::Clarify { question } => Answered::Clarify { intents: question.intents.clone() },
            Action::HandOff(hand_off) => Answered::HandOff { queue: hand_off.queue.clone() },
        };
        Self { reason: decision.reason, signals: decision.signals.clone(), what }
    }
}

impl Answer {
    /// Whether this reason held, first or not.
    #[must_use]
    pub fn has(&self, reason: Reason) -> bool {
        self.reason == reason || self.signals.contains(&reason)
    }
}

/// Intents kept of a past turn: enough to see a repeated wish and to tell a person.
const RANKING_KEPT: usize = 3;

fn trimmed(mut event: Event) -> Event {
    match &mut event {
        Event::Utterance(heard) | Event::Typed(heard) => {
            heard.ranking.truncate(RANKING_KEPT);
            heard.make_finite();
        }
        // JSON has no infinity and no NaN: a record that holds one cannot be read on the next machine.
        Event::Silence { seconds } if !seconds.is_finite() => *seconds = f32::MAX,
        _ => {}
    }
    event
}

/// A number too large for 32 bits is read as an infinity, which could not be written again.
fn read_turns<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Vec<Turn>, D::Error> {
    let turns = Vec::<Turn>::deserialize(source)?;
    Ok(turns.into_iter().map(|turn| Turn { event: trimmed(turn.event), ..turn }).collect())
}

/// The form of the record, written as a number and checked when read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl Version {
    const NUMBER: u32 = 1;
}

impl From<Version> for u32 {
    fn from(_: Version) -> Self {
        Version::NUMBER
    }
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(found: u32) -> Result<Self, String> {
        if found == Self::NUMBER {
            return Ok(Self);
        }
        Err(format!("call record version {found}, expected {}", Self::NUMBER))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Domain, Heard, Outcome, Policy};
    use crate::promises::PromiseId;

    const SECRET: &str = "订单 20260311";

    fn call() -> Call {
        let now = Timestamp::UNIX_EPOCH;
        let desk = crate::desk::Desk::always_open(now);
        let mut call = Call::new(CallId::new("c"), now).from_caller(CallerId::new("13800138000"));
        let heard = Heard { outcome: Outcome::Understood, text: SECRET.to_owned(), ..Heard::default() };
        let event = Event::Utterance(heard);
        let decision = Policy::new(Domain::plain(&[])).respond(&call, &event, &desk);
        call.record(now, event, decision.as_ref());
        call.record(now, Event::Digits { digits: "6222020".to_owned() }, decision.as_ref());
        call
    }

    #[test]
    fn debug_prints_nothing_that_was_said() {
        let printed = format!("{:?}", call());
        for secret in ["订单", "20260311", "13800138000", "6222020"] {
            assert!(!printed.contains(secret), "{printed}");
        }
    }

    #[test]
    fn a_call_goes_through_json_and_says_its_version() {
        let json = serde_json::to_value(call()).expect("plain data");
        assert_eq!(json["version"], 1);
        assert_eq!(json["turns"][0]["event"], "utterance");
        assert_eq!(json["turns"][0]["answer"]["action"], "hand_off");
        assert_eq!(serde_json::from_value::<Call>(json.clone()).expect("the same"), call());
        let mut newer = json;
        newer["version"] = 2.into();
        let refused = serde_json::from_value::<Call>(newer).expect_err("another form").to_string();
        assert!(refused.contains("call record version 2, expected 1"), "{refused}");
    }

    fn promise(name: &str) -> Promise {
        let now = Timestamp::UNIX_EPOCH;
        let (id, call, owner) = (PromiseId::new(name), CallId::new("c"), QueueId::default());
        Promise { id, call, caller: None, owner, made: now, due: now, state: PromiseState::Open }
    }

    #[test]
    fn a_promise_noted_twice_is_owed_once() {
        let mut call = Call::at(Timestamp::UNIX_EPOCH);
        for name in ["a", "b", "a"] {
            call.record(Timestamp::UNIX_EPOCH, Event::CallbackPromised(promise(name)), None);
        }
        assert_eq!(call.promises, [promise("a"), promise("b")]);
    }

    #[test]
    fn a_callback_made_or_missed_changes_its_own_promise_only() {
        let at = Timestamp::UNIX_EPOCH;
        let mut call = Call::at(at);
        call.promises = vec![promise("a"), promise("b"), promise("c")];
        call.record(at, Event::CallbackMade { promise: PromiseId::new("a") }, None);
        call.record(at, Event::CallbackMissed { promise: PromiseId::new("c") }, None);
        let states: Vec<_> = call.promises.iter().map(|promise| promise.state).collect();
        assert_eq!(states, [PromiseState::Kept { at }, PromiseState::Open, PromiseState::Missed { at }]);
    }

    #[test]
    fn an_answer_has_every_reason_that_held() {
        let what = Answered::HandOff { queue: QueueId::default() };
        let answer = Answer { reason: Reason::Urgent, signals: vec![Reason::Urgent, Reason::Silence], what };
        assert!(answer.has(Reason::Urgent) && answer.has(Reason::Silence) && !answer.has(Reason::Deadline));
    }

    #[test]
    fn a_call_named_by_its_time_says_when_it_began() {
        let call = Call::at(Timestamp::UNIX_EPOCH).from_caller(CallerId::new("138"));
        assert_eq!(call.id.as_str(), "1970-01-01T00:00:00Z");
        assert_eq!(call.caller.as_ref().map(CallerId::as_str), Some("138"));
    }

    #[test]
    fn a_silence_that_is_no_number_can_still_be_read() {
        let mut call = Call::at(Timestamp::UNIX_EPOCH);
        call.record(Timestamp::UNIX_EPOCH, Event::Silence { seconds: f32::NAN }, None);
        let json = serde_json::to_string(&call).expect("plain data");
        assert_eq!(serde_json::from_str::<Call>(&json).expect("readable"), call);
    }

    #[test]
    fn a_number_too_large_in_a_foreign_record_can_be_written_again() {
        let json = r#"{"version":1,"id":"c","caller":null,"started":"2026-11-25T05:00:00Z","turns":[
            {"at":"2026-11-25T05:00:00Z","event":"silence","seconds":1e300,"answer":null},
            {"at":"2026-11-25T05:00:00Z","event":"typed","agreement":-1e300,"answer":null}]}"#;
        let call: Call = serde_json::from_str(json).expect("a record");
        let again = serde_json::to_string(&call).expect("plain data");
        assert_eq!(serde_json::from_str::<Call>(&again).expect("readable"), call);
    }
}
