use unicode_normalization::UnicodeNormalization;

use crate::text::simplified;

/// Writes `text` the one way that training and classifying share, whoever wrote it: typed or heard, in either script,
/// full or half width, with or without punctuation.
///
/// NFKC, simplified characters, lower case; everything that is no letter, digit or apostrophe inside a word becomes a
/// space, runs of spaces become one, ends are trimmed. Text without a letter or digit becomes empty. Applying it twice
/// changes nothing more.
///
/// # Source
/// NFKC: Unicode Standard Annex 15. Script: [`simplified`].
#[must_use]
pub fn normalise(text: &str) -> String {
    let wide: String = text.nfkc().flat_map(char::to_lowercase).map(plain_apostrophe).collect();
    let kept: String = simplified(&wide).nfkc().map(letter_or_space).collect();
    let words: Vec<_> = kept.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// `’` of typeset text, which NFKC keeps apart.
fn plain_apostrophe(c: char) -> char {
    if c == '\u{2019}' { '\'' } else { c }
}

fn letter_or_space(c: char) -> char {
    if c.is_alphanumeric() || c == '\'' { c } else { ' ' }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(normalise(text), expected, "{text:?}");
    }

    #[test]
    fn one_way_of_writing() {
        check("退押金。", "退押金");
        check("我要　ＡＰＰ　退款！！", "我要 app 退款");
        check("轉人工，謝謝", "转人工 谢谢");
        check("I don\u{2019}t KNOW...", "i don't know");
        check("'quoted' words", "quoted words");
        check("¥1,200.50", "1 200 50");
        check("…… ！？", "");
        check("", "");
    }

    proptest! {
        #[test]
        fn twice_is_once(text in "\\PC{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }
}
