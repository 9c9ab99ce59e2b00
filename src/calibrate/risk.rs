//! From which confidence on an operator's risk is kept, with a stated certainty.
//!
//! # The theorem
//! For a threshold t fixed before the labels of the proof turns are seen, the errors among the n proof turns with a
//! confidence of at least t are binomial with n and the error rate R(t). So P(Bin(n, a) <= errors) is a p-value for
//! "R(t) > a", and the exact test of Clopper and Pearson. Thresholds are tested in an order fixed in advance, each at
//! the full level, and testing stops at the first that fails: fixed-sequence testing, which needs no correction for
//! the number of thresholds (Theorem 1 and Proposition 2 with "fixed sequence testing" of A. N. Angelopoulos,
//! S. Bates, E. J. Candès, M. I. Jordan, L. Lei, "Learn then Test", arXiv:2110.01052, 2021; the selective risk and its
//! exact bound as in Y. Geifman, R. El-Yaniv, "Selective classification for deep neural networks", NeurIPS 2017).
//! Order and start come from the turns the model was fitted on, never from the proof turns.
//!
//! # What it takes for granted
//! The proof turns are independent of each other (one turn of each group) and of the model, and the traffic is like
//! them: [`DriftMonitor`](super::DriftMonitor) watches that.

use serde::{Deserialize, Serialize};

use crate::error::SettingsError;
use crate::units::{Language, Probability};

use super::binomial::at_most;
use super::confidence::Confidence;
use super::evidence::{Medium, TurnEvidence};
use super::logistic::sigmoid;
use super::mode::Outcome;

/// Log odds of the strictest threshold tried: 0.9991.
const STRICTEST: f64 = 7.0;
/// Thresholds tried, in equal steps of log odds down to even odds; below those nothing is ever automated.
const THRESHOLDS: usize = 351;
/// Errors added to those seen where a rate is guessed from few turns (Krichevsky and Trofimov, 1981).
const HALF_AN_ERROR: f64 = 0.5;
/// Chances to pass this close count as equal.
const AS_GOOD: f64 = 0.01;
/// More turns than this nobody will label.
const MOST_TURNS: f64 = 1e7;

/// What an operator can bear: at most `max_error` of the automated turns wrong, with this `certainty`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct RiskTarget {
    max_error: f64,
    certainty: f64,
    scope: Scope,
}

/// For whom the promise is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Over the turns of all languages together, mixed as in the calibration.
    Together,
    /// For each language by itself; a language with too few turns is not automated.
    EachLanguage,
    /// The default: for each language by itself where its turns allow, else over all together, so that a language with
    /// few labelled turns is served as well. The uncertainty is halved between the two (Bonferroni), so that the choice
    /// between them costs no certainty.
    ///
    /// A promise over all could be kept for one language at the cost of another. So a language whose own proof turns
    /// above that threshold are wrong more often than promised is not automated.
    #[default]
    EachLanguageElseTogether,
}

impl RiskTarget {
    /// A target for the default scope: `max_error` above 0 and at most 0.5, `certainty` from 0.5 to below 1.
    ///
    /// # Errors
    /// [`SettingsError`] naming the value outside its range.
    pub fn new(max_error: f64, certainty: f64) -> Result<Self, SettingsError> {
        if !(max_error > 0.0 && max_error <= 0.5) {
            return Err(SettingsError::new("max_error", max_error, "above 0, at most 0.5"));
        }
        if !(0.5..1.0).contains(&certainty) {
            return Err(SettingsError::new("certainty", certainty, "0.5 to below 1"));
        }
        Ok(Self { max_error, certainty, scope: Scope::default() })
    }

    /// The same for another scope.
    #[must_use]
    pub const fn over(self, scope: Scope) -> Self {
        Self { scope, ..self }
    }

    /// The largest share of automated turns that may be wrong.
    #[must_use]
    pub const fn max_error(&self) -> f64 {
        self.max_error
    }

    /// The probability that the promise holds.
    #[must_use]
    pub const fn certainty(&self) -> f64 {
        self.certainty
    }

    /// For whom it is made.
    #[must_use]
    pub const fn scope(&self) -> Scope {
        self.scope
    }
}

