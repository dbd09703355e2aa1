//! Rendering and writing the images of a sweep: while one is rendered, those before it are written.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use nanobragg::backend::Backend;
use nanobragg::image::Image;
use nanobragg::model::Experiment;
use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg::units::to_deg;
use nanobragg_io::nexus::Bands;
use nanobragg_session::header::{FrameDescription, stack_setting};
use nanobragg_session::{Brightness, Compute, Flow, ImageModel, Watch, Writer, backend, check_photons};

use crate::error::Cause;
use crate::manifest::{self, FileRecord, Manifest};
use crate::observer::{Silent, SweepEvent, SweepObserver};
use crate::parts::Parts;
use crate::target::{self, Target};
use crate::{Error, Series};

/// A sweep, resolved and checked.
pub(crate) struct Sweeper<'a> {
    pub experiment: Experiment,
    pub models: Vec<ImageModel>,
    pub compute: Compute,
    pub series: Series,
    pub images: usize,
    pub targets: Vec<Target>,
    pub parts: Vec<Parts>,
    pub observer: &'a dyn SweepObserver,
}

/// An image on its way to the disk.
struct Rendered {
    number: usize,
    plan: Plan,
    image: Image,
    statistics: Statistics,
}

/// What the threads of a sweep share.
struct Shared<'a> {
    watch: Watch<'a>,
    manifest: Mutex<Manifest>,
    /// Whether frames go into the stack's parts.
    stacking: bool,
    /// Images that are finished.
    done: AtomicUsize,
    /// The first thing that went wrong.
    failure: Mutex<Option<Error>>,
}

