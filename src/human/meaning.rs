//! Requests for a person by meaning: what the classifier makes of the turn.

use crate::calibrate::Confidence;
use crate::classify::Ranked;

use super::PersonRequest;

/// Confidence from which a turn whose first intent is the request is one.
///
/// Chosen on `data/hotline/requests/chosen_on.tsv`: of 366 requests and 649 texts that only talk about people, words and
/// meaning take 362 and 21 for a request with 0.9, 360 and 13 with 0.97, 358 and 9 with 0.99. Who stays below still gets a
/// person, as a turn of low confidence. A share of the classifier cannot tell: it is a share among the intents, and says
/// nothing where the text is none of them.
const MEANT: f64 = 0.97;
/// Share from which it is one where there is no calibration: more than all other intents together.
const MEANT_UNCALIBRATED: f64 = 0.5;

/// Whether a turn asks for a person by what it means, though perhaps not by its words: the request is the first intent
/// and right in 97 of 100 such turns.
///
/// `confidence` is the calibrated one of the first intent; `None` where the pack has no calibration. Where the words
/// say that people are only talked about or that none is wanted, the meaning does not count: a sentence encoder is
/// drawn by the words themselves.
#[must_use]
pub fn meant(by_words: &PersonRequest, ranking: &[Ranked], confidence: Option<Confidence>) -> bool {
    let Some(first) = ranking.first().filter(|first| first.intent.is_human_agent()) else { return false };
    let is_likely = match confidence {
        Some(confidence) => confidence.value() >= MEANT,
        None => first.probability.value() >= MEANT_UNCALIBRATED,
    };
    is_likely && *by_words != PersonRequest::TalkedAbout
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{IntentId, Probability};

    fn ranking(shares: &[(&str, f64)]) -> Vec<Ranked> {
        let ranked =
            |&(intent, share)| Ranked { intent: IntentId::new(intent), probability: Probability::clamped(share) };
        shares.iter().map(ranked).collect()
    }

    fn sure(confidence: f64) -> Option<Confidence> {
        serde_json::from_value(confidence.into()).ok()
    }

    fn is_meant(first: &str, share: f64, confidence: Option<f64>) -> bool {
        let ranking = ranking(&[(first, share), ("complaint", 0.01)]);
        meant(&PersonRequest::No, &ranking, confidence.and_then(sure))
    }

    #[test]
    fn a_sure_first_place_counts() {
        assert!(is_meant("human_agent", 0.4, Some(0.98)));
        assert!(!is_meant("human_agent", 0.99, Some(0.9)));
        assert!(!is_meant("order_status", 0.99, Some(0.98)));
        assert!(!meant(&PersonRequest::No, &[], sure(1.0)));
    }

    #[test]
    fn without_a_calibration_the_greater_part_counts() {
        assert!(is_meant("human_agent", 0.6, None));
        assert!(!is_meant("human_agent", 0.4, None));
    }

    #[test]
    fn words_that_only_talk_about_people_count_more() {
        let first = ranking(&[("human_agent", 0.99)]);
        assert!(!meant(&PersonRequest::TalkedAbout, &first, sure(0.99)));
        assert!(!meant(&PersonRequest::TalkedAbout, &first, None));
    }
}
