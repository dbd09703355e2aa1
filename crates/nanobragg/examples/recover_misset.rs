//! Recovers a crystal that is 0.05° off, by Gauss-Newton on the pixels of one image.
#![allow(clippy::print_stdout, reason = "an example shows its result")]

use std::num::NonZeroU32;

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{Derivatives, Parameter, PixelSet, Weighed};
use nanobragg::model::{Beam, Experiment, Misset, PixelGrid, Shape, UnitCell};
use nanobragg::plan::Plan;

fn plan(misset_deg: [f64; 3]) -> Result<Plan, nanobragg::Error> {
    let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
    experiment.crystal = experiment.crystal.with_cells(12, 12, 12)?.with_shape(Shape::Gauss);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles(misset_deg.map(f64::to_radians)))?;
    experiment.beam = Beam::new(1e-10)?;
    experiment.detector.pixels = PixelGrid::new(256, 256, 0.3e-3);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.plan()
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (cpu, control) = (Cpu::default(), Control::default());
    let truth = [10.05, 19.97, 30.02];
    let measured = Derivatives::image(&plan(truth)?, &cpu, &control)?;
    let start = plan([10.0, 20.0, 30.0])?;
    let wanted = Parameter::named("misset").unwrap_or_default();
    let mut parameters = *start.parameters();
    for round in 0..12 {
        let model = start.place(&parameters);
        let at = |[slow, fast]: [u32; 2]| measured[model.region.index(slow as usize, fast as usize)];
        let weigh = |pixel, photons| Weighed { weight: 1.0 / (1.0 + photons), residual: at(pixel) - photons };
        let equations = Derivatives::new(&model, &wanted)?.normal(&cpu, PixelSet::All, &weigh, &control)?;
        let step = equations.matrix.cholesky().ok_or("the equations are singular")?.solve(&equations.vector);
        parameters.misset.iter_mut().zip(step.iter()).for_each(|(angle, step)| *angle += step.to_radians());
        let found = parameters.misset.map(f64::to_degrees);
        println!("{round}: {found:.6?} deg, weighted squares {:.3e}", equations.residuals);
        if step.amax() < 1e-9 {
            let off = found.iter().zip(truth).map(|(found, truth)| (found - truth).abs()).fold(0.0, f64::max);
            return if off < 1e-6 { Ok(()) } else { Err(format!("{off} deg off").into()) };
        }
    }
    Err("not converged".into())
}
