//! Words that tell how the last answer was received, and how the caller feels.

/// Openings and phrases that reject an answer.
const REJECTING_STARTS: &[&str] = &[
    "不是",
    "不对",
    "不要",
    "错了",
    "没有",
    "no ",
    "no,",
    "nope",
    "wrong",
    "not that",
    "that is not",
    "that's not",
];
const REJECTING: &[&str] = &[
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
    "没用",
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
];

/// Words of someone who has had enough.
const ANGRY: &[&str] = &[
    "气死",
    "烦死",
    "烦人",
    "受不了",
    "太差",
    "垃圾",
    "骗子",
    "混蛋",
    "滚",
    "废话",
    "浪费时间",
    "浪费我",
    "没完没了",
    "到底要",
    "到底能不能",
    "说了多少遍",
    "说了几遍",
    "说了好几遍",
    "打了好几次",
    "打了多少次",
    "第几次",
    "没人管",
    "什么破",
    "有病",
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
    "a joke",
    "angry",
    "furious",
    "frustrat",
    "damn",
    "bullshit",
    "fuck",
    "how many times",
    "third time",
    "hundredth time",
    "keep telling",
    "already told",
    "already said",
    "nobody helps",
    "no one helps",
    "stupid",
];

/// Whether the text rejects what was answered before it.
pub(super) fn rejects(text: &str) -> bool {
    let text = text.trim_start().to_lowercase();
    text == "no" || starts_with_any(&text, REJECTING_STARTS) || contains_any(&text, REJECTING)
}

/// Whether the text says that the caller has had enough.
pub(super) fn is_angry(text: &str) -> bool {
    contains_any(&text.to_lowercase(), ANGRY)
}

fn starts_with_any(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| text.starts_with(phrase))
}

fn contains_any(text: &str, phrases: &[&str]) -> bool {
    phrases.iter().any(|phrase| text.contains(phrase))
}
