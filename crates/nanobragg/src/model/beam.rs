//! The incident beam: wavelengths, directions, polarization, dose.

use nalgebra::Vector3;

use super::{Dose, Source, Spectrum, Steps};
use crate::check::{positive, ranged};
use crate::error::Error;

/// What messages call it.
const WAVELENGTH: &str = "the wavelength (m)";

/// The incident beam.
///
/// ```
/// use nanobragg::model::{Beam, Divergence, Dose, Polarization, Spectrum, Steps};
///
/// let half_mrad = Steps::across(0.5e-3, 3)?;
/// let beam = Beam::new(1.2e-10)?
///     .with_spectrum(Spectrum::Band(Steps::across(0.002, 5)?))?
///     .with_divergence(Divergence::round(half_mrad, half_mrad))
///     .with_polarization(Polarization::Kahn(0.95))?
///     .with_dose(Dose::of_flux(1e12, 0.1, 20e-6)?);
/// assert_eq!(beam.wavelength(), 1.2e-10);
/// assert_eq!(Beam::new(0.0).unwrap_err().kind().code(), "plan.out-of-range");
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Beam {
    wavelength: f64,
    incidence: Incidence,
    polarization: Polarization,
    dose: Dose,
}

impl Default for Beam {
    /// A parallel, unpolarized beam of 1 Å.
    fn default() -> Self {
        Beam {
            wavelength: 1e-10,
            incidence: Incidence::default(),
            polarization: Polarization::default(),
            dose: Dose::default(),
        }
    }
}

impl Beam {
    /// A parallel, monochromatic, unpolarized beam of a wavelength in meters.
    ///
    /// # Errors
    /// As [`Self::with_wavelength`].
    pub fn new(wavelength: f64) -> Result<Self, Error> {
        Beam::default().with_wavelength(wavelength)
    }

    /// The same beam about another central wavelength in meters.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for one that X-rays do not have, such as one in ångström.
    pub fn with_wavelength(self, wavelength: f64) -> Result<Self, Error> {
        let of_xrays = (1e-13..=1e-7).contains(&wavelength);
        ranged(WAVELENGTH, wavelength, "that of X-rays, 1e-13 to 1e-7", of_xrays)?;
        self.with_any_wavelength(wavelength)
    }

    /// The same beam about another central wavelength in meters, whatever has it.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for one that is not positive.
    pub fn with_any_wavelength(self, wavelength: f64) -> Result<Self, Error> {
        positive(WAVELENGTH, wavelength)?;
        Ok(Beam { wavelength, ..self })
    }

    /// The same beam with other wavelengths in every direction of incidence. Sources that were listed make room for it.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a band that reaches zero, and for lines of which a wavelength
    /// or the sum of the weights is not positive or a weight is negative.
    pub fn with_spectrum(self, spectrum: Spectrum) -> Result<Self, Error> {
        spectrum.check()?;
        let divergence = self.divergence().copied().unwrap_or_default();
        Ok(Beam { incidence: Incidence::Grid { spectrum, divergence }, ..self })
    }

    /// The same beam with other directions of incidence. Sources that were listed make room for them.
    #[must_use]
    pub fn with_divergence(self, divergence: Divergence) -> Self {
        let spectrum = match self.incidence {
            Incidence::Grid { spectrum, .. } => spectrum,
            Incidence::Sources(_) => Spectrum::Line,
        };
        Beam { incidence: Incidence::Grid { spectrum, divergence }, ..self }
    }

    /// The same beam from sources listed one by one, in the place of its spectrum and its divergence.
    ///
    /// # Errors
    /// [`NoSources`](crate::ErrorKind::NoSources) for an empty list, [`OutOfRange`](crate::ErrorKind::OutOfRange) for a
    /// wavelength that is not positive and for what is not finite.
    pub fn with_sources(self, sources: Vec<Source>) -> Result<Self, Error> {
        super::spectrum::check_sources(&sources)?;
        Ok(Beam { incidence: Incidence::Sources(sources), ..self })
    }

    /// The same beam with another polarization.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a factor that is not between -1 and 1.
    pub fn with_polarization(self, polarization: Polarization) -> Result<Self, Error> {
        let factor = polarization.factor().unwrap_or_default();
        ranged("Kahn's factor", factor, "from -1 to 1", factor.abs() <= 1.0)?;
        Ok(Beam { polarization, ..self })
    }

    /// The same beam with another dose.
    #[must_use]
    pub fn with_dose(self, dose: Dose) -> Self {
        Beam { dose, ..self }
    }

    /// Central wavelength in meters: that of headers, of orientation matrices, and of sources without their own.
    pub fn wavelength(&self) -> f64 {
        self.wavelength
    }

    /// From where and in which wavelengths the photons come.
    pub fn incidence(&self) -> &Incidence {
        &self.incidence
    }

    /// Wavelengths of every direction of incidence; `None` where sources are listed.
    pub fn spectrum(&self) -> Option<&Spectrum> {
        match &self.incidence {
            Incidence::Grid { spectrum, .. } => Some(spectrum),
            Incidence::Sources(_) => None,
        }
    }

    /// Directions of incidence; `None` where sources are listed.
    pub fn divergence(&self) -> Option<&Divergence> {
        match &self.incidence {
            Incidence::Grid { divergence, .. } => Some(divergence),
            Incidence::Sources(_) => None,
        }
    }

