//! Turns whose chance of being right is known, for tests.

use std::sync::LazyLock;

use crate::audio::SpeechEvidence;
use crate::classify::{Novelty, Ranked, Scores};
use crate::transcribe::{TranscriptEvidence, Verdict};
use crate::units::{IntentId, Language, Probability};

use super::logistic::sigmoid;
use super::mode::Outcome;
use super::{Calibration, FitSettings, LabelledTurn, Medium, Origin, Truth, TurnEvidence, fit};

pub(super) fn rng(seed: u64) -> fastrand::Rng {
    fastrand::Rng::with_seed(seed)
}

/// Scores with these shares for `intent_0`, `intent_1`, ...
pub(super) fn scores(shares: &[f64]) -> Scores {
    let ranked = |(at, share): (usize, &f64)| Ranked {
        intent: IntentId::new(format!("intent_{at}")),
        probability: Probability::clamped(*share),
    };
    Scores {
        ranking: shares.iter().enumerate().map(ranked).collect(),
        novelty: Novelty { score: 0.2, energy: -3.0, distance: 0.4, neighbour: 0.1, rival: -0.1, outside: -0.1 },
        agreement: 1.0,
        embedding: Vec::new(),
    }
}

/// Evidence of a turn heard at this level over the noise: everything that noise spoils is spoilt.
pub(super) fn spoken_turn(snr_db: f32) -> TurnEvidence {
    let clean = sigmoid(f64::from(snr_db) / 10.0) as f32;
    let speech = SpeechEvidence {
        seconds: 3.0,
        spoken_seconds: 2.0,
        voice_peak: 0.99,
        voice_mean: 0.5 + 0.4 * clean,
        level_dbfs: -20.0,
        snr_db,
        clipped: 0.0,
        high_band_db: -30.0,
    };
    let transcript = TranscriptEvidence {
        mean_logprob: -0.1 - (1.0 - clean),
        min_logprob: -1.0 - 3.0 * (1.0 - clean),
        mean_entropy: 0.3 + (1.0 - clean),
        mean_margin: 4.0 * clean,
        compression: 0.9,
        tokens_per_second: 4.0,
        no_speech: 0.3 * (1.0 - clean),
        language: 0.9 + 0.1 * clean,
        second_decode: 0.0,
        agreement: 1.0,
    };
    TurnEvidence { language: Language::Zh, medium: Medium::Spoken { speech, transcript, verdict: Verdict::Heard } }
}

/// A clean turn with this share for its first intent.
pub(super) fn labelled(id: &str, first: f64, right: bool) -> LabelledTurn {
    let Scores { ranking, novelty, agreement, .. } = scores(&[first, 0.7 * (1.0 - first), 0.3 * (1.0 - first)]);
    let truth = if right { Truth::Intent(ranking[0].intent.clone()) } else { Truth::OutOfScope };
    LabelledTurn {
        id: id.to_owned(),
        group: id.to_owned(),
        evidence: spoken_turn(25.0),
        ranking,
        novelty,
        agreement,
        truth,
        eligible: true,
    }
}

/// Turns of both languages whose chance of being right falls with noise and with a flat ranking.
pub(super) fn spoken_set(seed: u64, n: usize) -> Vec<LabelledTurn> {
    let mut rng = rng(seed);
    (0..n).map(|at| draw_turn(&mut rng, &format!("{seed}-{at}"))).collect()
}

fn draw_turn(rng: &mut fastrand::Rng, id: &str) -> LabelledTurn {
    let odds = -1.0 + 6.0 * rng.f64();
    let snr = (40.0 * rng.f64() - 5.0) as f32;
    let chance = sigmoid(0.9 * odds + 0.08 * f64::from(snr) - 0.8);
    let right = rng.f64() < chance;
    let mut turn = labelled(id, sigmoid(odds), right);
    turn.evidence = spoken_turn(snr);
    turn.evidence.language = *rng.choice(&Language::ALL).expect("two languages");
    turn
}

pub(super) fn origin() -> Origin {
    Origin {
        data: "synthetic".to_owned(),
        date: "2026-01-01".to_owned(),
        turns: 0,
        engine: "engine-1".to_owned(),
        encoder: "encoder-1".to_owned(),
        pack: "pack-1".to_owned(),
    }
}

/// A calibration of 1,500 such turns.
pub(super) fn fitted() -> Calibration {
    static FITTED: LazyLock<Calibration> = LazyLock::new(|| {
        fit(&spoken_set(11, 1500), origin(), &FitSettings::default()).expect("enough turns").calibration
    });
    FITTED.clone()
}

/// A world in which the log odds of being right are a line of those that are said, and those said are even from -2
/// to 7.
pub(super) struct World {
    pub(super) slope: f64,
    pub(super) offset: f64,
}

const SAID: (f64, f64) = (-2.0, 7.0);

impl World {
    pub(super) fn outcomes(&self, rng: &mut fastrand::Rng, n: usize) -> Vec<Outcome> {
        let one = |_| {
            let said = SAID.0 + (SAID.1 - SAID.0) * rng.f64();
            let language = Language::ALL[rng.usize(..2)];
            Outcome { language, confidence: sigmoid(said), right: rng.f64() < self.chance(said) }
        };
        (0..n).map(one).collect()
    }

    fn chance(&self, said: f64) -> f64 {
        sigmoid(self.offset + self.slope * said)
    }

    /// The true error rate at or above a confidence, by the midpoint rule.
    pub(super) fn error_above(&self, confidence: f64) -> f64 {
        const POINTS: usize = 20_000;
        let from = (confidence / (1.0 - confidence)).ln();
        let at = |i: usize| from + (SAID.1 - from) * (i as f64 + 0.5) / POINTS as f64;
        (0..POINTS).map(|i| 1.0 - self.chance(at(i))).sum::<f64>() / POINTS as f64
    }
}
