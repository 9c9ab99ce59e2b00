//! Every reason for a person, as a rule of its own. A caller is handed over if any of them holds, so more trouble can
//! only add reasons.

use crate::call::{Answered, Direction, Event, Turn};
use crate::human::{self, PersonRequest};
use crate::units::IntentId;

use super::situation::{Happening, Situation};
use super::{Heard, Outcome, Reason};

type Rule = (Reason, fn(&Situation<'_>) -> bool);

/// Strongest first: the first that holds names the decision.
const RULES: &[Rule] = &[
    (Reason::AskedForHuman, asks_for_a_person),
    (Reason::HandOffFailed, hand_off_failed),
    (Reason::PromiseBroken, promise_broken),
    (Reason::MaybeAskedForHuman, may_ask_for_a_person),
    (Reason::Urgent, is_urgent),
    (Reason::Deadline, |s| failure(s) == Some(Reason::Deadline)),
    (Reason::Overloaded, |s| failure(s) == Some(Reason::Overloaded)),
    (Reason::Failure, |s| failure(s) == Some(Reason::Failure)),
    (Reason::NeedsAuthority, needs_authority),
    (Reason::AnswerRejected, answer_rejected),
    (Reason::RepeatedWish, repeated_wish),
    (Reason::Frustration, frustrated),
    (Reason::TooManyFailures, too_many_failures),
    (Reason::WaitGrew, wait_grew),
    (Reason::Silence, long_silence),
    (Reason::NoSpeech, nobody_spoke),
    (Reason::Unreliable, unreliable),
    (Reason::Digits, other_digits),
    (Reason::OutOfScope, out_of_scope),
    (Reason::Uncalibrated, uncalibrated),
    (Reason::LowConfidence, low_confidence),
    (Reason::Waiting, person_owed),
];

/// Every reason for a person that holds, strongest first.
pub(super) fn reasons(situation: &Situation<'_>) -> Vec<Reason> {
    RULES.iter().filter(|(_, holds)| holds(situation)).map(|(reason, _)| *reason).collect()
}

/// Whether two or three wishes share the probability and a question can tell them apart.
pub(super) fn is_ambiguous(s: &Situation<'_>) -> bool {
    let likely = s.likely();
    let askable = (2..=s.settings().question_options).contains(&likely.len());
    let differ = likely.iter().enumerate().all(|(at, intent)| !likely[..at].contains(intent));
    askable && differ && s.sure_of().is_none() && likely.iter().all(|intent| can_be_asked(s, intent))
}

fn can_be_asked(s: &Situation<'_>, intent: &IntentId) -> bool {
    !intent.is_human_agent() && s.domain().card(intent).is_some()
}

fn asks_for_a_person(s: &Situation<'_>) -> bool {
    let by_words = s.heard().is_some_and(|heard| matches!(heard.person, PersonRequest::Explicit { .. }));
    let is_sure = s.sure_of().is_some_and(|(intent, _)| intent.is_human_agent());
    by_words || (is_sure && means_a_person(s)) || presses_zero(s)
}

/// Whether what has just happened asks for a person, certainly or perhaps.
pub(super) fn asks_now(s: &Situation<'_>) -> bool {
    asks_for_a_person(s) || may_ask_for_a_person(s)
}

/// Zero is the operator's key on every telephone; more of them is only more urgent.
fn presses_zero(s: &Situation<'_>) -> bool {
    matches!(s.event(), Some(Event::Digits { digits }) if !digits.is_empty() && digits.bytes().all(|key| key == b'0'))
}

fn may_ask_for_a_person(s: &Situation<'_>) -> bool {
    let by_words = s.heard().is_some_and(|heard| matches!(heard.person, PersonRequest::Doubtful { .. }));
    by_words || means_a_person(s)
}

/// Words and sounds of a request count in any text; what a text means, only where it is what somebody said and where
/// some known intent fits.
fn means_a_person(s: &Situation<'_>) -> bool {
    let Some(heard) = s.understood().filter(|_| !none_fits(s)) else { return false };
    human::meant(&heard.person, &heard.ranking, s.assessment().map(|assessment| assessment.confidence))
}

/// Whether a person may be wanted, however unlikely: then nothing is automated and nothing asked back.
fn a_person_is_possible(s: &Situation<'_>) -> bool {
    likely_or_first(s, |_, intent| intent.is_human_agent())
}

fn is_urgent(s: &Situation<'_>) -> bool {
    likely_or_first(s, |s, intent| s.domain().card(intent).is_some_and(|card| card.urgent))
}

/// Whether an intent that may well be meant, or the first one, is of some kind.
fn likely_or_first(s: &Situation<'_>, is: fn(&Situation<'_>, &IntentId) -> bool) -> bool {
    s.likely().iter().chain(first_that_fits(s)).any(|intent| is(s, intent))
}

/// The first intent, sure or not. Where no known intent fits, the first one means nothing.
fn first_that_fits<'a>(s: &Situation<'a>) -> Option<&'a IntentId> {
    if none_fits(s) { None } else { s.understood()?.intent() }
}

/// An empty set from a calibration that promises nothing says nothing: then the first intent counts.
fn none_fits(s: &Situation<'_>) -> bool {
    s.assessment().is_some_and(|assessment| assessment.likely.is_empty() && assessment.automate_from.is_some())
}

