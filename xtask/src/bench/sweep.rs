//! Frames of a sweep: what each stage between the plan and the file takes, and what whole sweeps reach.
//!
//! Stages are timed one after the other in this process; a whole sweep is a process of the program, whose stages
//! overlap. From the time of a long sweep that of a short one is subtracted, so that starting costs nothing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend as _, Control, Cpu, Frame};
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::readout::{Counts, Readout};
use nanobragg::statistics::Statistics;
use nanobragg_io::atomic::write_atomic;
use nanobragg_io::nexus::Bands;
use nanobragg_wgpu::{GpuBackend, Precision, Request, Selection};

use super::experiments::{Experiment, still};
use super::measure::{Bench, Mode};

/// The stages of a frame on its way into NXmx.
const STAGES: [&str; 6] = ["render", "read back", "statistics", "noise", "encode", "write"];

/// Seconds of each stage.
type Seconds = [f64; STAGES.len()];

/// The kinds of files, and the flags that ask for them.
const FILES: [(&str, &str, &str); 3] =
    [("npy", "f.npy", "-nonoise"), ("NXmx with noise", "f.nxs", ""), ("CBF with noise", "f.cbf", "")];

/// Gives the image of a plan, and how long its way to the host took.
type RenderFrame<'a> = Box<dyn FnMut(&Plan) -> anyhow::Result<(Image, f64)> + 'a>;

/// What renders a frame, and what takes its memory back.
struct Render<'a> {
    frame: RenderFrame<'a>,
    recycle: Box<dyn Fn(Image) + 'a>,
}

/// Times frames of a still with ten domains on the CPU, or on the adapter that `gpu` names.
pub fn run(bench: &Bench, gpu: Option<&Option<String>>, quick: bool) -> anyhow::Result<()> {
    let (edge, frames) = if quick { (256, 20) } else { (1024, 100) };
    let experiment = experiment(edge, gpu);
    let plan = bench.setup(&experiment, Mode::new("f64", 0))?.experiment.plan()?;
    println!("{edge} x {edge} pixels, 10 domains, load average {}\n", super::machine::load());
    stages(bench, renderer(gpu)?, &plan, gpu.is_some(), if quick { 5 } else { 20 })?;
    println!();
    wholes(bench, &experiment, frames)
}

/// Whole sweeps into each kind of file.
pub fn wholes(bench: &Bench, experiment: &Experiment, frames: usize) -> anyhow::Result<()> {
    FILES.into_iter().try_for_each(|file| whole(bench, experiment, frames, file))
}

/// The experiment whose frames are swept, on the CPU or on the adapter that `gpu` names.
pub fn experiment(edge: usize, gpu: Option<&Option<String>>) -> Experiment {
    let experiment = still("sweep", edge, 10, "-nonoise");
    let mut flags: Vec<String> = experiment.flags.clone();
    flags.retain(|flag| flag != "-nonoise" && flag != "-nopgm");
    flags.extend(["-quirks", "exact"].map(str::to_owned));
    if let Some(adapter) = gpu {
        flags.extend(["-device", "gpu"].map(str::to_owned));
        if let Some(adapter) = adapter {
            flags.extend(["-adapter".to_owned(), adapter.clone()]);
        }
    }
    Experiment { flags, ..experiment }
}

/// What renders: a core, whose time is what a frame costs, or a graphics processor.
fn renderer<'a>(gpu: Option<&Option<String>>) -> anyhow::Result<Render<'a>> {
    let Some(adapter) = gpu else {
        let cpu = Cpu::with_threads(1)?;
        let spares = cpu.clone();
        return Ok(Render {
            frame: Box::new(move |plan| Ok((cpu.render(plan, &Control::default())?, 0.0))),
            recycle: Box::new(move |image| spares.recycle(Frame::of(image))),
        });
    };
    let selection = adapter.clone().map_or(Selection::Any, Selection::Named);
    let request = Request { selection, precision: Precision::Single, ..Request::default() };
    let gpu = Arc::new(GpuBackend::new(nanobragg_wgpu::open(&request)?.gpu, Precision::Single)?);
    let spares = Arc::clone(&gpu);
    Ok(Render {
        frame: Box::new(move |plan| {
            let image = gpu.render(plan, &Control::default())?;
            let timings = gpu.renderer().timings();
            Ok((image, timings.read_back.saturating_sub(timings.kernel).as_secs_f64()))
        }),
        recycle: Box::new(move |image| spares.recycle(Frame::of(image))),
    })
}

