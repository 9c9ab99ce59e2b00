use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::calibrate::{Origin, Rehearsal, RiskControl};

use super::confusion::Confusion;
use super::error_rate::Rate;
use super::figures::Figures;
use super::turn::JudgedTurn;

/// Everything measured on a labelled set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Name of the set.
    pub data: String,
    /// What the calibration was fitted on; `None` for an uncalibrated pack.
    pub calibration: Option<Origin>,
    /// What it promises.
    pub control: Option<RiskControl>,
    /// Whether such promises are kept over random splits.
    pub rehearsal: Option<Rehearsal>,
    /// All turns.
    pub all: Figures,
    /// For each language.
    pub languages: Vec<Slice>,
    /// For each level over the noise, cleanest last; turns without a level in `clean`.
    pub snr: Vec<Slice>,
    /// For each condition named by the set.
    pub conditions: Vec<Slice>,
    /// For each intent and `out_of_scope`.
    pub intents: Vec<IntentFigures>,
    /// What was taken for what.
    pub confusion: Confusion,
    /// Milliseconds of every turn, rising.
    pub times_ms: Vec<f64>,
}

/// The figures of some of the turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Slice {
    /// Which.
    pub name: String,
    /// Their figures.
    pub figures: Figures,
}

/// How one intent fares.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IntentFigures {
    /// The intent, or `out_of_scope`.
    pub intent: String,
    /// It came first, of the turns it is right for. Of `out_of_scope`: the machine did not act.
    pub recall: Rate,
    /// It is right, of the turns it came first in, out of scope included; `None` of `out_of_scope`.
    pub precision: Option<Rate>,
    /// The machine acted, of the turns it is right for.
    pub automated: Rate,
}

impl Report {
    /// Counts everything.
    #[must_use]
    pub fn new(data: impl Into<String>, turns: &[JudgedTurn]) -> Self {
        let all: Vec<&JudgedTurn> = turns.iter().collect();
        let mut times_ms: Vec<f64> = turns.iter().map(|turn| turn.total_ms).collect();
        times_ms.sort_by(f64::total_cmp);
        Self {
            data: data.into(),
            calibration: None,
            control: None,
            rehearsal: None,
            all: Figures::of(&all),
            languages: slices(turns, |turn| Some((0, turn.language.to_string()))),
            snr: slices(turns, |turn| Some(snr_bucket(turn.snr_db))),
            conditions: slices(turns, |turn| Some((0, turn.condition.clone()?))),
            intents: intents(turns),
            confusion: Confusion::of(&all),
            times_ms,
        }
    }

    /// The figures of one language.
    #[must_use]
    pub fn language(&self, code: &str) -> Option<&Figures> {
        self.languages.iter().find(|slice| slice.name == code).map(|slice| &slice.figures)
    }
}

/// Slices by a key, in the order of the keys.
fn slices<K: Ord>(turns: &[JudgedTurn], key: impl Fn(&JudgedTurn) -> Option<(K, String)>) -> Vec<Slice> {
    let mut parts: BTreeMap<(K, String), Vec<&JudgedTurn>> = BTreeMap::new();
    for turn in turns {
        if let Some(key) = key(turn) {
            parts.entry(key).or_default().push(turn);
        }
    }
    parts.into_iter().map(|((_, name), turns)| Slice { name, figures: Figures::of(&turns) }).collect()
}

fn snr_bucket(snr_db: Option<f32>) -> (u8, String) {
    let (rank, name) = match snr_db {
        Some(snr) if snr < 7.5 => (0, "below 7.5 dB"),
        Some(snr) if snr < 12.5 => (1, "7.5 to 12.5 dB"),
        Some(snr) if snr < 17.5 => (2, "12.5 to 17.5 dB"),
        Some(snr) if snr < 30.0 => (3, "17.5 to 30 dB"),
        Some(_) | None => (4, "clean"),
    };
    (rank, name.to_owned())
}

fn intents(turns: &[JudgedTurn]) -> Vec<IntentFigures> {
    let mut names: Vec<&str> = turns.iter().map(JudgedTurn::truth_name).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter().map(|name| intent(turns, name)).collect()
}

fn intent(turns: &[JudgedTurn], name: &str) -> IntentFigures {
    let own = || turns.iter().filter(|turn| turn.truth_name() == name);
    let is_acted = |turn: &JudgedTurn| turn.outcome == super::Outcome::Automated;
    let in_scope = own().any(JudgedTurn::is_in_scope);
    let first = turns.iter().filter(|turn| turn.found_name() == name);
    IntentFigures {
        intent: name.to_owned(),
        recall: Rate::of(own().map(|turn| if in_scope { turn.is_right() } else { !is_acted(turn) })),
        precision: in_scope.then(|| Rate::of(first.map(JudgedTurn::is_right))),
        automated: Rate::of(own().map(is_acted)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::turn::judged;
    use super::*;
    use crate::units::Language;

    #[test]
    fn slices_are_apart_and_in_order() {
        let mut turns = vec![judged("a", Some("a"), 0.9), judged("b", Some("a"), 0.9), judged("a", Some("a"), 0.5)];
        turns[0].snr_db = Some(20.0);
        turns[1].snr_db = Some(5.0);
        turns[2].language = Language::En;
        let report = Report::new("synthetic", &turns);
        let names = |slices: &[Slice]| slices.iter().map(|slice| slice.name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&report.snr), ["below 7.5 dB", "17.5 to 30 dB", "clean"]);
        assert_eq!(names(&report.languages), ["en", "zh"]);
        assert!(report.conditions.is_empty());
        assert_eq!(report.language("zh").map(|figures| figures.turns), Some(2));
    }

    #[test]
    fn intents_have_recall_and_precision() {
        let turns = [judged("a", Some("a"), 0.9), judged("a", Some("b"), 0.9), judged("out_of_scope", Some("a"), 0.1)];
        let report = Report::new("synthetic", &turns);
        let counts = |rate: Rate| (rate.hits, rate.n);
        let [a, outside] = &report.intents[..] else { panic!("two rows: {:?}", report.intents) };
        assert_eq!((counts(a.recall), a.precision.map(counts)), ((1, 2), Some((1, 2))));
        assert_eq!((counts(outside.recall), outside.precision), ((1, 1), None));
    }
}
