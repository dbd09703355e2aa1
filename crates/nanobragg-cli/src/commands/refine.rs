//! `nanobragg refine`: from a measured image to its crystal.

mod arguments;
mod files;
mod start;

use std::ffi::OsString;
use std::process::ExitCode;

use nanobragg::backend::{Control, Cpu};
use nanobragg_compare::Image;
use nanobragg_refine::{Counting, ErrorKind, Outcome, Photons, Refinement, Verdict};

use crate::console::{Console, print};
use crate::interrupt::Interrupt;
use crate::usage::UsageError;
use arguments::{Arguments, HELP};
use start::Start;

/// Refines as the arguments say.
pub fn run(arguments: Vec<OsString>) -> anyhow::Result<ExitCode> {
    let Some(arguments) = Arguments::parse(arguments)? else {
        print(HELP);
        return Ok(ExitCode::SUCCESS);
    };
    let start = Start::new(&arguments)?;
    let (console, plan) = (start.console, &start.plan);
    let size = (plan.region.image_fast, plan.region.image_slow);
    let image = Image::read(&arguments.data, Some(size))?;
    let counting = Counting { pedestal: start.pedestal, ..arguments.counting };
    let photons = Photons::new(plan, image.fast, &image.pixels, &counting)?;
    let names: Vec<&str> = arguments.free.iter().map(String::as_str).collect();
    let mut refinement = Refinement::new(plan, &names).map_err(usage)?;
    refinement.most_trials = arguments.most_trials;
    refinement.box_scale = arguments.box_scale;
    let interrupt = Interrupt::catch();
    let control = Control { progress: None, cancel: Some(interrupt.flag()) };
    let backend = Cpu::with_threads(start.threads)?;
    let outcome = refinement.run(&photons, &backend, &control)?;
    if outcome.verdict == Verdict::NotBetter {
        anyhow::bail!("the refinement found nothing better than the start; nothing is written");
    }
    let toml = start.refined(&outcome)?;
    files::write(&arguments, &outcome, &toml)?;
    tell(console, &outcome);
    Ok(match outcome.verdict {
        _ if arguments.most_trials == 0 => ExitCode::SUCCESS,
        Verdict::Converged => ExitCode::SUCCESS,
        Verdict::Canceled => return Err(interrupt.error().into()),
        verdict => anyhow::bail!("the refinement has not converged ({})", verdict.name()),
    })
}

/// A name that cannot be refined is a matter of the command line.
fn usage(error: nanobragg_refine::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::UnknownParameter | ErrorKind::NotDifferentiable => {
            UsageError(format!("refine: -refine: {error}")).into()
        }
        _ => error.into(),
    }
}

fn tell(console: Console, outcome: &Outcome) {
    let Outcome { boxes, dropped, pixels, chi2_start, chi2, overlap, box_scale_scatter, .. } = outcome;
    console.say(&format!("boxes = {}, left out {}, pixels = {pixels}", boxes.len(), dropped.len()));
    console.say(&format!("chi2 per pixel = {chi2:.4}, at the start {chi2_start:.4}; overlap = {overlap:.4}"));
    console.say(&format!("scatter of box scales = {box_scale_scatter:.3}"));
    for found in &outcome.found {
        console.say(&format!(
            "{} = {:.7} +- {:.2e} {}, from {:.7}",
            found.name, found.value, found.esd, found.unit, found.start
        ));
    }
    if *chi2 > 1.2 {
        console.warn(
            "chi2 per pixel exceeds 1.2: the model does not describe the data, and deviations may be larger",
        );
    }
    if !outcome.reindexed.is_empty() {
        let count = outcome.reindexed.len();
        console.warn(&format!("{count} boxes have another nearest reflection than at the start"));
    }
}
