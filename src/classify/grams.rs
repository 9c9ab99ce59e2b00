//! Pieces of words: what a text is written with and sounds like, beside what it means.

use super::hash::Fnv;
use super::sounds::sounds;

/// The longest piece in characters.
const LONGEST: usize = 4;
/// How much more a piece of sound weighs than one of writing: among 1, 1.5 and 2 the best on misheard texts, while on
/// clean ones all three are alike; see `benches/record/intents.md`.
const SOUND_WEIGHT: f32 = 2.0;

/// How pieces of a text become a sparse row of numbers.
///
/// Every run of 1 to 4 characters inside a word, its edges marked by a space, falls into one of `2^bits` buckets by a
/// hash; a bucket weighs `(1 + ln count) * idf`, twice that for a piece of sound, and the row has unit length. Chinese
/// has no spaces, so its pieces run over a whole clause: characters, words and common phrases alike. Runs of 1 to 3 of
/// its syllables are pieces as well, so that a word is known by its sound where a speech model wrote it with other
/// characters. A bucket that is seen at all has a column of its own in the row.
///
/// # Source
/// Term weighting: Manning, Raghavan, Schütze, *Introduction to Information Retrieval* (2008), section 6.4.1 (sublinear
/// tf) and 6.2 (idf, smoothed by one document). Hashing: Weinberger et al., *Feature Hashing for Large Scale Multitask
/// Learning* (2009), without signs, as collisions are few at this load.
#[derive(Debug, Clone, PartialEq)]
pub struct Grams {
    /// Weight of each bucket; 0 for one that too few examples had, which is then not seen at all.
    idf: Vec<f32>,
    /// The column of each bucket that is seen; of no meaning for the others.
    columns: Vec<u32>,
    n_columns: usize,
}

/// A sparse row: column and value, by column, each column once.
pub(crate) type SparseRow = Vec<(u32, f32)>;

impl Grams {
    /// Learns the weights from texts, for `2^bits` buckets (`bits` 8 to 20). A bucket that fewer than `least` texts
    /// have weighs nothing.
    #[must_use]
    pub fn learn(texts: &[String], bits: u32, least: u32) -> Self {
        let n_buckets = 1_usize << bits.clamp(8, 20);
        let mut documents = vec![0_u32; n_buckets];
        for text in texts {
            for (bucket, _) in weighted(text, n_buckets) {
                documents[bucket] += 1;
            }
        }
        let n_texts = texts.len() as f32;
        let weight = |&n: &u32| if n < least.max(1) { 0.0 } else { ((1.0 + n_texts) / (1.0 + n as f32)).ln() + 1.0 };
        Self::of(documents.iter().map(weight).collect())
    }

    /// Takes weights as [`weights`](Self::weights) gave them. `None` unless they are finite, not negative, and a power
    /// of two of them from 2^8 to 2^20.
    #[must_use]
    pub fn from_weights(idf: Vec<f32>) -> Option<Self> {
        let fits = idf.len().is_power_of_two() && (1 << 8..=1 << 20).contains(&idf.len());
        (fits && idf.iter().all(|weight| weight.is_finite() && *weight >= 0.0)).then(|| Self::of(idf))
    }

    fn of(idf: Vec<f32>) -> Self {
        let mut n_columns = 0;
        let column = |weight: &f32| {
            let column = n_columns;
            n_columns += u32::from(*weight > 0.0);
            column
        };
        let columns = idf.iter().map(column).collect();
        Self { idf, columns, n_columns: n_columns as usize }
    }

    /// The weight of every bucket.
    #[must_use]
    pub fn weights(&self) -> &[f32] {
        &self.idf
    }

    /// The columns of a row: how many buckets are seen.
    #[must_use]
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// The row of a normalised text; empty where nothing of it was learned.
    #[must_use]
    pub(crate) fn row(&self, text: &str) -> SparseRow {
        let mut row: SparseRow = weighted(text, self.idf.len())
            .into_iter()
            .filter(|&(bucket, _)| self.idf[bucket] > 0.0)
            .map(|(bucket, weight)| (self.columns[bucket], weight * self.idf[bucket]))
            .collect();
        let length = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
        row.iter_mut().for_each(|(_, value)| *value /= length);
        row
    }
}

