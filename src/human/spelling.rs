//! Requests for a person in English by spelling: a short turn whose letters are close to those of a request.
//!
//! A speech model that hears "operator" in noise may write "opera tor" or "operater". Letters stand for sounds well
//! enough here; a word that is itself an everyday word is left to the words.

use super::phrases::EDGE;

/// Most words of a turn that is looked at.
pub(super) const MOST_WORDS: usize = 6;
/// One letter in so many may be wrong. Shorter requests than twice this many letters have too many neighbours.
const LETTERS_PER_ERROR: usize = 5;

/// Requests as letters without spaces, none shorter than eight.
const ASKS: &[&str] = &[
    "operator",
    "operatorplease",
    "representative",
    "representatives",
    "representativeplease",
    "speaktoarepresentative",
    "talktoarepresentative",
    "customerrepresentative",
    "customerservice",
    "customerservices",
    "customersupport",
    "customerserviceplease",
    "customerservicerepresentative",
    "supervisor",
    "supervisorplease",
    "realperson",
    "realpersonplease",
    "realhuman",
    "humanagent",
    "humanbeing",
    "humanplease",
    "humanoperator",
    "liveagent",
    "liveperson",
    "liveoperator",
    "liverepresentative",
    "agentplease",
    "agentagent",
    "speaktoanagent",
    "speaktoaperson",
    "speaktoahuman",
    "speaktosomeone",
    "speaktosomebody",
    "talktoanagent",
    "talktoaperson",
    "talktoahuman",
    "talktosomeone",
    "talktosomebody",
    "transfermetoanagent",
    "connectmetoanagent",
    "getmeahuman",
    "getmeaperson",
    "getmeanagent",
    "iwantaperson",
    "iwantahuman",
    "iwantanagent",
];

/// What the speech model writes for a short request and what is no sentence by itself, as whole turns.
const HOMOPHONES: &[&str] = &[
    "a gent",
    "a gents",
    "hey gent",
    "agen",
    "ajent",
    "aging",
    "asian",
    "asians",
    "age and",
    "age in",
    "a john",
    "agente",
    "hagent",
    "yuman",
    "hume",
    "humen",
    "hew man",
    "hu man",
    "you man",
    "hume in",
    "huma",
    "humane",
    "a human s",
    "heman",
    "purson",
    "parson",
    "a parson",
    "real parson",
    "riel person",
    "reel person",
    "rail person",
    "wheel person",
    "operate",
    "operated",
    "opera",
    "opera tour",
    "operates",
];

/// The turn, if its letters are close to those of a request. `text` is in the form of the English patterns.
pub(super) fn request(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split([' ', EDGE]).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > MOST_WORDS || words.iter().any(|word| !word.is_ascii()) {
        return None;
    }
    let shown = words.join(" ");
    let letters = words.concat();
    let is_close = HOMOPHONES.contains(&shown.as_str()) || ASKS.iter().any(|ask| is_close(&letters, ask));
    is_close.then_some(shown)
}

fn is_close(letters: &str, ask: &str) -> bool {
    let limit = ask.len() / LETTERS_PER_ERROR;
    letters.len().abs_diff(ask.len()) <= limit && strsim::levenshtein(letters, ask) <= limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_turns_close_to_a_request() {
        for text in [
            "_ representive _",
            "_ operater _",
            "_ opera tor _",
            "_ custom a service _",
            "_ super visor _",
            "_ a gent _",
            "_ reel person _",
            "_ speak to an ajent _",
            "_ represent a tive _",
        ] {
            assert!(request(text).is_some(), "{text}");
        }
    }

    #[test]
    fn other_short_turns_are_not() {
        for text in [
            "_",
            "_ opening hours _",
            "_ customer survey _",
            "_ an order _",
            "_ urgent _",
            "_ my opponent _",
            "_ travel agent _",
            "_ payment plan _",
            "_ cancel my service _",
            "_ i would like a refund for the operater _",
        ] {
            assert_eq!(request(text), None, "{text}");
        }
    }

    #[test]
    fn letters_are_counted() {
        assert_eq!(strsim::levenshtein("kitten", "sitting"), 3);
        assert_eq!(strsim::levenshtein("", "abc"), 3);
        assert_eq!(strsim::levenshtein("abc", "abc"), 0);
    }
}
