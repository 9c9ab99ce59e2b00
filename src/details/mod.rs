//! Sums, days, order and telephone numbers in what a caller said, so that nobody has to repeat them.
//!
//! Numbers may be spoken or written: 一百九十九块五, 一九九块, ¥199, "two hundred and fifty dollars", "one ninety-nine",
//! 幺三八…, "double five".

mod codes;
mod dates;
mod english;
mod mandarin;
mod money;

use unicode_normalization::UnicodeNormalization;

pub use crate::call::Details;
use crate::units::Language;

/// The details in `text`, each once, in the order heard.
///
/// Sums are plain decimal numbers without a currency (`199`, `12.50`); days stand as they were said; order numbers are
/// in capitals and telephone numbers are digits, both without spaces. `language` says how spoken numbers are read;
/// written ones are found in either language. A number that may be a sum or a time of day is left out: a wrong detail
/// costs more than a missing one. Takes time linear in the length of the text.
#[must_use]
pub fn find(text: &str, language: Language) -> Details {
    let text: String = text.nfkc().collect();
    let written = match language {
        Language::Zh => mandarin::written(&text),
        Language::En => english::written(&text),
    };
    let (order_numbers, rest) = codes::orders(&written);
    let (phone_numbers, rest) = codes::phones(&rest);
    let mut amounts = money::sums(&rest);
    if amounts.is_empty() && order_numbers.is_empty() && phone_numbers.is_empty() {
        amounts.extend(money::alone(&text, &written));
    }
    let details = Details { amounts, dates: dates::days(&text), order_numbers, phone_numbers };
    let mut once = Details::default();
    once.merge(&details);
    once
}

/// Reads a pattern of the crate.
fn pattern(pattern: &str) -> regex::Regex {
    regex::Regex::new(pattern).expect("a pattern of the crate is well formed")
}

#[cfg(test)]
mod tests;
