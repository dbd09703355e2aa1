//! Measures a device: `cargo run --release -p nanobragg-wgpu --example measure -- [PIXELS [ORIENTATIONS [f32|f64 [SHAPE]]]]`.
//!
//! A crystal (square) with a table of structure factors, PIXELS × PIXELS pixels (1024), ORIENTATIONS mosaic domains
//! (100). The first image compiles the shader and sends the table; the median of the five after it is printed, and then that of
//! the sums for derivatives, of a few parameters and of all groups.
#![allow(clippy::print_stdout, reason = "it prints what it measures")]

use std::error::Error;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::{Derivatives, Parameter, PixelSet};
use nanobragg::model::{
    Crystal, Experiment, IndexBox, Mosaicity, PixelGrid, Reflection, Shape, StructureFactors, UnitCell,
};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::Block;
use nanobragg_wgpu::{Gpu, GpuBackend, Precision, Renderer, Selection, Timings, selftest};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let pixels = arguments.next().map_or(Ok(1024), |text| text.parse())?;
    let orientations = arguments.next().map_or(Ok(100), |text| text.parse())?;
    let precision = match arguments.next().as_deref() {
        None | Some("f32") => Precision::Single,
        Some("f64") => Precision::Double,
        Some(other) => return Err(format!("'{other}' is neither f32 nor f64").into()),
    };

    let shape = arguments.next().unwrap_or_else(|| Shape::default().name().to_owned());
    let shape = Shape::ALL.iter().copied().find(|known| known.name() == shape).ok_or("no such shape")?;

    let gpu = Gpu::open(&Selection::Any)?;
    let info = gpu.info().clone();
    println!("{info}, {}, driver {} {}", info.kind.name(), info.driver, info.driver_version);
    selftest(&gpu, precision)?.passes()?;

    let plan = plan(pixels, orientations, shape)?;
    let mut renderer = Renderer::new(gpu.clone(), precision)?;
    let began = Instant::now();
    renderer.render(&plan, &Control::default())?;
    println!("first image: {:.3} s", began.elapsed().as_secs_f64());

    let mut runs: Vec<(Duration, Timings)> = Vec::new();
    for _ in 0..5 {
        let began = Instant::now();
        renderer.render(&plan, &Control::default())?;
        runs.push((began.elapsed(), renderer.timings()));
    }
    runs.sort_by_key(|(wall, _)| *wall);
    let Some((wall, timings)) = runs.get(runs.len() / 2) else { return Ok(()) };
    let clock = if timings.by_device_clock { "device clock" } else { "host clock" };
    println!("{pixels} x {pixels} pixels, {orientations} domains, {}", precision.name());
    println!("wall       {:9.3} ms", 1e3 * wall.as_secs_f64());
    println!("upload     {:9.3} ms", 1e3 * timings.upload.as_secs_f64());
    println!(
        "kernel     {:9.3} ms ({clock}, {} dispatches)",
        1e3 * timings.kernel.as_secs_f64(),
        timings.dispatches
    );
    println!("read-back  {:9.3} ms, waiting for the kernel included", 1e3 * timings.read_back.as_secs_f64());
    println!("terms      {:9.3} Gterm/s", plan.terms() / timings.kernel.as_secs_f64() / 1e9);
    let kernel = timings.kernel;
    drop(renderer);
    for names in ["scale", "misset", "misset,cell,N", "misset,cell,N,mosaic,lambda,distance,shift,beam,scale"]
    {
        slopes(&gpu, precision, &plan, names, kernel)?;
    }
    Ok(())
}

/// Measures the sums for derivatives by `names`, whose image took the device `image`.
fn slopes(
    gpu: &Gpu,
    precision: Precision,
    plan: &Plan,
    names: &str,
    image: Duration,
) -> Result<(), Box<dyn Error>> {
    let parameters: Vec<Parameter> = names.split(',').filter_map(Parameter::named).flatten().collect();
    let derivatives = Derivatives::new(plan, &parameters)?;
    let backend = GpuBackend::new(gpu.clone(), precision)?;
    let mut runs: Vec<(Duration, Timings)> = Vec::new();
    for _ in 0..4 {
        let began = Instant::now();
        let each = |_: usize, _: &Block<'_>| {};
        backend.sensitivities(plan, derivatives.layout(), PixelSet::All, &Control::default(), &each)?;
        runs.push((began.elapsed(), backend.renderer().timings()));
    }
    let first = runs.remove(0).0;
    runs.sort_by_key(|(wall, _)| *wall);
    let Some((wall, timings)) = runs.get(runs.len() / 2) else { return Ok(()) };
    println!(
        "{:2} derivatives, {:2} sums: kernel {:9.3} ms, {:.2} images; wall {:9.3} ms, the first time {:.3} s: {names}",
        parameters.len(),
        derivatives.layout().rows(),
        1e3 * timings.kernel.as_secs_f64(),
        timings.kernel.as_secs_f64() / image.as_secs_f64(),
        1e3 * wall.as_secs_f64(),
        first.as_secs_f64(),
    );
    Ok(())
}

fn plan(pixels: usize, orientations: usize, shape: Shape) -> Result<Plan, Box<dyn Error>> {
    let bounds = IndexBox { min: [-40; 3], max: [40; 3] };
    let indices =
        (-40..=40i32).flat_map(|h| (-40..=40).flat_map(move |k| (-40..=40).map(move |l| [h, k, l])));
    let reflections = indices.map(|hkl| Reflection {
        hkl,
        f: f64::from((7 * hkl[0] + 13 * hkl[1] + 29 * hkl[2]).rem_euclid(101)),
    });
    let table = StructureFactors::from_reflections(bounds, 0.0, reflections)?;
    let cell = UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?;
    let mut experiment = Experiment::new(Crystal::from_cell(cell).with_cells(20, 20, 20)?, table);
    let mosaicity = Mosaicity::Domains { spread: 0.01, count: orientations };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity)?.with_shape(shape);
    experiment.rendering.interpolate = Some(false);
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.detector.pixels = PixelGrid::new(pixels, pixels, 0.2 / pixels as f64);
    Ok(experiment.plan()?)
}
