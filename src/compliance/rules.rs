//! The rules a service may be held to, in short. Check each against the text in force before you report by it: how a call
//! is counted (a mean over a year in Spain, from the end of the greeting in the USA) is the text's to say.

/// A share of callers answered within a limit.
pub(super) struct AnswerRule {
    pub(super) name: &'static str,
    pub(super) seconds: f64,
    pub(super) at_least: f64,
    pub(super) rule: &'static str,
}

pub(super) const ANSWERS: &[AnswerRule] = &[
    AnswerRule {
        name: "answered_within_15_s",
        seconds: 15.0,
        at_least: 0.85,
        rule: "China, Telecommunications Service Specification (MII Order 36, 2005): a person within 15 s, 85 % of calls",
    },
    AnswerRule {
        name: "answered_within_30_s",
        seconds: 30.0,
        at_least: 0.85,
        rule: "China, MIIT letter 292 of 2021 on service perception: internet companies' lines within 30 s, 85 % of calls",
    },
    AnswerRule {
        name: "answered_within_30_s_medicare",
        seconds: 30.0,
        at_least: 0.80,
        rule: "USA, 42 CFR 422.111(h)(1)(ii): 80 % of calls within 30 s of the greeting's end",
    },
    AnswerRule {
        name: "answered_within_3_min",
        seconds: 180.0,
        at_least: 0.95,
        rule: "Spain, Ley 10/2025, art. 8: 95 % of calls in under 3 minutes, mean of a year; a person on request",
    },
];

pub(super) const ABANDONED: (f64, &str) = (0.05, "USA, 42 CFR 422.111(h)(1)(ii): at most 5 % of calls are cut off");
pub(super) const FIRST_ASK: (f64, &str) = (1.0, "voxroute, first_ask_is_enough: every first request is handed over");
pub(super) const PROMISES: (f64, &str) = (1.0, "voxroute, promises_are_kept: every callback by its due time");