/// Stage after stage on one core each, as the threads of a sweep have them, medians over some frames.
fn stages(
    bench: &Bench,
    mut render: Render<'_>,
    plan: &Plan,
    on_device: bool,
    repeats: usize,
) -> anyhow::Result<()> {
    // The first one finds caches cold.
    let (image, _) = (render.frame)(plan)?;
    (render.recycle)(image);
    let bands = Bands::of(plan.region.image_fast, plan.region.image_slow);
    let readout = Readout::counted();
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build()?;
    let mut counts = Counts::default();
    let mut all: Vec<Seconds> = Vec::new();
    for _ in 0..repeats {
        let mut marks = [0.0; STAGES.len()];
        let mut began = Instant::now();
        let mut mark = |at: usize| {
            let now = Instant::now();
            marks[at] = (now - std::mem::replace(&mut began, now)).as_secs_f64();
        };
        let (image, read_back) = (render.frame)(plan)?;
        mark(0);
        let statistics = alone.install(|| Statistics::of(plan, &image));
        mark(2);
        alone.install(|| readout.start(plan, &image, statistics.max).rows_into(image.slow(), &mut counts));
        mark(3);
        let bytes = bands.compress(&counts.pixels);
        mark(4);
        write_atomic(&bench.folder.join("frame"), |out| out.write_all(&bytes))?;
        mark(5);
        marks[0] -= read_back;
        marks[1] = read_back;
        all.push(marks);
        (render.recycle)(image);
    }
    let median: Vec<f64> = (0..STAGES.len()).map(|at| middle(all.iter().map(|marks| marks[at]))).collect();
    let total: f64 = median.iter().sum();
    println!("{:20} {:>10} {:>12} {:>8}", "stage, one core", "ms", "frames/s", "share");
    for (name, &seconds) in STAGES.iter().zip(&median) {
        let rate = if seconds > 0.0 { format!("{:.0}", 1.0 / seconds) } else { "-".to_owned() };
        println!("{name:20} {:>10.3} {rate:>12} {:>6.1} %", 1e3 * seconds, 100.0 * seconds / total);
    }
    println!("{:20} {:>10.3} {:>12.1}", "one after the other", 1e3 * total, 1.0 / total);
    println!("{}", bound(&median, on_device));
    Ok(())
}

/// What bounds a sweep whose stages overlap: a device, or the cores.
fn bound(stages: &[f64], on_device: bool) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as f64;
    let first_of_cores = usize::from(on_device);
    let on_cores: f64 = stages.iter().skip(first_of_cores).sum();
    let device = if on_device { stages.first().copied().unwrap_or(0.0) } else { 0.0 };
    let most = stages.iter().zip(STAGES).skip(first_of_cores).max_by(|a, b| a.0.total_cmp(b.0));
    let most = most.map_or("", |(_, name)| name);
    if device > on_cores / cores {
        format!("bound by the device: no more than {:.0} frames/s", 1.0 / device)
    } else {
        format!(
            "bound by {cores} cores, most of all by {most}: no more than {:.1} frames/s, {:.1} a core",
            cores / on_cores,
            1.0 / on_cores
        )
    }
}

pub fn middle(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// A sweep of `frames` frames more than another, as processes.
fn whole(
    bench: &Bench,
    experiment: &Experiment,
    frames: usize,
    (name, file, more): (&str, &str, &str),
) -> anyhow::Result<()> {
    /// Frames of the short sweep: each thread has had one.
    const FEW: usize = 5;
    let mut rates = Vec::new();
    let mut cores = Vec::new();
    for _ in 0..3 {
        let short = sweep(bench, experiment, FEW, file, more)?;
        let long = sweep(bench, experiment, FEW + frames, file, more)?;
        rates.push(frames as f64 / (long.seconds - short.seconds));
        cores.push((long.processor - short.processor) / (long.seconds - short.seconds));
    }
    let busy = middle(cores.into_iter());
    let busy = if busy.is_finite() { format!(", {busy:.2} cores busy") } else { String::new() };
    println!("sweep into {name:16} {:>8.0} frames/s{busy}", middle(rates.into_iter()));
    Ok(())
}

/// What a process took.
struct Spent {
    seconds: f64,
    /// Seconds of all threads.
    processor: f64,
}

fn sweep(
    bench: &Bench,
    experiment: &Experiment,
    images: usize,
    file: &str,
    more: &str,
) -> anyhow::Result<Spent> {
    let folder = bench.folder.join("sweep");
    std::fs::create_dir_all(&folder)?;
    let output = folder.join(file);
    let mut command = command(bench, experiment, images, &output, more);
    let (before, started) = (processor_of_children(), Instant::now());
    let status = command.status().with_context(|| bench.program.display().to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} failed");
    let processor = processor_of_children() - before;
    std::fs::remove_dir_all(&folder)?;
    Ok(Spent { seconds, processor })
}

/// A sweep into `output`.
pub fn command(bench: &Bench, experiment: &Experiment, images: usize, output: &Path, more: &str) -> Command {
    let mut command = Command::new(&bench.program);
    command.args(["sweep", "-restart", "-orientations", "random", "-images", &images.to_string(), "-o"]);
    command.arg(output).args(&experiment.flags).args(more.split_whitespace()).current_dir(&bench.folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Seconds of processor time of the processes that this one has waited for; not a number where the system does not say.
fn processor_of_children() -> f64 {
    /// What the kernel counts in, on every machine with this file.
    const TICKS_PER_SECOND: f64 = 100.0;
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is a name in parentheses, which may hold anything.
    let fields: Vec<f64> = text
        .rsplit_once(')')
        .map(|(_, rest)| {
            rest.split_whitespace().skip(13).take(2).filter_map(|field| field.parse().ok()).collect()
        })
        .unwrap_or_default();
    if fields.len() == 2 { fields.iter().sum::<f64>() / TICKS_PER_SECOND } else { f64::NAN }
}
