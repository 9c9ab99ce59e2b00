//! Cutting examples into parts, the same way every time.

use sha2::{Digest, Sha256};

/// Puts each example into one of `n` folds so that every class is spread evenly.
///
/// Nothing is drawn: inside a class the examples go round the folds in the order of the hash of their text, so the
/// folds do not depend on the order of the file, and a new example moves few others.
pub(crate) fn folds(texts: &[String], classes: &[Option<usize>], n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..texts.len()).collect();
    order.sort_by_cached_key(|&at| (classes[at], Sha256::digest(texts[at].as_bytes())));
    let mut folds = vec![0; texts.len()];
    let mut place = 0;
    for (rank, &at) in order.iter().enumerate() {
        // Each class begins where the one before it ended, so that small classes do not all fill the first fold.
        place = if rank == 0 { 0 } else { (place + 1) % n.max(1) };
        folds[at] = place;
    }
    folds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_spread_evenly_and_order_does_not_matter() {
        let texts: Vec<String> = (0..50).map(|at| format!("text {at}")).collect();
        let classes: Vec<_> = (0..50).map(|at| (at % 3 > 0).then_some(at % 3)).collect();
        let cut = folds(&texts, &classes, 5);
        for class in [None, Some(1), Some(2)] {
            let sizes: Vec<_> =
                (0..5).map(|fold| (0..50).filter(|&at| classes[at] == class && cut[at] == fold).count()).collect();
            assert!(sizes.iter().max().expect("five") - sizes.iter().min().expect("five") <= 1, "{class:?}: {sizes:?}");
        }
        let turned: Vec<_> = texts.iter().rev().cloned().collect();
        let turned_classes: Vec<_> = classes.iter().rev().copied().collect();
        let mut back = folds(&turned, &turned_classes, 5);
        back.reverse();
        assert_eq!(back, cut);
    }
}