impl Default for RiskTarget {
    /// At most 2 % with 95 % certainty, for each language by itself where its turns allow.
    fn default() -> Self {
        Self { max_error: 0.02, certainty: 0.95, scope: Scope::default() }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    max_error: Probability,
    certainty: Probability,
    #[serde(default)]
    scope: Scope,
}

impl TryFrom<Fields> for RiskTarget {
    type Error = SettingsError;

    fn try_from(fields: Fields) -> Result<Self, SettingsError> {
        Ok(Self::new(fields.max_error.value(), fields.certainty.value())?.over(fields.scope))
    }
}

impl From<RiskTarget> for Fields {
    fn from(target: RiskTarget) -> Self {
        Self {
            max_error: Probability::clamped(target.max_error),
            certainty: Probability::clamped(target.certainty),
            scope: target.scope,
        }
    }
}

/// What a calibration can promise for a target.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RiskControl {
    /// What was asked for.
    pub target: RiskTarget,
    /// Of spoken turns, for each language.
    pub spoken: Vec<(Language, Cover)>,
    /// Of typed turns, for each language.
    pub typed: Vec<(Language, Cover)>,
}

/// What is promised for the turns of one language.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "cover")]
pub enum Cover {
    /// The target is kept from this confidence on.
    Promised {
        /// The threshold.
        from: Confidence,
        /// Over whose turns.
        over: Over,
        /// Proof turns at or above the threshold.
        turns: usize,
        /// Those of them whose first intent is wrong.
        errors: usize,
    },
    /// No threshold keeps it; nothing is automated.
    Nothing {
        /// How many more labelled turns like these it would take, if the error rate stays as it is; `None` where the
        /// error rate itself is too high at every threshold.
        more_turns: Option<usize>,
    },
}

/// Over whose turns a promise is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Those of this language.
    ThisLanguage,
    /// Those of all languages together.
    AllLanguages,
}

impl RiskControl {
    /// A control that automates nothing: where there is no calibration.
    #[must_use]
    pub const fn nothing(target: RiskTarget) -> Self {
        Self { target, spoken: Vec::new(), typed: Vec::new() }
    }

    /// What is promised for turns received like this one.
    #[must_use]
    pub fn cover(&self, evidence: &TurnEvidence) -> Cover {
        let covers = match evidence.medium {
            Medium::Spoken { .. } => &self.spoken,
            Medium::Typed => &self.typed,
        };
        let own = covers.iter().find(|(language, _)| *language == evidence.language);
        own.map_or(Cover::Nothing { more_turns: None }, |(_, cover)| *cover)
    }
}

impl Cover {
    /// From which confidence on may be automated; `None` where nothing may.
    #[must_use]
    pub const fn from(&self) -> Option<Confidence> {
        match self {
            Self::Promised { from, .. } => Some(*from),
            Self::Nothing { .. } => None,
        }
    }
}

/// The turns a promise is made with: those the model was fitted on give the order of the tests, the others the proof.
#[derive(Debug, Clone, Copy)]
pub(super) struct Turns<'a> {
    pub(super) plan: &'a [Outcome],
    pub(super) proof: &'a [Outcome],
}

/// What is promised for each of `languages`.
pub(super) fn covers(turns: Turns<'_>, languages: &[Language], target: &RiskTarget) -> Vec<(Language, Cover)> {
    let uncertainty = 1.0 - target.certainty;
    let together = |level| cover(turns, None, target.max_error, level);
    let own = |language, level| cover(turns, Some(language), target.max_error, level);
    let one = |language| match target.scope {
        Scope::Together => together(uncertainty),
        Scope::EachLanguage => own(language, uncertainty),
        Scope::EachLanguageElseTogether => match own(language, uncertainty / 2.0) {
            promised @ Cover::Promised { .. } => promised,
            nothing => {
                bearable(together(uncertainty / 2.0), turns.proof, language, target.max_error).unwrap_or(nothing)
            }
        },
    };
    languages.iter().map(|language| (*language, one(*language))).collect()
}

