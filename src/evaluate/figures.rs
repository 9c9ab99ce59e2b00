use serde::{Deserialize, Serialize};

use super::error_rate::Rate;
use super::latency::Latency;
use super::reliability::{Reliability, brier};
use super::selective::Selective;
use super::turn::{JudgedTurn, Outcome};

/// Every figure of a set of turns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Turns, of any kind.
    pub turns: usize,
    /// First intent right, of the turns that have a right one.
    pub accuracy: Rate,
    /// The machine acted, of the turns in scope that ask for no person.
    pub automated: Rate,
    /// The machine acted on a wrong intent, of those it acted on; exact interval.
    pub automated_errors: Rate,
    /// The caller was asked back, of all turns.
    pub asked: Rate,
    /// Given a person, of the requests for one.
    pub requests_handed_over: Rate,
    /// Taken for a request for a person, of the requests for one.
    pub requests_recognised: Rate,
    /// Taken for a request for a person, of all other turns.
    pub taken_for_request: Rate,
    /// Not acted on, of the turns out of scope.
    pub out_of_scope_refused: Rate,
    /// The set of likely intents contains the right one, of the turns in scope with a confidence.
    pub likely_holds_truth: Rate,
    /// Mean number of likely intents of turns with a confidence; `None` of nothing.
    pub likely_size: Option<f64>,
    /// Of the turns with a confidence: whether it means what it says.
    pub reliability: Reliability,
    /// Brier score of the confidence; `None` of nothing.
    pub brier: Option<f64>,
    /// Of the turns with a confidence: what acting on the surest gives.
    pub selective: Selective,
    /// From the first sample to the decision; `None` of nothing.
    pub latency: Option<Latency>,
}

impl Figures {
    /// Counts.
    #[must_use]
    pub fn of(turns: &[&JudgedTurn]) -> Self {
        let all = || turns.iter().copied();
        let acted = |turn: &JudgedTurn| turn.outcome == Outcome::Automated;
        let requests = || all().filter(|turn| turn.is_request());
        let said: Vec<(&str, f64, bool)> = all().filter_map(said).collect();
        let pairs: Vec<(f64, bool)> = said.iter().map(|(_, confidence, right)| (*confidence, *right)).collect();
        let with_confidence = || all().filter(|turn| turn.confidence.is_some());
        Self {
            turns: turns.len(),
            accuracy: Rate::of(all().filter(|turn| turn.is_in_scope()).map(JudgedTurn::is_right)),
            automated: Rate::of(all().filter(|turn| turn.is_in_scope() && !turn.is_request()).map(acted)),
            automated_errors: Rate::exact(all().filter(|turn| acted(turn)).map(JudgedTurn::is_error)),
            asked: Rate::of(all().map(|turn| turn.outcome == Outcome::Asked)),
            requests_handed_over: Rate::of(requests().map(|turn| turn.outcome == Outcome::Person)),
            requests_recognised: Rate::of(requests().map(JudgedTurn::is_taken_for_request)),
            taken_for_request: Rate::of(all().filter(|turn| !turn.is_request()).map(JudgedTurn::is_taken_for_request)),
            out_of_scope_refused: Rate::of(all().filter(|turn| !turn.is_in_scope()).map(|turn| !acted(turn))),
            likely_holds_truth: Rate::of(
                with_confidence().filter(|turn| turn.is_in_scope()).map(|turn| turn.likely_holds_truth),
            ),
            likely_size: mean(with_confidence().map(|turn| turn.likely as f64)),
            reliability: Reliability::of(&said),
            brier: brier(&pairs),
            selective: Selective::of(&pairs),
            latency: Latency::of(all().map(|turn| turn.total_ms).collect()),
        }
    }
}

fn said(turn: &JudgedTurn) -> Option<(&str, f64, bool)> {
    Some((turn.group.as_str(), turn.confidence?, turn.is_right()))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, n) = values.fold((0.0, 0_usize), |(sum, n), value| (sum + value, n + 1));
    (n > 0).then(|| sum / n as f64)
}

#[cfg(test)]
mod tests {
    use super::super::turn::judged;
    use super::*;
    use crate::policy::Reason;

    #[test]
    fn every_rate_has_its_own_turns() {
        let request = JudgedTurn { reason: Reason::AskedForHuman, ..judged("human_agent", Some("human_agent"), 0.7) };
        let turns = [
            judged("a", Some("a"), 0.9),
            judged("a", Some("b"), 0.95),
            judged("b", Some("b"), 0.3),
            judged("out_of_scope", Some("b"), 0.2),
            judged("out_of_scope", None, 0.0),
            request,
        ];
        let figures = Figures::of(&turns.iter().collect::<Vec<_>>());
        let counts = |rate: Rate| (rate.hits, rate.n);
        assert_eq!(counts(figures.accuracy), (3, 4));
        assert_eq!(counts(figures.automated), (2, 3));
        assert_eq!(counts(figures.automated_errors), (1, 2));
        assert_eq!(counts(figures.requests_handed_over), (1, 1));
        assert_eq!(counts(figures.taken_for_request), (0, 5));
        assert_eq!(counts(figures.out_of_scope_refused), (2, 2));
        assert_eq!(figures.reliability.bins.iter().map(|bin| bin.turns).sum::<usize>(), 5);
        assert_eq!(figures.latency.map(|latency| latency.p95_ms), Some(100.0));
    }
}
