//! What is doubtful in the headers of the images that give the geometry.

use std::path::Path;

use nanobragg::model::Preset;
use nanobragg_io::c_format::g;
use nanobragg_io::{Assumption, WarningKind};

use super::divergence;
use crate::Origin;
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;

/// Flags that decide what a header says: then it need not make sense.
pub(super) fn decided(what: Assumption) -> &'static [FlagId] {
    match what {
        Assumption::PixelSize => &[FlagId::Pixel],
        Assumption::Oscillation => &[FlagId::Osc, FlagId::PhiStep],
        Assumption::Wavelength => &[FlagId::Lambda, FlagId::Energy, FlagId::Spectrum],
        Assumption::WavelengthSpread => &[FlagId::Dispersion, FlagId::Spectrum],
        Assumption::Distance => &[FlagId::Distance, FlagId::CloseDistance],
        Assumption::PolarizationFraction | Assumption::Polarization => &[FlagId::NoPolar, FlagId::Polar],
        Assumption::PolarizationNormal => &[FlagId::NoPolar, FlagId::PolarVector],
        Assumption::Start => &[FlagId::Phi],
        Assumption::Swing => &[FlagId::Twotheta],
        Assumption::Sensor => &[FlagId::DetectorThick],
        Assumption::Pixels => &[FlagId::Mask],
        Assumption::Mosaicity => &[FlagId::Mosaic],
        Assumption::Divergence => &divergence::FLAGS,
        Assumption::Dose => &[FlagId::Flux, FlagId::Fluence],
        Assumption::BeamSize => &[FlagId::BeamSize],
        Assumption::Turn => &[FlagId::Misset],
        Assumption::Experiment => &[FlagId::ExperimentNumber],
        Assumption::Spindle => &[FlagId::SpindleAxis],
        Assumption::BeamCenter | Assumption::BeamCenterX | Assumption::BeamCenterY => BEAM,
        _ => &[],
    }
}

/// Flags of a beam center.
pub(super) const BEAM: &[FlagId] =
    &[FlagId::Xbeam, FlagId::Ybeam, FlagId::OrgX, FlagId::OrgY, FlagId::Xclose, FlagId::Yclose];
/// Flags that place the detector whatever its distance and its beam center are.
const CORNER: [FlagId; 2] = [FlagId::Pix0Vector, FlagId::Pix0VectorMm];

/// Relative difference of two fluences that digits do not make.
const SAME_FLUENCE: f64 = 0.01;

/// Whether a flux says how many photons there are.
fn by_flux(args: &ParsedArgs) -> bool {
    args.has(FlagId::Flux) && !args.has(FlagId::Fluence)
}

/// Says so where an image was taken with another exposure than the one by which a flux counts, which no flag gives.
pub(super) fn exposure(draft: &mut Draft, args: &ParsedArgs) {
    let is_used = by_flux(args) && !args.has(FlagId::Exposure);
    let Some((file, said)) = draft.exposure_of_image.take().filter(|_| is_used) else { return };
    let counts = draft.setup.experiment.beam.dose().exposure();
    if (said - counts).abs() > SAME_FLUENCE * counts {
        let assumed = format!("ignored: {} s count; -exposure says how long", g(counts, 6));
        let kind = WarningKind::NotTaken;
        let found = format!("{} s", g(said, 6));
        draft.setup.warnings.push(nanobragg_io::Warning::new(kind, &file, "exposure", found, assumed).into());
    }
}

/// Says so where an image was taken with another fluence than the one that counts, which no flag gives.
pub(super) fn dose(draft: &mut Draft, args: &ParsedArgs) {
    let is_decided = decided(Assumption::Dose).iter().any(|flag| args.has(*flag));
    let said = draft.fluence_of_image.take().filter(|_| !is_decided);
    let Some((file, said)) = said else { return };
    let counts = draft.setup.experiment.beam.dose().fluence();
    if (said - counts).abs() <= SAME_FLUENCE * counts {
        return;
    }
    let (found, assumed) = (
        format!("{} photons/m^2 in an image", g(said, 6)),
        format!("ignored; {} count, -fluence says another number", g(counts, 6)),
    );
    let kind = WarningKind::NotTaken;
    draft.setup.warnings.push(nanobragg_io::Warning::new(kind, &file, "flux", found, assumed).into());
}

/// Says what a header says twice in ways that differ, and what it lacks unless a mask before it says it. Masks may lack all. `has_axes` says
/// whether axes in the file place the detector. The preset `reference` follows the C program
/// without a word.
pub(super) fn tell(
    draft: &mut Draft,
    args: &ParsedArgs,
    (found, name): (Vec<nanobragg_io::Warning>, &Path),
    (is_mask, has_axes): (bool, bool),
) {
    // Of two headers the image's counts.
    if is_mask && args.has(FlagId::Img) {
        return;
    }
    let follows = classic::preset(args) == Preset::Reference;
    let origins = &draft.setup.origins;
    let counts = |doubt: &nanobragg_io::Warning| {
        if follows && doubt.kind != WarningKind::RepeatedKey {
            return false;
        }
        // How wide the beam is matters to a flux alone.
        if doubt.assumption == Some(Assumption::BeamSize) && !by_flux(args) {
            return false;
        }
        let flags = doubt.assumption.map(decided).unwrap_or_default();
        let places = flags == BEAM || flags.contains(&FlagId::Distance);
        if flags.iter().any(|flag| args.has(*flag)) || places && CORNER.iter().any(|flag| args.has(*flag)) {
            return false;
        }
        // The other half of a beam center may be this header's own.
        let of_key: &[FlagId] = match doubt.assumption {
            Some(Assumption::BeamCenterX) => &[FlagId::Xbeam],
            Some(Assumption::BeamCenterY) => &[FlagId::Ybeam],
            _ => flags,
        };
        let is_known = || matches!(origins.of(of_key), Origin::Header(_)) || places && has_axes;
        doubt.kind != WarningKind::NotInHeader || !is_mask && !is_known()
    };
    let found: Vec<_> = found.into_iter().filter(counts).collect();
    // Messages name the file as the flag does.
    draft.setup.warnings.extend(found.into_iter().map(|mut doubt| {
        name.clone_into(&mut doubt.file);
        doubt.into()
    }));
}
