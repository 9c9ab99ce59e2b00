use super::{Kinship, Novelty, Ranked, Scores};
use crate::error::EngineError;
use crate::units::{IntentId, Probability};

/// What a classifier makes of one reading of a turn.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    /// One for each intent; they sum to 1.
    pub(crate) shares: Vec<f64>,
    pub(crate) novelty: Novelty,
    /// Empty where the classifier has no examples.
    pub(crate) kinship: Kinship,
    /// Unit length or empty.
    pub(crate) embedding: Vec<f32>,
}

/// Averages the readings of a turn, best first.
///
/// The second reading weighs half of the first, the third half of the second: the best one always has more say than
/// all others together. Probabilities, novelty and nearness to examples are averaged; the direction is the best
/// reading's. Agreement is the weight of the readings whose own first intent is the first of the average.
///
/// # Errors
/// [`EngineError::Output`] for no reading at all, a wrong number of shares, or one that is not finite.
pub(crate) fn combine(intents: &[IntentId], readings: &[Reading]) -> Result<Scores, EngineError> {
    check(intents, readings)?;
    let weights = weights(readings.len());
    let share =
        |class: usize| readings.iter().zip(&weights).map(|(reading, weight)| weight * reading.shares[class]).sum();
    let shares: Vec<f64> = (0..intents.len()).map(share).collect();
    let order = ranked(&shares);
    let agrees = |reading: &&Reading| ranked(&reading.shares)[0] == order[0];
    let agreeing = readings.iter().zip(&weights).filter(|(reading, _)| agrees(reading));
    Ok(Scores {
        agreement: agreeing.map(|(_, weight)| *weight as f32).sum::<f32>().min(1.0),
        ranking: order.iter().map(|&class| ranked_intent(&intents[class], shares[class])).collect(),
        novelty: novelty(readings, &weights, order[0]),
        embedding: readings[0].embedding.clone(),
    })
}

fn check(intents: &[IntentId], readings: &[Reading]) -> Result<(), EngineError> {
    let refuse =
        |found: String, expected: String| Err(EngineError::Output { what: "classifier".into(), found, expected });
    if readings.is_empty() {
        return refuse("no reading".into(), "at least one".into());
    }
    for reading in readings {
        let novelty = reading.novelty;
        let novelty_is_finite =
            [novelty.score, novelty.energy, novelty.distance, novelty.neighbour].map(f32::is_finite);
        let is_finite = reading.shares.iter().all(|share| share.is_finite()) && novelty_is_finite == [true; 4];
        if reading.shares.len() != intents.len() || intents.is_empty() || !is_finite {
            return refuse(
                format!("{} shares, finite: {is_finite}", reading.shares.len()),
                format!("{}", intents.len()),
            );
        }
    }
    Ok(())
}

/// 1, 1/2, 1/4, ... scaled to sum to 1.
fn weights(n: usize) -> Vec<f64> {
    let halves: Vec<f64> = (0..n).map(|at| 0.5_f64.powi(at as i32)).collect();
    let sum: f64 = halves.iter().sum();
    halves.into_iter().map(|half| half / sum).collect()
}

/// Classes by share, largest first; ties in the order of the labels.
fn ranked(shares: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..shares.len()).collect();
    order.sort_by(|&a, &b| shares[b].total_cmp(&shares[a]));
    order
}

fn ranked_intent(intent: &IntentId, share: f64) -> Ranked {
    Ranked { intent: intent.clone(), probability: Probability::clamped(share) }
}

fn novelty(readings: &[Reading], weights: &[f64], first: usize) -> Novelty {
    let mean = |of: fn(&Novelty) -> f32| {
        readings.iter().zip(weights).map(|(reading, weight)| *weight as f32 * of(&reading.novelty)).sum()
    };
    let (rival, outside) = kinship(readings, weights).against(first);
    Novelty {
        score: mean(|novelty| novelty.score),
        energy: mean(|novelty| novelty.energy),
        distance: mean(|novelty| novelty.distance),
        neighbour: mean(|novelty| novelty.neighbour),
        rival,
        outside,
    }
}

fn kinship(readings: &[Reading], weights: &[f64]) -> Kinship {
    let width = readings.iter().map(|reading| reading.kinship.classes.len()).min().unwrap_or(0);
    let mean = |class: usize| {
        readings.iter().zip(weights).map(|(reading, weight)| *weight as f32 * reading.kinship.classes[class]).sum()
    };
    Kinship { classes: (0..width).map(mean).collect(), ..Kinship::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intents() -> Vec<IntentId> {
        ["a", "b", "c"].map(IntentId::new).to_vec()
    }

    fn reading(shares: [f64; 3], score: f32) -> Reading {
        let novelty = Novelty { score, ..Novelty::default() };
        Reading { shares: shares.to_vec(), novelty, kinship: Kinship::default(), embedding: vec![score] }
    }

    fn names(scores: &Scores) -> Vec<&str> {
        scores.ranking.iter().map(|ranked| ranked.intent.as_str()).collect()
    }

    #[test]
    fn one_reading_is_ranked_with_ties_by_label() {
        let scores = combine(&intents(), &[reading([0.2, 0.4, 0.4], 1.0)]).expect("sound");
        assert_eq!(names(&scores), ["b", "c", "a"]);
        assert_eq!(scores.agreement, 1.0);
    }

    #[test]
    fn the_best_reading_outweighs_the_others() {
        let turn = [reading([1.0, 0.0, 0.0], 0.0), reading([0.0, 1.0, 0.0], 3.5), reading([0.0, 1.0, 0.0], 3.5)];
        let scores = combine(&intents(), &turn).expect("sound");
        assert_eq!(names(&scores), ["a", "b", "c"]);
        assert!((scores.ranking[0].probability.value() - 4.0 / 7.0).abs() < 1e-12);
        assert!((scores.agreement - 4.0 / 7.0).abs() < 1e-6);
        assert!((scores.novelty.score - 1.5).abs() < 1e-6);
        assert_eq!(scores.embedding, [0.0]);
    }

    #[test]
    fn the_first_of_the_average_is_held_against_the_others() {
        let near = |shares, classes: [f32; 4]| {
            let kinship = Kinship { classes: classes.to_vec(), ..Kinship::default() };
            Reading { kinship, ..reading(shares, 0.0) }
        };
        let turn = [near([0.4, 0.6, 0.0], [0.9, 0.6, 0.0, 0.0]), near([1.0, 0.0, 0.0], [0.6, 0.9, 0.0, 0.3])];
        let scores = combine(&intents(), &turn).expect("sound");
        assert_eq!(names(&scores)[0], "a");
        assert!((scores.novelty.rival + 0.1).abs() < 1e-6, "0.7 of b - 0.8 of a: {}", scores.novelty.rival);
        assert!((scores.novelty.outside + 0.7).abs() < 1e-6, "0.1 - 0.8: {}", scores.novelty.outside);
    }

    #[test]
    fn what_is_not_a_number_is_an_error() {
        assert!(combine(&intents(), &[]).is_err());
        assert!(combine(&intents(), &[reading([f64::NAN, 0.0, 0.0], 0.0)]).is_err());
        assert!(combine(&intents(), &[reading([1.0, 0.0, 0.0], f32::INFINITY)]).is_err());
        assert!(combine(&intents()[..2], &[reading([1.0, 0.0, 0.0], 0.0)]).is_err());
    }
}
