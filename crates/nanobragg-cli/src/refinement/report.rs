//! `NAME.html`: what was found, for reading, in one file that needs nothing else.

mod bitmap;
mod plots;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use nanobragg_refine::{BoxFit, Outcome};

use super::measured::Digits;
use super::reflections::{Reflection, rmsd_px};

const STYLE: &str = include_str!("report/style.css");
/// Shoeboxes that are shown: the strongest, and as many of those that fit worst.
const SHOWN: usize = 8;
/// Shells of resolution.
const SHELLS: usize = 10;

/// What the page is made from.
pub struct Page<'a> {
    pub data: String,
    pub verdict: &'a str,
    pub outcome: &'a Outcome,
    pub reflections: &'a [Reflection],
}

/// The page.
pub fn page(page: &Page<'_>) -> String {
    let outcome = page.outcome;
    let title = format!("nanobragg refine: {} · {}", page.verdict, page.data);
    let text = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (page.data) ": " (page.verdict.replace('_', " ")) }
                (figures(page))
                h2 { "Parameters" }
                (parameters(outcome))
                h2 { "Shoeboxes" }
                p { "Counted photons, what the start expects, what the end expects, and residuals in standard deviations from −5 (blue) to 5 "
                    "(red). The first three share a scale of brightness, the root of the photons." }
                h3 { "Strongest" }
                (boxes(outcome, |one, other| other.data_photons.total_cmp(&one.data_photons)))
                h3 { "Worst" }
                (boxes(outcome, |one, other| other.rms_z.total_cmp(&one.rms_z)))
                h2 { "χ² by resolution" }
                (shells(outcome))
                h2 { "Convergence" }
                p { "χ² per pixel of each trial; hollow ones were not taken. Colors tell how far spots were widened." }
                (plots::convergence(&outcome.history))
                h2 { "Correlations" }
                (correlations(outcome))
                footer { "Written by nanobragg " (env!("CARGO_PKG_VERSION")) }
            }
        }
    };
    text.into_string()
}

fn figures(page: &Page<'_>) -> Markup {
    let outcome = page.outcome;
    let rmsd =
        rmsd_px(page.reflections).map_or_else(|| "none".to_owned(), |rmsd| format!("{rmsd:.3} pixels"));
    let rows = [
        ("χ² per pixel", format!("{:.4}, at the start {:.4}", outcome.chi2, outcome.chi2_start)),
        ("with whole numbers of cells", format!("{:.4}", outcome.chi2_whole_cells)),
        ("overlap of model and data", format!("{:.4}", outcome.overlap)),
        ("shoeboxes", format!("{}, left out {}", outcome.boxes.len(), outcome.dropped.len())),
        ("with another reflection than at the start", outcome.reindexed.len().to_string()),
        ("pixels", outcome.pixels.to_string()),
        ("scatter of the boxes' scales (ln)", format!("{:.3}", outcome.box_scale_scatter)),
        ("predictions off by, r.m.s.", rmsd),
    ];
    html! { table { @for (name, value) in rows { tr { th { (name) } td { (value) } } } } }
}

fn parameters(outcome: &Outcome) -> Markup {
    html! {
        table .numbers {
            tr { th { "" } th { "start" } th { "found" } th { "e.s.d." } th { "unit" } th { "moved, e.s.d." } th { "share of the prior" } }
            @for found in &outcome.found {
                @let digits = Digits::of(found.value, found.esd);
                tr {
                    th { (found.name) }
                    td { (digits.text(found.start)) } td { (digits.text(found.value)) } td { (digits.text(found.esd)) } td { (found.unit) }
                    td { @if found.esd > 0.0 { (format!("{:.1}", (found.value - found.start) / found.esd)) } }
                    td { (format!("{:.2}", found.prior_share)) }
                }
            }
        }
    }
}

fn boxes(outcome: &Outcome, order: impl Fn(&BoxFit, &BoxFit) -> std::cmp::Ordering) -> Markup {
    let mut numbers: Vec<usize> = (0..outcome.boxes.len()).collect();
    numbers.sort_by(|&one, &other| order(&outcome.boxes[one], &outcome.boxes[other]));
    numbers.truncate(SHOWN);
    html! {
        div .boxes {
            @for number in numbers {
                @let own = &outcome.boxes[number];
                figure {
                    @for source in bitmap::of_box(&outcome.fitted, number) { img src=(source) alt=""; }
                    figcaption {
                        (format!("{} {} {}, {:.2} Å", own.hkl[0], own.hkl[1], own.hkl[2], own.d_angstrom)) br;
                        (format!("{:.0} of {:.0} photons, scale {:.2}, z {:.2}", own.model_photons, own.data_photons,
                            own.ln_scale.exp(), own.rms_z))
                    }
                }
            }
        }
    }
}

/// A shell of equal volume in reciprocal space.
#[derive(Clone, Copy, Default)]
struct Shell {
    boxes: usize,
    pixels: usize,
    chi2: f64,
    squares: f64,
}

fn shells(outcome: &Outcome) -> Markup {
    let volume = |own: &BoxFit| own.d_angstrom.powi(-3);
    let most = outcome.boxes.iter().map(volume).fold(f64::MIN_POSITIVE, f64::max);
    let shell = |own: &BoxFit| ((volume(own) / most * SHELLS as f64) as usize).min(SHELLS - 1);
    let mut shells = [Shell::default(); SHELLS];
    for own in &outcome.boxes {
        let shell = &mut shells[shell(own)];
        shell.boxes += 1;
        shell.squares += own.ln_scale * own.ln_scale;
    }
    let fitted = &outcome.fitted;
    for (at, &group) in fitted.group.iter().enumerate() {
        let Some(own) = outcome.boxes.get(group as usize) else { continue };
        let shell = &mut shells[shell(own)];
        shell.pixels += 1;
        shell.chi2 += (fitted.data[at] - fitted.model[at]).powi(2) / fitted.variance[at];
    }
    let edge = |number: usize| (most * number as f64 / SHELLS as f64).cbrt().recip();
    html! {
        table .numbers {
            tr { th { "to, Å" } th { "boxes" } th { "pixels" } th { "χ² per pixel" } th { "" } th { "scatter of scales (ln)" } }
            @for (number, shell) in shells.iter().enumerate() {
                @if shell.boxes > 0 {
                    @let chi2 = shell.chi2 / shell.pixels.max(1) as f64;
                    tr {
                        th { (format!("{:.2}", edge(number + 1))) }
                        td { (shell.boxes) } td { (shell.pixels) } td { (format!("{chi2:.3}")) }
                        td { (plots::bar(chi2)) }
                        td { (format!("{:.3}", (shell.squares / shell.boxes as f64).sqrt())) }
                    }
                }
            }
        }
    }
}

fn correlations(outcome: &Outcome) -> Markup {
    html! {
        table .correlation {
            tr { th {} @for found in &outcome.found { th { (found.name) } } }
            @for (row, found) in outcome.found.iter().enumerate() {
                tr {
                    th { (found.name) }
                    @for column in 0..outcome.found.len() {
                        @let value = outcome.correlation[(row, column)];
                        td style=(format!("background:{}", bitmap::diverging(value))) { (format!("{value:.2}")) }
                    }
                }
            }
        }
    }
}
