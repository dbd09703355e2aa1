//! Detectors of several panels: an image for each, on one scale.

use std::time::{Duration, Instant};

use nanobragg::backend::{Backend, Control};
use nanobragg::image::Image;
use nanobragg::plan::{Orientations, Plan};
use nanobragg::statistics::{Statistics, auto_scale};
use nanobragg_config::{ConfigError, Setup};

use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::outputs::Writer;
use crate::progress::Meter;
use crate::{outputs, summary};

/// A panel that has been rendered.
struct Rendered {
    plan: Plan,
    image: Image,
    statistics: Statistics,
    elapsed: Duration,
}

/// Renders all panels, then writes their images: the counts of one detector have one scale.
pub fn render(
    console: Console,
    setup: &Setup,
    backend: &dyn Backend,
    interrupt: &Interrupt,
) -> anyhow::Result<()> {
    for number in 0..setup.panels.len() {
        outputs::check_folders(&setup.outputs.of_panel(number))?;
    }
    let mut all = Vec::new();
    for experiment in setup.experiments() {
        let mut plan = experiment.plan().map_err(ConfigError::from)?;
        let meter = Meter::new(console, setup.progress);
        let update = |progress| meter.update(progress);
        let started = Instant::now();
        let control = Control { progress: Some(&update), cancel: Some(interrupt.flag()) };
        let rendered = backend.render(&plan, &control);
        let elapsed = started.elapsed();
        meter.finish();
        let image = rendered.map_err(|error| interrupt.explain(error))?;
        let statistics = Statistics::of(&plan, &image);
        // Orientations are no longer needed, and may be the largest part.
        plan.orientations = Orientations::assemble(Vec::new(), Vec::new(), plan.orientations.unrotated);
        all.push(Rendered { plan, image, statistics, elapsed });
    }
    let brightest = all.iter().map(|panel| panel.statistics.max).fold(0.0, f32::max);
    let widest = all.iter().map(|panel| panel.statistics.rmsd).fold(0.0, f64::max);
    for (number, panel) in all.iter().enumerate() {
        let mut files = setup.outputs.of_panel(number);
        if files.pgm_scale <= 0.0 && widest > 0.0 {
            files.pgm_scale = 250.0 / (5.0 * widest);
        }
        let name = setup.panels.get(number).map_or("", |panel| panel.name.as_str());
        console.say(format!("panel {number} {name}").trim_end());
        let (plan, image, statistics) = (&panel.plan, &panel.image, &panel.statistics);
        let writer = Writer::new(console, plan, image, statistics, &files);
        writer.with_automatic_scale(auto_scale(brightest)).write(interrupt)?;
        summary::figures(console, &panel.statistics);
        summary::speed(console, &panel.plan, backend, panel.elapsed);
    }
    Ok(())
}
