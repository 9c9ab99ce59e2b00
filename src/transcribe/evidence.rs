//! What a decode says of itself, in numbers the calibrator can weigh.

use super::TranscriptEvidence;
use super::decode::{Decoding, mean};

/// Level of the compressor: the usual one, as in `zlib.compress` of the reference implementation.
const LEVEL: u8 = 6;

/// The share of a clip's evidence that comes from its tokens; `seconds` of speech.
pub(super) fn of_tokens(decoding: &Decoding, text: &str, seconds: f32) -> TranscriptEvidence {
    let all = || decoding.choices.iter().chain(&decoding.ending);
    TranscriptEvidence {
        mean_logprob: decoding.mean_logprob(),
        min_logprob: all().map(|choice| choice.logprob).fold(0.0, f32::min),
        mean_entropy: mean(all().map(|choice| choice.entropy)),
        mean_margin: mean(all().map(|choice| choice.margin)),
        compression: compression(text),
        tokens_per_second: decoding.choices.len() as f32 / seconds.max(f32::EPSILON),
        ..TranscriptEvidence::default()
    }
}

/// Bytes of `text` over bytes of its zlib form; 0 of nothing.
///
/// # Source
/// `compression_ratio` of `openai/whisper` `utils.py`.
pub(super) fn compression(text: &str) -> f32 {
    if text.is_empty() {
        return 0.0;
    }
    let packed = miniz_oxide::deflate::compress_to_vec_zlib(text.as_bytes(), LEVEL);
    text.len() as f32 / packed.len() as f32
}

/// How alike two texts are, letter by letter: 1 for equal ones, 0 for nothing in common.
pub(super) fn agreement(a: &str, b: &str) -> f32 {
    let letters = |text: &str| -> String { text.chars().filter(|c| c.is_alphanumeric()).collect() };
    strsim::normalized_levenshtein(&letters(a).to_lowercase(), &letters(b).to_lowercase()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_compresses() {
        let looping = "九五门".repeat(40);
        assert!(compression(&looping) > 2.4, "the reference implementation's threshold");
        assert!(compression("设定二十九度") < 1.0, "short texts grow");
        assert_eq!(compression(""), 0.0);
    }

    #[test]
    fn agreement_counts_letters_only() {
        assert_eq!(agreement("Hello, there.", "hello there"), 1.0);
        assert_eq!(agreement("转人工", "川人工"), 2.0 / 3.0);
        assert_eq!(agreement("", ""), 1.0);
    }
}