fn hand_off_failed(s: &Situation<'_>) -> bool {
    matches!(s.event(), Some(Event::HandOffFailed { .. }))
}

fn promise_broken(s: &Situation<'_>) -> bool {
    s.past.broken_promises > 0 || matches!(s.event(), Some(Event::CallbackMissed { .. }))
}

fn failure(s: &Situation<'_>) -> Option<Reason> {
    match s.heard()?.outcome {
        Outcome::Failed { failure } => Some(failure.into()),
        Outcome::Understood | Outcome::NoSpeech | Outcome::Unreliable { .. } => None,
    }
}

fn answer_rejected(s: &Situation<'_>) -> bool {
    s.past.machine_answered() && s.heard().is_some_and(|heard| human::rejection(&heard.text).is_some())
}

/// A wish that was served and comes again was not settled.
fn repeated_wish(s: &Situation<'_>) -> bool {
    s.heard().is_some_and(|heard| {
        s.call.turns().iter().any(|turn| is_served(turn) && says_the_same(s, turn, heard.intent(), &heard.direction))
    })
}

fn is_served(turn: &Turn) -> bool {
    matches!(turn.answer.as_ref().map(|answer| &answer.what), Some(Answered::Automate { .. }))
}

fn says_the_same(s: &Situation<'_>, turn: &Turn, intent: Option<&IntentId>, direction: &Direction) -> bool {
    let Some(earlier) = turn.event.heard() else {
        return false;
    };
    let same_intent = intent.is_some() && earlier.intent() == intent;
    same_intent || earlier.direction.cosine(direction).is_some_and(|cosine| cosine >= s.settings().same_wish_cosine)
}

fn frustrated(s: &Situation<'_>) -> bool {
    s.heard().is_some_and(|heard| human::frustration(&heard.text).is_some()) || speaks_up(s)
}

/// Against the quietest turn so far: getting louder step by step counts too.
fn speaks_up(s: &Situation<'_>) -> bool {
    let level =
        |heard: &Heard| heard.speech.filter(|speech| speech.spoken_seconds > 0.0).map(|speech| speech.level_dbfs);
    let before = s.call.turns().iter().filter_map(|turn| level(turn.event.heard()?)).reduce(f32::min);
    match (before, s.heard().and_then(level)) {
        (Some(before), Some(now)) => now - before >= s.settings().louder_by_db,
        _ => false,
    }
}

fn too_many_failures(s: &Situation<'_>) -> bool {
    let with_this = s.past.failed_turns.saturating_add(u32::from(is_unclear(s)));
    with_this >= s.settings().failed_turns
}

/// Whether what has just happened is a turn that was not understood.
fn is_unclear(s: &Situation<'_>) -> bool {
    match s.event() {
        None => s.sure_of().is_none(),
        Some(event) => matches!(event, Event::Digits { .. } | Event::Silence { .. }),
    }
}

/// Whoever has been with a person and is back was not helped there: a machine will do no better.
fn needs_authority(s: &Situation<'_>) -> bool {
    s.past.spoke_to.is_some() || first_that_fits(s).is_some_and(|intent| is_above_the_machine(s, intent))
}

/// An intent without a card may need any authority.
fn is_above_the_machine(s: &Situation<'_>, intent: &IntentId) -> bool {
    s.authority_for(intent).is_none_or(|needed| needed > s.machine_authority())
}

fn wait_grew(s: &Situation<'_>) -> bool {
    s.past.waited_seconds(s.desk.now) > s.settings().longest_wait_seconds
}

/// A length that is not a number is taken for long.
fn long_silence(s: &Situation<'_>) -> bool {
    matches!(s.event(), Some(Event::Silence { seconds }) if seconds.is_nan() || *seconds >= s.settings().silence_seconds)
}

fn nobody_spoke(s: &Situation<'_>) -> bool {
    match s.happening {
        Happening::Heard(heard) => heard.outcome == Outcome::NoSpeech,
        Happening::Other(event) => matches!(event, Event::Silence { .. }),
    }
}

fn unreliable(s: &Situation<'_>) -> bool {
    s.heard().is_some_and(|heard| matches!(heard.outcome, Outcome::Unreliable { .. }))
}

fn other_digits(s: &Situation<'_>) -> bool {
    matches!(s.event(), Some(Event::Digits { .. })) && !presses_zero(s)
}

fn out_of_scope(s: &Situation<'_>) -> bool {
    s.understood().is_some_and(|heard| heard.ranking.is_empty() || none_fits(s))
}

fn uncalibrated(s: &Situation<'_>) -> bool {
    s.understood().is_some() && s.assessment().is_none_or(|assessment| assessment.automate_from.is_none())
}

fn low_confidence(s: &Situation<'_>) -> bool {
    let is_unsure = s.sure_of().is_none() && !is_ambiguous(s);
    s.understood().is_some() && (is_unsure || a_person_is_possible(s))
}

/// Events that only matter while someone waits are answered with the ways, also where nobody is known to wait.
fn person_owed(s: &Situation<'_>) -> bool {
    s.past.owed_since.is_some() || matches!(s.event(), Some(Event::DeskStatus))
}
