//! Refinements: from measured images to files of their crystals.

mod course;
mod data;
mod files;
mod list;
mod reflections;
mod report;
mod request;
mod start;

use std::path::Path;
use std::process::ExitCode;

use nanobragg::backend::{Control, Cpu};
use nanobragg_refine::{Boxes, Error, ErrorKind, Found, Outcome, Photons, Refinement, Verdict};

use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::usage::UsageError;
use course::Course;
use data::Measured;
use files::{Name, Run};
use reflections::Reflection;
pub use request::Request;
use start::Start;

/// An image, and from where it is refined.
struct Frame {
    start: Start,
    size: [usize; 2],
    refinement: Refinement,
    boxes: Boxes,
}

impl Frame {
    fn new(request: &Request, start: Start, data: &Path, number: Option<usize>) -> anyhow::Result<Self> {
        let plan = &start.plan;
        let size = [plan.region.image_fast, plan.region.image_slow];
        let measured = Measured::read(request, &start, data, number)?;
        let wrong = |error: Error| UsageError(format!("refine: -data {}: {error}", data.display()));
        let photons =
            Photons::new(plan, measured.fast, &measured.counts, &measured.counting).map_err(wrong)?;
        let names: Vec<&str> = request.free.iter().map(String::as_str).collect();
        let mut refinement = Refinement::new(plan, &names).map_err(usage)?;
        refinement.most_trials = request.most_trials;
        refinement.box_scale = request.box_scale;
        refinement.integrate = !start.has_subpixels;
        let boxes = refinement.boxes(&photons);
        Ok(Frame { size, boxes, refinement, start })
    }
}

/// Refines what is asked for.
pub fn run(request: &Request) -> anyhow::Result<ExitCode> {
    if request.list.is_some() || request.images.is_some() {
        return list::run(request);
    }
    let (name, called) = (Name(request.output.clone()), request.data.display().to_string());
    let start = Start::new(request.experiment.as_deref(), &request.start)?;
    let (console, threads) = (start.console, start.threads);
    name.check()?;
    let mut frame = Frame::new(request, start, &request.data, None)?;
    if request.resume {
        match name.earlier(&called)? {
            Some(values) => frame.refinement.resumed = values,
            None => console.say("nothing to go on from: beginning at the start"),
        }
    }
    let points = frame.refinement.points();
    if !frame.start.has_subpixels {
        console.say(&format!(
            "pixels are integrated by {points} x {points} points; -oversample N takes sub-pixels"
        ));
    }
    let interrupt = Interrupt::catch();
    let control = Control { progress: None, cancel: Some(interrupt.flag()) };
    let backend = Cpu::with_threads(threads)?;
    let course = Course::new(console, frame.start.progress);
    let ended = frame.refinement.run_in(frame.boxes.clone(), &backend, &control, &|step| course.tell(step));
    course.finish();
    let outcome = ended.map_err(|error| explained(error, &interrupt))?;
    if outcome.verdict == Verdict::NotBetter {
        if interrupt.raised() {
            return Err(interrupt.error().into());
        }
        anyhow::bail!("the refinement found nothing better than the start; nothing is written");
    }
    let own = Reflection::all(&outcome);
    let run = Run { request, data: &called, size: frame.size, points };
    files::write_for_dials(&name, &[(called.clone(), &outcome, &own)])?;
    let toml = frame.start.refined(&outcome, &name.file(".expt"), 0).inspect_err(|_| {
        // Nothing that looks refined is left.
        for ending in [".expt", ".refl"] {
            drop(std::fs::remove_file(name.file(ending)));
        }
    })?;
    files::write(&name, &run, &outcome, &own, &toml)?;
    tell(console, &outcome);
    let (toml, page) = (name.file(".toml"), name.file(".html"));
    console.say(&format!("wrote {}; {} tells what was found", toml.display(), page.display()));
    Ok(match outcome.verdict {
        _ if request.most_trials == 0 => ExitCode::SUCCESS,
        Verdict::Converged => ExitCode::SUCCESS,
        Verdict::Canceled => return Err(interrupt.error().into()),
        verdict => anyhow::bail!("the refinement has not converged ({})", verdict.name()),
    })
}

/// The refinement's error, or the signal that it comes from.
fn explained(error: Error, interrupt: &Interrupt) -> anyhow::Error {
    match error.kind() {
        ErrorKind::Library(nanobragg::ErrorKind::Canceled) => interrupt.error().into(),
        _ => error.into(),
    }
}

/// A name that cannot be refined is a matter of the command line.
fn usage(error: Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::UnknownParameter | ErrorKind::NotDifferentiable => {
            UsageError(format!("refine: -refine: {error}")).into()
        }
        _ => error.into(),
    }
}

fn tell_parameters(console: Console, found: &[Found]) {
    for Found { name, unit, start, value, esd, .. } in found {
        console.say(&format!("{name} = {value:.7} +- {esd:.2e} {unit}, from {start:.7}"));
    }
}

fn tell(console: Console, outcome: &Outcome) {
    let Outcome { boxes, dropped, pixels, chi2_start, chi2, overlap, box_scale_scatter, .. } = outcome;
    console.say(&format!("boxes = {}, left out {}, pixels = {pixels}", boxes.len(), dropped.len()));
    console.say(&format!("chi2 per pixel = {chi2:.4}, at the start {chi2_start:.4}; overlap = {overlap:.4}"));
    console.say(&format!("scatter of box scales = {box_scale_scatter:.3}"));
    tell_parameters(console, &outcome.found);
    if *chi2 > 1.2 {
        console.warn(
            "chi2 per pixel exceeds 1.2: the model does not describe the data, and deviations may be larger",
        );
    }
    if !outcome.reindexed.is_empty() {
        let count = outcome.reindexed.len();
        console.warn(format!("{count} boxes have another nearest reflection than at the start"));
    }
}
