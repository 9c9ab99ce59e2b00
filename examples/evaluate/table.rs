//! The table of targets, for a terminal.

use std::io::IsTerminal;

use owo_colors::{OwoColorize, Style};
use voxroute::calibrate::{Cover, RiskControl};
use voxroute::evaluate::{Report, TargetRow, target_rows};

/// Prints what was promised and the targets beside what was measured.
pub(crate) fn print(report: &Report) {
    println!("{}: {} turns", report.data, report.all.turns);
    match &report.control {
        Some(control) => promises(control).iter().for_each(|line| println!("{line}")),
        None => println!("uncalibrated: nothing is automated"),
    }
    println!();
    for row in target_rows(report) {
        print_row(&row);
    }
    if let Some(latency) = report.all.latency {
        println!("\nlatency p50 {:.0} ms, p95 {:.0} ms", latency.p50_ms, latency.p95_ms);
    }
}

/// One line for each language and medium.
pub(crate) fn promises(control: &RiskControl) -> Vec<String> {
    let media = [("spoken", &control.spoken), ("typed", &control.typed)];
    let covers = media.into_iter().flat_map(|(medium, covers)| covers.iter().map(move |cover| (medium, cover)));
    covers.map(|(medium, (language, cover))| format!("{medium} {language}: {}", promise(control, cover))).collect()
}

fn promise(control: &RiskControl, cover: &Cover) -> String {
    let (error, certainty) = (control.target.max_error() * 100.0, control.target.certainty() * 100.0);
    match cover {
        Cover::Promised { from, turns, errors, .. } => format!(
            "at most {error:.1} % of automated turns wrong, {certainty:.0} % certain, from confidence {:.4} on \
             ({errors} errors in {turns} proof turns)",
            from.value()
        ),
        Cover::Nothing { more_turns: Some(more) } => {
            format!("nothing automated: the promise takes about {more} more labelled turns")
        }
        Cover::Nothing { more_turns: None } => {
            "nothing automated: too many errors at every confidence, or no turns".to_owned()
        }
    }
}

fn print_row(row: &TargetRow) {
    let sign = if row.rises { ">=" } else { "<=" };
    println!("{} ({sign} {}, aim {sign} {})", row.what, number(row, row.must), number(row, row.aim));
    for (name, figure, interval) in &row.found {
        let shown = figure.map_or_else(|| "none".to_owned(), |figure| number(row, figure));
        println!("  {name:<4} {:>8}  {interval:<28} {}", shown.style(style(row, *figure)), verdict(row, *figure));
    }
}

/// As text: a rate in per cent, the calibration error as it is.
pub(crate) fn number(row: &TargetRow, figure: f64) -> String {
    if row.is_error_of_calibration() { format!("{figure:.3}") } else { format!("{:.1} %", figure * 100.0) }
}

/// What a figure means for its target.
pub(crate) fn verdict(row: &TargetRow, figure: Option<f64>) -> &'static str {
    match row.reaches(figure) {
        Some(true) => "reached",
        Some(false) => "missed",
        None => "no turns",
    }
}

fn style(row: &TargetRow, figure: Option<f64>) -> Style {
    if !std::io::stdout().is_terminal() || std::env::var_os("NO_COLOR").is_some() {
        return Style::new();
    }
    match row.reaches(figure) {
        Some(true) => Style::new().green(),
        Some(false) => Style::new().red().bold(),
        None => Style::new().dimmed(),
    }
}
