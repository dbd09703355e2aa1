//! How many photons hit the crystal.

use crate::check::{positive, ranged};
use crate::error::Error;

/// How many photons pass through a unit of area, in what time, and how wide the beam is.
///
/// ```
/// use nanobragg::model::Dose;
///
/// let dose = Dose::of_flux(1e12, 0.5, 1e-5)?;
/// assert!((dose.fluence() / 5e21 - 1.0).abs() < 1e-15);
/// assert_eq!(Dose::of_fluence(1e24)?.fluence(), 1e24);
/// assert!(Dose::of_flux(1e12, 0.5, 0.0).is_err());
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dose {
    photons: Photons,
    exposure: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Photons {
    /// Per m², in a beam that may have an edge.
    PerArea { fluence: f64, beam_size: Option<f64> },
    /// Per second, in a square beam.
    PerSecond { flux: f64, beam_size: f64 },
}

impl Default for Dose {
    /// The C program's: a fluence that makes r_e² times it one photon, a second, a beam 0.1 mm wide.
    fn default() -> Self {
        let photons = Photons::PerArea { fluence: 125932015286227086360700780544.0, beam_size: Some(1e-4) };
        Dose { photons, exposure: 1.0 }
    }
}

impl Dose {
    /// Photons per m², in a second, by a beam that is wider than the crystal.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a negative number.
    pub fn of_fluence(fluence: f64) -> Result<Self, Error> {
        ranged("the fluence (photons/m^2)", fluence, "not negative", fluence >= 0.0)?;
        Ok(Dose { photons: Photons::PerArea { fluence, beam_size: None }, exposure: 1.0 })
    }

    /// Photons per second, during an exposure in seconds, in a square beam so many meters wide.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a negative flux, and for an exposure or a size that is not
    /// positive.
    pub fn of_flux(flux: f64, exposure: f64, beam_size: f64) -> Result<Self, Error> {
        ranged("the flux (photons/s)", flux, "not negative", flux >= 0.0)?;
        positive("the exposure (s)", exposure)?;
        positive("the beam size (m)", beam_size)?;
        Dose { photons: Photons::PerSecond { flux, beam_size }, exposure }.finite()
    }

    fn finite(self) -> Result<Self, Error> {
        ranged("the fluence (photons/m^2)", self.fluence(), "finite", true)?;
        Ok(self)
    }

    /// The same flux or fluence with another exposure in seconds.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for one that is not positive, and for a fluence beyond all numbers.
    pub fn with_exposure(self, exposure: f64) -> Result<Self, Error> {
        positive("the exposure (s)", exposure)?;
        Dose { exposure, ..self }.finite()
    }

    /// The same flux or fluence in a square beam so many meters wide, which lights no more of a wider crystal.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a size that is not positive, and for a fluence beyond all numbers.
    pub fn with_beam_size(self, size: f64) -> Result<Self, Error> {
        positive("the beam size (m)", size)?;
        let photons = match self.photons {
            Photons::PerArea { fluence, .. } => Photons::PerArea { fluence, beam_size: Some(size) },
            Photons::PerSecond { flux, .. } => Photons::PerSecond { flux, beam_size: size },
        };
        Dose { photons, ..self }.finite()
    }

    /// Photons per m²: of a flux, flux × exposure / area.
    pub fn fluence(&self) -> f64 {
        match self.photons {
            Photons::PerArea { fluence, .. } => fluence,
            Photons::PerSecond { flux, beam_size } => flux * self.exposure / beam_size / beam_size,
        }
    }

    /// Photons per second, where they are known.
    pub fn flux(&self) -> Option<f64> {
        match self.photons {
            Photons::PerArea { .. } => None,
            Photons::PerSecond { flux, .. } => Some(flux),
        }
    }

    /// Exposure in seconds.
    pub fn exposure(&self) -> f64 {
        self.exposure
    }

    /// Full width of the square beam in meters, which clips the crystal; `None` of a beam wider than any.
    pub fn beam_size(&self) -> Option<f64> {
        match self.photons {
            Photons::PerArea { beam_size, .. } => beam_size,
            Photons::PerSecond { beam_size, .. } => Some(beam_size),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    #[test]
    fn what_no_dose_is_is_refused() {
        let refused = [
            Dose::of_fluence(-1.0),
            Dose::of_fluence(f64::INFINITY),
            Dose::of_flux(-1.0, 1.0, 1.0),
            Dose::of_flux(1.0, 0.0, 1.0),
            Dose::of_flux(1.0, 1.0, f64::NAN),
            Dose::of_flux(1e300, 1.0, 1e-9),
            Dose::of_flux(1e300, 1.0, 1.0).and_then(|dose| dose.with_exposure(1e10)),
            Dose::of_flux(1e300, 1.0, 1.0).and_then(|dose| dose.with_beam_size(1e-9)),
            Dose::default().with_exposure(-1.0),
            Dose::default().with_beam_size(0.0),
        ];
        for (number, refused) in refused.into_iter().enumerate() {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::OutOfRange, "{number}");
        }
    }

    #[test]
    fn a_flux_follows_exposure_and_size_and_a_fluence_does_not() {
        let flux = Dose::of_flux(3.0, 1.0, 1.0).unwrap();
        let changed = |dose: Dose| dose.with_exposure(2.0).unwrap().with_beam_size(0.5).unwrap();
        assert_eq!(changed(flux).fluence(), 24.0);
        assert_eq!(changed(Dose::of_fluence(3.0).unwrap()).fluence(), 3.0);
        assert_eq!(Dose::of_fluence(3.0).unwrap().beam_size(), None);
    }
}
