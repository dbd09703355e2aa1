//! Rendering a sweep.

use std::path::{Path, PathBuf};

use nanobragg::plan::Plan;
use nanobragg::render::{Backend, Control};
use nanobragg::statistics::Statistics;
use nanobragg::units::to_deg;
use nanobragg_config::classic::{self, FlagId, ParsedArgs};
use nanobragg_config::header::{Frame, stack_setting};
use nanobragg_config::{ConfigError, Context, Setup, resolve};
use nanobragg_io::IoError;
use nanobragg_io::orientations::read_orientations;

use super::arguments::{Arguments, Start, Wanted};
use super::fingerprint::{flags, inputs};
use super::manifest::{FileRecord, Image, Manifest, Sweep};
use super::parts::Parts;
use super::progress::Meter;
use super::series::Series;
use super::target::{self, Target};
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::misuse::Misuse;
use crate::outputs::{self, PROGRAM, Writer};
use crate::run::{backend, log};

/// Renders what the arguments ask for.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let args = classic::parse(arguments.image.iter().cloned())?;
    refuse_flags_of_one_image(&args)?;
    let console = Console { quiet: args.has(FlagId::Quiet) };
    log(&args);
    // Without a seed the clock would make a resumed sweep another one.
    let setup = resolve(&args, &Context::default())?;
    setup.notes.iter().for_each(|note| console.say(note));
    setup.warnings.iter().for_each(|warning| console.warn(warning));
    let (series, images) = series(arguments, &setup)?;
    let targets: Vec<Target> =
        arguments.outputs.iter().map(|name| Target::new(name)).collect::<Result<_, _>>()?;
    check_targets(arguments, &targets, &setup, images)?;
    let first = plan(&series, &setup, 1)?;
    first.resolved.warnings.iter().for_each(|warning| console.warn(warning));
    outputs::warn_of_headers(console, &first, &target::outputs(&targets, 1, &setup.outputs)?);

    let interrupt = Interrupt::catch();
    let path = manifest_path(arguments);
    let sweep = Sweep {
        program: PROGRAM.to_owned(),
        series: series.name().to_owned(),
        images,
        outputs: arguments.outputs.iter().map(|name| name.display().to_string()).collect(),
        flags: flags(&args),
        inputs: inputs(arguments, &setup)?,
    };
    let manifest = match arguments.start {
        Start::Resume => Manifest::resume(&path, sweep)?,
        Start::New if path.exists() => {
            let path = path.display();
            return Err(
                Misuse(format!("{path} exists: -resume goes on with it, -restart begins anew")).into()
            );
        }
        Start::New | Start::Restart => Manifest::begin(&path, sweep)?,
    };
    let parts: Vec<Parts> = targets
        .iter()
        .filter_map(|target| match target {
            Target::Stack(path) => Some(Parts::of(path)),
            Target::Numbered(_) => None,
        })
        .collect();
    let backend = backend(&setup)?;
    Sweeper { console, setup, series, images, targets, parts, manifest, interrupt }.run(
        backend.as_ref(),
        &first,
        arguments.start == Start::Resume,
    )
}

fn plan(series: &Series, setup: &Setup, image: usize) -> Result<Plan, ConfigError> {
    Ok(series.experiment(&setup.experiment, image).plan()?)
}

/// A sweep under way.
struct Sweeper {
    console: Console,
    setup: Setup,
    series: Series,
    images: usize,
    targets: Vec<Target>,
    parts: Vec<Parts>,
    manifest: Manifest,
    interrupt: Interrupt,
}

