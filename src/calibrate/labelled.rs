use serde::{Deserialize, Serialize};

use crate::classify::{Novelty, Ranked, Scores};
use crate::units::IntentId;

use super::TurnEvidence;

/// A turn of which the right intent is known: what a calibration is fitted on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelledTurn {
    /// Which turn; each one once.
    pub id: String,
    /// What turns that depend on each other share: the text, if it was recorded twice. Such turns stay together in
    /// every split, and an exact bound counts one of them.
    pub group: String,
    /// How it was received.
    pub evidence: TurnEvidence,
    /// Every intent, most likely first.
    pub ranking: Vec<Ranked>,
    /// How unlike every known intent it is.
    pub novelty: Novelty,
    /// How much the readings agree.
    pub agreement: f32,
    /// What is right.
    pub truth: Truth,
    /// Whether the machine may act on it at all. A turn that goes to a person whatever its confidence, because it
    /// asks for one or its wish is urgent, is no part of the promise.
    pub eligible: bool,
}

impl LabelledTurn {
    /// The classifier's scores, without the direction of the text.
    #[must_use]
    pub fn scores(&self) -> Scores {
        Scores {
            ranking: self.ranking.clone(),
            novelty: self.novelty,
            agreement: self.agreement,
            embedding: Vec::new(),
        }
    }

    /// Whether the first intent is right.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.ranking.first().is_some_and(|first| self.truth.is(&first.intent))
    }
}

/// What is right for a turn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// This intent.
    Intent(IntentId),
    /// None of the pack's intents.
    OutOfScope,
    /// Not the first of the ranking; which one is not known.
    NotTheFirst,
}

impl Truth {
    /// Reads the label of a file: an intent or `out_of_scope`.
    #[must_use]
    pub fn from_label(label: &str) -> Self {
        match label {
            IntentId::OUT_OF_SCOPE => Self::OutOfScope,
            intent => Self::Intent(IntentId::new(intent)),
        }
    }

    /// The label of a file; `out_of_scope` where no intent is right or none is known to be.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Intent(intent) => intent.as_str(),
            Self::OutOfScope | Self::NotTheFirst => IntentId::OUT_OF_SCOPE,
        }
    }

    /// Whether this intent is right.
    #[must_use]
    pub fn is(&self, intent: &IntentId) -> bool {
        matches!(self, Self::Intent(right) if right == intent)
    }
}

/// An operator's word on a turn that was served: was this route right?
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// The turn as it was recorded. Its `truth` is what is to be corrected and is not read.
    pub turn: LabelledTurn,
    /// Whether the first intent was right.
    pub was_right: bool,
    /// What would have been, where the operator knows.
    pub instead: Option<Truth>,
}

impl Correction {
    /// The turn with the operator's word as its truth; `None` where the record names no intent.
    #[must_use]
    pub fn labelled(&self) -> Option<LabelledTurn> {
        let first = &self.turn.ranking.first()?.intent;
        let truth = match (&self.instead, self.was_right) {
            (_, true) => Truth::Intent(first.clone()),
            (Some(right), false) if !right.is(first) => right.clone(),
            (_, false) => Truth::NotTheFirst,
        };
        Some(LabelledTurn { truth, ..self.turn.clone() })
    }
}

/// Labelled turns and corrections as one set for a new calibration; no model is trained again. A corrected turn
/// replaces the labelled one of the same id.
///
/// The promise then holds for the mixture of both. Corrections count as a sample of the traffic only if they were
/// asked for at random, automated or not, and not gathered from complaints.
#[must_use]
pub fn with_corrections(turns: Vec<LabelledTurn>, corrections: &[Correction]) -> Vec<LabelledTurn> {
    let corrected = corrections.iter().filter_map(Correction::labelled).map(|turn| (turn.id.clone(), turn));
    let mut all: std::collections::BTreeMap<_, _> = turns.into_iter().map(|turn| (turn.id.clone(), turn)).collect();
    all.extend(corrected);
    all.into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::labelled;
    use super::*;

    fn correction(was_right: bool, instead: Option<Truth>) -> Correction {
        Correction { turn: labelled("a", 0.9, true), was_right, instead }
    }

    #[test]
    fn labels_of_files_are_read() {
        assert_eq!(Truth::from_label("out_of_scope"), Truth::OutOfScope);
        assert!(Truth::from_label("card_lost").is(&IntentId::new("card_lost")));
    }

    #[test]
    fn labels_are_written_as_they_are_read() {
        for label in ["out_of_scope", "card_lost"] {
            assert_eq!(Truth::from_label(label).label(), label);
        }
        assert_eq!(Truth::NotTheFirst.label(), "out_of_scope", "no file has a word for it");
    }

    #[test]
    fn the_operators_word_is_the_truth() {
        let truth = |correction: Correction| correction.labelled().expect("has a first intent").truth;
        let first = labelled("a", 0.9, true).ranking[0].intent.clone();
        assert!(truth(correction(true, None)).is(&first));
        assert_eq!(truth(correction(false, None)), Truth::NotTheFirst);
        assert_eq!(truth(correction(false, Some(Truth::OutOfScope))), Truth::OutOfScope);
        let contradiction = correction(false, Some(Truth::Intent(first)));
        assert_eq!(truth(contradiction), Truth::NotTheFirst);
    }

    #[test]
    fn a_correction_replaces_its_turn() {
        let turns = vec![labelled("b", 0.9, true), labelled("a", 0.9, true)];
        let all = with_corrections(turns, &[correction(false, None)]);
        let found: Vec<_> = all.iter().map(|turn| (turn.id.as_str(), turn.is_right())).collect();
        assert_eq!(found, [("a", false), ("b", true)]);
    }
}
