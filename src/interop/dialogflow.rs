use serde_json::{Value, json};

use crate::policy::{Action, Decision, Reason};

use super::{extra, score, text};

/// As the answer of Dialogflow CX's `detectIntent`: `liveAgentHandoff` for a hand-off, `NO_MATCH` or `NO_INPUT` where
/// no intent may be acted on.
///
/// Source: Dialogflow CX REST reference v3, `DetectIntentResponse`, `QueryResult`, `ResponseMessage`.
#[must_use]
pub fn dialogflow_cx(decision: &Decision) -> Value {
    let language = decision.transcript.as_ref().and_then(|words| words.language);
    json!({
        "queryResult": {
            "text": text(decision),
            "languageCode": language,
            "match": matched(decision),
            "responseMessages": messages(decision),
            "parameters": {},
        },
        "responseType": "FINAL",
    })
}

fn matched(decision: &Decision) -> Value {
    match decision.automated() {
        Some(intent) => json!({
            "intent": { "displayName": intent },
            "matchType": "INTENT",
            "confidence": score(decision, 0),
        }),
        None => json!({ "matchType": nothing_matched(decision.reason) }),
    }
}

const fn nothing_matched(reason: Reason) -> &'static str {
    match reason {
        Reason::NoSpeech | Reason::Silence => "NO_INPUT",
        _ => "NO_MATCH",
    }
}

fn messages(decision: &Decision) -> Vec<Value> {
    match &decision.action {
        Action::Automate { .. } => Vec::new(),
        Action::Clarify { question } => vec![json!({ "text": { "text": [question.text] } })],
        Action::HandOff(_) => vec![json!({ "liveAgentHandoff": { "metadata": extra(decision) } })],
    }
}
