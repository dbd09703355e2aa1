//! From what is wanted to a sweep: everything is checked before the first image is rendered.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use nanobragg::model::Experiment;
use nanobragg::plan::Plan;
use nanobragg_io::atomic::remove_leftovers;
use nanobragg_io::lock::{Claim, Lock, lock};
use nanobragg_io::places::Inputs;
use nanobragg_session::{Compute, ImageModel, Output, PROGRAM, Provenance, Warning, narrow_spots};

use crate::error::Cause;
use crate::lost::Scan;
use crate::manifest::{self, Beginning, Manifest};
use crate::observer::SweepObserver;
use crate::parts::Parts;
use crate::sweeper::Sweeper;
use crate::target::Target;
use crate::threads::Threads;
use crate::{Error, Series, check, earlier, fingerprint, lost, name};

/// What happens where there is a manifest already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It is an error.
    New,
    /// Finished images are kept.
    Resume,
    /// It is replaced.
    Restart,
}

/// A series of images, and the files that are made of it.
#[derive(Clone, Debug)]
pub struct SweepJob {
    /// What the images have in common.
    pub experiment: Experiment,
    /// What differs from image to image of a scan whose description varies, in order; empty where nothing does.
    pub models: Vec<ImageModel>,
    /// Start and range, in radians, of the first image that `models` describe, where they say it.
    pub described: Option<[f64; 2]>,
    /// What renders.
    pub compute: Compute,
    /// What they differ in.
    pub series: Series,
    /// How many there are.
    pub images: usize,
    /// The files of all images, a format once: `####` in a name stands for the number, which comes before the
    /// extension where there is none; NXmx is one file.
    pub outputs: Vec<Output>,
    /// The manifest; `manifest.jsonl` beside the first output where it is not given.
    pub manifest: Option<PathBuf>,
    /// What happens where there is a manifest already.
    pub start: Start,
    /// What the images depend on, as words for the manifest.
    pub flags: Vec<String>,
    /// Files that the images depend on.
    pub inputs: Vec<PathBuf>,
    /// Experiment files, which are not replaced either: `flags` say what counts of them.
    pub experiment_files: Vec<PathBuf>,
    /// Whether files lie below the working directory, links followed: somebody else may have named them.
    pub confined: bool,
    /// Whether `outputs` come from who starts the sweep all the same: then a stack may lie anywhere, and what is numbered below the
    /// folder that was named.
    pub named: bool,
    /// Files that are written beside those of the sweep, and so have other names.
    pub beside: Vec<PathBuf>,
    /// What headers say that the images were made of.
    pub provenance: Option<Provenance>,
}

/// A sweep that is checked.
#[derive(Debug)]
pub struct Sweep {
    job: SweepJob,
    first: Plan,
    warnings: Vec<Warning>,
    targets: Vec<Target>,
    inputs: BTreeMap<String, String>,
    threads: Threads,
}

/// A sweep that knows what is there already, and whose files no other run writes.
#[derive(Debug)]
pub struct Begun {
    sweep: Sweep,
    manifest: Beginning,
    /// Held until the end.
    _locks: Vec<Lock>,
}

/// A sweep whose manifest is written.
#[derive(Debug)]
pub struct Open {
    sweep: Sweep,
    parts: Vec<Parts>,
    manifest: Manifest,
    /// Held until the end.
    _locks: Vec<Lock>,
}

impl SweepJob {
    /// Checks what is wanted; nothing is written.
    ///
    /// # Errors
    /// Files that cannot be written or do not go together, inputs that cannot be read, an experiment that cannot be
    /// planned.
    pub fn prepare(self) -> Result<Sweep, Error> {
        let targets: Vec<Target> = self.outputs.iter().map(Target::new).collect::<Result<_, _>>()?;
        let read = Inputs::of(self.inputs.iter().chain(&self.experiment_files));
        let manifest = self.manifest_path();
        check::targets(&self.outputs, &targets, self.images, &manifest, &read, &self.beside)?;
        if self.confined {
            let manifest = self.manifest.is_none().then_some(&*manifest);
            check::confined(&targets, self.images, manifest, self.named)?;
        }
        let pixels = &self.experiment.detector.pixels;
        let threads = Threads::of(&self.compute, (pixels.fast(), pixels.slow()), &self.outputs);
        check::memory(pixels, &self.outputs, self.images, threads)?;
        let base = self.series.base(&self.experiment, &self.models, 1)?;
        let first = self.series.experiment(&base, 1)?.plan()?;
        let SweepJob { experiment, series, models, described, images, .. } = &self;
        let scan = Scan { experiment, series, models, described: *described, images: *images };
        let warnings = lost::warnings(&scan, &first, &targets)?;
        let inputs = fingerprint::inputs(&self.inputs)?;
        Ok(Sweep { job: self, first, warnings, targets, inputs, threads })
    }

