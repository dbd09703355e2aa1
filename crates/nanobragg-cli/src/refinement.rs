//! Refinements: from measured images to files of their crystals.

mod course;
mod data;
mod digests;
mod files;
mod instrument;
mod list;
mod measured;
mod pace;
mod places;
mod reflections;
mod report;
mod request;
mod start;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use nanobragg::backend::Control;
use nanobragg_refine::{Boxes, Error, ErrorKind, Found, Outcome, Photons, Refinement, Verdict, Warning};

use crate::console::Console;
use crate::devices::{Devices, Ear};
use crate::interrupt::Interrupt;
use crate::usage::UsageError;
use course::Course;
use data::{Data, DataError};
use digests::{Contents, Digests};
use files::{Name, Run};
use measured::Digits;
use pace::Pace;
pub use places::Asked;
use reflections::Reflection;
pub use request::{Request, is_of_refinement};
use start::Start;

/// A start, and what is refined from it.
struct Frame {
    start: Start,
    refinement: Refinement,
    /// What the result depends on.
    settings: Vec<String>,
    /// The files that it is found from.
    contents: Contents,
}

impl Frame {
    /// A refinement of the image at `data` from `start`, the image `number` of several, counted from 0.
    fn new(
        request: &Request,
        start: Start,
        (data, number): (&PathBuf, usize),
        digests: &Digests,
    ) -> anyhow::Result<Self> {
        if request.amplitudes && start.interpolates {
            let text = "refine: -refine: F: interpolated structure factors belong to many nodes, by which there are no \
                        derivatives; -nointerpolate takes the nearest";
            return Err(UsageError(text.to_owned()).into());
        }
        let plan = &start.plan;
        if plan.parameters().fluence <= 0.0 {
            let text = "refine: the fluence of the start is 0: there is no photon to refine";
            return Err(UsageError(text.to_owned()).into());
        }
        let mut refinement = Refinement::of_panels(plan, &start.others, &request.free(plan))
            .map_err(|error| usage("-refine", error))?;
        refinement.most_trials = request.most_trials;
        refinement.box_scale = request.box_scale;
        refinement.integrate = !start.has_subpixels;
        let shared: Vec<&str> = request.shared.iter().map(String::as_str).collect();
        refinement.share(&shared).map_err(|error| usage("-share", error))?;
        refinement.restrain(&request.restraints).map_err(|error| usage("-prior", error))?;
        let settings = start.settings(request);
        refinement.reflections = {
            let own = start.experiment().unwrap_or(number);
            let places = request.reflections.of(own, start.panel(), start.others.len() + 1);
            places.map_err(|error| UsageError(format!("refine: -reflections: {error}")))?
        };
        let positions = refinement.beyond_panels();
        if let Some(file) = request.reflections.file().filter(|_| positions > 0) {
            warn(start.console, Some(&file.display().to_string()), &Warning::Beyond { positions });
        }
        let contents = digests.of(start.read.iter().chain([data]).chain(request.reflections.file()))?;
        Ok(Frame { refinement, start, settings, contents })
    }

    /// Shoeboxes of an image.
    fn boxes(&self, request: &Request, data: &Data, number: Option<usize>) -> Result<Boxes, DataError> {
        let measured = data.image(request, &self.start, number)?;
        let panels = self.start.panels().zip(&measured.panels);
        let panels = panels.map(|(plan, (fast, counts))| (plan, *fast, counts.as_slice()));
        let boxes = Photons::of_panels(panels, &measured.counting)
            .and_then(|photons| self.refinement.boxes(&photons));
        boxes.map_err(|error| DataError::of(data.path(), &error))
    }

    /// Goes on from what an earlier run has left; whether there was one.
    ///
    /// # Errors
    /// A file of another refinement.
    fn resume(&mut self, data: &str, name: &Name) -> Result<bool, UsageError> {
        let Some(earlier) = name.earlier(data, &self.settings, &self.contents)? else { return Ok(false) };
        let went = self.refinement.resume(earlier);
        went.map_err(|error| UsageError(format!("{}: {error}", name.file(".json").display())))?;
        Ok(true)
    }
}

