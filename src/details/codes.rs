//! Order and telephone numbers.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::pattern;

/// Shortest and longest order number, in letters and digits.
const ORDER: std::ops::RangeInclusive<usize> = 4..=30;
/// Fewest and most digits of a telephone number (ITU-T E.164 allows 15; a number within a town has 7).
const PHONE: std::ops::RangeInclusive<usize> = 7..=15;

/// An order number by its name: order number A B 1 2 3 4; 订单号是2026….
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let english = r"\b(?:order|tracking|reference|ref|ticket|booking|case|parcel|invoice|confirmation|package|shipment|claim|complaint|contract)(?:\s(?:number|no|id|code|reference))?";
    let mandarin = "(?:订单|快递|运单|单据|工单|流水|物流|合同|投诉|票据|参考|发票|案件)?(?:单号|编号|订单号|流水号|号码)|订单|运单|工单|合同号";
    let code = r"((?:[A-Za-z]{1,3}\d[A-Za-z\d]*|\d+|[A-Za-z]\b)(?:[\s-]?(?:[A-Za-z]{0,3}\d[A-Za-z\d]*|[A-Za-z]\b))*)";
    pattern(&format!(r"(?i)(?:{english}|{mandarin})\.?,?\s?(?:is|was|:|是|为|号|#)?:?,?\s?#?{code}"))
});
/// A code of letters and digits, or a row of digits too long for a telephone.
static CODE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:[a-z]{1,4}-?\d{5,20}[a-z\d]{0,8}|\d{16,24})\b|[a-zA-Z]{1,4}\d{5,20}"));
/// A row of digits with spaces or hyphens in it, also with the sign of a country.
static DIGITS: LazyLock<Regex> = LazyLock::new(|| pattern(r"\+?\d(?:[\s-]?\d|,\s?\d){6,}"));
/// Rows of digits that are no telephone number: 1,250,000 and 2026-03-01.
static OTHER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:\d{1,3}(?:,\d{3})+|(?:19|20)\d\d-\d{1,2}-\d{1,2})$"));

/// The order numbers in `text`, and the text without them.
pub(super) fn orders(text: &str) -> (Vec<String>, String) {
    let (mut found, rest) = taken(&NAMED, text, |hit| order(hit.get(1)?.as_str()));
    let (more, rest) = taken(&CODE, &rest, |hit| order(hit.get(0)?.as_str()));
    found.extend(more);
    (found, rest)
}

/// The telephone numbers in `text`, and the text without them.
pub(super) fn phones(text: &str) -> (Vec<String>, String) {
    taken(&DIGITS, text, |hit| {
        let digits: String = hit.get(0)?.as_str().chars().filter(char::is_ascii_digit).collect();
        let is_phone = PHONE.contains(&digits.len()) && !OTHER.is_match(&hit[0]);
        is_phone.then_some(digits)
    })
}

/// Capitals without spaces; `None` where it is too short, too long or without a digit.
fn order(code: &str) -> Option<String> {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_order = ORDER.contains(&plain.len()) && plain.chars().filter(char::is_ascii_digit).count() >= 3;
    is_order.then(|| plain.to_uppercase())
}

/// What `read` makes of each hit, and the text with those hits taken out.
fn taken(regex: &Regex, text: &str, read: impl Fn(&Captures<'_>) -> Option<String>) -> (Vec<String>, String) {
    let mut found = Vec::new();
    let rest = regex.replace_all(text, |hit: &Captures<'_>| {
        let code = read(hit);
        let kept = if code.is_some() { " ; ".to_owned() } else { hit[0].to_owned() };
        found.extend(code);
        kept
    });
    (found, rest.into_owned())
}
