//! One job, from its plan to its files.

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use nanobragg::backend::{Backend, Products, Want};
use nanobragg::plan::{Orientations, Plan};
use nanobragg::statistics::Statistics;

use crate::lost::Lost;
use crate::memory::check_memory;
use crate::observer::{Event, Observer, Rendered, Watch};
use crate::output::{self, Brightness, Writer};
use crate::photons::check_photons;
use crate::place::check_outputs;
use crate::spots::narrow_spots;
use crate::{Content, Emptiness, Error, Job, Output, Warning, backend};

/// A job whose first image is planned.
#[derive(Debug)]
pub struct Session {
    job: Job,
    plan: Plan,
    /// Once they are found.
    warnings: Option<Vec<Warning>>,
}

/// Plans, renders and writes; `observer` is told of every step.
///
/// # Errors
/// The experiment cannot be planned, the device cannot be used or fails, a file cannot be written, or `observer`
/// asked for the end. Files that were complete by then stay; those in the making vanish.
pub fn run(job: Job, observer: &dyn Observer) -> Result<(), Error> {
    Session::new(job)?.run(observer)
}

impl Session {
    /// Plans the first image of `job`.
    ///
    /// # Errors
    /// [`ErrorKind::Library`](crate::ErrorKind::Library).
    pub fn new(job: Job) -> Result<Self, Error> {
        let plan = job.experiment(0).plan()?;
        Ok(Session::with_plan(job, plan))
    }

    /// A job whose first image `plan` is that of.
    pub fn with_plan(job: Job, plan: Plan) -> Self {
        Session { job, plan, warnings: None }
    }

    /// Plan of the first image.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// What the headers of the files cannot say; [`Session::run`] tells it before it renders.
    ///
    /// # Errors
    /// A panel cannot be planned.
    pub fn warnings(&mut self) -> Result<&[Warning], Error> {
        if self.warnings.is_none() {
            let mut lost = Lost::default();
            lost.note(&self.plan, &self.job.outputs(0));
            for number in 1..self.job.panels.len() {
                lost.note(&self.job.experiment(number).plan()?, &self.job.outputs(number));
            }
            self.warnings = Some(lost.warnings());
        }
        Ok(self.warnings.as_deref().unwrap_or_default())
    }

    /// Renders all images, then writes their files: those of one detector have one scale.
    ///
    /// # Errors
    /// As [`run`].
    pub fn run(mut self, observer: &dyn Observer) -> Result<(), Error> {
        let stop = AtomicBool::new(false);
        let watch = Watch::new(observer, &stop);
        let images = self.job.panels.len().max(1);
        (0..images).try_for_each(|number| check_outputs(&self.job.outputs(number)))?;
        check_memory(&self.job.sizes(), &self.job.outputs)?;
        self.warnings()?.iter().for_each(|warning| watch.warn(warning));
        let Session { job, plan, .. } = self;
        if let Some(note) = narrow_spots(&plan, &job.outputs) {
            watch.note(&note);
        }
        output::structure_factors(&watch, &plan, &job.outputs);
        instruments(&watch, &job, &plan)?;
        let backend = backend::open(&job.compute, watch)?;
        let mut all = vec![render(&watch, &job, 0, plan, backend.as_ref())?];
        for number in 1..images {
            let plan = job.experiment(number).plan()?;
            all.push(render(&watch, &job, number, plan, backend.as_ref())?);
        }
        empty(&all).iter().for_each(|warning| watch.warn(warning));
        write(&watch, &job, &all)
    }
}

/// That none of the images has photons.
fn empty(all: &[Rendered]) -> Option<Warning> {
    let why = |rendered: &Rendered| Emptiness::found(&rendered.plan, &rendered.statistics);
    let mut whys = all.iter().map(why);
    let first = whys.next()??;
    whys.all(|other| other.is_some()).then_some(Warning::Empty(first))
}

