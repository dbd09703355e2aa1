//! Rendering and writing the images of a sweep: while one is rendered, those before it are written.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use nanobragg::backend::{Backend, Control};
use nanobragg::image::Image;
use nanobragg::plan::Plan;
use nanobragg::statistics::Statistics;
use nanobragg::units::to_deg;
use nanobragg_config::{ConfigError, Setup};
use nanobragg_io::IoError;
use nanobragg_io::c_format::g;
use nanobragg_session::header::{Frame, stack_setting};

use super::manifest::{self, FileRecord, Manifest};
use super::parts::Parts;
use super::progress::Meter;
use super::series::Series;
use super::target::{self, Target};
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::outputs::{PROGRAM, Writer};

/// A sweep, resolved and checked.
pub struct Sweeper {
    pub console: Console,
    pub setup: Setup,
    pub series: Series,
    pub images: usize,
    pub targets: Vec<Target>,
    pub parts: Vec<Parts>,
    pub interrupt: Interrupt,
}

/// An image on its way to the disk.
struct Rendered {
    number: usize,
    plan: Plan,
    image: Image,
    statistics: Statistics,
}

/// What the threads of a sweep share.
struct Shared {
    manifest: Mutex<Manifest>,
    /// Whether frames go into the stack's parts.
    stacking: bool,
    /// Images that are finished.
    done: AtomicUsize,
    /// The first thing that went wrong.
    failure: Mutex<Option<anyhow::Error>>,
    meter: Meter,
}

