//! The invariants, each over random histories, policies, scores and desks.
//!
//! `VOXROUTE_CASES=10000000 cargo test --release --test policy_properties` runs that many cases of all properties
//! together; 120,000 without it.

#[path = "policy/worlds.rs"]
mod worlds;

use jiff::SignedDuration;
use proptest::prelude::*;
use proptest::sample::select;
use voxroute::call::{Answered, Event, HandOffFailure};
use voxroute::desk::{Desk, QueueId};
use voxroute::error::{AudioError, EngineError, Error, SettingsError};
use voxroute::human::PersonRequest;
use voxroute::policy::{Action, Decision, HandOff, Heard, Outcome, Policy, Priority, Reason, Settings, Way};
use voxroute::promises::{Promise, PromiseId, PromiseState};
use voxroute::transcribe::Verdict;

use worlds::{World, confidence, domain, world};

/// Cases of all properties together where the environment names no number.
const CASES: u32 = 120_000;
/// Properties in this file.
const PROPERTIES: u32 = 15;

fn config() -> ProptestConfig {
    let total =
        std::env::var("VOXROUTE_CASES").ok().map_or(CASES, |text| text.parse().expect("VOXROUTE_CASES: a number"));
    ProptestConfig { cases: total.div_ceil(PROPERTIES), failure_persistence: None, ..ProptestConfig::default() }
}

fn hand_off(decision: &Decision) -> Result<&HandOff, TestCaseError> {
    decision.hand_off().ok_or_else(|| TestCaseError::fail(format!("not handed over: {decision:?}")))
}

