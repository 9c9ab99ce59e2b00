//! What a caller may say: any text at all.

use std::sync::LazyLock;

use jiff::Timestamp;
use voxroute::call::Call;
use voxroute::classify::normalise;
use voxroute::desk::Desk;
use voxroute::human::{self, asked};
use voxroute::policy::{Domain, Heard, Outcome, Policy};
use voxroute::units::Language;
use voxroute::{details, interop, transcribe};

use super::is_chosen;

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::new(Domain::plain(&[])));

/// Lines are readings of one turn. A request in the first one is a request in any company, and all of it goes through
/// to the brief for the person who picks up.
pub(crate) fn human(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let readings: Vec<&str> = text.lines().take(4).collect();
    let first = readings.first().copied().unwrap_or_default();
    let alone = asked(&human::Turn { texts: &[first], ..human::Turn::default() });
    let person = asked(&human::Turn { texts: &readings, previous: &readings, ..human::Turn::default() });
    assert!(person >= alone, "other readings took a request away: {readings:?}");
    let _moods = (human::frustration(first), human::rejection(first));
    let _plain = (normalise(first), transcribe::simplified(first));
    for language in Language::ALL {
        let details = details::find(first, language);
        let heard = Heard {
            outcome: Outcome::Understood,
            text: first.to_owned(),
            alternatives: readings.iter().skip(1).map(ToString::to_string).collect(),
            language: Some(language),
            person: person.clone(),
            details,
            ..Heard::default()
        };
        let desk = Desk::always_open(Timestamp::UNIX_EPOCH);
        let decision = POLICY.decide(&Call::at(desk.now), &heard, &desk);
        assert!(decision.hand_off().is_some(), "nothing is calibrated");
        if is_chosen(bytes, 8) {
            let _json = (interop::rasa(&decision), interop::lex_v2(&decision), interop::dialogflow_cx(&decision));
        }
    }
}
