use jiff::Timestamp;

use crate::call::{Answered, Call, Event, Turn};
use crate::desk::QueueId;

use super::{Authority, Heard, Outcome, Reason};

/// What a call's record adds up to at one moment.
#[derive(Debug, Default)]
pub(super) struct Past<'a> {
    /// Turns not understood, in the whole call.
    pub(super) failed_turns: u32,
    /// Requests for a person, in the whole call.
    pub(super) asked_times: u32,
    /// Since when a person is owed: the first request or hand-off that no person has answered yet.
    pub(super) owed_since: Option<Timestamp>,
    /// The last answer given.
    pub(super) last_answer: Option<&'a Answered>,
    /// Hand-offs that reached nobody, in the whole call.
    pub(super) failed_hand_offs: u32,
    /// Where they failed since a person last answered.
    pub(super) failed_at: Vec<&'a QueueId>,
    /// The most that anyone the caller spoke to may decide; `None` where the caller reached nobody.
    pub(super) spoke_to: Option<Authority>,
    /// Promises to this caller that were broken.
    pub(super) broken_promises: usize,
}

impl<'a> Past<'a> {
    pub(super) fn of(call: &'a Call, now: Timestamp) -> Self {
        let broken_promises = call.promises.iter().filter(|promise| promise.is_broken(now)).count();
        let mut past = Self { broken_promises, ..Self::default() };
        call.turns().iter().for_each(|turn| past.add(turn));
        past
    }

    fn add(&mut self, turn: &'a Turn) {
        self.add_answer(turn);
        match &turn.event {
            Event::HandOffFailed { queue, .. } => {
                self.failed_hand_offs = self.failed_hand_offs.saturating_add(1);
                self.failed_at.push(queue);
                self.owed_since.get_or_insert(turn.at);
            }
            Event::Answered { authority, .. } => {
                self.spoke_to = self.spoke_to.max(Some(*authority));
                self.owed_since = None;
                self.failed_at.clear();
            }
            _ => {}
        }
    }

    fn add_answer(&mut self, turn: &'a Turn) {
        let asked = asks(turn);
        self.asked_times = self.asked_times.saturating_add(u32::from(asked));
        self.failed_turns = self.failed_turns.saturating_add(u32::from(is_unclear(turn)));
        let answered = turn.answer.as_ref().map(|answer| &answer.what);
        if asked || matches!(answered, Some(Answered::HandOff { .. })) {
            self.owed_since.get_or_insert(turn.at);
        }
        self.last_answer = answered.or(self.last_answer);
    }

    /// Whether the last answer was the machine's: a wish served or a question.
    pub(super) fn machine_answered(&self) -> bool {
        matches!(self.last_answer, Some(Answered::Automate { .. } | Answered::Clarify { .. }))
    }

    /// Whether a question was the last answer.
    pub(super) fn was_asked(&self) -> bool {
        matches!(self.last_answer, Some(Answered::Clarify { .. }))
    }

    /// Seconds for which a person is owed; 0 where none is.
    pub(super) fn waited_seconds(&self, now: Timestamp) -> u32 {
        self.owed_since.map_or(0, |since| seconds_between(since, now))
    }
}

/// Whole seconds from one moment to a later one; 0 where it is not later.
pub(super) fn seconds_between(from: Timestamp, to: Timestamp) -> u32 {
    let seconds = to.duration_since(from).as_secs().max(0);
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// The record's own words count beside its answer: a record from elsewhere may have answered wrongly.
fn asks(turn: &Turn) -> bool {
    let by_answer = turn
        .answer
        .as_ref()
        .is_some_and(|answer| answer.has(Reason::AskedForHuman) || answer.has(Reason::MaybeAskedForHuman));
    by_answer || turn.event.heard().is_some_and(|heard| heard.person.is_request())
}

/// A turn that nobody answered was not understood either.
fn is_unclear(turn: &Turn) -> bool {
    let Some(answer) = &turn.answer else { return turn.event.heard().is_some() };
    let not_understood = |heard: &Heard| heard.outcome != Outcome::Understood;
    answer.reason.is_unclear() || turn.event.heard().is_some_and(not_understood)
}
