//! Spoken English numbers become digits.

const ONES: &[&str] = &[
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: &[&str] = &["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: &[(&str, u64)] = &[("hundred", 100), ("thousand", 1_000), ("grand", 1_000), ("million", 1_000_000)];
const TIMES: &[(&str, usize)] = &[("double", 2), ("triple", 3), ("treble", 3)];

/// What a word does in a spoken number.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Part {
    /// 0 to 9.
    Digit(u64),
    /// 10 to 19.
    Teen(u64),
    /// 20, 30 … 90.
    Ten(u64),
    Scale(u64),
    /// The next digit this often.
    Times(usize),
    Point,
    And,
}

/// `text` in lower case with every run of spoken numbers in digits: "two hundred and fifty" is `250`, "double five one"
/// is `551`, "one ninety-nine" is `199`.
pub(super) fn written(text: &str) -> String {
    let text = text.to_lowercase();
    let words: Vec<&str> = pieces(&text);
    let (mut out, mut at) = (String::new(), 0);
    while at < words.len() {
        let (parts, n_words) = run(&words[at..]);
        if parts.is_empty() {
            out.extend(words[at..at + n_words].iter().copied());
        } else {
            out.push_str(&digits(&parts));
        }
        at += n_words;
    }
    out
}

/// Words and what stands between them, in turn.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = first.is_alphanumeric();
        let end = rest.find(|c: char| c.is_alphanumeric() != is_word).unwrap_or(rest.len());
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

/// The number that `words` begin with, part by part, and how many words it takes; or no part, and how many words to
/// leave as they are. Spaces, hyphens and "and" may stand between the parts.
fn run(words: &[&str]) -> (Vec<Part>, usize) {
    let mut parts: Vec<(usize, Part)> = Vec::new();
    let mut n_read = 0;
    for (idx, word) in words.iter().enumerate() {
        match part(word, parts.last().map(|(_, part)| *part)) {
            Some(part) => parts.push((idx, part)),
            None if !parts.is_empty() && word.chars().all(|c| matches!(c, ' ' | '-')) => {}
            None => break,
        }
        n_read = idx + 1;
    }
    while parts.last().is_some_and(|(_, part)| matches!(part, Part::And | Part::Point | Part::Times(_))) {
        parts.pop();
    }
    let is_exclamation = parts.len() == 1 && words.first() == Some(&"oh");
    match parts.last() {
        // Nothing but "double double": no number begins anywhere in it, and to try again at each word takes forever.
        None => (Vec::new(), n_read.max(1)),
        Some(_) if is_exclamation => (Vec::new(), 1),
        Some((last, _)) => (parts.iter().map(|(_, part)| *part).collect(), last + 1),
    }
}

fn part(word: &str, before: Option<Part>) -> Option<Part> {
    let ones = ONES.iter().position(|one| *one == word).map(|value| value as u64);
    match (word, before) {
        ("oh", _) | ("o", Some(_)) => Some(Part::Digit(0)),
        ("and", Some(Part::Scale(_))) => Some(Part::And),
        ("point", Some(Part::Digit(_) | Part::Teen(_) | Part::Ten(_) | Part::Scale(_))) => Some(Part::Point),
        ("a", None) => None,
        _ => match ones {
            Some(value @ 0..=9) => Some(Part::Digit(value)),
            Some(value) => Some(Part::Teen(value)),
            None => ten(word).or_else(|| scale(word, before)),
        },
    }
}

fn ten(word: &str) -> Option<Part> {
    TENS.iter().position(|ten| *ten == word).map(|idx| Part::Ten(20 + 10 * idx as u64))
}

fn scale(word: &str, before: Option<Part>) -> Option<Part> {
    let scale = SCALES.iter().find(|(name, _)| *name == word && before.is_some()).map(|(_, value)| Part::Scale(*value));
    scale.or_else(|| TIMES.iter().find(|(name, _)| *name == word).map(|(_, times)| Part::Times(*times)))
}

fn digits(parts: &[Part]) -> String {
    let point = parts.iter().position(|part| *part == Part::Point);
    let (whole, places) = point.map_or((parts, &[][..]), |at| (&parts[..at], &parts[at + 1..]));
    let is_cardinal = whole.iter().any(|part| matches!(part, Part::Scale(_)));
    let whole = if is_cardinal { cardinal(whole).to_string() } else { in_turn(whole) };
    if places.is_empty() { whole } else { format!("{whole}.{}", in_turn(places)) }
}

/// "two thousand and fifty": each scale multiplies what stands before it.
fn cardinal(parts: &[Part]) -> u64 {
    let (mut total, mut section) = (0_u64, 0_u64);
    for part in parts {
        match *part {
            Part::Digit(value) | Part::Teen(value) | Part::Ten(value) => section = section.saturating_add(value),
            Part::Scale(100) => section = section.max(1).saturating_mul(100),
            Part::Scale(scale) => {
                total = total.saturating_add(section.max(1).saturating_mul(scale));
                section = 0;
            }
            Part::Times(_) | Part::Point | Part::And => {}
        }
    }
    total.saturating_add(section)
}

/// "one ninety nine" is 199, "double five" is 55: groups one after the other.
fn in_turn(parts: &[Part]) -> String {
    let (mut out, mut times, mut open_ten) = (String::new(), 1, None::<u64>);
    for part in parts {
        match (*part, open_ten.take()) {
            (Part::Digit(value @ 1..=9), Some(ten)) => out.push_str(&(ten + value).to_string()),
            (part, ten) => {
                out.extend(ten.map(|ten| ten.to_string()));
                match part {
                    Part::Digit(value) => out.push_str(&value.to_string().repeat(times)),
                    Part::Teen(value) => out.push_str(&value.to_string()),
                    Part::Ten(value) => open_ten = Some(value),
                    _ => {}
                }
            }
        }
        times = if let Part::Times(n) = part { *n } else { 1 };
    }
    out.extend(open_ten.map(|ten| ten.to_string()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_digits() {
        for (said, digits) in [
            ("two hundred and fifty dollars", "250 dollars"),
            ("One ninety-nine", "199"),
            ("double five one", "551"),
            ("oh seven", "07"),
            ("oh, well", "oh, well"),
            ("zero seven oh", "070"),
            ("twelve point five oh", "12.50"),
            ("two thousand three hundred", "2300"),
            ("twenty five", "25"),
            ("nineteen ninety", "1990"),
            ("six one two, triple four", "612, 444"),
            ("", ""),
            ("one and two", "1 and 2"),
            ("a hundred", "a hundred"),
            ("ten grand", "10000"),
            ("I, for one.", "i, for 1."),
            ("double double - triple and six", "double double - triple and 6"),
            ("one double double, six", "1 double double, 6"),
            ("oh double", "oh double"),
        ] {
            assert_eq!(written(said), digits, "{said}");
        }
    }
}
