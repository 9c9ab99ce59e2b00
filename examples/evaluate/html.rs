//! The report as one page that needs nothing else.

use std::fmt::Write;

use voxroute::calibrate::Origin;
use voxroute::evaluate::{Figures, IntentFigures, Rate, Report, Slice, TargetRow, target_rows};

use super::{plots, table};

const STYLE: &str = include_str!("report.css");

/// The whole page.
pub(crate) fn page(report: &Report) -> String {
    let title = escaped(&report.data);
    let body = [
        header(report),
        section("Targets", &targets(report)),
        section("The confidence", &confidence(report)),
        section("By language", &slices(&report.languages)),
        section("By level over the noise", &slices(&report.snr)),
        section("By condition", &slices(&report.conditions)),
        section("By intent", &intents(&report.intents)),
        section(
            "What was taken for what",
            &figure(
                &plots::confusion(&report.confusion),
                "Rows: what is right. Columns: what came first. Each cell: turns.",
            ),
        ),
        section("Time", &latency(report)),
    ]
    .concat();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>voxroute: {title}</title>\
         <style>{STYLE}</style></head>\n<body><main>{body}</main></body>\n</html>\n"
    )
}

/// Text that may stand anywhere in a page.
pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn header(report: &Report) -> String {
    let mut out = format!("<header><h1>{}</h1><p>{} turns</p>", escaped(&report.data), report.all.turns);
    match (&report.control, &report.calibration) {
        (Some(control), Some(origin)) => {
            for line in table::promises(control) {
                let _ = write!(out, "<p class=\"promise\">{}</p>", escaped(&line));
            }
            out += &calibrated_on(origin);
        }
        _ => out += "<p class=\"promise\">Uncalibrated: nothing is automated.</p>",
    }
    out + "</header>"
}

fn calibrated_on(origin: &Origin) -> String {
    let Origin { data, date, turns, encoder, engine, .. } = origin;
    format!(
        "<p class=\"small\">Calibrated {} on {turns} turns: {}. Speech engine {}, encoder {}.</p>",
        escaped(date),
        escaped(data),
        escaped(engine),
        escaped(encoder)
    )
}

fn section(title: &str, body: &str) -> String {
    if body.is_empty() { String::new() } else { format!("<section><h2>{title}</h2>{body}</section>\n") }
}

fn targets(report: &Report) -> String {
    let rows = target_rows(report);
    let names: Vec<&str> =
        rows.first().map_or_else(Vec::new, |row| row.found.iter().map(|found| found.0.as_str()).collect());
    let head = names.iter().map(|name| format!("<th>{}</th>", escaped(name))).collect::<String>();
    let body: String = rows.iter().map(|row| target(row, &names)).collect();
    scrolling(&format!("<tr><th></th><th>must</th><th>aim</th>{head}</tr>"), &body)
}

fn target(row: &TargetRow, names: &[&str]) -> String {
    let sign = if row.rises { "≥" } else { "≤" };
    let found = names.iter().map(|name| match row.found.iter().find(|found| found.0 == *name) {
        Some((_, figure, interval)) => {
            let (verdict, shown) =
                (table::verdict(row, *figure), figure.map_or("–".to_owned(), |f| table::number(row, f)));
            let class = verdict.replace(' ', "-");
            format!("<td class=\"{class}\"><b>{shown}</b><br><small>{} · {verdict}</small></td>", escaped(interval))
        }
        None => "<td></td>".to_owned(),
    });
    format!(
        "<tr><th>{}</th><td>{sign} {}</td><td>{sign} {}</td>{}</tr>",
        escaped(row.what),
        table::number(row, row.must),
        table::number(row, row.aim),
        found.collect::<String>()
    )
}

