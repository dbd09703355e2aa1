//! Embeds the library: a still of a small triclinic crystal, and how bright it is.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::model::{Beam, Experiment, PixelGrid, UnitCell};
use nanobragg::statistics::Statistics;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
    experiment.crystal = experiment.crystal.with_cells(10, 10, 10)?;
    experiment.beam = Beam::new(1.5e-10)?;
    experiment.detector.pixels = PixelGrid::new(512, 512, 0.2e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);

    let plan = experiment.plan()?;
    let image = Cpu::default().render(&plan, &Control::default())?;
    let Statistics { max, mean, .. } = Statistics::of(&plan, &image);
    println!("{} x {} pixels, brightest {max} photons, mean {mean}", image.fast(), image.slow());
    Ok(())
}
