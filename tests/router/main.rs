//! The router with engines of the tests' own: what breaks in a stage never reaches the caller as silence.

mod fakes;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fakes::{Deaf, Ears, Meaning, Named, desk, noise, router, voice};
use voxroute::Router;
use voxroute::call::{Call, Event};
use voxroute::error::{EngineError, Error};
use voxroute::models::Models;
use voxroute::policy::{Action, Heard, Reason};
use voxroute::router::IntentSet;
use voxroute::transcribe::{Pitch, Slowed, Verdict, WhisperConfig};

#[test]
fn an_uncalibrated_router_hands_every_understood_turn_to_a_person() {
    let router = router(Ears::saying("I want my deposit back"), Meaning::of(&["deposit_refund", "order_refund"]));
    let routed = router.route(&voice(), &mut Call::at(desk().now), &desk());
    assert_eq!(routed.error, None);
    assert_eq!(routed.decision.reason, Reason::Uncalibrated);
    assert!(routed.decision.hand_off().is_some());
}

/// Whether a router of the shipped pack promises anything of spoken turns, of typed ones, and why it does what it does.
fn promises(router: voxroute::router::RouterBuilder) -> (bool, bool, Reason) {
    let router = router.intents(shipped()).workers(1).build().expect("it builds");
    let call = Call::at(desk().now);
    let promised = |heard: Heard| heard.assessment.is_some_and(|assessment| assessment.automate_from.is_some());
    let utterance = fakes::router(Ears::saying("my bill"), Meaning::failing()).listen(&voice()).expect("it hears");
    let spoken = router.hear_utterance(utterance, &call).expect("understood");
    let typed = router.hear_text("my bill", &call).expect("understood");
    let reason = router.route(&voice(), &mut Call::at(desk().now), &desk()).decision.reason;
    (promised(spoken), promised(typed), reason)
}

fn shipped() -> IntentSet {
    IntentSet::load(&models(), "hotline", 1).expect("the shipped pack")
}

