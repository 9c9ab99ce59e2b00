use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use super::fit::outcomes;
use super::labelled::LabelledTurn;
use super::mode::Outcome;
use super::risk::{Cover, RiskTarget, Turns, covers};
use crate::units::Language;

/// Whether promises are kept when they are made again and again on other turns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Rehearsal {
    /// What was promised.
    pub target: RiskTarget,
    /// Turns that were split.
    pub turns: usize,
    /// Random splits into halves: one proves the threshold, on the other the errors are counted. A count is not the
    /// true rate, and the halves of one set pull apart: where one is luckier than the whole, the other is less lucky.
    /// A promise that holds may look broken here.
    pub splits: Tally,
    /// Random draws of half as many turns, with replacement: they prove the threshold, and the error rate over all
    /// turns, which for such draws is the true one, says whether the promise is kept.
    pub draws: Tally,
}

/// How many promises were made and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// Times tried.
    pub tried: usize,
    /// Times a threshold could be promised and a turn was above it.
    pub promised: usize,
    /// Times of those that the error rate was at most the one promised.
    pub kept: usize,
    /// Errors, over all times.
    pub errors: usize,
    /// Turns that would have been automated, over all times.
    pub automated: usize,
}

impl Calibration {
    /// Makes the promise for spoken turns `times` over again on its proof turns and `fresh` ones, one of each group;
    /// none of them fitted the model. The same seed gives the same result.
    #[must_use]
    pub fn rehearse(&self, fresh: &[LabelledTurn], target: RiskTarget, times: usize, seed: u64) -> Rehearsal {
        let mut rehearsal = Rehearsal { target, turns: 0, splits: Tally::default(), draws: Tally::default() };
        let Some(mode) = &self.spoken else { return rehearsal };
        let mut pool: Vec<Outcome> = mode.proof.iter().copied().chain(outcomes(&mode.model, fresh)).collect();
        rehearsal.turns = pool.len();
        let promise = |proof: &[Outcome]| covers(Turns { plan: &mode.plan, proof }, &mode.languages(), &target);
        let mut rng = fastrand::Rng::with_seed(seed);
        for _ in 0..times {
            let drawn: Vec<Outcome> = (0..pool.len() / 2).map(|_| pool[rng.usize(..pool.len())]).collect();
            rehearsal.draws.add(&promise(&drawn), &pool, target);
            rng.shuffle(&mut pool);
            let (proof, others) = pool.split_at(pool.len() / 2);
            rehearsal.splits.add(&promise(proof), others, target);
        }
        rehearsal
    }
}

impl Tally {
    fn add(&mut self, covers: &[(Language, Cover)], turns: &[Outcome], target: RiskTarget) {
        let from = |language: Language| covers.iter().find(|(own, _)| *own == language)?.1.from();
        let is_acted = |turn: &&Outcome| from(turn.language).is_some_and(|from| turn.confidence >= from.value());
        let acted: Vec<&Outcome> = turns.iter().filter(is_acted).collect();
        let errors = acted.iter().filter(|turn| !turn.right).count();
        let promised = !acted.is_empty();
        self.tried += 1;
        self.promised += usize::from(promised);
        self.kept += usize::from(promised && errors as f64 <= target.max_error() * acted.len() as f64);
        self.errors += errors;
        self.automated += acted.len();
    }
}

#[cfg(test)]
mod tests {
    use super::super::synthetic::{fitted, spoken_set};
    use super::*;

    #[test]
    fn promises_are_kept_as_often_as_promised() {
        let calibration = fitted();
        let target = RiskTarget::new(0.1, 0.95).expect("in range");
        let found = calibration.rehearse(&spoken_set(77, 1500), target, 60, 1);
        assert_eq!(found.turns, calibration.spoken.as_ref().map_or(0, |mode| mode.proof.len()) + 1500);
        assert!(found.draws.promised >= 55, "{found:?}");
        // 95 in 100 are promised; fewer than 52 of 60 would be seen once in 300 runs.
        assert!(found.draws.kept + 8 >= found.draws.promised, "{found:?}");
        assert!(found.splits.errors as f64 <= 0.1 * found.splits.automated as f64, "{found:?}");
        assert!(found == calibration.rehearse(&spoken_set(77, 1500), target, 60, 1), "the same seed");
    }
}
