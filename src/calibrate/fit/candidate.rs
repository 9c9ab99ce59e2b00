use crate::calibrate::features::Feature;
use crate::calibrate::logistic::{Column, Problem, log_loss, sigmoid, solve};
use crate::calibrate::model::{Model, Term, oriented};
use crate::calibrate::scale::Scale;
use crate::calibrate::split::fold;
use crate::units::Language;

use super::part::Row;

/// Steps of each feature's function that are tried.
const STEPS: [usize; 2] = [1, 3];
/// Strengths of the ridge that are tried, in nats of mean loss for a weight of 1.
const PENALTIES: [f64; 6] = [0.03, 0.01, 0.003, 0.001, 0.0003, 0.0001];
/// A language may differ a little for free.
const LANGUAGE_PENALTY: f64 = 0.001;
/// How hard the straightening map is drawn to the identity.
const SCALE_PENALTY: f64 = 0.003;
/// The part of the values the steps lie in; what is rarer than 2 in 100 counts as the end of the range.
const INNER: (f64, f64) = (0.02, 0.98);

/// The model chosen by cross-validation.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) model: Model,
    /// For each row, the confidence of a model fitted without its fold.
    pub(super) crossed: Vec<f64>,
    /// What was tried, best first.
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    steps: usize,
    penalty: f64,
}