proptest! {
    #![proptest_config(config())]

    // Invariant 1.
    #[test]
    fn the_first_ask_is_enough(mut world in world(), doubtful in any::<bool>()) {
        let Some(heard) = world.heard_mut() else { return Ok(()) };
        let evidence = "转人工".to_owned();
        heard.person =
            if doubtful { PersonRequest::Doubtful { evidence } } else { PersonRequest::Explicit { evidence } };
        let decision = world.decide();
        hand_off(&decision)?;
        let wanted = if doubtful { Reason::MaybeAskedForHuman } else { Reason::AskedForHuman };
        prop_assert!(decision.signals.contains(&wanted) && (doubtful || decision.reason == wanted));
    }

    // Invariant 1, by meaning and by key.
    #[test]
    fn an_ask_by_meaning_or_key_is_an_ask(mut world in world(), zeros in "0{1,4}") {
        let asked = match &world.event {
            Event::Utterance(heard) | Event::Typed(heard) => means_a_person(heard),
            _ => {
                world.event = Event::Digits { digits: zeros };
                true
            }
        };
        if asked {
            let decision = world.decide();
            hand_off(&decision)?;
            prop_assert!(decision.signals.iter().any(|reason| is_ask(*reason)));
        }
    }

    // Invariant 1, where the meaning alone is too weak to count: still nothing stands between the caller and a person.
    #[test]
    fn a_possible_ask_is_never_automated_nor_asked_back(world in world()) {
        let Some(heard) = world.event.heard().filter(|heard| may_mean_a_person(heard)) else { return Ok(()) };
        let decision = world.decide();
        hand_off(&decision)?;
        let by_words = heard.person.is_request();
        let told = decision.signals.iter().any(|reason| is_ask(*reason) || *reason == Reason::LowConfidence);
        prop_assert!(told, "by words {by_words}: {decision:?}");
    }

    // Invariant 1, afterwards: until a person answers nothing takes the request back.
    #[test]
    fn an_ask_holds_until_a_person_answers(mut world in world(), later in prop::collection::vec(worlds::event(), 1..4)) {
        let Some(heard) = world.heard_mut() else { return Ok(()) };
        heard.person = PersonRequest::Explicit { evidence: String::new() };
        let mut world = after(world);
        for event in later {
            world.event = event;
            hand_off(&world.decide())?;
            world = after(world);
        }
    }

    // Invariant 2.
    #[test]
    fn every_failure_reaches_a_person(mut world in world(), error in error()) {
        let bare = Decision::from(&error);
        prop_assert!(hand_off(&bare)?.ways.iter().count() > 0);
        world.event = Event::Utterance(Heard::failed(&error));
        let decision = world.decide();
        hand_off(&decision)?;
        prop_assert!(decision.signals.contains(&bare.reason));
    }

    // Invariant 3.
    #[test]
    fn one_question_in_a_row_and_two_failed_turns(mut world in world(), events in prop::collection::vec(worlds::event(), 1..8)) {
        world.call = voxroute::Call::new(world.call.id.clone(), world.desk.now);
        let (mut failed, mut asked) = (0, false);
        for event in events {
            world.event = event;
            let decision = world.decide();
            let asks = is_question(&decision);
            prop_assert!(!(asks && asked), "two questions in a row");
            failed += u32::from(decision.reason.is_unclear());
            prop_assert!(failed < 2 || decision.hand_off().is_some(), "{failed} failed turns: {decision:?}");
            asked = asks;
            world = after(world);
        }
    }

    // Invariant 3, where another machine's record says that a question was just asked or two turns have failed.
    #[test]
    fn a_foreign_record_earns_no_second_question(world in world()) {
        let answers: Vec<_> = world.call.turns().iter().filter_map(|turn| turn.answer.as_ref()).collect();
        let asked = matches!(answers.last().map(|answer| &answer.what), Some(Answered::Clarify { .. }));
        let failed = answers.iter().filter(|answer| answer.reason.is_unclear()).count();
        let decision = world.decide();
        prop_assert!(!asked || !is_question(&decision));
        prop_assert!(failed < 2 || decision.hand_off().is_some());
    }

    // Invariant 4.
    #[test]
    fn a_hand_off_has_a_way_that_is_true(world in world()) {
        let decision = world.decide();
        let Some(hand_off) = decision.hand_off() else { return Ok(()) };
        prop_assert!(hand_off.ways.len() >= 1);
        let callback = hand_off.ways.iter().any(|way| matches!(way, Way::Callback { .. }));
        prop_assert!(callback);
        for way in hand_off.ways.iter() {
            check_way(way, &world.desk)?;
        }
    }

    // Invariant 4, in the same call over and over: no event leaves the caller with a dead line or a late promise first.
    #[test]
    fn a_failed_queue_is_not_offered_first_for_ever(mut world in world(), failure in worlds::hand_off_failure()) {
        let mut tried = Vec::new();
        for _ in 0..6 {
            let decision = world.decide();
            let Some(hand_off) = decision.hand_off() else { return Ok(()) };
            let (Way::Now { queue } | Way::Queue { queue, .. }) = hand_off.ways.best() else { return Ok(()) };
            tried.push(queue.clone());
            prop_assert!(tried.iter().filter(|known| *known == queue).count() <= 2, "{tried:?}");
            let queue = queue.clone();
            world = after(world);
            world.event = Event::HandOffFailed { queue, failure };
        }
        let queues: std::collections::BTreeSet<_> = world.desk.queues.iter().map(|queue| &queue.id).collect();
        prop_assert!(queues.len() > 2, "{tried:?}");
    }

    // Invariant 5.
    #[test]
    fn a_broken_promise_puts_the_caller_first(mut world in world()) {
        let before = world.decide();
        world.call.promises.push(broken(&world.desk));
        let decision = world.decide();
        let first = hand_off(&decision)?;
        prop_assert_eq!(first.priority, Priority::FIRST);
        prop_assert!(decision.signals.contains(&Reason::PromiseBroken));
        prop_assert!(before.hand_off().is_none_or(|before| before.priority <= first.priority));
    }

    // Invariant 6, and with it: unsure is never automated.
    #[test]
    fn only_the_calibrated_are_automated(world in world()) {
        let decision = world.decide();
        let assessment = world.event.heard().and_then(|heard| heard.assessment.as_ref());
        prop_assert_eq!(decision.confidence, assessment.map(|assessment| assessment.confidence));
        let Some(intent) = decision.automated() else { return Ok(()) };
        let heard = world.event.heard().expect("only words are automated");
        let assessment = heard.assessment.as_ref().expect("only the calibrated are automated");
        let bar = assessment.automate_from.expect("only with a bar").value().max(0.5);
        prop_assert!(assessment.confidence.value() >= bar);
        prop_assert_eq!(heard.outcome, Outcome::Understood);
        prop_assert_eq!(heard.intent(), Some(intent));
        let card = world.policy.domain().card(intent).expect("only with a card");
        prop_assert!(!card.urgent && !intent.is_human_agent() && decision.signals.is_empty());
    }

    // A record from elsewhere may name a likely intent twice.
    #[test]
    fn a_question_names_wishes_that_differ(world in world()) {
        if let Action::Clarify { question } = world.decide().action {
            let mut intents = question.intents.clone();
            intents.sort();
            intents.dedup();
            prop_assert_eq!(intents.len(), question.intents.len(), "{:?}", question);
        }
    }

    // Invariant 7.
    #[test]
    fn more_trouble_never_helps_the_machine(world in world(), troubles in prop::collection::vec(trouble(), 1..4)) {
        let before = world.decide();
        let mut worse = world.clone();
        troubles.iter().for_each(|trouble| trouble.add_to(&mut worse));
        let now = worse.decide();
        prop_assert!(before.hand_off().is_none() || now.hand_off().is_some(), "{troubles:?}: {before:?} became {now:?}");
    }

    // Invariant 7, for the place among the callers.
    #[test]
    fn more_suffering_never_costs_a_place(world in world(), troubles in prop::collection::vec(suffering(), 1..4)) {
        let before = world.decide();
        let mut worse = world.clone();
        troubles.iter().for_each(|trouble| trouble.add_to(&mut worse));
        let now = worse.decide();
        let (Some(before), Some(now)) = (before.hand_off(), now.hand_off()) else { return Ok(()) };
        prop_assert!(now.priority >= before.priority, "{troubles:?}: {:?} became {:?}", before.priority, now.priority);
        // A key answers the last question only: after other trouble it names no wish any more.
        let same_wish = now.brief.intent == before.brief.intent;
        prop_assert!(!same_wish || now.authority >= before.authority);
    }

    // The call is plain data: another machine decides the same, and a decision survives its JSON.
    #[test]
    fn another_machine_decides_the_same(world in world()) {
        let decision = world.decide();
        let call: voxroute::Call = serde_json::from_str(&serde_json::to_string(&world.call).unwrap()).unwrap();
        prop_assert_eq!(&World { call, ..world }.decide(), &decision);
        let json = serde_json::to_string(&decision).unwrap();
        let read: Decision = serde_json::from_str(&json).unwrap();
        prop_assert_eq!((read.action, read.reason, read.signals), (decision.action, decision.reason, decision.signals));
    }

    // A policy file is refused, with the invariant's name, or cannot weaken anything.
    #[test]
    fn no_setting_outside_its_range_is_taken(value in -1000.0..1000.0_f64, key in select(NUMBERS)) {
        let (name, least, most, whole) = key;
        let value = if whole { value.round() } else { value };
        let text = if whole { format!("{name} = {}", value as i64) } else { format!("{name} = {value:?}") };
        let inside = (least..=most).contains(&value);
        let taken = Settings::from_toml(&text);
        prop_assert_eq!(taken.is_ok(), inside, "{}: {:?}", text, taken);
    }
}

