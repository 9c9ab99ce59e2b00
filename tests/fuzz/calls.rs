//! What a service hands in with a turn: policies, calls, desks, events.

use std::sync::LazyLock;

use jiff::Timestamp;
use serde_json::Value;
use voxroute::call::{Call, CallId, CallerId, Event, HandOffFailure};
use voxroute::compliance::Report;
use voxroute::desk::{Desk, Queue, QueueId};
use voxroute::human::{self, PersonRequest};
use voxroute::policy::{Action, Authority, Decision, Domain, Heard, Outcome, Policy, Reason, Settings};
use voxroute::promises::{Promise, PromiseId, PromiseState};
use voxroute::units::{IntentId, Language, Probability};

static SHIPPED: LazyLock<Domain> =
    LazyLock::new(|| Domain::from_toml(include_str!("../../data/hotline/domain.toml")).expect("the shipped domain"));
/// A second of the year 2026, in which every desk and call of these targets lives.
const NOW: i64 = 1_790_000_000;

/// An odd first byte: a domain file; an even one: a policy file. What is read keeps its promises.
pub(crate) fn policy(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let policy = if kind % 2 == 1 {
        Domain::from_toml(text).ok().map(Policy::new)
    } else {
        let settings = Settings::from_toml(text).ok();
        settings.map(|settings| Policy::with_settings(SHIPPED.clone(), settings).expect("it was checked when read"))
    };
    let Some(policy) = policy else { return };
    let now = moment(NOW);
    let mut call = Call::at(now);
    let intents: Vec<IntentId> = policy.domain().cards().iter().map(|card| card.id.clone()).take(3).collect();
    for person in [PersonRequest::No, PersonRequest::Explicit { evidence: "agent".into() }] {
        let ranked = |(at, intent): (usize, &IntentId)| voxroute::classify::Ranked {
            intent: intent.clone(),
            probability: Probability::clamped(0.5 / (at + 1) as f64),
        };
        let heard = Heard {
            outcome: Outcome::Understood,
            ranking: intents.iter().enumerate().map(ranked).collect(),
            person,
            ..Heard::default()
        };
        take(&policy, &mut call, Event::Utterance(heard), &Desk::always_open(now));
    }
}

/// The record of a call as JSON, and after a zero byte a desk. What is read goes on, and can be read again.
pub(crate) fn call(bytes: &[u8]) {
    let (record, rest) = bytes.split_at(bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len()));
    let desk = serde_json::from_slice(rest.get(1..).unwrap_or_default());
    let desk = desk.unwrap_or_else(|_| Desk::always_open(moment(NOW)));
    let Ok(mut call) = serde_json::from_slice::<Call>(record) else { return };
    let policy = Policy::new(SHIPPED.clone());
    let failed = Event::HandOffFailed { queue: QueueId::default(), failure: HandOffFailure::Busy };
    let typed = Event::Typed(Heard { outcome: Outcome::Understood, text: "my bill".into(), ..Heard::default() });
    for event in
        [typed, Event::DeskStatus, Event::Digits { digits: "7".into() }, failed, Event::Digits { digits: "0".into() }]
    {
        take(&policy, &mut call, event, &desk);
    }
    let _silent = format!("{call:?}");
    let _report = Report::of(std::slice::from_ref(&call), desk.now);
    read_again(&call);
}

/// A stream of events into one call, with desks and a clock that change as they like, backwards too.
pub(crate) fn events(bytes: &[u8]) {
    let mut source = Source(bytes);
    let settings = Settings { ask_again_when_nothing_heard: source.byte().is_multiple_of(2), ..Settings::default() };
    let policy = Policy::with_settings(SHIPPED.clone(), settings).expect("a setting that may be chosen");
    let mut now = NOW;
    let mut call = Call::new(CallId::new("c"), moment(now)).from_caller(CallerId::new("1"));
    let mut asked = false;
    for _ in 0..24 {
        if source.0.is_empty() {
            break;
        }
        now = now.saturating_add(i64::from(source.byte().cast_signed()) * 97);
        let desk = desk(&mut source, now);
        let event = event(&mut source, now);
        if let Some(decision) = take(&policy, &mut call, event, &desk) {
            let asks = matches!(decision.action, Action::Clarify { .. });
            assert!(!(asks && asked), "two questions in a row");
            asked = asks;
        }
    }
    let _report = Report::of(std::slice::from_ref(&call), moment(now));
    read_again(&call);
}

/// Decides, checks and records.
fn take(policy: &Policy, call: &mut Call, event: Event, desk: &Desk) -> Option<Decision> {
    let decision = policy.respond(call, &event, desk);
    if let Some(decision) = &decision {
        check(&event, decision);
    }
    call.record(desk.now, event, decision.as_ref());
    decision
}