    /// Where the manifest lies.
    pub(crate) fn manifest_path(&self) -> PathBuf {
        let beside = || self.outputs.first().map(|output| output.path.with_file_name("manifest.jsonl"));
        self.manifest.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("manifest.jsonl"))
    }
}

impl Sweep {
    /// Plan of the first image.
    pub fn first(&self) -> &Plan {
        &self.first
    }

    /// What the headers of the files cannot say, and what contradicts the models of a scan.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Takes the files for this sweep, and reads the manifest where there is one: what a refused sweep must not write is written after
    /// it.
    ///
    /// # Errors
    /// Another run writes these files; there is a manifest, or another one than that of this sweep, or a file that is
    /// not this sweep's; a lock cannot be written.
    pub fn begin(mut self) -> Result<Begun, Error> {
        let path = self.job.manifest_path();
        let locks = lock(claims(&path, &self.targets, &self.job.beside))?;
        let inputs = std::mem::take(&mut self.inputs);
        let manifest = begin(&self.job, &self.targets, &path, inputs)?;
        Ok(Begun { sweep: self, manifest, _locks: locks })
    }

    /// Renders and writes what is not there yet.
    ///
    /// # Errors
    /// Those of [`Self::begin`] and of [`Begun::run`].
    pub fn run(self, observer: &dyn SweepObserver) -> Result<(), Error> {
        self.begin()?.run(observer)
    }
}

impl Begun {
    /// Plan of the first image.
    pub fn first(&self) -> &Plan {
        &self.sweep.first
    }

    /// What is not kept of the manifest of an earlier run, or which of its images stay beside those of this one.
    pub fn warning(&self) -> Option<&Warning> {
        self.manifest.warning.as_ref()
    }

    /// Renders and writes what is not there yet.
    ///
    /// # Errors
    /// Those of [`Self::open`] and of [`Open::run`].
    pub fn run(self, observer: &dyn SweepObserver) -> Result<(), Error> {
        self.open()?.run(observer)
    }

    /// Writes the manifest: from now on the files of this sweep, and those beside them, are known for its own.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn open(self) -> Result<Open, Error> {
        let Begun { sweep, manifest, _locks } = self;
        let Sweep { job, targets, .. } = &sweep;
        if job.start == Start::Resume {
            let path = job.manifest_path();
            let own: Vec<PathBuf> =
                targets.iter().flat_map(|target| target.files(job.images)).chain([path]).collect();
            remove_leftovers(own.iter().map(PathBuf::as_path));
        }
        let parts = targets.iter().filter_map(Target::stack).map(Parts::of).collect::<Result<_, _>>()?;
        let manifest = manifest.write()?;
        Ok(Open { sweep, parts, manifest, _locks })
    }
}

impl Open {
    /// Plan of the first image.
    pub fn first(&self) -> &Plan {
        &self.sweep.first
    }

    /// Renders and writes what is not there yet.
    ///
    /// # Errors
    /// The device cannot be used or fails; a file cannot be written; `observer` asked for the end. Images that were finished
    /// by then are in the manifest.
    pub fn run(self, observer: &dyn SweepObserver) -> Result<(), Error> {
        let Open { sweep: Sweep { job, first, targets, threads, .. }, parts, manifest, _locks } = self;
        let note = narrow_spots(&first, &job.outputs);
        let resume = job.start == Start::Resume;
        let SweepJob { experiment, models, compute, series, images, provenance, .. } = job;
        let sweeper = Sweeper {
            experiment,
            models,
            compute,
            series,
            images,
            targets,
            parts,
            threads,
            provenance,
            note,
            observer,
        };
        sweeper.run(manifest, resume)
    }
}

