//! Pieces of words: what a text is written with, beside what it means.

use serde::{Deserialize, Serialize};

/// The longest piece in characters.
const LONGEST: usize = 4;

/// How pieces of a text become a sparse row of numbers.
///
/// Every run of 1 to 4 characters inside a word, its edges marked by a space, falls into one of `buckets` by a hash;
/// a bucket weighs `(1 + ln count) * idf`, the row has unit length. Chinese has no spaces, so its pieces run over a
/// whole clause: characters, words and common phrases alike.
///
/// # Source
/// Term weighting: Manning, Raghavan, Schütze, *Introduction to Information Retrieval* (2008), section 6.4.1 (sublinear
/// tf) and 6.2 (idf, smoothed by one document). Hashing: Weinberger et al., *Feature Hashing for Large Scale Multitask
/// Learning* (2009), without signs, as collisions are few at this load.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grams {
    /// Weight of each bucket; 0 for one that too few examples had, which is then not seen at all.
    idf: Vec<f32>,
}

/// A sparse row: bucket and value, by bucket, each bucket once.
pub(crate) type SparseRow = Vec<(u32, f32)>;

impl Grams {
    /// Learns the weights from texts, for `2^bits` buckets (`bits` 8 to 20). A bucket that fewer than `least` texts
    /// have weighs nothing.
    #[must_use]
    pub fn learn(texts: &[String], bits: u32, least: u32) -> Self {
        let n_buckets = 1_usize << bits.clamp(8, 20);
        let mut documents = vec![0_u32; n_buckets];
        for text in texts {
            for (bucket, _) in counted(text, n_buckets) {
                documents[bucket as usize] += 1;
            }
        }
        let n_texts = texts.len() as f32;
        let weight = |&n: &u32| if n < least { 0.0 } else { ((1.0 + n_texts) / (1.0 + n as f32)).ln() + 1.0 };
        Self { idf: documents.iter().map(weight).collect() }
    }

    /// Takes weights as [`weights`](Self::weights) gave them. `None` unless they are finite, not negative, and a power
    /// of two of them from 2^8 to 2^20.
    #[must_use]
    pub fn from_weights(idf: Vec<f32>) -> Option<Self> {
        let fits = idf.len().is_power_of_two() && (1 << 8..=1 << 20).contains(&idf.len());
        (fits && idf.iter().all(|weight| weight.is_finite() && *weight >= 0.0)).then_some(Self { idf })
    }

    /// The weight of every bucket.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.idf
    }

    /// The row of a normalised text; empty where nothing of it was learned.
    #[must_use]
    pub(crate) fn row(&self, text: &str) -> SparseRow {
        let mut row: SparseRow = counted(text, self.idf.len())
            .into_iter()
            .map(|(bucket, count)| (bucket, (1.0 + (count as f32).ln()) * self.idf[bucket as usize]))
            .filter(|&(_, value)| value > 0.0)
            .collect();
        let length = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        row.iter_mut().for_each(|(_, value)| *value /= length);
        row
    }
}

/// Buckets of a text with how often each comes, by bucket.
fn counted(text: &str, n_buckets: usize) -> Vec<(u32, u32)> {
    let mask = n_buckets as u64 - 1;
    let mut buckets: Vec<u32> = pieces(text).map(|hash| (hash & mask) as u32).collect();
    buckets.sort_unstable();
    let runs = buckets.chunk_by(|a, b| a == b);
    runs.map(|run| (run[0], run.len() as u32)).collect()
}

/// Hashes of every piece of a text.
fn pieces(text: &str) -> impl Iterator<Item = u64> {
    text.split_whitespace().flat_map(|word| {
        let marked: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
        let starts = (0..marked.len()).flat_map(|start| (1..=LONGEST).map(move |n| start..start + n));
        let inside = starts.filter(|range| range.end <= marked.len());
        inside.map(|range| hash(&marked[range])).collect::<Vec<_>>()
    })
}

/// FNV-1a over the UTF-8 bytes, folded so that the low bits depend on all of them.
///
/// # Source
/// Fowler, Noll, Vo: <http://www.isthe.com/chongo/tech/comp/fnv/>, 64 bit.
fn hash(piece: &[char]) -> u64 {
    let mut buffer = [0; 4];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for &c in piece {
        for &byte in c.encode_utf8(&mut buffer).as_bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(texts: &[&str]) -> Grams {
        let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
        Grams::learn(&texts, 12, 1)
    }

    #[test]
    fn pieces_stay_inside_words() {
        assert_eq!(pieces("ab").count(), 4 + 3 + 2 + 1, "\" ab \" has 4, 3, 2, 1 pieces of length 1 to 4");
        assert_eq!(pieces("a b").count(), 2 * (3 + 2 + 1));
        assert_eq!(pieces("").count(), 0);
    }

    #[test]
    fn a_row_has_unit_length_and_knows_no_order_of_learning() {
        let grams = learned(&["退押金", "退款", "refund please"]);
        let row = grams.row("退押金");
        let length: f32 = row.iter().map(|(_, value)| value * value).sum();
        assert!((length - 1.0).abs() < 1e-6, "{length}");
        assert!(row.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(row, learned(&["refund please", "退款", "退押金"]).row("退押金"));
    }

    #[test]
    fn rare_pieces_weigh_more_than_common_ones() {
        let grams = learned(&["退押金", "退款", "退货"]);
        let value = |text: &str, piece: &str| {
            let bucket = counted(piece, 1 << 12)[0].0;
            grams.row(text).into_iter().find(|&(at, _)| at == bucket).map(|(_, value)| value)
        };
        // Bucket of the bare character: first piece of a one-letter word is its mark, so look the letter up by hash.
        let bare = |c: char| (hash(&[c]) & 4095) as u32;
        let row = grams.row("退押金");
        let of = |c| row.iter().find(|&&(at, _)| at == bare(c)).map(|&(_, value)| value);
        assert!(of('押') > of('退'), "{row:?}");
        assert_eq!(value("退押金", "xyz"), None);
    }

    #[test]
    fn what_was_never_learned_is_not_seen() {
        assert_eq!(learned(&["退押金"]).row("qqq zzz").len(), 1, "only the edge of a word is known");
        assert!(Grams::learn(&[], 8, 1).row("退押金").is_empty());
    }

    #[test]
    fn weights_come_back_only_if_sound() {
        let grams = learned(&["退押金"]);
        assert_eq!(Grams::from_weights(grams.weights().to_vec()), Some(grams));
        assert_eq!(Grams::from_weights(vec![1.0; 300]), None);
        assert_eq!(Grams::from_weights(vec![f32::NAN; 256]), None);
    }
}
