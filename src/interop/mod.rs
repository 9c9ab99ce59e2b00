//! A decision in the JSON shapes of other systems, for those who come from there.
//!
//! Each keeps the other system's names. The first intent carries the calibrated confidence; the others the
//! classifier's share, which is no promise. A decision that is not `automate` names no intent as found, so that a
//! service built on the old shape does not act on it; what to do stands beside it.

mod dialogflow;
mod lex;
mod rasa;

pub use dialogflow::dialogflow_cx;
pub use lex::lex_v2;
pub use rasa::rasa;

use serde_json::{Map, Value, json};

use crate::policy::{Action, Decision};

/// The score of the intent at `place` of the ranking.
fn score(decision: &Decision, place: usize) -> Option<f64> {
    let calibrated = decision.confidence.filter(|_| place == 0).map(crate::calibrate::Confidence::value);
    calibrated.or_else(|| decision.ranking.get(place).map(|ranked| ranked.probability.value()))
}

fn text(decision: &Decision) -> &str {
    decision.transcript.as_ref().map_or("", |words| &words.text)
}

/// What the old shape has no place for: the action, the reason and the way to a person.
fn extra(decision: &Decision) -> Map<String, Value> {
    let mut extra = Map::new();
    extra.insert("action".to_owned(), json!(decision.action.name()));
    extra.insert("reason".to_owned(), json!(decision.reason));
    if let Action::HandOff(hand_off) = &decision.action {
        extra.insert("queue".to_owned(), json!(hand_off.queue));
        extra.insert("priority".to_owned(), json!(hand_off.priority));
        extra.insert("ways".to_owned(), json!(hand_off.ways));
    }
    extra
}

#[cfg(test)]
mod tests;
