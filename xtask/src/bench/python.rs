//! What a render costs through Python beside the same render of the library, and what two threads of Python gain.
//!
//! Times are taken in pairs, one right after the other, and their ratios are looked at: what else the machine does
//! meanwhile slows both.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, ensure};
use nanobragg::backend::{Backend as _, Control, Cpu};

use super::experiments::still;
use super::measure::{Bench, Mode};
use super::report::Timing;

/// What the interpreter runs.
const SCRIPT: &str = include_str!("python.py");
/// What a render through Python may take, in renders of the library.
const BOUND: f64 = 1.05;

/// Pairs of renders of ten domains on one thread and on every core, by the interpreter's package and by the library.
pub fn run(bench: &Bench, interpreter: &Path, quick: bool) -> anyhow::Result<()> {
    let (edge, pairs) = if quick { (256, 5) } else { (1024, 31) };
    println!("{edge} x {edge} pixels, 10 domains, {pairs} pairs, load average {}", super::machine::load());
    let cores = std::thread::available_parallelism()?.get();
    let mut threads = vec![1, cores];
    threads.dedup();
    for threads in threads {
        let mode = Mode::new("f64", threads);
        let experiment = still("python", edge, 10, "");
        let setup = bench.setup(&experiment, mode)?;
        let plan = setup.experiment.plan()?;
        let backend = Cpu::with_threads(setup.threads)?;
        let mut python = Python::start(bench, interpreter, &experiment.flags, mode)?;
        let library = || -> anyhow::Result<f64> {
            let started = Instant::now();
            drop(backend.render(&plan, &Control::default())?);
            Ok(started.elapsed().as_secs_f64())
        };
        library()?;
        python.seconds("render")?;
        let (mut ratios, mut ours, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..pairs {
            let (rust, through) = (library()?, python.seconds("render")?);
            ratios.push(through / rust);
            ours.push(rust);
            theirs.push(through);
        }
        let [ratio, rust, through] = [ratios, ours, theirs].map(Timing::of);
        println!(
            "{threads} threads: library {:.4} s, through Python {:.4} s (medians; least {:.4} and {:.4}); ratio of pairs \
             {:.3}, {}",
            rust.median,
            through.median,
            rust.min,
            through.min,
            ratio.median,
            if ratio.median <= BOUND { "within 1.05" } else { "MORE THAN 1.05" },
        );
        if threads == 1 && cores > 1 {
            python.seconds("both")?;
            let mut gains = Vec::new();
            for _ in 0..pairs {
                gains.push(python.seconds("turns")? / python.seconds("both")?);
            }
            let gain = Timing::of(gains);
            println!(
                "two simulations by two threads of Python, one core each: {:.2} times as fast as in turn",
                gain.median
            );
        }
    }
    Ok(())
}

/// An interpreter that renders when it is asked.
struct Python {
    process: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start(bench: &Bench, interpreter: &Path, flags: &[String], mode: Mode) -> anyhow::Result<Python> {
        let mut command = Command::new(interpreter);
        command.args(["-c", SCRIPT]).args(flags).args(mode.flags()).current_dir(&bench.folder);
        let mut process =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| {
                format!("{}: --python names an interpreter that has nanobragg", interpreter.display())
            })?;
        let questions = process.stdin.take().context("the interpreter has no input")?;
        let answers = BufReader::new(process.stdout.take().context("the interpreter has no output")?);
        Ok(Python { process, questions, answers })
    }

    /// Has it do what `what` names; gives the seconds that it took.
    fn seconds(&mut self, what: &str) -> anyhow::Result<f64> {
        writeln!(self.questions, "{what}")?;
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        ensure!(
            !line.is_empty(),
            "the interpreter has ended: it needs nanobragg, which tests/python/run installs"
        );
        line.trim().parse().with_context(|| format!("the interpreter said {line:?}"))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
