//! Wavelength, spectrum, divergence, polarization, dose.

use nanobragg::model::{
    Beam, Convention, Divergence, Dose, Frame, Outline, Polarization, Source, SpectralLine, Spectrum, Steps,
};
use nanobragg::nalgebra::Vector3;
use nanobragg_config::Setup;
use nanobragg_config::classic::FlagId;

use super::{Effect, after, nothing, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = directions();
    effects.extend(spectrum_and_dose());
    effects
}

fn spectrum_and_dose() -> Vec<Effect> {
    vec![
        sets(FlagId::Lambda, "1.5", |s| wavelength(s, 1.5e-10)),
        sets(FlagId::Energy, "6199.21", |s| wavelength(s, 2e-10)),
        sets(FlagId::Dispersion, "2", |s| spectrum(s, Spectrum::Band(Steps::across(0.02, 2).unwrap()))),
        after("-dispersion 2", FlagId::Dispsteps, "3", |s| {
            spectrum(s, Spectrum::Band(Steps::across(0.02, 3).unwrap()));
        }),
        sets(FlagId::Polar, "-0.5", |s| polarization(s, Polarization::Kahn(-0.5))),
        sets(FlagId::NoPolar, "", |s| polarization(s, Polarization::Off)),
        sets(FlagId::Fluence, "1e28", |s| {
            let dose = Dose::of_fluence(1e28).unwrap();
            with(s, |beam| beam.with_dose(dose.with_beam_size(1e-4).unwrap()));
        }),
        sets(FlagId::Flux, "1e12", |s| {
            with(s, |beam| beam.with_dose(Dose::of_flux(1e12, 1.0, 1e-4).unwrap()));
        }),
        sets(FlagId::Exposure, "0.5", |s| {
            with(s, |beam| {
                let dose = beam.dose().with_exposure(0.5).unwrap();
                beam.with_dose(dose)
            });
        }),
        sets(FlagId::BeamSize, "0.05", |s| {
            with(s, |beam| {
                let dose = beam.dose().with_beam_size(0.00005).unwrap();
                beam.with_dose(dose)
            });
        }),
        sets(FlagId::Sourcefile, "sources.txt", |s| {
            let first = Source {
                position: [Some(-10.0), Some(0.1), Some(0.2)],
                weight: Some(2.0),
                wavelength: Some(1.1e-10),
            };
            let second = Source { position: [Some(-10.0), None, None], ..Source::default() };
            with(s, |beam| beam.with_sources(vec![first, second]).unwrap());
        }),
        sets(FlagId::Spectrum, "spectrum.txt", |s| {
            let line = |wavelength, weight| SpectralLine { wavelength, weight };
            spectrum(s, Spectrum::Lines(vec![line(1e-10, 1.0), line(1.2e-10, 3.0)]));
            wavelength(s, (1.0 * 0.25 + 1.2 * 0.75) / 1e10);
        }),
        after("-lambda 1.3", FlagId::Spectrum, "spectrum.txt", |s| {
            let line = |wavelength, weight| SpectralLine { wavelength, weight };
            spectrum(s, Spectrum::Lines(vec![line(1e-10, 1.0), line(1.2e-10, 3.0)]));
        }),
        nothing(FlagId::DispStep, "2"),
        nothing(FlagId::SourceDistance, "5"),
        nothing(FlagId::Coherent, ""),
    ]
}

/// Two samples, one at each end of a range.
fn two(range: f64) -> Steps {
    Steps::across(range, 2).unwrap()
}

/// Three samples across 3 mrad.
fn three() -> Steps {
    Steps::across(0.003, 3).unwrap()
}

fn with(s: &mut Setup, change: impl FnOnce(Beam) -> Beam) {
    s.experiment.beam = change(s.experiment.beam.clone());
}

fn wavelength(s: &mut Setup, wavelength: f64) {
    with(s, |beam| beam.with_wavelength(wavelength).unwrap());
}

fn spectrum(s: &mut Setup, spectrum: Spectrum) {
    with(s, |beam| beam.with_spectrum(spectrum).unwrap());
}

fn polarization(s: &mut Setup, polarization: Polarization) {
    with(s, |beam| beam.with_polarization(polarization).unwrap());
}

fn directions_of(s: &mut Setup, horizontal: Steps, vertical: Steps) {
    with(s, |beam| beam.with_divergence(Divergence::round(horizontal, vertical)));
}

fn outline(s: &mut Setup, outline: Outline) {
    with(s, |beam| beam.with_divergence(Divergence { outline, ..Divergence::default() }));
}

fn directions() -> Vec<Effect> {
    vec![
        sets(FlagId::Divergence, "3", |s| directions_of(s, two(0.003), two(0.003))),
        sets(FlagId::HdivRange, "3", |s| directions_of(s, two(0.003), Steps::ONE)),
        sets(FlagId::VdivRange, "3", |s| directions_of(s, Steps::ONE, two(0.003))),
        sets(FlagId::HdivStep, "3", |s| directions_of(s, two(0.003), Steps::ONE)),
        sets(FlagId::VdivStep, "3", |s| directions_of(s, Steps::ONE, two(0.003))),
        after("-divergence 3", FlagId::DivSteps, "3", |s| directions_of(s, three(), three())),
        after("-divergence 3", FlagId::HdivSteps, "3", |s| directions_of(s, three(), two(0.003))),
        after("-divergence 3", FlagId::VdivSteps, "3", |s| directions_of(s, two(0.003), three())),
        // A number alone spans a radian.
        sets(FlagId::HdivSteps, "4", |s| directions_of(s, Steps::new(1.0, 0.25, 4).unwrap(), Steps::ONE)),
        after("-square_div", FlagId::RoundDiv, "", |s| outline(s, Outline::Ellipse)),
        sets(FlagId::SquareDiv, "", |s| outline(s, Outline::Rectangle)),
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
