//! Requests for a person in Mandarin words.

use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use super::phrases::{EDGE, Ends, Phrases};
use super::words::Spoken;

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::parse(include_str!("mandarin.txt"), Ends::Anywhere));

/// What Mandarin words say about a person.
pub(super) fn read(text: &str) -> Spoken {
    Spoken::read(&PHRASES, &normal(text))
}

/// `text` in the form of the patterns, with talk about other things and refusals taken out.
pub(super) fn open(text: &str) -> String {
    PHRASES.without("refusal", &PHRASES.without("about", &normal(text)))
}

/// The simplified script without spaces, [`EDGE`] around each clause.
///
/// "直接" (directly) becomes "就": its second half is the verb for connecting a call.
pub(super) fn normal(text: &str) -> String {
    let text: String = fast2s::convert(&text.nfkc().collect::<String>());
    let text = text.replace("直接", "就");
    let mut form = String::from(EDGE);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        let c = if c.is_alphanumeric() { c } else { EDGE };
        if c != EDGE || !form.ends_with(EDGE) {
            form.push(c);
        }
    }
    if !form.ends_with(EDGE) {
        form.push(EDGE);
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_come_into_one_form() {
        for (text, form) in [("", "_"), ("轉人工。", "_转人工_"), ("押金 退不了，，转 人工", "_押金退不了_转人工_")]
        {
            assert_eq!(normal(text), form);
        }
    }
}
