//! Requests for a person by meaning: what the classifier makes of the turn.

use crate::classify::Ranked;
use crate::units::IntentId;

use super::PersonRequest;
use super::words::Spoken;

/// Share of the classifier from which a request is possible, though another intent is ahead of it.
///
/// A quarter is five times the share of an intent picked at random among twenty.
const POSSIBLE: f64 = 0.25;

/// A turn whose best intent is the request, or which may well be one. Not where the words say that people are only
/// talked about or that none is wanted: a sentence encoder is drawn by the words themselves.
pub(super) fn request(ranking: &[Ranked], read: &[Spoken]) -> PersonRequest {
    if read.iter().any(|spoken| matches!(spoken, Spoken::About | Spoken::Refused)) {
        return PersonRequest::No;
    }
    let place = ranking.iter().position(|ranked| ranked.intent.is_human_agent());
    match place.map(|place| (place, ranking[place].probability.value())) {
        Some((place, share)) if place == 0 || share >= POSSIBLE => {
            PersonRequest::Doubtful { evidence: format!("{} {share:.2}", IntentId::HUMAN_AGENT) }
        }
        _ => PersonRequest::No,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Probability;

    fn ranking(shares: &[(&str, f64)]) -> Vec<Ranked> {
        let ranked =
            |&(intent, share)| Ranked { intent: IntentId::new(intent), probability: Probability::clamped(share) };
        shares.iter().map(ranked).collect()
    }

    #[test]
    fn first_or_likely_counts() {
        for (shares, is_request) in [
            (vec![("human_agent", 0.2), ("complaint", 0.1)], true),
            (vec![("complaint", 0.6), ("human_agent", 0.3)], true),
            (vec![("complaint", 0.9), ("human_agent", 0.1)], false),
            (vec![("complaint", 0.9)], false),
            (vec![], false),
        ] {
            assert_eq!(request(&ranking(&shares), &[Spoken::Nothing]).is_request(), is_request, "{shares:?}");
        }
    }

    #[test]
    fn words_that_only_talk_about_people_count_more() {
        let sure = ranking(&[("human_agent", 0.9)]);
        assert_eq!(request(&sure, &[Spoken::About]), PersonRequest::No);
        assert_eq!(request(&sure, &[Spoken::Refused]), PersonRequest::No);
    }
}
