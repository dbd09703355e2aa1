//! Flags of the beam.

use nanobragg::units::wavelength_of_energy;

use super::row::{ANY, NON_NEGATIVE, POSITIVE, rows};
use crate::classic::{Conflicts, FlagId, Group, Limits, Role, Unit};

/// The electric field is at most fully polarized, along the axis or across it.
const POLAR: &[Limits] = &[Limits::Between(-1.0, 1.0)];

rows!(
    Group::Beam,
    Lambda(&["-lambda", "-wavelength"], "wavelength at the center of the spectrum")
        .prefixes(&["-lambda", "-wave"])
        .number("X", Unit::Angstrom, POSITIVE)
        .likely(&[(0.05, 10.0)])
        .default("1.0")
        .shows(&["wavelength"])
        .effect(|draft, given| draft.beam.wavelength = given.si()),
    Energy(&["-energy"], "photon energy, in place of -lambda")
        .number("EV", Unit::ElectronVolt, POSITIVE)
        .likely(&[(500.0, 250_000.0)])
        .otherwise("12398.42")
        .shows(&["wavelength"])
        .effect(|draft, given| draft.beam.wavelength = wavelength_of_energy(given.number(0))),
    Dispersion(&["-dispersion"], "full width of the spectrum relative to its center")
        .number("PERCENT", Unit::Percent, ANY)
        .likely(&[(0.0, 50.0)])
        .sense(Limits::NonNegative)
        .default("0")
        .shows(&["dispersion"])
        .effect(|draft, given| draft.beam.dispersion.range = Some(given.si())),
    Dispsteps(&["-dispsteps"], "number of wavelengths across that width")
        .count("N")
        .otherwise("2 with a dispersion, else 1")
        .shows(&["dispersion steps"])
        .effect(|draft, given| draft.beam.dispersion.count = Some(given.integer(0))),
    Divergence(&["-divergence"], "sets both -hdivrange and -vdivrange")
        .number("MRAD", Unit::Milliradian, ANY)
        .likely(&[(0.0, 100.0)])
        .sense(Limits::NonNegative)
        .shows(&["horizontal divergence", "vertical divergence"])
        .effect(|draft, given| {
            draft.beam.horizontal.range = Some(given.si());
            draft.beam.vertical.range = Some(given.si());
        }),
    HdivRange(&["-hdivrange"], "full horizontal divergence of the sources")
        .number("MRAD", Unit::Milliradian, ANY)
        .likely(&[(0.0, 100.0)])
        .sense(Limits::NonNegative)
        .otherwise("0")
        .shows(&["horizontal divergence"])
        .effect(|draft, given| draft.beam.horizontal.range = Some(given.si())),
    VdivRange(&["-vdivrange"], "full vertical divergence of the sources")
        .number("MRAD", Unit::Milliradian, ANY)
        .likely(&[(0.0, 100.0)])
        .sense(Limits::NonNegative)
        .otherwise("0")
        .shows(&["vertical divergence"])
        .effect(|draft, given| draft.beam.vertical.range = Some(given.si())),
    HdivStep(&["-hdivstep"], "horizontal angle from one source to the next")
        .number("MRAD", Unit::Milliradian, ANY)
        .sense(Limits::NonNegative)
        .otherwise("from range and count")
        .effect(|draft, given| draft.beam.horizontal.step = Some(given.si())),
    VdivStep(&["-vdivstep"], "vertical angle from one source to the next")
        .number("MRAD", Unit::Milliradian, ANY)
        .sense(Limits::NonNegative)
        .otherwise("from range and count")
        .effect(|draft, given| draft.beam.vertical.step = Some(given.si())),
    HdivSteps(&["-hdivsteps"], "number of sources in the horizontal")
        .count("N")
        .otherwise("2 with a range, else 1")
        .shows(&["horizontal steps"])
        .effect(|draft, given| draft.beam.horizontal.count = Some(given.integer(0))),
    VdivSteps(&["-vdivsteps"], "number of sources in the vertical")
        .count("N")
        .otherwise("2 with a range, else 1")
        .shows(&["vertical steps"])
        .effect(|draft, given| draft.beam.vertical.count = Some(given.integer(0))),
    DivSteps(&["-divsteps"], "sets both -hdivsteps and -vdivsteps")
        .count("N")
        .shows(&["horizontal steps", "vertical steps"])
        .effect(|draft, given| {
            draft.beam.horizontal.count = Some(given.integer(0));
            draft.beam.vertical.count = Some(given.integer(0));
        }),
    RoundDiv(&["-round_div"], "leave out the corners of the grid of sources")
        .default_on("on")
        .shows(&["round divergence"])
        .effect(|draft, _| draft.beam.square = false),
    SquareDiv(&["-square_div"], "keep the corners of the grid of sources")
        .shows(&["round divergence"])
        .effect(|draft, _| draft.beam.square = true),
    Spectrum(
        &["-spectrum"],
        "text file of photon energies (eV) or wavelengths (Angstrom) and weights; replaces -dispersion"
    )
    .input()
    .role(Role::Extension)
    .conflicts(Conflicts::With(&[FlagId::Sourcefile, FlagId::Dispersion, FlagId::Dispsteps]))
    .shows(&["spectrum lines"])
    .effect(|draft, given| draft.spectrum = Some(given.path())),
    Sourcefile(
        &["-sourcefile"],
        "text file of sources: x, y, z, intensity, wavelength (m); replaces divergence and dispersion"
    )
    .input()
    .shows(&["sources"])
    .effect(|draft, given| draft.sources = Some(given.path())),
    Polar(&["-polar"], "Kahn polarization factor: 0 unpolarized, 1 along the polarization axis")
        .number("K", Unit::None, POLAR)
        .default("0")
        .shows(&["Kahn factor"])
        .effect(|draft, given| (draft.beam.kahn, draft.beam.polarized) = (given.number(0), true)),
    NoPolar(&["-nopolar"], "leave out the polarization factor")
        .shows(&["Kahn factor"])
        .effect(|draft, _| draft.beam.polarized = false),
    BeamVector(&["-beam_vector"], "direction in which the beam travels; selects a custom geometry")
        .vector(Unit::None)
        .otherwise("the convention's")
        .role(Role::Vector)
        .shows(&["convention"])
        .effect(|draft, given| draft.custom().beam = given.direction()),
    PolarVector(&["-polar_vector"], "direction of the beam's electric field; selects a custom geometry")
        .vector(Unit::None)
        .otherwise("the convention's")
        .role(Role::Vector)
        .shows(&["convention"])
        .effect(|draft, given| draft.custom().polar = given.direction()),
    Fluence(&["-fluence"], "photons per area during the exposure")
        .number("X", Unit::PhotonsPerM2, NON_NEGATIVE)
        .otherwise("1.25932015286227e+29")
        .shows(&["fluence"])
        .effect(|draft, given| draft.beam.fluence = given.number(0)),
    Flux(&["-flux"], "photons per second; with -exposure and -beamsize, in place of -fluence")
        .number("X", Unit::PhotonsPerSecond, NON_NEGATIVE)
        .sense(Limits::Positive)
        .shows(&["fluence", "flux"])
        .effect(|draft, given| draft.beam.flux = given.number(0)),
    Exposure(&["-exposure"], "exposure time, for -flux")
        .number("S", Unit::Second, ANY)
        .likely(&[(1e-18, 1e5)])
        .sense(Limits::Positive)
        .default("1")
        .shows(&["fluence", "exposure"])
        .effect(|draft, given| draft.beam.exposure = given.number(0)),
    BeamSize(&["-beamsize"], "width of the beam, for -flux; it clips a wider crystal")
        .number("MM", Unit::Millimeter, ANY)
        .likely(&[(2e-5, 3.0)])
        .sense(Limits::Positive)
        .default("0.1")
        .shows(&["fluence", "beam size"])
        .effect(|draft, given| draft.beam.size = given.si()),
    Hdiv(&["-hdiv"], "found in old examples of the C program").unread(Some("-hdivrange")),
    Vdiv(&["-vdiv"], "found in old examples of the C program").unread(Some("-vdivrange")),
    DispStep(&["-dispstep"], "found in old examples of the C program").unread(Some("-dispsteps")),
    SourceDistance(&["-source_distance"], "in old documentation; sources are 10 m away")
        .prefixes(&["-source_dist"])
        .unread(None),
);
