//! `nanobragg gradient`: derivatives of an image by numbers of its experiment.

mod arguments;
mod check;
mod output;
mod pull_back;

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{Derivatives, Parameter, Refusal};
use nanobragg::plan::Plan;
use nanobragg_compare::Image;
use nanobragg_config::{Context, chosen, resolve};
use nanobragg_session::Device;

use crate::called;
use crate::console::{Console, print};
use crate::interrupt::Interrupt;
use crate::run::log;
use crate::usage::{UsageError, refuse_flags_of_one_image};
use crate::wanted::{self, Wanted};
use arguments::{Arguments, HELP};

/// Exit status when derivatives and differences disagree.
const DISAGREE: u8 = 1;

/// What is differentiated, and how.
struct Task {
    console: Console,
    wanted: Vec<Wanted>,
    /// A plan for each panel.
    plans: Vec<Plan>,
    backend: Cpu,
    interrupt: Interrupt,
}

impl Task {
    fn parameters(&self) -> Vec<Parameter> {
        self.wanted.iter().map(|wanted| wanted.parameter).collect()
    }

    fn control(&self) -> Control<'_> {
        Control { progress: None, cancel: Some(self.interrupt.flag()) }
    }

    /// The library's error, or the signal that it comes from.
    fn explained(&self, error: nanobragg::Error) -> anyhow::Error {
        match error.kind() {
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
    let kind = arguments.output.as_deref().map(output::Kind::of).transpose()?;
    if let Some(path) = &arguments.output {
        nanobragg_io::atomic::check_file(path)?;
        if arguments.cotangent.is_none() && kind == Some(output::Kind::Json) {
            let text = "gradient: -o FILE.json holds the gradient of -cotangent FILE; derivative images go to FILE.npy";
            return Err(UsageError(text.to_owned()).into());
        }
    }
    let cotangent = arguments.cotangent.as_deref().map(|path| Image::read(path, None)).transpose()?;
    if let Some(image) = &cotangent {
        pull_back::run(
            &task,
            image,
            arguments.output.as_deref().filter(|_| kind == Some(output::Kind::Json)),
        )?;
    }
    if let (Some(path), Some(kind)) = (&arguments.output, kind.filter(|kind| *kind != output::Kind::Json)) {
        let mut columns = Vec::new();
        for plan in &task.plans {
            let derivatives = Derivatives::new(plan, &task.parameters()).map_err(|error| refused(&error))?;
            let of_panel = derivatives.columns(&task.backend, &task.control());
            columns.push(of_panel.map_err(|error| task.explained(error))?);
        }
        for (wanted, number) in task.wanted.iter().zip(0..) {
            for (panel, columns) in columns.iter_mut().enumerate() {
                let factor = wanted.factor_in(panel);
                columns.columns[number].iter_mut().for_each(|slope| *slope *= factor);
            }
        }
        for file in output::write(path, kind, &task.wanted, &columns)? {
            task.console.say(&format!("wrote {}", file.display()));
        }
    }
    if arguments.check && !check::run(&task)? {
        return Ok(ExitCode::from(DISAGREE));
    }
    task.console.deny_warnings()?;
    Ok(ExitCode::SUCCESS)
}

fn prepare(arguments: &Arguments) -> anyhow::Result<Task> {
    let args = called::described(None, &arguments.image)?;
    refuse_flags_of_one_image("gradient", &args, "-o names the file of derivatives")?;
    let console = Console::of(&args);
    log(&args);
    let mut setup = resolve(&args, &Context::default())?;
    if setup.device == Device::Gpu {
        let text = "gradient: derivatives are computed on the CPU; leave -device gpu out";
        return Err(UsageError(text.to_owned()).into());
    }
    setup.threads = called::threads(setup.threads);
    setup.notes.iter().for_each(|note| console.say(note));
    console.warn_all(&setup.warnings);
    let threads = setup.threads;
    let job = setup.into_job();
    let plans: Result<Vec<Plan>, nanobragg::Error> =
        job.experiments().map(|experiment| experiment.plan()).collect();
    let plans = plans.map_err(nanobragg_config::Error::from)?;
    let Some(first) = plans.first() else { return Err(UsageError("gradient: no panel".to_owned()).into()) };
    chosen(&job.experiment, first).iter().for_each(|line| console.say(line));
    console.warn_all(&first.resolved.warnings);
    let wanted = wanted::all("-wrt", &arguments.wrt, &job.experiment, &plans)?;
    let parameters: Vec<Parameter> = wanted.iter().map(|wanted| wanted.parameter).collect();
    for plan in &plans {
        Derivatives::new(plan, &parameters).map_err(|error| refused(&error))?;
    }
    console.deny_warnings()?;
    let backend = Cpu::with_threads(threads).map_err(nanobragg_config::Error::from)?;
    Ok(Task { console, wanted, plans, backend, interrupt: Interrupt::catch() })
}

/// The line for what has no derivative.
fn refused(refusal: &Refusal) -> UsageError {
    UsageError(format!("gradient: {refusal}"))
}
