//! Does the caller ask for a person?
//!
//! [`asked`] tells by words (phrases in English and Mandarin, with talk about people and machines kept apart), by
//! sound, by the operator's key, and by shouting the same word twice; [`meant`] by meaning (the classifier). Everything
//! is a pure function of what was heard; the phrases are data files beside the code.
//!
//! ```
//! use voxroute::human::{PersonRequest, Turn, asked};
//!
//! let heard = Turn { texts: &["押金退不了，川人公"], ..Turn::default() };
//! assert!(matches!(asked(&heard), PersonRequest::Doubtful { .. }));
//! let talk = Turn { texts: &["My travel agent booked it."], ..Turn::default() };
//! assert_eq!(asked(&talk), PersonRequest::TalkedAbout);
//! ```

mod english;
mod mandarin;
mod meaning;
mod mood;
mod phrases;
mod repeats;
mod sound;
mod spelling;
mod words;

pub use meaning::meant;
pub use mood::{frustration, rejection};

use serde::{Deserialize, Serialize};

use words::Spoken;

use crate::text::is_han;

/// Whether a turn asks for a person. A request, certain or doubtful, is always answered with a person.
///
/// Ordered by strength: `No`, `TalkedAbout`, `Doubtful`, `Explicit`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum PersonRequest {
    /// Nothing in the turn asks for one.
    #[default]
    No,
    /// People or machines are talked about and nothing is asked of them ("my travel agent booked it"), or a person is
    /// turned down beside another wish. What a classifier makes of such words does not count.
    TalkedAbout,
    /// Something sounds like it.
    Doubtful {
        /// What was taken for a request.
        evidence: String,
    },
    /// The caller asks for one.
    Explicit {
        /// What was taken for a request.
        evidence: String,
    },
}

/// What is known about one turn. Every field may be empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct Turn<'a> {
    /// The readings of the turn in either language, best first.
    pub texts: &'a [&'a str],
    /// Keys pressed.
    pub digits: &'a str,
    /// What the caller said before in this call, the last turn last.
    pub previous: &'a [&'a str],
}

/// Whether the turn asks for a person, by the strongest sign in it.
///
/// A request in the first reading, or the operator's key, is `Explicit`. A request in another reading, by sound, or one
/// that may be meant otherwise, is `Doubtful`. A request that is turned down beside another wish ("no agent please,
/// just tell me my balance") is `TalkedAbout`; alone it is `Doubtful`, because a comma that was not heard turns it
/// around ("不用转人工", "不用，转人工"). Takes time linear in the length of the texts.
#[must_use]
pub fn asked(turn: &Turn<'_>) -> PersonRequest {
    let by_words = turn.texts.iter().enumerate().map(|(idx, text)| in_reading(text, idx == 0));
    by_words.chain([by_keys(turn.digits), repeats::shouted(turn)]).max().unwrap_or_default()
}

impl PersonRequest {
    /// Whether a person is owed.
    #[must_use]
    pub const fn is_request(&self) -> bool {
        matches!(self, Self::Doubtful { .. } | Self::Explicit { .. })
    }

    /// The same request, but not certain.
    fn doubted(self) -> Self {
        match self {
            Self::Explicit { evidence } => Self::Doubtful { evidence },
            other => other,
        }
    }
}

impl std::fmt::Debug for PersonRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::No => f.write_str("No"),
            Self::TalkedAbout => f.write_str("TalkedAbout"),
            Self::Doubtful { evidence } => write!(f, "Doubtful({} bytes)", evidence.len()),
            Self::Explicit { evidence } => write!(f, "Explicit({} bytes)", evidence.len()),
        }
    }
}

/// Zero is the operator's key on every telephone.
fn by_keys(digits: &str) -> PersonRequest {
    let is_zero = !digits.is_empty() && digits.bytes().all(|key| key == b'0');
    if is_zero { PersonRequest::Explicit { evidence: digits.to_owned() } } else { PersonRequest::No }
}

/// What one reading says, by words and by sound.
fn in_reading(text: &str, is_first: bool) -> PersonRequest {
    let by_words = spoken(text).into_iter().map(PersonRequest::from);
    let found = by_words.chain([by_sound(text), by_spelling(text)]).max().unwrap_or_default();
    if is_first { found } else { found.doubted() }
}

/// The words in each language the text has letters of.
fn spoken(text: &str) -> Vec<Spoken> {
    let english = text.contains(|c: char| c.is_alphabetic() && !is_han(c)).then(|| english::read(text));
    let mandarin = text.contains(is_han).then(|| mandarin::read(text));
    english.into_iter().chain(mandarin).collect()
}

fn by_sound(text: &str) -> PersonRequest {
    sound::request(&mandarin::open(text)).map_or(PersonRequest::No, |evidence| PersonRequest::Doubtful { evidence })
}

/// Of English text that the patterns leave whole: talk about people is no request for being close to one.
fn by_spelling(text: &str) -> PersonRequest {
    let is_short = !text.contains(is_han) && text.split_whitespace().nth(spelling::MOST_WORDS).is_none();
    let found = is_short.then(|| spelling::request(&english::open(text))).flatten();
    found.map_or(PersonRequest::No, |evidence| PersonRequest::Doubtful { evidence })
}

impl From<Spoken> for PersonRequest {
    fn from(spoken: Spoken) -> Self {
        match spoken {
            Spoken::Explicit(evidence) => Self::Explicit { evidence },
            Spoken::Doubtful(evidence) => Self::Doubtful { evidence },
            Spoken::Refused | Spoken::About => Self::TalkedAbout,
            Spoken::Nothing => Self::No,
        }
    }
}

#[cfg(test)]
mod tests;
