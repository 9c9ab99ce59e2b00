//! How long a decision takes, from what was heard to what to do.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::{SignedDuration, Timestamp};
use voxroute::audio::SpeechEvidence;
use voxroute::call::{Call, CallId, Direction, Event};
use voxroute::classify::Ranked;
use voxroute::desk::{Desk, Queue, QueueId};
use voxroute::human::PersonRequest;
use voxroute::policy::{Domain, Heard, Outcome, Policy, Reason};
use voxroute::units::{IntentId, Language, Probability};

/// The width of the shipped encoder.
const WIDTH: usize = 384;

fn policy() -> Policy {
    Policy::new(Domain::from_toml(include_str!("../data/hotline/domain.toml")).expect("the shipped domain"))
}

fn desk(now: Timestamp) -> Desk {
    let queues = ["people", "refunds", "orders", "complaints", "safety"];
    Desk { now, queues: queues.map(|id| Queue::open(QueueId::new(id), 1)).to_vec(), channels: Vec::new() }
}

/// A turn as the router gives it: every intent ranked, an embedding, an assessment.
fn heard(policy: &Policy, first: &str, seed: usize) -> Heard {
    let mut ids: Vec<IntentId> = policy.domain().cards().iter().map(|card| card.id.clone()).collect();
    ids.sort_by_key(|id| id.as_str() != first);
    let share = Probability::clamped(1.0 / ids.len() as f64);
    let embedding: Vec<f32> = (0..WIDTH).map(|part| ((part * (seed + 7)) as f32).sin()).collect();
    let assessment = serde_json::json!({ "confidence": 0.97, "automate_from": 0.9, "likely": [first] });
    Heard {
        outcome: Outcome::Understood,
        text: "你好,我想问一下我上个星期买的那个东西现在到哪里了".to_owned(),
        language: Some(Language::Zh),
        ranking: ids.into_iter().map(|intent| Ranked { intent, probability: share }).collect(),
        assessment: Some(serde_json::from_value(assessment).expect("an assessment")),
        direction: Direction::new(&embedding),
        speech: Some(SpeechEvidence { spoken_seconds: 2.0, level_dbfs: -30.0, ..SpeechEvidence::default() }),
        ..Heard::default()
    }
}

/// A call in which these wishes were served.
fn call(policy: &Policy, wishes: &[&str], desk: &Desk) -> Call {
    let mut call = Call::new(CallId::new("c"), desk.now);
    for (turn, wish) in wishes.iter().enumerate() {
        let at = desk.now + SignedDuration::from_secs(turn as i64 * 10);
        let event = Event::Utterance(heard(policy, wish, turn));
        let decision = policy.respond(&call, &event, desk);
        call.record(at, event, decision.as_ref());
    }
    call
}

fn decide(criterion: &mut Criterion) {
    let (policy, desk) = (policy(), desk(Timestamp::UNIX_EPOCH));
    let served = ["order_status", "bill_inquiry", "plan_change", "invoice_request"];
    let (new, long) = (call(&policy, &[], &desk), call(&policy, &served, &desk));
    let sure = heard(&policy, "contact_change", 9);
    let asking = Heard { person: PersonRequest::Explicit { evidence: "转人工".to_owned() }, ..sure.clone() };
    for (name, call, heard, reason) in [
        ("decide/new_call/automate", &new, &sure, Reason::Confident),
        ("decide/four_turns/automate", &long, &sure, Reason::Confident),
        ("decide/new_call/hand_off", &new, &asking, Reason::AskedForHuman),
        ("decide/four_turns/hand_off", &long, &asking, Reason::AskedForHuman),
    ] {
        assert_eq!(policy.decide(call, heard, &desk).reason, reason, "{name}");
        criterion.bench_function(name, |bencher| {
            bencher.iter(|| policy.decide(black_box(call), black_box(heard), black_box(&desk)));
        });
    }
}

criterion_group!(benches, decide);
criterion_main!(benches);
