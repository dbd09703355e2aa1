//! How the C program makes a beam of what flags say of it.

use nanobragg::Error;
use nanobragg::model::{Beam, Divergence, Dose, Outline, Polarization, Quirk, Quirks, Spectrum, Steps};

use super::steps::steps;
use crate::draft::BeamRequest;

/// The beam: listed sources win over a spectrum, a spectrum over a dispersion, a flux over a fluence.
///
/// # Errors
/// Numbers that make no beam.
pub(crate) fn beam(request: &BeamRequest, quirks: Quirks, oversample_polar: bool) -> Result<Beam, Error> {
    let beam = Beam::default()
        .with_any_wavelength(request.wavelength)?
        .with_polarization(polarization(request, quirks, oversample_polar))?
        .with_dose(dose(request)?);
    if let Some(sources) = &request.sources {
        return beam.with_sources(sources.clone());
    }
    let spectrum = match (&request.spectrum, steps(&request.dispersion, quirks)?) {
        (Some(lines), _) => Spectrum::Lines(lines.clone()),
        (None, steps) if steps == Steps::ONE => Spectrum::Line,
        (None, steps) => Spectrum::Band(steps),
    };
    let outline = if request.square { Outline::Rectangle } else { Outline::Ellipse };
    let (horizontal, vertical) = (steps(&request.horizontal, quirks)?, steps(&request.vertical, quirks)?);
    Ok(beam.with_spectrum(spectrum)?.with_divergence(Divergence { horizontal, vertical, outline }))
}

/// Where polarization is switched off, its factor stays known: polarization for every sub-pixel brings it back.
fn polarization(request: &BeamRequest, quirks: Quirks, oversample_polar: bool) -> Polarization {
    let overruled = oversample_polar && quirks.has(Quirk::NopolarOverruled);
    if request.polarized || overruled { Polarization::Kahn(request.kahn) } else { Polarization::Off }
}

/// A flux counts where exposure and size make a fluence of it. What is not positive says nothing.
fn dose(request: &BeamRequest) -> Result<Dose, Error> {
    let BeamRequest { fluence, flux, exposure, size, .. } = *request;
    if flux != 0.0 && exposure > 0.0 && size >= 0.0 {
        return Dose::of_flux(flux, exposure, size);
    }
    let mut dose = Dose::of_fluence(fluence)?;
    if exposure > 0.0 {
        dose = dose.with_exposure(exposure)?;
    }
    if size > 0.0 {
        dose = dose.with_beam_size(size)?;
    }
    Ok(dose)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::draft::StepsRequest;
    use nanobragg::model::{Preset, Source, SpectralLine};

    fn of(request: &BeamRequest) -> Beam {
        beam(request, Preset::Spec.into(), true).unwrap()
    }

    #[test]
    fn a_request_without_words_is_the_librarys_beam() {
        assert_eq!(of(&BeamRequest::default()), Beam::default());
    }

    #[test]
    fn sources_win_over_a_spectrum_and_a_spectrum_over_a_dispersion() {
        let dispersion = StepsRequest { range: Some(0.1), step: None, count: Some(3) };
        let mut request = BeamRequest { dispersion, ..BeamRequest::default() };
        assert_eq!(of(&request).spectrum(), Some(&Spectrum::Band(Steps::across(0.1, 3).unwrap())));
        let lines = vec![SpectralLine { wavelength: 1e-10, weight: 1.0 }];
        request.spectrum = Some(lines.clone());
        assert_eq!(of(&request).spectrum(), Some(&Spectrum::Lines(lines)));
        request.sources = Some(vec![Source::default()]);
        assert_eq!((of(&request).spectrum(), of(&request).sources().len()), (None, 1));
    }

    #[test]
    fn a_flux_without_an_exposure_leaves_the_fluence() {
        let flux = BeamRequest { flux: 1e12, exposure: 0.1, size: 5e-5, ..BeamRequest::default() };
        assert_eq!(of(&flux).dose().fluence(), 1e12 * 0.1 / 5e-5 / 5e-5);
        for request in [BeamRequest { exposure: 0.0, ..flux.clone() }, BeamRequest { flux: 0.0, ..flux }] {
            assert_eq!(of(&request).dose().fluence(), Dose::default().fluence());
        }
    }

    #[test]
    fn polarization_for_every_sub_pixel_brings_it_back_with_its_quirk() {
        let request = BeamRequest { kahn: 0.5, polarized: false, ..BeamRequest::default() };
        let of =
            |preset: Preset, oversampled| beam(&request, preset.into(), oversampled).unwrap().polarization();
        assert_eq!(of(Preset::Reference, true), Polarization::Kahn(0.5));
        assert_eq!(of(Preset::Reference, false), Polarization::Off);
        assert_eq!(of(Preset::Spec, true), Polarization::Off);
    }
}
