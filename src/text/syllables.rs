//! The syllables of Chinese characters.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use pinyin::{ToPinyin, ToPinyinMulti};

/// The two halves of a syllable, without its tone. `ü` is written `v`; an empty initial is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Syllable {
    pub(crate) initial: &'static str,
    pub(crate) rime: &'static str,
}

/// Characters with a second reading of everyday use. The dictionary also knows readings of old and of place names
/// (不 as fou, 还 as fu), which would make requests out of ordinary talk.
const HETERONYMS: &str = "传转供种中重给几看会得着觉长行都为和调";

/// The readings of a character, the usual one first; none for what is not a Chinese character.
pub(crate) fn readings(c: char) -> Vec<Syllable> {
    let Some(all) = c.to_pinyin_multi() else { return Vec::new() };
    let n_readings = if HETERONYMS.contains(c) { usize::MAX } else { 1 };
    all.into_iter().take(n_readings).map(|reading| Syllable::from_pinyin(reading.plain())).collect()
}

/// Longest row of Latin letters that is tried as pinyin: seven syllables or so.
const LONGEST_LATIN: usize = 40;
/// Longest syllable in letters: zhuang.
const LONGEST_SYLLABLE: usize = 6;

/// Every syllable of the dictionary that is written in ASCII.
static SPELLINGS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let plain = |c: char| c.to_pinyin().map(pinyin::Pinyin::plain);
    ('\u{4e00}'..='\u{9fa5}').filter_map(plain).filter(|plain| plain.is_ascii()).collect()
});

/// The syllables of a row of Latin letters that is nothing but pinyin: the speech model sometimes writes Mandarin so.
pub(crate) fn spelled(latin: &str) -> Option<Vec<Syllable>> {
    let latin = latin.to_ascii_lowercase();
    let is_tried = latin.is_ascii() && latin.len() <= LONGEST_LATIN;
    let parts = is_tried.then(|| split(&latin)).flatten()?;
    Some(parts.into_iter().map(Syllable::from_pinyin).collect())
}

/// The split with the longest syllables at the end. `ends[n]` is the last syllable of the first `n` letters.
fn split(latin: &str) -> Option<Vec<&'static str>> {
    let mut ends: Vec<Option<&'static str>> = vec![None; latin.len() + 1];
    for end in 1..=latin.len() {
        let starts = end.saturating_sub(LONGEST_SYLLABLE)..end;
        let is_open = |start: &usize| *start == 0 || ends[*start].is_some();
        ends[end] = starts.filter(is_open).find_map(|start| SPELLINGS.get(&latin[start..end]).copied());
    }
    let (mut parts, mut end) = (Vec::new(), latin.len());
    while end > 0 {
        let part = ends[end]?;
        parts.push(part);
        end -= part.len();
    }
    parts.reverse();
    Some(parts)
}

/// Spellings that stand for an empty initial and another final.
const SPELLED: &[(&str, &str)] = &[
    ("yi", "i"),
    ("ya", "ia"),
    ("yan", "ian"),
    ("yang", "iang"),
    ("yao", "iao"),
    ("ye", "ie"),
    ("yin", "in"),
    ("ying", "ing"),
    ("yo", "io"),
    ("yong", "iong"),
    ("you", "iu"),
    ("yu", "v"),
    ("yuan", "van"),
    ("yue", "ve"),
    ("yun", "vn"),
    ("wu", "u"),
    ("wa", "ua"),
    ("wai", "uai"),
    ("wan", "uan"),
    ("wang", "uang"),
    ("wei", "ui"),
    ("wen", "un"),
    ("weng", "ong"),
    ("wo", "uo"),
];

/// Finals after j, q and x, where the spelling leaves out the dots of ü.
const AFTER_J: &[(&str, &str)] = &[("u", "v"), ("uan", "van"), ("ue", "ve"), ("un", "vn")];

impl Syllable {
    /// The syllable that stands for it and for those that much of southern Mandarin does not tell from it, which are
    /// also the ones the speech model confuses most.
    pub(crate) fn folded(self) -> Self {
        let initial = match self.initial {
            "zh" => "z",
            "ch" => "c",
            "sh" => "s",
            "l" => "n",
            "h" => "f",
            other => other,
        };
        let rime = match self.rime {
            "ing" => "in",
            "eng" => "en",
            "ang" => "an",
            "iang" => "ian",
            "uang" => "uan",
            other => other,
        };
        Self { initial, rime }
    }

    fn from_pinyin(plain: &'static str) -> Self {
        if let Some((_, rime)) = SPELLED.iter().find(|(spelled, _)| *spelled == plain) {
            return Self { initial: "", rime };
        }
        let (initial, rime) = plain.split_at(initial_length(plain));
        let dotted = AFTER_J.iter().find(|(spelled, _)| *spelled == rime && matches!(initial, "j" | "q" | "x"));
        Self { initial, rime: dotted.map_or(rime, |(_, rime)| rime) }
    }
}

fn initial_length(plain: &str) -> usize {
    match plain.as_bytes() {
        [b'z' | b'c' | b's', b'h', ..] => 2,
        [b'a' | b'e' | b'o', ..] | [] => 0,
        [first, ..] if first.is_ascii() => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_an_initial_and_a_final() {
        for (c, initial, rime) in [
            ('转', "zh", "uan"),
            ('人', "r", "en"),
            ('爱', "", "ai"),
            ('鱼', "", "v"),
            ('君', "j", "vn"),
            ('我', "", "uo"),
        ] {
            assert_eq!(readings(c)[0], Syllable { initial, rime }, "{c}");
        }
        assert!(readings('传').len() > 1);
        assert_eq!(readings('不').len(), 1);
        assert!(readings('a').is_empty());
    }

    #[test]
    fn pinyin_in_latin_letters_is_split() {
        let finals = |latin| spelled(latin).map(|all| all.iter().map(|syllable| syllable.rime).collect::<Vec<_>>());
        assert_eq!(finals("ZhaoRenGong"), Some(vec!["ao", "en", "ong"]));
        assert_eq!(finals("xuangong"), Some(vec!["van", "ong"]));
        assert_eq!(finals("parcel"), None);
        assert_eq!(finals(&"gong".repeat(20)), None);
    }
}
