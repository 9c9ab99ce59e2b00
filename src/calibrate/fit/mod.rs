//! Labelled turns become a calibration.
//!
//! The turns are split by their group: one part fits the model, chosen by cross-validation inside that part; the other
//! part, one turn of each group, proves the thresholds and fits the sets. Both choices are fixed by the names of the
//! turns alone, so they cannot follow the labels.

mod candidate;
mod part;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ExamplesError, SettingsError};
use crate::units::Language;

use super::calibration::{Calibration, Origin};
use super::conformal::{Sets, Shares};
use super::drift::Reference;
use super::evidence::Medium;
use super::features::Feature;
use super::labelled::{LabelledTurn, Truth};
use super::mode::{Mode, Outcome};
use super::model::Model;
use candidate::{Choice, choose};
use part::{Row, one_of_each_group, parts};

/// Fewer turns than this in either part are no basis for a model with this many features.
const FEWEST_TURNS: usize = 60;
/// From how many turns on a language has its own sets: the quantile is then known to about 3 points.
const OWN_SETS: usize = 100;

/// How turns are split and what is promised of the sets.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FitSettings {
    /// Share of the groups that fit the model, `0.1..=0.9`, default 0.4. More makes a better model, less a stronger
    /// promise.
    pub model_share: f64,
    /// Folds of the cross-validation that chooses the model, `2..=20`, default 5.
    pub folds: usize,
    /// Probability that a set of likely intents contains the right one, `0.5..=0.99`, default 0.9.
    pub coverage: f64,
}

/// A calibration and how it came about.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The calibration.
    pub calibration: Calibration,
    /// What was tried for the model, best first: a line for people.
    pub notes: Vec<String>,
}

impl Default for FitSettings {
    fn default() -> Self {
        Self { model_share: 0.4, folds: 5, coverage: 0.9 }
    }
}

impl FitSettings {
    fn validate(&self) -> Result<(), SettingsError> {
        let within = |name, value: f64, low: f64, high: f64| {
            let inside = (low..=high).contains(&value);
            inside.then_some(()).ok_or_else(|| SettingsError::new(name, value, format!("{low}..={high}")))
        };
        within("model_share", self.model_share, 0.1, 0.9)?;
        within("folds", self.folds as f64, 2.0, 20.0)?;
        within("coverage", self.coverage, 0.5, 0.99)
    }
}

/// Fits a calibration to labelled turns that trained no classifier. Spoken and typed turns are fitted apart; a medium
/// without any turn is left out and never automated.
///
/// The order of `turns` does not matter. Turns without usable evidence are left out: they have confidence 0 anyway.
///
/// # Errors
/// [`Error::Settings`] for a setting outside its range, [`Error::Examples`] where a medium has turns but too few to fit
/// or to prove anything with.
pub fn fit(turns: &[LabelledTurn], origin: Origin, settings: &FitSettings) -> Result<Fitted, Error> {
    settings.validate()?;
    let is_typed = |turn: &&LabelledTurn| turn.evidence.medium == Medium::Typed;
    let (typed, spoken): (Vec<_>, Vec<_>) = turns.iter().partition(is_typed);
    let mut notes = Vec::new();
    let mut mode = |name, turns: &[&LabelledTurn], features| match turns.is_empty() {
        true => Ok(None),
        false => fit_mode(name, turns, features, settings, &mut notes).map(Some),
    };
    let spoken = mode("spoken", &spoken, Feature::SPOKEN)?;
    let typed = mode("typed", &typed, Feature::TYPED)?;
    Ok(Fitted { calibration: Calibration::new(origin, spoken, typed), notes })
}

