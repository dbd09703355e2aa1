//! Times of a graphics processor: sending, computing and reading back apart.

use std::path::Path;
use std::time::Instant;

use anyhow::Context as _;
use nanobragg::backend::{Control, Differentiate as _};
use nanobragg::gradient::{Derivatives, Parameter, PixelSet};
use nanobragg::plan::Plan;
use nanobragg::sensitivity::Block;
use nanobragg_wgpu::{Gpu, GpuBackend, Precision, Renderer, Request, Selection, Timings};
use serde::Serialize;

use super::experiments::{Experiment, kinds, still};
use super::measure::{Bench, Mode};

/// Single-precision operations, a multiply-add counted as one, of a term of the square crystal with a table: what
/// `docs/GPU.md` counts. Integer arithmetic and conversions come on top.
const F32_OPERATIONS: f64 = 93.0;

/// Parameters of all kinds that a still has derivatives by.
const PARAMETERS: &str = "misset,cell,N,mosaic,lambda,distance,shift,beam,scale";

/// What the command line asks for.
#[derive(Debug, Default, PartialEq)]
pub struct GpuOptions {
    /// Name or number of the adapter.
    pub adapter: Option<String>,
    /// Single-precision peak in units of 10¹² floating-point operations a second, two a multiply-add.
    pub peak_tflops: Option<f64>,
    /// Whether whole frames, sweeps and starts are measured as well.
    pub all: bool,
}

/// One measured experiment.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    name: String,
    dtype: &'static str,
    terms: f64,
    /// Seconds, medians.
    pub wall: f64,
    upload: f64,
    kernel: f64,
    pub read_back: f64,
    device_clock: bool,
    dispatches: u64,
    gterms_per_second: f64,
    /// Share of the single-precision peak, where that is given.
    of_peak: Option<f64>,
    /// Of derivatives, the kernel's time in images.
    images: Option<f64>,
}

