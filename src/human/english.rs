//! Requests for a person in English words.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::phrases::{EDGE, Ends, Phrases};
use super::words::Spoken;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(include_str!("english.txt"), Ends::Words));

/// Said without meaning anything; "please" and "just" stand anywhere in a request.
const FILLERS: &[&str] = &[
    "um",
    "umm",
    "uh",
    "uhh",
    "er",
    "erm",
    "ah",
    "oh",
    "hmm",
    "please",
    "just",
    "actually",
    "kindly",
    "well",
    "so",
    "ok",
    "okay",
    "hey",
    "hi",
    "hello",
    "yeah",
    "yes",
    "sorry",
    "then",
    "really",
    "maybe",
    "perhaps",
    "honestly",
    "simply",
    "dear",
    "love",
    "sir",
    "madam",
    "immediately",
    "but",
    "and",
    "look",
    "now",
    "mate",
    "directly",
    "literally",
    "basically",
    "seriously",
    "frankly",
    "only",
];

/// Endings that are written out, with what stands for them.
const SHORT_FORMS: &[(&str, &str)] = &[
    ("n't", " not"),
    ("'d", " would"),
    ("'ll", " will"),
    ("'m", " am"),
    ("'ve", " have"),
    ("'re", " are"),
    ("'s", " 's"),
];

/// Words that are written out as a whole.
const WHOLE: &[(&str, &str)] = &[
    ("can't", "can not"),
    ("cannot", "can not"),
    ("won't", "will not"),
    ("wanna", "want to"),
    ("gotta", "have to"),
    ("gimme", "give me"),
    ("lemme", "let me"),
    ("gonna", "going to"),
    ("dont", "do not"),
    ("cant", "can not"),
    ("let's", "let us"),
    ("dunno", "do not know"),
    ("y'all", "you"),
    ("ma'am", "madam"),
    ("ain't", "am not"),
];

/// What English words say about a person.
pub(super) fn read(text: &str) -> Spoken {
    Spoken::read(&PHRASES, &normal(text))
}

/// `text` in the form of the patterns, with talk about other things and refusals taken out.
pub(super) fn open(text: &str) -> String {
    PHRASES.without("refusal", &PHRASES.without("about", &normal(text)))
}

/// Lower case without punctuation, short forms written out, [`EDGE`] around each clause.
pub(super) fn normal(text: &str) -> String {
    let text: String = text.nfkc().flat_map(char::to_lowercase).map(plain).collect();
    let mut words = vec![EDGE.to_string()];
    for word in text.split_whitespace() {
        add(&mut words, word);
    }
    close(&mut words);
    words.join(" ")
}

/// Every apostrophe is one character, a hyphen parts words, other punctuation ends a clause.
fn plain(c: char) -> char {
    match c {
        '’' | '‘' | 'ʼ' | '`' => '\'',
        '-' | '‐' | '‑' => ' ',
        c => c,
    }
}

/// Adds the words of a piece of text without spaces; what is no word ends the clause.
fn add(words: &mut Vec<String>, piece: &str) {
    let mut rest = piece;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c: char| is_letter(c) != is_letter(first)).unwrap_or(rest.len());
        if is_letter(first) {
            add_word(words, rest[..end].trim_matches('\''));
        } else {
            close(words);
        }
        rest = &rest[end..];
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphanumeric() || c == '\''
}

fn add_word(words: &mut Vec<String>, word: &str) {
    let written = written_out(word);
    words.extend(written.split(' ').filter(|part| !part.is_empty() && !FILLERS.contains(part)).map(str::to_owned));
}

fn written_out(word: &str) -> String {
    if let Some((_, whole)) = WHOLE.iter().find(|(short, _)| *short == word) {
        return (*whole).to_owned();
    }
    let ending = SHORT_FORMS.iter().find_map(|(short, long)| Some(format!("{}{long}", word.strip_suffix(short)?)));
    ending.unwrap_or_else(|| word.to_owned())
}

/// Ends a clause, once.
fn close(words: &mut Vec<String>) {
    if words.last().is_some_and(|last| last != "_") {
        words.push(EDGE.to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_into_one_form() {
        for (text, form) in [
            ("", "_"),
            ("Agent.", "_ agent _"),
            ("Um, I’d like a real-life person, please!", "_ i would like a real life person _"),
            ("Can't you? The agent's out", "_ can not you _ the agent 's out _"),
            ("...no,no", "_ no _ no _"),
            ("ＡＧＥＮＴ", "_ agent _"),
        ] {
            assert_eq!(normal(text), form);
        }
    }
}