fn fit_mode(
    name: &'static str,
    turns: &[&LabelledTurn],
    features: &[Feature],
    settings: &FitSettings,
    notes: &mut Vec<String>,
) -> Result<Mode, Error> {
    let (model_rows, proof_rows) = parts(turns, features, settings.model_share);
    let proof_rows = one_of_each_group(proof_rows);
    enough(name, "to fit", model_rows.len())?;
    enough(name, "to prove", proof_rows.len())?;
    let choice = choose(&model_rows, features, settings.folds);
    notes.extend(choice.notes.iter().map(|note| format!("{name}: {note}")));
    let Choice { model, crossed, .. } = choice;
    let plan = model_rows.iter().zip(&crossed).filter_map(|(row, p)| row.outcome(*p)).collect();
    let fresh = confidences(&model, &proof_rows);
    let proof: Vec<Outcome> = proof_rows.iter().zip(&fresh).filter_map(|(row, p)| row.outcome(*p)).collect();
    let shares = smallest(&model_rows, &crossed, settings.coverage);
    let sets = sets(&model, &proof_rows, &fresh, settings.coverage, shares);
    let reference = references(turns, features, &model);
    Ok(Mode { model, plan, proof, sets, reference })
}

/// What became of turns that did not fit the model, one of each group.
pub(super) fn outcomes(model: &Model, turns: &[LabelledTurn]) -> Vec<Outcome> {
    let features: Vec<Feature> = model.terms.iter().map(|term| term.feature).collect();
    let rows = one_of_each_group(part::rows(&turns.iter().collect::<Vec<_>>(), &features));
    rows.iter().zip(confidences(model, &rows)).filter_map(|(row, p)| row.outcome(p)).collect()
}

fn enough(name: &str, what: &'static str, found: usize) -> Result<(), Error> {
    if found >= FEWEST_TURNS {
        return Ok(());
    }
    Err(ExamplesError::TooFew { what: format!("{name} turns {what} a calibration"), found, needed: FEWEST_TURNS }
        .into())
}

