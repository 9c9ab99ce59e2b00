//! Words that tell how the last answer was received, and how the caller feels.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// Whether the text rejects what was answered before it: by its opening, or by a phrase anywhere in it.
pub(super) fn rejects(text: &str) -> bool {
    let text = text.trim_start();
    text.eq_ignore_ascii_case("no")
        || OPENINGS.iter().any(|opening| opens_with(text, opening))
        || REJECTING.is_match(text)
}

/// Whether the text says that the caller has had enough.
pub(super) fn is_angry(text: &str) -> bool {
    ANGRY.is_match(text)
}

const OPENINGS: &[&str] = &[
    "不是",
    "不对",
    "不要",
    "错了",
    "没有",
    "no ",
    "no,",
    "no.",
    "nope",
    "wrong",
    "not that",
    "that is not",
    "that's not",
];

/// Not "不是" alone: "是不是欠费了" rejects nothing.
static REJECTING: LazyLock<AhoCorasick> = LazyLock::new(|| {
    finder(&[
        "我没说",
        "我没有说",
        "听错",
        "搞错",
        "弄错",
        "不是这个",
        "不是要",
        "不是说",
        "没解决",
        "没有解决",
        "答非所问",
        "not what i",
        "didn't say",
        "did not say",
        "didn't ask",
        "did not ask",
        "don't want that",
        "doesn't help",
        "does not help",
        "didn't help",
        "misunderstood",
        "you got it wrong",
        "you're wrong",
    ])
});

/// Words a caller says of the service, not of the matter: "垃圾短信" and "遇到骗子" are matters.
static ANGRY: LazyLock<AhoCorasick> = LazyLock::new(|| {
    finder(&[
        "气死",
        "烦死",
        "烦人",
        "受不了",
        "太差",
        "太垃圾",
        "垃圾公司",
        "垃圾服务",
        "什么垃圾",
        "你们骗人",
        "你们是骗子",
        "混蛋",
        "滚蛋",
        "废话",
        "浪费时间",
        "浪费我",
        "没完没了",
        "到底要等",
        "到底能不能",
        "到底管不管",
        "说了多少遍",
        "说了几遍",
        "说了好几遍",
        "打了好几次",
        "打了多少次",
        "第几次了",
        "没人管",
        "什么破",
        "他妈",
        "妈的",
        "忍无可忍",
        "再也不用",
        "欺负人",
        "ridiculous",
        "unacceptable",
        "fed up",
        "sick of",
        "sick and tired",
        "waste of time",
        "wasting my time",
        "useless",
        "terrible",
        "pathetic",
        "is a joke",
        "furious",
        "frustrat",
        "damn",
        "bullshit",
        "fuck",
        "how many times",
        "the third time",
        "hundredth time",
        "keep telling",
        "already told",
        "already said",
        "nobody helps",
        "no one helps",
        "stupid",
    ])
});

fn opens_with(text: &str, opening: &str) -> bool {
    text.get(..opening.len()).is_some_and(|start| start.eq_ignore_ascii_case(opening))
}

fn finder(phrases: &[&str]) -> AhoCorasick {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .build(phrases)
        .expect("a few dozen short phrases are far below the automaton's limits")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rejection_is_told_from_a_question() {
        for text in ["不是,我要退押金", "你听错了", "No, that's not what I said", "no", "that is not it"] {
            assert!(rejects(text), "{text}");
        }
        for text in ["是不是欠费了", "north street", "我要退押金", "notify me when it ships", ""] {
            assert!(!rejects(text), "{text}");
        }
    }

    #[test]
    fn anger_is_told_from_what_the_call_is_about() {
        for text in ["我说了多少遍了", "这服务太差了", "This is RIDICULOUS", "I'm sick of this"] {
            assert!(is_angry(text), "{text}");
        }
        for text in ["收到很多垃圾短信", "我遇到骗子了", "查一下物流", "where is my order", ""] {
            assert!(!is_angry(text), "{text}");
        }
    }
}
