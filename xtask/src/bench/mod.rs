//! Times of the release build: terms of every kind, whole runs, and how cost grows with the experiment.
//!
//! `render` is the library's rendering of a finished plan, `program` a whole process with its files. Ratios to
//! the C program are of whole processes, run in turn on the same flags.

mod all;
mod experiments;
mod fit;
mod gpu;
pub mod machine;
mod measure;
mod memory;
mod plot;
mod python;
mod report;
mod sweep;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend as _, Cpu};

use experiments::{Effort, Experiment, Supervisor, growths, kinds, still};
use fit::PowerLaw;
use measure::{Bench, Mode};
use report::{Part, Report, Row, Series};

/// One thread in double precision.
const SERIAL: Mode = Mode::new("f64", 1);

/// What the command line asks for.
#[derive(Debug, Default, PartialEq)]
struct Options {
    quick: bool,
    c_program: Option<PathBuf>,
    out: Option<PathBuf>,
    plot: Option<PathBuf>,
    /// A graphics processor is measured instead of the CPU.
    gpu: Option<gpu::GpuOptions>,
    /// Frames of a sweep are measured, stage by stage.
    sweep: bool,
    /// Memory of sweeps is measured.
    memory: bool,
    /// Renders through this interpreter of Python are measured.
    python: Option<PathBuf>,
}

impl Options {
    fn parse(arguments: &[String]) -> anyhow::Result<Options> {
        use lexopt::prelude::{Long, ValueExt as _};
        let mut options = Options::default();
        let (mut adapter, mut peak_tflops, mut all) = (None, None, false);
        let mut parser = lexopt::Parser::from_args(arguments);
        while let Some(argument) = parser.next()? {
            match argument {
                Long("quick") => options.quick = true,
                Long("sweep") => options.sweep = true,
                Long("memory") => options.memory = true,
                Long("python") => options.python = Some(parser.value()?.parse()?),
                Long("all") => all = true,
                Long("c-bin") => options.c_program = Some(parser.value()?.parse()?),
                Long("out") => options.out = Some(parser.value()?.parse()?),
                Long("device") => {
                    let device: String = parser.value()?.parse()?;
                    ensure!(matches!(device.as_str(), "cpu" | "gpu"), "--device {device}: cpu or gpu");
                    options.gpu = (device == "gpu").then(gpu::GpuOptions::default);
                }
                Long("adapter") => adapter = Some(parser.value()?.parse()?),
                Long("peak-tflops") => peak_tflops = Some(parser.value()?.parse()?),
                Long("plot") => options.plot = Some(parser.value()?.parse()?),
                _ => return Err(argument.unexpected().into()),
            }
        }
        if let Some(gpu) = &mut options.gpu {
            *gpu = gpu::GpuOptions { adapter, peak_tflops, all };
        }
        ensure!(!all || options.gpu.is_some(), "--all is for --device gpu");
        ensure!(!options.memory || options.sweep, "--memory is for --sweep");
        Ok(options)
    }
}

