use std::collections::BTreeMap;

use crate::calibrate::features::{Feature, values};
use crate::calibrate::labelled::LabelledTurn;
use crate::calibrate::mode::Outcome;
use crate::calibrate::split::fraction;
use crate::classify::Scores;

/// A labelled turn with usable evidence.
#[derive(Debug, Clone)]
pub(super) struct Row<'a> {
    pub(super) turn: &'a LabelledTurn,
    pub(super) scores: Scores,
    /// One for each feature.
    pub(super) values: Vec<f64>,
    pub(super) right: bool,
}

impl Row<'_> {
    /// What became of the turn; `None` for one that goes to a person whatever its confidence.
    pub(super) fn outcome(&self, confidence: f64) -> Option<Outcome> {
        let is_request = self.scores.ranking.first().is_some_and(|first| first.intent.is_human_agent());
        let counts = self.turn.eligible && !is_request;
        counts.then_some(Outcome { language: self.turn.evidence.language, confidence, right: self.right })
    }
}

/// The turns with usable evidence, by id.
pub(super) fn rows<'a>(turns: &[&'a LabelledTurn], features: &[Feature]) -> Vec<Row<'a>> {
    let mut rows: Vec<Row<'a>> = turns.iter().filter_map(|turn| row(turn, features)).collect();
    rows.sort_by(|a, b| a.turn.id.cmp(&b.turn.id));
    rows
}

fn row<'a>(turn: &'a LabelledTurn, features: &[Feature]) -> Option<Row<'a>> {
    let scores = turn.scores();
    let values = values(features, &turn.evidence, &scores)?;
    Some(Row { turn, scores, values, right: turn.is_right() })
}

/// The turns that fit the model and those that prove the promise; no group is in both.
pub(super) fn parts<'a>(
    turns: &[&'a LabelledTurn],
    features: &[Feature],
    model_share: f64,
) -> (Vec<Row<'a>>, Vec<Row<'a>>) {
    rows(turns, features).into_iter().partition(|row| fraction("part", &row.turn.group) < model_share)
}

/// One turn of each group, chosen by the names alone.
pub(super) fn one_of_each_group(rows: Vec<Row<'_>>) -> Vec<Row<'_>> {
    let mut groups = BTreeMap::new();
    for row in rows {
        let draw = (fraction("one of its group", &row.turn.id), row.turn.id.clone());
        let kept = groups.entry(row.turn.group.clone()).or_insert_with(|| (draw.clone(), row.clone()));
        if draw < kept.0 {
            *kept = (draw, row);
        }
    }
    groups.into_values().map(|(_, row)| row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::synthetic::labelled;

    fn pairs() -> Vec<LabelledTurn> {
        let one = |i: usize, take: &str| LabelledTurn {
            group: format!("text {i}"),
            ..labelled(&format!("{i}-{take}"), 0.9, true)
        };
        (0..200).flat_map(|i| [one(i, "a"), one(i, "b")]).collect()
    }

    #[test]
    fn no_group_is_in_both_parts() {
        let turns = pairs();
        let (model, proof) = parts(&turns.iter().collect::<Vec<_>>(), Feature::SPOKEN, 0.4);
        let groups = |rows: &[Row<'_>]| rows.iter().map(|row| row.turn.group.clone()).collect::<Vec<_>>();
        assert!(groups(&model).iter().all(|group| !groups(&proof).contains(group)));
        assert_eq!(model.len() + proof.len(), 400);
    }

    #[test]
    fn either_take_of_a_group_may_be_the_one() {
        let turns = pairs();
        let kept = one_of_each_group(rows(&turns.iter().collect::<Vec<_>>(), Feature::SPOKEN));
        assert_eq!(kept.len(), 200);
        let first = kept.iter().filter(|row| row.turn.id.ends_with('a')).count();
        assert!((70..130).contains(&first), "{first}");
    }

    #[test]
    fn requests_for_a_person_are_no_part_of_the_promise() {
        let turn = labelled("a", 0.9, true);
        let asked = LabelledTurn { eligible: false, ..turn.clone() };
        let outcome = |turn: &LabelledTurn| row(turn, Feature::SPOKEN).expect("usable").outcome(0.5);
        assert!(outcome(&turn).is_some());
        assert!(outcome(&asked).is_none());
    }
}
