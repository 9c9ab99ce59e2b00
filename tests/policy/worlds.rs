//! Random policies, calls, desks and turns; also such as only a hostile operator or a foreign machine would make.

use std::sync::LazyLock;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde::de::IntoDeserializer;
use voxroute::audio::SpeechEvidence;
use voxroute::calibrate::{Assessment, Confidence};
use voxroute::call::{Call, CallId, CallerId, Details, Direction, Event, HandOffFailure};
use voxroute::classify::Ranked;
use voxroute::desk::{Channel, Day, Desk, Hours, Queue, QueueId, Shift, Weekly};
use voxroute::human::PersonRequest;
use voxroute::policy::{
    Action, Authority, Decision, Domain, Evidence, Failure, Heard, Level, Outcome, Policy, Question, Reason, Settings,
    Timings,
};
use voxroute::promises::{Promise, PromiseId, PromiseState};
use voxroute::transcribe::Verdict;
use voxroute::units::{IntentId, Language, Probability};

/// Everything one decision is taken from.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) call: Call,
    pub(crate) event: Event,
    pub(crate) desk: Desk,
}

impl World {
    /// The decision; every event of a world needs one.
    pub(crate) fn decide(&self) -> Decision {
        self.policy.respond(&self.call, &self.event, &self.desk).expect("the event needs a decision")
    }

    pub(crate) fn heard_mut(&mut self) -> Option<&mut Heard> {
        match &mut self.event {
            Event::Utterance(heard) | Event::Typed(heard) => Some(heard),
            _ => None,
        }
    }
}

pub(crate) fn confidence(value: f64) -> Confidence {
    let plain: serde::de::value::F64Deserializer<serde::de::value::Error> = value.into_deserializer();
    Confidence::deserialize(plain).expect("a value inside 0..=1")
}

pub(crate) fn domain() -> Domain {
    static SHIPPED: LazyLock<Domain> = LazyLock::new(|| {
        Domain::from_toml(include_str!("../../data/hotline/domain.toml")).expect("the shipped domain")
    });
    SHIPPED.clone()
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    (policy(), desk(), prop::collection::vec(step(), 0..8), event(), promises(), any::<bool>()).prop_map(
        |(policy, desk, steps, event, promises, known)| {
            let call = play(&policy, &desk, steps, promises, known);
            World { policy, call, event, desk }
        },
    )
}

/// One thing in a call's past: what happened, how long before now, and who answered.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) event: Event,
    pub(crate) seconds: i64,
    /// What a foreign machine answered; `None` where this policy did.
    pub(crate) foreign: Option<Decision>,
}

fn play(policy: &Policy, desk: &Desk, steps: Vec<Step>, promises: Vec<Promise>, known: bool) -> Call {
    let seconds: i64 = steps.iter().map(|step| step.seconds).sum();
    let mut at = desk.now.checked_sub(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MIN);
    let mut call = Call::new(CallId::new("c"), at);
    if known {
        call = call.from_caller(CallerId::new("13800138000"));
    }
    call.promises = promises;
    for Step { event, seconds, foreign } in steps {
        let then = Desk { now: at, ..desk.clone() };
        let decision = foreign.or_else(|| policy.respond(&call, &event, &then));
        call.record(at, event, decision.as_ref());
        at = at.checked_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX);
    }
    call
}

pub(crate) fn step() -> impl Strategy<Value = Step> {
    let foreign = prop::option::weighted(0.2, foreign_decision());
    (any_event(), 0..200_i64, foreign).prop_map(|(event, seconds, foreign)| Step { event, seconds, foreign })
}

/// An answer that this policy may never have given.
fn foreign_decision() -> impl Strategy<Value = Decision> {
    let reason = select(
        &[
            Reason::Confident,
            Reason::Ambiguous,
            Reason::AskedForHuman,
            Reason::NoSpeech,
            Reason::Waiting,
            Reason::Urgent,
            Reason::LowConfidence,
        ][..],
    );
    (reason, intent(), 0..2_u8).prop_map(|(reason, intent, kind)| Decision {
        action: match kind {
            0 => Action::Automate { intent },
            _ => Action::Clarify {
                question: Question { text: String::new(), language: Language::En, intents: vec![intent] },
            },
        },
        reason,
        signals: Vec::new(),
        confidence: None,
        ranking: Vec::new(),
        transcript: None,
        evidence: Evidence::default(),
        timings: Timings::default(),
    })
}

pub(crate) fn policy() -> impl Strategy<Value = Policy> {
    settings().prop_map(|settings| Policy::with_settings(domain(), settings).expect("settings inside their ranges"))
}

