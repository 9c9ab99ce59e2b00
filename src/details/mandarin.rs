//! Spoken Mandarin numbers become digits.

/// Digits by their character, `幺` as on the telephone.
const DIGITS: &[(char, u64)] = &[
    ('零', 0),
    ('〇', 0),
    ('一', 1),
    ('幺', 1),
    ('二', 2),
    ('两', 2),
    ('三', 3),
    ('四', 4),
    ('五', 5),
    ('六', 6),
    ('七', 7),
    ('八', 8),
    ('九', 9),
];
const UNITS: &[(char, u64)] = &[('十', 10), ('百', 100), ('千', 1_000), ('万', 10_000), ('亿', 100_000_000)];

/// `text` with every run of spoken numbers in digits: 一百九十九块五 is `199块5`, 幺三八 is `138`.
pub(super) fn written(text: &str) -> String {
    let chars: Vec<char> = fast2s::convert(text).chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    while at < chars.len() {
        if !is_number(chars[at]) || is_scale(chars[at]) {
            out.push(chars[at]);
            at += 1;
        } else {
            let n_run = chars[at..].iter().take_while(|c| is_number(**c)).count();
            out.push_str(&digits(&chars[at..at + n_run]));
            at += n_run;
            at += decimals(&chars[at..], &mut out);
        }
    }
    out
}

fn is_number(c: char) -> bool {
    digit(c).is_some() || unit(c).is_some()
}

/// 万 after a written number is read with it: 1.5万.
fn is_scale(c: char) -> bool {
    unit(c).is_some_and(|unit| unit > 10)
}

fn digit(c: char) -> Option<u64> {
    DIGITS.iter().find(|(known, _)| *known == c).map(|(_, value)| *value)
}

fn unit(c: char) -> Option<u64> {
    UNITS.iter().find(|(known, _)| *known == c).map(|(_, value)| *value)
}

fn digits(run: &[char]) -> String {
    if run.iter().all(|c| digit(*c).is_some()) {
        return run.iter().filter_map(|c| digit(*c)).map(|value| value.to_string()).collect();
    }
    cardinal(run).map_or_else(|| run.iter().collect(), |value| value.to_string())
}

/// The value of a number with units, 两百五 as 250; `None` where it is too large.
fn cardinal(run: &[char]) -> Option<u64> {
    let (mut total, mut section, mut last, mut scale): (u64, u64, u64, u64) = (0, 0, 0, 1);
    for c in run {
        if let Some(value) = digit(*c) {
            scale = if value == 0 { 10 } else { scale };
            last = value;
            continue;
        }
        let unit = unit(*c)?;
        if unit >= 10_000 {
            let below = section.checked_add(last)?.max(1);
            total = total.checked_add(below)?.checked_mul(unit)?;
            section = 0;
        } else {
            section = section.checked_add(last.max(1).checked_mul(unit)?)?;
        }
        (last, scale) = (0, unit);
    }
    total.checked_add(section)?.checked_add(last.checked_mul((scale / 10).max(1))?)
}

/// Adds 点五 as `.5` and tells how many characters that took. Not a time of day: 八点三十, 八点五分.
fn decimals(rest: &[char], out: &mut String) -> usize {
    let places: Vec<u64> = rest.iter().skip(1).map_while(|c| digit(*c)).collect();
    let next = rest.get(places.len() + 1);
    let is_time = next.is_some_and(|c| matches!(c, '十' | '分' | '半' | '刻' | '钟'));
    if rest.first() != Some(&'点') || places.is_empty() || is_time {
        return 0;
    }
    out.push('.');
    out.extend(places.iter().map(u64::to_string));
    places.len() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_digits() {
        for (said, digits) in [
            ("一百九十九", "199"),
            ("一九九", "199"),
            ("两百五", "250"),
            ("两百零五", "205"),
            ("三千五", "3500"),
            ("一万二", "12000"),
            ("十五", "15"),
            ("二十", "20"),
            ("三万零六百", "30600"),
            ("幺三八", "138"),
            ("三点五", "3.5"),
            ("八点三十分", "8点30分"),
            ("一亿", "100000000"),
            ("没有", "没有"),
            ("", ""),
            ("一千零五十", "1050"),
            ("1.5万", "1.5万"),
        ] {
            assert_eq!(written(said), digits, "{said}");
        }
        assert_eq!(written(&"亿".repeat(40)), "亿".repeat(40));
    }
}
