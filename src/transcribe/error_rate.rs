//! Character and word error rates of transcripts.

mod numbers;

use super::simplified;
use crate::units::Language;

/// Edits that turn what was heard into what was said, over the length of what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Edits {
    /// Substitutions, insertions and deletions.
    pub edits: usize,
    /// Characters (Chinese) or words (English) of the reference.
    pub length: usize,
}

impl Edits {
    /// Compares `heard` with `said`, both normalised: Chinese by character, English by word.
    #[must_use]
    pub fn between(said: &str, heard: &str, language: Language) -> Self {
        let (said, heard) = (units(said, language), units(heard, language));
        Self { edits: strsim::generic_levenshtein(&said, &heard), length: said.len() }
    }

    /// The error rate of many clips: all edits over all units, as is usual; 0 of nothing.
    #[must_use]
    pub fn rate<'a>(clips: impl IntoIterator<Item = &'a Self>) -> f64 {
        let (edits, length) =
            clips.into_iter().fold((0, 0), |(edits, length), clip| (edits + clip.edits, length + clip.length));
        if length == 0 { 0.0 } else { edits as f64 / length as f64 }
    }
}

/// Whether a text says the same run of up to 12 characters or words more than three times in a row.
///
/// A single character or word may stand eight times: numbers are said like that. A looser question than the guard's
/// while decoding, asked of finished texts of any engine.
#[must_use]
pub fn looks_looped(text: &str) -> bool {
    let by_character: Vec<String> = chinese(text).chars().map(String::from).collect();
    let by_word: Vec<String> = english(text).split_whitespace().map(String::from).collect();
    repeats(&by_character) || repeats(&by_word)
}

fn repeats(units: &[String]) -> bool {
    (1..=12).any(|period| {
        let most = if period == 1 { 8 } else { 3 };
        let window = period * (most + 1);
        let is_one_unit = |run: &[String]| period > 1 && run.iter().all(|unit| *unit == run[0]);
        units.windows(window).any(|run| !is_one_unit(run) && run.iter().zip(&run[period..]).all(|(a, b)| a == b))
    })
}

/// What is compared: characters without punctuation in Chinese, normalised words in English.
fn units(text: &str, language: Language) -> Vec<String> {
    match language {
        Language::Zh => chinese(text).chars().map(String::from).collect(),
        Language::En => english(text).split_whitespace().map(String::from).collect(),
    }
}

/// Letters and digits in the simplified script and lower case; numbers stay as they are written.
#[must_use]
pub fn chinese(text: &str) -> String {
    simplified(text).chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// English as Whisper's own normaliser writes it, but for its table of British spellings and sums of money.
///
/// Lower case, nothing in brackets, no hesitations, contractions written out, marks over letters and punctuation
/// dropped, numbers in digits.
///
/// # Source
/// `EnglishTextNormalizer` of `openai/whisper` `normalizers/english.py`.
#[must_use]
pub fn english(text: &str) -> String {
    let text = without_brackets(&text.to_lowercase()).replace('’', "'");
    let words: Vec<String> = text.split_whitespace().flat_map(written_out).collect();
    let plain = plain_letters(&words.join(" "));
    let words: Vec<&str> = plain.split_whitespace().filter(|word| !HESITATIONS.contains(word)).collect();
    numbers::in_digits(&words).join(" ")
}

const HESITATIONS: [&str; 6] = ["hmm", "mm", "mhm", "mmm", "uh", "um"];

/// Words with a form of their own.
const WHOLE: [(&str, &str); 12] = [
    ("won't", "will not"),
    ("can't", "can not"),
    ("let's", "let us"),
    ("ain't", "aint"),
    ("y'all", "you all"),
    ("wanna", "want to"),
    ("gotta", "got to"),
    ("gonna", "going to"),
    ("mr", "mister"),
    ("mrs", "missus"),
    ("dr", "doctor"),
    ("prof", "professor"),
];

/// Endings that stand for a word.
const ENDINGS: [(&str, &str); 7] = [
    ("n't", " not"),
    ("'re", " are"),
    ("'s", " is"),
    ("'d", " would"),
    ("'ll", " will"),
    ("'ve", " have"),
    ("'m", " am"),
];

/// A word with its contraction written out.
fn written_out(word: &str) -> Vec<String> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\'');
    let whole = WHOLE.iter().find(|(short, _)| *short == bare).map(|(_, long)| (*long).to_owned());
    let long = whole.unwrap_or_else(|| {
        let ending =
            ENDINGS.iter().find_map(|(short, long)| bare.strip_suffix(short).map(|stem| format!("{stem}{long}")));
        ending.unwrap_or_else(|| word.to_owned())
    });
    long.split(' ').map(String::from).collect()
}

/// The text outside of round and square brackets.
fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' | '[' | '<' => depth += 1,
            ')' | ']' | '>' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    kept
}

/// Letters without marks, digits, and a point or comma inside a number; all else becomes a blank.
fn plain_letters(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    use unicode_normalization::char::is_combining_mark;
    let chars: Vec<char> = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    let is_digit = |idx: Option<usize>| idx.and_then(|idx| chars.get(idx)).is_some_and(char::is_ascii_digit);
    let plain = chars.iter().enumerate().filter_map(|(idx, &c)| match c {
        ',' if is_digit(idx.checked_sub(1)) && is_digit(idx.checked_add(1)) => None,
        '.' if is_digit(idx.checked_add(1)) => Some('.'),
        '\'' => None,
        c if c.is_alphanumeric() => Some(c),
        _ => Some(' '),
    });
    plain.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_is_written_as_the_reference_normaliser_writes_it() {
        // Right-hand sides: `EnglishTextNormalizer` as the Python package whisper-normalizer 0.1.15 carries it.
        let cases = [
            ("Does he know the biscuit?", "does he know the biscuit"),
            ("I'm sure it isn't, um, [noise] here.", "i am sure it is not here"),
            ("TWO SIX FOUR EIGHT", "2648"),
            ("twenty-five dogs", "25 dogs"),
            ("Can't we? Let's go!", "can not we let us go"),
            ("It costs 1,250.", "it costs 1250"),
            ("café", "cafe"),
            ("Mr. Brown's dog won't come", "mister brown is dog will not come"),
            ("one of our better games", "one of our better games"),
        ];
        for (text, expected) in cases {
            assert_eq!(english(text), expected, "{text}");
        }
    }

    #[test]
    fn chinese_is_compared_by_simplified_character() {
        let edits = Edits::between("设定二十九度", "設定，二十九渡。", Language::Zh);
        assert_eq!(edits, Edits { edits: 1, length: 6 });
    }

    #[test]
    fn a_looped_text_is_told_from_a_number() {
        for text in ["九五门九五门九五门九五门", "I see. I see. I see. I see."] {
            assert!(looks_looped(text), "{text}");
        }
        for text in ["", "一三八八八八八八八八", "no no no", "I see. I see."] {
            assert!(!looks_looped(text), "{text}");
        }
    }

    #[test]
    fn the_rate_weighs_clips_by_length() {
        let clips = [Edits { edits: 1, length: 1 }, Edits { edits: 0, length: 3 }];
        assert_eq!(Edits::rate(&clips), 0.25);
        assert_eq!(Edits::rate(&[]), 0.0);
    }
}
