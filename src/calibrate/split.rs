//! Which part a turn belongs to: fixed by its text alone, so that it never changes when turns are added.

use sha2::{Digest, Sha256};

/// A number in `0.0..1.0` that depends on the salt and the name alone.
pub(super) fn fraction(salt: &str, name: &str) -> f64 {
    let digest = Sha256::new().chain_update(salt).chain_update([0]).chain_update(name).finalize();
    let head = digest.iter().take(6).fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    head as f64 / (1_u64 << 48) as f64
}

/// A fold in `0..folds`; `folds` is at least 1.
pub(super) fn fold(name: &str, folds: usize) -> usize {
    (fraction("fold", name) * folds as f64) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_have_their_share_and_folds_are_even() {
        let names: Vec<String> = (0..2000).map(|i| format!("turn {i}")).collect();
        let below = names.iter().filter(|name| fraction("part", name) < 0.4).count();
        assert!((700..900).contains(&below), "{below}");
        let third = names.iter().filter(|name| fold(name, 5) == 2).count();
        assert!((320..480).contains(&third), "{third}");
    }

    #[test]
    fn another_salt_is_another_split() {
        assert_ne!(fraction("a", "turn"), fraction("b", "turn"));
        assert_ne!(fraction("a", "b"), fraction("", "ab"));
    }
}