impl Sweeper {
    fn run(mut self, backend: &dyn Backend, first: &Plan, resume: bool) -> anyhow::Result<()> {
        let stacked = self.manifest.stack.as_ref().is_some_and(FileRecord::holds);
        if !stacked {
            self.manifest.stack = None;
            self.parts.iter().try_for_each(|parts| parts.open(resume))?;
        }
        let finished = |image: &Image| {
            image.files.iter().all(FileRecord::holds)
                && (stacked || self.parts.iter().all(|parts| parts.has(image.image)))
        };
        let todo: Vec<usize> = (1..=self.images)
            .filter(|image| !self.manifest.images.get(image).is_some_and(finished))
            .collect();
        if resume {
            let kept = self.images - todo.len();
            self.console.say(&format!("{kept} of {} images are there already", self.images));
        }
        let meter = Meter::new(self.console, self.setup.progress, self.images);
        let mut done = self.images - todo.len();
        for image in todo {
            let finished = self.image(backend, first, image, &meter).map(|remark| {
                done += 1;
                meter.done(image, done, &remark);
            });
            if let Err(error) = finished {
                meter.finish();
                self.console.say(&format!("{done} of {} images are finished; -resume goes on", self.images));
                return Err(error);
            }
        }
        meter.finish();
        if !stacked {
            for parts in &self.parts {
                parts.assemble(&stack_setting(first, PROGRAM), self.images, &self.interrupt)?;
                let stack = parts.stack();
                self.console.say(&format!("wrote {}: {} images", stack.display(), self.images));
                self.manifest.stack = Some(record(stack)?);
            }
        }
        self.manifest.finish()?;
        Ok(())
    }

    /// Renders and writes one image; returns what to say about it.
    fn image(
        &mut self,
        backend: &dyn Backend,
        first: &Plan,
        image: usize,
        meter: &Meter,
    ) -> anyhow::Result<String> {
        let planned;
        let plan = if image == 1 {
            first
        } else {
            planned = plan(&self.series, &self.setup, image)?;
            &planned
        };
        let update = |progress| meter.rows(image, progress);
        let control = Control { progress: Some(&update), cancel: Some(self.interrupt.flag()) };
        let rendered = backend.render(plan, &control).map_err(|error| self.interrupt.explain(error))?;
        let statistics = Statistics::of(plan, &rendered);
        let outputs = target::outputs(&self.targets, image, &self.setup.outputs)?;
        let silent = Console { quiet: true };
        let writer =
            Writer { console: silent, plan, image: &rendered, statistics: &statistics, outputs: &outputs };
        writer.write(&self.interrupt)?;
        if self.manifest.stack.is_none() && !self.parts.is_empty() {
            let counts = writer.counts();
            self.parts.iter().try_for_each(|parts| parts.write(image, &counts.pixels))?;
        }
        let files = outputs.images().map(|path| record(path)).collect::<Result<_, _>>()?;
        self.manifest.add(line(&self.series, plan, image, files, &statistics))?;
        let phi = plan.resolved.phi;
        let max = nanobragg_io::c_format::g(statistics.max.into(), 6);
        Ok(match self.series {
            Series::Rotation(_) => format!("phi {:.3} deg, max_I = {max}", to_deg(phi.start)),
            Series::Random | Series::Listed(_) => {
                let angles = plan.crystal.misset.map(|angle| format!("{:.2}", to_deg(angle))).join(" ");
                format!("misset {angles} deg, max_I = {max}")
            }
        })
    }
}

/// The file that was just written. Where it was removed since, that is said now and not by a later reader.
fn record(path: &Path) -> Result<FileRecord, IoError> {
    FileRecord::of(path).map_err(|cause| IoError::Write { path: path.to_owned(), cause })
}

fn line(
    series: &Series,
    plan: &Plan,
    image: usize,
    files: Vec<FileRecord>,
    statistics: &Statistics,
) -> Image {
    let [a, b, c] = Frame::imgcif(plan).reciprocal;
    let phi = plan.resolved.phi;
    Image {
        image,
        files,
        phi_start_deg: to_deg(phi.start),
        phi_range_deg: to_deg(phi.range),
        misset_deg: plan.crystal.misset.map(to_deg),
        misset_seed: matches!(series, Series::Random).then_some(plan.resolved.misset_seed),
        noise_seed: plan.resolved.noise.seed,
        wavelength_angstrom: plan.resolved.wavelength * 1e10,
        unit_cell: plan.crystal.unit_cell(),
        a_matrix: [a.x, b.x, c.x, a.y, b.y, c.y, a.z, b.z, c.z],
        max_photons: statistics.max.into(),
        mean_photons: statistics.mean,
    }
}

