//! From parsed flags to a [`Setup`].

mod beside;
mod cells;
mod compatible;
mod contradictions;
mod detector;
mod divergence;
mod file_symmetry;
mod geometry;
mod headers;
mod idle;
mod image_doubts;
mod likely;
mod load;
mod mask;
mod matrix;
mod orientation;
mod outputs;
mod physical;
mod places;
mod provenance;
mod reflections;
mod rotation;
mod sense;
mod spindle;
mod tilt;

pub use provenance::provenance;

use crate::classic::{self, Effect, Occurrence, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, Context, Error, Origin, Setup};
use nanobragg::model::Preset;

/// Makes a [`Setup`] of a parsed command line; reads the input files that it names.
///
/// # Errors
/// A file that cannot be read, structure factors or a crystal that are missing.
pub fn resolve(args: &ParsedArgs, context: &Context) -> Result<Setup, Error> {
    Ok(resolved(args, context)?)
}

/// Whether all that `setup` writes lies below the working directory where an experiment file is among `args`, links followed: who made
/// the file may have made the links.
///
/// # Errors
/// The first output that links lead elsewhere, and that no flag of the command line names or allows.
pub fn confined(setup: &Setup, args: &ParsedArgs, context: &Context) -> Result<(), Error> {
    Ok(places::confined(setup, args, context)?)
}

fn resolved(args: &ParsedArgs, context: &Context) -> Result<Setup, ConfigError> {
    compatible::check(args)?;
    places::trusted(args, context)?;
    let senseless = sense::check(args)?;
    let mut draft = Draft::blank(context.seed, classic::quirks(args))?;
    classic::apply_defaults(&mut draft)?;
    if classic::preset(args) != Preset::Exact {
        // The C program has no limit but patience.
        draft.rendering().most_chosen = None;
    }
    draft.setup.warnings.extend(args.warnings.iter().cloned());
    draft.setup.warnings.extend(senseless);
    if classic::preset(args) != Preset::Reference {
        draft.setup.warnings.extend(likely::doubts(args));
        draft.setup.warnings.extend(contradictions::of(args));
    }
    let origin = |occurrence: &Occurrence| (occurrence.flag, Origin::Flag(occurrence.given.clone()));
    for occurrence in &args.occurrences {
        if classic::flag(occurrence.flag).is_some_and(|flag| flag.effect == Effect::Elsewhere) {
            let (flag, origin) = origin(occurrence);
            draft.setup.origins.note(flag, origin);
        }
    }
    geometry::apply(&mut draft, args, context)?;
    headers::apply(&mut draft, args, context)?;
    for occurrence in &args.occurrences {
        if classic::apply(&mut draft, occurrence) {
            let (flag, origin) = origin(occurrence);
            draft.setup.origins.note(flag, origin);
        }
    }
    headers::finish(&mut draft, args);
    detector::finish(&mut draft, args)?;
    tilt::finish(&mut draft, args)?;
    spindle::finish(&mut draft, args)?;
    geometry::finish(&mut draft);
    rotation::finish(&mut draft, args)?;
    sense::region(&draft, args)?;
    if classic::preset(args) != Preset::Reference {
        let doubts = beside::doubts(&draft, args);
        draft.setup.warnings.extend(doubts);
    }
    if draft.setup.experiment.rendering.mask.is_some() && !draft.setup.panels.is_empty() {
        return Err(ConfigError::MaskOfPanels(draft.setup.panels.len()));
    }
    mask::fits(&draft)?;
    outputs::finish(&mut draft, args)?;
    load::inputs(&mut draft, args, context)?;
    if classic::preset(args) != Preset::Reference {
        let idle = idle::flags(&draft, args, context);
        draft.setup.warnings.extend(idle);
    }
    let experiment = &mut draft.setup.experiment;
    let (quirks, oversample_polar) = (experiment.quirks, experiment.rendering.oversample_polar);
    experiment.rotation = classic::rotation(&draft.rotation, quirks)?;
    experiment.beam = classic::beam(&draft.beam, quirks, oversample_polar)?;
    physical::check(&mut draft, args)?;
    let experiment = &mut draft.setup.experiment;
    experiment.crystal = classic::crystal(&draft.crystal, &mut draft.setup.warnings)?;
    experiment.rendering.interpolate =
        classic::interpolation(&experiment.rendering, &draft.crystal, experiment.quirks);
    image_doubts::dose(&mut draft, args);
    image_doubts::exposure(&mut draft, args);
    orientation::of_image(&mut draft, context)?;
    let mut setup = draft.finish();
    setup.provenance = provenance(args, &setup.experiment);
    places::check(&setup, args, context)?;
    Ok(setup)
}