/// Buckets of a text with what each weighs by how often it comes and of which kind it is, by bucket.
fn weighted(text: &str, n_buckets: usize) -> Vec<(usize, f32)> {
    let bucket = |hash: u64| (hash & (n_buckets as u64 - 1)) as usize;
    let written = pieces(text).map(|hash| (bucket(hash), 1.0));
    let sounding = sounds(text).into_iter().map(|hash| (bucket(hash), SOUND_WEIGHT));
    let mut all: Vec<(usize, f32)> = written.chain(sounding).collect();
    // Where two kinds fall into one bucket, the heavier one is last and counts.
    all.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let runs = all.chunk_by(|a, b| a.0 == b.0);
    runs.map(|run| (run[0].0, (1.0 + (run.len() as f32).ln()) * run[run.len() - 1].1)).collect()
}

/// Hashes of every piece of a text as it is written.
fn pieces(text: &str) -> impl Iterator<Item = u64> {
    text.split_whitespace().flat_map(|word| {
        let marked: Vec<char> = std::iter::once(' ').chain(word.chars()).chain([' ']).collect();
        let starts = (0..marked.len()).flat_map(|start| (1..=LONGEST).map(move |n| start..start + n));
        let inside = starts.filter(|range| range.end <= marked.len());
        inside.map(|range| hash(&marked[range])).collect::<Vec<_>>()
    })
}

fn hash(piece: &[char]) -> u64 {
    let mut buffer = [0; 4];
    piece.iter().fold(Fnv::new(), |hash, c| hash.bytes(c.encode_utf8(&mut buffer).as_bytes())).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learned(texts: &[&str]) -> Grams {
        let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
        Grams::learn(&texts, 12, 1)
    }

    /// The value of a piece of one character.
    fn value(grams: &Grams, row: &SparseRow, c: char) -> Option<f32> {
        let bucket = (hash(&[c]) & 4095) as usize;
        let column = (grams.weights()[bucket] > 0.0).then_some(grams.columns[bucket])?;
        row.iter().find(|&&(at, _)| at == column).map(|&(_, value)| value)
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
        assert!(row.iter().all(|&(column, _)| (column as usize) < grams.n_columns()));
        assert_eq!(row, learned(&["refund please", "退款", "退押金"]).row("退押金"));
    }

    #[test]
    fn rare_pieces_weigh_more_than_common_ones() {
        let grams = learned(&["退押金", "退款", "退货"]);
        let row = grams.row("退押金");
        let of = |c| value(&grams, &row, c);
        assert!(of('押').expect("learned") > of('退').expect("learned"), "{row:?}");
        assert_eq!(of('x'), None);
    }

    #[test]
    fn misheard_words_are_seen_by_their_sound() {
        let grams = learned(&["退押金", "查快递"]);
        let (said, heard) = (grams.row("退押金"), grams.row("压筋"));
        let is_shared = |&(column, _): &(u32, f32)| said.iter().any(|&(other, _)| other == column);
        assert!(heard.iter().filter(|&value| is_shared(value)).count() >= 3, "ya, jin, ya jin: {heard:?}");
    }

    #[test]
    fn what_was_never_learned_is_not_seen() {
        assert_eq!(learned(&["退押金"]).row("qqq zzz").len(), 1, "only the edge of a word is known");
        assert!(Grams::learn(&[], 8, 1).row("退押金").is_empty());
        assert!(Grams::learn(&[], 8, 0).row("退押金").is_empty());
    }

    #[test]
    fn weights_come_back_only_if_sound() {
        let grams = learned(&["退押金"]);
        assert_eq!(Grams::from_weights(grams.weights().to_vec()), Some(grams));
        assert_eq!(Grams::from_weights(vec![1.0; 300]), None);
        assert_eq!(Grams::from_weights(vec![f32::NAN; 256]), None);
    }
}