impl Sweeper<'_> {
    /// Renders and writes what `manifest` does not list as finished; `resume` says whether the stack's frames
    /// of an earlier run are kept.
    pub fn run(&self, mut manifest: Manifest, resume: bool) -> Result<(), Error> {
        let stop = AtomicBool::new(false);
        let watch = Watch::new(self.observer, &stop);
        let backend = backend::open(&self.compute, watch)?;
        let stacked = manifest.stack.as_ref().is_some_and(FileRecord::holds);
        if !stacked {
            manifest.stack = None;
            self.parts.iter().try_for_each(|parts| parts.open(resume))?;
        }
        let holds = |parts: &Parts, image: &manifest::Image| {
            image.frame.as_ref().is_some_and(|frame| parts.holds(image.image, frame))
        };
        let finished = |image: &manifest::Image| {
            image.files.iter().all(FileRecord::holds)
                && (stacked || self.parts.iter().all(|parts| holds(parts, image)))
        };
        let listed = |number: &usize| manifest.images.get(number).is_some_and(finished);
        let todo: Vec<usize> = (1..=self.images).filter(|number| !listed(number)).collect();
        let kept = self.images - todo.len();
        self.tell(&watch, SweepEvent::Started { kept: resume.then_some(kept), images: self.images });
        let shared = Shared {
            watch,
            manifest: Mutex::new(manifest),
            stacking: !stacked && !self.parts.is_empty(),
            done: AtomicUsize::new(kept),
            failure: Mutex::new(None),
        };
        self.render_and_store(backend.as_ref(), &todo, &shared);
        self.tell(&watch, SweepEvent::Rendered);
        let Shared { manifest, done, failure, .. } = shared;
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let done = done.into_inner();
            self.tell(&watch, SweepEvent::Unfinished { done, images: self.images });
            return Err(error);
        }
        let mut manifest = manifest.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !stacked && !self.parts.is_empty() {
            let setting = stack_setting(&FrameDescription::of(&self.plan(1)?), self.series.step());
            for parts in &self.parts {
                parts.assemble(&setting, self.images, &watch)?;
                let path = parts.stack();
                self.tell(&watch, SweepEvent::WroteStack { path, images: self.images });
                manifest.stack = Some(record(path)?);
            }
        }
        manifest.finish()?;
        // Not before the manifest says that the stack is there: a program that is killed in between would have
        // lost all frames.
        self.parts.iter().for_each(Parts::remove);
        Ok(())
    }

    fn tell(&self, watch: &Watch<'_>, event: SweepEvent<'_>) {
        if self.observer.on_sweep(event) == Flow::Stop {
            watch.stop();
        }
    }

    fn plan(&self, number: usize) -> Result<Plan, Error> {
        let base = self.series.base(&self.experiment, &self.models, number)?;
        Ok(self.series.experiment(&base, number)?.plan()?)
    }

    /// Renders on this thread; a few others write.
    fn render_and_store(&self, backend: &dyn Backend, todo: &[usize], shared: &Shared<'_>) {
        let (send, receive) = sync_channel(1);
        let receive = Mutex::new(receive);
        thread::scope(|scope| {
            for _ in 0..writers() {
                let spawned = thread::Builder::new().spawn_scoped(scope, || self.store_all(&receive, shared));
                if let Err(cause) = spawned {
                    shared.fail(Cause::Thread(cause).into());
                }
            }
            for &number in todo {
                if shared.failed() {
                    break;
                }
                match self.render(backend, number, &shared.watch) {
                    // The channel outlives the writers: it takes every image.
                    Ok(rendered) => drop(send.send(rendered)),
                    Err(error) => shared.fail(error),
                }
            }
            drop(send);
        });
    }

    fn render(&self, backend: &dyn Backend, number: usize, watch: &Watch<'_>) -> Result<Rendered, Error> {
        let plan = self.plan(number)?;
        let rows = |progress| self.tell(watch, SweepEvent::Rows { image: number, progress });
        let image = backend.render(&plan, &watch.control(&rows)).map_err(nanobragg_session::Error::from)?;
        let statistics = Statistics::of(&plan, &image);
        if !self.compute.allow_nonfinite {
            check_photons(&image, &statistics)?;
        }
        Ok(Rendered { number, plan, image, statistics })
    }

    /// Writes images until there are no more. After a failure they are dropped, so that the render does not
    /// wait for ever.
    fn store_all(&self, receive: &Mutex<Receiver<Rendered>>, shared: &Shared<'_>) {
        loop {
            let Ok(rendered) = lock(receive).recv() else { return };
            if shared.failed() {
                continue;
            }
            match self.store(&rendered, shared) {
                Ok(()) => {
                    let done = shared.done.fetch_add(1, Ordering::Relaxed) + 1;
                    let Rendered { number: image, plan, statistics, .. } = &rendered;
                    let series = &self.series;
                    let event = SweepEvent::Finished { image: *image, done, series, plan, statistics };
                    self.tell(&shared.watch, event);
                }
                Err(error) => shared.fail(error),
            }
        }
    }

    fn store(&self, rendered: &Rendered, shared: &Shared<'_>) -> Result<(), Error> {
        let Rendered { number, plan, image, statistics } = rendered;
        let outputs = target::outputs(&self.targets, *number);
        let writer = Writer::new(plan, image, Brightness::of([statistics].into_iter()));
        writer.write(&outputs, &shared.watch.observed_by(&Silent))?;
        // There is one stack at most. The frame of an image that is in it already is the one that the manifest has.
        let mut frame = lock(&shared.manifest).images.get(number).and_then(|image| image.frame.clone());
        if shared.stacking {
            let bands = Bands::of(image.fast(), image.slow());
            for parts in &self.parts {
                frame = Some(parts.write(*number, bands, &writer.read(parts.readout()).pixels)?);
            }
        }
        let files =
            outputs.iter().map(|output| record(&output.path)).collect::<Result<_, nanobragg_io::Error>>()?;
        let line = manifest::Image { frame, ..self.line(rendered, writer.frame(), files) };
        lock(&shared.manifest).add(line)?;
        Ok(())
    }

    fn line(&self, rendered: &Rendered, frame: &FrameDescription, files: Vec<FileRecord>) -> manifest::Image {
        let Rendered { number, plan, statistics, .. } = rendered;
        let [a, b, c] = frame.axes.reciprocal;
        manifest::Image {
            image: *number,
            files,
            frame: None,
            phi_start_deg: to_deg(frame.scan.start),
            phi_range_deg: to_deg(frame.scan.range),
            misset_deg: frame.crystal.misset.map(to_deg),
            misset_seed: matches!(self.series, Series::Random).then_some(plan.resolved.misset_seed),
            noise_seed: frame.counting.seed,
            wavelength_angstrom: frame.beam.wavelength_angstrom,
            unit_cell: frame.crystal.cell,
            a_matrix: [a.x, b.x, c.x, a.y, b.y, c.y, a.z, b.z, c.z],
            max_photons: Some(statistics.max.into()).filter(|max: &f64| max.is_finite()),
            mean_photons: Some(statistics.mean).filter(|mean| mean.is_finite()),
        }
    }
}

impl Shared<'_> {
    fn failed(&self) -> bool {
        lock(&self.failure).is_some()
    }

    /// Notes what went wrong, if nothing did before, and stops the render.
    fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.watch.stop();
    }
}

/// Threads that write: one for every four cores, since rendering uses them all.
pub(crate) fn writers() -> usize {
    (thread::available_parallelism().map_or(1, usize::from) / 4).clamp(1, 4)
}

/// A thread that panicked leaves data that are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that was just written. Where it was removed since, that is said now and not by a later reader.
fn record(path: &Path) -> Result<FileRecord, nanobragg_io::Error> {
    FileRecord::of(path).map_err(|cause| nanobragg_io::Error::write(path, cause))
}