fn confidence(report: &Report) -> String {
    let all = &report.all;
    let ece = all.reliability.ece.map_or("–".to_owned(), |ece| format!("{ece:.3}"));
    let number = |value: Option<f64>| value.map_or("–".to_owned(), |value| format!("{value:.3}"));
    let text = format!(
        "<p>Calibration error {ece} ({:.3}–{:.3}), Brier score {}, area under the risk-coverage curve {}. At 1, 2 and 5 % \
         error {:.0}, {:.0} and {:.0} % of the turns could be acted on, looking back.</p>",
        all.reliability.interval.low,
        all.reliability.interval.high,
        number(all.brier),
        number(all.selective.aurc),
        all.selective.coverage_at_1 * 100.0,
        all.selective.coverage_at_2 * 100.0,
        all.selective.coverage_at_5 * 100.0,
    );
    let reliable = figure(&plots::reliability(report), "Does a confidence mean what it says? On the line it does.");
    let risk = figure(&plots::risk_coverage(report), "Error among the surest turns. The thin line is the promise.");
    format!("{text}<div class=\"pair\">{reliable}{risk}</div>")
}

fn latency(report: &Report) -> String {
    let Some(latency) = report.all.latency else { return String::new() };
    let text = format!(
        "<p>Half of the turns within {:.0} ms, 95 in 100 within {:.0} ms, the longest {:.0} ms.</p>",
        latency.p50_ms, latency.p95_ms, latency.max_ms
    );
    text + &figure(&plots::latency(report), "Turns by their time, one at a time on one thread.")
}

fn figure(svg: &str, caption: &str) -> String {
    format!("<figure>{svg}<figcaption>{caption}</figcaption></figure>")
}

type Column = (&'static str, fn(&Figures) -> String);

const COLUMNS: &[Column] = &[
    ("turns", |f| f.turns.to_string()),
    ("first intent right", |f| rate(f.accuracy)),
    ("automated", |f| rate(f.automated)),
    ("wrong of those", |f| rate(f.automated_errors)),
    ("requests handed over", |f| rate(f.requests_handed_over)),
    ("taken for one", |f| rate(f.taken_for_request)),
    ("out of scope refused", |f| rate(f.out_of_scope_refused)),
    ("calibration error", |f| f.reliability.ece.map_or("–".to_owned(), |ece| format!("{ece:.3}"))),
    ("p50 / p95 ms", |f| f.latency.map_or("–".to_owned(), |l| format!("{:.0} / {:.0}", l.p50_ms, l.p95_ms))),
];

fn slices(slices: &[Slice]) -> String {
    if slices.is_empty() {
        return String::new();
    }
    let head: String = COLUMNS.iter().map(|(name, _)| format!("<th>{name}</th>")).collect();
    let row = |slice: &Slice| {
        let cells: String = COLUMNS.iter().map(|(_, show)| format!("<td>{}</td>", show(&slice.figures))).collect();
        format!("<tr><th>{}</th>{cells}</tr>", escaped(&slice.name))
    };
    scrolling(&format!("<tr><th></th>{head}</tr>"), &slices.iter().map(row).collect::<String>())
}

fn intents(intents: &[IntentFigures]) -> String {
    let row = |of: &IntentFigures| {
        let precision = of.precision.map_or("–".to_owned(), rate);
        let (recall, automated) = (rate(of.recall), rate(of.automated));
        format!("<tr><th>{}</th><td>{recall}</td><td>{precision}</td><td>{automated}</td></tr>", escaped(&of.intent))
    };
    let head = "<tr><th></th><th>found</th><th>right where first</th><th>automated</th></tr>";
    scrolling(head, &intents.iter().map(row).collect::<String>())
}

fn scrolling(head: &str, rows: &str) -> String {
    format!("<div class=\"scroll\"><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>")
}

fn rate(rate: Rate) -> String {
    let Some(share) = rate.rate else { return "–".to_owned() };
    let (low, high) = (rate.interval.low * 100.0, rate.interval.high * 100.0);
    format!("<b>{:.1} %</b><br><small>{}/{} · {low:.1}–{high:.1}</small>", share * 100.0, rate.hits, rate.n)
}
