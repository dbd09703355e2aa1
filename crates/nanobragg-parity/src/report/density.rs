//! Pixels of one image against those of the other, both axes logarithmic.

use std::collections::BTreeMap;

use maud::{Markup, html};
use nanobragg_compare::Image;

use super::axis::{Axis, power};

/// Cells along an edge.
const CELLS: usize = 72;
/// Widest range shown, decades.
const DECADES: f64 = 9.0;
const WIDTH: f64 = 380.0;
const HEIGHT: f64 = 300.0;

/// The plot. Pixels that are not positive in both have no logarithm; how many there are is said.
pub fn svg(a: &Image, b: &Image) -> Markup {
    let positive = |(a, b): &(f64, f64)| *a > 0.0 && *b > 0.0 && a.is_finite() && b.is_finite();
    let pairs = || a.pixels.iter().copied().zip(b.pixels.iter().copied());
    let logs = || pairs().filter(positive).map(|(a, b)| (a.log10(), b.log10()));
    let (low, high) =
        logs().fold((f64::MAX, f64::MIN), |(low, high), (a, b)| (low.min(a).min(b), high.max(a).max(b)));
    let left_out = pairs().filter(|pair| !positive(pair)).count();
    if low > high {
        return html! { p .note { "No pixel is positive in both images." } };
    }
    let high = high + 0.1;
    let low = (low - 0.1).max(high - DECADES);
    let x = Axis::new(low, high, 56.0, 56.0 + HEIGHT - 56.0);
    let y = Axis::new(low, high, HEIGHT - 44.0, 12.0);
    let cell = |value: f64| (((value - low) / (high - low)).clamp(0.0, 0.999_999) * CELLS as f64) as usize;
    let mut counts: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    logs().for_each(|(a, b)| *counts.entry((cell(b), cell(a))).or_default() += 1);
    let most = counts.values().copied().max().unwrap_or(1) as f64;
    let side = (x.at(high) - x.at(low)) / CELLS as f64;
    let value = |index: usize| low + (high - low) * index as f64 / CELLS as f64;
    let right = x.at(high);
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="Pixels of both images" {
            @for decade in x.decades(6) {
                line .grid x1=(x.at(decade)) x2=(x.at(decade)) y1="12" y2=(HEIGHT - 44.0) {}
                line .grid x1="56" x2=(right) y1=(y.at(decade)) y2=(y.at(decade)) {}
                text x=(x.at(decade)) y=(HEIGHT - 26.0) text-anchor="middle" { (power(decade)) }
                text x="50" y=(y.at(decade) + 4.0) text-anchor="end" { (power(decade)) }
            }
            line .diagonal x1=(x.at(low)) y1=(y.at(low)) x2=(right) y2=(y.at(high)) {}
            @for ((column, row), count) in &counts {
                @let strength = 0.3 + 0.7 * (1.0 + *count as f64).ln() / (1.0 + most).ln();
                rect .cell x=(x.at(value(*column))) y=(y.at(value(row + 1))) width=(format!("{side:.1}"))
                    height=(format!("{side:.1}")) opacity=(format!("{strength:.2}")) {}
            }
            rect .frame x="56" y="12" width=(right - 56.0) height=(HEIGHT - 56.0) {}
            text .title x=((56.0 + right) / 2.0) y=(HEIGHT - 8.0) text-anchor="middle" { "other side, photons" }
            text .title transform={ "translate(14 " (HEIGHT / 2.0 - 16.0) ") rotate(-90)" } text-anchor="middle" { "nanobragg, photons" }
            @if left_out > 0 {
                text .remark x=(right + 6.0) y="22" { (left_out) }
                text .remark x=(right + 6.0) y="36" { "pixels" }
                text .remark x=(right + 6.0) y="50" { "not > 0" }
            }
        }
    }
}
