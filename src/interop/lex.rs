use serde_json::{Value, json};

use crate::policy::{Action, Decision};

use super::{extra, score, text};

/// As the answer of Amazon Lex V2's `RecognizeText`: `FallbackIntent` with state `Failed` where nothing may be
/// automated, `ElicitIntent` for a question.
///
/// Source: Amazon Lex V2 API reference, `RecognizeText`, response syntax. Session attributes are strings there, so
/// the ways to a person are JSON inside one.
#[must_use]
pub fn lex_v2(decision: &Decision) -> Value {
    let (dialog, state) = match &decision.action {
        Action::Automate { .. } => ("Delegate", "ReadyForFulfillment"),
        Action::Clarify { .. } => ("ElicitIntent", "InProgress"),
        Action::HandOff(_) => ("Close", "Failed"),
    };
    let name = decision.automated().map_or("FallbackIntent", |intent| intent.as_str());
    json!({
        "inputTranscript": text(decision),
        "interpretations": interpretations(decision),
        "messages": messages(decision),
        "sessionState": {
            "dialogAction": { "type": dialog },
            "intent": { "name": name, "state": state, "confirmationState": "None", "slots": {} },
            "sessionAttributes": attributes(decision),
        },
    })
}

fn interpretations(decision: &Decision) -> Vec<Value> {
    let intents = decision.ranking.iter().enumerate();
    intents
        .map(|(place, ranked)| {
            json!({
                "intent": { "name": ranked.intent, "slots": {} },
                "nluConfidence": { "score": score(decision, place) },
            })
        })
        .collect()
}

fn messages(decision: &Decision) -> Vec<Value> {
    match &decision.action {
        Action::Clarify { question } => vec![json!({ "contentType": "PlainText", "content": question.text })],
        Action::Automate { .. } | Action::HandOff(_) => Vec::new(),
    }
}

fn attributes(decision: &Decision) -> Value {
    extra(decision)
        .into_iter()
        .map(|(name, value)| (format!("voxroute.{name}"), Value::String(plain(&value))))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
