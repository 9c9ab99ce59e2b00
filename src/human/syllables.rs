//! The syllables of Chinese characters.

use pinyin::ToPinyinMulti;

/// The two halves of a syllable, without its tone. `ü` is written `v`; an empty initial is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Syllable {
    pub(super) initial: &'static str,
    pub(super) rime: &'static str,
}

/// Characters with a second reading of everyday use. The dictionary also knows readings of old and of place names
/// (不 as fou, 还 as fu), which would make requests out of ordinary talk.
const HETERONYMS: &str = "传转供种中重给几看会得着觉长行都为和调";

/// The readings of a character, the usual one first; none for what is not a Chinese character.
pub(super) fn readings(c: char) -> Vec<Syllable> {
    let Some(all) = c.to_pinyin_multi() else { return Vec::new() };
    let n_readings = if HETERONYMS.contains(c) { usize::MAX } else { 1 };
    all.into_iter().take(n_readings).map(|reading| Syllable::from_pinyin(reading.plain())).collect()
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
}