fn check(event: &Event, decision: &Decision) {
    let is_request = match event {
        Event::Digits { digits } => !digits.is_empty() && digits.bytes().all(|key| key == b'0'),
        event => event.heard().is_some_and(|heard| heard.person.is_request()),
    };
    if is_request {
        let hand_off = decision.hand_off().expect("who asks for a person gets one");
        assert!(hand_off.ways.len() >= 1);
        let reasons = [Reason::AskedForHuman, Reason::MaybeAskedForHuman];
        assert!(reasons.iter().any(|reason| decision.signals.contains(reason)), "{:?}", decision.signals);
    }
    assert!(decision.automated().is_none() || decision.confidence.is_some(), "nothing unsure is automated");
    let json = serde_json::to_string(decision).expect("plain data");
    let again: Decision = serde_json::from_str(&json).expect("its own text");
    assert_eq!(again.action.name(), decision.action.name());
}

/// The next machine reads the call as it is.
fn read_again(call: &Call) {
    let json = serde_json::to_string(call).expect("plain data");
    let again: Call = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let values = [call, &again].map(|call| serde_json::to_value(call).expect("plain data"));
    assert!(is_same(&values[0], &values[1]), "{json}");
}

/// The same but for the last bits of a number: `serde_json` without `float_roundtrip` rounds some to the nearest but
/// one.
pub(super) fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => match (a.as_f64(), b.as_f64()) {
            (Some(a), Some(b)) => (a - b).abs() <= 1e-12 * a.abs(),
            (a, b) => a == b,
        },
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        (a, b) => a == b,
    }
}

fn moment(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn desk(source: &mut Source<'_>, now: i64) -> Desk {
    let kind = source.byte();
    let mut queue = Queue::open(QueueId::default(), u32::from(kind % 4));
    queue.waiting = u32::from(source.byte()) % 50;
    queue.expected_wait_seconds = (kind & 16 == 0).then(|| u32::from(source.byte()) * 7);
    queue.capacity = if kind & 32 == 0 { u32::MAX } else { 3 };
    queue.authority = authority(kind >> 2);
    let queues = if kind & 128 == 0 { vec![queue] } else { Vec::new() };
    Desk { now: moment(now), queues, channels: Vec::new() }
}

fn event(source: &mut Source<'_>, now: i64) -> Event {
    let kind = source.byte();
    let name = || PromiseId::new(format!("p{}", kind >> 5));
    match kind % 12 {
        0 | 1 => Event::Digits { digits: source.text() },
        2 => Event::Silence { seconds: f32::from_bits(u32::from_le_bytes([0; 4].map(|_: u8| source.byte()))) },
        3 => Event::DeskStatus,
        4 => Event::HandOffFailed { queue: QueueId::new(source.text()), failure: failure(kind >> 4) },
        5 => Event::Answered { queue: QueueId::new(source.text()), authority: authority(kind >> 4) },
        6 => Event::CallbackPromised(Promise {
            id: name(),
            call: CallId::new("c"),
            caller: None,
            owner: QueueId::default(),
            made: moment(now),
            due: moment(now.saturating_add(i64::from(source.byte().cast_signed()) * 997)),
            state: PromiseState::Open,
        }),
        7 => Event::CallbackMade { promise: name() },
        8 => Event::CallbackMissed { promise: name() },
        9 if kind > 200 => Event::Ended,
        9 => Event::Utterance(Heard::failed(&voxroute::error::AudioError::Empty.into())),
        10 => Event::Utterance(heard(source)),
        _ => Event::Typed(heard(source)),
    }
}

fn heard(source: &mut Source<'_>) -> Heard {
    let text = source.text();
    let language = Language::of_text(&text);
    let turn = human::Turn { texts: &[&text], ..human::Turn::default() };
    let outcome = if source.byte().is_multiple_of(4) { Outcome::NoSpeech } else { Outcome::Understood };
    let person = human::asked(&turn);
    Heard {
        outcome,
        person,
        language: Some(language),
        details: voxroute::details::find(&text, language),
        text,
        ..Heard::default()
    }
}

fn authority(kind: u8) -> Authority {
    let up_to = u32::from(kind) * 10;
    [Authority::LookUp, Authority::Change, Authority::Refund { up_to }, Authority::Complaint, Authority::Safety]
        [usize::from(kind) % 5]
}

fn failure(kind: u8) -> HandOffFailure {
    use HandOffFailure::{Busy, CallerHungUp, Declined, NoAnswer, TransferError, Voicemail};
    [NoAnswer, Busy, Declined, Voicemail, CallerHungUp, TransferError][usize::from(kind) % 6]
}

/// Bytes taken from the front; zeros once they are gone.
struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    /// Up to 31 bytes, as many as the next byte says.
    fn text(&mut self) -> String {
        let length = usize::from(self.byte() % 32).min(self.0.len());
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8_lossy(text).into_owned()
    }
}
