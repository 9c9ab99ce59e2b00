use serde_json::{Value, json};

use crate::policy::Decision;

use super::{extra, score, text};

/// As the answer of Rasa's `POST /model/parse`. Without a found intent its name is null and its confidence 0, as
/// Rasa itself writes it.
///
/// Source: Rasa Open Source 3.x, HTTP API, `ParseResult`.
#[must_use]
pub fn rasa(decision: &Decision) -> Value {
    let found = decision.automated();
    let ranking: Vec<Value> = decision
        .ranking
        .iter()
        .enumerate()
        .map(|(place, ranked)| json!({ "name": ranked.intent, "confidence": score(decision, place) }))
        .collect();
    json!({
        "text": text(decision),
        "intent": { "name": found, "confidence": found.and_then(|_| score(decision, 0)).unwrap_or(0.0) },
        "entities": [],
        "intent_ranking": ranking,
        "voxroute": extra(decision),
    })
}
