//! `nanobragg gradient`: derivatives of an image by numbers of its experiment.

mod arguments;
mod check;
mod columns;
mod course;
mod gradient_text;
mod instrument;
mod output;
mod pull_back;
mod target;

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg::gradient::{Derivatives, Parameter, Refusal};
use nanobragg::plan::Plan;
use nanobragg_config::{Context, Purpose, Setup, chosen, resolve};
use nanobragg_io::places::Inputs;
use nanobragg_session::{Format, Job};

use crate::called;
use crate::console::{Console, print};
use crate::devices::{Devices, Ear};
use crate::inputs;
use crate::interrupt::Interrupt;
use crate::run::log;
use crate::usage::{UsageError, refuse_flags_of_one_image};
use crate::wanted::{self, Wanted};
use arguments::{Arguments, HELP};
use course::Course;
use target::Target;

/// Exit status when derivatives and differences disagree.
const DISAGREE: u8 = 1;

/// What is differentiated, and how.
struct Task {
    console: Console,
    wanted: Vec<Wanted>,
    /// Whether by all structure factors as well.
    amplitudes: bool,
    /// A plan for each panel.
    plans: Vec<Plan>,
    inputs: Inputs,
    /// What the instrument is described of, and where.
    job: Job,
    /// Whether progress is shown.
    progress: bool,
    interrupt: Interrupt,
}

impl Task {
    fn parameters(&self) -> Vec<Parameter> {
        self.wanted.iter().map(|wanted| wanted.parameter).collect()
    }

    /// The library's error, or the signal that it comes from.
    fn explained(&self, error: nanobragg::Error) -> anyhow::Error {
        match error.kind() {
            // A device's have an exit status of their own.
            nanobragg::ErrorKind::Unsupported | nanobragg::ErrorKind::Backend => {
                nanobragg_session::Error::from(error).into()
            }
            nanobragg::ErrorKind::Canceled => self.interrupt.error().into(),
            _ => nanobragg_config::Error::from(error).into(),
        }
    }
}

/// Does what the arguments after `gradient` ask for.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let Some(arguments) = Arguments::parse(arguments)? else {
        print(HELP.trim_end());
        return Ok(ExitCode::SUCCESS);
    };
    let task = prepare(&arguments)?;
    let targets = Target::all(&arguments, &task)?;
    let cotangent = arguments.cotangent.as_ref().map(|path| pull_back::read(&task, path)).transpose()?;
    let ear = Ear::new(task.console);
    let mut devices = Devices::new(&ear);
    let backend = devices.of(&task.job.compute, task.console)?;
    let course = Course::begin(&task, backend, &arguments, &targets);
    let of_cotangent = match (&arguments.cotangent, &cotangent) {
        (Some(path), Some(cotangent)) => Some(pull_back::gradient(&task, &course, path, cotangent)?),
        _ => None,
    };
    instrument::write(&task)?;
    if let Some(gradient) = of_cotangent {
        pull_back::write(&task, &gradient, &targets)?;
    }
    if targets.iter().any(|target| target.kind.has_images()) {
        output::write_all(&task, &course, &targets)?;
    }
    if arguments.check && !check::run(&task, &course)? {
        return Ok(ExitCode::from(DISAGREE));
    }
    task.console.deny_warnings()?;
    Ok(ExitCode::SUCCESS)
}

fn prepare(arguments: &Arguments) -> anyhow::Result<Task> {
    let mut args = called::described(arguments.experiment.as_deref(), &arguments.image)?;
    called::drop_outputs_of_files(&mut args);
    refuse_flags_of_one_image("gradient", &args, "-o names the file of derivatives")?;
    let console = Console::of(&args);
    log(&args);
    let mut setup = resolve(&args, &Context { purpose: Purpose::Derivatives, ..Context::default() })?;
    let inputs = inputs::of(&setup, &args).with(&arguments.cotangent);
    setup.threads = called::threads(setup.threads);
    setup.notes.iter().for_each(|note| console.say(note));
    console.warn_all(setup.warnings_before_plan());
    let progress = setup.progress;
    let said = setup.warnings.clone();
    let mut job = setup.into_job();
    job.outputs.retain(|output| output.format == Format::Instrument);
    let plans: Result<Vec<Plan>, nanobragg::Error> =
        job.experiments().map(|experiment| experiment.plan()).collect();
    let plans = plans.map_err(nanobragg_config::Error::from)?;
    let Some(first) = plans.first() else { return Err(usage("no panel")) };
    chosen(&job.experiment, first).iter().for_each(|line| console.say(line));
    Setup::those_of_plan(&said, first).for_each(|warning| console.warn(warning));
    let wanted = wanted::all("-wrt", &arguments.wrt, &job.experiment, &plans)?;
    let parameters: Vec<Parameter> = wanted.iter().map(|wanted| wanted.parameter).collect();
    for plan in &plans {
        Derivatives::new(plan, &parameters).map_err(|error| refused(&error))?;
    }
    console.deny_warnings()?;
    let (amplitudes, interrupt) = (arguments.amplitudes, Interrupt::catch());
    Ok(Task { console, wanted, amplitudes, plans, inputs, job, progress, interrupt })
}

/// An error of the command line.
fn usage(text: &str) -> anyhow::Error {
    UsageError(format!("gradient: {text}")).into()
}

/// The line for what has no derivative.
fn refused(refusal: &Refusal) -> UsageError {
    UsageError(format!("gradient: {refusal}"))
}