/// A promise over all languages, unless this one's own proof turns speak against it.
fn bearable(together: Cover, proof: &[Outcome], language: Language, max_error: f64) -> Option<Cover> {
    let from = together.from()?.value();
    let above: Vec<_> = proof.iter().filter(|turn| turn.language == language && turn.confidence >= from).collect();
    let wrong = above.iter().filter(|turn| !turn.right).count();
    (wrong as f64 <= max_error * above.len() as f64).then_some(together)
}

fn cover(turns: Turns<'_>, language: Option<Language>, max_error: f64, level: f64) -> Cover {
    let plan = counts(turns.plan, language);
    let proof = counts(turns.proof, language);
    let over = if language.is_some() { Over::ThisLanguage } else { Over::AllLanguages };
    match lowest_kept(start(&plan, &proof, max_error, level), &proof, max_error, level) {
        Some(at) => {
            let Count { turns, errors } = proof[at];
            Cover::Promised { from: Confidence::new(threshold(at)), over, turns, errors }
        }
        None => Cover::Nothing { more_turns: more_turns(&proof, max_error, level) },
    }
}

/// Turns at or above a threshold, and those of them that are wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Count {
    turns: usize,
    errors: usize,
}

/// For every threshold, strictest first.
fn counts(outcomes: &[Outcome], language: Option<Language>) -> Vec<Count> {
    let own: Vec<_> =
        outcomes.iter().filter(|outcome| language.is_none_or(|language| outcome.language == language)).collect();
    (0..THRESHOLDS)
        .map(|at| {
            let above = own.iter().filter(|outcome| outcome.confidence >= threshold(at));
            above.fold(Count { turns: 0, errors: 0 }, |count, outcome| Count {
                turns: count.turns + 1,
                errors: count.errors + usize::from(!outcome.right),
            })
        })
        .collect()
}

fn threshold(at: usize) -> f64 {
    sigmoid(STRICTEST * (1.0 - at as f64 / (THRESHOLDS - 1) as f64))
}

/// Where the sequence of tests begins: where the plan turns, blown up to the number of proof turns, give the test the
/// best chance to pass; the strictest of those that are about as good. Of the proof turns only their number is used.
fn start(plan: &[Count], proof: &[Count], max_error: f64, level: f64) -> usize {
    let all = |counts: &[Count]| counts.last().map_or(0, |count| count.turns) as f64;
    let growth = all(proof) / all(plan).max(1.0);
    let chances: Vec<f64> = plan.iter().map(|count| chance_to_pass(count, growth, max_error, level)).collect();
    let best = chances.iter().copied().fold(0.0, f64::max);
    chances.iter().position(|chance| *chance >= best - AS_GOOD).unwrap_or(0)
}

/// Probability that so many turns at this error rate have few enough errors.
fn chance_to_pass(count: &Count, growth: f64, max_error: f64, level: f64) -> f64 {
    let turns = (count.turns as f64 * growth).round();
    let rate = (count.errors as f64 + HALF_AN_ERROR) / (count.turns as f64 + 1.0);
    most_errors(turns, max_error, level).map_or(0.0, |errors| at_most(errors, turns, rate))
}

/// The most errors with which so many turns prove `max_error`; `None` where not even none would.
fn most_errors(turns: f64, max_error: f64, level: f64) -> Option<f64> {
    let proves = |errors: &usize| at_most(*errors as f64, turns, max_error) <= level;
    (0..turns as usize).take_while(proves).last().map(|errors| errors as f64)
}

/// The last threshold of the sequence before the first that cannot be promised.
fn lowest_kept(start: usize, proof: &[Count], max_error: f64, level: f64) -> Option<usize> {
    let kept = |at: &usize| {
        let Count { turns, errors } = proof[*at];
        at_most(errors as f64, turns as f64, max_error) <= level
    };
    (start..proof.len()).take_while(kept).last()
}

/// How many more turns it would take at the best threshold, if shares and error rates stay as they are.
fn more_turns(proof: &[Count], max_error: f64, level: f64) -> Option<usize> {
    let seen = proof.last()?.turns as f64;
    let needed = proof.iter().filter(|count| count.turns > 0).filter_map(|count| {
        let turns = count.turns as f64;
        let rate = (count.errors as f64 + HALF_AN_ERROR) / (turns + 1.0);
        Some(turns_needed(rate, max_error, level)? / turns * seen)
    });
    let least = needed.fold(f64::INFINITY, f64::min);
    (least <= MOST_TURNS).then(|| (least - seen).ceil().max(1.0) as usize)
}

