//! Parts of the incident beam.

use serde::{Deserialize, Serialize};

use super::Parts;
use crate::error::Error;
use crate::model::{Beam, Dose, Incidence, Polarization, Steps};

#[derive(Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct BeamParts {
    wavelength: f64,
    incidence: Incidence,
    polarization: Polarization,
    dose: Dose,
}

impl Default for BeamParts {
    fn default() -> Self {
        BeamParts::of(&Beam::default())
    }
}

impl Parts for BeamParts {
    type Whole = Beam;

    fn of(beam: &Beam) -> Self {
        BeamParts {
            wavelength: beam.wavelength(),
            incidence: beam.incidence().clone(),
            polarization: beam.polarization(),
            dose: beam.dose(),
        }
    }

    fn whole(self) -> Result<Beam, Error> {
        let beam = Beam::default()
            .with_any_wavelength(self.wavelength)?
            .with_polarization(self.polarization)?
            .with_dose(self.dose);
        match self.incidence {
            Incidence::Grid { spectrum, divergence } => {
                Ok(beam.with_spectrum(spectrum)?.with_divergence(divergence))
            }
            Incidence::Sources(sources) => beam.with_sources(sources),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum DoseParts {
    Fluence { fluence: f64, exposure: f64, beam_size: Option<f64> },
    Flux { flux: f64, exposure: f64, beam_size: f64 },
}

impl Parts for DoseParts {
    type Whole = Dose;

    fn of(dose: &Dose) -> Self {
        let (exposure, beam_size) = (dose.exposure(), dose.beam_size());
        match (dose.flux(), beam_size) {
            (Some(flux), Some(beam_size)) => DoseParts::Flux { flux, exposure, beam_size },
            _ => DoseParts::Fluence { fluence: dose.fluence(), exposure, beam_size },
        }
    }

    fn whole(self) -> Result<Dose, Error> {
        match self {
            DoseParts::Fluence { fluence, exposure, beam_size } => {
                let dose = Dose::of_fluence(fluence)?.with_exposure(exposure)?;
                beam_size.map_or(Ok(dose), |size| dose.with_beam_size(size))
            }
            DoseParts::Flux { flux, exposure, beam_size } => Dose::of_flux(flux, exposure, beam_size),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepsParts {
    range: f64,
    step: f64,
    count: usize,
}

impl Parts for StepsParts {
    type Whole = Steps;

    fn of(steps: &Steps) -> Self {
        StepsParts { range: steps.range(), step: steps.step(), count: steps.count() }
    }

    fn whole(self) -> Result<Steps, Error> {
        let StepsParts { range, step, count } = self;
        // A single sample has no range, which is refused of any other number.
        if (range, step, count) == (0.0, 0.0, 1) { Ok(Steps::ONE) } else { Steps::new(range, step, count) }
    }
}
