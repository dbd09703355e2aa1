//! From parsed flags to a [`Setup`].

mod beam;
mod crystal;
mod detector;
mod draft;
mod geometry;
mod headers;
mod load;
mod outputs;
mod reflections;

use std::path::{Path, PathBuf};

use nanobragg::backend::Precision;
use nanobragg::model::{Preset, Quirk, Quirks};
use nanobragg_session::{Device, DumpAction, Outputs};

use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::{ConfigError, Origin, Setup};
use draft::Draft;
pub use outputs::with_image;

/// What a resolution depends on besides the command line.
#[derive(Clone, Debug)]
pub struct Context {
    /// Folder that relative paths start from; empty for the working directory.
    pub directory: PathBuf,
    /// Seed of noise and random orientation where none is given; the reference program takes the clock.
    pub clock_seed: i64,
}

impl Default for Context {
    fn default() -> Self {
        Context { directory: PathBuf::new(), clock_seed: 1 }
    }
}

impl Context {
    fn path(&self, path: &Path) -> PathBuf {
        self.directory.join(path)
    }
}

/// Makes a [`Setup`] of a parsed command line; reads the input files that it names.
///
/// # Errors
/// A file that cannot be read, structure factors or a crystal that are missing.
pub fn resolve(args: &ParsedArgs, context: &Context) -> Result<Setup, ConfigError> {
    let quirks = quirks(args);
    let mut draft = Draft::new(context, quirks);
    draft.setup.warnings.extend(args.warnings.iter().cloned());
    geometry::apply(&mut draft, args, context)?;
    headers::apply(&mut draft, args, context)?;
    for occurrence in &args.occurrences {
        let claimed = crystal::apply(&mut draft, occurrence)
            || beam::apply(&mut draft, occurrence)
            || detector::apply(&mut draft, occurrence)
            || outputs::apply(&mut draft, occurrence)
            || program(&mut draft, occurrence);
        if claimed {
            draft.setup.origins.note(occurrence.flag, Origin::Flag(occurrence.given.clone()));
        }
    }
    detector::finish(&mut draft, args);
    geometry::finish(&mut draft);
    if draft.setup.experiment.rendering.mask.is_some() && !draft.setup.panels.is_empty() {
        return Err(ConfigError::MaskOfPanels(draft.setup.panels.len()));
    }
    outputs::finish(&mut draft, args)?;
    load::inputs(&mut draft, args, context)?;
    let setup = draft.finish();
    let mut places: Vec<PathBuf> = Vec::new();
    for path in written(&setup) {
        let place = context.path(&path);
        if setup.inputs.iter().any(|input| same_file(input, &place)) {
            return Err(ConfigError::OverwritesInput(path));
        }
        // A device can take two images, a file cannot.
        if places.contains(&place) && (!place.exists() || place.is_file()) {
            return Err(ConfigError::SameOutput(path));
        }
        places.push(place);
    }
    Ok(setup)
}

/// All files that are to be written.
fn written(setup: &Setup) -> Vec<PathBuf> {
    let sets = match setup.panels.len() {
        0 => vec![setup.outputs.clone()],
        count => (0..count).map(|number| setup.outputs.of_panel(number)).collect(),
    };
    let files = |set: Outputs| {
        let dump = match &set.dump {
            DumpAction::Write(path) => Some(path),
            DumpAction::None => None,
        };
        set.images().chain(dump).cloned().collect::<Vec<_>>()
    };
    sets.into_iter().flat_map(files).collect()
}

/// Whether two paths lead to one regular file.
fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok().filter(|path| path.is_file());
    real(a).is_some_and(|a| Some(a) == real(b))
}

/// The quirks that the command line asks for.
fn quirks(args: &ParsedArgs) -> Quirks {
    let preset = args.last(FlagId::Quirks).and_then(|quirks| Preset::from_name(quirks.values.text(0)));
    let quirks = Quirks::from(preset.unwrap_or_default());
    match args.last(FlagId::PhiCarryoverMode).map(|mode| mode.values.text(0)) {
        Some("c-parity") => quirks.with(Quirk::PhiZeroCarryover),
        Some(_) => quirks.without(Quirk::PhiZeroCarryover),
        None => quirks,
    }
}

/// Flags of the program itself.
fn program(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    match occurrence.flag {
        FlagId::Quirks | FlagId::PhiCarryoverMode => {}
        FlagId::Device => {
            draft.setup.device = match occurrence.values.text(0) {
                "scalar" | "reference" => Device::Scalar,
                "gpu" => Device::Gpu,
                "auto" => Device::Auto,
                _ => Device::Cpu,
            };
        }
        FlagId::Dtype => {
            let single = matches!(occurrence.values.text(0), "f32" | "float32");
            draft.setup.precision = Some(if single { Precision::Single } else { Precision::Double });
        }
        FlagId::Adapter => draft.setup.gpu.adapter = Some(occurrence.values.text(0).to_owned()),
        FlagId::SelfTest => draft.setup.gpu.selftest = true,
        FlagId::GpuLimits => draft.setup.gpu.limits = Some(occurrence.values.text(0).to_owned()),
        FlagId::Threads => draft.setup.threads = usize::try_from(occurrence.values.integer(0)).unwrap_or(0),
        FlagId::Progress => draft.setup.progress = true,
        FlagId::NoProgress => draft.setup.progress = false,
        _ => return false,
    }
    true
}
