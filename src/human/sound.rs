//! Requests for a person by sound: Mandarin text whose syllables are close to those of a request.
//!
//! A speech model that hears 转人工 may write 穿人弓, 川人共 or 专人公. The syllables of a text are aligned with those
//! of each known request, anywhere in the text, at the least cost of taking one sound for another (a weighted edit
//! distance with a free start and end; Sellers 1980).

use std::sync::LazyLock;

use super::phrases::EDGE;
use crate::text::{Syllable, readings, spelled};

/// Cost of a syllable too many or too few: less than a wrong one, more than two halves that are easily confused.
const GAP_COST: f32 = 0.8;
/// A turn is short up to this many syllables beyond the request, but never beyond twice its length.
const SPARE: usize = 3;
/// Mean cost of a syllable up to which a short turn sounds like a request of three syllables or more.
const SHORT_LIMIT: f32 = 0.24;
/// The same for a request of two, which is the sound of many words.
const PAIR_LIMIT: f32 = 0.15;
/// The same within a longer turn.
const LONG_LIMIT: f32 = 0.1;
/// Requests of fewer syllables are not looked for within a longer turn.
const LONG_SYLLABLES: usize = 3;
/// Stands for a word that sounds like nothing.
const SILENT: &str = "~";

static SOUNDS: LazyLock<Sounds> = LazyLock::new(|| Sounds::parse(include_str!("sounds.txt")));

/// The part of a text that sounds like a request. Words written as an everyday word are not taken for one.
///
/// `text` is in the form of the Mandarin patterns, with what asks for nothing taken out.
pub(super) fn request(text: &str) -> Option<String> {
    let heard = SOUNDS.heard(text);
    let n_spoken = heard.iter().map(|sound| sound.n_spoken).sum();
    let (start, end) = SOUNDS.asks.iter().find_map(|ask| within(ask, &heard, n_spoken))?;
    Some(heard[start..end].iter().map(|sound| sound.shown.as_str()).collect())
}

/// One syllable that was heard, or something that sounds like nothing.
#[derive(Debug)]
struct Sound {
    shown: String,
    readings: Vec<Syllable>,
    /// Syllables it counts for: an ordinary word is one sound of several.
    n_spoken: usize,
}

impl Sound {
    fn of(c: char) -> Self {
        Self { shown: c.to_string(), readings: readings(c), n_spoken: 1 }
    }

    fn silent(n_spoken: usize) -> Self {
        Self { shown: SILENT.to_owned(), readings: Vec::new(), n_spoken }
    }

    fn spelled(syllable: Syllable) -> Self {
        let shown = format!("{}{}", syllable.initial, syllable.rime);
        Self { shown, readings: vec![syllable], n_spoken: 1 }
    }
}

#[derive(Debug, Default)]
struct Sounds {
    asks: Vec<Vec<Syllable>>,
    ordinary: Vec<Vec<char>>,
    initials: Confusions,
    finals: Confusions,
}

/// Pairs of sounds that are taken for each other, and how easily not.
#[derive(Debug, Default)]
struct Confusions(Vec<(&'static str, &'static str, f32)>);

impl Confusions {
    fn cost(&self, one: &str, other: &str) -> f32 {
        if one == other {
            return 0.0;
        }
        let is_pair = |a: &str, b: &str| (a, b) == (one, other) || (a, b) == (other, one);
        self.0.iter().find(|(a, b, _)| is_pair(a, b)).map_or(1.0, |(_, _, cost)| *cost)
    }
}

