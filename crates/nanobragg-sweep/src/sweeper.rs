//! The way of the images of a sweep: rendered, finished and stored, each on threads of its own.
//!
//! A few threads have the next images rendered, so that the device or the cores always have one before them. Others take
//! what is rendered through figures, noise and encoding, an image a thread: nothing waits for another thread in between. The
//! last keep frames of a stack and the manifest. Queues are short, so that as many images are there at once as
//! [`Threads`] say, however long the sweep; memory of an image serves the next.

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, Scope};

use nanobragg::backend::{Backend, Frame};
use nanobragg::image::Image;
use nanobragg::model::Experiment;
use nanobragg::plan::{Orientations, Plan};
use nanobragg::readout::Counts;
use nanobragg::statistics::Statistics;
use nanobragg::units::to_deg;
use nanobragg_io::atomic::settle;
use nanobragg_io::nexus::Bands;
use nanobragg_session::header::{FrameDescription, stack_setting};
use nanobragg_session::{
    Brightness, Compute, Emptiness, Flow, ImageModel, Note, Provenance, Warning, Watch, Writer, backend,
    check_photons,
};

use crate::error::Cause;
use crate::manifest::{self, FileRecord, FrameRecord, Manifest};
use crate::observer::{Silent, SweepEvent, SweepObserver};
use crate::parts::Parts;
use crate::stages::{Entry, Exit, queue};
use crate::target::{self, Target};
use crate::threads::Threads;
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
    pub threads: Threads,
    pub provenance: Option<Provenance>,
    /// What is told at the start.
    pub note: Option<Note>,
    pub observer: &'a dyn SweepObserver,
}

/// An image that is rendered.
struct Rendered {
    number: usize,
    plan: Plan,
    image: Image,
}

/// An image whose own files are written.
struct Finished {
    plan: Plan,
    statistics: Statistics,
    /// Its line but for the frame of a stack.
    line: manifest::Image,
    /// The frame of a stack, compressed.
    frame: Option<(Vec<u8>, FrameRecord)>,
}

/// What the threads of a sweep share.
struct Shared<'a> {
    watch: Watch<'a>,
    manifest: Mutex<Manifest>,
    /// Whether frames go into the stack's parts.
    stacking: bool,
    /// Images that are finished.
    done: AtomicUsize,
    /// Whether an image has photons.
    lit: AtomicBool,
    /// Why an image has none.
    empty: Mutex<Option<Emptiness>>,
    /// The first thing that went wrong.
    failure: Mutex<Option<Error>>,
}

