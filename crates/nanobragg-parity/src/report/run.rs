//! One case on one backend.

use maud::{Markup, html};
use nanobragg_compare::{QUANTILES, Report};
use nanobragg_io::c_format::g;
use nanobragg_trace::{Comparison, Quantity, Status};

use super::{chip, density, error, histogram, phi_plot, pictures, short, stages};
use crate::error::Result;
use crate::metrics::{Figures, Measured, Other};
use crate::text::phi_steps;

/// The section of a run.
pub fn section(run: &Measured, index: usize) -> Result<Markup> {
    let m = &run.metrics;
    let pictures = match &run.images {
        Some([ours, theirs]) => {
            let traced: Vec<(usize, usize)> = run.traces.iter().map(|(pixel, _)| *pixel).collect();
            let worst = m.image.as_ref().and_then(|image| image.comparison.worst.first());
            let worst = worst.map(|worst| (worst.slow, worst.fast));
            Some(pictures::figures(ours, theirs, &traced, worst)?)
        }
        None => None,
    };
    let other = match m.other {
        Other::Recorded => "recorded results of the C program",
        Other::Program => "the C program, run for this bundle",
    };
    Ok(html! {
        section .run id={ "run-" (index) } {
            h2 { (m.case) " on " (m.backend.name()) " " (chip(m.verdict)) }
            p .lead {
                @if !run.about.is_empty() { (run.about) ". " }
                "Preset " code { (m.quirks) } ", against " (other) "."
            }
            @if let Some(image) = &m.image { (cards(image, run)) }
            @if let Some(pictures) = pictures { (pictures) }
            @if let (Some(image), Some([ours, theirs])) = (&m.image, &run.images) {
                div .plots {
                    figure {
                        figcaption { b { "Errors" } " in units of the tolerance, pixels in each quarter of a decade" }
                        (histogram::svg(ours, theirs, image.comparison.tolerance))
                    }
                    figure {
                        figcaption { b { "Pixels" } ", nanobragg against the other side, density of points" }
                        (density::svg(ours, theirs))
                    }
                }
                div .tables { div { (worst(image)) } div { (errors(image)) } }
            }
            @for (title, figures) in [("Printed figures", &m.figures), ("Printed pixel", &m.printout)] {
                @if let Some(figures) = figures { (printed(title, figures)) }
            }
            @for ((slow, fast), comparison) in &run.traces { (trace(*slow, *fast, comparison)) }
            @if !run.warnings.is_empty() {
                h3 { "Warnings" }
                ul .warnings { @for warning in &run.warnings { li { (warning) } } }
            }
        }
    })
}

fn card(name: &str, value: &str, note: &str, bad: bool) -> Markup {
    html! {
        div .card.bad[bad] { div .name { (name) } div .value { (value) } div .remark { (note) } }
    }
}

fn cards(image: &Report, run: &Measured) -> Markup {
    let c = &image.comparison;
    let none = || "none".to_owned();
    let peaks = &image.peaks;
    let matched = peaks.fraction_matched.map_or_else(none, |x| format!("{:.1} %", 100.0 * x));
    let distance = peaks.max_distance.map_or_else(none, |x| format!("{} px", short(x)));
    let [slow, fast] = image.size;
    let tolerance = match c.tolerance.relative {
        0.0 => format!("{:e} of the maximum", c.tolerance.of_max),
        relative => format!("{relative:e} of itself + {:e} of the maximum", c.tolerance.of_max),
    };
    html! {
        div .cards {
            (card("beyond tolerance", &c.failing.to_string(), &format!("of {} pixels ({fast} × {slow})", c.pixels), c.failing > 0))
            (card("worst error", &format!("{:.1e}", c.max_of_max), &format!("of the maximum; allowed {tolerance}"), c.failing > 0))
            (card("identical", &share(c.identical, c.pixels), &format!("{} pixels", c.identical), false))
            (card("sum ratio", &c.sum_ratio.map_or_else(none, |x| format!("{x:.7}")), &format!("rmse {}", short(c.rmse)), false))
            (card("correlation", &c.correlation.map_or_else(none, |x| format!("{x:.7}")), "for reading; decides nothing", false))
            (card("spots matched", &matched, &format!("{} of {} and {}; largest shift {distance}", peaks.matched, peaks.count_a, peaks.count_b), false))
            (card("time", &duration(run.seconds), "the whole program", false))
        }
    }
}

fn duration(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", (1000.0 * seconds).max(1.0)) } else { format!("{seconds:.2} s") }
}

/// A part of a whole in per cent: 100 only where nothing is missing.
fn share(part: usize, whole: usize) -> String {
    let hundredths = (10_000.0 * part as f64 / whole.max(1) as f64).floor();
    if part == whole { "100 %".to_owned() } else { format!("{:.2} %", hundredths / 100.0) }
}