impl Sweeper {
    /// Renders and writes what `manifest` does not list as finished; `resume` says whether the stack's frames
    /// of an earlier run are kept.
    pub fn run(&self, backend: &dyn Backend, mut manifest: Manifest, resume: bool) -> anyhow::Result<()> {
        let stacked = manifest.stack.as_ref().is_some_and(FileRecord::holds);
        if !stacked {
            manifest.stack = None;
            self.parts.iter().try_for_each(|parts| parts.open(resume))?;
        }
        let finished = |image: &manifest::Image| {
            image.files.iter().all(FileRecord::holds)
                && (stacked || self.parts.iter().all(|parts| parts.has(image.image)))
        };
        let listed = |number: &usize| manifest.images.get(number).is_some_and(finished);
        let todo: Vec<usize> = (1..=self.images).filter(|number| !listed(number)).collect();
        let kept = self.images - todo.len();
        if resume {
            self.console.say(&format!("{kept} of {} images are there already", self.images));
        }
        let shared = Shared {
            manifest: Mutex::new(manifest),
            stacking: !stacked && !self.parts.is_empty(),
            done: AtomicUsize::new(kept),
            failure: Mutex::new(None),
            meter: Meter::new(self.console, self.setup.progress, self.images),
        };
        self.render_and_store(backend, &todo, &shared);
        shared.meter.finish();
        let Shared { manifest, done, failure, .. } = shared;
        if let Some(error) = failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            let done = done.into_inner();
            self.console.say(&format!("{done} of {} images are finished; -resume goes on", self.images));
            return Err(error);
        }
        let mut manifest = manifest.into_inner().unwrap_or_else(PoisonError::into_inner);
        if !stacked && !self.parts.is_empty() {
            let setting = stack_setting(&self.plan(1)?, self.series.step(), PROGRAM);
            for parts in &self.parts {
                parts.assemble(&setting, self.images, &self.interrupt)?;
                let stack = parts.stack();
                self.console.say(&format!("wrote {}: {} images", stack.display(), self.images));
                manifest.stack = Some(record(stack)?);
            }
        }
        manifest.finish()?;
        // Not before the manifest says that the stack is there: a program that is killed in between would have
        // lost all frames.
        self.parts.iter().for_each(Parts::remove);
        Ok(())
    }

    fn plan(&self, number: usize) -> Result<Plan, ConfigError> {
        Ok(self.series.experiment(&self.setup.experiment, number).plan()?)
    }

    /// Renders on this thread; a few others write.
    fn render_and_store(&self, backend: &dyn Backend, todo: &[usize], shared: &Shared) {
        let (send, receive) = sync_channel(1);
        let receive = Mutex::new(receive);
        thread::scope(|scope| {
            for _ in 0..writers() {
                let spawned = thread::Builder::new().spawn_scoped(scope, || self.store_all(&receive, shared));
                if let Err(cause) = spawned {
                    shared.fail(
                        anyhow::anyhow!("cannot start a thread to write images: {cause}"),
                        &self.interrupt,
                    );
                }
            }
            for &number in todo {
                if shared.failed() {
                    break;
                }
                match self.render(backend, number, &shared.meter) {
                    // The channel outlives the writers: it takes every image.
                    Ok(rendered) => drop(send.send(rendered)),
                    Err(error) => shared.fail(error, &self.interrupt),
                }
            }
            drop(send);
        });
    }

    fn render(&self, backend: &dyn Backend, number: usize, meter: &Meter) -> anyhow::Result<Rendered> {
        let plan = self.plan(number)?;
        let update = |progress| meter.rows(number, progress);
        let control = Control { progress: Some(&update), cancel: Some(self.interrupt.flag()) };
        let rendered = backend.render(&plan, &control);
        let image = rendered.map_err(|error| self.interrupt.explain(error))?;
        let statistics = Statistics::of(&plan, &image);
        Ok(Rendered { number, plan, image, statistics })
    }

    /// Writes images until there are no more. After a failure they are dropped, so that the render does not
    /// wait for ever.
    fn store_all(&self, receive: &Mutex<Receiver<Rendered>>, shared: &Shared) {
        loop {
            let Ok(rendered) = lock(receive).recv() else { return };
            if shared.failed() {
                continue;
            }
            match self.store(&rendered, shared) {
                Ok(()) => {
                    let done = shared.done.fetch_add(1, Ordering::Relaxed) + 1;
                    shared.meter.done(rendered.number, done, &self.remark(&rendered));
                }
                Err(error) => shared.fail(error, &self.interrupt),
            }
        }
    }

    fn store(&self, rendered: &Rendered, shared: &Shared) -> anyhow::Result<()> {
        let Rendered { number, plan, image, statistics } = rendered;
        let outputs = target::outputs(&self.targets, *number, &self.setup.outputs)?;
        let silent = Console { quiet: true };
        let writer = Writer::new(silent, plan, image, statistics, &outputs);
        writer.write(&self.interrupt)?;
        if shared.stacking {
            let counts = writer.counts();
            self.parts.iter().try_for_each(|parts| parts.write(*number, &counts.pixels))?;
        }
        let files = outputs.images().map(|path| record(path)).collect::<Result<_, _>>()?;
        let line = self.line(rendered, files);
        lock(&shared.manifest).add(line)?;
        Ok(())
    }

    /// What is said of a finished image.
    fn remark(&self, rendered: &Rendered) -> String {
        let max = g(rendered.statistics.max.into(), 6);
        match self.series {
            Series::Rotation(_) => {
                format!("phi {:.3} deg, max_I = {max}", to_deg(rendered.plan.resolved.rotation.start()))
            }
            Series::Random | Series::Listed(_) => {
                let angles = rendered.plan.crystal.misset.map(|angle| format!("{:.2}", to_deg(angle)));
                format!("misset {} deg, max_I = {max}", angles.join(" "))
            }
        }
    }

    fn line(&self, rendered: &Rendered, files: Vec<FileRecord>) -> manifest::Image {
        let Rendered { number, plan, statistics, .. } = rendered;
        let [a, b, c] = Frame::imgcif(plan).reciprocal;
        let rotation = plan.resolved.rotation;
        manifest::Image {
            image: *number,
            files,
            phi_start_deg: to_deg(rotation.start()),
            phi_range_deg: to_deg(rotation.range()),
            misset_deg: plan.crystal.misset.map(to_deg),
            misset_seed: matches!(self.series, Series::Random).then_some(plan.resolved.misset_seed),
            noise_seed: plan.resolved.noise.seed,
            wavelength_angstrom: plan.resolved.wavelength * 1e10,
            unit_cell: plan.crystal.unit_cell(),
            a_matrix: [a.x, b.x, c.x, a.y, b.y, c.y, a.z, b.z, c.z],
            max_photons: statistics.max.into(),
            mean_photons: statistics.mean,
        }
    }
}

impl Shared {
    fn failed(&self) -> bool {
        lock(&self.failure).is_some()
    }

    /// Notes what went wrong, if nothing did before, and stops the render.
    fn fail(&self, error: anyhow::Error, interrupt: &Interrupt) {
        lock(&self.failure).get_or_insert(error);
        interrupt.stop();
    }
}

/// Threads that write: one for every four cores, since rendering uses them all.
fn writers() -> usize {
    (thread::available_parallelism().map_or(1, usize::from) / 4).clamp(1, 4)
}

/// A thread that panicked leaves data that are as good as before.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file that was just written. Where it was removed since, that is said now and not by a later reader.
fn record(path: &Path) -> Result<FileRecord, IoError> {
    FileRecord::of(path).map_err(|cause| IoError::write(path, cause))
}
