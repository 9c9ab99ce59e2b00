use jiff::Timestamp;
use serde::Serialize;

use crate::calibrate::clopper_pearson;
use crate::call::Call;

use super::Proof;
use super::rules::{ABANDONED, ANSWERS, AnswerRule, FIRST_ASK, PROMISES};

/// The figures of many calls.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Calls looked at.
    pub calls: usize,
    /// Calls in which a person was asked for or offered.
    pub owed_a_person: usize,
    /// Mean requests in a call up to the hand-off, over the calls with a request; `None` where nobody asked.
    pub mean_requests_before_hand_off: Option<f64>,
    /// The most requests any caller needed.
    pub most_requests_before_hand_off: u32,
    /// Each share with the rule it answers to.
    pub figures: Vec<Figure>,
    /// What each call proves, in the order given.
    pub proofs: Vec<Proof>,
}

/// One share with its 95 % interval and the rule it answers to.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    /// What is counted.
    pub name: &'static str,
    /// Cases that count.
    pub count: u32,
    /// Cases looked at.
    pub of: u32,
    /// Their share, `0.0..=1.0`; `None` where there is no case.
    pub share: Option<f64>,
    /// Lower end of the exact binomial interval.
    pub low: Option<f64>,
    /// Upper end of the exact binomial interval.
    pub high: Option<f64>,
    /// What the rule asks for.
    pub target: f64,
    /// Whether the share meets it; `None` where there is no case.
    pub met: Option<bool>,
    /// The rule and where it is written.
    pub rule: &'static str,
}

impl Report {
    /// The figures of `calls` at `now`.
    #[must_use]
    pub fn of(calls: &[Call], now: Timestamp) -> Self {
        let proofs: Vec<Proof> = calls.iter().map(|call| Proof::of(call, now)).collect();
        let owed: Vec<&Proof> = proofs.iter().filter(|proof| proof.owed_since().is_some()).collect();
        let asked: Vec<u32> = proofs
            .iter()
            .filter(|proof| proof.first_request.is_some())
            .map(|proof| proof.requests_before_hand_off)
            .collect();
        Self {
            calls: calls.len(),
            owed_a_person: owed.len(),
            mean_requests_before_hand_off: mean(&asked),
            most_requests_before_hand_off: asked.iter().copied().max().unwrap_or(0),
            figures: figures(&owed, &asked),
            proofs,
        }
    }

    /// The figures as CSV with a header, one line each. The calls' proofs are in the JSON (serde) only.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for figure in &self.figures {
            writer.serialize(figure).expect("a figure is flat and memory takes every byte");
        }
        let bytes = writer.into_inner().expect("memory takes every byte");
        String::from_utf8(bytes).expect("names and numbers are text")
    }
}

fn figures(owed: &[&Proof], asked: &[u32]) -> Vec<Figure> {
    let answers = ANSWERS.iter().map(|rule| answered_within(rule, owed));
    answers.chain([first_ask(asked), abandoned(owed), promises(owed)]).collect()
}

fn answered_within(rule: &AnswerRule, owed: &[&Proof]) -> Figure {
    let in_time = owed.iter().filter(|proof| proof.waited_seconds().is_some_and(|wait| wait <= rule.seconds));
    at_least(rule.name, in_time.count(), owed.len(), (rule.at_least, rule.rule))
}

fn first_ask(asked: &[u32]) -> Figure {
    let enough = asked.iter().filter(|requests| **requests <= 1).count();
    at_least("handed_over_at_first_request", enough, asked.len(), FIRST_ASK)
}

fn abandoned(owed: &[&Proof]) -> Figure {
    let left = owed.iter().filter(|proof| proof.abandoned).count();
    let (target, rule) = ABANDONED;
    let figure = at_least("abandoned", left, owed.len(), ABANDONED);
    Figure { met: figure.share.map(|share| share <= target), target, rule, ..figure }
}

fn promises(owed: &[&Proof]) -> Figure {
    let due = owed.iter().map(|proof| proof.promises_due as usize).sum();
    let kept = owed.iter().map(|proof| proof.promises_kept as usize).sum();
    at_least("promises_kept", kept, due, PROMISES)
}