pub fn run(arguments: &[String]) -> anyhow::Result<()> {
    let mut options = Options::parse(arguments)?;
    if cfg!(debug_assertions) {
        return optimized(arguments);
    }
    if let Some(path) = &mut options.c_program {
        *path = path.canonicalize().with_context(|| path.display().to_string())?;
    }
    if let Some(path) = options.python.as_mut().filter(|path| path.components().count() > 1) {
        // Links are left as they are: by its own name an interpreter finds its packages.
        *path = std::path::absolute(&*path)?;
    }
    let scratch = tempfile::tempdir()?;
    let bench = Bench {
        program: crate::executable::program("nanobragg")?,
        c_program: options.c_program.clone(),
        folder: scratch.path().to_owned(),
        effort: if options.quick { Effort::QUICK } else { Effort::FULL },
    };
    experiments::write_inputs(&bench.folder)?;
    if let Some(interpreter) = &options.python {
        return python::run(&bench, interpreter, options.quick);
    }
    if options.memory {
        return memory::run(&bench, options.quick);
    }
    if options.sweep {
        return sweep::run(&bench, options.gpu.as_ref().map(|gpu| &gpu.adapter), options.quick);
    }
    if let Some(gpu) = options.gpu.as_ref().filter(|gpu| gpu.all) {
        return all::run(&bench, gpu, options.quick);
    }
    if let Some(gpu) = &options.gpu {
        return gpu::run(&bench, gpu, options.quick, options.out.as_deref());
    }

    let plan = bench.setup(&still("", 64, 1, ""), SERIAL)?.experiment.plan()?;
    let machine = machine::describe(Cpu::default().evaluation(&plan));
    println!("{}, {} cores, {}", machine.cpu, machine.cores, machine.evaluation);
    println!("{}, commit {}, {}", machine.rustc, machine.git_commit, machine.date_utc);
    println!("load average {}: times of a busy machine are too high", machine.load_average);
    let mut report =
        Report { machine, quick: options.quick, rows: Vec::new(), scaling: Vec::new(), skipped: Vec::new() };
    let mut session = Session { bench: &bench, report: &mut report };
    session.everything(options.quick)?;
    println!("load average at the end {}", machine::load());

    if let Some(path) = &options.out {
        std::fs::write(path, serde_json::to_string_pretty(&report)? + "\n")
            .with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    if let Some(path) = &options.plot {
        let caption = format!("square crystal, f64, 1 thread, {}", report.machine.evaluation);
        std::fs::write(path, plot::svg(&report.scaling, &caption))
            .with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Runs the task again from a release build: what it times itself is to be as fast as what users run.
fn optimized(arguments: &[String]) -> anyhow::Result<()> {
    let tail = arguments.iter().map(OsString::from);
    let status = Command::new(env!("CARGO"))
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .args(["run", "--quiet", "--release", "--manifest-path"])
        .arg(crate::root().join("Cargo.toml"))
        .args(["--package", "xtask", "--", "bench"])
        .args(tail)
        .status()?;
    ensure!(status.success(), "the release build of the task failed");
    Ok(())
}

/// A run under way.
struct Session<'a> {
    bench: &'a Bench,
    report: &'a mut Report,
}

impl Session<'_> {
    fn everything(&mut self, quick: bool) -> anyhow::Result<()> {
        let edge = self.bench.effort.edge;
        let (dtypes, threads) = (self.dtypes(), self.thread_counts());
        println!("\n{}", Row::head());
        for experiment in kinds(edge) {
            for &dtype in &dtypes {
                self.render(&experiment, Mode::new(dtype, 1))?;
            }
            if self.bench.c_program.is_some() {
                self.program(&experiment, &dtypes, 1)?;
            }
        }
        let square = still("square, whole", edge, 10, "");
        for &threads in &threads {
            if threads > 1 {
                for &dtype in &dtypes {
                    self.render(&still("square", edge, 10, ""), Mode::new(dtype, threads))?;
                }
            }
            self.program(&square, &dtypes, threads)?;
        }
        self.program(&still("start-up, 64 x 64", 64, 1, ""), &["f64"], 1)?;
        match Supervisor::find() {
            Ok(supervisor) => self.supervisor(&supervisor, &dtypes, &threads)?,
            Err(reason) => self.skip(format!("supervisor experiment: {reason}")),
        }
        println!("\ncost against sizes, f64, 1 thread");
        for growth in growths(quick) {
            self.scaling(growth)?;
        }
        Ok(())
    }

    /// Precisions that the program knows.
    fn dtypes(&mut self) -> Vec<&'static str> {
        let single = Mode::new("f32", 1);
        match self.bench.setup(&still("", 64, 1, ""), single) {
            Ok(_) => vec!["f64", "f32"],
            Err(reason) => {
                self.skip(format!("f32: {reason}"));
                vec!["f64"]
            }
        }
    }

    /// One thread, and two where there are as many cores.
    fn thread_counts(&mut self) -> Vec<usize> {
        if self.report.machine.cores < 2 {
            self.skip("two threads: the machine has one core".to_owned());
            return vec![1];
        }
        vec![1, 2]
    }

    fn skip(&mut self, what: String) {
        println!("skipped: {what}");
        self.report.skipped.push(what);
    }

    fn keep(&mut self, row: Row) {
        println!("{}", row.line());
        self.report.rows.push(row);
    }

    fn render(&mut self, experiment: &Experiment, mode: Mode) -> anyhow::Result<()> {
        let (plan, seconds) = self.bench.render(experiment, mode)?;
        let how = (mode.dtype, mode.threads);
        self.keep(Row::new(&experiment.name, Part::Render, how, plan.terms(), seconds));
        Ok(())
    }

    /// Whole processes; the C program, which has one precision, is timed once.
    fn program(
        &mut self,
        experiment: &Experiment,
        dtypes: &[&'static str],
        threads: usize,
    ) -> anyhow::Result<()> {
        let terms = self.bench.setup(experiment, SERIAL)?.experiment.plan()?.terms();
        let mut c_seconds = None;
        for &dtype in dtypes {
            let mode = Mode::new(dtype, threads);
            let (seconds, c) = self.bench.processes(experiment, mode, c_seconds.is_none())?;
            c_seconds = c_seconds.or(c);
            let row = Row::new(&experiment.name, Part::Program, (dtype, threads), terms, seconds);
            self.keep(row.beside(c_seconds));
        }
        Ok(())
    }

    fn supervisor(
        &mut self,
        supervisor: &Supervisor,
        dtypes: &[&'static str],
        threads: &[usize],
    ) -> anyhow::Result<()> {
        supervisor.write_inputs(&self.bench.folder)?;
        let lean = supervisor.lean();
        for &threads in threads {
            for &dtype in dtypes {
                self.render(&supervisor.experiment, Mode::new(dtype, threads))?;
            }
            self.program(&supervisor.experiment, dtypes, threads)?;
            self.program(&lean, dtypes, threads)?;
        }
        let (loaded, seconds) = self.bench.load(&supervisor.experiment, SERIAL)?;
        let name = format!("load, {loaded} hkl");
        self.keep(Row::new(&name, Part::Load, ("f64", 1), loaded as f64, seconds));
        Ok(())
    }

    fn scaling(&mut self, growth: experiments::Growth) -> anyhow::Result<()> {
        let mut points = Vec::new();
        for (size, experiment) in &growth.steps {
            let (_, seconds) = self.bench.render(experiment, SERIAL)?;
            points.push([*size, seconds.median]);
        }
        let fit = PowerLaw::through(&points);
        let exponent = fit.map_or_else(|| "none".to_owned(), |law| format!("{:.3}", law.exponent));
        let listed = points.iter().map(|[size, seconds]| format!("{size}: {seconds:.5} s"));
        println!("{:11} exponent {exponent}  ({})", growth.name, listed.collect::<Vec<_>>().join(", "));
        self.report.scaling.push(Series { name: growth.name.to_owned(), points, fit });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read() {
        let arguments = ["--quick", "--c-bin", "a", "--out=b.json", "--plot", "c.svg"].map(str::to_owned);
        let expected = Options {
            quick: true,
            c_program: Some("a".into()),
            out: Some("b.json".into()),
            plot: Some("c.svg".into()),
            gpu: None,
            sweep: false,
            memory: false,
            python: None,
        };
        assert_eq!(Options::parse(&arguments).unwrap(), expected);
        assert_eq!(Options::parse(&[]).unwrap(), Options::default());
        for wrong in ["--fast", "--all", "--memory"] {
            assert!(Options::parse(&[wrong.to_owned()]).is_err());
        }
        let python = Options::parse(&["--python", "python3"].map(str::to_owned)).unwrap().python;
        assert_eq!(python, Some("python3".into()));
        let gpu = Options::parse(&["--device", "gpu", "--peak-tflops", "67"].map(str::to_owned)).unwrap().gpu;
        assert_eq!(gpu, Some(gpu::GpuOptions { adapter: None, peak_tflops: Some(67.0), all: false }));
    }
}
