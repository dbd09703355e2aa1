//! Renders a few rows of a small experiment on the calling thread, for counting instructions.
//!
//! `instructions KIND ROWS`: with 0 rows everything is set up and nothing rendered, which is what a count is
//! compared with. The library says on standard output which code ran and how many terms a row has.
#![allow(clippy::print_stdout, reason = "the counting task reads it")]

use std::hint::black_box;
use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu, Precision};
use nanobragg::gradient::{Derivatives, Parameter};
use nanobragg::model::{
    Beam, Crystal, Experiment, IndexBox, Mosaicity, PixelGrid, Placement, Preset, Quirk, Quirks, Reflection,
    Shape, StructureFactors, UnitCell,
};
use nanobragg::units::deg;

/// What the gradient is by.
const PARAMETERS: [&str; 9] =
    ["misset", "cell", "N", "mosaic", "lambda", "distance", "shift", "beam", "scale"];
/// Pixels of a row.
const WIDTH: usize = 512;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let kind = arguments.next().unwrap_or_default();
    let rows: usize = arguments.next().unwrap_or_default().parse()?;
    let (kind, slopes) = match kind.strip_suffix("-slopes") {
        Some(kind) => (kind.to_owned(), true),
        None => (kind, false),
    };
    let (kind, precision) = match kind.strip_suffix("-f32") {
        Some(kind) => (kind.to_owned(), Precision::Single),
        None => (kind, Precision::Double),
    };
    // Spots of the wide kinds reach from node to node, so that no term can be left out.
    let (kind, cells) = match kind.strip_suffix("-wide") {
        Some(kind) => (kind, 3),
        None => (kind.as_str(), 20),
    };
    let (shape, interpolate) = match kind {
        "square" => (Shape::Square, false),
        "round" => (Shape::Round, false),
        "gauss" => (Shape::Gauss, false),
        "tophat" => (Shape::Tophat, false),
        "tricubic" => (Shape::Square, true),
        _ => return Err(format!("no such kind: {kind}").into()),
    };

    let cell = UnitCell::new(40.0, 45.0, 50.0, 80.0, 85.0, 95.0)?;
    let mut experiment = Experiment::new(Crystal::from_cell(cell).with_cells(cells, cells, cells)?, table()?);
    experiment.beam = Beam::new(2e-10)?;
    experiment.crystal = experiment.crystal.with_shape(shape);
    // What a gradient takes for pixels and sources is no part of its terms.
    let count = if slopes { 100 } else { 10 };
    let mosaicity = Mosaicity::Domains { spread: deg(0.5), count };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity)?;
    experiment.detector.placement = Placement::at(0.2);
    experiment.detector.pixels = PixelGrid::new(WIDTH, 64, 0.2e-3);
    // Quirks that depend on the order of pixels are settled on all threads: no two counts would be alike.
    // Of Gaussian and flat spots the C program's are the narrow ones, most terms of which are left out.
    experiment.quirks = Quirks::from(Preset::Exact).with(Quirk::GaussUnits);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.rendering.interpolate = Some(interpolate);

    if slopes {
        experiment.rendering.roi.slow = (Some(0), Some(rows.saturating_sub(1)));
    }
    let plan = experiment.plan()?;
    let backend = Cpu::default().with_precision(precision);
    if slopes && rows > 0 {
        let backend = Cpu::with_threads(1)?;
        let parameters: Vec<Parameter> =
            PARAMETERS.iter().filter_map(|name| Parameter::named(name)).flatten().collect();
        let derivatives = Derivatives::new(&plan, &parameters)?;
        let cotangent = vec![1.0; plan.region.image_fast * plan.region.image_slow];
        black_box(derivatives.pull_back(&backend, &cotangent, &Control::default())?);
    }
    for row in 0..if slopes { 0 } else { rows } {
        black_box(backend.row(&plan, black_box(row)));
    }
    println!("evaluation {}", backend.evaluation(&plan));
    println!("terms-per-row {}", WIDTH * plan.orientations.domains.len());
    Ok(())
}

/// Amplitudes for every index that a pixel can come near.
fn table() -> Result<StructureFactors, Box<dyn std::error::Error>> {
    const REACH: i32 = 12;
    let bounds = IndexBox { min: [-REACH; 3], max: [REACH; 3] };
    let along = || -REACH..=REACH;
    let indices = along().flat_map(|h| along().flat_map(move |k| along().map(move |l| [h, k, l])));
    let reflections = indices
        .map(|[h, k, l]| Reflection { hkl: [h, k, l], f: f64::from(100 + (h * 7 + k * 5 + l * 3) % 50) });
    Ok(StructureFactors::from_reflections(bounds, 0.0, reflections)?)
}