/// Tries every candidate, with and without straightening, and fits the best on all rows. Ties go to the simpler.
pub(super) fn choose(rows: &[Row<'_>], features: &[Feature], folds: usize) -> Choice {
    let mut tried = Vec::new();
    for steps in STEPS {
        for penalty in PENALTIES {
            let candidate = Candidate { steps, penalty };
            let crossed = cross(rows, features, folds, candidate);
            let straight = cross_scale(rows, &crossed, folds);
            tried.push((mean_loss(rows, &crossed), candidate, None, crossed.clone()));
            let scale = Scale::fit(&crossed, &hits(rows), SCALE_PENALTY);
            tried.push((mean_loss(rows, &straight), candidate, Some(scale), straight));
        }
    }
    tried.sort_by(|a, b| a.0.total_cmp(&b.0));
    let notes = tried.iter().map(|(loss, candidate, scale, _)| note(*loss, *candidate, scale.is_some())).collect();
    let (_, candidate, scale, crossed) = tried.swap_remove(0);
    let rows: Vec<&Row<'_>> = rows.iter().collect();
    let model = Model { scale: scale.unwrap_or(Scale::IDENTITY), ..train(&rows, features, candidate) };
    Choice { model, crossed: crossed.into_iter().map(sigmoid).collect(), notes }
}

fn note(loss: f64, candidate: Candidate, straightened: bool) -> String {
    let Candidate { steps, penalty } = candidate;
    let straightened = if straightened { ", straightened" } else { "" };
    format!("log loss {loss:.4} nats: {steps} steps, ridge {penalty}{straightened}")
}

/// Log odds of each row by a model fitted on the other folds.
fn cross(rows: &[Row<'_>], features: &[Feature], folds: usize, candidate: Candidate) -> Vec<f64> {
    let models: Vec<Model> = (0..folds)
        .map(|out| {
            let others: Vec<&Row<'_>> = rows.iter().filter(|row| fold(&row.turn.group, folds) != out).collect();
            train(&others, features, candidate)
        })
        .collect();
    let odds = |row: &Row<'_>| {
        let p = models[fold(&row.turn.group, folds)].probability(&row.turn.evidence, &row.scores).unwrap_or(0.0);
        let p = p.clamp(1e-9, 1.0 - 1e-9);
        (p / (1.0 - p)).ln()
    };
    rows.iter().map(odds).collect()
}

/// The same log odds, straightened by a map fitted on the other folds.
fn cross_scale(rows: &[Row<'_>], crossed: &[f64], folds: usize) -> Vec<f64> {
    let scale = |out: usize| {
        let others = rows.iter().zip(crossed).filter(|(row, _)| fold(&row.turn.group, folds) != out);
        let (odds, hits): (Vec<f64>, Vec<bool>) = others.map(|(row, odds)| (*odds, row.right)).unzip();
        Scale::fit(&odds, &hits, SCALE_PENALTY)
    };
    let scales: Vec<Scale> = (0..folds).map(scale).collect();
    rows.iter().zip(crossed).map(|(row, odds)| scales[fold(&row.turn.group, folds)].apply(*odds)).collect()
}

fn mean_loss(rows: &[Row<'_>], odds: &[f64]) -> f64 {
    rows.iter().zip(odds).map(|(row, odds)| log_loss(*odds, row.right)).sum::<f64>() / rows.len().max(1) as f64
}

fn hits(rows: &[Row<'_>]) -> Vec<bool> {
    rows.iter().map(|row| row.right).collect()
}

fn train(rows: &[&Row<'_>], features: &[Feature], candidate: Candidate) -> Model {
    let mut terms: Vec<Term> = features.iter().enumerate().map(|(at, f)| empty_term(rows, *f, at, candidate)).collect();
    let languages: Vec<Language> = languages(rows);
    let mut columns = vec![Column::constant(rows.len())];
    columns.extend(languages.iter().skip(1).map(|language| language_column(rows, *language)));
    for (at, term) in terms.iter().enumerate() {
        columns.extend(step_columns(rows, term, at, candidate.penalty));
    }
    let hits: Vec<bool> = rows.iter().map(|row| row.right).collect();
    let mut weights = solve(&Problem { columns: &columns, hits: &hits }).into_iter();
    let offset = weights.next().unwrap_or(0.0);
    let own = languages
        .iter()
        .enumerate()
        .map(|(at, language)| (*language, if at == 0 { 0.0 } else { weights.next().unwrap_or(0.0) }));
    let languages = own.collect();
    for term in &mut terms {
        term.weights = weights.by_ref().take(term.knots.len().saturating_sub(1)).collect();
    }
    Model { offset, languages, terms, scale: Scale::IDENTITY }
}

fn languages(rows: &[&Row<'_>]) -> Vec<Language> {
    let seen = |language: &Language| rows.iter().any(|row| row.turn.evidence.language == *language);
    Language::ALL.into_iter().filter(seen).collect()
}

fn language_column(rows: &[&Row<'_>], language: Language) -> Column {
    let values = rows.iter().map(|row| f64::from(u8::from(row.turn.evidence.language == language))).collect();
    Column { values, prior: 0.0, penalty: LANGUAGE_PENALTY, signed: true }
}

fn step_columns(rows: &[&Row<'_>], term: &Term, at: usize, penalty: f64) -> Vec<Column> {
    let parts: Vec<Vec<f64>> = rows.iter().map(|row| term.parts(row.values[at]).collect()).collect();
    let column = |step: usize| Column {
        values: parts.iter().map(|parts| parts[step]).collect(),
        prior: 0.0,
        penalty,
        signed: false,
    };
    (0..term.knots.len().saturating_sub(1)).map(column).collect()
}

/// A term whose steps hold equal shares of the rows. A feature that never changes has no step.
fn empty_term(rows: &[&Row<'_>], feature: Feature, at: usize, candidate: Candidate) -> Term {
    let mut values: Vec<f64> = rows.iter().map(|row| oriented(feature, row.values[at])).collect();
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| values.get((share * values.len().saturating_sub(1) as f64).round() as usize).copied();
    let level = |step: usize| INNER.0 + (INNER.1 - INNER.0) * step as f64 / candidate.steps as f64;
    let inner = distinct((0..=candidate.steps).filter_map(|step| quantile(level(step))).collect());
    // A rare event, such as a second decode, lies outside the inner range.
    let knots =
        if inner.len() > 1 { inner } else { distinct([quantile(0.0), quantile(1.0)].into_iter().flatten().collect()) };
    let knots = if knots.len() > 1 { knots } else { Vec::new() };
    Term { feature, knots, weights: Vec::new() }
}

/// Rising knots, none closer to the one before than rounding allows.
fn distinct(mut knots: Vec<f64>) -> Vec<f64> {
    knots.dedup_by(|next, before| *next - *before < 1e-6);
    knots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calibrate::fit::part::rows;
    use crate::calibrate::synthetic::spoken_set;

    #[test]
    fn training_finds_what_matters() {
        let turns = spoken_set(5, 800);
        let turns: Vec<_> = turns.iter().collect();
        let rows = rows(&turns, Feature::SPOKEN);
        let choice = choose(&rows, Feature::SPOKEN, 5);
        assert!(choice.model.is_sound());
        let most = |feature: Feature| {
            let term = choice.model.terms.iter().find(|term| term.feature == feature).expect("fitted");
            term.weights.iter().sum::<f64>()
        };
        assert!(most(Feature::TopOdds) + most(Feature::Margin) + most(Feature::Entropy) > 0.5);
        assert_eq!(most(Feature::ReadingsAgree), 0.0, "never changes");
        let base = rows.iter().filter(|row| row.right).count() as f64 / rows.len() as f64;
        let blind = -(base * base.ln() + (1.0 - base) * (1.0 - base).ln());
        let crossed: Vec<f64> = choice.crossed.iter().map(|p| (p / (1.0 - p)).ln()).collect();
        assert!(mean_loss(&rows, &crossed) < 0.9 * blind);
    }

    #[test]
    fn a_rare_event_has_a_step() {
        let turns = spoken_set(5, 400);
        let turns: Vec<_> = turns.iter().collect();
        let mut rows = rows(&turns, &[Feature::SecondDecode]);
        rows.iter_mut().for_each(|row| row.values[0] = 0.0);
        rows[0].values[0] = 1.0;
        let rows: Vec<&Row<'_>> = rows.iter().collect();
        let term = empty_term(&rows, Feature::SecondDecode, 0, Candidate { steps: 3, penalty: 0.01 });
        assert_eq!(term.knots, [-1.0, -0.0]);
    }
}
