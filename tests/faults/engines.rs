//! Engines that fail, panic, give no numbers or never answer; a full queue; a clock that goes backwards.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use voxroute::audio::Speech;
use voxroute::call::{Call, CallId, Event, HandOffFailure};
use voxroute::classify::{Classify, Novelty, Scores};
use voxroute::desk::{Desk, QueueId};
use voxroute::error::{EngineError, Error};
use voxroute::policy::{Domain, Reason};
use voxroute::promises::{Promise, PromiseId, PromiseState};
use voxroute::router::IntentSet;
use voxroute::transcribe::{Bounded, Hint, Transcribe, Transcript, TranscriptEvidence, Verdict};
use voxroute::units::{IntentId, Language};
use voxroute::{Decision, Router};

use crate::fakes::{Deaf, Ears, Meaning, desk, router, voice};
use crate::{check_broken, check_person, check_works, turn};

const INTENTS: [&str; 2] = ["bill_inquiry", "order_status"];

#[test]
fn an_engine_that_fails_costs_its_turn_only() {
    let failure = EngineError::Run { stage: "encode", text: "out of memory".into() };
    let failing = router(Deaf::failing(failure), Meaning::of(&INTENTS));
    check_broken(&turn(&failing), Reason::Failure, "encode: out of memory");
    check_broken(&turn(&router(Ears::saying("my bill"), Meaning::failing())), Reason::Failure, "infer: ");
}

#[test]
fn a_panic_inside_a_worker_costs_its_turn_only() {
    let broken = Arc::new(AtomicBool::new(true));
    let engine = Arc::new(Deaf::panicking_while(Arc::clone(&broken)));
    let bounded = Bounded::start(engine, 1, 1, Duration::from_secs(60)).expect("a thread starts");
    let router = router(bounded, Meaning::of(&INTENTS));
    for _ in 0..3 {
        check_broken(&turn(&router), Reason::Failure, "a worker panicked: the test's panic");
    }
    broken.store(false, Ordering::Relaxed);
    check_works(&router);
}

/// Answers when it is let go, and hears the bill then.
#[derive(Default)]
struct Stuck {
    gate: Mutex<bool>,
    opened: Condvar,
    begun: AtomicUsize,
}

impl Stuck {
    fn open(&self) {
        *self.gate.lock().expect("no panic under the lock") = true;
        self.opened.notify_all();
    }
}

impl Transcribe for Stuck {
    fn transcribe(&self, speech: &Speech, hint: &Hint) -> Result<Transcript, Error> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        let gate = self.gate.lock().expect("no panic under the lock");
        drop(self.opened.wait_while(gate, |open| !*open).expect("no panic under the lock"));
        Ears::saying("my bill").transcribe(speech, hint)
    }
}

/// A router of one worker and a queue of one over an engine that is stuck.
fn stuck(deadline: Duration) -> (Router, Arc<Stuck>) {
    let engine = Arc::new(Stuck::default());
    let bounded = Bounded::start(Arc::clone(&engine) as Arc<dyn Transcribe>, 1, 1, deadline).expect("a thread starts");
    (router(bounded, Meaning::of(&INTENTS)), engine)
}

#[test]
fn an_engine_that_takes_forever_is_left_at_the_deadline() {
    let (router, engine) = stuck(Duration::from_millis(50));
    let clock = Instant::now();
    check_broken(&turn(&router), Reason::Deadline, "no answer within 50 ms");
    assert!(clock.elapsed() < Duration::from_secs(20), "{:?}", clock.elapsed());
    engine.open();
    // The worker is back after the turn that was given up; its late answer goes nowhere.
    while turn(&router).error.is_some() {}
    check_works(&router);
}

#[test]
fn beyond_a_full_queue_callers_are_handed_over_at_once() {
    let (router, engine) = stuck(Duration::from_secs(60));
    std::thread::scope(|scope| {
        let first = scope.spawn(|| turn(&router));
        while engine.begun.load(Ordering::SeqCst) == 0 {
            std::thread::yield_now();
        }
        // One waits behind the one that is heard; of three callers now, two find no place.
        let callers: Vec<_> = (0..3).map(|_| scope.spawn(|| turn(&router))).collect();
        while callers.iter().filter(|caller| caller.is_finished()).count() < 2 {
            std::thread::yield_now();
        }
        engine.open();
        let routed: Vec<_> = callers.into_iter().map(|caller| caller.join().expect("no panic")).collect();
        let refused: Vec<_> = routed.iter().filter(|routed| routed.error.is_some()).collect();
        assert_eq!(refused.len(), 2);
        refused.iter().for_each(|routed| check_broken(routed, Reason::Overloaded, "1 turns are waiting, 1 may"));
        assert_eq!(first.join().expect("no panic").error, None);
    });
    check_works(&router);
}

