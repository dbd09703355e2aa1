//! Frames of a sweep: what each stage between the plan and the file takes, and what whole sweeps reach.
//!
//! Stages are timed one after the other in this process; a whole sweep is a process of the program, whose stages
//! overlap. From the time of a long sweep that of a short one is subtracted, so that starting costs nothing.

use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::plan::Plan;
use nanobragg::readout::Readout;
use nanobragg::statistics::Statistics;
use nanobragg_io::atomic::write_atomic;
use nanobragg_io::nexus::Bands;
use nanobragg_wgpu::{Precision, Renderer, Request, Selection};

use super::experiments::{Experiment, still};
use super::measure::{Bench, Mode};

/// The stages of a frame on its way into NXmx.
const STAGES: [&str; 6] = ["render", "read back", "statistics", "noise", "encode", "write"];

/// Seconds of each stage.
type Seconds = [f64; STAGES.len()];

/// The kinds of files, and the flags that ask for them.
const FILES: [(&str, &str, &str); 3] =
    [("npy", "f.npy", "-nonoise"), ("NXmx with noise", "f.nxs", ""), ("CBF with noise", "f.cbf", "")];

/// What renders a frame, and how long its way to the host takes.
type Render<'a> = Box<dyn FnMut(&Plan) -> anyhow::Result<(nanobragg::image::Image, f64)> + 'a>;

/// Times frames of a still with ten domains on the CPU, or on the adapter that `gpu` names.
pub fn run(bench: &Bench, gpu: Option<&Option<String>>, quick: bool) -> anyhow::Result<()> {
    let (edge, frames) = if quick { (256, 20) } else { (1024, 100) };
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
    let experiment = Experiment { flags, ..experiment };
    let plan = bench.setup(&experiment, Mode::new("f64", 0))?.experiment.plan()?;
    println!("{edge} x {edge} pixels, 10 domains, load average {}\n", super::machine::load());
    stages(bench, renderer(gpu)?, &plan, if quick { 5 } else { 20 })?;
    println!();
    for file in FILES {
        whole(bench, &experiment, frames, file)?;
    }
    Ok(())
}

/// What renders, after a frame that found caches cold.
fn renderer<'a>(gpu: Option<&Option<String>>) -> anyhow::Result<Render<'a>> {
    let Some(adapter) = gpu else {
        let cpu = Cpu::default();
        return Ok(Box::new(move |plan| Ok((cpu.render(plan, &Control::default())?, 0.0))));
    };
    let selection = adapter.clone().map_or(Selection::Any, Selection::Named);
    let request = Request { selection, precision: Precision::Single, ..Request::default() };
    let mut renderer = Renderer::new(nanobragg_wgpu::open(&request)?.gpu, Precision::Single)?;
    Ok(Box::new(move |plan| {
        let image = renderer.render(plan, &Control::default())?;
        Ok((image, renderer.timings().read_back.as_secs_f64()))
    }))
}

/// Stage after stage on its own, medians over some frames.
fn stages(bench: &Bench, mut render: Render<'_>, plan: &Plan, repeats: usize) -> anyhow::Result<()> {
    render(plan)?;
    let bands = Bands::of(plan.region.image_fast, plan.region.image_slow);
    let readout = Readout::counted();
    let mut all: Vec<Seconds> = Vec::new();
    for _ in 0..repeats {
        let mut marks = [0.0; STAGES.len()];
        let mut began = Instant::now();
        let mut mark = |at: usize| {
            let now = Instant::now();
            marks[at] = (now - std::mem::replace(&mut began, now)).as_secs_f64();
        };
        let (image, read_back) = render(plan)?;
        mark(0);
        let statistics = Statistics::of(plan, &image);
        mark(2);
        let counts = readout.read(plan, &image, statistics.max);
        mark(3);
        let bytes = bands.compress(&counts.pixels);
        mark(4);
        write_atomic(&bench.folder.join("frame"), |out| out.write_all(&bytes))?;
        mark(5);
        marks[0] -= read_back;
        marks[1] = read_back;
        all.push(marks);
    }
    let median: Vec<f64> = (0..STAGES.len()).map(|at| middle(all.iter().map(|marks| marks[at]))).collect();
    let total: f64 = median.iter().sum();
    println!("{:20} {:>10} {:>12} {:>8}", "stage by itself", "ms", "frames/s", "share");
    for (name, &seconds) in STAGES.iter().zip(&median) {
        let rate = if seconds > 0.0 { format!("{:.0}", 1.0 / seconds) } else { "-".to_owned() };
        println!("{name:20} {:>10.3} {rate:>12} {:>6.1} %", 1e3 * seconds, 100.0 * seconds / total);
    }
    println!("{:20} {:>10.3} {:>12.0}", "one after the other", 1e3 * total, 1.0 / total);
    let longest = STAGES.iter().zip(&median).max_by(|a, b| a.1.total_cmp(b.1));
    if let Some((name, seconds)) = longest {
        println!("bound by {name}: no more than {:.0} frames/s where everything overlaps", 1.0 / seconds);
    }
    Ok(())
}

fn middle(values: impl Iterator<Item = f64>) -> f64 {
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
    let mut command = Command::new(&bench.program);
    command.args(["sweep", "-restart", "-orientations", "random", "-images", &images.to_string(), "-o"]);
    command.arg(&output).args(&experiment.flags).args(more.split_whitespace()).current_dir(&bench.folder);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (before, started) = (processor_of_children(), Instant::now());
    let status = command.status().with_context(|| bench.program.display().to_string())?;
    let seconds = started.elapsed().as_secs_f64();
    ensure!(status.success(), "{command:?} failed");
    let processor = processor_of_children() - before;
    std::fs::remove_dir_all(&folder)?;
    Ok(Spent { seconds, processor })
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
