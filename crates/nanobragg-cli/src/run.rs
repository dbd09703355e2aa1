//! One run of the program: parse, plan, render, write.

use std::ffi::OsString;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::time::Instant;

use nanobragg::backend::OwnThreads;
use nanobragg_config::classic::{self, FlagId, ParsedArgs, Shell};
use nanobragg_config::{Context, chosen, confined, experiment_file, resolve, show};
use nanobragg_io::atomic::is_standard_output;
use nanobragg_session::Session;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::called;
use crate::console::{self, Console, leave_to_image, print};
use crate::diagnostics::Diagnostics;
use crate::error::explain;
use crate::interrupt::Interrupt;
use crate::reporter::Reporter;
use crate::summary;
use crate::usage::UsageError;

/// Does what the arguments (without the program's own name) ask for.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<()> {
    if arguments.is_empty() {
        return Err(UsageError("no flags; nanobragg -h lists them".to_owned()).into());
    }
    simulate(&called::with_preset(classic::parse(arguments)?)?)
}

/// Does what flags ask for, wherever they come from.
pub fn simulate(args: &ParsedArgs) -> anyhow::Result<()> {
    if information(args) {
        return Ok(());
    }
    let console = Console::of(args);
    log(args);

    let context = Context { seed: drawn(), ..Context::default() };
    let mut setup = resolve(args, &context)?;
    setup.threads = called::threads(setup.threads);
    let as_file = args.last(FlagId::Show).is_some_and(|show| show.values.text(0) == "toml");
    if as_file {
        if console.strict {
            console.warn_all(&setup.warnings);
            console.deny_warnings()?;
        }
        print(experiment_file::write(args)?.trim_end());
        return Ok(());
    }
    confined(&setup, args, &context)?;
    if setup.outputs.images().any(|path| is_standard_output(path)) {
        leave_to_image()?;
    }
    setup.notes.iter().for_each(|note| console.say(note));
    console.warn_all(setup.warnings_before_plan());
    // Before anything is computed in parallel: otherwise that starts threads of its own.
    let threads = OwnThreads::new(setup.threads).map_err(nanobragg_config::Error::from)?;
    let started = Instant::now();
    let plan = setup.experiment.plan().map_err(nanobragg_config::Error::from)?;
    summary::planned(console, &plan, started.elapsed());
    chosen(&setup.experiment, &plan).iter().for_each(|line| console.say(line));
    setup.warnings_of_plan(&plan).for_each(|warning| console.warn(warning));
    console.deny_warnings()?;
    if args.has(FlagId::Show) {
        print(show::text(&setup, &plan).trim_end());
        return Ok(());
    }
    let diagnostics = Diagnostics::new(args, &plan)?;
    if diagnostics.asks_for_pixels() && !setup.panels.is_empty() {
        let panels = setup.panels.len();
        return Err(UsageError(format!(
            "which of the {panels} panels is the pixel on? -panel N chooses one"
        ))
        .into());
    }
    let progress = setup.progress && !diagnostics.prints_pixels();
    let mut job = setup.into_job();
    if let Some(cost) = summary::Cost::of(&job.experiment, &job.compute, &plan) {
        cost.say(console, job.panels.len().max(1));
    }
    // Those that there are.
    job.compute.threads = 0;
    let mut session = Session::with_plan(job, plan);
    if console.strict {
        // A job says them when it runs, which is too late.
        console.warn_all(session.warnings()?);
    }
    console.deny_warnings()?;
    let interrupt = Interrupt::catch();
    let reporter = Reporter::new(console, progress, &diagnostics, &interrupt);
    let ended = session.run(&reporter);
    drop(threads);
    reporter.finish();
    ended.map_err(|error| explain(error.into(), &interrupt))?;
    // By then files are written: no longer a matter of flags and inputs.
    console.deny_warnings().map_err(|denied| anyhow::Error::msg(denied.0))
}

/// Prints what is asked for instead of an image; false when nothing of the kind is.
fn information(args: &ParsedArgs) -> bool {
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    if args.has(FlagId::Help) {
        print(classic::help_text().trim_end());
    } else if args.has(FlagId::Version) {
        print(&format!("nanobragg {VERSION}"));
    } else if args.has(FlagId::ManPage) {
        print(classic::man_page(VERSION).trim_end());
    } else if let Some(shell) =
        args.last(FlagId::Completions).and_then(|o| Shell::from_name(o.values.text(0)))
    {
        print(classic::completions(shell).trim_end());
    } else {
        return false;
    }
    true
}

/// Installs a subscriber for developers: for `RUST_LOG`, or `-vv`, which tells how long spans took.
pub fn log(args: &ParsedArgs) {
    let asked = std::env::var("RUST_LOG").ok().filter(|filter| !filter.is_empty());
    let filter = match asked {
        Some(filter) => EnvFilter::new(filter),
        None if args.has(FlagId::VeryVerbose) => EnvFilter::new("debug"),
        None => return,
    };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(|| console::Errors)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .finish();
    // A subscriber that is there already stays.
    drop(tracing::subscriber::set_global_default(subscriber));
}

/// The seed of noise and random orientation where none is given: jobs that start together on many machines must not
/// get the same.
fn drawn() -> i64 {
    // The standard library keys its hashes by the system's entropy.
    let bits = RandomState::new().build_hasher().finish();
    i64::from((bits >> 33) as u32).max(1)
}