fn worst(image: &Report) -> Markup {
    let worst = &image.comparison.worst;
    if worst.is_empty() {
        return html! { p .note { "Every pixel has the same value on both sides." } };
    }
    html! {
        h3 { "Worst pixels" }
        table .numbers {
            thead { tr {
                th .number { "slow" } th .number { "fast" } th .number { "nanobragg" } th .number { "other side" }
                th .number { "difference" } th .number { "relative" }
            } }
            tbody { @for d in worst {
                tr {
                    td .number { (d.slow) } td .number { (d.fast) }
                    td .number { (g(d.a, 9)) } td .number { (g(d.b, 9)) }
                    td .number { (format!("{:+.2e}", d.a - d.b)) }
                    td .number { @if d.b == 0.0 { "–" } @else { (format!("{:+.1e}", (d.a - d.b) / d.b)) } }
                }
            } }
        }
    }
}

/// Quantiles of the errors, and the spots.
fn errors(image: &Report) -> Markup {
    let c = &image.comparison;
    let peaks = &image.peaks;
    let number = |value: Option<f64>| value.map_or_else(|| "none".to_owned(), short);
    html! {
        h3 { "Quantiles of the errors" }
        table .numbers {
            thead { tr { th .number { "of the pixels" } th .number { "absolute" } th .number { "relative" } } }
            tbody { @for (q, (absolute, relative)) in
                QUANTILES.iter().zip(c.absolute_quantiles.iter().zip(&c.relative_quantiles)) {
                tr {
                    td .number { (100.0 * q) " %" }
                    td .number { (error(*absolute)) } td .number { (error(*relative)) }
                }
            } }
        }
        h3 { "Spots" }
        table .numbers { tbody {
            tr { th { "of nanobragg, of the other side, in pairs" } td .number { (peaks.count_a) ", " (peaks.count_b) ", " (peaks.matched) } }
            tr { th { "mean distance of a pair, pixels" } td .number { (number(peaks.mean_distance)) } }
            tr { th { "largest distance, pixels" } td .number { (number(peaks.max_distance)) } }
            tr { th { "intensity ratio" } td .number { (number(peaks.intensity_ratio)) } }
        } }
    }
}

fn printed(title: &str, figures: &Figures) -> Markup {
    let rows = figures.ours.len().max(figures.other.len());
    let line = |lines: &[String], row: usize| lines.get(row).cloned().unwrap_or_else(|| "–".to_owned());
    html! {
        h3 { (title) ": " @if figures.agree { "agree" } @else { "differ" } }
        table .printed {
            thead { tr { th { "nanobragg" } th { "other side" } } }
            tbody { @for row in 0..rows {
                @let (ours, other) = (line(&figures.ours, row), line(&figures.other, row));
                tr .bad[ours != other && !figures.agree] { td { code { (ours) } } td { code { (other) } } }
            } }
        }
    }
}

fn trace(slow: usize, fast: usize, comparison: &Comparison) -> Markup {
    let steps = phi_steps(comparison);
    html! {
        div .trace {
            h3 { "Pixel " (slow) " " (fast) " from inside" }
            p { (comparison.explanation()) }
            (stages::pipeline(comparison))
            @if let Some(first) = comparison.first_divergence() { (divergence(first, comparison)) }
            @if steps.len() > 1 {
                figure .phi {
                    figcaption { b { "Lattice factor" } " of every phi step, both sides; below, their difference" }
                    (phi_plot::svg(&steps))
                }
            }
            h4 { "From the sum to photons" }
            (quantities(comparison.chain()))
            details {
                summary { "All " (comparison.quantities().len()) " quantities, in the order of evaluation" }
                (quantities(comparison.quantities().iter()))
            }
        }
    }
}

fn divergence(first: &Quantity, comparison: &Comparison) -> Markup {
    let relative =
        first.rel_delta.map_or_else(|| "on one side only".to_owned(), |x| format!("relative {x:+.3e}"));
    html! {
        div .divergence {
            h4 { "First divergence: " code { (first.key) } }
            p { (stages::explanation(first.stage)) }
            table .numbers { tbody {
                tr { th { "other side" } td .number { (figures(&first.a)) } }
                tr { th { "nanobragg" } td .number { (figures(&first.b)) } }
                tr { th { "difference" } td .number { (relative) } }
            } }
            @for cause in comparison.causes() {
                p { "Commonly: " (cause.text)
                    "." @if cause.quirk.is_some() { " docs/PARITY.md shows it with both results." } }
            }
        }
    }
}

fn figures(values: &[f64]) -> String {
    match values {
        [] => "–".to_owned(),
        values => values.iter().map(|x| g(*x, 9)).collect::<Vec<_>>().join("  "),
    }
}

fn quantities<'a>(list: impl Iterator<Item = &'a Quantity>) -> Markup {
    html! {
        div .wide { table .numbers.quantities {
            thead { tr {
                th { "quantity" } th .number { "other side" } th .number { "nanobragg" }
                th .number { "relative" } th { "status" }
            } }
            tbody { @for quantity in list {
                tr .bad[quantity.diverges()] {
                    td { code { (quantity.key) } }
                    td .number { (figures(&quantity.a)) }
                    td .number { (figures(&quantity.b)) }
                    td .number { (quantity.rel_delta.map_or_else(|| "–".to_owned(), |x| format!("{x:+.1e}"))) }
                    td { span .status.(class(quantity.status)) { (quantity.status.name().to_lowercase()) } }
                }
            } }
        } }
    }
}

fn class(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Minor => "minor",
        Status::Missing => "missing",
        Status::Divergent | Status::Critical => "critical",
    }
}
