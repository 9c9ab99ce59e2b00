//! What is weighed of a turn, each with the direction in which it may move the confidence.

use serde::{Deserialize, Serialize};

use crate::audio::SpeechEvidence;
use crate::classify::Scores;
use crate::transcribe::TranscriptEvidence;

use super::evidence::{Medium, TurnEvidence};

/// Log odds beyond which more says nothing more: a share of 0.999 994.
const MOST_LOG_ODDS: f64 = 12.0;
/// A level that recordings in quiet rooms reach; above it speech is as clean as it gets.
const CLEAN_SNR_DB: f64 = 40.0;
/// Above this ratio of compression the reference implementation of Whisper takes a text for a loop
/// (`compression_ratio_threshold` of `openai/whisper` `transcribe.py`).
const LOOPING: f64 = 2.4;

/// One thing weighed of a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Feature {
    /// Log odds of the first intent's share, `-12..=12`.
    TopOdds,
    /// Natural log of the first intent's share over the second's, `0..=12`.
    Margin,
    /// Entropy of the shares in nats.
    Entropy,
    /// The classifier's combined score of novelty.
    Novelty,
    /// Minus the log-sum-exp of the logits.
    Energy,
    /// Distance to the nearest class.
    Distance,
    /// One minus the cosine to the nearest training examples.
    Neighbour,
    /// Nearness to another intent's examples over that to the first's.
    Rival,
    /// Nearness to the examples of no intent over that to the first's.
    Outside,
    /// Agreement of the readings on the first intent, `0..=1`.
    ReadingsAgree,
    /// Mean log probability of the tokens.
    TokenLogprob,
    /// Log probability of the least likely token.
    WorstToken,
    /// Mean entropy of the token distributions in nats.
    TokenEntropy,
    /// Mean distance of the best to the second-best token's log probability.
    TokenMargin,
    /// Compression of the text above what language has.
    Repetition,
    /// Probability of "no speech".
    NoSpeech,
    /// Probability of the language taken.
    LanguageSure,
    /// Whether a second decode was needed, 0 or 1.
    SecondDecode,
    /// Agreement of the decode taken with the others, `0..=1`.
    DecodesAgree,
    /// Speech over the rest in dB, `-20..=40`.
    Snr,
    /// Natural log of the spoken seconds.
    SpokenTime,
    /// Mean voice probability of the spoken frames.
    Voice,
    /// Natural log of 1 plus the clipped samples in a million.
    Clipping,
    /// Energy above the telephone band in dB, `-100..=0`.
    HighBand,
}

impl Feature {
    /// What is weighed of a typed turn: the classifier alone.
    pub const TYPED: &[Self] = &[
        Self::TopOdds,
        Self::Margin,
        Self::Entropy,
        Self::Novelty,
        Self::Energy,
        Self::Distance,
        Self::Neighbour,
        Self::Rival,
        Self::Outside,
    ];

    /// What is weighed of a spoken turn: the classifier as of a typed one, and how it was heard.
    pub const SPOKEN: &[Self] = &spoken();

    /// Whether more of it can only raise the confidence; else it can only lower it.
    #[must_use]
    pub const fn rises(self) -> bool {
        !matches!(
            self,
            Self::Entropy
                | Self::Novelty
                | Self::Energy
                | Self::Distance
                | Self::Neighbour
                | Self::Rival
                | Self::Outside
                | Self::TokenEntropy
                | Self::Repetition
                | Self::NoSpeech
                | Self::SecondDecode
                | Self::Clipping
        )
    }

