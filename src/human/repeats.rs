//! The same short word again and again: nobody shouts at a machine that understands.

use super::{PersonRequest, Turn};
use crate::text::{is_han, units};

/// Longest word or phrase that counts as one, in syllables of Mandarin or words of English.
const LONGEST: usize = 4;
/// What is said twice without meaning more by it: answers, greetings, numbers.
const COMMON: &[&str] = &[
    "yes", "no", "yeah", "yep", "nope", "hello", "hi", "ok", "okay", "right", "sure", "thanks", "thank", "you", "bye",
    "please", "sorry", "wait", "um", "uh", "the", "a", "i", "it", "oh", "correct", "hey", "hmm", "mm", "ha", "la",
    "so", "well", "next", "back", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero", "是",
    "的", "对", "不", "好", "喂", "嗯", "啊", "哦", "行", "谢", "你", "您", "等", "要", "可", "以", "没", "有", "了",
    "哈", "呃", "零", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "幺", "再", "见", "那", "个", "这",
    "什", "么", "下", "请", "稍", "知", "道", "吧", "呢", "吗", "嘛", "呀", "百", "千", "万", "号", "月", "年", "块",
    "元", "点", "a", "d", "ｄ",
];

/// A short turn that says its words twice, or says what the turn before said.
pub(super) fn shouted(turn: &Turn<'_>) -> PersonRequest {
    let Some(text) = turn.texts.first() else { return PersonRequest::No };
    let said = units(text);
    let again = turn.previous.last().is_some_and(|before| !said.is_empty() && units(before) == said);
    let word = if again && said.len() <= LONGEST { Some(said.as_slice()) } else { doubled(&said) };
    match word.filter(|word| !is_common(word)) {
        Some(word) => PersonRequest::Doubtful { evidence: shown(word) },
        None => PersonRequest::No,
    }
}

/// The word that the whole turn is made of, said at least twice.
fn doubled(units: &[String]) -> Option<&[String]> {
    let whole = |n: &usize| {
        units.len() > *n && units.len().is_multiple_of(*n) && units.chunks(*n).all(|chunk| chunk == &units[..*n])
    };
    (1..=LONGEST).find(whole).map(|n| &units[..n])
}

fn is_common(word: &[String]) -> bool {
    word.iter().all(|unit| COMMON.contains(&unit.as_str()) || unit.chars().all(char::is_numeric))
}

fn shown(word: &[String]) -> String {
    let is_mandarin = word.iter().any(|unit| unit.contains(is_han));
    word.join(if is_mandarin { "" } else { " " })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_shouted(text: &str, before: &str) -> bool {
        shouted(&Turn { texts: &[text], previous: &[before], ..Turn::default() }).is_request()
    }

    #[test]
    fn the_same_word_twice_in_a_turn() {
        for text in ["Refund! Refund!", "退款退款", "退款，退款，退款", "cancel cancel"] {
            assert!(is_shouted(text, ""), "{text}");
        }
        for text in
            ["", "no, no", "对对对", "喂喂", "one one one", "等等", "谢谢谢谢", "110110", "退款", "I want a refund"]
        {
            assert!(!is_shouted(text, ""), "{text}");
        }
    }

    #[test]
    fn the_same_short_turn_again() {
        assert!(is_shouted("Refund.", "refund"));
        assert!(is_shouted("退押金！", "退押金"));
        for (text, before) in [("yes", "yes"), ("是的", "是的"), ("refund", "deposit"), ("", ""), ("199", "199")] {
            assert!(!is_shouted(text, before), "{text}");
        }
        assert!(!is_shouted("where is the parcel I ordered", "where is the parcel I ordered"));
    }
}
