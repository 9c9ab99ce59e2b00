//! What the words of a text say about a person, in either language.

use super::phrases::{EDGE, Phrases};

/// What was found in the words, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Spoken {
    /// The caller asks.
    Explicit(String),
    /// The caller may ask.
    Doubtful(String),
    /// The caller wants none.
    Refused,
    /// People or machines are talked about and nothing is asked of them.
    About,
    /// Nothing.
    Nothing,
}

impl Spoken {
    /// Reads a text in the form of `phrases`.
    pub(super) fn read(phrases: &Phrases, text: &str) -> Self {
        let without_talk = phrases.without("about", text);
        let open = phrases.without("refusal", &without_talk);
        if let Some(found) = phrases.find("explicit", &open) {
            return Self::Explicit(shown(found));
        }
        if let Some(found) = phrases.find("doubtful", &open) {
            return Self::Doubtful(shown(found));
        }
        if open != without_talk {
            return Self::refused(&open, text);
        }
        if without_talk == text { Self::Nothing } else { Self::About }
    }

    /// A refusal that is the whole turn may be a request whose pause was not heard.
    fn refused(open: &str, text: &str) -> Self {
        if is_bare(open) { Self::Doubtful(shown(text)) } else { Self::Refused }
    }
}

/// Whether nothing but signs is left.
fn is_bare(text: &str) -> bool {
    !text.contains(char::is_alphanumeric)
}

/// A phrase as it is shown, without the signs of the form.
pub(super) fn shown(found: &str) -> String {
    found.split([EDGE, '~']).map(str::trim).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}