    /// The name in calibration files, metrics and events.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::TopOdds => "top_odds",
            Self::Margin => "margin",
            Self::Entropy => "entropy",
            Self::Novelty => "novelty",
            Self::Energy => "energy",
            Self::Distance => "distance",
            Self::Neighbour => "neighbour",
            Self::Rival => "rival",
            Self::Outside => "outside",
            Self::ReadingsAgree => "readings_agree",
            Self::TokenLogprob => "token_logprob",
            Self::WorstToken => "worst_token",
            Self::TokenEntropy => "token_entropy",
            Self::TokenMargin => "token_margin",
            Self::Repetition => "repetition",
            Self::NoSpeech => "no_speech",
            Self::LanguageSure => "language_sure",
            Self::SecondDecode => "second_decode",
            Self::DecodesAgree => "decodes_agree",
            Self::Snr => "snr",
            Self::SpokenTime => "spoken_time",
            Self::Voice => "voice",
            Self::Clipping => "clipping",
            Self::HighBand => "high_band",
        }
    }

    /// The value in a turn; `None` where the evidence is missing or not a number.
    #[must_use]
    pub fn of(self, evidence: &TurnEvidence, scores: &Scores) -> Option<f64> {
        let value = match (self.of_scores(scores), &evidence.medium) {
            (Some(value), _) => value,
            (None, Medium::Spoken { speech, transcript, .. }) => {
                self.of_transcript(transcript).or_else(|| self.of_speech(speech))?
            }
            (None, Medium::Typed) => return None,
        };
        value.is_finite().then_some(value)
    }

    fn of_scores(self, scores: &Scores) -> Option<f64> {
        let share = |at: usize| scores.ranking.get(at).map(|ranked| ranked.probability.value());
        Some(match self {
            Self::TopOdds => log_ratio(share(0)?, 1.0 - share(0)?),
            Self::Margin => log_ratio(share(0)?, share(1).unwrap_or(0.0)).max(0.0),
            Self::Entropy => entropy(scores),
            Self::Novelty => scores.novelty.score.into(),
            Self::Energy => scores.novelty.energy.into(),
            Self::Distance => scores.novelty.distance.into(),
            Self::Neighbour => scores.novelty.neighbour.into(),
            Self::Rival => scores.novelty.rival.into(),
            Self::Outside => scores.novelty.outside.into(),
            Self::ReadingsAgree => scores.agreement.into(),
            _ => return None,
        })
    }

    fn of_transcript(self, transcript: &TranscriptEvidence) -> Option<f64> {
        Some(match self {
            Self::TokenLogprob => transcript.mean_logprob.into(),
            Self::WorstToken => transcript.min_logprob.into(),
            Self::TokenEntropy => transcript.mean_entropy.into(),
            Self::TokenMargin => transcript.mean_margin.into(),
            Self::Repetition => above(transcript.compression.into(), LOOPING),
            Self::NoSpeech => transcript.no_speech.into(),
            Self::LanguageSure => transcript.language.into(),
            Self::SecondDecode => transcript.second_decode.into(),
            Self::DecodesAgree => transcript.agreement.into(),
            _ => return None,
        })
    }

    fn of_speech(self, speech: &SpeechEvidence) -> Option<f64> {
        Some(match self {
            Self::Snr => below(speech.snr_db.into(), CLEAN_SNR_DB),
            Self::SpokenTime => f64::from(speech.spoken_seconds).ln(),
            Self::Voice => speech.voice_mean.into(),
            Self::Clipping => (f64::from(speech.clipped) * 1e6).ln_1p(),
            Self::HighBand => speech.high_band_db.into(),
            _ => return None,
        })
    }
}

/// Every feature of a turn, in the order of `features`; `None` if any is missing or not a number.
pub(super) fn values(features: &[Feature], evidence: &TurnEvidence, scores: &Scores) -> Option<Vec<f64>> {
    if !evidence.is_usable() {
        return None;
    }
    features.iter().map(|feature| feature.of(evidence, scores)).collect()
}

/// `f64::max` and `min` would turn a NaN into the bound.
fn above(value: f64, bound: f64) -> f64 {
    if value < bound { 0.0 } else { value - bound }
}

fn below(value: f64, bound: f64) -> f64 {
    if value > bound { bound } else { value }
}

/// What is weighed of a turn only where it was spoken.
const HEARD: [Feature; 15] = [
    Feature::ReadingsAgree,
    Feature::TokenLogprob,
    Feature::WorstToken,
    Feature::TokenEntropy,
    Feature::TokenMargin,
    Feature::Repetition,
    Feature::NoSpeech,
    Feature::LanguageSure,
    Feature::SecondDecode,
    Feature::DecodesAgree,
    Feature::Snr,
    Feature::SpokenTime,
    Feature::Voice,
    Feature::Clipping,
    Feature::HighBand,
];

