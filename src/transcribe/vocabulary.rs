//! The tokens of a Whisper model, as far as decoding needs them.

use crate::units::Language;

/// The number of a token.
pub(super) type Token = i32;

/// The token ids and the bytes of each text token of one model.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pieces: Vec<Vec<u8>>,
    special: Special,
    unspoken: Vec<Token>,
    blank_starts: Vec<Token>,
}

/// Ids of the tokens that steer the decoder.
#[derive(Debug, Clone)]
pub(super) struct Special {
    /// Ends a text; every id above it is special too.
    pub(super) end: Token,
    /// Starts a transcript.
    pub(super) start: Token,
    /// Starts the text said before.
    pub(super) previous: Token,
    /// Asks for a transcript in the language spoken.
    pub(super) transcribe: Token,
    /// Asks for text without times.
    pub(super) no_times: Token,
    /// Its probability at the start is that of nobody speaking.
    pub(super) no_speech: Token,
    /// The mark of each language.
    pub(super) languages: Vec<(Language, Token)>,
}

/// Signs Whisper never needs for speech: brackets, music, ornaments.
///
/// # Source
/// `non_speech_tokens` of whisper.cpp 1.8.3, itself the list of `openai/whisper` `tokenizer.py`, lines 224-253.
const UNSPOKEN: &[&str] = &[
    "\"",
    "#",
    "(",
    ")",
    "*",
    "+",
    "/",
    ":",
    ";",
    "<",
    "=",
    ">",
    "@",
    "[",
    "\\",
    "]",
    "^",
    "_",
    "`",
    "{",
    "|",
    "}",
    "~",
    "「",
    "」",
    "『",
    "』",
    "<<",
    ">>",
    "<<<",
    ">>>",
    "--",
    "---",
    "-(",
    "-[",
    "('",
    "(\"",
    "((",
    "))",
    "(((",
    ")))",
    "[[",
    "]]",
    "{{",
    "}}",
    "♪♪",
    "♪♪♪",
    "♩",
    "♪",
    "♫",
    "♬",
    "♭",
    "♮",
    "♯",
];

impl Vocabulary {
    /// The vocabulary whose text tokens have these bytes, id by id.
    pub(super) fn new(pieces: Vec<Vec<u8>>, special: Special) -> Self {
        let unspoken = ids_of(&pieces, is_unspoken);
        let mut blank_starts = ids_of(&pieces, |piece| piece == b" ");
        blank_starts.push(special.end);
        Self { pieces, special, unspoken, blank_starts }
    }

    /// The token that ends a text.
    pub(super) fn end(&self) -> Token {
        self.special.end
    }

    /// The token that starts a transcript.
    pub(super) fn start(&self) -> Token {
        self.special.start
    }

    /// The token whose probability at the start is that of nobody speaking.
    pub(super) fn no_speech(&self) -> Token {
        self.special.no_speech
    }

    /// Text tokens nobody speaks.
    pub(super) fn unspoken(&self) -> &[Token] {
        &self.unspoken
    }

    /// Tokens that would make an empty text.
    pub(super) fn blank_starts(&self) -> &[Token] {
        &self.blank_starts
    }

    /// The mark of `language`; `None` where the model does not know it.
    pub(super) fn language(&self, language: Language) -> Option<Token> {
        self.special.languages.iter().find(|(known, _)| *known == language).map(|&(_, token)| token)
    }

    /// What the decoder is fed before the text: what was said before, if anything, then language and task.
    pub(super) fn prefix(&self, prompt: &[Token], language: Token) -> Vec<Token> {
        let mut prefix = Vec::with_capacity(prompt.len() + 5);
        if !prompt.is_empty() {
            prefix.push(self.special.previous);
            prefix.extend_from_slice(prompt);
        }
        prefix.extend([self.special.start, language, self.special.transcribe, self.special.no_times]);
        prefix
    }

    /// The text of `tokens`, without blanks around it.
    ///
    /// A Chinese character can be split over tokens, so the bytes are joined before they are read; a character
    /// that stays incomplete becomes U+FFFD and is dropped.
    pub(super) fn text(&self, tokens: impl Iterator<Item = Token>) -> String {
        let bytes: Vec<u8> = tokens.filter_map(|token| self.piece(token)).flatten().copied().collect();
        let text = String::from_utf8_lossy(&bytes).replace(char::REPLACEMENT_CHARACTER, "");
        text.trim().to_owned()
    }

    fn piece(&self, token: Token) -> Option<&Vec<u8>> {
        usize::try_from(token).ok().and_then(|idx| self.pieces.get(idx))
    }
}

/// Ids of the pieces for which `wanted` holds.
fn ids_of(pieces: &[Vec<u8>], wanted: impl Fn(&[u8]) -> bool) -> Vec<Token> {
    (0..).zip(pieces).filter(|(_, piece)| wanted(piece)).map(|(id, _)| id).collect()
}

/// Whether a piece is a sign nobody speaks, with or without a blank before it; a hyphen or quote only with one.
fn is_unspoken(piece: &[u8]) -> bool {
    let bare = piece.strip_prefix(b" ").unwrap_or(piece);
    piece == b" -" || piece == b" '" || UNSPOKEN.iter().any(|sign| sign.as_bytes() == bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        let pieces = [" ", "a", " (", "-", " -", "♪"].map(|piece| piece.as_bytes().to_vec());
        let mut pieces = pieces.to_vec();
        pieces.extend([vec![0xE4, 0xBA], vec![0xBA]]);
        let special = Special {
            end: 8,
            start: 9,
            previous: 10,
            transcribe: 11,
            no_times: 12,
            no_speech: 13,
            languages: vec![(Language::Zh, 14)],
        };
        Vocabulary::new(pieces, special)
    }

    #[test]
    fn signs_nobody_speaks_are_found_by_their_text() {
        assert_eq!(vocabulary().unspoken(), [2, 4, 5]);
        assert_eq!(vocabulary().blank_starts(), [0, 8]);
    }

    #[test]
    fn a_character_split_over_tokens_is_read_whole() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.text([6, 7, 1].into_iter()), "人a");
        assert_eq!(vocabulary.text([1, 6].into_iter()), "a", "half a character is dropped");
        assert_eq!(vocabulary.text([99, -1].into_iter()), "", "an id outside the text tokens has no text");
    }

    #[test]
    fn a_prompt_goes_before_the_start() {
        let vocabulary = vocabulary();
        assert_eq!(vocabulary.prefix(&[], 14), [9, 14, 11, 12]);
        assert_eq!(vocabulary.prefix(&[1], 14), [10, 1, 9, 14, 11, 12]);
        assert_eq!(vocabulary.language(Language::En), None);
    }
}
