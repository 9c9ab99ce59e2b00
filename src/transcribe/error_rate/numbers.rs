//! English numbers in words become digits.

const ONES: [&str; 20] = [
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
const TENS: [&str; 8] = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const SCALES: [(&str, u64); 3] = [("hundred", 100), ("thousand", 1_000), ("million", 1_000_000)];

/// What a word adds to a number.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    One(u64),
    Ten(u64),
    Scale(u64),
}

/// A number as it grows: digits said one by one are put side by side, as in a telephone number.
#[derive(Default)]
struct Number {
    digits: String,
    last: Option<Part>,
}

/// `words` with every number in digits, but for a lone one, which is left a word as the reference normaliser leaves it.
pub(super) fn in_digits(words: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    let mut number = Number::default();
    for (idx, word) in words.iter().enumerate() {
        match part(word) {
            Some(part) => number.add(part),
            None if number.takes_and(word, words.get(idx + 1)) => {}
            None => {
                number.end(&mut out);
                out.push(if *word == "1" { "one".to_owned() } else { (*word).to_owned() });
            }
        }
    }
    number.end(&mut out);
    out
}

fn part(word: &str) -> Option<Part> {
    let position = |list: &[&str]| list.iter().position(|known| *known == word).map(|idx| idx as u64);
    let scale = SCALES.iter().find(|(known, _)| *known == word).map(|&(_, size)| Part::Scale(size));
    position(&ONES).map(Part::One).or_else(|| position(&TENS).map(|idx| Part::Ten(20 + 10 * idx))).or(scale)
}

impl Number {
    fn add(&mut self, part: Part) {
        let value: u64 = self.digits.parse().unwrap_or(0);
        self.digits = match (self.last, part) {
            (Some(Part::Ten(_)), Part::One(one)) if (1..10).contains(&one) => (value + one).to_string(),
            (Some(Part::Scale(_)), Part::One(one) | Part::Ten(one)) => (value + one).to_string(),
            (Some(_), Part::One(one) | Part::Ten(one)) => format!("{}{one}", self.digits),
            (None, Part::One(one) | Part::Ten(one)) => one.to_string(),
            (_, Part::Scale(size)) => scaled(value, size).to_string(),
        };
        self.last = Some(part);
    }

    /// Whether `word` is the "and" of "a hundred and five".
    fn takes_and(&self, word: &str, next: Option<&&str>) -> bool {
        word == "and" && matches!(self.last, Some(Part::Scale(_))) && next.is_some_and(|next| part(next).is_some())
    }

    fn end(&mut self, out: &mut Vec<String>) {
        if self.last.take().is_some() {
            let digits = std::mem::take(&mut self.digits);
            out.push(if digits == "1" { "one".into() } else { digits });
        }
    }
}

/// "three hundred" is 300; "two thousand three hundred" is 2,300.
fn scaled(value: u64, size: u64) -> u64 {
    if size == 100 && value > 1_000 {
        let rest = value % 1_000;
        return value - rest + rest * 100;
    }
    value.max(1).saturating_mul(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_digits() {
        let cases = [
            ("seven", "7"),
            ("one day", "one day"),
            ("thirty one days", "31 days"),
            ("one three eight", "138"),
            ("three hundred and five", "305"),
            ("two thousand three hundred", "2300"),
            ("salt and pepper", "salt and pepper"),
            ("a hundred", "a 100"),
        ];
        for (words, expected) in cases {
            let words: Vec<&str> = words.split(' ').collect();
            assert_eq!(in_digits(&words).join(" "), expected);
        }
    }
}
