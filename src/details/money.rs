//! Sums of money.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern;

const NUMBER: &str = r"(\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,12}(?:\.\d{1,2})?)";

/// ¥199, $12.50, RMB 300.
static SIGN: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?i)(?:[$£€¥]|\brmb|\busd|\bgbp|人民币)\s?{NUMBER}\s?(万)?")));
/// 199块5, 300多元, 1.5万块, 199块5毛.
static YUAN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"{NUMBER}\s?(万)?(?:多|来)?\s?(?:块钱|块|元|圆|美元|美金|刀|欧元|英镑|港币)(?:(\d)(?:毛|角|[^\d.万千百个块元]|$))?"
    ))
});
/// 250 dollars, 12 pounds 50, 199 yuan.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?i){NUMBER}\s?(k)?\s?(?:dollars?|bucks?|pounds?|quid|euros?|yuan|kuai|rmb|usd|gbp)\b(?:\s(?:and\s)?(\d{{2}})\b(?:\s?(?:cents?|pence|p)\b)?)?"
    ))
});
/// The deposit was 199; I paid 45.50; charged me 30. A sum by what is said of it.
static PAID: LazyLock<Regex> = LazyLock::new(|| {
    let verb = "paid|pay|charged|charge|charging|deposit|refund|owe|owed|cost|costs|costing|took|bill|price|fee|fine|fined|balance";
    pattern(&format!(
        r"(?i)\b(?:{verb})\b(?:\s(?:me|us|of|was|is|for|about|my|the|a|them|you|off|out|over|another|around|came|to|only|exactly)){{0,4}}\s{NUMBER}(\.|,|\?|!|\s|$)\s?([a-z]*)"
    ))
});
/// What follows a number that is no sum.
const COUNTED: &[&str] = &[
    "days", "day", "weeks", "week", "months", "month", "years", "year", "times", "hours", "hour", "minutes", "o", "am",
    "pm", "people", "items", "parcels", "st", "th", "percent", "orders", "phones", "lines", "of", "weeks", "numbers",
    "more", "things",
];
/// 押金199, 扣了我30: a sum by what is said of it.
static TAKEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?:押金|扣了我?|扣我|交了|付了|花了|充了|退我|还差|欠了?|话费|价格|罚款|收了我?)(?:是|有|的|才|就)?{NUMBER}(万)?([^\d]|$)"
    ))
});
/// A whole turn that is a price as English says it: hundreds in ones, the rest in tens ("one ninety-nine").
static PRICE: LazyLock<Regex> = LazyLock::new(|| {
    let ones = "one|two|three|four|five|six|seven|eight|nine";
    let before = "(?:(?:um|uh|er|well|so|yes|it|that|this|is|was|it's|that's|about|around|for|only|just|exactly|like|the|a|i|think|said|say|say,)[ ,]+)*";
    let rest = format!(
        "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{ones}))?|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen"
    );
    pattern(&format!(
        r"^\s*{before}(?:{ones})[ -](?:{rest})(?:,? (?:please|i think|in total|altogether|all together))?[\s.!?]*$"
    ))
});
/// A whole turn that is a sum in Mandarin: 一百九十九.
static HUNDREDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:嗯|呃|是|大概|大约|就是|一共|总共|差不多|，|,)*[一二两三四五六七八九][百千万][零一二两三四五六七八九十百千]*[。.！!？?\s]*$",
    )
});
/// What follows a number in Mandarin that is no sum.
const COUNTERS: &str = "天个月年次分遍号点条张件单周星礼小秒人台家期位块元圆毛角";

/// Every sum in `text`, whose spoken numbers are in digits.
pub(super) fn sums(text: &str) -> Vec<String> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for regex in [&*SIGN, &*YUAN, &*NAMED] {
        found.extend(regex.captures_iter(text).filter_map(|hit| placed(&hit, hit.get(3).map(|part| part.as_str()))));
    }
    let counted = |hit: &regex::Captures<'_>| COUNTED.contains(&hit.get(3).map_or("", |word| word.as_str()));
    found.extend(PAID.captures_iter(text).filter(|hit| !counted(hit)).filter_map(|hit| placed(&hit, None)));
    let counter =
        |hit: &regex::Captures<'_>| hit.get(3).is_some_and(|next| COUNTERS.contains(next.as_str()) && !next.is_empty());
    found.extend(TAKEN.captures_iter(text).filter(|hit| !counter(hit)).filter_map(|hit| placed(&hit, None)));
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, sum)| sum).collect()
}

/// The sum that a whole turn is, said without a word for money: `said` as spoken, `text` with its numbers in digits.
///
/// "One ninety-nine" is 199 and "nine thirty" a time of day: full five minutes of an hour are not taken for a price.
pub(super) fn alone(said: &str, text: &str) -> Option<String> {
    let is_price = PRICE.is_match(&said.to_lowercase());
    if !is_price && !HUNDREDS.is_match(said) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let value: u64 = digits.parse().ok()?;
    let is_time = is_price && value % 100 < 60 && value.is_multiple_of(5);
    (!is_time).then(|| value.to_string())
}

/// Where a sum stands and what it is; `small` are its tenths or hundredths.
fn placed(hit: &regex::Captures<'_>, small: Option<&str>) -> Option<(usize, String)> {
    let number = hit.get(1)?;
    let scale = hit.get(2).map_or(1, |scale| match scale.as_str() {
        "万" => 10_000,
        "k" | "K" => 1_000,
        _ => 1,
    });
    Some((number.start(), decimal(number.as_str(), scale, small)?))
}

/// A plain decimal number: no thousands signs, two places or none.
fn decimal(number: &str, scale: u64, small: Option<&str>) -> Option<String> {
    let plain = number.replace(',', "");
    let (whole, places) = plain.split_once('.').unwrap_or((&plain, ""));
    let hundredths = hundredths(places).max(small.map_or(0, hundredths));
    let cents = whole.parse::<u64>().ok()?.checked_mul(100)?.checked_add(hundredths)?.checked_mul(scale)?;
    let (whole, rest) = (cents / 100, cents % 100);
    Some(if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}") })
}

/// `5` is fifty hundredths, `05` five.
fn hundredths(places: &str) -> u64 {
    format!("{places:0<2}").parse().unwrap_or(0)
}