    /// Sources listed one by one; none where spectrum and divergence say what comes from where.
    pub fn sources(&self) -> &[Source] {
        match &self.incidence {
            Incidence::Grid { .. } => &[],
            Incidence::Sources(sources) => sources,
        }
    }

    /// Polarization.
    pub fn polarization(&self) -> Polarization {
        self.polarization
    }

    /// Photons per area.
    pub fn dose(&self) -> Dose {
        self.dose
    }
}

/// From where and in which wavelengths the photons come.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Incidence {
    /// Every wavelength of a spectrum from every direction of a grid.
    Grid {
        /// The wavelengths.
        spectrum: Spectrum,
        /// The directions.
        divergence: Divergence,
    },
    /// Sources listed one by one.
    Sources(Vec<Source>),
}

impl Default for Incidence {
    fn default() -> Self {
        Incidence::Grid { spectrum: Spectrum::Line, divergence: Divergence::default() }
    }
}

/// A grid of directions of incidence; angles in radians.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Divergence {
    /// About the axis that is perpendicular to the beam and the polarization.
    pub horizontal: Steps,
    /// About the polarization axis.
    pub vertical: Steps,
    /// Which directions of the grid count.
    pub outline: Outline,
}

/// Which directions of a grid count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Outline {
    /// Those inside the ellipse of the two ranges.
    #[default]
    Ellipse,
    /// All.
    Rectangle,
}

impl Divergence {
    /// Directions inside the ellipse of two ranges.
    pub fn round(horizontal: Steps, vertical: Steps) -> Self {
        Divergence { horizontal, vertical, outline: Outline::Ellipse }
    }

    /// All directions of two ranges.
    pub fn square(horizontal: Steps, vertical: Steps) -> Self {
        Divergence { horizontal, vertical, outline: Outline::Rectangle }
    }
}

/// How the incident beam is polarized; along which axis, says the frame of the convention.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Polarization {
    /// No polarization factor is applied.
    Off,
    /// Kahn's factor: 0 is unpolarized, 1 fully polarized along the polarization axis, -1 across it.
    Kahn(f64),
}

impl Default for Polarization {
    /// An unpolarized beam.
    fn default() -> Self {
        Polarization::Kahn(0.0)
    }
}

impl Polarization {
    /// Kahn's factor, where a polarization factor is applied.
    pub fn factor(self) -> Option<f64> {
        match self {
            Polarization::Off => None,
            Polarization::Kahn(factor) => Some(factor),
        }
    }
}

/// Where a source is unless it says otherwise: 10 m up the beam.
pub(crate) fn source_origin(beam: &Vector3<f64>) -> Vector3<f64> {
    const SOURCE_DISTANCE: f64 = 10.0;
    Vector3::new(-SOURCE_DISTANCE * beam.x, -SOURCE_DISTANCE * beam.y, -SOURCE_DISTANCE * beam.z)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::SpectralLine;

    #[test]
    fn what_no_beam_has_is_refused() {
        let beam = Beam::default;
        let band = |range| beam().with_spectrum(Spectrum::Band(Steps::across(range, 2).unwrap()));
        let lines = |lines: &[(f64, f64)]| {
            let line = |&(wavelength, weight): &(f64, f64)| SpectralLine { wavelength, weight };
            beam().with_spectrum(Spectrum::Lines(lines.iter().map(line).collect()))
        };
        let source = |wavelength| Source { wavelength: Some(wavelength), ..Source::default() };
        let refused = [
            Beam::new(-1e-10),
            Beam::new(f64::NAN),
            Beam::new(1.0),
            Beam::new(1e-20),
            beam().with_any_wavelength(0.0),
            beam().with_polarization(Polarization::Kahn(2.0)),
            band(2.0),
            lines(&[]),
            lines(&[(1e-10, 0.0)]),
            lines(&[(-1e-10, 1.0)]),
            lines(&[(1e-10, 2.0), (1e-10, -1.0)]),
            lines(&[(1e-10, f64::NAN)]),
            beam().with_sources(vec![source(0.0)]),
            beam().with_sources(vec![Source { weight: Some(f64::NAN), ..Source::default() }]),
            beam().with_polarization(Polarization::Kahn(f64::INFINITY)),
        ];
        for (number, refused) in refused.into_iter().enumerate() {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::OutOfRange, "{number}");
        }
        assert_eq!(beam().with_sources(Vec::new()).unwrap_err().kind(), ErrorKind::NoSources);
        assert_eq!(beam().with_any_wavelength(1.0).unwrap().wavelength(), 1.0);
        assert!(band(1.9).is_ok() && lines(&[(1e-10, 0.0), (2e-10, 1.0)]).is_ok());
    }

    #[test]
    fn sources_and_grids_replace_each_other() {
        let sources = Beam::default().with_sources(vec![Source::default()]).unwrap();
        assert_eq!((sources.sources().len(), sources.spectrum(), sources.divergence()), (1, None, None));
        let steps = Steps::across(0.1, 2).unwrap();
        let grid = sources.with_divergence(Divergence::square(steps, Steps::ONE));
        assert_eq!((grid.sources(), grid.spectrum()), (&[][..], Some(&Spectrum::Line)));
        let band = grid.with_spectrum(Spectrum::Band(steps)).unwrap();
        assert_eq!(band.divergence(), Some(&Divergence::square(steps, Steps::ONE)));
    }
}