fn at_least(name: &'static str, count: usize, of: usize, (target, rule): (f64, &'static str)) -> Figure {
    let share = (of > 0).then(|| count as f64 / of as f64);
    let (low, high) = share.map(|_| clopper_pearson(count, of, 0.95)).map(|ends| (ends.low, ends.high)).unzip();
    let met = share.map(|share| share >= target);
    Figure { name, count: saturated(count), of: saturated(of), share, low, high, target, met, rule }
}

fn saturated(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn mean(numbers: &[u32]) -> Option<f64> {
    let sum: f64 = numbers.iter().copied().map(f64::from).sum();
    (!numbers.is_empty()).then(|| sum / numbers.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::call::{CallId, Event};
    use crate::desk::{Desk, QueueId};
    use crate::policy::{Authority, Domain, Policy};
    use crate::promises::{Promise, PromiseId};

    fn moment(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a moment in range")
    }

    /// A caller who presses 0 at second 10 and is answered after `wait` seconds, or hangs up.
    fn call(id: &str, wait: Option<i64>) -> Call {
        let policy = Policy::new(Domain::plain(&[]));
        let mut call = Call::new(CallId::new(id), moment(0));
        let ask = Event::Digits { digits: "0".to_owned() };
        let decision = policy.respond(&call, &ask, &Desk::always_open(moment(10)));
        call.record(moment(10), ask, decision.as_ref());
        if let Some(wait) = wait {
            let answered = Event::Answered { queue: QueueId::default(), authority: Authority::Safety };
            call.record(moment(10 + wait), answered, None);
        }
        call.record(moment(900), Event::Ended, None);
        call
    }

    fn share(report: &Report, name: &str) -> (u32, u32) {
        let figure = report.figures.iter().find(|figure| figure.name == name).expect("a known figure");
        (figure.count, figure.of)
    }

    #[test]
    fn each_limit_counts_the_answers_within_it() {
        let calls = [call("a", Some(5)), call("b", Some(20)), call("c", Some(170)), call("d", None)];
        let report = Report::of(&calls, moment(1000));
        assert_eq!(share(&report, "answered_within_15_s"), (1, 4));
        assert_eq!(share(&report, "answered_within_30_s"), (2, 4));
        assert_eq!(share(&report, "answered_within_3_min"), (3, 4));
        assert_eq!(share(&report, "abandoned"), (1, 4));
        assert_eq!(share(&report, "handed_over_at_first_request"), (4, 4));
        assert_eq!(report.most_requests_before_hand_off, 1);
    }

    #[test]
    fn a_promise_counts_once_it_is_due_and_only_if_kept_in_time() {
        let mut late = call("a", None);
        let promise = |id: &str, due| Promise {
            id: PromiseId::new(id),
            call: CallId::new("a"),
            caller: None,
            owner: QueueId::default(),
            made: moment(20),
            due: moment(due),
            state: crate::promises::PromiseState::Open,
        };
        late.record(moment(20), Event::CallbackPromised(promise("in_time", 100)), None);
        late.record(moment(20), Event::CallbackPromised(promise("late", 100)), None);
        late.record(moment(20), Event::CallbackPromised(promise("open", 5000)), None);
        late.record(moment(90), Event::CallbackMade { promise: PromiseId::new("in_time") }, None);
        late.record(moment(200), Event::CallbackMade { promise: PromiseId::new("late") }, None);
        let report = Report::of(&[late], moment(1000));
        assert_eq!(share(&report, "promises_kept"), (1, 2));
        assert_eq!(share(&report, "abandoned"), (0, 1), "a promised call is not abandoned");
    }

    #[test]
    fn csv_has_a_line_for_each_figure_and_names_the_rule() {
        let csv = Report::of(&[call("a", Some(5))], moment(1000)).to_csv();
        assert_eq!(csv.lines().count(), 8);
        assert!(csv.starts_with("name,count,of,share,low,high,target,met,rule\n"), "{csv}");
        assert!(csv.contains("Ley 10/2025"), "{csv}");
    }

    #[test]
    fn no_call_is_no_share() {
        let report = Report::of(&[], moment(0));
        assert!(report.figures.iter().all(|figure| figure.share.is_none() && figure.met.is_none()));
    }
}