/// Turns from which on an error rate of `rate` proves at most `max_error`; `None` where it never does.
fn turns_needed(rate: f64, max_error: f64, level: f64) -> Option<f64> {
    if rate >= max_error {
        return None;
    }
    let proves = |turns: f64| at_most(rate * turns, turns, max_error) <= level;
    let (mut low, mut high) = (1.0, 2.0);
    while !proves(high) && high < MOST_TURNS {
        (low, high) = (high, high * 2.0);
    }
    while high - low > 1.0 {
        let middle = f64::midpoint(low, high);
        if proves(middle) { high = middle } else { low = middle }
    }
    Some(high)
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{World, rng};
    use super::*;

    const BOTH: [Language; 2] = Language::ALL;

    fn outcomes(language: Language, right: usize, wrong: usize) -> Vec<Outcome> {
        let one = |right| Outcome { language, confidence: 0.97, right };
        std::iter::repeat_n(one(true), right).chain(std::iter::repeat_n(one(false), wrong)).collect()
    }

    fn promise(proof: &[Outcome], target: &RiskTarget) -> Vec<(Language, Cover)> {
        covers(Turns { plan: proof, proof }, &BOTH, target)
    }

    #[test]
    fn exactly_as_many_turns_as_the_binomial_says() {
        let target = RiskTarget::default().over(Scope::Together);
        let enough = promise(&outcomes(Language::Zh, 149, 0), &target);
        assert!(matches!(enough[0].1, Cover::Promised { turns: 149, errors: 0, over: Over::AllLanguages, .. }));
        let few = promise(&outcomes(Language::Zh, 148, 0), &target);
        assert!(matches!(few[0].1, Cover::Nothing { more_turns: Some(_) }), "{few:?}");
    }

    #[test]
    fn more_turns_are_enough_turns() {
        let seen = 100;
        let few = promise(&outcomes(Language::Zh, seen, 0), &RiskTarget::default());
        let Cover::Nothing { more_turns: Some(more) } = few[0].1 else { panic!("{few:?}") };
        let enough = promise(&outcomes(Language::Zh, seen + more, 1), &RiskTarget::default());
        assert!(enough[0].1.from().is_some(), "{more} more");
    }

    #[test]
    fn a_rate_too_high_is_never_enough() {
        let wrong = promise(&outcomes(Language::Zh, 950, 50), &RiskTarget::default());
        assert_eq!(wrong[0].1, Cover::Nothing { more_turns: None });
    }

    #[test]
    fn the_most_errors_are_those_of_the_test() {
        assert_eq!(most_errors(148.0, 0.02, 0.05), None);
        assert_eq!(most_errors(149.0, 0.02, 0.05), Some(0.0));
        assert_eq!(most_errors(235.0, 0.02, 0.05), Some(0.0));
        assert_eq!(most_errors(236.0, 0.02, 0.05), Some(1.0));
    }

    #[test]
    fn no_turns_promise_nothing() {
        assert_eq!(promise(&[], &RiskTarget::default())[1].1, Cover::Nothing { more_turns: None });
    }

    #[test]
    fn each_language_needs_its_own_turns() {
        let turns = [outcomes(Language::Zh, 300, 0), outcomes(Language::En, 60, 0)].concat();
        let own = promise(&turns, &RiskTarget::default().over(Scope::EachLanguage));
        assert!(matches!(own[0].1, Cover::Promised { over: Over::ThisLanguage, turns: 300, .. }));
        assert!(own[1].1.from().is_none());
        let either = promise(&turns, &RiskTarget::default().over(Scope::EachLanguageElseTogether));
        assert!(matches!(either[1].1, Cover::Promised { over: Over::AllLanguages, turns: 360, .. }));
    }

    #[test]
    fn no_language_pays_for_a_promise_over_all() {
        let with = |wrong| [outcomes(Language::Zh, 900, 0), outcomes(Language::En, 100 - wrong, wrong)].concat();
        let promised = |wrong| promise(&with(wrong), &RiskTarget::default())[1].1;
        assert!(matches!(promised(2), Cover::Promised { over: Over::AllLanguages, errors: 2, .. }));
        assert!(matches!(promise(&with(3), &RiskTarget::default().over(Scope::Together))[1].1, Cover::Promised { .. }));
        assert!(promised(3).from().is_none(), "3 of its own 100 are wrong");
    }

    #[test]
    fn a_stricter_target_never_lowers_the_threshold() {
        let world = World { slope: 1.0, offset: 0.5 };
        let (plan, proof) = (world.outcomes(&mut rng(1), 2000), world.outcomes(&mut rng(2), 2000));
        let turns = Turns { plan: &plan, proof: &proof };
        let from = |max_error: f64| {
            let target = RiskTarget::new(max_error, 0.95).expect("in range");
            covers(turns, &BOTH, &target)[0].1.from().map_or(1.0, Confidence::value)
        };
        assert!(from(0.05) < 1.0);
        assert!(from(0.02) >= from(0.05) && from(0.05) >= from(0.10));
    }

    /// The promise itself: over 200 draws of turns with a known error rate it is broken in at most 5 in 100 of them.
    /// By chance alone more than 20 of 200 would be seen once in a thousand runs; the seeds are fixed.
    #[test]
    fn the_promise_is_kept_on_turns_of_known_error() {
        let world = World { slope: 1.0, offset: 0.0 };
        let target = RiskTarget::new(0.05, 0.95).expect("in range").over(Scope::Together);
        let mut broken = 0;
        let mut promised = 0;
        for seed in 0..200 {
            let (plan, proof) = (world.outcomes(&mut rng(1000 + seed), 300), world.outcomes(&mut rng(seed), 600));
            if let Some(from) = covers(Turns { plan: &plan, proof: &proof }, &BOTH, &target)[0].1.from() {
                promised += 1;
                broken += usize::from(world.error_above(from.value()) > 0.05);
            }
        }
        assert!(promised > 150, "a test in which nothing is promised shows nothing: {promised}");
        assert!(broken <= 20, "{broken} of {promised} promises broken");
    }

    #[test]
    fn targets_outside_their_range_are_refused() {
        for (max_error, certainty) in [(0.0, 0.95), (0.6, 0.95), (f64::NAN, 0.95), (0.02, 1.0), (0.02, f64::NAN)] {
            assert!(RiskTarget::new(max_error, certainty).is_err());
        }
        let text = RiskTarget::new(0.0, 0.9).expect_err("0 is refused").to_string();
        assert_eq!(text, "max_error 0 is outside above 0, at most 0.5");
        let read: RiskTarget = toml::from_str("max_error = 0.02\ncertainty = 0.95").expect("as documented");
        assert_eq!(read, RiskTarget::default());
        assert!(toml::from_str::<RiskTarget>("max_error = 0.9\ncertainty = 0.95").is_err());
    }

    #[test]
    fn a_target_goes_through_a_file_with_its_scope() {
        for scope in [Scope::Together, Scope::EachLanguage, Scope::EachLanguageElseTogether] {
            let target = RiskTarget::new(0.1, 0.9).expect("in range").over(scope);
            let read: RiskTarget =
                toml::from_str(&toml::to_string(&target).expect("plain data")).expect("its own file");
            assert_eq!((read.max_error(), read.certainty(), read.scope()), (0.1, 0.9, scope));
        }
    }

    #[test]
    fn what_is_promised_for_typed_turns_is_not_promised_for_spoken_ones() {
        let cover = promise(&outcomes(Language::Zh, 300, 0), &RiskTarget::default())[0];
        let control = RiskControl { typed: vec![cover], ..RiskControl::nothing(RiskTarget::default()) };
        assert!(control.cover(&TurnEvidence::typed(Language::Zh)).from().is_some());
        let nothing = Cover::Nothing { more_turns: None };
        assert_eq!(control.cover(&TurnEvidence::typed(Language::En)), nothing);
        assert_eq!(control.cover(&super::super::synthetic::spoken_turn(30.0)), nothing);
    }
}
