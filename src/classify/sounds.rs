//! Pieces of sound: what Mandarin sounds like, whichever of the characters of one sound were written.
//!
//! A speech model that hears 押金 may write 压筋, and 挂势 for 挂失: other characters, the same syllables.

use super::hash::Fnv;
use crate::text::{Syllable, readings};

/// The longest piece in syllables.
const LONGEST: usize = 3;
/// Begins the hash of a piece of sound, so that it is never that of a piece of writing: no normalised text has it.
const MARK: u8 = 1;
/// Ends a syllable inside a piece.
const END: u8 = b'|';

/// Hashes of every run of 1 to 3 syllables inside a clause of Chinese characters.
pub(super) fn sounds(text: &str) -> Vec<u64> {
    let runs = runs(text);
    let pieces = runs.iter().flat_map(|run| (1..=LONGEST).flat_map(|length| run.windows(length)));
    pieces.map(hash).collect()
}

/// The syllables of each clause, each character in its usual reading; easily confused sounds are one.
fn runs(text: &str) -> Vec<Vec<Syllable>> {
    let mut runs = vec![Vec::new()];
    for c in text.chars() {
        match (readings(c).first(), runs.last_mut()) {
            (Some(&syllable), Some(run)) => run.push(syllable.folded()),
            _ => runs.push(Vec::new()),
        }
    }
    runs
}

fn hash(piece: &[Syllable]) -> u64 {
    let add = |hash: Fnv, syllable: &Syllable| {
        hash.bytes(syllable.initial.as_bytes()).bytes(syllable.rime.as_bytes()).bytes(&[END])
    };
    piece.iter().fold(Fnv::new().bytes(&[MARK]), add).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_of_one_sound_have_the_same_pieces() {
        for (said, heard) in
            [("押金", "压筋"), ("挂失", "挂势"), ("快递", "快地"), ("人工客服", "人公克服"), ("蓝", "南")]
        {
            assert_eq!(sounds(said), sounds(heard), "{said} {heard}");
        }
        assert_ne!(sounds("押金"), sounds("退款"));
        assert_ne!(sounds("知"), sounds("支持"), "a syllable more is a piece more");
    }

    #[test]
    fn pieces_stay_inside_clauses_of_chinese() {
        assert_eq!(sounds("退押金").len(), 3 + 2 + 1);
        assert_eq!(sounds("退 押金").len(), 1 + 2 + 1);
        assert_eq!(sounds("退app金").len(), 2);
        assert!(sounds("").is_empty() && sounds("refund").is_empty());
    }
}
