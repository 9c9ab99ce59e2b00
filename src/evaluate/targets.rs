use serde::{Deserialize, Serialize};

use crate::calibrate::Tally;

use super::error_rate::Rate;
use super::figures::Figures;
use super::report::Report;

/// One row of the table of targets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TargetRow {
    /// What is measured.
    pub what: &'static str,
    /// What it must reach.
    pub must: f64,
    /// What it should reach.
    pub aim: f64,
    /// Whether more is better.
    pub rises: bool,
    /// One for each language of the report, then all turns: name, figure if there is one, and its interval as text.
    pub found: Vec<(String, Option<f64>, String)>,
}

impl TargetRow {
    /// Whether the figure is a calibration error and not a rate.
    #[must_use]
    pub fn is_error_of_calibration(&self) -> bool {
        self.what == CALIBRATION_ERROR
    }

    /// Whether a figure reaches what it must; `None` for no figure.
    #[must_use]
    pub fn reaches(&self, figure: Option<f64>) -> Option<bool> {
        figure.map(|figure| if self.rises { figure >= self.must } else { figure <= self.must })
    }
}

const CALIBRATION_ERROR: &str = "expected calibration error";

type Figure = fn(&Figures) -> (Option<f64>, String);

/// What, must, aim, whether more is better, and where it is found.
const TARGETS: &[(&str, f64, f64, bool, Figure)] = &[
    ("requests for a person handed over at the first ask", 0.98, 0.995, true, |f| rate(f.requests_handed_over)),
    ("other turns taken for such a request", 0.02, 0.005, false, |f| rate(f.taken_for_request)),
    ("error among automated turns", 0.02, 0.01, false, |f| rate(f.automated_errors)),
    ("share of in-scope turns automated", 0.60, 0.85, true, |f| rate(f.automated)),
    ("out-of-scope turns not automated", 0.95, 0.99, true, |f| rate(f.out_of_scope_refused)),
    (CALIBRATION_ERROR, 0.03, 0.015, false, |f| {
        let interval = f.reliability.interval;
        (f.reliability.ece, format!("{:.3}-{:.3}", interval.low, interval.high))
    }),
];

/// The targets beside what a report says, for each language and for all turns.
#[must_use]
pub fn target_rows(report: &Report) -> Vec<TargetRow> {
    let slices = || {
        let own = report.languages.iter().map(|slice| (slice.name.clone(), &slice.figures));
        own.chain(std::iter::once(("all".to_owned(), &report.all)))
    };
    let row = |(what, must, aim, rises, figure): &(&'static str, f64, f64, bool, Figure)| TargetRow {
        what,
        must: *must,
        aim: *aim,
        rises: *rises,
        found: slices()
            .map(|(name, figures)| {
                let (found, interval) = figure(figures);
                (name, found, interval)
            })
            .collect(),
    };
    TARGETS.iter().map(row).chain(rehearsed(report)).collect()
}

/// The promise made again is one figure for the whole set.
fn rehearsed(report: &Report) -> Vec<TargetRow> {
    let row = |what, tally: Tally| {
        let (figure, interval) = rate(Rate::of((0..tally.promised).map(|at| at < tally.kept)));
        TargetRow { what, must: 0.95, aim: 0.95, rises: true, found: vec![("all".to_owned(), figure, interval)] }
    };
    report
        .rehearsal
        .iter()
        .flat_map(|made| {
            [
                row("promise kept, by the count on the other half of random splits", made.splits),
                row("promise kept, by the true rate over random draws", made.draws),
            ]
        })
        .collect()
}

fn rate(rate: Rate) -> (Option<f64>, String) {
    let Rate { hits, n, interval, .. } = rate;
    (rate.rate, format!("{hits}/{n}, {:.1}-{:.1}%", interval.low * 100.0, interval.high * 100.0))
}

#[cfg(test)]
mod tests {
    use super::super::turn::judged;
    use super::*;

    #[test]
    fn rows_say_whether_they_are_reached() {
        let turns = [judged("a", Some("a"), 0.9), judged("out_of_scope", Some("b"), 0.9)];
        let rows = target_rows(&Report::new("synthetic", &turns));
        let found = |what: &str| {
            let row = rows.iter().find(|row| row.what.starts_with(what)).expect("a row");
            (row.reaches(row.found[0].1), row.found[0].2.clone())
        };
        assert_eq!(found("requests for").0, None, "there was none");
        assert_eq!(found("share of in-scope"), (Some(true), "1/1, 20.7-100.0%".to_owned()));
        assert_eq!(found("out-of-scope").0, Some(false));
        assert_eq!(found("error among").0, Some(false));
    }
}
