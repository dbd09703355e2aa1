//! Wavelength, spectrum, divergence, polarization, dose.

use nanobragg::model::{Convention, Frame, Polarization, Source, SpectralLine};
use nanobragg::nalgebra::Vector3;
use nanobragg_config::classic::FlagId;

use super::{Effect, after, nothing, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = directions();
    effects.extend(spectrum_and_dose());
    effects
}

fn spectrum_and_dose() -> Vec<Effect> {
    vec![
        sets(FlagId::Lambda, "1.5", |s| s.experiment.beam.wavelength = 1.5e-10),
        sets(FlagId::Energy, "6199.21", |s| s.experiment.beam.wavelength = 2e-10),
        sets(FlagId::Dispersion, "2", |s| s.experiment.beam.dispersion.range = Some(0.02)),
        sets(FlagId::Dispsteps, "3", |s| s.experiment.beam.dispersion.count = Some(3)),
        sets(FlagId::Polar, "-0.5", |s| s.experiment.beam.polarization = Polarization::new(-0.5)),
        sets(FlagId::NoPolar, "", |s| s.experiment.beam.polarization = Polarization::OFF),
        sets(FlagId::Fluence, "1e28", |s| s.experiment.beam.fluence.fluence = 1e28),
        sets(FlagId::Flux, "1e12", |s| s.experiment.beam.fluence.flux = 1e12),
        sets(FlagId::Exposure, "0.5", |s| s.experiment.beam.fluence.exposure = 0.5),
        sets(FlagId::BeamSize, "0.05", |s| s.experiment.beam.fluence.beam_size = 0.00005),
        sets(FlagId::Sourcefile, "sources.txt", |s| {
            let first = Source {
                position: [Some(-10.0), Some(0.1), Some(0.2)],
                weight: Some(2.0),
                wavelength: Some(1.1e-10),
            };
            let second = Source { position: [Some(-10.0), None, None], ..Source::default() };
            s.experiment.beam.sources = Some(vec![first, second]);
        }),
        sets(FlagId::Spectrum, "spectrum.txt", |s| {
            let line = |wavelength, weight| SpectralLine { wavelength, weight };
            s.experiment.beam.spectrum = Some(vec![line(1e-10, 1.0), line(1.2e-10, 3.0)]);
            s.experiment.beam.wavelength = (1.0 * 0.25 + 1.2 * 0.75) / 1e10;
        }),
        after("-lambda 1.3", FlagId::Spectrum, "spectrum.txt", |s| {
            let line = |wavelength, weight| SpectralLine { wavelength, weight };
            s.experiment.beam.spectrum = Some(vec![line(1e-10, 1.0), line(1.2e-10, 3.0)]);
        }),
        nothing(FlagId::DispStep, "2"),
        nothing(FlagId::SourceDistance, "5"),
        nothing(FlagId::Coherent, ""),
    ]
}

fn directions() -> Vec<Effect> {
    vec![
        sets(FlagId::Divergence, "3", |s| {
            s.experiment.beam.divergence.horizontal.range = Some(0.003);
            s.experiment.beam.divergence.vertical.range = Some(0.003);
        }),
        sets(FlagId::HdivRange, "3", |s| s.experiment.beam.divergence.horizontal.range = Some(0.003)),
        sets(FlagId::VdivRange, "3", |s| s.experiment.beam.divergence.vertical.range = Some(0.003)),
        sets(FlagId::HdivStep, "3", |s| s.experiment.beam.divergence.horizontal.step = Some(0.003)),
        sets(FlagId::VdivStep, "3", |s| s.experiment.beam.divergence.vertical.step = Some(0.003)),
        sets(FlagId::DivSteps, "3", |s| {
            s.experiment.beam.divergence.horizontal.count = Some(3);
            s.experiment.beam.divergence.vertical.count = Some(3);
        }),
        sets(FlagId::HdivSteps, "3", |s| s.experiment.beam.divergence.horizontal.count = Some(3)),
        sets(FlagId::VdivSteps, "3", |s| s.experiment.beam.divergence.vertical.count = Some(3)),
        after("-square_div", FlagId::RoundDiv, "", |s| s.experiment.beam.divergence.round = true),
        sets(FlagId::SquareDiv, "", |s| s.experiment.beam.divergence.round = false),
        sets(FlagId::BeamVector, "1 2 -3", |s| {
            let frame = Frame { beam: Vector3::new(1.0, 2.0, -3.0), ..Frame::default() };
            s.experiment.detector.convention = Convention::Custom(frame);
        }),
        sets(FlagId::PolarVector, "1 2 -3", |s| {
            let frame = Frame { polar: Vector3::new(1.0, 2.0, -3.0), ..Frame::default() };
            s.experiment.detector.convention = Convention::Custom(frame);
        }),
        nothing(FlagId::Hdiv, "3"),
        nothing(FlagId::Vdiv, "3"),
    ]
}
