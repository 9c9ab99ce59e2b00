//! A hand-off with its queue, priority and brief; and the decision around it.

use crate::call::{Answered, Details, Event, Turn};
use crate::units::IntentId;

use super::past::seconds_between;
use super::situation::Situation;
use super::{
    Action, Authority, Brief, Decision, Evidence, HandOff, Heard, Mood, Outcome, Priority, Reason, Said, Tried, Words,
    plan, question, rules,
};

/// The decision with everything it was taken from.
pub(super) fn decision(s: &Situation<'_>, action: Action, reason: Reason, signals: Vec<Reason>) -> Decision {
    let heard = s.heard();
    Decision {
        action,
        reason,
        signals,
        confidence: heard.and_then(|heard| Some(heard.assessment.as_ref()?.confidence)),
        ranking: heard.map(|heard| heard.ranking.clone()).unwrap_or_default(),
        transcript: heard.and_then(words),
        evidence: heard.map(evidence).unwrap_or_default(),
        timings: heard.map(|heard| heard.timings).unwrap_or_default(),
    }
}

fn words(heard: &Heard) -> Option<Words> {
    (!heard.text.is_empty()).then(|| Words {
        text: heard.text.clone(),
        language: heard.language,
        alternatives: heard.alternatives.clone(),
    })
}

fn evidence(heard: &Heard) -> Evidence {
    Evidence { speech: heard.speech, transcription: heard.transcription }
}

/// How this caller reaches a person, for these reasons.
pub(super) fn hand_off(s: &Situation<'_>, reasons: &[Reason]) -> HandOff {
    let wish = wish(s);
    let card = wish.and_then(|intent| s.domain().card(intent));
    let queue = card.and_then(|card| card.queue.as_ref()).unwrap_or(s.domain().queue()).clone();
    let authority = authority(s, wish);
    HandOff {
        priority: priority(s, reasons),
        ways: plan::ways(s, &queue, authority),
        brief: Box::new(brief(s, wish, reasons)),
        queue,
        authority,
    }
}

/// What the caller wants beside a person: of this turn, else of the latest turn that said so.
fn wish<'a>(s: &Situation<'a>) -> Option<&'a IntentId> {
    let now = s.likely().iter().chain(s.sure_of().map(|(intent, _)| intent)).find(|intent| !intent.is_human_agent());
    now.or_else(|| chosen(s)).or_else(|| s.call.turns().iter().rev().find_map(earlier_wish))
}

fn earlier_wish(turn: &Turn) -> Option<&IntentId> {
    let heard = turn.event.heard().filter(|heard| heard.outcome == Outcome::Understood)?;
    heard.assessment.as_ref()?.likely.iter().find(|intent| !intent.is_human_agent())
}

/// The wish whose place in the last question was pressed as a key.
fn chosen<'a>(s: &Situation<'a>) -> Option<&'a IntentId> {
    let Some(Event::Digits { digits }) = s.event() else {
        return None;
    };
    let Some(Answered::Clarify { intents }) = s.past.last_answer else {
        return None;
    };
    intents.get(digits.parse::<usize>().ok()?.checked_sub(1)?)
}

/// What the wish needs; a step above whoever had that and could not help either.
fn authority(s: &Situation<'_>, wish: Option<&IntentId>) -> Authority {
    let needed = wish.and_then(|intent| s.authority_for(intent)).unwrap_or_default();
    s.past.spoke_to.filter(|reached| *reached >= needed).map_or(needed, Authority::above)
}

/// Seconds of waiting that weigh as much as one point.
const SECONDS_PER_POINT: u32 = 15;
/// Points of a hand-off that reached nobody.
const FAILED_POINTS: u32 = 15;
/// Points of having to ask again.
const ASKED_POINTS: u32 = 5;
/// Points of anger.
const ANGRY_POINTS: u32 = 10;

fn priority(s: &Situation<'_>, reasons: &[Reason]) -> Priority {
    if reasons.contains(&Reason::PromiseBroken) {
        return Priority::FIRST;
    }
    if reasons.contains(&Reason::Urgent) || was_ever(s, Reason::Urgent) {
        return Priority::URGENT;
    }
    Priority::NORMAL.raised(points(s, reasons))
}

