use unicode_normalization::UnicodeNormalization;

/// Whether a character is a Chinese one.
pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

/// Characters of Mandarin, words of English, in lower case without punctuation.
pub(crate) fn units(text: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    let mut open = false;
    for c in text.nfkc().flat_map(char::to_lowercase) {
        let is_letter = c.is_alphanumeric() && !is_han(c);
        match units.last_mut().filter(|_| open && is_letter) {
            Some(word) => word.push(c),
            None if c.is_alphanumeric() => units.push(c.to_string()),
            None => {}
        }
        open = is_letter || (open && c == '\'');
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_and_words() {
        assert_eq!(
            units("我要退 Refund，don't 12！Ａ"),
            ["我", "要", "退", "refund", "dont", "12", "a"].map(str::to_owned)
        );
    }
}