/// Refines what is asked for.
pub fn run(request: &Request) -> anyhow::Result<ExitCode> {
    if request.list.is_some() || request.images.is_some() {
        return list::run(request);
    }
    let (name, called) = (Name::of(request), request.data.display().to_string());
    let start = Start::new(request.experiment.as_deref(), &request.start, &mut BTreeSet::new())?;
    let (console, compute) = (start.console, start.compute.clone());
    name.check(start.inputs.iter().chain([&request.data]).chain(request.reflections.file()))?;
    let _locks = name.lock(false)?;
    name.check_replaces_own(request.resume)?;
    let mut frame = Frame::new(request, start, (&request.data, 0), &Digests::default())?;
    let data = Data::open(&request.data, &frame.start).map_err(of_command)?;
    let boxes = frame.boxes(request, &data, None).map_err(of_command)?;
    console.deny_warnings()?;
    if request.resume && !frame.resume(&called, &name)? {
        console.say("no earlier run to continue: beginning at the start");
    }
    let points = frame.refinement.points();
    if !frame.start.has_subpixels {
        console.say(&format!(
            "integrating each pixel at {points} x {points} points; -oversample N uses plain sub-pixels instead"
        ));
    }
    let interrupt = Interrupt::catch();
    let control = Control { progress: None, cancel: Some(interrupt.flag()) };
    let ear = Ear::new(console);
    let mut devices = Devices::new(&ear);
    let backend = devices.of(&compute, console)?;
    let pace = Pace::new(1);
    let course = Course::new(console, frame.start.progress, Some(&pace));
    let ended = frame.refinement.run_in(boxes, backend, &control, &|step| course.tell(step));
    course.finish();
    let outcome = ended.map_err(|error| explained(error, &interrupt))?;
    if outcome.verdict == Verdict::NotBetter {
        if interrupt.raised() {
            return Err(interrupt.error().into());
        }
        anyhow::bail!("the refinement did not improve the start; nothing is written");
    }
    let own = Reflection::all(&outcome);
    let run = Run { request, data: &called, identifier: &called, frame: &frame };
    files::write(&name, &run, &outcome, &own)?;
    if outcome.points > points {
        let points = outcome.points;
        console.say(&format!(
            "the crystal has grown: its spots needed {points} x {points} points per pixel, and the refinement continued with them"
        ));
    }
    tell(console, &outcome);
    if !frame.start.is_described(&outcome)
        && outcome.found.iter().any(|found| found.name.starts_with("turn_"))
    {
        let angles = outcome.parameters.misset.map(f64::to_degrees);
        let turns = outcome.found.iter().filter(|found| found.name.starts_with("turn_"));
        let esds = turns.map(|found| found.esd).filter(|esd| esd.is_finite());
        let esd = esds.reduce(f64::min).unwrap_or(f64::NAN);
        let angles = angles.map(|angle| Digits::of(angle, esd).text(angle)).join(" ");
        console.say(&format!("misset = {angles} deg (the start, turned by turn_x, turn_y, turn_z)"));
    }
    let (verdict, trials) = (run.verdict(&outcome), outcome.history.len());
    let (toml, page) = (name.file(".toml"), name.file(".html"));
    console.say(&format!(
        "{verdict} after {trials} trials; wrote {}; {} shows the result",
        toml.display(),
        page.display()
    ));
    Ok(match outcome.verdict {
        _ if request.most_trials == 0 || outcome.verdict == Verdict::Converged => {
            // By then files are written: no longer a matter of flags and inputs.
            console.deny_warnings().map_err(|denied| anyhow::Error::msg(denied.0))?;
            ExitCode::SUCCESS
        }
        Verdict::Canceled => return Err(interrupt.error().into()),
        Verdict::AgainstPrior => anyhow::bail!("{}", far(&outcome)),
        verdict => anyhow::bail!("the refinement has not converged ({})", verdict.name()),
    })
}

/// What ended far from what was known of it, and what may be done.
fn far(outcome: &Outcome) -> String {
    let worst = outcome.found.iter().max_by(|one, other| one.prior_share.total_cmp(&other.prior_share));
    let Some(worst) = worst else { return "the refinement has not converged".to_owned() };
    let (name, off) = (&worst.name, (2.0 * worst.prior_share).sqrt());
    // Turns have no name of their own among the flags.
    let lifted = if name.starts_with("turn_") { "misset" } else { name.as_str() };
    format!(
        "against_prior: {name} ended {off:.1} standard deviations of its prior from the start. Where the start may be so far off, \
         repeat the run with -prior {lifted}=none; where not, the indexing may be wrong"
    )
}

/// Data are named by the command line.
fn of_command(error: DataError) -> UsageError {
    UsageError(format!("refine: -data: {error}"))
}

/// Says a warning, of a file if it is about one, with the flag that mends it.
fn warn(console: Console, file: Option<&str>, warning: &Warning) {
    let file = file.map(|file| format!("{file}: ")).unwrap_or_default();
    let remedy = match warning {
        Warning::FewPoints { .. } => "; -oversample N uses plain sub-pixels",
        _ => "",
    };
    console.warn(format!("{file}{warning}{remedy}"));
}

/// The refinement's error, or the signal that it comes from.
fn explained(error: Error, interrupt: &Interrupt) -> anyhow::Error {
    match error.kind() {
        ErrorKind::Library(nanobragg::ErrorKind::Canceled) => interrupt.error().into(),
        _ => error.into(),
    }
}

/// A name after `flag` that cannot be refined is a matter of the command line.
fn usage(flag: &str, error: Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::UnknownParameter
        | ErrorKind::NotDifferentiable
        | ErrorKind::NotShared
        | ErrorKind::NotFree
        | ErrorKind::Units
        | ErrorKind::OneSize
        | ErrorKind::OfOnePanel => UsageError(format!("refine: {flag}: {error}")).into(),
        _ => error.into(),
    }
}

fn tell_parameters(console: Console, found: &[Found]) {
    for Found { name, unit, start, value, esd, .. } in found {
        let unit = if *unit == "1" { String::new() } else { format!(" {unit}") };
        let digits = Digits::of(*value, *esd);
        let [from, to, deviation] = [start, value, esd].map(|number| digits.text(*number));
        let deviation = if esd.is_nan() { String::new() } else { format!(" +- {deviation}") };
        console.say(&format!("{name} = {to}{deviation}{unit}, from {from}"));
    }
    if !found.is_empty() && found.iter().all(|found| found.esd.is_nan()) {
        console.say("there are no standard deviations yet: spots were still widened");
    }
}

fn tell(console: Console, outcome: &Outcome) {
    let Outcome { boxes, dropped, pixels, chi2_start, chi2, overlap, box_scale_scatter, .. } = outcome;
    console.say(&format!("boxes = {}, left out {}, pixels = {pixels}", boxes.len(), dropped.len()));
    console.say(&format!("chi2 per pixel = {chi2:.4}, at the start {chi2_start:.4}; overlap = {overlap:.4}"));
    if chi2 > chi2_start {
        console.say(
            "chi2 has risen: the refinement minimizes it together with the logarithm of the variance and the priors",
        );
    }
    console.say(&format!("scatter of box scales = {box_scale_scatter:.3}"));
    tell_parameters(console, &outcome.found);
    outcome.warnings().iter().for_each(|warning| warn(console, None, warning));
}
