use serde_json::json;

use crate::call::{Call, CallId, Event};
use crate::classify::Ranked;
use crate::desk::Desk;
use crate::policy::{Domain, Heard, Outcome, Policy};
use crate::units::{IntentId, Language, Probability};

use super::*;

fn heard(confidence: f64, likely: &[&str]) -> Heard {
    let assessment = json!({ "confidence": confidence, "automate_from": 0.9, "likely": likely });
    Heard {
        outcome: Outcome::Understood,
        text: "退押金".to_owned(),
        language: Some(Language::Zh),
        ranking: vec![
            Ranked { intent: IntentId::new("deposit_refund"), probability: Probability::clamped(0.7) },
            Ranked { intent: IntentId::new("order_refund"), probability: Probability::clamped(0.2) },
        ],
        assessment: Some(serde_json::from_value(assessment).expect("an assessment")),
        ..Heard::default()
    }
}

fn decide(event: &Event) -> Decision {
    let domain = Domain::from_toml(include_str!("../../data/hotline/domain.toml")).expect("the shipped domain");
    let now = jiff::Timestamp::UNIX_EPOCH;
    Policy::new(domain)
        .respond(&Call::new(CallId::new("c"), now), event, &Desk::always_open(now))
        .expect("the event needs a decision")
}

fn sure() -> Decision {
    decide(&Event::Typed(heard(0.95, &["deposit_refund"])))
}

fn unsure() -> Decision {
    decide(&Event::Typed(heard(0.5, &["deposit_refund", "order_refund"])))
}

fn zero_pressed() -> Decision {
    decide(&Event::Digits { digits: "0".to_owned() })
}

#[test]
fn rasa_gets_an_intent_only_where_it_may_be_acted_on() {
    let shape = rasa(&sure());
    assert_eq!(shape["intent"], json!({ "name": "deposit_refund", "confidence": 0.95 }));
    assert_eq!(shape["intent_ranking"][1], json!({ "name": "order_refund", "confidence": 0.2 }));
    let shape = rasa(&unsure());
    assert_eq!(shape["intent"], json!({ "name": null, "confidence": 0.0 }));
    assert_eq!(shape["voxroute"]["action"], "clarify");
}

#[test]
fn lex_fails_the_fallback_intent_for_a_hand_off() {
    let shape = lex_v2(&zero_pressed());
    assert_eq!(shape["sessionState"]["dialogAction"]["type"], "Close");
    assert_eq!(shape["sessionState"]["intent"]["name"], "FallbackIntent");
    assert_eq!(shape["sessionState"]["intent"]["state"], "Failed");
    let attributes = &shape["sessionState"]["sessionAttributes"];
    assert_eq!(attributes["voxroute.reason"], "asked_for_human");
    assert!(attributes["voxroute.ways"].as_str().is_some_and(|ways| ways.contains("now")), "{attributes}");
}

#[test]
fn lex_elicits_for_a_question() {
    let shape = lex_v2(&unsure());
    assert_eq!(shape["sessionState"]["dialogAction"]["type"], "ElicitIntent");
    assert!(shape["messages"][0]["content"].as_str().is_some_and(|text| text.contains("退回押金")), "{shape}");
    assert_eq!(shape["interpretations"][0]["nluConfidence"]["score"], 0.5);
}

#[test]
fn dialogflow_hands_over_to_a_live_agent() {
    let shape = dialogflow_cx(&zero_pressed());
    let metadata = &shape["queryResult"]["responseMessages"][0]["liveAgentHandoff"]["metadata"];
    assert_eq!(metadata["queue"], "people");
    assert_eq!(shape["queryResult"]["match"], json!({ "matchType": "NO_MATCH" }));
    let shape = dialogflow_cx(&sure());
    assert_eq!(shape["queryResult"]["match"]["intent"]["displayName"], "deposit_refund");
    assert_eq!(shape["queryResult"]["languageCode"], "zh");
    let shape = dialogflow_cx(&decide(&Event::Silence { seconds: 9.0 }));
    assert_eq!(shape["queryResult"]["match"]["matchType"], "NO_INPUT");
}