const fn spoken() -> [Feature; Feature::TYPED.len() + HEARD.len()] {
    let mut all = [Feature::TopOdds; Feature::TYPED.len() + HEARD.len()];
    let (typed, heard) = all.split_at_mut(Feature::TYPED.len());
    typed.copy_from_slice(Feature::TYPED);
    heard.copy_from_slice(&HEARD);
    all
}

fn log_ratio(a: f64, b: f64) -> f64 {
    (a.ln() - b.ln()).clamp(-MOST_LOG_ODDS, MOST_LOG_ODDS)
}

fn entropy(scores: &Scores) -> f64 {
    scores.ranking.iter().map(|ranked| ranked.probability.value()).filter(|p| *p > 0.0).map(|p| -p * p.ln()).sum()
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{scores, spoken_turn};
    use super::*;
    use crate::units::Language;

    #[test]
    fn names_are_those_of_the_file() {
        for feature in Feature::SPOKEN {
            assert_eq!(serde_json::to_string(feature).expect("plain data"), format!("{:?}", feature.name()));
        }
    }

    #[test]
    fn shares_become_odds_and_entropy() {
        let scores = scores(&[0.5, 0.25, 0.25]);
        let typed = TurnEvidence::typed(Language::Zh);
        let value = |feature: Feature| feature.of(&typed, &scores).expect("finite");
        assert_eq!(value(Feature::TopOdds), 0.0);
        assert!((value(Feature::Margin) - 2.0_f64.ln()).abs() < 1e-12);
        assert!((value(Feature::Entropy) - 1.5 * 2.0_f64.ln()).abs() < 1e-12);
    }

    #[test]
    fn certainty_is_capped() {
        let typed = TurnEvidence::typed(Language::Zh);
        for feature in [Feature::TopOdds, Feature::Margin] {
            assert_eq!(feature.of(&typed, &scores(&[1.0, 0.0])), Some(MOST_LOG_ODDS));
        }
    }

    #[test]
    fn nothing_is_made_up() {
        let typed = TurnEvidence::typed(Language::Zh);
        assert_eq!(values(Feature::TYPED, &typed, &scores(&[])), None, "no ranking");
        assert_eq!(Feature::Snr.of(&typed, &scores(&[0.9, 0.1])), None, "no sound");
        assert_eq!(values(Feature::SPOKEN, &typed, &scores(&[0.9, 0.1])), None);
    }

    #[test]
    fn a_nan_anywhere_is_missing_evidence() {
        let (evidence, good) = (spoken_turn(20.0), scores(&[0.9, 0.1]));
        assert!(values(Feature::SPOKEN, &evidence, &good).is_some());
        let spoil: [fn(&mut SpeechEvidence, &mut TranscriptEvidence); 9] = [
            |speech, _| speech.snr_db = f32::NAN,
            |speech, _| speech.spoken_seconds = 0.0,
            |speech, _| speech.voice_mean = f32::NAN,
            |speech, _| speech.clipped = f32::NAN,
            |speech, _| speech.high_band_db = f32::INFINITY,
            |_, transcript| transcript.compression = f32::NAN,
            |_, transcript| transcript.mean_logprob = f32::NEG_INFINITY,
            |_, transcript| transcript.agreement = f32::NAN,
            |_, transcript| transcript.no_speech = f32::NAN,
        ];
        for (at, spoil) in spoil.iter().enumerate() {
            let mut spoilt = evidence;
            if let Medium::Spoken { speech, transcript, .. } = &mut spoilt.medium {
                spoil(speech, transcript);
            }
            assert_eq!(values(Feature::SPOKEN, &spoilt, &good), None, "{at}");
        }
        let mut novel = good;
        novel.novelty.energy = f32::NAN;
        assert_eq!(values(Feature::SPOKEN, &evidence, &novel), None);
    }
}
