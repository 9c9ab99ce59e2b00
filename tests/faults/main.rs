//! Everything that can break, broken once.
//!
//! | what breaks | where it is broken |
//! |---|---|
//! | a model or pack file: missing, truncated, one bit flipped, of another version, unreadable | `files` |
//! | a model or pack file replaced while the router runs; a pack swapped under load | `files` |
//! | the encoder gives NaN; an engine fails, panics, never answers; the queue is full | `engines` |
//! | the clock goes backwards | `engines` |
//! | no file handles left; the disk is full while a pack, a report or a promise is written | `system` |
//!
//! Each time: the caller gets a hand-off with its reason, the operator an error that says what and where, the next turn
//! works, and nothing on the disk is half written.

#[path = "../router/fakes.rs"]
#[allow(dead_code, reason = "a part of what the router's tests use")]
mod fakes;

mod engines;
mod files;
#[cfg(target_os = "linux")]
mod system;

use std::path::Path;

use voxroute::policy::Reason;
use voxroute::router::Routed;
use voxroute::{Call, Decision, Error, Router};

use fakes::{Ears, Meaning, desk, router, voice};

/// A router that hears and understands.
fn healthy() -> Router {
    router(Ears::saying("my bill"), Meaning::of(&["bill_inquiry", "order_status"]))
}

fn turn(router: &Router) -> Routed {
    router.route(&voice(), &mut Call::at(desk().now), &desk())
}

/// The caller of a turn that broke has a person, and the operator is told this.
fn check_broken(routed: &Routed, reason: Reason, told: &str) {
    check_person(&routed.decision, reason);
    let error = routed.error.as_ref().expect("the operator is told").to_string();
    assert!(error.contains(told), "{error}");
    // Zeros would make a bad day look like a quick one.
    assert!(routed.decision.timings.total_ms > 0.0, "{:?}", routed.decision.timings);
}

/// Before there is a router, the error itself is the answer.
fn check_answer(error: &Error, told: &str) {
    check_person(&Decision::from(error), Reason::Failure);
    assert!(error.to_string().contains(told), "{error}");
}

fn check_person(decision: &Decision, reason: Reason) {
    assert_eq!(decision.reason, reason);
    let hand_off = decision.hand_off().expect("a person");
    assert!(hand_off.ways.len() >= 1);
}

/// The turn after a fault is decided as if nothing had been.
fn check_works(router: &Router) {
    let routed = turn(router);
    assert_eq!(routed.error, None);
    assert_eq!(routed.decision.ranking[0].intent.as_str(), "bill_inquiry");
}

/// The names in a folder, sorted: what a write that broke has left.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