/// Settings that are numbers, with their ranges: a copy, so that a wider range in the code fails here.
const NUMBERS: &[(&str, f64, f64, bool)] = &[
    ("failed_turns", 1.0, 2.0, true),
    ("question_options", 0.0, 3.0, true),
    ("automate_floor", 0.5, 1.0, false),
    ("silence_seconds", 2.0, 15.0, false),
    ("same_wish_cosine", 0.5, 0.99, false),
    ("louder_by_db", 3.0, 30.0, false),
    ("longest_wait_seconds", 10.0, 180.0, true),
    ("callback_within_minutes", 5.0, 240.0, true),
    ("longest_promise_hours", 4.0, 72.0, true),
];

/// Whether the request is the first intent, right in 97 of 100 such turns, and the words do not speak against it.
fn means_a_person(heard: &Heard) -> bool {
    let sure = heard.assessment.as_ref().is_some_and(|assessment| assessment.confidence.value() >= 0.97);
    let first = heard.intent().is_some_and(|intent| intent.is_human_agent());
    sure && first && may_mean_a_person(heard) && heard.person != PersonRequest::TalkedAbout
}

/// Whether the request is the first intent or among the likely ones, unless no known intent fits.
fn may_mean_a_person(heard: &Heard) -> bool {
    let likely = heard.assessment.as_ref().map(|assessment| &assessment.likely[..]);
    let promises = heard.assessment.as_ref().is_some_and(|assessment| assessment.automate_from.is_some());
    let fits = !promises || likely.is_none_or(|likely| !likely.is_empty());
    let first = heard.intent().filter(|_| fits);
    heard.outcome == Outcome::Understood
        && likely.unwrap_or(&[]).iter().chain(first).any(|intent| intent.is_human_agent())
}

