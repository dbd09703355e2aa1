//! Plots of the page.

use maud::{Markup, html};
use nanobragg_refine::Step;

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 220.0;
const MARGIN: f64 = 50.0;
const COLORS: [&str; 6] = ["#1b6ca8", "#c1440e", "#3a7d44", "#8e5ea2", "#b08900", "#555"];

/// χ² per pixel over trials, its axis logarithmic.
pub fn convergence(history: &[Step]) -> Markup {
    let logarithm = |step: &Step| step.chi2.max(1e-6).log10();
    let values = || history.iter().map(logarithm).filter(|value| value.is_finite());
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let span = if high > low { high - low } else { 1.0 };
    let x = |at: usize| MARGIN + (WIDTH - 2.0 * MARGIN) * at as f64 / history.len().max(2) as f64;
    let y = |value: f64| HEIGHT - 30.0 - (HEIGHT - 50.0) * (value - low) / span;
    let mut stages: Vec<f64> = history.iter().map(|step| step.narrowing).collect();
    stages.dedup();
    let color = |step: &Step| {
        let stage = stages.iter().position(|narrowing| *narrowing == step.narrowing).unwrap_or(0);
        COLORS[stage % COLORS.len()]
    };
    html! {
        svg width=(WIDTH) height=(HEIGHT) viewBox=(format!("0 0 {WIDTH} {HEIGHT}")) {
            @if low.is_finite() {
                @for value in [low, 0.5 * (low + high), high] {
                    text x="2" y=(format!("{:.1}", y(value) + 4.0)) { (format!("{:.3}", 10_f64.powf(value))) }
                    line x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(format!("{:.1}", y(value))) y2=(format!("{:.1}", y(value))) stroke="#ddd";
                }
                text x=(WIDTH / 2.0) y=(HEIGHT - 8.0) { "trial" }
                @for (at, step) in history.iter().enumerate().filter(|(_, step)| logarithm(step).is_finite()) {
                    circle cx=(format!("{:.1}", x(at))) cy=(format!("{:.1}", y(logarithm(step)))) r="3.5" stroke=(color(step))
                        fill=(if step.accepted { color(step) } else { "none" });
                }
            }
        }
    }
}

/// A bar for χ² per pixel, whose mark is 1.
pub fn bar(chi2: f64) -> Markup {
    let length = if chi2.is_finite() { (60.0 * chi2).clamp(0.0, 180.0) } else { 180.0 };
    html! {
        svg width="190" height="12" viewBox="0 0 190 12" {
            rect width=(format!("{length:.1}")) height="12" fill="#9bbcd6" {}
            line x1="60" x2="60" y1="0" y2="12" stroke="#333";
        }
    }
}