/// The manifest, every output, and what is written beside them: no other run writes them.
fn claims<'a>(
    manifest: &'a Path,
    targets: &'a [Target],
    beside: &'a [PathBuf],
) -> impl Iterator<Item = Claim> + 'a {
    let files = std::iter::once(manifest).chain(beside.iter().map(PathBuf::as_path));
    files.map(Claim::file).chain(targets.iter().flat_map(Target::claims))
}

fn begin(
    job: &SweepJob,
    targets: &[Target],
    path: &Path,
    inputs: BTreeMap<String, String>,
) -> Result<Beginning, Error> {
    let sweep = manifest::Sweep {
        program: PROGRAM.to_owned(),
        series: job.series.name().to_owned(),
        images: job.images,
        outputs: job.outputs.iter().map(|output| name::text(&output.path)).collect(),
        flags: job.flags.clone(),
        inputs,
    };
    match job.start {
        // Files that its lines do not list yet are those that were on their way when it ended.
        Start::Resume if path.exists() => return Beginning::of_earlier(path, sweep),
        Start::New if path.exists() => return Err(Cause::Exists(path.to_owned()).into()),
        Start::New | Start::Resume => check::unoccupied(targets, job.images, &job.beside)?,
        Start::Restart => {
            check::replaceable(path, targets, job.images, &job.beside)?;
            let mut beginning = Beginning::new(path, sweep);
            beginning.warning = earlier::images(path, targets, job.images);
            return Ok(beginning);
        }
    }
    Ok(Beginning::new(path, sweep))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;
    use crate::SweepEvent;
    use nanobragg::model::{PixelGrid, UnitCell};
    use nanobragg::readout::Readout;
    use nanobragg_session::{Content, Event, Flow, Format, Observer};

    struct Nobody;

    impl Observer for Nobody {
        fn on(&self, _: Event<'_>) -> Flow {
            Flow::Continue
        }
    }

    impl SweepObserver for Nobody {
        fn on_sweep(&self, _: SweepEvent<'_>) -> Flow {
            Flow::Continue
        }
    }

    /// What a sweep of seven images leaves in its folder, on so many threads.
    fn swept(threads: Threads, render: usize) -> Vec<(std::ffi::OsString, Vec<u8>)> {
        let folder = tempfile::tempdir().unwrap();
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 100.0);
        experiment.detector.pixels = PixelGrid::new(70, 40, 1e-3);
        let output = |name: &str, content: Content| {
            let path = folder.path().join(name);
            Output { format: Format::of(&path).unwrap(), path, content }
        };
        let job = SweepJob {
            experiment,
            models: Vec::new(),
            described: None,
            provenance: None,
            compute: Compute { threads: render, ..Compute::default() },
            series: Series::Random,
            images: 7,
            outputs: vec![
                output("a.nxs", Content::Counts(Readout::counted())),
                output("b.cbf", Content::Counts(Readout::counted())),
                output("c.npy", Content::Photons),
            ],
            manifest: None,
            start: Start::New,
            flags: Vec::new(),
            inputs: Vec::new(),
            experiment_files: Vec::new(),
            confined: false,
            named: true,
            beside: Vec::new(),
        };
        let sweep = Sweep { threads, ..job.prepare().unwrap() };
        sweep.run(&Nobody).unwrap();
        // The manifest names the folder.
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap());
        let entries = entries.filter(|entry| entry.file_name() != "manifest.jsonl");
        let mut files: Vec<_> =
            entries.map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap())).collect();
        files.sort();
        files
    }

    #[test]
    fn files_are_the_same_on_any_number_of_threads_and_with_any_number_of_frames_in_flight() {
        let expected = swept(Threads { rendering: 1, finishing: 1, storing: 1 }, 1);
        assert_eq!(expected.len(), 15);
        for (rendering, finishing, storing, render) in [(2, 1, 1, 1), (3, 4, 2, 2), (5, 2, 3, 3)] {
            let found = swept(Threads { rendering, finishing, storing }, render);
            let names = |files: &[(std::ffi::OsString, Vec<u8>)]| -> Vec<std::ffi::OsString> {
                files.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&found), names(&expected));
            for ((name, found), (_, expected)) in found.iter().zip(&expected) {
                assert!(found == expected, "{name:?} on {rendering}, {finishing}, {storing} threads");
            }
        }
    }
}
