//! Words that tell how the caller feels and how the last answer was received.

use std::sync::LazyLock;

use super::phrases::{Ends, Phrases};
use super::words::shown;
use super::{english, mandarin};

static ENGLISH: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(include_str!("mood_english.txt"), Ends::Words));
static MANDARIN: LazyLock<Phrases> =
    LazyLock::new(|| Phrases::parse(include_str!("mood_mandarin.txt"), Ends::Anywhere));

/// The words of someone who has had enough, in either language; `None` where there are none.
#[must_use]
pub fn frustration(text: &str) -> Option<String> {
    find("frustration", text)
}

/// The words that reject what was answered before ("不是", "that's not what I said"), in either language.
///
/// Only means something after an answer: "no" may also answer a question.
#[must_use]
pub fn rejection(text: &str) -> Option<String> {
    find("rejection", text)
}

fn find(kind: &str, text: &str) -> Option<String> {
    within(&ENGLISH, kind, &english::normal(text)).or_else(|| within(&MANDARIN, kind, &mandarin::normal(text)))
}

fn within(phrases: &Phrases, kind: &str, text: &str) -> Option<String> {
    phrases.find(kind, &phrases.without("about", text)).map(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frustration_in_both_languages() {
        for text in [
            "This is ridiculous.",
            "I'm so angry right now",
            "For the third time, my deposit",
            "You're wasting my time",
            "I've already told you twice",
            "oh for God's sake",
            "I'm fed up with this",
            "what a bloody mess",
            "Shut up!",
            "You are driving me crazy",
            "气死我了",
            "说了八百遍了",
            "你们浪费我时间",
            "烦死了",
            "第三次打了",
            "什么破机器",
            "你到底能不能办",
            "等了半天了",
            "没人管我",
            "别废话",
        ] {
            assert!(frustration(text).is_some(), "{text}");
        }
    }

    #[test]
    fn calm_words_are_not() {
        for text in [
            "",
            "I'd like my deposit back",
            "thank you very much",
            "I'm not angry, just asking",
            "tell me a joke",
            "no worries",
            "where is my parcel",
            "我想查一下话费",
            "我不着急",
            "请问几点关门",
            "垃圾短信怎么屏蔽",
            "谢谢你",
        ] {
            assert_eq!(frustration(text), None, "{text}");
        }
    }

    #[test]
    fn rejections_in_both_languages() {
        for text in [
            "No.",
            "No, that's not what I said.",
            "no no no",
            "That's wrong",
            "I didn't ask about that",
            "You misunderstood",
            "You got it wrong",
            "none of those",
            "That doesn't help",
            "not what I want",
            "wrong number",
            "nope",
            "不是",
            "不对",
            "不是这个",
            "我没说要退款",
            "你听错了",
            "不是不是",
            "哎不对",
            "没解决",
            "答非所问",
            "都不是",
            "我问的是押金",
        ] {
            assert!(rejection(text).is_some(), "{text}");
        }
    }

    #[test]
    fn agreement_and_wishes_reject_nothing() {
        for text in [
            "",
            "yes",
            "yes please",
            "I want my deposit back",
            "no problem, thanks",
            "right",
            "is it not open on Sunday",
            "是的",
            "对",
            "好的",
            "我要退押金",
            "是不是周末开门",
            "对不起",
            "没问题",
        ] {
            assert_eq!(rejection(text), None, "{text}");
        }
    }
}
