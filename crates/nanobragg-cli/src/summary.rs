//! What is said at the end of a run.

use std::time::Duration;

use nanobragg::image::Pixel;
use nanobragg::model::Experiment;
use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg_io::c_format::g;
use nanobragg_session::{Compute, Rendered, estimate};

use crate::console::Console;

/// Shorter runs end before one has read how long they take.
const WORTH_SAYING_SECONDS: f64 = 2.0;

/// Says the figures of the image. Scripts look for the lines that begin with `max_I` and `mean`. The place behind `max_I` is that of
/// a sub-pixel, as in the C program; the pixel follows as the flag takes it that traces it.
pub fn figures(console: Console, statistics: &Statistics) {
    let g6 = |x: f64| g(x, 6);
    let (fast, slow) = statistics.max_at;
    console.say(&format!("max_I = {}  at {} {}", g6(statistics.max.into()), g6(fast), g6(slow)));
    let Statistics { mean, rms, rmsd, .. } = *statistics;
    console.say(&format!("mean= {} rms= {} rmsd= {}", g6(mean), g6(rms), g6(rmsd)));
    if let Some(Pixel { fast, slow }) = statistics.max_pixel {
        console.say(&format!("brightest pixel: fast {fast}, slow {slow} (-trace_pixel {slow} {fast})"));
    }
}

/// What images of one kind cost.
pub struct Cost {
    /// Terms of one, and the sub-pixels that they are of.
    terms: String,
    /// Of one.
    seconds: f64,
}

impl Cost {
    /// That of images of `experiment`, whose plan `plan` is; `None` where it is not known.
    pub fn of(experiment: &Experiment, compute: &Compute, plan: &Plan) -> Option<Self> {
        let seconds = estimate(plan, compute)?.as_secs_f64();
        Some(Cost { terms: terms(experiment, plan), seconds })
    }

    /// Says what so many images cost, where they take long enough to wonder.
    pub fn say(&self, console: Console, images: usize) {
        let each = if images == 1 { String::new() } else { format!("{images} images of ") };
        about(console, &each, &self.terms, self.seconds * images as f64);
    }
}

/// Says what takes `seconds`, where that is long enough to wonder: `each` and the terms of `plan`.
pub fn cost_of(console: Console, experiment: &Experiment, plan: &Plan, each: &str, seconds: f64) {
    about(console, each, &terms(experiment, plan), seconds);
}

fn terms(experiment: &Experiment, plan: &Plan) -> String {
    let chosen = experiment.rendering.oversample.is_none();
    let why = if chosen { ", chosen for the size of the crystal" } else { "" };
    format!("{} terms with {n} x {n} sub-pixels{why}", g(plan.terms(), 2), n = plan.oversample)
}

fn about(console: Console, each: &str, terms: &str, seconds: f64) {
    if seconds >= WORTH_SAYING_SECONDS {
        console.say(&format!("{each}{terms}: about {}", human(seconds)));
    }
}

/// Tells what a plan is made of.
pub fn planned(console: Console, plan: &Plan, took: Duration) {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let (resolved, n) = (&plan.resolved, plan.oversample);
    console.detail(&format!(
        "plan: {} pixels of {} x {}, {n} x {n} sub-pixels, {}, {}, {}, {}: {} terms; made in {} s",
        plan.region.pixels(),
        plan.region.image_fast,
        plan.region.image_slow,
        count(plan.layers.count, "layer"),
        count(plan.sources.len(), "source"),
        count(resolved.rotation.steps(), "phi step"),
        count(resolved.mosaic.domains, "mosaic domain"),
        g(plan.terms(), 3),
        g(took.as_secs_f64(), 2),
    ));
}

/// A time as one says it.
pub fn human(seconds: f64) -> String {
    let units = [("years", 31_557_600.0), ("days", 86_400.0), ("hours", 3600.0), ("minutes", 60.0)];
    let (unit, length) = units.into_iter().find(|(_, length)| seconds >= 2.0 * length).unwrap_or(("s", 1.0));
    // Three digits: up to two years there are less than a thousand of any unit.
    format!("{} {unit}", g((seconds / length).round(), 3))
}

/// Says how long the render took and how fast it was.
pub fn speed(console: Console, rendered: &Rendered) {
    let Rendered { plan, evaluation, elapsed, .. } = rendered;
    let seconds = elapsed.as_secs_f64();
    let terms = plan.terms();
    let rate = if seconds > 0.0 { terms / seconds } else { 0.0 };
    console.say(&format!(
        "rendered {} pixels, {} terms in {} s: {} terms/s ({evaluation})",
        plan.region.pixels(),
        g(terms, 4),
        g(seconds, 3),
        g(rate, 3),
    ));
}
