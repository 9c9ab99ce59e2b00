//! Chinese in one script: whatever Whisper writes, the rest of the crate sees simplified characters.

/// Characters the conversion table does not know, with the simplified one.
///
/// # Source
/// The table of `fast2s` 0.3.1 has 2,734 characters and none of these. No other character outside GB 2312 was left in
/// 800 transcripts and their alternatives (`examples/tune_window.rs`, both sets).
const GAPS: [(char, char); 6] = [('妳', '你'), ('牠', '它'), ('祂', '他'), ('羣', '群'), ('嚐', '尝'), ('遶', '绕')];
/// Words in which 著 stays: famous, written, evident. Elsewhere it is the particle 着.
const WRITTEN: [&str; 12] =
    ["著名", "著作", "著称", "著述", "显著", "名著", "原著", "编著", "专著", "论著", "巨著", "土著"];

/// Writes `text` in the simplified script; text of another script stays as it is.
#[must_use]
pub fn simplified(text: &str) -> String {
    let converted: String = fast2s::convert(text).chars().map(fill_gap).collect();
    with_particle(&converted.replace("甚么", "什么"))
}

fn fill_gap(character: char) -> char {
    GAPS.iter().find(|(traditional, _)| *traditional == character).map_or(character, |&(_, simple)| simple)
}

/// The particle 著 as 着: the table changes it after 看 only.
fn with_particle(text: &str) -> String {
    let written = |at: usize| WRITTEN.iter().any(|word| word.match_indices('著').any(|(before, _)| {
        at.checked_sub(before).and_then(|start| text.get(start..)).is_some_and(|rest| rest.starts_with(word))
    }));
    text.char_indices().map(|(at, c)| if c == '著' && !written(at) { '着' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_out_as_they_are_written_in_mainland_china() {
        let cases = [
            ("設定二十九度", "设定二十九度"),
            ("我等著你", "我等着你"),
            ("看著他拿著錢", "看着他拿着钱"),
            ("著名的著作很顯著", "著名的著作很显著"),
            ("把手機擦乾淨", "把手机擦干净"),
            ("乾隆皇帝", "乾隆皇帝"),
            ("以後再說", "以后再说"),
            ("皇后", "皇后"),
            ("妳想要甚麼", "你想要什么"),
            ("裡面有一隻牠", "里面有一只它"),
            ("I want 3 個", "I want 3 个"),
            ("", ""),
        ];
        for (text, expected) in cases {
            assert_eq!(simplified(text), expected, "{text}");
        }
    }

    #[test]
    fn simplified_text_stays_as_it_is() {
        for text in ["我要退押金,转人工。", "显著提高", "他干活很快"] {
            assert_eq!(simplified(text), text);
        }
    }
}
