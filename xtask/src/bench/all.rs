//! Every figure of a graphics processor in one run of less than three minutes, from the built programs alone.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend as _, Control};
use nanobragg::plan::Plan;
use nanobragg_wgpu::{ErrorKind, Gpu, GpuBackend, Precision, Renderer, Request, Selection};

use super::experiments::{Effort, Experiment, still};
use super::gpu::{GpuOptions, derivatives, head, line, measure};
use super::measure::{Bench, Mode};
use super::sweep;

/// Time that is left for what comes next.
struct Clock(Instant);

impl Clock {
    /// What begins later would end beyond three minutes.
    const LAST_START: Duration = Duration::from_secs(150);

    fn allows(&self, what: &str) -> bool {
        let allows = self.0.elapsed() < Self::LAST_START;
        if !allows {
            println!("left out, for time: {what}");
        }
        allows
    }
}

/// Sizes.
struct Sizes {
    /// Edge and domains of the kernels' images.
    kernel: (usize, usize),
    tricubic: usize,
    /// Edge and domains of whole images.
    whole: (usize, usize),
    /// Pixels and phi steps of the scan's image.
    scan: (usize, usize, usize),
    /// Edge of a frame of a sweep, and their number.
    frames: (usize, usize),
    reflections: i32,
}

const FULL: Sizes = Sizes {
    kernel: (2048, 1000),
    tricubic: 100,
    whole: (4096, 400),
    scan: (2463, 2527, 10),
    frames: (1024, 300),
    reflections: 30,
};

/// For software adapters: that it runs is what is seen.
const QUICK: Sizes = Sizes {
    kernel: (128, 20),
    tricubic: 4,
    whole: (256, 4),
    scan: (123, 126, 10),
    frames: (128, 20),
    reflections: 6,
};

pub fn run(bench: &Bench, options: &GpuOptions, quick: bool) -> anyhow::Result<()> {
    let clock = Clock(Instant::now());
    let sizes = if quick { &QUICK } else { &FULL };
    let bench = &Bench {
        effort: Effort { repeats: 3, ..bench.effort },
        c_program: None,
        folder: bench.folder.clone(),
        program: bench.program.clone(),
    };
    starts(bench, options)?;
    load(bench, sizes.reflections)?;
    for precision in [Precision::Single, Precision::Double] {
        let Some(gpu) = open(options, precision)? else { continue };
        if precision == Precision::Single {
            frames(bench, &gpu, sizes.frames)?;
            ahead(bench, &gpu, sizes.frames)?;
        }
        images(bench, &gpu, precision, sizes, options, &clock)?;
        scan(bench, &gpu, precision, sizes.scan)?;
    }
    println!();
    let (edge, frames) = sizes.frames;
    if clock.allows("sweeps into files") {
        sweep::wholes(bench, &sweep::experiment(edge, Some(&options.adapter)), frames / 3)?;
    }
    println!("\nmeasured in {:.0} s", clock.0.elapsed().as_secs_f64());
    Ok(())
}

