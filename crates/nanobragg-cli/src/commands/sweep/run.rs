//! From arguments to a sweep.

use std::path::PathBuf;

use nanobragg_config::classic::{FlagId, ParsedArgs};
use nanobragg_config::{Context, Orientations, Purpose, Setup, chosen, resolve};
use nanobragg_session::Job;
use nanobragg_sweep::{Series, SweepJob};

use super::arguments::{Arguments, Wanted};
use super::flags::{overruled, relevant};
use super::instrument::{Instrument, is_scan};
use super::progress::Reporter;
use super::series::series;
use crate::called;
use crate::console::Console;
use crate::error::explain;
use crate::interrupt::Interrupt;
use crate::run::log;
use crate::summary;
use crate::usage::{UsageError, refuse_flags_of_one_image};

/// Renders what the arguments ask for.
pub fn run(arguments: Arguments) -> anyhow::Result<()> {
    let mut args = called::described(arguments.experiment.as_deref(), &arguments.image)?;
    refuse_flags_of_one_image("sweep", &args, "-o names the files of a sweep")?;
    let names = arguments.names(&args)?;
    // As files of one image they say nothing.
    args.occurrences.retain(|occurrence| occurrence.flag != FlagId::Output);
    let console = Console::of(&args);
    log(&args);
    // A seed that is drawn would make a resumed sweep another one.
    let orientations = match arguments.wanted {
        Wanted::Rotation => Orientations::OfFlags,
        Wanted::Random => Orientations::Drawn,
        Wanted::Listed(_) => Orientations::Listed,
    };
    let purpose = Purpose::Series { names: names.clone(), orientations };
    let mut setup = resolve(&args, &Context { purpose, ..Context::default() })?;
    setup.threads = called::threads(setup.threads);
    setup.warnings.extend(overruled(&arguments.wanted, &args));
    setup.notes.iter().for_each(|note| console.say(note));
    console.warn_all(setup.warnings_before_plan());
    if !setup.panels.is_empty() {
        let panels = setup.panels.len();
        let text = format!("sweep: the detector has {panels} panels; -panel N chooses one");
        return Err(UsageError(text).into());
    }
    let (series, images) = series(&arguments, &setup)?;
    let (progress, asked) = (setup.progress, setup.experiment.clone());
    let described = setup.outputs.instruments.clone();
    let is_scan = is_scan(&series);
    let said = setup.warnings.clone();
    let job = job(arguments, names, &args, setup, series, images)?;
    let compute = job.compute.clone();
    let (outputs, provenance) = (job.outputs.clone(), job.provenance.clone().unwrap_or_default());
    let sweep = job.prepare()?;
    chosen(&asked, sweep.first()).iter().for_each(|line| console.say(line));
    Setup::those_of_plan(&said, sweep.first()).for_each(|warning| console.warn(warning));
    console.warn_all(sweep.warnings());
    let (outputs, provenance) = (&outputs, &provenance);
    let instrument = Instrument { first: sweep.first(), is_scan, images, outputs, provenance };
    console.warn_all(&described.iter().filter_map(|path| instrument.lost(path)).collect::<Vec<_>>());
    console.deny_warnings()?;
    let cost = summary::Cost::of(&asked, &compute, sweep.first());
    // Not before: what reads a slow disk until here ends with the first signal.
    let interrupt = Interrupt::catch();
    let reporter = Reporter::new(console, progress, cost, &interrupt);
    let begun = sweep.begin()?;
    console.warn_all(begun.warning());
    console.deny_warnings()?;
    // After the manifest: files without one would be taken for somebody else's.
    let open = begun.open()?;
    let instrument = Instrument { first: open.first(), is_scan, images, outputs, provenance };
    described.iter().try_for_each(|path| instrument.write(path, console))?;
    let ended = open.run(&reporter);
    reporter.finish();
    ended.map_err(|error| explain(error.into(), &interrupt))?;
    // By then files are written: no longer a matter of flags and inputs.
    console.deny_warnings().map_err(|denied| anyhow::Error::msg(denied.0))
}

fn job(
    arguments: Arguments,
    names: Vec<PathBuf>,
    args: &ParsedArgs,
    setup: Setup,
    series: Series,
    images: usize,
) -> Result<SweepJob, nanobragg_config::Error> {
    let mut inputs = setup.inputs.clone();
    if let Wanted::Listed(path) = arguments.wanted {
        inputs.push(path);
    }
    let mut outputs = Vec::new();
    for name in names {
        outputs.extend(setup.outputs.of_series(name)?);
    }
    let confined = !args.files.is_empty() && !args.has(FlagId::TrustPaths);
    let named = !arguments.outputs.is_empty();
    let (models, described, beside) =
        (setup.images.clone(), setup.described, setup.outputs.instruments.clone());
    let Job { experiment, compute, provenance, .. } = setup.into_job();
    Ok(SweepJob {
        experiment,
        models,
        described,
        compute,
        series,
        images,
        outputs,
        manifest: arguments.manifest,
        start: arguments.start,
        flags: relevant(args),
        inputs,
        experiment_files: args.files.clone(),
        confined,
        named,
        beside,
        provenance,
    })
}
