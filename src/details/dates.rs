//! Days, as they were said.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

static MANDARIN: LazyLock<Regex> =
    LazyLock::new(|| {
        let day = "(?:\\d{1,2}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])";
        let month = "(?:\\d{1,2}|十[一二]?|[一二三四五六七八九])";
        let week = "(?:周|星期|礼拜)";
        let some = "(?:\\d+|[一二两三四五六七八九十半几]+)";
        pattern(&[
        format!("(?:(?:\\d{{2,4}}|[零〇一二三四五六七八九]{{2,4}}|去|今|前|明)年)?{month}月(?:份)?(?:{day}(?:号|日))?"),
        format!("(?:上上|上|下|这|本)(?:个)?(?:{week}[一二三四五六日天末]?|月(?:初|底|末|{day}(?:号|日))?)"),
        format!("{week}[一二三四五六日天末]"),
        "大?前天|昨天|昨晚|今天|今早|今晚|明天|大?后天|去年|今年|明年|前年".to_owned(),
        format!("{some}(?:天|周|个星期|个礼拜|个月|个多月|年)(?:以)?前"),
        format!("{day}号(?:那天|早上|晚上|上午|下午|中午)"),
    ].join("|"))
    });

static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    let month = "(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)";
    let ordinal = "(?:\\d{1,2}(?:st|nd|rd|th)?|(?:twenty|thirty)[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)";
    let weekday = "(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)";
    let some = "(?:\\d+|a|an|one|two|three|four|five|six|seven|eight|nine|ten|a couple of|a few)";
    pattern(&format!(
        "(?i)\\b(?:{})\\b",
        [
            "\\d{4}-\\d{1,2}-\\d{1,2}|\\d{1,2}/\\d{1,2}(?:/\\d{2,4})?".to_owned(),
            format!("(?:the )?{ordinal} (?:of )?{month}(?:,? \\d{{4}})?"),
            format!("{month} (?:the )?{ordinal}(?:,? \\d{{4}})?"),
            format!("(?:last|next|this) (?:{weekday}|week|month|year|weekend)|{weekday}(?: before last| last| week)?"),
            "the day before yesterday|the day after tomorrow|yesterday|today|tomorrow|last night|this morning|tonight"
                .to_owned(),
            format!("{some} (?:days?|weeks?|months?|years?) ago"),
        ]
        .join("|")
    ))
});

/// Every day in `text`, as it stands there.
pub(super) fn days(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for regex in [&*MANDARIN, &*ENGLISH] {
        found.extend(regex.find_iter(text).map(|day| (day.start(), day.as_str().to_owned())));
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, day)| day).collect()
}
