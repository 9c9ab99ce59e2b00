//! Phrases Whisper writes where nobody spoke.

use std::sync::LazyLock;

/// The list: one phrase per line with how it counts and where it was seen.
const LIST: &str = include_str!("invented.tsv");

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| LIST.lines().skip(1).filter_map(Phrase::parse).collect());

/// How much a phrase of the list says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Invented {
    /// No caller says this: credits, thanks to an audience, a plea to subscribe.
    Always,
    /// Callers say this too; it is invented where the sound or the engine gives it little support.
    IfDoubtful,
}

struct Phrase {
    /// The phrase's letters only.
    letters: String,
    kind: Invented,
    /// Whether a longer text that holds the phrase is invented too.
    within: bool,
}

/// Whether `text` is a phrase the engine is known to invent. Case, blanks and punctuation do not matter.
pub(super) fn invented(text: &str) -> Option<Invented> {
    let letters = letters_of(text);
    PHRASES.iter().find(|phrase| phrase.matches(&letters)).map(|phrase| phrase.kind)
}

impl Phrase {
    /// Reads a line: phrase, `always` or `if_doubtful`, `whole` or `within`, where it was seen.
    fn parse(line: &str) -> Option<Self> {
        let mut fields = line.split('\t');
        let (phrase, kind, extent) = (fields.next()?, fields.next()?, fields.next()?);
        let kind = match kind {
            "always" => Invented::Always,
            "if_doubtful" => Invented::IfDoubtful,
            _ => return None,
        };
        Some(Self { letters: letters_of(phrase), kind, within: extent == "within" })
    }

    fn matches(&self, letters: &str) -> bool {
        if self.within { letters.contains(&self.letters) } else { letters == self.letters }
    }
}

/// Letters and digits in lower case, Chinese simplified.
fn letters_of(text: &str) -> String {
    let simple = crate::text::simplified(text);
    simple.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_read_and_says_where_it_was_seen() {
        let lines: Vec<&str> = LIST.lines().skip(1).collect();
        assert_eq!(PHRASES.len(), lines.len());
        for line in lines {
            let fields: Vec<&str> = line.split('\t').collect();
            assert_eq!(fields.len(), 4, "{line}");
            assert!(matches!(fields[2], "whole" | "within"), "{line}");
            assert!(!fields[3].is_empty(), "{line}");
            assert!(invented(fields[0]).is_some(), "{line}");
        }
    }

    #[test]
    fn script_case_and_punctuation_do_not_hide_a_phrase() {
        assert_eq!(invented("Thanks for watching!"), Some(Invented::Always));
        assert_eq!(invented("謝謝觀看。"), Some(Invented::Always));
        assert_eq!(invented("Thank you."), Some(Invented::IfDoubtful));
        assert_eq!(invented("I want my deposit back"), None);
        assert_eq!(invented(""), None);
    }
}
