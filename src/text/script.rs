//! Chinese in one script: whatever Whisper writes, the rest of the crate sees simplified characters.

/// Characters the conversion table leaves in the traditional form, with the simplified one.
///
/// # Source
/// Characters of the BIG5 level 1 set that `fast2s` 0.3.1 leaves unchanged although GB 2312 writes them otherwise,
/// found on transcripts of real speech; see the tests for the words each comes from.
const GAPS: [(char, char); 4] = [('妳', '你'), ('裏', '里'), ('箇', '个'), ('喫', '吃')];

/// Writes `text` in the simplified script; text of another script stays as it is.
#[must_use]
pub fn simplified(text: &str) -> String {
    fast2s::convert(text).chars().map(fill_gap).collect()
}

fn fill_gap(character: char) -> char {
    GAPS.iter().find(|(traditional, _)| *traditional == character).map_or(character, |&(_, simple)| simple)
}
