//! Plays a call from a script of recordings and events, and prints each decision as it would be acted on.
//!
//! `cargo run --release --example call -- examples/calls/deposit.toml`

mod common;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use common::Installation;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use voxroute::audio::Recording;
use voxroute::call::{Call, CallId, CallerId, Event};
use voxroute::desk::Desk;
use voxroute::policy::{Action, Decision, HandOff, Heard, Way};
use voxroute::{Error, Router};

/// Plays a call from a script.
#[derive(Debug, Parser)]
struct Options {
    /// The script (TOML): `caller`, `[desk]` and one `[[step]]` for each event
    script: PathBuf,
    #[command(flatten)]
    installation: Installation,
}

/// A call to be played.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    caller: Option<CallerId>,
    desk: Desk,
    step: Vec<Step>,
}

/// One event of the call: exactly one of `wav`, `text` and `event`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    #[serde(default)]
    after_seconds: u32,
    /// Relative to the script.
    wav: Option<PathBuf>,
    text: Option<String>,
    event: Option<Event>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let script = match read(&options.script) {
        Ok(script) => script,
        Err(text) => {
            eprintln!("{}: {text}", options.script.display());
            return ExitCode::FAILURE;
        }
    };
    match build(&options.installation) {
        Ok(router) => play(&router, script, options.script.parent().unwrap_or(Path::new("."))),
        Err(error) => return common::fail(&error),
    }
    ExitCode::SUCCESS
}

fn read(path: &Path) -> Result<Script, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    toml::from_str(&text).map_err(|error| error.to_string())
}

fn build(installation: &Installation) -> Result<Router, Error> {
    Router::builder()
        .models(&installation.models)
        .pack(&installation.pack)
        .language(installation.language()?)
        .workers(1)
        .build()
}

fn play(router: &Router, script: Script, folder: &Path) {
    let Script { caller, mut desk, step } = script;
    let started = desk.now;
    let mut call = Call::new(CallId::new("example"), started);
    call.caller = caller;
    for step in step {
        desk.now = after(desk.now, step.after_seconds);
        let (what, decision) = take(router, step, folder, &mut call, &desk);
        println!("{:>5} s  {what}", desk.now.duration_since(started).as_secs());
        match decision {
            Some(decision) => show(&decision),
            None => println!("         noted"),
        }
    }
}

fn after(moment: Timestamp, seconds: u32) -> Timestamp {
    moment.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX)
}

/// One event through the router: what it was, and the decision.
fn take(router: &Router, step: Step, folder: &Path, call: &mut Call, desk: &Desk) -> (String, Option<Decision>) {
    if let Some(wav) = step.wav {
        let decision = match Recording::from_wav_file(&folder.join(&wav)) {
            Ok(recording) => Some(router.route(&recording, call, desk).decision),
            Err(error) => router.respond(Event::Utterance(Heard::failed(&error)), call, desk),
        };
        return (format!("speaks: {}", wav.display()), decision);
    }
    if let Some(text) = step.text {
        let decision = router.route_text(&text, call, desk).decision;
        return (format!("writes: {text}"), Some(decision));
    }
    let event = step.event.unwrap_or(Event::DeskStatus);
    (event.name().to_owned(), router.respond(event, call, desk))
}

fn show(decision: &Decision) {
    if let Some(words) = &decision.transcript {
        println!("         heard \"{}\"", words.text);
    }
    match &decision.action {
        Action::Automate { intent } => println!("         serve {intent} ({})", decision.reason),
        Action::Clarify { question } => println!("         ask \"{}\"", question.text),
        Action::HandOff(hand_off) => show_hand_off(decision, hand_off),
    }
}

fn show_hand_off(decision: &Decision, hand_off: &HandOff) {
    println!("         hand over to {} ({}), priority {}", hand_off.queue, decision.reason, hand_off.priority.value());
    for (place, way) in hand_off.ways.iter().enumerate() {
        println!("         {} {}", if place == 0 { "now:" } else { "or: " }, spoken(way));
    }
    let brief = &hand_off.brief;
    println!(
        "         brief: {}; asked {} times, waited {} s, {:?}",
        brief.wish, brief.asked_times, brief.waited_seconds, brief.mood
    );
}

/// A way as the caller is told.
fn spoken(way: &Way) -> String {
    match way {
        Way::Now { queue } => format!("a person of {queue} picks up"),
        Way::Queue { queue, ahead, wait_seconds } => {
            let ahead = ahead.map_or("an unknown number".to_owned(), |n| n.to_string());
            let wait = wait_seconds.map_or("not measured".to_owned(), |seconds| format!("about {seconds} s"));
            format!("wait for {queue}, {ahead} ahead, the wait is {wait}")
        }
        Way::Callback { queue, due, keeps_place, .. } => {
            let place = if *keeps_place { ", the place in the queue is kept" } else { "" };
            format!("{queue} call back by {due}{place}")
        }
        Way::Channel { name, address } => format!("{name} at {address}"),
        other => format!("{other:?}"),
    }
}
