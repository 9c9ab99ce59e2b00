//! Whole calls, turn by turn, as `tests/data/calls.toml` writes them.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use voxroute::audio::SpeechEvidence;
use voxroute::calibrate::Assessment;
use voxroute::call::{Call, CallId, CallerId, Details, Event, HandOffFailure};
use voxroute::classify::Ranked;
use voxroute::desk::{Channel, Desk, Queue, QueueId};
use voxroute::human;
use voxroute::policy::{Action, Authority, Decision, Domain, Failure, HandOff, Heard, Outcome, Policy, Way};
use voxroute::promises::{Promise, PromiseId, PromiseState};
use voxroute::transcribe::Verdict;
use voxroute::units::{IntentId, Language, Probability};

#[test]
fn every_call_goes_as_written() {
    let table = Table::read();
    let policy =
        Policy::new(Domain::from_toml(include_str!("../data/hotline/domain.toml")).expect("the shipped domain"));
    let wrong: Vec<String> = table.call.iter().filter_map(|case| table.play(&policy, case).err()).collect();
    assert!(wrong.is_empty(), "{} of {} calls:\n{}", wrong.len(), table.call.len(), wrong.join("\n"));
}

#[test]
fn the_table_is_long_enough_in_both_languages() {
    let table = Table::read();
    let of = |prefix: &str| table.call.iter().filter(|case| case.name.starts_with(prefix)).count();
    assert!(table.call.len() >= 60 && of("zh: ") >= 25 && of("en: ") >= 20);
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    desk: Vec<DeskCase>,
    call: Vec<CallCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DeskCase {
    name: String,
    now: Timestamp,
    #[serde(default)]
    queues: Vec<Queue>,
    #[serde(default)]
    channels: Vec<Channel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallCase {
    name: String,
    desk: Option<String>,
    caller: Option<String>,
    #[serde(default)]
    broken_promise: bool,
    turns: Vec<TurnCase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TurnCase {
    say: Option<String>,
    typed: Option<String>,
    keys: Option<String>,
    silence: Option<f32>,
    nothing: Option<bool>,
    unreliable: Option<Verdict>,
    fails: Option<Failure>,
    desk_status: Option<bool>,
    hand_off_failed: Option<String>,
    answered: Option<String>,
    callback_taken: Option<String>,
    callback_missed: Option<String>,
    #[serde(default)]
    likely: Vec<IntentId>,
    confidence: Option<f64>,
    #[serde(default)]
    amounts: Vec<String>,
    level_db: Option<f32>,
    after: Option<i64>,
    desk: Option<String>,
    expect: String,
    way: Option<String>,
    authority: Option<String>,
    priority: Option<u8>,
    asked: Option<u32>,
    tried: Option<usize>,
    question: Option<String>,
}

impl Table {
    fn read() -> Self {
        toml::from_str(include_str!("data/calls.toml")).expect("the table of calls")
    }

    fn desk(&self, name: &str, now: Option<Timestamp>) -> Desk {
        let desks: BTreeMap<&str, &DeskCase> = self.desk.iter().map(|desk| (desk.name.as_str(), desk)).collect();
        let case = desks.get(name).unwrap_or_else(|| panic!("no desk {name}"));
        Desk { now: now.unwrap_or(case.now), queues: case.queues.clone(), channels: case.channels.clone() }
    }

    fn play(&self, policy: &Policy, case: &CallCase) -> Result<(), String> {
        let mut name = case.desk.as_deref().unwrap_or("open");
        let mut desk = self.desk(name, None);
        let mut call = case.begin(desk.now);
        for (place, turn) in case.turns.iter().enumerate() {
            name = turn.desk.as_deref().unwrap_or(name);
            let now = desk.now + SignedDuration::from_secs(turn.after.unwrap_or(5));
            desk = self.desk(name, Some(now));
            let event = turn.event(&call, &desk);
            let decision = policy.respond(&call, &event, &desk);
            turn.check(decision.as_ref()).map_err(|wrong| format!("{}, turn {}: {wrong}", case.name, place + 1))?;
            call.record(now, event, decision.as_ref());
        }
        Ok(())
    }
}

impl CallCase {
    fn begin(&self, now: Timestamp) -> Call {
        let mut call = Call::new(CallId::new(&self.name), now);
        call.caller = self.caller.clone().map(CallerId::new);
        if self.broken_promise {
            call.promises.push(promise("earlier", &call, now - SignedDuration::from_hours(72)));
        }
        call
    }
}

fn promise(id: &str, call: &Call, due: Timestamp) -> Promise {
    Promise {
        id: PromiseId::new(id),
        call: call.id.clone(),
        caller: call.caller.clone(),
        owner: QueueId::default(),
        made: due - SignedDuration::from_mins(30),
        due,
        state: PromiseState::Open,
    }
}

impl TurnCase {
    fn event(&self, call: &Call, desk: &Desk) -> Event {
        if let Some(text) = &self.say {
            return Event::Utterance(self.heard(text, Some(self.speech()), call));
        }
        if let Some(text) = &self.typed {
            return Event::Typed(self.heard(text, None, call));
        }
        if let Some(outcome) = self.unheard() {
            return Event::Utterance(Heard { outcome, ..Heard::default() });
        }
        self.other_event(call, desk)
    }

    fn other_event(&self, call: &Call, desk: &Desk) -> Event {
        if let Some(digits) = &self.keys {
            return Event::Digits { digits: digits.clone() };
        }
        if let Some(seconds) = self.silence {
            return Event::Silence { seconds };
        }
        if let Some(words) = &self.hand_off_failed {
            let (queue, failure) = two(words);
            return Event::HandOffFailed { queue: QueueId::new(queue), failure: named::<HandOffFailure>(failure) };
        }
        if let Some(words) = &self.answered {
            let (queue, level) = two(words);
            return Event::Answered { queue: QueueId::new(queue), authority: authority(level) };
        }
        if let Some(id) = &self.callback_taken {
            return Event::CallbackPromised(promise(id, call, desk.now + SignedDuration::from_mins(30)));
        }
        if let Some(id) = &self.callback_missed {
            return Event::CallbackMissed { promise: PromiseId::new(id) };
        }
        assert_eq!(self.desk_status, Some(true), "a turn without an event");
        Event::DeskStatus
    }

    fn unheard(&self) -> Option<Outcome> {
        let nothing = self.nothing.map(|_| Outcome::NoSpeech);
        let unreliable = self.unreliable.map(|verdict| Outcome::Unreliable { verdict });
        nothing.or(unreliable).or(self.fails.map(|failure| Outcome::Failed { failure }))
    }

    fn heard(&self, text: &str, speech: Option<SpeechEvidence>, call: &Call) -> Heard {
        let previous: Vec<&str> =
            call.turns().iter().filter_map(|turn| Some(turn.event.heard()?.text.as_str())).collect();
        let said = human::Turn { texts: &[text], digits: "", previous: &previous };
        let person = human::asked(&said);
        Heard {
            outcome: Outcome::Understood,
            text: text.to_owned(),
            language: Some(Language::of_text(text)),
            ranking: self.ranking(),
            assessment: Some(self.assessment()),
            person,
            speech,
            details: Details { amounts: self.amounts.clone(), ..Details::default() },
            ..Heard::default()
        }
    }

    fn speech(&self) -> SpeechEvidence {
        let level_dbfs = self.level_db.unwrap_or(-30.0);
        SpeechEvidence { level_dbfs, spoken_seconds: 1.0, ..SpeechEvidence::default() }
    }

    fn ranking(&self) -> Vec<Ranked> {
        let filler = IntentId::new("business_hours");
        let intents = if self.likely.is_empty() { std::slice::from_ref(&filler) } else { &self.likely[..] };
        let ranked = |intent: &IntentId| Ranked { intent: intent.clone(), probability: Probability::clamped(0.3) };
        intents.iter().map(ranked).collect()
    }

    fn assessment(&self) -> Assessment {
        let usual = if self.likely.len() == 1 { 0.97 } else { 0.5 };
        let confidence = self.confidence.unwrap_or(usual);
        serde_json::from_value(serde_json::json!({
            "confidence": confidence, "automate_from": 0.9, "likely": self.likely,
        }))
        .expect("an assessment")
    }

    fn check(&self, decision: Option<&Decision>) -> Result<(), String> {
        let found = decision.map_or("nothing".to_owned(), describe);
        if !starts_with_words(&found, &self.expect) {
            return Err(format!("expected {:?}, found {found:?}", self.expect));
        }
        let Some(decision) = decision else { return Ok(()) };
        self.check_question(&decision.action)?;
        decision.hand_off().map_or(Ok(()), |hand_off| self.check_hand_off(hand_off))
    }

    fn check_question(&self, action: &Action) -> Result<(), String> {
        let Action::Clarify { question } = action else { return Ok(()) };
        let wanted = self.question.as_deref().unwrap_or("");
        question.text.contains(wanted).then_some(()).ok_or_else(|| format!("asks {:?}", question.text))
    }

    fn check_hand_off(&self, hand_off: &HandOff) -> Result<(), String> {
        let brief = &hand_off.brief;
        same("way", self.way.clone(), way(hand_off.ways.best()))?;
        same("authority", self.authority.clone(), level(hand_off.authority))?;
        same("asked", self.asked, brief.asked_times)?;
        same("tried", self.tried, brief.tried.len())?;
        let least = self.priority.unwrap_or(0);
        let found = hand_off.priority.value();
        if found < least { Err(format!("priority {found}, expected at least {least}")) } else { Ok(()) }
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, expected: Option<T>, found: T) -> Result<(), String> {
    match expected {
        Some(expected) if expected != found => Err(format!("{what} {found:?}, expected {expected:?}")),
        _ => Ok(()),
    }
}

fn describe(decision: &Decision) -> String {
    match decision.automated() {
        Some(intent) => format!("automate {intent}"),
        None => format!("{} {}", decision.action.name(), decision.reason),
    }
}

fn starts_with_words(found: &str, expected: &str) -> bool {
    let mut found = found.split(' ');
    expected.split(' ').all(|word| found.next() == Some(word))
}

fn way(way: &Way) -> String {
    match way {
        Way::Now { queue } => format!("now {queue}"),
        Way::Queue { queue, .. } => format!("queue {queue}"),
        Way::Callback { queue, .. } => format!("callback {queue}"),
        Way::Channel { name, .. } => format!("channel {name}"),
        other => format!("{other:?}"),
    }
}

fn level(authority: Authority) -> String {
    let json = serde_json::to_value(authority).expect("plain data");
    json["level"].as_str().expect("a level").to_owned()
}

fn authority(level: &str) -> Authority {
    match level {
        "refund" => Authority::Refund { up_to: 5000 },
        other => serde_json::from_value(serde_json::json!({ "level": other })).expect("an authority"),
    }
}

fn two(words: &str) -> (&str, &str) {
    words.split_once(' ').expect("two words")
}

fn named<T: serde::de::DeserializeOwned>(name: &str) -> T {
    serde_json::from_value(name.into()).expect("a known name")
}