impl Sounds {
    fn parse(file: &'static str) -> Self {
        let mut sounds = Self::default();
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            sounds.add(&line.split(' ').collect::<Vec<_>>());
        }
        sounds.ordinary.sort_by_key(|word| std::cmp::Reverse(word.len()));
        sounds
    }

    fn add(&mut self, fields: &[&'static str]) {
        match *fields {
            ["initial", one, other, cost] => self.initials.0.push((sound(one), sound(other), number(cost))),
            ["final", one, other, cost] => self.finals.0.push((one, other, number(cost))),
            ["asks", phrase] => self.asks.push(phrase.chars().filter_map(|c| readings(c).first().copied()).collect()),
            ["ordinary", word] => self.ordinary.push(word.chars().collect()),
            _ => unreachable!("sounds.txt has a line of another form"),
        }
    }

    /// The sounds of `text`; ordinary words and words of another language sound like nothing.
    fn heard(&self, text: &str) -> Vec<Sound> {
        let chars: Vec<char> = text.chars().filter(|c| *c != EDGE).collect();
        let (mut heard, mut at) = (Vec::with_capacity(chars.len()), 0);
        while at < chars.len() {
            let n_latin = chars[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
            let n_word = self.ordinary.iter().find(|word| chars[at..].starts_with(word)).map_or(0, Vec::len);
            match (n_latin, n_word) {
                (0, 0) => heard.push(Sound::of(chars[at])),
                (0, n) => heard.push(Sound::silent(n)),
                (n, _) => heard.extend(latin(&chars[at..at + n])),
            }
            at += n_latin.max(n_word).max(1);
        }
        heard
    }

    /// The mean cost of the two halves.
    fn cost(&self, one: Syllable, other: Syllable) -> f32 {
        f32::midpoint(self.initials.cost(one.initial, other.initial), self.finals.cost(one.rime, other.rime))
    }

    /// The cost of the reading that fits best; nothing fits a character without one.
    fn least(&self, ask: Syllable, heard: &[Syllable]) -> f32 {
        heard.iter().map(|reading| self.cost(ask, *reading)).fold(f32::INFINITY, f32::min)
    }
}

/// Pinyin as its syllables; any other word is about as many syllables as it has pairs of letters.
fn latin(letters: &[char]) -> Vec<Sound> {
    let word: String = letters.iter().collect();
    let syllables = spelled(&word).map(|all| all.into_iter().map(Sound::spelled).collect());
    syllables.unwrap_or_else(|| vec![Sound::silent(letters.len().div_ceil(2))])
}

/// An empty initial is written as `-`.
fn sound(name: &'static str) -> &'static str {
    if name == "-" { "" } else { name }
}

fn number(text: &str) -> f32 {
    text.parse().expect("a cost of sounds.txt is a number")
}

/// Where in a turn of `n_spoken` syllables the sound of `ask` is, if it is close enough.
fn within(ask: &[Syllable], heard: &[Sound], n_spoken: usize) -> Option<(usize, usize)> {
    let limit = limit(ask.len(), n_spoken)? * ask.len() as f32;
    let (cost, start, end) = closest(ask, heard)?;
    (cost <= limit).then_some((start, end))
}

/// The highest mean cost of a syllable; `None` where the request is not looked for.
fn limit(n_ask: usize, n_spoken: usize) -> Option<f32> {
    let is_short = n_spoken <= n_ask + SPARE.min(n_ask);
    match (is_short, n_ask < LONG_SYLLABLES) {
        (true, true) => Some(PAIR_LIMIT),
        (true, false) => Some(SHORT_LIMIT),
        (false, true) => None,
        (false, false) => Some(LONG_LIMIT),
    }
}

/// The cheapest stretch of `heard` for `ask`: cost, start, end. Time grows with the product of the two lengths.
fn closest(ask: &[Syllable], heard: &[Sound]) -> Option<(f32, usize, usize)> {
    let mut before: Vec<(f32, usize)> = (0..=ask.len()).map(|n| (n as f32 * GAP_COST, 0)).collect();
    let mut best: Option<(f32, usize, usize)> = None;
    for (at, sound) in heard.iter().enumerate() {
        let now = step(ask, &sound.readings, &before, at);
        let (cost, start) = now[ask.len()];
        if best.is_none_or(|(least, ..)| cost < least) {
            best = Some((cost, start, at + 1));
        }
        before = now;
    }
    best
}

/// One more heard character: the least cost, and the start, for each length of the beginning of `ask`.
fn step(ask: &[Syllable], readings: &[Syllable], before: &[(f32, usize)], at: usize) -> Vec<(f32, usize)> {
    let extra = if readings.is_empty() { f32::INFINITY } else { GAP_COST };
    let mut now = vec![(0.0, at + 1)];
    for (n, syllable) in ask.iter().enumerate() {
        let taken = (before[n].0 + SOUNDS.least(*syllable, readings), if n == 0 { at } else { before[n].1 });
        let missing = (now[n].0 + GAP_COST, now[n].1);
        let added = (before[n + 1].0 + extra, before[n + 1].1);
        now.push(cheapest([taken, missing, added]));
    }
    now
}

fn cheapest(ways: [(f32, usize); 3]) -> (f32, usize) {
    ways.into_iter().min_by(|a, b| a.0.total_cmp(&b.0)).expect("three ways")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sounds_of_a_request_are_found_in_a_short_turn() {
        for text in [
            "_穿人弓_",
            "_川人共_",
            "_传人公_",
            "_人共克服_",
            "_押金退不了_川人公_",
            "_人公_",
            "_ZhaoRenGong_",
            "_专员工_",
            "_员工客服_",
        ] {
            assert!(request(text).is_some(), "{text}");
        }
    }

    #[test]
    fn everyday_words_are_not() {
        for text in
            ["_", "_工人_", "_转账_", "_成功_", "_换轮胎_", "_公司在哪_", "_供认不讳_", "_今天天气很好我想出去走走_"]
        {
            assert_eq!(request(text), None, "{text}");
        }
    }

    #[test]
    fn the_evidence_is_the_stretch_heard() {
        assert_eq!(request("_你好川人公谢谢_").as_deref(), Some("川人公"));
    }
}
