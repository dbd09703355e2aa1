//! What is said at the end of a run.

use nanobragg::statistics::Statistics;
use nanobragg_io::c_format::g;
use nanobragg_session::Rendered;

use crate::console::Console;

/// Says the figures of the image. Scripts look for the lines that begin with `max_I` and `mean`.
pub fn figures(console: Console, statistics: &Statistics) {
    let g6 = |x: f64| g(x, 6);
    let (fast, slow) = statistics.max_at;
    console.say(&format!("max_I = {}  at {} {}", g6(statistics.max.into()), g6(fast), g6(slow)));
    let Statistics { mean, rms, rmsd, .. } = *statistics;
    console.say(&format!("mean= {} rms= {} rmsd= {}", g6(mean), g6(rms), g6(rmsd)));
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