fn confidences(model: &Model, rows: &[Row<'_>]) -> Vec<f64> {
    rows.iter().map(|row| model.probability(&row.turn.evidence, &row.scores).unwrap_or(0.0)).collect()
}

/// The shares that give the smallest sets on the turns of the model.
fn smallest(rows: &[Row<'_>], confidences: &[f64], coverage: f64) -> Shares {
    let size = |shares: Shares| {
        let sets = Sets::fit(right_shares(rows, confidences, shares, None), coverage, shares);
        rows.iter().zip(confidences).map(|(row, p)| sets.likely(&row.scores, *p).len()).sum::<usize>()
    };
    Shares::ALL.into_iter().min_by_key(|shares| size(*shares)).unwrap_or(Shares::Plain)
}

/// The share of the right intent in every turn that has one.
fn right_shares(rows: &[Row<'_>], confidences: &[f64], shares: Shares, language: Option<Language>) -> Vec<f64> {
    let own = rows.iter().zip(confidences);
    own.filter(|(row, _)| language.is_none_or(|language| row.turn.evidence.language == language))
        .filter_map(|(row, p)| {
            let Truth::Intent(right) = &row.turn.truth else { return None };
            let at = row.scores.ranking.iter().position(|ranked| ranked.intent == *right);
            // An intent the classifier does not know is in no set.
            Some(at.map_or(0.0, |at| shares.of(&row.scores, *p)[at]))
        })
        .collect()
}

fn sets(model: &Model, rows: &[Row<'_>], confidences: &[f64], coverage: f64, shares: Shares) -> Vec<(Language, Sets)> {
    let of = |language| {
        let own = right_shares(rows, confidences, shares, Some(language));
        let enough = own.len() >= OWN_SETS;
        let right = if enough { own } else { right_shares(rows, confidences, shares, None) };
        Sets::fit(right, coverage, shares)
    };
    model.languages.iter().map(|(language, _)| (*language, of(*language))).collect()
}

/// What the turns looked like, one of each group.
fn references(turns: &[&LabelledTurn], features: &[Feature], model: &Model) -> Vec<Reference> {
    let rows = one_of_each_group(part::rows(turns, features));
    let mut references = vec![Reference::of_heard(rows.len(), turns.len() - part::rows(turns, features).len())];
    references.push(Reference::of("confidence", confidences(model, &rows)));
    references.extend(
        features
            .iter()
            .enumerate()
            .map(|(at, feature)| Reference::of(feature.name(), rows.iter().map(|row| row.values[at]).collect())),
    );
    references
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{fitted, labelled, origin, scores, spoken_set, spoken_turn};
    use super::super::{RiskTarget, with_corrections};
    use super::*;
    use crate::calibrate::Correction;

    #[test]
    fn the_order_of_turns_does_not_matter() {
        let mut turns = spoken_set(3, 400);
        let forward = fit(&turns, origin(), &FitSettings::default()).expect("enough turns").calibration;
        turns.reverse();
        let backward = fit(&turns, origin(), &FitSettings::default()).expect("enough turns").calibration;
        assert_eq!(forward, backward);
    }

    #[test]
    fn proof_turns_never_touch_the_model() {
        let mut turns = spoken_set(3, 400);
        let before = fit(&turns, origin(), &FitSettings::default()).expect("enough turns").calibration;
        let proof = |turn: &LabelledTurn| super::super::split::fraction("part", &turn.group) >= 0.4;
        turns.iter_mut().filter(|turn| proof(turn)).for_each(|turn| turn.truth = Truth::OutOfScope);
        let after = fit(&turns, origin(), &FitSettings::default()).expect("enough turns").calibration;
        let model = |calibration: &Calibration| calibration.spoken.as_ref().expect("spoken").model.clone();
        assert_eq!(model(&before), model(&after));
        assert_ne!(before, after, "but they are the proof");
    }

    #[test]
    fn confidence_means_what_it_says() {
        let calibration = fitted();
        let control = calibration.control(RiskTarget::default());
        let fresh = spoken_set(99, 4000);
        let mut bins = [(0.0, 0.0, 0.0); 5];
        for turn in &fresh {
            let confidence = calibration.assess(&turn.evidence, &turn.scores(), &control).confidence.value();
            let bin = &mut bins[((confidence * 5.0) as usize).min(4)];
            *bin = (bin.0 + 1.0, bin.1 + confidence, bin.2 + f64::from(u8::from(turn.is_right())));
        }
        for (n, said, right) in bins.into_iter().filter(|bin| bin.0 > 300.0) {
            // Two standard errors of 300 turns are 0.058; the model of 600 turns is off by some more.
            assert!((said - right).abs() / n < 0.08, "{n} turns: said {said}, right {right}");
        }
    }

    #[test]
    fn noise_never_raises_the_confidence() {
        let calibration = fitted();
        let control = calibration.control(RiskTarget::default());
        let sure = scores(&[0.9, 0.05, 0.05]);
        let at = |snr: f32| calibration.assess(&spoken_turn(snr), &sure, &control).confidence.value();
        let falling: Vec<f64> = [40.0, 30.0, 20.0, 10.0, 5.0, 0.0, -10.0].map(at).to_vec();
        assert!(falling.windows(2).all(|pair| pair[0] >= pair[1]), "{falling:?}");
        assert!(falling[0] > falling[6], "{falling:?}");
    }

    #[test]
    fn too_few_turns_are_refused() {
        let error = fit(&spoken_set(3, 50), origin(), &FitSettings::default()).expect_err("too few");
        assert!(error.to_string().starts_with("spoken turns to "), "{error}");
        let settings = FitSettings { model_share: 1.0, ..FitSettings::default() };
        let error = fit(&spoken_set(3, 400), origin(), &settings).expect_err("out of range");
        assert_eq!(error.to_string(), "model_share 1 is outside 0.1..=0.9");
    }

    #[test]
    fn corrections_lower_what_was_wrong() {
        let turns = spoken_set(3, 600);
        let calibrate = |turns: &[LabelledTurn]| {
            let calibration = fit(turns, origin(), &FitSettings::default()).expect("enough turns").calibration;
            let turn = labelled("probe", 0.9, true);
            let control = calibration.control(RiskTarget::default());
            calibration.assess(&turn.evidence, &turn.scores(), &control).confidence.value()
        };
        let wrong = |at| {
            let turn = labelled(&format!("service {at}"), 0.9, true);
            Correction { turn, was_right: false, instead: None }
        };
        let corrections: Vec<Correction> = (0..300).map(wrong).collect();
        let before = calibrate(&turns);
        let after = calibrate(&with_corrections(turns, &corrections));
        assert!(after < before - 0.1, "{before} to {after}");
    }
}
