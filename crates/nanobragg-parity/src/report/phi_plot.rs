//! The lattice factor over the phi steps, both sides, and their difference.

use maud::{Markup, html};

use super::axis::Axis;
use super::short;
use crate::text::Step;

const WIDTH: f64 = 860.0;
const UPPER: [f64; 2] = [14.0, 176.0];
const LOWER: [f64; 2] = [196.0, 262.0];
const HEIGHT: f64 = 304.0;
const LEFT: f64 = 86.0;

/// The plot.
pub fn svg(steps: &[Step]) -> Markup {
    let last = steps.iter().map(|step| step.tic).max().unwrap_or(0) as f64;
    let x = Axis::new(-0.5, last + 0.5, LEFT, WIDTH - 16.0);
    let finite = |values: Vec<f64>| {
        let values = values.into_iter().filter(|value| value.is_finite());
        values.fold((0.0f64, 0.0f64), |(low, high), value| (low.min(value), high.max(value)))
    };
    let (low, high) = finite(steps.iter().flat_map(|step| [step.ours, step.other]).collect());
    let air = 0.08 * (high - low).max(f64::MIN_POSITIVE);
    let y = Axis::new(low - air, high + air, UPPER[1], UPPER[0]);
    let delta = |step: &Step| step.ours - step.other;
    let (least, most) = finite(steps.iter().map(delta).collect());
    let reach = most.max(-least);
    let d = Axis::new(-reach, if reach > 0.0 { reach } else { 1.0 }, LOWER[1], LOWER[0]);
    let zero = if reach > 0.0 { d.at(0.0) } else { (LOWER[0] + LOWER[1]) / 2.0 };
    // What rounding leaves open of factors up to a hundred thousand cells is drawn, and is no divergence.
    let differs = |step: &Step| delta(step).abs() > 1e-6 * step.other.abs().max(1e-4);
    let path = |value: &dyn Fn(&Step) -> f64| {
        let points: Vec<String> =
            steps.iter().map(|step| format!("{} {}", x.at(step.tic as f64), y.at(value(step)))).collect();
        format!("M{}", points.join("L"))
    };
    html! {
        svg viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } role="img" aria-label="Lattice factor over phi" {
            @for tick in y.ticks(4) {
                line .grid x1=(LEFT) x2=(WIDTH - 16.0) y1=(y.at(tick)) y2=(y.at(tick)) {}
                text x=(LEFT - 8.0) y=(y.at(tick) + 4.0) text-anchor="end" { (short(tick)) }
            }
            path .other d=(path(&|step| step.other)) {}
            @for step in steps {
                @let place = x.at(step.tic as f64);
                circle .other cx=(place) cy=(y.at(step.other)) r="7" {}
                circle .ours.differs[differs(step)] cx=(place) cy=(y.at(step.ours)) r="3.4" {
                    title { "step " (step.tic) ": " (short(step.ours)) " and " (short(step.other)) }
                }
                line .stem.differs[differs(step)] x1=(place) x2=(place) y1=(zero) y2=(if reach > 0.0 { d.at(delta(step)) } else { zero }) {}
                circle .ours.differs[differs(step)] cx=(place) cy=(if reach > 0.0 { d.at(delta(step)) } else { zero }) r="3" {}
                text x=(place) y=(LOWER[1] + 20.0) text-anchor="middle" { (step.tic) }
            }
            line .axis x1=(LEFT) x2=(WIDTH - 16.0) y1=(zero) y2=(zero) {}
            text x=(LEFT - 8.0) y=(zero + 4.0) text-anchor="end" { "0" }
            @if reach > 0.0 {
                text x=(LEFT - 8.0) y=(LOWER[0] + 4.0) text-anchor="end" { (format!("+{reach:.1e}")) }
                text x=(LEFT - 8.0) y=(LOWER[1] + 4.0) text-anchor="end" { (format!("−{reach:.1e}")) }
            }
            text .title transform={ "translate(14 " ((UPPER[0] + UPPER[1]) / 2.0) ") rotate(-90)" } text-anchor="middle" { "F_latt" }
            text .title transform={ "translate(14 " ((LOWER[0] + LOWER[1]) / 2.0) ") rotate(-90)" } text-anchor="middle" { "difference" }
            text .title x=((LEFT + WIDTH) / 2.0) y=(HEIGHT - 4.0) text-anchor="middle" { "phi step" }
            circle .other cx=(WIDTH - 190.0) cy="8" r="6" {}
            text x=(WIDTH - 180.0) y="12" { "other side" }
            circle .ours cx=(WIDTH - 100.0) cy="8" r="3.4" {}
            text x=(WIDTH - 92.0) y="12" { "nanobragg" }
        }
    }
}