/// Flags that say what one image is to be, or print instead of rendering.
fn refuse_flags_of_one_image(args: &ParsedArgs) -> Result<(), Misuse> {
    use FlagId::{
        CbfFile, Completions, FloatFile, Help, IntFile, ManPage, NoiseFile, NpyFile, NxsFile, PgmFile,
        PngFile, Printout, PrintoutPixel, Show, TifFile, TracePixel, Version,
    };
    const REFUSED: [FlagId; 17] = [
        CbfFile,
        Completions,
        FloatFile,
        Help,
        IntFile,
        ManPage,
        NoiseFile,
        NpyFile,
        NxsFile,
        PgmFile,
        PngFile,
        Printout,
        PrintoutPixel,
        Show,
        TifFile,
        TracePixel,
        Version,
    ];
    let found = args.occurrences.iter().find(|occurrence| REFUSED.contains(&occurrence.flag));
    match found {
        Some(occurrence) => Err(Misuse(format!(
            "sweep: {} is a flag of a single image; -o names the files of a sweep",
            occurrence.given
        ))),
        None => Ok(()),
    }
}

fn series(arguments: &Arguments, setup: &Setup) -> anyhow::Result<(Series, usize)> {
    let images = || arguments.images.ok_or_else(|| Misuse("sweep: how many? give -images N".to_owned()));
    match &arguments.wanted {
        Wanted::Random => Ok((Series::Random, images()?)),
        Wanted::Rotation => {
            let range = setup.experiment.phi.resolve().range;
            if range == 0.0 {
                let text =
                    "sweep: images would all be the same; give -osc DEGREES for a rotation, or -orientations";
                return Err(Misuse(text.to_owned()).into());
            }
            Ok((Series::Rotation(range), images()?))
        }
        Wanted::Listed(path) => {
            let angles = read_orientations(path).map_err(ConfigError::from)?;
            let images = arguments.images.unwrap_or(angles.len());
            if images > angles.len() {
                let (path, rows) = (path.display(), angles.len());
                return Err(
                    Misuse(format!("sweep: -images {images}, but {path} lists {rows} orientations")).into()
                );
            }
            Ok((Series::Listed(angles), images))
        }
    }
}

fn check_targets(
    arguments: &Arguments,
    targets: &[Target],
    setup: &Setup,
    images: usize,
) -> anyhow::Result<()> {
    let manifest = manifest_path(arguments);
    let mut places: Vec<PathBuf> = vec![manifest.clone()];
    for (at, (target, name)) in targets.iter().zip(&arguments.outputs).enumerate() {
        for other in arguments.outputs.iter().take(at) {
            if target::same_kind(name, other)? {
                let (name, other) = (name.display(), other.display());
                return Err(Misuse(format!("sweep: {other} and {name} are of one kind")).into());
            }
        }
        if let Target::Stack(path) = target
            && path.exists()
            && !path.is_file()
            && !path.is_dir()
        {
            return Err(Misuse(format!("cannot write {}: it is no regular file", path.display())).into());
        }
        match target {
            Target::Stack(path) => places.push(path.clone()),
            Target::Numbered(_) => {
                places.extend([1, images].into_iter().filter_map(|image| target.file(image)))
            }
        }
    }
    for place in &places {
        outputs::check_folder(place)?;
        let real = |path: &Path| path.canonicalize().ok();
        if setup.inputs.iter().any(|input| real(input).is_some_and(|input| Some(input) == real(place))) {
            return Err(ConfigError::OverwritesInput(place.clone()).into());
        }
    }
    Ok(())
}

fn manifest_path(arguments: &Arguments) -> PathBuf {
    let beside = || arguments.outputs.first().map(|name| name.with_file_name("manifest.jsonl"));
    arguments.manifest.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("manifest.jsonl"))
}
