//! Flags of the incident beam.

use nanobragg::model::Polarization;
use nanobragg::units::{angstrom, mm, mrad, percent, wavelength_of_energy};

use super::draft::Draft;
use crate::classic::{FlagId, Occurrence};

pub(super) fn apply(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    let values = &occurrence.values;
    let (number, integer) = (values.number(0), values.integer(0));
    let beam = &mut draft.setup.experiment.beam;
    let divergence = &mut beam.divergence;
    match occurrence.flag {
        FlagId::Lambda => beam.wavelength = angstrom(number),
        FlagId::Energy => beam.wavelength = wavelength_of_energy(number),
        FlagId::Dispersion => beam.dispersion.range = Some(percent(number)),
        FlagId::Dispsteps => beam.dispersion.count = Some(integer),
        FlagId::Divergence => {
            divergence.horizontal.range = Some(mrad(number));
            divergence.vertical.range = Some(mrad(number));
        }
        FlagId::HdivRange => divergence.horizontal.range = Some(mrad(number)),
        FlagId::VdivRange => divergence.vertical.range = Some(mrad(number)),
        FlagId::HdivStep => divergence.horizontal.step = Some(mrad(number)),
        FlagId::VdivStep => divergence.vertical.step = Some(mrad(number)),
        FlagId::HdivSteps => divergence.horizontal.count = Some(integer),
        FlagId::VdivSteps => divergence.vertical.count = Some(integer),
        FlagId::DivSteps => {
            divergence.horizontal.count = Some(integer);
            divergence.vertical.count = Some(integer);
        }
        FlagId::RoundDiv => divergence.round = true,
        FlagId::SquareDiv => divergence.round = false,
        FlagId::Sourcefile => draft.sources = Some(values.path(0).to_owned()),
        FlagId::Spectrum => draft.spectrum = Some(values.path(0).to_owned()),
        FlagId::Polar => beam.polarization = Polarization::new(number),
        FlagId::NoPolar => beam.polarization.on = false,
        FlagId::Fluence => beam.fluence.fluence = number,
        FlagId::Flux => beam.fluence.flux = number,
        FlagId::Exposure => beam.fluence.exposure = number,
        FlagId::BeamSize => beam.fluence.beam_size = mm(number),
        _ => return false,
    }
    true
}