/// The device, if it has the precision.
fn open(options: &GpuOptions, precision: Precision) -> anyhow::Result<Option<Gpu>> {
    let selection = options.adapter.clone().map_or(Selection::Any, Selection::Named);
    let request = Request { selection, precision, ..Request::default() };
    match nanobragg_wgpu::open(&request) {
        Ok(opened) => {
            let info = opened.gpu.info();
            println!(
                "\n{info}, {}, driver {} {}, {}: off by {:.1e} of the brightest pixel",
                info.kind.name(),
                info.driver,
                info.driver_version,
                precision.name(),
                opened.selftest.max_of_max
            );
            Ok(Some(opened.gpu))
        }
        Err(error) if error.kind() == ErrorKind::NoDoublePrecision => {
            println!("SKIPPED: {error}");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// From the start of a process to its exit with a small image, with nothing remembered and then with all.
fn starts(bench: &Bench, options: &GpuOptions) -> anyhow::Result<()> {
    let cache = tempfile::tempdir()?;
    let small = still("start", 64, 1, "-quirks exact -floatfile start.bin");
    let start = |device: &str| -> anyhow::Result<f64> {
        let mut command = Command::new(&bench.program);
        command.args(&small.flags).args(["-device", device]).current_dir(&bench.folder);
        if let Some(adapter) = options.adapter.as_ref().filter(|_| device == "gpu") {
            command.args(["-adapter", adapter]);
        }
        command.env("XDG_CACHE_HOME", cache.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let began = Instant::now();
        let status = command.status().with_context(|| bench.program.display().to_string())?;
        ensure!(status.success(), "{command:?} failed");
        Ok(began.elapsed().as_secs_f64())
    };
    let first = start("gpu")?;
    let mut warm = (0..5).map(|_| start("gpu")).collect::<Result<Vec<_>, _>>()?;
    let mut cpu = (0..5).map(|_| start("cpu")).collect::<Result<Vec<_>, _>>()?;
    println!(
        "start to exit, 64 x 64: {:.0} ms at first, {:.0} ms with what is remembered, {:.0} ms on the cpu",
        1e3 * first,
        1e3 * sweep::middle(warm.drain(..)),
        1e3 * sweep::middle(cpu.drain(..))
    );
    Ok(())
}

/// Reading a table whose indices reach so far.
fn load(bench: &Bench, reach: i32) -> anyhow::Result<()> {
    let mut text = String::new();
    for h in -reach..=reach {
        for k in -reach..=reach {
            for l in -reach..=reach {
                writeln!(text, "{h} {k} {l} {}", 100 + (h * 7 + k * 5 + l * 3) % 50)?;
            }
        }
    }
    std::fs::write(bench.folder.join("large.hkl"), text)?;
    let experiment = still("load", 64, 1, "-hkl large.hkl");
    let (loaded, seconds) = bench.load(&experiment, Mode::new("f64", 1))?;
    println!("reading {loaded} reflections: {:.1} ms", 1e3 * seconds.median);
    Ok(())
}

/// Frames into memory, with one and with several in flight.
fn frames(bench: &Bench, gpu: &Gpu, (edge, count): (usize, usize)) -> anyhow::Result<()> {
    let plan = exact(bench, &still("frames", edge, 10, ""))?;
    for in_flight in [1, 2, 3, 4] {
        let backend = GpuBackend::new(gpu.clone(), Precision::Single)?;
        let next = AtomicUsize::new(0);
        let render = || -> Result<f64, nanobragg::Error> {
            let mut busy = 0.0;
            while next.fetch_add(1, Ordering::Relaxed) < count {
                backend.recycle(backend.frame(
                    &plan,
                    &nanobragg::backend::Want::default(),
                    &Control::default(),
                )?);
                busy += backend.renderer().timings().kernel.as_secs_f64();
            }
            Ok(busy)
        };
        backend.render(&plan, &Control::default())?;
        let began = Instant::now();
        let busy = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..in_flight).map(|_| scope.spawn(render)).collect();
            let busy = threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(f64::NAN)));
            busy.sum::<Result<f64, _>>()
        })?;
        let seconds = began.elapsed().as_secs_f64();
        println!(
            "{edge} x {edge} x 10 into memory, {in_flight} in flight: {:.0} frames/s, device busy {:.0} %",
            count as f64 / seconds,
            100.0 * busy / seconds
        );
    }
    Ok(())
}