/// Writes the descriptions of the instrument among the outputs of `job`, whose first image `plan` is that of, and nothing
/// else; `observer` is told of each, and warned of what it cannot say.
///
/// # Errors
/// A panel cannot be planned, or a file cannot be written.
pub fn describe(job: &Job, plan: &Plan, observer: &dyn Observer) -> Result<(), Error> {
    let stop = AtomicBool::new(false);
    let watch = Watch::new(observer, &stop);
    let mut lost = Lost::default();
    lost.note(plan, &job.outputs);
    lost.warnings().iter().for_each(|warning| watch.tell(Event::Warning(warning)));
    watch.check()?;
    instruments(&watch, job, plan)
}

fn instruments(watch: &Watch<'_>, job: &Job, plan: &Plan) -> Result<(), Error> {
    let wanted = |output: &Output| matches!(output.content, Content::Instrument(_));
    if !job.outputs.iter().any(wanted) {
        return Ok(());
    }
    let others: Vec<Plan> =
        (1..job.panels.len()).map(|number| job.experiment(number).plan()).collect::<Result<_, _>>()?;
    let names = job.panels.iter().map(|panel| panel.name.as_str()).chain(["Panel"]);
    let panels: Vec<(&str, &Plan)> = names.zip([plan].into_iter().chain(&others)).collect();
    output::instruments(watch, &panels, job.provenance.as_ref(), &job.outputs)
}

fn render(
    watch: &Watch<'_>,
    job: &Job,
    number: usize,
    plan: Plan,
    backend: &dyn Backend,
) -> Result<Rendered, Error> {
    watch.tell(Event::Planned(&plan));
    watch.check()?;
    let started = Instant::now();
    let doubles = job.outputs.iter().any(|output| output.content == Content::Doubles);
    let want = Want::default().with_products(Products { doubles, ..Products::default() });
    let progress = |progress| watch.tell(Event::Progress(progress));
    let mut frame = backend.frame(&plan, &want, &watch.control(&progress))?;
    let doubles = frame.doubles.pop();
    let image = frame.into_image();
    let elapsed = started.elapsed();
    let statistics = Statistics::of(&plan, &image);
    if !job.compute.allow_nonfinite {
        check_photons(&image, &statistics)?;
    }
    let panel = job.panels.get(number).map(|panel| (number, panel.name.clone()));
    let evaluation = backend.describe(&plan);
    let mut rendered = Rendered { panel, plan, image, doubles, statistics, evaluation, elapsed };
    watch.tell(Event::Rendered(&rendered));
    if rendered.panel.is_some() {
        // Orientations have served, and may be the largest part.
        let Orientations { unrotated, spindle, .. } = rendered.plan.orientations;
        rendered.plan.orientations = Orientations::assemble(Vec::new(), Vec::new(), unrotated, spindle);
    }
    Ok(rendered)
}

fn write(watch: &Watch<'_>, job: &Job, all: &[Rendered]) -> Result<(), Error> {
    let brightness = Brightness::of(all.iter().map(|rendered| &rendered.statistics));
    let provenance = job.provenance.as_ref();
    let mut ended = Ok(());
    for (number, rendered) in all.iter().enumerate() {
        watch.tell(Event::Writing(rendered));
        let mut outputs = job.outputs(number);
        outputs.retain(|output| !job.has_all_panels(output));
        let writer = Writer::new(&rendered.plan, &rendered.image, brightness)
            .with_doubles(rendered.doubles.as_deref())
            .made_by(provenance);
        ended = ended.and(writer.write(&outputs, watch));
        watch.check()?;
        watch.tell(Event::Finished(rendered));
    }
    for output in job.outputs.iter().filter(|output| job.has_all_panels(output)) {
        let writers = all
            .iter()
            .map(|rendered| Writer::new(&rendered.plan, &rendered.image, brightness).made_by(provenance));
        ended = ended.and(output::nexus_of_panels(&writers.collect::<Vec<_>>(), output, watch));
    }
    ended
}