/// Every value the ranges allow.
fn settings() -> impl Strategy<Value = Settings> {
    let level = select(&[Level::LookUp, Level::Change, Level::Refund][..]);
    let numbers = (1..=2_u32, 0..=3_usize, any::<bool>(), 0.5..=1.0_f64, level, any::<u32>());
    let more = (2.0..=15.0_f32, 0.5..=0.99_f32, 3.0..=30.0_f32, 10..=180_u32, 5..=240_u32, 4..=72_u32);
    (numbers, more).prop_map(|(a, b)| Settings {
        failed_turns: a.0,
        question_options: a.1,
        ask_again_when_nothing_heard: a.2,
        automate_floor: a.3,
        machine_authority: a.4,
        machine_refund_up_to: a.5,
        silence_seconds: b.0,
        same_wish_cosine: b.1,
        louder_by_db: b.2,
        longest_wait_seconds: b.3,
        callback_within_minutes: b.4,
        longest_promise_hours: b.5,
        ..Settings::default()
    })
}

/// An event that needs a decision.
pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => heard().prop_map(Event::Utterance),
        2 => heard().prop_map(Event::Typed),
        1 => "[0-9*#]{0,3}".prop_map(|digits| Event::Digits { digits }),
        1 => prop_oneof![0.0..60.0_f32, Just(f32::NAN), Just(f32::INFINITY)].prop_map(|seconds| Event::Silence { seconds }),
        1 => Just(Event::DeskStatus),
        1 => (queue_id(), hand_off_failure()).prop_map(|(queue, failure)| Event::HandOffFailed { queue, failure }),
        1 => promise_id().prop_map(|promise| Event::CallbackMissed { promise }),
    ]
}

fn any_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        8 => event(),
        1 => (queue_id(), authority()).prop_map(|(queue, authority)| Event::Answered { queue, authority }),
        1 => promise_id().prop_map(|promise| Event::CallbackMade { promise }),
    ]
}

pub(crate) fn hand_off_failure() -> impl Strategy<Value = HandOffFailure> {
    select(
        &[
            HandOffFailure::NoAnswer,
            HandOffFailure::Busy,
            HandOffFailure::Declined,
            HandOffFailure::Voicemail,
            HandOffFailure::CallerHungUp,
            HandOffFailure::TransferError,
        ][..],
    )
}

pub(crate) fn heard() -> impl Strategy<Value = Heard> {
    let words = (outcome(), text(), prop::option::of(language()), person());
    let scores = (ranking(), prop::option::weighted(0.9, assessment()), direction());
    let rest = (prop::option::of(speech()), details());
    (words, scores, rest).prop_map(|(words, scores, rest)| Heard {
        outcome: words.0,
        text: words.1,
        language: words.2,
        person: words.3,
        ranking: scores.0,
        assessment: scores.1,
        direction: scores.2,
        speech: rest.0,
        details: rest.1,
        ..Heard::default()
    })
}

fn outcome() -> impl Strategy<Value = Outcome> {
    let verdict = select(&[Verdict::Loop, Verdict::Invented, Verdict::Doubtful][..]);
    let failure = select(&[Failure::Audio, Failure::Deadline, Failure::Overloaded, Failure::Crash][..]);
    prop_oneof![
        8 => Just(Outcome::Understood),
        1 => Just(Outcome::NoSpeech),
        1 => verdict.prop_map(|verdict| Outcome::Unreliable { verdict }),
        1 => failure.prop_map(|failure| Outcome::Failed { failure }),
    ]
}

fn text() -> impl Strategy<Value = String> {
    select(
        &[
            "",
            "查一下我的快递",
            "where is my order",
            "不是,我要退押金",
            "no, not that",
            "说了多少遍了",
            "this is ridiculous",
        ][..],
    )
    .prop_map(str::to_owned)
}

fn language() -> impl Strategy<Value = Language> {
    select(&Language::ALL[..])
}

fn person() -> impl Strategy<Value = PersonRequest> {
    prop_oneof![
        8 => Just(PersonRequest::No),
        1 => Just(PersonRequest::TalkedAbout),
        1 => Just(PersonRequest::Doubtful { evidence: "川人共".to_owned() }),
        1 => Just(PersonRequest::Explicit { evidence: "转人工".to_owned() }),
    ]
}

/// Intents with cards, the request for a person, and one that nobody wrote a card for.
pub(crate) fn intent() -> impl Strategy<Value = IntentId> {
    select(
        &[
            "order_status",
            "order_status",
            "order_status",
            "bill_inquiry",
            "bill_inquiry",
            "plan_change",
            "deposit_refund",
            "order_refund",
            "complaint",
            "card_lost",
            "human_agent",
            "unheard_of",
        ][..],
    )
    .prop_map(IntentId::new)
}

fn ranking() -> impl Strategy<Value = Vec<Ranked>> {
    let ranked = (intent(), 0.0..=1.0_f64)
        .prop_map(|(intent, share)| Ranked { intent, probability: Probability::clamped(share) });
    prop::collection::vec(ranked, 0..4)
}

fn assessment() -> impl Strategy<Value = Assessment> {
    let bar = prop::option::weighted(0.9, 0.0..=1.0_f64);
    let likely = prop_oneof![2 => prop::collection::vec(intent(), 1..2), 1 => prop::collection::vec(intent(), 0..4)];
    (0.0..=1.0_f64, bar, likely).prop_map(|(value, bar, likely)| Assessment {
        confidence: confidence(value),
        automate_from: bar.map(confidence),
        likely,
    })
}

