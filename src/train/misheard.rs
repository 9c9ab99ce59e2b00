//! What a telephone and a speech model make of a sentence, so that training has met it.
//!
//! Chinese characters give way to others of the same sound, as Whisper base writes them (押金 as 压筋); English words are
//! lost, cut in two or run into one; both get the little words people begin with. Punctuation and script need no copy:
//! [`normalise`](crate::classify::normalise()) takes both away.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::text::{Syllable, readings, simplified};

/// Characters that can come in place of others: the most frequent ones, which is what a speech model writes.
const N_CHARACTERS: usize = 3_000;
/// Characters replaced: one in six or so, 1 to 3.
const CHARACTERS_PER_CHANGE: usize = 6;
const MOST_CHANGES: usize = 3;
/// Of so many replacements one takes a sound that is only close.
const CLOSE_IN: usize = 4;
/// Of so many copies one gets a little word before it.
const FILLER_IN: usize = 4;
const FILLERS_ZH: [&str; 5] = ["嗯", "那个", "呃", "就是", "喂"];
const FILLERS_EN: [&str; 5] = ["um", "uh", "like", "well", "so"];

/// Makes a misheard copy of a text, the same one every time.
#[derive(Debug)]
pub(super) struct Mishearing {
    /// Characters by their sound, more frequent ones first.
    same: BTreeMap<(&'static str, &'static str), Vec<char>>,
    /// The same by a sound that easily confused ones share.
    close: BTreeMap<(&'static str, &'static str), Vec<char>>,
}

impl Mishearing {
    /// Takes characters, more frequent ones first; those that are no simplified Chinese ones are passed over.
    pub(super) fn new(characters: &[char]) -> Self {
        let (mut same, mut close) = (BTreeMap::<_, Vec<char>>::new(), BTreeMap::<_, Vec<char>>::new());
        let is_simple = |c: &&char| simplified(&c.to_string()) == c.to_string();
        let known = characters.iter().filter(is_simple).filter_map(|&c| Some((c, *readings(c).first()?)));
        for (c, syllable) in known.take(N_CHARACTERS) {
            same.entry(key(syllable)).or_default().push(c);
            close.entry(key(syllable.folded())).or_default().push(c);
        }
        Self { same, close }
    }

    /// A normalised text as it may be heard, with spaces where `text` has them; `None` where nothing can be changed.
    pub(super) fn of(&self, text: &str) -> Option<String> {
        let mut dice = Dice::new(text);
        let is_chinese = text.chars().any(|c| !readings(c).is_empty());
        let changed = if is_chinese { self.characters(text, &mut dice) } else { words(text, &mut dice) };
        let fillers = if is_chinese { FILLERS_ZH } else { FILLERS_EN };
        let with_filler = if dice.below(FILLER_IN) == 0 {
            let space = if is_chinese { "" } else { " " };
            format!("{}{space}{changed}", fillers[dice.below(fillers.len())])
        } else {
            changed
        };
        (with_filler != text).then_some(with_filler)
    }

    fn characters(&self, text: &str, dice: &mut Dice) -> String {
        let mut chars: Vec<char> = text.chars().collect();
        let n_changes = (chars.len() / CHARACTERS_PER_CHANGE).clamp(1, MOST_CHANGES);
        let mut places: Vec<usize> = (0..chars.len()).filter(|&at| !readings(chars[at]).is_empty()).collect();
        for _ in 0..n_changes.min(places.len()) {
            let at = places.swap_remove(dice.below(places.len()));
            if let Some(other) = self.other(chars[at], dice) {
                chars[at] = other;
            }
        }
        chars.into_iter().collect()
    }

