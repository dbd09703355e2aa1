//! From arguments to a sweep: everything is resolved and checked before the first image is rendered.

use std::path::{Path, PathBuf};

use nanobragg_config::classic::{self, FlagId, ParsedArgs, Role};
use nanobragg_config::{ConfigError, Context, Setup, remedy, resolve};
use nanobragg_io::orientations::read_orientations;

use super::arguments::{Arguments, Start, Wanted};
use super::fingerprint::{self, flags, inputs};
use super::manifest::{Manifest, Sweep};
use super::parts::Parts;
use super::series::Series;
use super::sweeper::Sweeper;
use super::target::{self, Target};
use crate::console::Console;
use crate::interrupt::Interrupt;
use crate::misuse::Misuse;
use crate::outputs::{self, PROGRAM};
use crate::run::log;
use crate::{backend, called};

/// Renders what the arguments ask for.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let args = called::with_preset(classic::parse(arguments.image.iter().cloned())?)?;
    refuse_flags_of_one_image(&args)?;
    let console = Console { quiet: args.has(FlagId::Quiet) };
    log(&args);
    // Without a seed the clock would make a resumed sweep another one.
    let mut setup = resolve(&args, &Context::default())?;
    setup.notes.iter().for_each(|note| console.say(note));
    setup.warnings.iter().for_each(|warning| console.warn(warning));
    if !setup.panels.is_empty() {
        let panels = setup.panels.len();
        return Err(Misuse(format!("sweep: the detector has {panels} panels; -panel N chooses one")).into());
    }
    let (series, images) = series(arguments, &setup)?;
    if let Wanted::Listed(path) = &arguments.wanted {
        setup.inputs.push(path.clone());
    }
    let targets: Vec<Target> =
        arguments.outputs.iter().map(|name| Target::new(name)).collect::<Result<_, _>>()?;
    check_targets(arguments, &targets, &setup, images)?;
    let first = series.experiment(&setup.experiment, 1).plan().map_err(ConfigError::from)?;
    first.resolved.warnings.iter().for_each(|warning| console.warn(&remedy::line(warning)));
    outputs::warn_of_headers(console, &first, &target::outputs(&targets, 1, &setup.outputs)?, true);

    // Before signals are caught: what reads a slow disk here ends with the first one.
    let inputs = inputs(&setup)?;
    let interrupt = Interrupt::catch();
    let path = manifest_path(arguments);
    let sweep = Sweep {
        program: PROGRAM.to_owned(),
        series: series.name().to_owned(),
        images,
        outputs: arguments.outputs.iter().map(|name| name.display().to_string()).collect(),
        flags: flags(&args),
        inputs,
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
    let backend = backend::of(&setup, console)?;
    let sweeper = Sweeper { console, setup, series, images, targets, parts, interrupt };
    sweeper.run(backend.as_ref(), manifest, arguments.start == Start::Resume)
}

/// Flags that say what one image is to be, or print instead of rendering.
fn refuse_flags_of_one_image(args: &ParsedArgs) -> Result<(), Misuse> {
    let refused = |row: &classic::Flag| row.is(Role::OneImage) || row.is(Role::Prints);
    let found =
        args.occurrences.iter().find(|occurrence| classic::flag(occurrence.flag).is_some_and(refused));
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
            let range = setup.experiment.rotation.range();
            if range == 0.0 {
                let text =
                    "sweep: images would all be the same; give -osc DEGREES for a rotation, or -orientations";
                return Err(Misuse(text.to_owned()).into());
            }
            Ok((Series::Rotation(range), images()?))
        }
        Wanted::Listed(path) => {
            fingerprint::check_regular(path)?;
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
    }
    let inputs: Vec<PathBuf> = setup.inputs.iter().filter_map(|input| input.canonicalize().ok()).collect();
    outputs::check_folder(&manifest)?;
    let manifest_place = place(&real_folder(&manifest), &manifest);
    if inputs.contains(&manifest_place) {
        return Err(ConfigError::OverwritesInput(manifest).into());
    }
    for target in targets {
        let paths: Box<dyn Iterator<Item = PathBuf>> = match target {
            Target::Stack(path) => Box::new(std::iter::once(path.clone())),
            Target::Numbered(_) => Box::new((1..=images).filter_map(|image| target.file(image))),
        };
        // All files of a target lie in one folder.
        let mut folder = None;
        for path in paths {
            outputs::check_folder(&path)?;
            let folder = folder.get_or_insert_with(|| real_folder(&path));
            let real = place(folder, &path);
            if inputs.contains(&real) {
                return Err(ConfigError::OverwritesInput(path).into());
            }
            if real == manifest_place {
                return Err(ConfigError::SameOutput(path).into());
            }
        }
    }
    Ok(())
}

/// The folder of a file that need not be there yet.
fn real_folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    folder.canonicalize().unwrap_or_else(|_| folder.to_owned())
}

/// Where a file in `folder` is written: links are followed.
fn place(folder: &Path, path: &Path) -> PathBuf {
    let linked = if path.is_symlink() { path.canonicalize().ok() } else { None };
    linked.unwrap_or_else(|| folder.join(path.file_name().unwrap_or_default()))
}

fn manifest_path(arguments: &Arguments) -> PathBuf {
    let beside = || arguments.outputs.first().map(|name| name.with_file_name("manifest.jsonl"));
    arguments.manifest.clone().or_else(beside).unwrap_or_else(|| PathBuf::from("manifest.jsonl"))
}