fn models() -> Models {
    Models::open(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/models"))).expect("the shipped models")
}

/// The shipped calibration is for Whisper as it comes: weights and settings.
#[test]
fn a_promise_of_spoken_turns_holds_for_the_engine_it_was_fitted_with() {
    let weights = models().speech().expect("a speech model").sha256();
    let own = |identity: String| promises(Router::builder().transcriber(Arc::new(Named(identity))));
    let shipped = WhisperConfig::default();
    let (spoken, typed, reason) = own(shipped.identity(&weights));
    assert!(spoken && typed && reason != Reason::Uncalibrated, "{reason:?}");
    let busier =
        WhisperConfig { workers: 7, threads: 3, queue: 9, deadline: Duration::from_secs(3), ..shipped.clone() };
    assert!(own(busier.identity(&weights)).0, "how many turns at a time changes nothing that is heard");
    let slowed = vec![Slowed { speed: 0.85, pitch: Pitch::Kept, mean_logprob: -0.3 }];
    let twice = WhisperConfig { slowed, ..shipped.clone() };
    for other in [twice.identity(&weights), shipped.identity("0123"), String::new()] {
        assert_eq!(own(other.clone()), (false, true, Reason::Uncalibrated), "{other:?}");
    }
    let (spoken, typed, _) = promises(Router::builder().text_only());
    assert!(!spoken && typed, "nobody listens");
}

/// What is fitted and measured is what the service decides on: a record that keeps less would be another turn.
#[test]
fn what_is_heard_holds_every_intent_and_leaves_the_call_as_it_is() {
    let intents = ["a", "b", "c", "d", "e"];
    let working = router(Ears::saying("my bill"), Meaning::of(&intents));
    let call = Call::at(desk().now);
    for heard in [working.hear(&voice(), &call), working.hear_text("my bill", &call)] {
        assert_eq!(heard.expect("the engines work").ranking.len(), intents.len());
    }
    assert!(call.turns().is_empty());
    let failing = Deaf::failing(EngineError::Deadline { limit_ms: 5 });
    let error = router(failing, Meaning::of(&intents)).hear(&voice(), &call).expect_err("it fails");
    assert_eq!(error, Error::Transcribe(EngineError::Deadline { limit_ms: 5 }));
}

/// What was heard once can be understood again without the sound.
#[test]
fn an_utterance_is_understood_as_its_sound_is() {
    let call = Call::at(desk().now);
    for verdict in [Verdict::Heard, Verdict::Doubtful, Verdict::Loop, Verdict::NoSpeech] {
        for sound in [voice(), noise()] {
            let router = router(Ears { verdict, ..Ears::saying("my bill") }, Meaning::of(&["bill_inquiry"]));
            let kept = serde_json::to_string(&router.listen(&sound).expect("it hears")).expect("plain data");
            let again = router.hear_utterance(serde_json::from_str(&kept).expect("kept"), &call).expect("understood");
            let whole = router.hear(&sound, &call).expect("heard");
            assert_eq!(Heard { timings: whole.timings, ..again }, whole, "{verdict:?}");
        }
    }
    let deaf = Deaf::failing(EngineError::Deadline { limit_ms: 5 });
    assert!(router(deaf, Meaning::of(&["bill_inquiry"])).listen(&voice()).is_err());
}

#[test]
fn a_request_for_a_person_counts_in_a_text_that_cannot_be_trusted() {
    for text in ["let me talk to a real person", "转人工"] {
        for verdict in [Verdict::Heard, Verdict::Doubtful, Verdict::Loop] {
            let ears = Ears { verdict, ..Ears::saying(text) };
            let router = router(ears, Meaning::of(&["bill_inquiry"]));
            let routed = router.route(&voice(), &mut Call::at(desk().now), &desk());
            assert_eq!(routed.decision.reason, Reason::AskedForHuman, "{text:?} {verdict:?}");
        }
    }
}

#[test]
fn a_text_longer_than_a_person_types_is_for_a_person_to_read() {
    let router = router(Ears::saying("never asked"), Meaning::of(&["bill_inquiry"]));
    let decided = |text: &str| {
        let mut call = Call::at(desk().now);
        let reason = router.route_text(text, &mut call, &desk()).decision.reason;
        let kept = call.turns()[0].event.heard().map_or(0, |heard| heard.text.chars().count());
        (reason, kept)
    };
    let bills: String = (0..100_000).map(|number| format!("bill {number} ")).collect();
    assert_eq!(decided(&bills[..4_000]), (Reason::Uncalibrated, bills[..4_000].trim().len()));
    assert_eq!(decided(&bills), (Reason::Unreliable, 4_000));
    assert_eq!(decided(&format!("转人工，{bills}")), (Reason::AskedForHuman, 4_000));
}

#[test]
fn noise_without_a_voice_is_a_decision_and_no_error() {
    let router = router(Ears::saying("never asked"), Meaning::of(&["bill_inquiry"]));
    let routed = router.route(&noise(), &mut Call::at(desk().now), &desk());
    assert_eq!((routed.error, routed.decision.reason), (None, Reason::NoSpeech));
}

#[test]
fn a_failing_speech_engine_is_a_hand_off_and_an_error_for_the_operator() {
    let cases = [
        (EngineError::Deadline { limit_ms: 5 }, Reason::Deadline),
        (EngineError::Overloaded { waiting: 3, limit: 2 }, Reason::Overloaded),
        (EngineError::Process { text: "killed".into() }, Reason::Failure),
        (EngineError::Run { stage: "encode", text: "out of memory".into() }, Reason::Failure),
    ];
    for (failure, reason) in cases {
        let router = router(Deaf::failing(failure.clone()), Meaning::of(&["bill_inquiry"]));
        let mut call = Call::at(desk().now);
        let routed = router.route(&voice(), &mut call, &desk());
        assert_eq!(routed.error, Some(Error::Transcribe(failure)));
        assert_eq!(routed.decision.reason, reason);
        assert!(matches!(routed.decision.action, Action::HandOff(_)));
        assert_eq!(call.turns().len(), 1, "the turn is in the call");
    }
}

#[test]
fn a_panic_in_a_stage_ends_with_a_person_and_the_next_turn_works() {
    let broken = Arc::new(AtomicBool::new(true));
    let router = router(Deaf::panicking_while(Arc::clone(&broken)), Meaning::of(&["bill_inquiry"]));
    let routed = router.route(&voice(), &mut Call::at(desk().now), &desk());
    assert_eq!(routed.decision.reason, Reason::Failure);
    assert!(routed.error.expect("the operator is told").to_string().contains("the test's panic"));
    broken.store(false, Ordering::Relaxed);
    let routed = router.route(&voice(), &mut Call::at(desk().now), &desk());
    assert_eq!(routed.error, None);
}

#[test]
fn scores_that_fail_still_end_with_a_person() {
    let router = router(Ears::saying("my bill"), Meaning::failing());
    let routed = router.route(&voice(), &mut Call::at(desk().now), &desk());
    assert!(matches!(routed.error, Some(Error::Classify(_))));
    assert!(routed.decision.hand_off().is_some());
}

#[test]
fn typed_text_needs_no_ears() {
    let router = router(Deaf::failing(EngineError::Deadline { limit_ms: 1 }), Meaning::of(&["bill_inquiry"]));
    let routed = router.route_text("what is on my bill", &mut Call::at(desk().now), &desk());
    assert_eq!(routed.error, None);
    assert_eq!(routed.decision.ranking[0].intent.as_str(), "bill_inquiry");
    let routed = router.route_text("  ", &mut Call::at(desk().now), &desk());
    assert_eq!(routed.decision.reason, Reason::NoSpeech);
}

#[test]
fn a_batch_comes_back_in_order_and_whole() {
    let router = router(Ears::saying("my bill"), Meaning::of(&["bill_inquiry"]));
    let recordings = [voice(), noise(), voice(), noise()];
    let reasons: Vec<_> =
        router.route_batch(&recordings, &desk()).iter().map(|routed| routed.decision.reason).collect();
    assert_eq!(reasons, [Reason::Uncalibrated, Reason::NoSpeech, Reason::Uncalibrated, Reason::NoSpeech]);
}

#[test]
fn intents_are_swapped_while_turns_run_and_no_turn_is_lost() {
    let router = router(Ears::saying("my bill"), Meaning::of(&["bill_inquiry"]));
    let (old, new) = (Meaning::of(&["bill_inquiry"]), Meaning::of(&["order_status"]));
    std::thread::scope(|scope| {
        let turns: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    (0..50).map(|_| router.route(&voice(), &mut Call::at(desk().now), &desk())).collect::<Vec<_>>()
                })
            })
            .collect();
        for _ in 0..100 {
            router.swap(IntentSet::from(new.clone())).expect("the policy fits");
            router.swap(IntentSet::from(old.clone())).expect("the policy fits");
        }
        for turn in turns {
            for routed in turn.join().expect("no panic") {
                assert_eq!(routed.error, None);
                let first = routed.decision.ranking[0].intent.as_str();
                assert!(["bill_inquiry", "order_status"].contains(&first), "{first}");
            }
        }
    });
    router.swap(IntentSet::from(new)).expect("the policy fits");
    assert_eq!(router.intents()[0].as_str(), "order_status");
}

#[test]
fn an_event_is_answered_and_recorded() {
    let router = router(Ears::saying("my bill"), Meaning::of(&["bill_inquiry"]));
    let mut call = Call::at(desk().now);
    let decision = router.respond(Event::Digits { digits: "0".into() }, &mut call, &desk()).expect("an answer");
    assert_eq!(decision.reason, Reason::AskedForHuman);
    assert_eq!(call.turns().len(), 1);
    assert_eq!(router.respond(Event::Ended, &mut call, &desk()), None);
    assert_eq!(call.turns().len(), 2);
}

#[test]
fn a_router_can_be_shared() {
    fn shared<T: Send + Sync>() {}
    shared::<voxroute::Router>();
    shared::<voxroute::router::Routed>();
}

#[test]
fn the_person_who_picks_up_is_told() {
    let mut call = Call::at(desk().now);
    let routed = router(Ears::saying("my order is ab12345, call 13800138000"), Meaning::of(&["order_status"])).route(
        &voice(),
        &mut call,
        &desk(),
    );
    let told = serde_json::to_string(&routed.decision).expect("plain data");
    assert!(told.contains("13800138000"), "{told}");
}