/// Renders the experiments of the CPU's tables and a large one in every precision of the device.
pub fn run(bench: &Bench, options: &GpuOptions, quick: bool, out: Option<&Path>) -> anyhow::Result<()> {
    let selection = options.adapter.clone().map_or(Selection::Any, Selection::Named);
    let mut rows = Vec::new();
    let mut described = String::new();
    for precision in [Precision::Single, Precision::Double] {
        let request = Request { selection: selection.clone(), precision, ..Request::default() };
        let opened = match nanobragg_wgpu::open(&request) {
            Ok(opened) => opened,
            Err(error) if error.kind() == nanobragg_wgpu::ErrorKind::NoDoublePrecision => {
                println!("SKIPPED: {error}");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        if described.is_empty() {
            let info = opened.gpu.info();
            described =
                format!("{info}, {}, driver {} {}", info.kind.name(), info.driver, info.driver_version);
            println!("{described}\n\n{}", head());
        }
        for experiment in experiments(bench.effort.edge, quick) {
            let row = measure(bench, &opened.gpu, precision, &experiment, options.peak_tflops)?;
            println!("{}", line(&row));
            let derivatives = derivatives(bench, &opened.gpu, precision, &experiment, &row)?;
            rows.push(row);
            if let Some(row) = derivatives {
                println!("{}", line(&row));
                rows.push(row);
            }
        }
    }
    if let Some(path) = out {
        let report = serde_json::json!({ "device": described, "rows": rows });
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")
            .with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// `quick` leaves out what takes software adapters minutes.
fn experiments(edge: usize, quick: bool) -> Vec<Experiment> {
    let edge = if quick { edge / 4 } else { edge };
    let mut all = kinds(edge);
    if !quick {
        all.push(still("square, 1000 domains", edge, 1000, ""));
    }
    all
}

pub(super) fn measure(
    bench: &Bench,
    gpu: &Gpu,
    precision: Precision,
    experiment: &Experiment,
    peak_tflops: Option<f64>,
) -> anyhow::Result<Row> {
    let plan = planned(bench, experiment)?;
    let mut renderer = Renderer::new(gpu.clone(), precision)?;
    // The first image compiles the shader and sends the table.
    let image = renderer.render(&plan, &Control::default())?;
    renderer.recycle(image);
    let mut runs: Vec<(f64, Timings)> = Vec::new();
    for _ in 0..bench.effort.repeats {
        let began = Instant::now();
        let image = renderer.render(&plan, &Control::default())?;
        runs.push((began.elapsed().as_secs_f64(), renderer.timings()));
        renderer.recycle(image);
    }
    let row = Row::of(experiment.name.clone(), precision, plan.terms(), &runs);
    let of_peak = |peak: f64| row.gterms_per_second * 1e9 * 2.0 * F32_OPERATIONS / (peak * 1e12);
    let of_peak = peak_tflops.filter(|_| precision == Precision::Single).map(of_peak);
    Ok(Row { of_peak, ..row })
}

/// The plan of an experiment. Interpolation beyond the table is settled term by term under the other presets.
fn planned(bench: &Bench, experiment: &Experiment) -> anyhow::Result<Plan> {
    let mut flags = experiment.flags.clone();
    flags.extend(["-quirks", "exact"].map(str::to_owned));
    let experiment = Experiment { flags, ..experiment.clone() };
    Ok(bench.setup(&experiment, Mode::new("f64", 0))?.experiment.plan()?)
}

/// Measures the sums for derivatives by parameters of all kinds, with their way to the host, beside the `image` alone. None for what
/// has no derivatives.
pub(super) fn derivatives(
    bench: &Bench,
    gpu: &Gpu,
    precision: Precision,
    experiment: &Experiment,
    image: &Row,
) -> anyhow::Result<Option<Row>> {
    let plan = planned(bench, experiment)?;
    let parameters: Vec<Parameter> = PARAMETERS.split(',').filter_map(Parameter::named).flatten().collect();
    let Ok(derivatives) = Derivatives::new(&plan, &parameters) else { return Ok(None) };
    let backend = GpuBackend::new(gpu.clone(), precision)?;
    if backend.differentiates(&plan, derivatives.layout()).is_err() {
        return Ok(None);
    }
    let mut runs: Vec<(f64, Timings)> = Vec::new();
    for _ in 0..=bench.effort.repeats {
        let began = Instant::now();
        let each = |_: usize, _: &Block<'_>| {};
        backend.sensitivities(&plan, derivatives.layout(), PixelSet::All, &Control::default(), &each)?;
        runs.push((began.elapsed().as_secs_f64(), backend.renderer().timings()));
    }
    // The first compiles the shader.
    let row = Row::of("  with all derivatives".to_owned(), precision, plan.terms(), &runs[1..]);
    Ok(Some(Row { images: Some(row.kernel / image.kernel), ..row }))
}

impl Row {
    /// The medians of `runs`, each with the seconds it took.
    fn of(name: String, precision: Precision, terms: f64, runs: &[(f64, Timings)]) -> Row {
        let median = |of: fn(&(f64, Timings)) -> f64| {
            let mut values: Vec<f64> = runs.iter().map(of).collect();
            values.sort_by(f64::total_cmp);
            values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
        };
        let last = runs.last().map(|(_, timings)| *timings).unwrap_or_default();
        let kernel = median(|(_, timings)| timings.kernel.as_secs_f64());
        Row {
            name,
            dtype: precision.name(),
            terms,
            wall: median(|(wall, _)| *wall),
            upload: median(|(_, timings)| timings.upload.as_secs_f64()),
            kernel,
            read_back: median(|(_, timings)| timings.read_back.as_secs_f64()),
            device_clock: last.by_device_clock,
            dispatches: last.dispatches,
            gterms_per_second: terms / kernel / 1e9,
            of_peak: None,
            images: None,
        }
    }
}

pub(super) fn head() -> String {
    format!(
        "{:22} {:5} {:>10} {:>10} {:>10} {:>10} {:>10} {:>5} {:>9} {:>8}",
        "name",
        "dtype",
        "terms",
        "wall ms",
        "upload ms",
        "kernel ms",
        "read ms",
        "runs",
        "Gterm/s",
        "of peak"
    )
}

pub(super) fn line(row: &Row) -> String {
    let peak = row.of_peak.map_or_else(String::new, |share| format!("{:.1} %", 100.0 * share));
    let images = row.images.map_or_else(String::new, |images| format!("  {images:.2} images"));
    format!(
        "{:22} {:5} {:>10.3e} {:>10.3} {:>10.3} {:>10.3} {:>10.3} {:>5} {:>9.4} {peak:>8}{}{images}",
        row.name,
        row.dtype,
        row.terms,
        1e3 * row.wall,
        1e3 * row.upload,
        1e3 * row.kernel,
        1e3 * row.read_back,
        row.dispatches,
        row.gterms_per_second,
        if row.device_clock { "" } else { "  (host clock)" },
    )
}