fn is_question(decision: &Decision) -> bool {
    matches!(decision.action, Action::Clarify { .. })
}

fn is_ask(reason: Reason) -> bool {
    matches!(reason, Reason::AskedForHuman | Reason::MaybeAskedForHuman)
}

/// The world after its event was decided and noted, seven seconds later.
fn after(mut world: World) -> World {
    let decision = world.decide();
    world.call.record(world.desk.now, world.event.clone(), Some(&decision));
    let later = world.desk.now.checked_add(SignedDuration::from_secs(7));
    world.desk.now = later.unwrap_or(world.desk.now);
    world
}

fn broken(desk: &Desk) -> Promise {
    Promise {
        id: PromiseId::new("broken"),
        call: voxroute::call::CallId::new("earlier"),
        caller: None,
        owner: QueueId::default(),
        made: desk.now,
        due: desk.now,
        state: PromiseState::Missed { at: desk.now },
    }
}

fn check_way(way: &Way, desk: &Desk) -> Result<(), TestCaseError> {
    let open = |id: &QueueId| desk.queues.iter().any(|queue| queue.id == *id && queue.hours.is_open(desk.now));
    match way {
        Way::Now { queue } | Way::Queue { queue, .. } => prop_assert!(open(queue)),
        Way::Callback { due, .. } => {
            let wait = due.duration_since(desk.now);
            prop_assert!(wait <= SignedDuration::from_hours(72));
            prop_assert!(wait > SignedDuration::ZERO || desk.now == jiff::Timestamp::MAX);
        }
        Way::Channel { address, .. } => prop_assert!(!address.is_empty()),
        other => prop_assert!(false, "a new way is not checked: {:?}", other),
    }
    Ok(())
}

fn error() -> impl Strategy<Value = Error> {
    let engine = select(vec![
        EngineError::Deadline { limit_ms: 3000 },
        EngineError::Overloaded { waiting: 9, limit: 8 },
        EngineError::Panicked { text: "oh".to_owned() },
        EngineError::Run { stage: "decode", text: "oh".to_owned() },
    ]);
    prop_oneof![
        Just(Error::Audio(AudioError::Empty)),
        engine.clone().prop_map(Error::Transcribe),
        engine.prop_map(Error::Classify),
        Just(Error::Settings(SettingsError::new("x", 1, "2"))),
        Just(Error::Io { path: "p".to_owned(), action: "read", kind: std::io::ErrorKind::NotFound }),
    ]
}

/// One more piece of evidence that the call goes badly.
#[derive(Debug, Clone)]
enum Trouble {
    Suffers(Suffering),
    Unsure(f64),
    Uncalibrated,
    BarRaised,
    Unreliable,
    Fails,
    LouderBy(f32),
    LongerSilence,
    FailedTurnBefore,
}

/// Trouble that has nothing to do with what this turn says.
#[derive(Debug, Clone)]
enum Suffering {
    AskedBefore,
    AsksNow,
    Angry,
    HandOffFailed(QueueId, HandOffFailure),
    PromiseBroken,
    WaitedLonger,
}

fn suffering() -> impl Strategy<Value = Suffering> {
    prop_oneof![
        Just(Suffering::AskedBefore),
        Just(Suffering::AsksNow),
        Just(Suffering::Angry),
        (worlds::queue_id(), worlds::hand_off_failure()).prop_map(|(queue, how)| Suffering::HandOffFailed(queue, how)),
        Just(Suffering::PromiseBroken),
        Just(Suffering::WaitedLonger),
    ]
}

