//! Renders a still to two files and says what happens.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::num::NonZeroU32;
use std::path::Path;

use nanobragg::model::{Experiment, PixelGrid, UnitCell};
use nanobragg::readout::Readout;
use nanobragg_session::{Compute, Content, Error, Event, Flow, Format, Job, Observer, Output, run};

struct Teller;

impl Observer for Teller {
    fn on(&self, event: Event<'_>) -> Flow {
        match event {
            Event::Warning(warning) => println!("warning: {warning}"),
            Event::Rendered(rendered) => println!("brightest pixel {} photons", rendered.statistics.max),
            Event::Wrote { path, content } => println!("{}: {content}", path.display()),
            _ => {}
        }
        Flow::Continue
    }
}

fn main() -> Result<(), Error> {
    let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
    experiment.crystal = experiment.crystal.with_cells(10, 10, 10)?;
    experiment.detector.pixels = PixelGrid::new(256, 256, 0.4e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);

    let folder = std::env::temp_dir();
    let output = |name: &str, format, content| Output { path: folder.join(Path::new(name)), format, content };
    let outputs = vec![
        output("photons.npy", Format::Npy, Content::Photons),
        output("counts.cbf", Format::Cbf, Content::Counts(Readout::counted())),
    ];
    let job = Job { experiment, panels: Vec::new(), outputs, compute: Compute::default(), provenance: None };
    run(job, &Teller)
}
