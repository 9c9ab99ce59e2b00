use serde::{Deserialize, Serialize};

use crate::classify::Scores;
use crate::units::Language;

use super::conformal::Sets;
use super::drift::Reference;
use super::evidence::TurnEvidence;
use super::model::Model;

/// Everything fitted for one medium, spoken or typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Mode {
    pub(super) model: Model,
    /// Eligible turns the model was fitted on, with the confidence of a model fitted without them.
    pub(super) plan: Vec<Outcome>,
    /// Eligible turns kept apart, one of each group.
    pub(super) proof: Vec<Outcome>,
    /// For each language of the model.
    pub(super) sets: Vec<(Language, Sets)>,
    /// What the turns looked like.
    pub(super) reference: Vec<Reference>,
}

/// What became of one labelled turn.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "(Language, f64, bool)", into = "(Language, f64, bool)")]
pub(super) struct Outcome {
    pub(super) language: Language,
    pub(super) confidence: f64,
    pub(super) right: bool,
}

impl Mode {
    /// The languages it can speak for.
    pub(super) fn languages(&self) -> Vec<Language> {
        self.model.languages.iter().map(|(language, _)| *language).collect()
    }

    /// The probability that the first intent is right and the set of likely ones; `None` where evidence is missing.
    pub(super) fn assess(
        &self,
        evidence: &TurnEvidence,
        scores: &Scores,
    ) -> Option<(f64, Vec<crate::units::IntentId>)> {
        let confidence = self.model.probability(evidence, scores)?;
        let (_, sets) = self.sets.iter().find(|(language, _)| *language == evidence.language)?;
        Some((confidence, sets.likely(scores, confidence)))
    }

    /// The name of the first part that says something impossible.
    pub(super) fn unsound(&self) -> Option<&'static str> {
        let outcomes = || self.plan.iter().chain(&self.proof);
        if !self.model.is_sound() {
            Some("model")
        } else if !outcomes().all(|outcome| (0.0..=1.0).contains(&outcome.confidence)) {
            Some("plan or proof")
        } else if !self.sets.iter().all(|(_, sets)| sets.is_sound()) {
            Some("sets")
        } else if !self.reference.iter().all(Reference::is_sound) {
            Some("reference")
        } else {
            None
        }
    }
}

impl From<(Language, f64, bool)> for Outcome {
    fn from((language, confidence, right): (Language, f64, bool)) -> Self {
        Self { language, confidence, right }
    }
}

impl From<Outcome> for (Language, f64, bool) {
    fn from(outcome: Outcome) -> Self {
        (outcome.language, outcome.confidence, outcome.right)
    }
}