fn trouble() -> impl Strategy<Value = Trouble> {
    prop_oneof![
        4 => suffering().prop_map(Trouble::Suffers),
        2 => (0.0..1.0).prop_map(Trouble::Unsure),
        1 => Just(Trouble::Uncalibrated),
        1 => Just(Trouble::BarRaised),
        1 => Just(Trouble::Unreliable),
        1 => Just(Trouble::Fails),
        1 => (0.0..40.0_f32).prop_map(Trouble::LouderBy),
        1 => Just(Trouble::LongerSilence),
        1 => Just(Trouble::FailedTurnBefore),
    ]
}

impl Trouble {
    fn add_to(&self, world: &mut World) {
        match self {
            Self::Suffers(suffering) => suffering.add_to(world),
            Self::FailedTurnBefore => {
                let event = Event::Utterance(Heard { outcome: Outcome::NoSpeech, ..Heard::default() });
                note(world, event);
            }
            Self::LongerSilence => {
                if let Event::Silence { seconds } = &mut world.event {
                    *seconds += 60.0;
                }
            }
            _ => {
                if let Some(heard) = world.heard_mut() {
                    self.add_to_words(heard);
                }
            }
        }
    }

    fn add_to_words(&self, heard: &mut Heard) {
        match self {
            Self::Unsure(factor) => {
                if let Some(assessment) = &mut heard.assessment {
                    assessment.confidence = confidence(assessment.confidence.value() * factor);
                }
            }
            Self::Uncalibrated => heard.assessment.iter_mut().for_each(|assessment| assessment.automate_from = None),
            Self::BarRaised => {
                let bars = heard.assessment.iter_mut().filter_map(|assessment| assessment.automate_from.as_mut());
                bars.for_each(|bar| *bar = confidence(1.0));
            }
            Self::Unreliable => heard.outcome = Outcome::Unreliable { verdict: Verdict::Doubtful },
            Self::Fails => *heard = Heard { text: heard.text.clone(), ..failed() },
            Self::LouderBy(db) => heard.speech.iter_mut().for_each(|speech| speech.level_dbfs += db),
            _ => {}
        }
    }
}

fn failed() -> Heard {
    Heard::failed(&Error::Transcribe(EngineError::Deadline { limit_ms: 1 }))
}

impl Suffering {
    fn add_to(&self, world: &mut World) {
        match self {
            Self::AskedBefore => note(world, Event::Digits { digits: "0".to_owned() }),
            Self::HandOffFailed(queue, failure) => {
                note(world, Event::HandOffFailed { queue: queue.clone(), failure: *failure });
            }
            Self::PromiseBroken => world.call.promises.push(broken(&world.desk)),
            Self::WaitedLonger => {
                world.desk.now = world.desk.now.checked_add(SignedDuration::from_mins(2)).unwrap_or(world.desk.now);
            }
            Self::AsksNow => {
                if let Some(heard) = world.heard_mut() {
                    heard.person = PersonRequest::Explicit { evidence: String::new() };
                }
            }
            Self::Angry => {
                if let Some(heard) = world.heard_mut() {
                    heard.text.push_str("你们太差了");
                }
            }
        }
    }
}

/// Adds an event to the past as this policy would have answered it.
fn note(world: &mut World, event: Event) {
    let decision = world.policy.respond(&world.call, &event, &world.desk);
    world.call.record(world.desk.now, event, decision.as_ref());
}

#[test]
fn no_key_can_be_added() {
    for key in ["hand_off_on_request", "clarify_before_hand_off", "max_clarify", "disable_human", "asks_before_person"]
    {
        let refused = Settings::from_toml(&format!("{key} = true")).unwrap_err();
        assert!(refused.to_string().contains(key), "{refused}");
    }
}

#[test]
fn the_shipped_policy_is_the_default() {
    let shipped = Settings::from_toml(include_str!("../data/policy.toml")).unwrap();
    assert_eq!(shipped, Settings::default());
    assert_eq!(Policy::new(domain()), Policy::with_settings(domain(), shipped).unwrap());
}
