//! 95 % intervals by resampling clips.

use voxroute::transcribe::error_rate::Edits;

/// Resamples drawn: enough for the second digit of a percentage.
const RESAMPLES: usize = 2_000;

/// Lower and upper end of the middle 95 % of `statistic` over resampled indices `0..n`.
pub(crate) fn bootstrap(n: usize, statistic: impl Fn(&[usize]) -> f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 0.0);
    }
    let mut random = SplitMix(20_221_206);
    let mut values: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            let drawn: Vec<usize> = (0..n).map(|_| random.below(n)).collect();
            statistic(&drawn)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    (values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40])
}

/// The error rate of `clips` with its interval.
pub(crate) fn error_rate(clips: &[Edits]) -> (f64, (f64, f64)) {
    let interval = bootstrap(clips.len(), |drawn| Edits::rate(drawn.iter().map(|&idx| &clips[idx])));
    (Edits::rate(clips), interval)
}

/// The difference of two error rates on the same clips, with its interval.
pub(crate) fn difference(ours: &[Edits], theirs: &[Edits]) -> (f64, (f64, f64)) {
    let rates = |drawn: &[usize]| {
        Edits::rate(drawn.iter().map(|&idx| &ours[idx])) - Edits::rate(drawn.iter().map(|&idx| &theirs[idx]))
    };
    let all: Vec<usize> = (0..ours.len()).collect();
    (rates(&all), bootstrap(ours.len(), rates))
}

/// The value below which `share` of `values` lie.
pub(crate) fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (share * (sorted.len().saturating_sub(1)) as f64).round() as usize;
    sorted.get(at).copied().unwrap_or(0.0)
}

/// A random sequence that is the same every time.
///
/// # Source
/// SplitMix64, Steele, Lea and Flood, OOPSLA 2014.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % n as u64) as usize
    }
}