fn direction() -> impl Strategy<Value = Direction> {
    prop::collection::vec(-1.0..1.0_f32, 0..4).prop_map(|parts| Direction::new(&parts))
}

fn speech() -> impl Strategy<Value = SpeechEvidence> {
    (-100.0..=0.0_f32, 0.0..5.0_f32).prop_map(|(level_dbfs, spoken_seconds)| SpeechEvidence {
        level_dbfs,
        spoken_seconds,
        ..Default::default()
    })
}

fn details() -> impl Strategy<Value = Details> {
    let amount = select(&["199", "12.50", "1e12", "-3", "nan", "一百"][..]).prop_map(str::to_owned);
    prop::collection::vec(amount, 0..3).prop_map(|amounts| Details { amounts, ..Details::default() })
}

pub(crate) fn desk() -> impl Strategy<Value = Desk> {
    let channel =
        hours().prop_map(|hours| Channel { name: "counter".to_owned(), address: "Main Street".to_owned(), hours });
    (now(), prop::collection::vec(queue(), 0..5), prop::collection::vec(channel, 0..2))
        .prop_map(|(now, queues, channels)| Desk { now, queues, channels })
}

/// Some years around today, and the ends of time.
fn now() -> impl Strategy<Value = Timestamp> {
    prop_oneof![
        20 => (1_700_000_000..1_900_000_000_i64).prop_map(|second| Timestamp::from_second(second).expect("in range")),
        1 => Just(Timestamp::MIN),
        1 => Just(Timestamp::MAX),
    ]
}

fn queue() -> impl Strategy<Value = Queue> {
    let numbers = (0..3_u32, 0..5_u32, prop::option::of(0..2_000_u32), prop_oneof![Just(0), Just(2), any::<u32>()]);
    (queue_id(), hours(), authority(), numbers).prop_map(|(id, hours, authority, numbers)| Queue {
        id,
        hours,
        authority,
        agents_available: numbers.0,
        waiting: numbers.1,
        expected_wait_seconds: numbers.2,
        capacity: numbers.3,
    })
}

pub(crate) fn queue_id() -> impl Strategy<Value = QueueId> {
    select(&["people", "refunds", "orders", "safety", ""][..]).prop_map(QueueId::new)
}

fn authority() -> impl Strategy<Value = Authority> {
    prop_oneof![
        Just(Authority::LookUp),
        Just(Authority::Change),
        any::<u32>().prop_map(|up_to| Authority::Refund { up_to }),
        Just(Authority::Complaint),
        Just(Authority::Safety),
    ]
}

fn hours() -> impl Strategy<Value = Hours> {
    prop_oneof![1 => Just(Hours::Always), 3 => weekly().prop_map(Hours::Weekly)]
}

fn weekly() -> impl Strategy<Value = Weekly> {
    let zone = select(&["Asia/Shanghai", "Europe/Madrid", "America/New_York", "Pacific/Apia"][..]);
    (zone, prop::collection::vec(shift(), 0..3), prop::collection::btree_set(date(), 0..3)).prop_map(
        |(zone, shifts, holidays)| Weekly { time_zone: TimeZone::get(zone).expect("a known zone"), shifts, holidays },
    )
}

fn shift() -> impl Strategy<Value = Shift> {
    let day = select(
        &[Day::Monday, Day::Tuesday, Day::Wednesday, Day::Thursday, Day::Friday, Day::Saturday, Day::Sunday][..],
    );
    (prop::collection::vec(day, 0..4), time(), time()).prop_map(|(days, from, to)| Shift { days, from, to })
}

fn time() -> impl Strategy<Value = Time> {
    (0..24_i8, 0..60_i8).prop_map(|(hour, minute)| Time::constant(hour, minute, 0, 0))
}

fn date() -> impl Strategy<Value = Date> {
    (2023..2031_i16, 1..=12_i8, 1..=28_i8).prop_map(|(year, month, day)| Date::constant(year, month, day))
}

fn promises() -> impl Strategy<Value = Vec<Promise>> {
    prop_oneof![4 => Just(Vec::new()), 1 => prop::collection::vec(promise(), 1..3)]
}

fn promise() -> impl Strategy<Value = Promise> {
    (promise_id(), queue_id(), 1_600_000_000..2_000_000_000_i64, 0..3_u8).prop_map(|(id, owner, due, state)| {
        let due = Timestamp::from_second(due).expect("in range");
        let state = match state {
            0 => PromiseState::Open,
            1 => PromiseState::Kept { at: due },
            _ => PromiseState::Missed { at: due },
        };
        Promise { id, call: CallId::new("earlier"), caller: None, owner, made: due, due, state }
    })
}

fn promise_id() -> impl Strategy<Value = PromiseId> {
    select(&["p1", "p2"][..]).prop_map(PromiseId::new)
}
