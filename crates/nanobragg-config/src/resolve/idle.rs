//! Flags that change nothing, because something else is not asked for.

use nanobragg::model::Misset;
use nanobragg::shapes::Coordinate;

use super::contradictions::on_cores;
use super::divergence;
use crate::classic::{Arity, Flag, FlagId, ParsedArgs, Role, table};
use crate::draft::Draft;
use crate::{CombinationWarning, Context, Counting, Orientations, Purpose, Warning};

/// A warning for each. A flag that asks for what is done anyway has none.
pub(super) fn flags(draft: &Draft, args: &ParsedArgs, context: &Context) -> Vec<Warning> {
    let beam_and_crystal = of_model(draft, args, context).into_iter();
    let all = beam_and_crystal.chain(of_outputs(draft, args, context)).chain(of_processors(args));
    let said = |(flag, is_idle, needs): (FlagId, bool, &'static str)| {
        let said = args.last(flag).filter(|_| is_idle)?.said();
        Some(CombinationWarning::FlagAlone { said, needs }.into())
    };
    all.filter_map(said).collect()
}

/// A flag, whether it changes nothing, and what it needs.
type Rule = (FlagId, bool, &'static str);

fn of_model(draft: &Draft, args: &ParsedArgs, context: &Context) -> Vec<Rule> {
    let (crystal, sensor) = (&draft.crystal, &draft.sensor);
    let no_depth = sensor.thickness <= 0.0;
    let has_thickness = args.number(FlagId::DetectorThick).is_some_and(|thickness| thickness > 0.0);
    // An infinite attenuation depth, or one of 0, takes back the thickness before it.
    let depth = if has_thickness { "a finite -detector_abs above 0" } else { "-detector_thick" };
    let is_still = draft.rotation.range.is_none_or(|range| range == 0.0)
        && ![FlagId::Osc, FlagId::PhiStep, FlagId::PhiSteps].iter().any(|flag| args.has(*flag));
    let is_uniform = draft.setup.experiment.structure_factors.loaded() == 0 && !context.brings_table;
    let has_sources = args.has(FlagId::Sourcefile);
    let is_parallel = !divergence::FLAGS.iter().any(|flag| args.has(*flag));
    let is_one = |flag| args.integer(flag) == Some(1);
    let is_one_wavelength = draft.beam.dispersion.range.is_none_or(|range| range <= 0.0);
    // Of several domains without a spread it is said that they are one.
    let one_domain = crystal.spread.is_none_or(|spread| spread <= 0.0)
        && crystal.domains.is_none_or(|domains| domains <= 1);
    let (is_drawn, random) = match context.purpose {
        Purpose::Series { orientations, .. } => {
            (orientations == Orientations::Drawn, "-misset random or -orientations random")
        }
        _ => (false, "-misset random"),
    };
    // The fudge factor scales a distance from the node, which such a shape has not.
    let is_of_rows = crystal.shape.coordinate() == Coordinate::Rows;
    let attenuates = sensor.mu.is_some_and(|mu| mu > 0.0 && mu.is_finite());
    vec![
        (FlagId::DetectorAbs, no_depth && attenuates && !has_thickness, "-detector_thick"),
        (FlagId::DetectorThicksteps, no_depth && !is_one(FlagId::DetectorThicksteps), depth),
        (FlagId::OversampleThick, no_depth, depth),
        (FlagId::MosaicSeed, one_domain, "-mosaic"),
        (FlagId::MissetSeed, crystal.misset != Misset::Random && !is_drawn, random),
        (
            FlagId::Fudge,
            is_of_rows && args.number(FlagId::Fudge) != Some(1.0),
            "another shape of the crystal",
        ),
        // Sources that are listed leave both without effect whatever is beside them, which is said of the flags that they overrule.
        (FlagId::Dispsteps, is_one_wavelength && !has_sources && !is_one(FlagId::Dispsteps), "-dispersion"),
        (FlagId::SquareDiv, is_parallel && !has_sources, "-divergence"),
        (FlagId::PhiSampling, is_still, "a rotation, -osc"),
        (FlagId::Interpolate, is_uniform, "-hkl"),
        (FlagId::Dump, is_uniform, "-hkl, as there is no such file"),
    ]
}

/// Whether a flag names an image.
fn names_image(flag: &Flag) -> bool {
    matches!(flag.id, FlagId::Output | FlagId::NxsFile)
        || flag.is(Role::OneImage) && matches!(flag.arity, Arity::Path)
}

fn of_outputs(draft: &Draft, args: &ParsedArgs, context: &Context) -> Vec<Rule> {
    // A caller may name its files by other means, as Python does.
    let is_named = || table().iter().any(|flag| names_image(flag) && args.has(flag.id));
    if context.purpose == Purpose::Image && !is_named() {
        return Vec::new();
    }
    let outputs = &context.purpose.outputs(&draft.setup.outputs);
    let has_plain_counts =
        outputs.counting == Counting::Rounded && (outputs.cbf.is_some() || outputs.nexus.is_some());
    let has_levels = outputs.pgm.is_some() && outputs.pgm_scale <= 0.0;
    let no_smv = outputs.int.is_none() && outputs.noise.is_none();
    let scales = outputs.int.is_some() || has_plain_counts || has_levels;
    // Derivatives are in double precision whatever is asked for.
    let derives = context.purpose == Purpose::Derivatives;
    let no_array = outputs.npy.is_none() && outputs.npy_doubles != derives;
    let array = if derives { "an image: derivatives are 64-bit floats" } else { "an array, -o FILE.npy" };
    let picture = if derives { "a picture of an image" } else { "a picture, -o FILE.png" };
    let no_picture = outputs.png.is_none();
    let is_image = context.purpose == Purpose::Image;
    let is_dumped = draft.hkl.is_none() || is_image && draft.writes_dump;
    let mut rules = vec![
        (FlagId::Dump, !is_dumped, "a run of one image without -o, which writes it"),
        (FlagId::Scale, !scales, "an image of counts without noise (-nonoise, -intfile)"),
        (FlagId::Adc, no_smv, "an SMV image"),
        (FlagId::PgmScale, outputs.pgm.is_none(), "a gray map, -o FILE.pgm"),
        (FlagId::NpyDtype, no_array, array),
        (FlagId::PngDecades, !no_picture && draft.png_is_linear, "-png_scale log"),
    ];
    let of_picture = table().iter().filter(|flag| flag.is(Role::OfPicture));
    rules.extend(of_picture.map(|flag| (flag.id, no_picture, picture)));
    // An experiment file is there for other commands, too.
    rules.retain(|(flag, ..)| is_image || args.last(*flag).is_some_and(|given| !given.from_file));
    rules
}

fn of_processors(args: &ParsedArgs) -> Vec<Rule> {
    let on_cores = on_cores(args);
    [FlagId::SelfTest, FlagId::GpuLimits].map(|flag| (flag, on_cores, "-device gpu or auto")).to_vec()
}
