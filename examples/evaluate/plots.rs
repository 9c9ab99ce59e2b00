//! The report's plots as SVG whose colours are those of the page, light or dark.

use plotters::coord::Shift;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use voxroute::evaluate::{Confusion, Report};

/// Stand-ins that plotters writes and [`themed`] turns into the page's variables.
const INK: RGBColor = RGBColor(1, 2, 3);
const FAINT: RGBColor = RGBColor(1, 2, 4);
const ACCENT: RGBColor = RGBColor(1, 2, 5);
const WARNING: RGBColor = RGBColor(1, 2, 6);
const VARIABLES: [(&str, &str); 4] =
    [("#010203", "var(--ink)"), ("#010204", "var(--faint)"), ("#010205", "var(--accent)"), ("#010206", "var(--warn)")];

const SIZE: (u32, u32) = (560, 420);
const FONT: &str = "system-ui, sans-serif";
const BARS: usize = 30;

type Drawn = Result<(), Box<dyn std::error::Error>>;
type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Confidence against accuracy, in bins of equal mass.
pub(crate) fn reliability(report: &Report) -> String {
    let bins = &report.all.reliability.bins;
    svg(SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            .margin_right(30)
            .x_label_area_size(44)
            .y_label_area_size(54)
            .build_cartesian_2d(0.0..1.0, 0.0..1.0)?;
        mesh(&mut chart, "confidence", "share of first intents that are right", percent, percent)?;
        chart.draw_series(LineSeries::new([(0.0, 0.0), (1.0, 1.0)], FAINT.stroke_width(2)))?;
        let points = bins.iter().map(|bin| (bin.confidence, bin.accuracy));
        chart.draw_series(LineSeries::new(points.clone(), ACCENT.stroke_width(2)))?;
        chart.draw_series(points.map(|point| Circle::new(point, 5, ACCENT.filled())))?;
        Ok(())
    })
}

/// The error rate among the surest turns, for every share of them, and the rate promised.
pub(crate) fn risk_coverage(report: &Report) -> String {
    let curve = &report.all.selective.curve;
    let top = curve.iter().map(|point| point.risk).fold(0.05, f64::max) * 1.1;
    let promised = report.control.as_ref().map(|control| control.target.max_error());
    svg(SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            .margin_right(30)
            .x_label_area_size(44)
            .y_label_area_size(54)
            .build_cartesian_2d(0.0..1.0, 0.0..top)?;
        mesh(&mut chart, "share of turns acted on, surest first", "share of them that are wrong", percent, percent)?;
        let points = curve.iter().map(|point| (point.coverage, point.risk));
        chart.draw_series(LineSeries::new(points, ACCENT.stroke_width(2)))?;
        if let Some(promised) = promised {
            chart.draw_series(LineSeries::new([(0.0, promised), (1.0, promised)], WARNING.stroke_width(1)))?;
        }
        Ok(())
    })
}

/// How long turns took.
pub(crate) fn latency(report: &Report) -> String {
    let times = &report.times_ms;
    let longest = times.last().copied().unwrap_or(1.0).max(1.0);
    let width = longest / BARS as f64;
    let mut counts = vec![0_usize; BARS];
    for time in times {
        counts[((time / width) as usize).min(BARS - 1)] += 1;
    }
    let most = counts.iter().copied().max().unwrap_or(1).max(1) as f64;
    svg(SIZE, |area| {
        let mut chart = ChartBuilder::on(area)
            .margin(14)
            .margin_right(30)
            .x_label_area_size(44)
            .y_label_area_size(54)
            .build_cartesian_2d(0.0..longest, 0.0..most * 1.05)?;
        mesh(&mut chart, "milliseconds from the first sample to the decision", "turns", whole, whole)?;
        chart.draw_series(counts.iter().enumerate().map(|(at, count)| {
            let from = at as f64 * width;
            Rectangle::new([(from + 0.08 * width, 0.0), (from + 0.92 * width, *count as f64)], ACCENT.filled())
        }))?;
        Ok(())
    })
}

const CELL: i32 = 26;
const NAMES: i32 = 190;