/// Whether this reason held earlier in the call. Who was once urgent or angry stays so.
fn was_ever(s: &Situation<'_>, reason: Reason) -> bool {
    s.call.turns().iter().filter_map(|turn| turn.answer.as_ref()).any(|answer| answer.has(reason))
}

fn points(s: &Situation<'_>, reasons: &[Reason]) -> u32 {
    let waited = s.past.waited_seconds(s.desk.now) / SECONDS_PER_POINT;
    let failed = failed_hand_offs(s).saturating_mul(FAILED_POINTS);
    let asked = asked_times(s).saturating_sub(1).saturating_mul(ASKED_POINTS);
    let angry = if mood(s, reasons) == Mood::Angry { ANGRY_POINTS } else { 0 };
    [waited, failed, asked, angry].into_iter().fold(0, u32::saturating_add)
}

fn failed_hand_offs(s: &Situation<'_>) -> u32 {
    let just_now = matches!(s.event(), Some(Event::HandOffFailed { .. }));
    s.past.failed_hand_offs.saturating_add(u32::from(just_now))
}

fn asked_times(s: &Situation<'_>) -> u32 {
    s.past.asked_times.saturating_add(u32::from(rules::asks_now(s)))
}

fn brief(s: &Situation<'_>, wish: Option<&IntentId>, reasons: &[Reason]) -> Brief {
    let now = s.desk.now;
    let broken = s.call.promises.iter().filter(|promise| promise.is_broken(now));
    Brief {
        wish: wish_line(s, wish),
        intent: wish.cloned(),
        tried: s.call.turns().iter().filter_map(tried).collect(),
        said: said(s),
        language: s.heard().and_then(|heard| heard.language).or_else(|| s.call.language()),
        mood: mood(s, reasons),
        asked_times: asked_times(s),
        waited_seconds: s.past.waited_seconds(now),
        call_seconds: seconds_between(s.call.started, now),
        details: details(s),
        broken_promises: broken.map(|promise| promise.id.clone()).collect(),
    }
}

/// The intent's title and the last words that named it.
fn wish_line(s: &Situation<'_>, wish: Option<&IntentId>) -> String {
    let language = question::language(s);
    let title = wish.and_then(|intent| s.domain().card(intent)).map(|card| card.title.get(language));
    let words = said(s).pop().map(|said| said.text);
    match (title, words) {
        (Some(title), Some(words)) => format!("{title}: {words}"),
        (Some(title), None) => title.to_owned(),
        (None, words) => words.unwrap_or_default(),
    }
}

fn said(s: &Situation<'_>) -> Vec<Said> {
    let before = s.call.turns().iter().filter_map(|turn| Some((turn.at, turn.event.heard()?)));
    let all = before.chain(s.heard().map(|heard| (s.desk.now, heard)));
    all.filter(|(_, heard)| !heard.text.is_empty()).map(|(at, heard)| Said { at, text: heard.text.clone() }).collect()
}

fn tried(turn: &Turn) -> Option<Tried> {
    let reason = turn.answer.as_ref().map(|answer| answer.reason);
    let what = match (&turn.event, turn.answer.as_ref().map(|answer| &answer.what)) {
        (Event::HandOffFailed { .. } | Event::CallbackMissed { .. } | Event::Answered { .. }, _) => turn.event.name(),
        (_, Some(Answered::Automate { .. })) => "automate",
        (_, Some(Answered::Clarify { .. })) => "clarify",
        (_, Some(Answered::HandOff { .. })) => "hand_off",
        (_, None) => return None,
    };
    Some(Tried { at: turn.at, what: what.to_owned(), reason })
}

fn mood(s: &Situation<'_>, reasons: &[Reason]) -> Mood {
    if reasons.contains(&Reason::Frustration) || was_ever(s, Reason::Frustration) {
        return Mood::Angry;
    }
    if asked_times(s) > 1 || failed_hand_offs(s) > 0 { Mood::Impatient } else { Mood::Calm }
}

fn details(s: &Situation<'_>) -> Details {
    let mut all = Details::default();
    let before = s.call.turns().iter().filter_map(|turn| turn.event.heard());
    before.chain(s.heard()).for_each(|heard| all.merge(&heard.details));
    all
}
