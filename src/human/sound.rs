//! Requests for a person by sound: Mandarin text whose syllables are close to those of a request.
//!
//! A speech model that hears 转人工 may write 穿人弓, 川人共 or 专人公. The syllables of a text are aligned with those
//! of each known request, anywhere in the text, at the least cost of taking one sound for another (a weighted edit
//! distance with a free start and end; Sellers 1980).

use std::collections::{BTreeMap, BTreeSet};
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
/// `text` is in the form of the Mandarin patterns, with what asks for nothing taken out. Takes time linear in its
/// length.
pub(super) fn request(text: &str) -> Option<String> {
    let heard = SOUNDS.heard(text);
    let n_spoken = heard.iter().map(|sound| sound.n_spoken).sum();
    let mut searches: Vec<Search<'_>> = SOUNDS.asks.iter().filter_map(|ask| Search::new(ask, n_spoken)).collect();
    for (at, sound) in heard.iter().enumerate() {
        let fits = SOUNDS.fits(&sound.readings);
        searches.iter_mut().for_each(|search| search.hear(at, &fits));
    }
    let (start, end) = searches.iter().find_map(Search::found)?;
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

/// The data file. A request is the places of its syllables in `syllables`.
#[derive(Debug, Default)]
struct Sounds {
    asks: Vec<Vec<usize>>,
    syllables: Vec<Syllable>,
    /// By their first character, the longest first.
    ordinary: BTreeMap<char, Vec<Vec<char>>>,
    initials: Costs,
    finals: Costs,
}

/// What it costs to take half of a syllable for that half of another. A table, because this is asked again and again
/// for every syllable heard.
#[derive(Debug, Default)]
struct Costs {
    confusions: BTreeMap<(&'static str, &'static str), f32>,
    /// From half of a syllable to its costs for every syllable of the requests, in their order.
    halves: BTreeMap<&'static str, Vec<f32>>,
}

impl Costs {
    fn confuse(&mut self, one: &'static str, other: &'static str, cost: f32) {
        self.confusions.insert((one, other), cost);
        self.confusions.insert((other, one), cost);
    }

    fn of(&self, one: &'static str, other: &'static str) -> f32 {
        if one == other { 0.0 } else { self.confusions.get(&(one, other)).copied().unwrap_or(1.0) }
    }

    /// Fills the table for requests with these halves.
    fn tabulate(&mut self, asked: &[&'static str]) {
        let confused = self.confusions.keys().map(|(one, _)| *one);
        let all: BTreeSet<&'static str> = confused.chain(asked.iter().copied()).collect();
        self.halves =
            all.into_iter().map(|one| (one, asked.iter().map(|other| self.of(one, other)).collect())).collect();
    }

    /// The cost of taking `half` for that of the syllable at this place: 1 where the file does not name it.
    fn at(&self, half: &str) -> impl Fn(usize) -> f32 {
        let costs = self.halves.get(half);
        move |place| costs.map_or(1.0, |costs| costs[place])
    }
}

impl Sounds {
    fn parse(file: &'static str) -> Self {
        let mut sounds = Self::default();
        for line in file.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            sounds.add(&line.split(' ').collect::<Vec<_>>());
        }
        sounds.ordinary.values_mut().for_each(|words| words.sort_by_key(|word| std::cmp::Reverse(word.len())));
        let halves = |half: fn(&Syllable) -> &'static str| sounds.syllables.iter().map(half).collect::<Vec<_>>();
        let (initials, finals) = (halves(|syllable| syllable.initial), halves(|syllable| syllable.rime));
        sounds.initials.tabulate(&initials);
        sounds.finals.tabulate(&finals);
        sounds
    }

    fn add(&mut self, fields: &[&'static str]) {
        match *fields {
            ["initial", one, other, cost] => self.initials.confuse(sound(one), sound(other), number(cost)),
            ["final", one, other, cost] => self.finals.confuse(one, other, number(cost)),
            ["asks", phrase] => {
                let ask = phrase.chars().filter_map(|c| readings(c).first().copied()).map(|one| self.place(one));
                let ask = ask.collect();
                self.asks.push(ask);
            }
            ["ordinary", word] => {
                let first = word.chars().next().expect("a field is not empty");
                self.ordinary.entry(first).or_default().push(word.chars().collect());
            }
            _ => unreachable!("sounds.txt has a line of another form"),
        }
    }

    /// Where a syllable of the requests stands among all of them.
    fn place(&mut self, syllable: Syllable) -> usize {
        let known = self.syllables.iter().position(|known| *known == syllable);
        known.unwrap_or_else(|| {
            self.syllables.push(syllable);
            self.syllables.len() - 1
        })
    }

    /// The sounds of `text`; ordinary words and words of another language sound like nothing.
    fn heard(&self, text: &str) -> Vec<Sound> {
        let chars: Vec<char> = text.chars().filter(|c| *c != EDGE).collect();
        let (mut heard, mut at) = (Vec::with_capacity(chars.len()), 0);
        while at < chars.len() {
            let n_latin = chars[at..].iter().take_while(|c| c.is_ascii_alphabetic()).count();
            let n_word = self.ordinary_at(&chars[at..]);
            match (n_latin, n_word) {
                (0, 0) => heard.push(Sound::of(chars[at])),
                (0, n) => heard.push(Sound::silent(n)),
                (n, _) => heard.extend(latin(&chars[at..at + n])),
            }
            at += n_latin.max(n_word).max(1);
        }
        heard
    }

    /// Length of the everyday word that `chars` begin with.
    fn ordinary_at(&self, chars: &[char]) -> usize {
        let words = chars.first().and_then(|first| self.ordinary.get(first));
        words.and_then(|words| words.iter().find(|word| chars.starts_with(word))).map_or(0, Vec::len)
    }

    /// The cost of the reading that fits best, the mean of its two halves, for each syllable of the requests; empty
    /// where nothing was heard.
    fn fits(&self, heard: &[Syllable]) -> Vec<f32> {
        let mut least = vec![f32::INFINITY; if heard.is_empty() { 0 } else { self.syllables.len() }];
        for reading in heard {
            let (initial, rime) = (self.initials.at(reading.initial), self.finals.at(reading.rime));
            for (place, least) in least.iter_mut().enumerate() {
                *least = least.min(f32::midpoint(initial(place), rime(place)));
            }
        }
        least
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

/// Looks for one request in what is heard, syllable by syllable.
#[derive(Debug)]
struct Search<'a> {
    ask: &'a [usize],
    /// Highest cost of the whole request.
    limit: f32,
    /// The least cost, and where it starts, for each length of the beginning of `ask`.
    row: Vec<(f32, usize)>,
    /// The cheapest stretch so far: cost, start, end.
    best: Option<(f32, usize, usize)>,
}

impl<'a> Search<'a> {
    /// In a turn of `n_spoken` syllables; `None` where the request is not looked for.
    fn new(ask: &'a [usize], n_spoken: usize) -> Option<Self> {
        let limit = limit(ask.len(), n_spoken)? * ask.len() as f32;
        let mut search = Self { ask, limit, row: vec![(0.0, 0); ask.len() + 1], best: None };
        search.restart(0);
        Some(search)
    }

    /// Nothing before `at` belongs to the request.
    fn restart(&mut self, at: usize) {
        for (n, cell) in self.row.iter_mut().enumerate() {
            *cell = (n as f32 * GAP_COST, at);
        }
    }

    /// One more syllable, and what it costs to take it for each syllable of the requests. No request reaches across
    /// what sounds like nothing.
    fn hear(&mut self, at: usize, fits: &[f32]) {
        if fits.is_empty() {
            return self.restart(at + 1);
        }
        let mut diagonal = std::mem::replace(&mut self.row[0], (0.0, at + 1));
        for (n, syllable) in self.ask.iter().enumerate() {
            let above = self.row[n + 1];
            let taken = (diagonal.0 + fits[*syllable], diagonal.1);
            let missing = (self.row[n].0 + GAP_COST, self.row[n].1);
            let added = (above.0 + GAP_COST, above.1);
            self.row[n + 1] = cheaper(cheaper(taken, missing), added);
            diagonal = above;
        }
        let (cost, start) = self.row[self.ask.len()];
        if self.best.is_none_or(|(least, ..)| cost < least) {
            self.best = Some((cost, start, at + 1));
        }
    }

    /// Where the request is, if it is close enough.
    fn found(&self) -> Option<(usize, usize)> {
        self.best.filter(|(cost, ..)| *cost <= self.limit).map(|(_, start, end)| (start, end))
    }
}

fn cheaper(one: (f32, usize), other: (f32, usize)) -> (f32, usize) {
    if other.0 < one.0 { other } else { one }
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
