//! Whole turns through the shipped models: the table in `tests/data/turns.toml`.

use serde::Deserialize;
use voxroute::audio::Recording;
use voxroute::policy::Reason;
use voxroute::units::Language;
use voxroute::{Call, Decision, Desk, Router};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[derive(Deserialize)]
struct Table {
    turn: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    file: String,
    action: Vec<String>,
    reason: Option<Reason>,
    intent: Option<String>,
    language: Option<Language>,
    #[serde(default)]
    unheard: bool,
}

#[test]
fn every_turn_of_the_table_is_decided_as_it_says() {
    let table: Table = toml::from_str(include_str!("data/turns.toml")).expect("the table is TOML");
    let router = Router::builder().models(format!("{ROOT}/models")).build().expect("the shipped models load");
    for case in &table.turn {
        check(case, &decide(&router, &case.file));
    }
    let watched: Vec<u32> = router.drift().iter().map(|drift| drift.turns).collect();
    assert!(watched.iter().any(|turns| (1..=table.turn.len()).contains(&(*turns as usize))), "{watched:?}");
}

fn decide(router: &Router, file: &str) -> Decision {
    let path = format!("{ROOT}/examples/audio/{file}");
    let recording = Recording::from_wav_file(path.as_ref()).expect("a sound file");
    let desk = Desk::always_open(jiff::Timestamp::UNIX_EPOCH);
    let routed = router.route(&recording, &mut Call::at(desk.now), &desk);
    assert_eq!(routed.error, None, "{file}");
    routed.decision
}

fn check(case: &Case, decision: &Decision) {
    let file = &case.file;
    let text = decision.transcript.as_ref().map_or("", |words| &words.text);
    let action = decision.action.name();
    assert!(case.action.iter().any(|allowed| allowed == action), "{file}: {action}, {}, {text:?}", decision.reason);
    if let Some(reason) = case.reason {
        assert_eq!(decision.reason, reason, "{file}: {text:?}");
    }
    if let Some(intent) = &case.intent {
        assert_eq!(decision.ranking[0].intent.as_str(), intent, "{file}: {text:?}");
    }
    if let Some(language) = case.language {
        assert_eq!(decision.transcript.as_ref().and_then(|words| words.language), Some(language), "{file}");
    }
    if case.unheard {
        assert!(matches!(decision.reason, Reason::NoSpeech | Reason::Unreliable), "{file}: {}", decision.reason);
    }
}