/// What was taken for what; the deeper, the larger the share of its row.
pub(crate) fn confusion(confusion: &Confusion) -> String {
    let n = confusion.names.len() as i32;
    let side = (NAMES + n * CELL + 16) as u32;
    svg((side, side), |area| {
        for (at, name) in confusion.names.iter().enumerate() {
            names(area, at as i32, name)?;
        }
        for cell in &confusion.cells {
            let row: usize =
                confusion.cells.iter().filter(|other| other.truth == cell.truth).map(|other| other.turns).sum();
            let wrong = cell.truth != cell.found;
            square(area, cell.found as i32, cell.truth as i32, cell.turns as f64 / row as f64, cell.turns, wrong)?;
        }
        Ok(())
    })
}

fn names(area: &Area<'_>, at: i32, name: &str) -> Drawn {
    let middle = NAMES + at * CELL + CELL / 2;
    let end = Pos::new(HPos::Right, VPos::Center);
    let font = (FONT, 13).into_font();
    area.draw(&Text::new(name.to_owned(), (NAMES - 8, middle), font.clone().color(&INK).pos(end)))?;
    let upwards = font.transform(FontTransform::Rotate270).color(&INK).pos(Pos::new(HPos::Left, VPos::Center));
    area.draw(&Text::new(name.to_owned(), (middle, NAMES - 8), upwards))?;
    let line = |from, to| PathElement::new(vec![from, to], FAINT.mix(0.35).stroke_width(1));
    let last = area.dim_in_pixel().0 as i32 - 16;
    area.draw(&line((NAMES, middle - CELL / 2), (last, middle - CELL / 2)))?;
    area.draw(&line((middle - CELL / 2, NAMES), (middle - CELL / 2, last)))?;
    Ok(())
}

fn square(area: &Area<'_>, column: i32, row: i32, share: f64, turns: usize, wrong: bool) -> Drawn {
    let (x, y) = (NAMES + column * CELL, NAMES + row * CELL);
    let colour = if wrong { WARNING } else { ACCENT }.mix(0.15 + 0.75 * share);
    area.draw(&Rectangle::new([(x + 1, y + 1), (x + CELL - 1, y + CELL - 1)], colour.filled()))?;
    let middle = Pos::new(HPos::Center, VPos::Center);
    let style = (FONT, 12).into_font().color(&INK).pos(middle);
    area.draw(&Text::new(turns.to_string(), (x + CELL / 2, y + CELL / 2), style))?;
    Ok(())
}

fn mesh(
    chart: &mut ChartContext<'_, SVGBackend<'_>, Cartesian2d<RangedCoordf64, RangedCoordf64>>,
    x: &str,
    y: &str,
    x_text: fn(&f64) -> String,
    y_text: fn(&f64) -> String,
) -> Drawn {
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT.mix(0.35))
        .axis_style(FAINT)
        .label_style((FONT, 13).into_font().color(&INK))
        .axis_desc_style((FONT, 14).into_font().color(&INK))
        .x_labels(6)
        .y_labels(6)
        .x_desc(x)
        .y_desc(y)
        .x_label_formatter(&x_text)
        .y_label_formatter(&y_text)
        .draw()?;
    Ok(())
}

fn percent(value: &f64) -> String {
    let percent = value * 100.0;
    if (percent - percent.round()).abs() < 1e-9 { format!("{percent:.0} %") } else { format!("{percent:.1} %") }
}

fn whole(value: &f64) -> String {
    format!("{value:.0}")
}

fn svg(size: (u32, u32), draw: impl FnOnce(&Area<'_>) -> Drawn) -> String {
    let mut text = String::new();
    let drawn = {
        let area = SVGBackend::with_string(&mut text, size).into_drawing_area();
        draw(&area).and_then(|()| area.present().map_err(Into::into))
    };
    match drawn {
        Ok(()) => themed(&text, size),
        Err(error) => format!("<p>{}</p>", super::html::escaped(&error.to_string())),
    }
}

/// The picture in the page's colours and as wide as its place.
fn themed(svg: &str, (width, height): (u32, u32)) -> String {
    let sized = format!(r#"<svg width="{width}" height="{height}" "#);
    let free = format!(r#"<svg style="max-width:{width}px" "#);
    let text = VARIABLES.iter().fold(svg.to_owned(), |text, (colour, variable)| text.replace(colour, variable));
    text.replacen(&sized, &free, 1)
}
