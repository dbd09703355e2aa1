//! Clocks: a render inside the library, a whole process, the C program beside it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::plan::Plan;
use nanobragg_config::{Context, Setup, classic, resolve};

use super::experiments::{Effort, Experiment};
use super::report::Timing;

/// Where the programs are, and the folder they run in.
pub struct Bench {
    pub program: PathBuf,
    pub c_program: Option<PathBuf>,
    pub folder: PathBuf,
    pub effort: Effort,
}

/// How an experiment is rendered.
#[derive(Clone, Copy, Debug)]
pub struct Mode {
    pub dtype: &'static str,
    pub threads: usize,
}

impl Mode {
    pub const fn new(dtype: &'static str, threads: usize) -> Mode {
        Mode { dtype, threads }
    }

    /// Flags of this program for the mode; double precision is what it does unasked. The preset is the one that
    /// earlier reports were measured with.
    pub fn flags(self) -> Vec<String> {
        let mut flags = ["-quirks", "spec", "-threads"].map(str::to_owned).to_vec();
        flags.push(self.threads.to_string());
        if self.dtype != "f64" {
            flags.extend(["-dtype".to_owned(), self.dtype.to_owned()]);
        }
        flags
    }
}

impl Bench {
    /// Reads the flags and the files that they name.
    pub fn setup(&self, experiment: &Experiment, mode: Mode) -> anyhow::Result<Setup> {
        let flags = experiment.flags.iter().cloned().chain(mode.flags()).map(Into::into);
        let context = Context { directory: self.folder.clone(), ..Context::default() };
        Ok(resolve(&classic::parse(flags)?, &context)?)
    }

    /// Times the library's rendering of a finished plan.
    pub fn render(&self, experiment: &Experiment, mode: Mode) -> anyhow::Result<(Plan, Timing)> {
        let setup = self.setup(experiment, mode)?;
        let plan = setup.experiment.plan()?;
        let backend = Cpu::with_threads(setup.threads)?.with_precision(setup.precision.unwrap_or_default());
        // The first one finds caches cold and threads asleep.
        backend.render(&plan, &Control::default())?;
        let mut seconds = Vec::new();
        for _ in 0..self.effort.repeats {
            let started = Instant::now();
            let image = backend.render(&plan, &Control::default())?;
            seconds.push(started.elapsed().as_secs_f64());
            drop(image);
        }
        Ok((plan, Timing::of(seconds)))
    }

    /// Times parsing, input files and table, up to the finished description of the experiment.
    pub fn load(&self, experiment: &Experiment, mode: Mode) -> anyhow::Result<(u64, Timing)> {
        let mut seconds = Vec::new();
        let mut loaded = 0;
        for _ in 0..self.effort.repeats {
            let started = Instant::now();
            let setup = self.setup(experiment, mode)?;
            seconds.push(started.elapsed().as_secs_f64());
            loaded = setup.experiment.structure_factors.loaded();
        }
        Ok((loaded, Timing::of(seconds)))
    }

    /// Times the whole program and, with `beside_c`, the C program in turn.
    pub fn processes(
        &self,
        experiment: &Experiment,
        mode: Mode,
        beside_c: bool,
    ) -> anyhow::Result<(Timing, Option<Timing>)> {
        let flags: Vec<String> = experiment.flags.iter().cloned().chain(mode.flags()).collect();
        let c_program = self.c_program.as_ref().filter(|_| beside_c);
        let (mut seconds, mut c_seconds) = (Vec::new(), Vec::new());
        for repeat in 0..self.effort.repeats {
            seconds.push(self.process(&self.program, &flags, mode.threads)?);
            if let Some(program) = c_program.filter(|_| repeat < self.effort.c_repeats) {
                c_seconds.push(self.process(program, &experiment.flags, mode.threads)?);
            }
        }
        Ok((Timing::of(seconds), c_program.map(|_| Timing::of(c_seconds))))
    }

    /// Seconds from start to exit.
    fn process(&self, program: &Path, flags: &[String], threads: usize) -> anyhow::Result<f64> {
        let mut command = Command::new(program);
        command.args(flags).current_dir(&self.folder).env("OMP_NUM_THREADS", threads.to_string());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let started = Instant::now();
        let status = command.status().with_context(|| program.display().to_string())?;
        let seconds = started.elapsed().as_secs_f64();
        ensure!(status.success(), "{} {} failed", program.display(), flags.join(" "));
        Ok(seconds)
    }
}