    /// Another character that sounds like `c`, a frequent one rather than a rare one.
    fn other(&self, c: char, dice: &mut Dice) -> Option<char> {
        let syllable = *readings(c).first()?;
        let alike = if dice.below(CLOSE_IN) == 0 {
            self.close.get(&key(syllable.folded()))
        } else {
            self.same.get(&key(syllable))
        };
        let others: Vec<char> = alike?.iter().copied().filter(|&other| other != c).collect();
        // The smaller of two draws: the first of n comes twice as often as on average, the last hardly ever.
        let rank = (!others.is_empty()).then(|| dice.below(others.len()).min(dice.below(others.len())))?;
        others.get(rank).copied()
    }
}

fn key(syllable: Syllable) -> (&'static str, &'static str) {
    (syllable.initial, syllable.rime)
}

/// One word lost, cut in two, or run into the next; a single word only cut.
fn words(text: &str, dice: &mut Dice) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    let at = dice.below(words.len());
    match dice.below(3) {
        0 if words.len() > 2 => {
            words.remove(at);
        }
        1 if at + 1 < words.len() => {
            let next = words.remove(at + 1);
            words[at].push_str(&next);
        }
        _ => {
            let (middle, _) = words[at].char_indices().nth(words[at].chars().count() / 2).unwrap_or((0, ' '));
            if middle > 0 {
                words[at].insert(middle, ' ');
            }
        }
    }
    words.join(" ")
}

/// Numbers that follow from a text alone, on every machine: its hash, hashed again and again.
struct Dice([u8; 32]);

impl Dice {
    fn new(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// One of `0..n`; 0 for `n` 0. The bias of the remainder is below 1e-9.
    fn below(&mut self, n: usize) -> usize {
        self.0 = Sha256::digest(self.0).into();
        let drawn = self.0.iter().take(8).fold(0_u64, |drawn, &byte| (drawn << 8) | u64::from(byte));
        (drawn % (n.max(1) as u64)) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mishearing() -> Mishearing {
        Mishearing::new(&"的压筋瓦推腿兑谁水势使十师金今进要药姚".chars().collect::<Vec<_>>())
    }

    #[test]
    fn a_copy_sounds_like_its_text_and_is_the_same_every_time() {
        for text in ["我要退押金", "挂失", "我的押金什么时候退"] {
            let copy = mishearing().of(text).expect("there are other characters");
            assert_ne!(copy, text);
            assert_eq!(mishearing().of(text), Some(copy.clone()));
            let tail: String = copy.chars().skip(copy.chars().count() - text.chars().count()).collect();
            for (said, heard) in text.chars().zip(tail.chars()) {
                assert_eq!(readings(said)[0].folded(), readings(heard)[0].folded(), "{said} {heard}");
            }
        }
    }

    #[test]
    fn english_words_are_lost_cut_or_joined() {
        let text = "where is my parcel";
        let copies: Vec<String> = (0..20).map(|seed| words(text, &mut Dice::new(&seed.to_string()))).collect();
        let letters = |text: &str| text.replace(' ', "");
        for copy in &copies {
            let is_whole = letters(copy) == letters(text);
            assert!(is_whole || copy.split(' ').all(|word| text.split(' ').any(|said| said == word)), "{copy}");
        }
        let n_words: Vec<usize> = copies.iter().map(|copy| copy.split(' ').count()).collect();
        assert!(n_words.contains(&3) && n_words.contains(&5), "{copies:?}");
        assert_eq!(words("refund", &mut Dice::new("refund")), "ref und");
    }

    #[test]
    fn what_cannot_change_has_no_copy() {
        assert_eq!(Mishearing::new(&[]).characters("押金", &mut Dice::new("押金")), "押金");
        assert_eq!(words("a", &mut Dice::new("a")), "a", "a letter has no middle");
    }

    #[test]
    fn dice_reach_every_number() {
        let mut dice = Dice::new("x");
        let drawn: Vec<usize> = (0..100).map(|_| dice.below(4)).collect();
        assert!((0..4).all(|n| drawn.contains(&n)));
        assert_eq!(dice.below(0), 0);
    }
}