/// Frames that one thread submits so many ahead of those that it collects: where its time goes.
fn ahead(bench: &Bench, gpu: &Gpu, (edge, count): (usize, usize)) -> anyhow::Result<()> {
    let plan = exact(bench, &still("frames", edge, 10, ""))?;
    let control = Control::default();
    for most in [1, 2, 3] {
        let mut renderer = Renderer::new(gpu.clone(), Precision::Single)?;
        let first = renderer.render(&plan, &control)?;
        renderer.recycle(first);
        let (mut submitting, mut collecting) = (0.0, 0.0);
        let mut pending = VecDeque::new();
        let began = Instant::now();
        for number in 0..count + most {
            if number < count {
                let began = Instant::now();
                pending.push_back(renderer.submit(&plan, &control)?);
                submitting += began.elapsed().as_secs_f64();
            }
            if number >= most
                && let Some(frame) = pending.pop_front()
            {
                let began = Instant::now();
                let image = renderer.collect(frame, &control)?;
                collecting += began.elapsed().as_secs_f64();
                renderer.recycle(image);
            }
        }
        println!(
            "{edge} x {edge} x 10, one thread, {most} ahead: {:.0} frames/s, submitting {:.3} ms, collecting {:.3} ms",
            count as f64 / began.elapsed().as_secs_f64(),
            1e3 * submitting / count as f64,
            1e3 * collecting / count as f64
        );
    }
    Ok(())
}

/// Kernels and whole images of every shape.
fn images(
    bench: &Bench,
    gpu: &Gpu,
    precision: Precision,
    sizes: &Sizes,
    options: &GpuOptions,
    clock: &Clock,
) -> anyhow::Result<()> {
    let ((edge, domains), (whole, few)) = (sizes.kernel, sizes.whole);
    let shapes =
        [("square", ""), ("round", "-round_xtal"), ("gauss", "-gauss_xtal"), ("tophat", "-tophat_spots")];
    let mut all: Vec<Experiment> = Vec::new();
    for (name, flag) in shapes {
        all.push(still(&format!("{name}, kernel"), edge, domains, flag));
    }
    all.push(still("tricubic, kernel", edge, sizes.tricubic, "-interpolate"));
    for (name, flag) in shapes {
        all.push(still(&format!("{name}, {whole}^2 x {few}"), whole, few, flag));
    }
    all.push(still(&format!("square, {whole}^2 x 1"), whole, 1, ""));
    println!("{}", head());
    for experiment in all {
        if !clock.allows(&format!("{}, {}", experiment.name, precision.name())) {
            continue;
        }
        let row = measure(bench, gpu, precision, &experiment, options.peak_tflops)?;
        println!("{}", line(&row));
        if experiment.name.ends_with(", kernel")
            && let Some(row) = derivatives(bench, gpu, precision, &experiment, &row)?
        {
            println!("{}", line(&row));
        }
    }
    Ok(())
}

/// An image of a rotation in process, from a plan that is ready to pixels in host memory, with all warm.
fn scan(
    bench: &Bench,
    gpu: &Gpu,
    precision: Precision,
    (fast, slow, steps): (usize, usize, usize),
) -> anyhow::Result<()> {
    let more = format!("-osc 0.1 -phisteps {steps} -detpixels_x {fast} -detpixels_y {slow}");
    let plan = exact(bench, &still("scan", 2500, 1, &more))?;
    let mut renderer = Renderer::new(gpu.clone(), precision)?;
    let mut seconds = Vec::new();
    for _ in 0..6 {
        let began = Instant::now();
        let image = renderer.render(&plan, &Control::default())?;
        seconds.push(began.elapsed().as_secs_f64());
        renderer.recycle(image);
    }
    let warm = sweep::middle(seconds.into_iter().skip(1));
    println!(
        "{fast} x {slow} x {steps} phi steps, {}, warm, into host memory: {:.2} ms",
        precision.name(),
        1e3 * warm
    );
    Ok(())
}

fn exact(bench: &Bench, experiment: &Experiment) -> anyhow::Result<Plan> {
    let mut flags = experiment.flags.clone();
    flags.extend(["-quirks", "exact"].map(str::to_owned));
    let experiment = Experiment { flags, ..experiment.clone() };
    Ok(bench.setup(&experiment, Mode::new("f64", 0))?.experiment.plan()?)
}
