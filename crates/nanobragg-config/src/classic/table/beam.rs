//! Flags of the beam.

use super::row::{ANY, COUNT, NON_NEGATIVE, POSITIVE};
use crate::classic::{Flag, FlagId, Group, Limits};

/// The electric field is at most fully polarized, along the axis or across it.
const POLAR: &[Limits] = &[Limits::Between(-1.0, 1.0)];

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Lambda, &["-lambda", "-wavelength"], "wavelength at the center of the spectrum")
        .prefixes(&["-lambda", "-wave"])
        .number("X", "Angstrom", POSITIVE)
        .default("1.0"),
    row(FlagId::Energy, &["-energy"], "photon energy, in place of -lambda")
        .number("EV", "eV", POSITIVE)
        .default("12398.42"),
    row(FlagId::Dispersion, &["-dispersion"], "full width of the spectrum relative to its center")
        .number("PERCENT", "percent", ANY)
        .default("0"),
    row(FlagId::Dispsteps, &["-dispsteps"], "number of wavelengths across that width")
        .integer("N", COUNT)
        .default("2 with a dispersion, else 1"),
    row(FlagId::Divergence, &["-divergence"], "sets -hdivrange and -vdivrange alike")
        .number("MRAD", "mrad", ANY),
    row(FlagId::HdivRange, &["-hdivrange"], "full horizontal divergence of the sources")
        .number("MRAD", "mrad", ANY)
        .default("0"),
    row(FlagId::VdivRange, &["-vdivrange"], "full vertical divergence of the sources")
        .number("MRAD", "mrad", ANY)
        .default("0"),
    row(FlagId::HdivStep, &["-hdivstep"], "horizontal angle from one source to the next")
        .number("MRAD", "mrad", ANY)
        .default("from range and count"),
    row(FlagId::VdivStep, &["-vdivstep"], "vertical angle from one source to the next")
        .number("MRAD", "mrad", ANY)
        .default("from range and count"),
    row(FlagId::HdivSteps, &["-hdivsteps"], "number of sources in the horizontal")
        .integer("N", COUNT)
        .default("2 with a range, else 1"),
    row(FlagId::VdivSteps, &["-vdivsteps"], "number of sources in the vertical")
        .integer("N", COUNT)
        .default("2 with a range, else 1"),
    row(FlagId::DivSteps, &["-divsteps"], "sets -hdivsteps and -vdivsteps alike").integer("N", COUNT),
    row(FlagId::RoundDiv, &["-round_div"], "leave out the corners of the grid of sources").default("on"),
    row(FlagId::SquareDiv, &["-square_div"], "keep the corners of the grid of sources"),
    row(
        FlagId::Spectrum,
        &["-spectrum"],
        "text file of photon energies (eV) or wavelengths (Angstrom) and weights; replaces -dispersion",
    )
    .path(),
    row(
        FlagId::Sourcefile,
        &["-sourcefile"],
        "text file of sources: x, y, z, intensity, wavelength (m); replaces divergence and dispersion",
    )
    .path(),
    row(FlagId::Polar, &["-polar"], "Kahn polarization factor: 0 unpolarized, 1 along the polarization axis")
        .number("K", "", POLAR)
        .default("0"),
    row(FlagId::NoPolar, &["-nopolar"], "leave out the polarization factor"),
    row(
        FlagId::BeamVector,
        &["-beam_vector"],
        "direction in which the beam travels; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(
        FlagId::PolarVector,
        &["-polar_vector"],
        "direction of the beam's electric field; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(FlagId::Fluence, &["-fluence"], "photons that pass through a unit of area during the exposure")
        .number("X", "photons/m^2", NON_NEGATIVE)
        .default("1.25932015286227e+29"),
    row(FlagId::Flux, &["-flux"], "photons per second; with -exposure and -beamsize, in place of -fluence")
        .number("X", "photons/s", NON_NEGATIVE),
    row(FlagId::Exposure, &["-exposure"], "exposure time, for -flux").number("S", "s", ANY).default("1"),
    row(
        FlagId::BeamSize,
        &["-beamsize"],
        "width of the beam, for -flux; it clips a wider crystal, a negative one does not",
    )
    .number("MM", "mm", ANY)
    .default("0.1"),
    row(FlagId::Hdiv, &["-hdiv"], "in old examples of the reference").unread(Some("-hdivrange")),
    row(FlagId::Vdiv, &["-vdiv"], "in old examples of the reference").unread(Some("-vdivrange")),
    row(FlagId::DispStep, &["-dispstep"], "in old examples of the reference").unread(Some("-dispsteps")),
    row(FlagId::SourceDistance, &["-source_distance"], "in old documentation; sources are 10 m away")
        .prefixes(&["-source_dist"])
        .unread(None),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Beam, id, names, help)
}