/// An intent engine whose numbers are none.
struct NotANumber;

impl Classify for NotANumber {
    fn intents(&self) -> &[IntentId] {
        &[]
    }

    fn classify(&self, texts: &[&str]) -> Result<Scores, Error> {
        let nan = f32::NAN;
        let novelty =
            Novelty { score: nan, energy: nan, distance: f32::INFINITY, neighbour: nan, rival: nan, outside: nan };
        let scores = Meaning::of(&INTENTS).classify(texts)?;
        Ok(Scores { novelty, agreement: nan, embedding: vec![nan; 8], ..scores })
    }
}

/// A speech engine whose numbers are none.
struct NoEvidence;

impl Transcribe for NoEvidence {
    fn transcribe(&self, _: &Speech, _: &Hint) -> Result<Transcript, Error> {
        let evidence = TranscriptEvidence { mean_logprob: f32::NAN, no_speech: f32::INFINITY, ..Default::default() };
        let (text, verdict) = ("my bill".to_owned(), Verdict::Heard);
        Ok(Transcript { text, language: Language::En, alternatives: Vec::new(), verdict, evidence })
    }
}

/// The record of a call with such a turn goes on to the next machine.
#[test]
fn numbers_that_are_none_automate_nothing_and_can_be_written_down() {
    let domain = Domain::plain(&INTENTS.map(IntentId::new));
    let set = IntentSet::new(Arc::new(NotANumber), domain, None);
    let both = Router::builder().transcriber(Arc::new(NoEvidence)).intents(set).workers(1).build().expect("it builds");
    let encoder = EngineError::Output {
        what: "encoder/model.onnx: sentence_embedding".into(),
        found: "NaN".into(),
        expected: "finite numbers".into(),
    };
    check_broken(&turn(&router(Deaf::failing(encoder), Meaning::of(&INTENTS))), Reason::Failure, "found NaN");
    let mut call = Call::at(desk().now);
    let routed = both.route(&voice(), &mut call, &desk());
    assert!(routed.decision.hand_off().is_some(), "{:?}", routed.decision);
    let json = serde_json::to_string(&call).expect("plain data");
    let mut next: Call = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let json = serde_json::to_string(&routed.decision).expect("plain data");
    let _same: Decision = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
    let healthy = router(Ears::saying("my bill"), Meaning::of(&INTENTS));
    assert_eq!(healthy.route(&voice(), &mut next, &desk()).error, None);
}

/// A clock that was set back, once by an hour and once to the beginning of time, in a call with a promise and a wait.
#[test]
fn a_clock_that_goes_backwards_strands_nobody() {
    let router = router(Ears::saying("my bill"), Meaning::of(&INTENTS));
    let noon = Timestamp::from_second(1_790_000_000).expect("a moment of 2026");
    for back in [noon - SignedDuration::from_hours(1), Timestamp::MIN, Timestamp::UNIX_EPOCH] {
        let mut call = Call::new(CallId::new("c"), noon);
        let promise = Promise {
            id: PromiseId::new("p"),
            call: CallId::new("c"),
            caller: None,
            owner: QueueId::default(),
            made: noon,
            due: noon + SignedDuration::from_mins(30),
            state: PromiseState::Open,
        };
        assert!(!promise.is_broken(back), "a promise is not broken before it is due");
        let (before, after) = (Desk::always_open(noon), Desk::always_open(back));
        assert_eq!(router.respond(Event::CallbackPromised(promise), &mut call, &before), None);
        assert_eq!(router.route(&voice(), &mut call, &before).error, None);
        let routed = router.route(&voice(), &mut call, &after);
        assert_eq!(routed.error, None);
        assert!(routed.decision.hand_off().is_some());
        let failed = Event::HandOffFailed { queue: QueueId::default(), failure: HandOffFailure::NoAnswer };
        for event in [Event::DeskStatus, failed, Event::Silence { seconds: -5.0 }] {
            let decision = router.respond(event, &mut call, &after).expect("an answer");
            assert!(decision.hand_off().is_some(), "{decision:?}");
        }
        let asked = router.respond(Event::Digits { digits: "0".into() }, &mut call, &after).expect("an answer");
        check_person(&asked, Reason::AskedForHuman);
        let report = voxroute::compliance::Report::of(std::slice::from_ref(&call), back);
        assert_eq!(report.calls, 1);
        let again: Call = serde_json::from_str(&serde_json::to_string(&call).expect("plain data")).expect("readable");
        assert_eq!(again, call);
    }
}