impl Sweeper<'_> {
    /// Renders and writes what `manifest` does not list as finished; `resume` says whether the stack's frames
    /// of an earlier run are kept.
    pub fn run(&self, mut manifest: Manifest, resume: bool) -> Result<(), Error> {
        let stop = AtomicBool::new(false);
        let watch = Watch::new(self.observer, &stop);
        self.note.iter().for_each(|note| watch.note(note));
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
        let mut todo = Vec::new();
        for number in 1..=self.images {
            if !manifest.image(number)?.as_ref().is_some_and(finished) {
                todo.push(number);
            }
        }
        let kept = self.images - todo.len();
        self.tell(&watch, SweepEvent::Started { kept: resume.then_some(kept), images: self.images });
        let shared = Shared {
            watch,
            manifest: Mutex::new(manifest),
            stacking: !stacked && !self.parts.is_empty(),
            done: AtomicUsize::new(kept),
            // What was rendered before is not looked at again.
            lit: AtomicBool::new(kept > 0),
            empty: Mutex::new(None),
            failure: Mutex::new(None),
        };
        self.run_stages(backend.as_ref(), &todo, &shared);
        self.tell(&watch, SweepEvent::Rendered);
        let Shared { manifest, done, failure, lit, empty, .. } = shared;
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let done = done.into_inner();
            self.tell(&watch, SweepEvent::Unfinished { done, images: self.images });
            return Err(error);
        }
        let why = empty.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(why) = why.filter(|_| !lit.into_inner()) {
            watch.warn(&Warning::Empty(why));
        }
        let mut manifest = manifest.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !stacked && !self.parts.is_empty() {
            let provenance = self.provenance.clone();
            let frame = FrameDescription { provenance, ..FrameDescription::of(&self.plan(1)?) };
            let setting = stack_setting(&frame, self.series.step());
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

    fn run_stages(&self, backend: &dyn Backend, todo: &[usize], shared: &Shared<'_>) {
        let (rendered, to_finish) = queue(Threads::WAITING);
        let (finished, to_store) = queue(self.threads.storing);
        let next = &AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..self.threads.rendering {
                let rendered = rendered.clone();
                start(scope, shared, move || self.render_all(backend, todo, next, &rendered, shared));
            }
            for _ in 0..self.threads.finishing {
                let (to_finish, finished) = (to_finish.clone(), finished.clone());
                start(scope, shared, move || self.finish_all(backend, &to_finish, &finished, shared));
            }
            for _ in 0..self.threads.storing {
                let to_store = to_store.clone();
                start(scope, shared, move || self.store_all(&to_store, shared));
            }
            // A stage ends when all threads of the one before, and those of its own, are gone.
            drop((rendered, to_finish, finished, to_store));
        });
    }

    fn render_all(
        &self,
        backend: &dyn Backend,
        todo: &[usize],
        next: &AtomicUsize,
        rendered: &Entry<Rendered>,
        shared: &Shared<'_>,
    ) {
        while !shared.failed() {
            let Some(&number) = todo.get(next.fetch_add(1, Ordering::Relaxed)) else { return };
            match self.render(backend, number, &shared.watch) {
                Ok(image) => {
                    if !rendered.put(image) {
                        return;
                    }
                }
                Err(error) => shared.fail(error),
            }
        }
    }

    fn render(&self, backend: &dyn Backend, number: usize, watch: &Watch<'_>) -> Result<Rendered, Error> {
        let mut plan = self.plan(number)?;
        let rows = |progress| self.tell(watch, SweepEvent::Rows { image: number, progress });
        let image = backend.render(&plan, &watch.control(&rows)).map_err(nanobragg_session::Error::from)?;
        // Orientations have served, and may be the largest part.
        let Orientations { unrotated, spindle, .. } = plan.orientations;
        plan.orientations = Orientations::assemble(Vec::new(), Vec::new(), unrotated, spindle);
        Ok(Rendered { number, plan, image })
    }

    /// Finishes images until there are no more. After a failure they are dropped, so that nobody waits for ever.
    fn finish_all(
        &self,
        backend: &dyn Backend,
        to_finish: &Exit<Rendered>,
        finished: &Entry<Finished>,
        shared: &Shared<'_>,
    ) {
        // What has rows to share out shares them with nobody: the other threads have images of their own.
        let alone = match rayon::ThreadPoolBuilder::new().num_threads(1).build() {
            Ok(alone) => alone,
            Err(cause) => return shared.fail(Cause::Threads(cause).into()),
        };
        alone.install(|| {
            let mut memory = Counts::default();
            while let Some(rendered) = to_finish.take() {
                if shared.failed() {
                    continue;
                }
                match self.finish(backend, rendered, &mut memory, shared) {
                    Ok(image) => {
                        if !finished.put(image) {
                            return;
                        }
                    }
                    Err(error) => shared.fail(error),
                }
            }
        });
    }

    fn finish(
        &self,
        backend: &dyn Backend,
        rendered: Rendered,
        memory: &mut Counts,
        shared: &Shared<'_>,
    ) -> Result<Finished, Error> {
        let Rendered { number, plan, image } = rendered;
        let statistics = Statistics::of(&plan, &image);
        if !self.compute.allow_nonfinite {
            check_photons(&image, &statistics)?;
        }
        shared.look(&plan, &statistics);
        let brightness = Brightness::of([&statistics].into_iter());
        let writer = Writer::new(&plan, &image, brightness)
            .with_memory(std::mem::take(memory))
            .made_by(self.provenance.as_ref());
        let outputs = target::outputs(&self.targets, number);
        writer.write(&outputs, &shared.watch.observed_by(&Silent))?;
        let files =
            outputs.iter().map(|output| record(&output.path)).collect::<Result<_, nanobragg_io::Error>>()?;
        // There is one stack at most.
        let frame = self.parts.first().map(|parts| {
            let counts = writer.read(parts.readout());
            let bytes = Bands::of(image.fast(), image.slow()).compress(&counts.pixels);
            let record = FrameRecord::of(&bytes);
            (bytes, record)
        });
        let line = self.line(number, &plan, &statistics, writer.frame(), files);
        *memory = writer.into_memory();
        backend.recycle(Frame::of(image));
        Ok(Finished { plan, statistics, line, frame })
    }

    /// Stores images until there are no more. After a failure they are dropped.
    fn store_all(&self, to_store: &Exit<Finished>, shared: &Shared<'_>) {
        while let Some(Finished { plan, statistics, line, frame }) = to_store.take() {
            if shared.failed() {
                continue;
            }
            let image = line.image;
            match self.store(line, frame, shared) {
                Ok(()) => {
                    let done = shared.done.fetch_add(1, Ordering::Relaxed) + 1;
                    let (series, plan, statistics) = (&self.series, &plan, &statistics);
                    let event = SweepEvent::Finished { image, done, series, plan, statistics };
                    self.tell(&shared.watch, event);
                }
                Err(error) => shared.fail(error),
            }
        }
    }

    fn store(
        &self,
        mut line: manifest::Image,
        frame: Option<(Vec<u8>, FrameRecord)>,
        shared: &Shared<'_>,
    ) -> Result<(), Error> {
        let number = line.image;
        if let Some((bytes, record)) = frame {
            if shared.stacking {
                self.parts.iter().try_for_each(|parts| parts.write(number, &bytes))?;
            }
            line.frame = Some(record);
        }
        lock(&shared.manifest).add(line)?;
        Ok(())
    }

    fn line(
        &self,
        number: usize,
        plan: &Plan,
        statistics: &Statistics,
        frame: &FrameDescription,
        files: Vec<FileRecord>,
    ) -> manifest::Image {
        let [a, b, c] = frame.axes.reciprocal;
        manifest::Image {
            image: number,
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

/// Starts a thread of a stage. Where there is none to be had, the sweep fails.
fn start<'scope>(scope: &'scope Scope<'scope, '_>, shared: &Shared<'_>, work: impl FnOnce() + Send + 'scope) {
    if let Err(cause) = thread::Builder::new().spawn_scoped(scope, work) {
        shared.fail(Cause::Thread(cause).into());
    }
}

impl Shared<'_> {
    fn failed(&self) -> bool {
        lock(&self.failure).is_some()
    }

    /// Notes whether an image has photons.
    fn look(&self, plan: &Plan, statistics: &Statistics) {
        if statistics.rms != 0.0 {
            self.lit.store(true, Ordering::Relaxed);
        } else if !self.lit.load(Ordering::Relaxed) {
            let mut empty = lock(&self.empty);
            *empty = empty.or_else(|| Emptiness::of(plan));
        }
    }

    /// Notes what went wrong, if nothing did before, and stops the render.
    fn fail(&self, error: Error) {
        lock(&self.failure).get_or_insert(error);
        self.watch.stop();
    }
}

/// A thread that panicked leaves data that are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that was just written, once its contents are on disk; those that do not get there do not stay. Where it was removed since, that is said now
/// and not by a later reader.
fn record(path: &Path) -> Result<FileRecord, nanobragg_io::Error> {
    settle(path).inspect_err(|_| drop(std::fs::remove_file(path)))?;
    FileRecord::of(path).map_err(|cause| nanobragg_io::Error::write(path, cause))
}
