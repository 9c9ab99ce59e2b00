//! The transcripts of a long turn's pieces become one.

use super::{Transcript, TranscriptEvidence, Verdict};

/// One transcript of `pieces` in their order; a single piece stays as it is.
pub(super) fn joined(pieces: Vec<Transcript>) -> Transcript {
    let mut pieces = pieces.into_iter();
    let first = pieces.next().expect("a clip has at least one piece");
    pieces.fold(first, with)
}

/// `left` and what was said after it. Other readings are given up: their number would multiply.
fn with(left: Transcript, right: Transcript) -> Transcript {
    let blank = if left.text.is_empty() || right.text.is_empty() { "" } else { " " };
    Transcript {
        text: format!("{}{blank}{}", left.text, right.text),
        language: left.language,
        alternatives: Vec::new(),
        verdict: verdict(left.verdict, right.verdict),
        evidence: evidence(&left, &right),
    }
}

/// Whatever is wrong with one part is wrong with the whole; silence beside speech is nothing wrong.
fn verdict(left: Verdict, right: Verdict) -> Verdict {
    match (left, right) {
        (Verdict::NoSpeech, other) | (other, Verdict::NoSpeech | Verdict::Heard) => other,
        (Verdict::Heard, other) => other,
        (first, _) => first,
    }
}

/// Means weighted by the length of the texts, extremes kept.
fn evidence(left: &Transcript, right: &Transcript) -> TranscriptEvidence {
    let weight = |text: &str| text.chars().count() as f32;
    let share = weight(&left.text) / (weight(&left.text) + weight(&right.text)).max(1.0);
    let (a, b) = (&left.evidence, &right.evidence);
    let mean = |a: f32, b: f32| a * share + b * (1.0 - share);
    TranscriptEvidence {
        mean_logprob: mean(a.mean_logprob, b.mean_logprob),
        min_logprob: a.min_logprob.min(b.min_logprob),
        mean_entropy: mean(a.mean_entropy, b.mean_entropy),
        mean_margin: mean(a.mean_margin, b.mean_margin),
        compression: a.compression.max(b.compression),
        tokens_per_second: mean(a.tokens_per_second, b.tokens_per_second),
        no_speech: a.no_speech.min(b.no_speech),
        language: a.language.min(b.language),
        second_decode: a.second_decode.max(b.second_decode),
        agreement: a.agreement.min(b.agreement),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Language;

    fn heard(text: &str, verdict: Verdict, mean_logprob: f32) -> Transcript {
        let evidence = TranscriptEvidence { mean_logprob, agreement: 1.0, ..TranscriptEvidence::default() };
        Transcript { text: text.into(), language: Language::En, alternatives: Vec::new(), verdict, evidence }
    }

    #[test]
    fn what_is_wrong_with_a_part_is_wrong_with_the_whole() {
        use Verdict::{Doubtful, Heard, Loop, NoSpeech};
        let cases = [
            (Heard, NoSpeech, Heard),
            (NoSpeech, Heard, Heard),
            (Heard, Loop, Loop),
            (Doubtful, Heard, Doubtful),
            (NoSpeech, NoSpeech, NoSpeech),
        ];
        for (left, right, whole) in cases {
            assert_eq!(joined(vec![heard("a", left, 0.0), heard("b", right, 0.0)]).verdict, whole);
        }
    }

    #[test]
    fn evidence_is_weighted_by_length() {
        let whole = joined(vec![heard("aaa", Verdict::Heard, -1.0), heard("b", Verdict::Heard, -2.0)]);
        assert_eq!(whole.text, "aaa b");
        assert_eq!(whole.evidence.mean_logprob, -1.25);
    }
}
