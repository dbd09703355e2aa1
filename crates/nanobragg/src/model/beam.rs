//! The incident beam: wavelength, spectrum, divergence, polarization, dose.

use nalgebra::Vector3;

use super::GridRequest;

/// The incident beam.
#[derive(Clone, Debug, PartialEq)]
pub struct Beam {
    /// Central wavelength in meters.
    pub wavelength: f64,
    /// Spectrum: range and step as fractions of the wavelength.
    pub dispersion: GridRequest,
    /// Spread of the directions of incidence.
    pub divergence: Divergence,
    /// Lines of a measured spectrum; they replace wavelength and dispersion in every direction of incidence.
    pub spectrum: Option<Vec<SpectralLine>>,
    /// Sources listed one by one; they replace spectrum, dispersion and divergence.
    pub sources: Option<Vec<Source>>,
    /// Polarization of the beam.
    pub polarization: Polarization,
    /// Photons per area.
    pub fluence: Fluence,
}

impl Default for Beam {
    fn default() -> Self {
        Beam {
            wavelength: 1e-10,
            dispersion: GridRequest { range: Some(0.0), ..GridRequest::default() },
            divergence: Divergence::default(),
            spectrum: None,
            sources: None,
            polarization: Polarization::new(0.0),
            fluence: Fluence::default(),
        }
    }
}

/// A grid of directions of incidence, in radians.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Divergence {
    /// About the axis that is perpendicular to the beam and the polarization.
    pub horizontal: GridRequest,
    /// About the polarization axis.
    pub vertical: GridRequest,
    /// Whether the corners of the grid are cut to an ellipse.
    pub round: bool,
}

impl Default for Divergence {
    fn default() -> Self {
        Divergence { horizontal: GridRequest::default(), vertical: GridRequest::default(), round: true }
    }
}

/// One source point of an explicit list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Source {
    /// Position relative to the crystal in meters; a missing component is that of a point 10 m up the beam.
    pub position: [Option<f64>; 3],
    /// Relative intensity; 1 when missing.
    pub weight: Option<f64>,
    /// Wavelength in meters; the beam's when missing.
    pub wavelength: Option<f64>,
}

/// One wavelength of a measured spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpectralLine {
    /// Wavelength in meters.
    pub wavelength: f64,
    /// Relative number of photons. Unlike the weights of listed sources it counts under every preset.
    pub weight: f64,
}

/// How the incident beam is polarized.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polarization {
    /// Kahn's factor: 0 is unpolarized, 1 fully polarized along the polarization axis, -1 across it.
    pub kahn: f64,
    /// Whether the polarization factor is applied. Where it is not, `kahn` matters to the quirk
    /// `nopolar_overruled` alone.
    pub on: bool,
}

impl Polarization {
    /// No polarization correction.
    pub const OFF: Polarization = Polarization { kahn: 0.0, on: false };

    /// A beam of the given Kahn factor.
    pub fn new(kahn: f64) -> Self {
        Polarization { kahn, on: true }
    }

    /// Kahn's factor where the correction is applied.
    pub fn factor(&self) -> Option<f64> {
        self.on.then_some(self.kahn)
    }
}

/// Where the fluence comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fluence {
    /// Photons per m²; used when `flux` is zero.
    pub fluence: f64,
    /// Photons per second.
    pub flux: f64,
    /// Exposure time in seconds.
    pub exposure: f64,
    /// Full width of the square beam in meters; it also clips the sample. A negative size does not.
    pub beam_size: f64,
}

impl Default for Fluence {
    fn default() -> Self {
        Fluence { fluence: 125932015286227086360700780544.0, flux: 0.0, exposure: 1.0, beam_size: 1e-4 }
    }
}

impl Fluence {
    /// Photons per m²: flux × exposure / area where a flux is given.
    pub fn photons_per_m2(&self) -> f64 {
        if self.flux != 0.0 && self.exposure > 0.0 && self.beam_size >= 0.0 {
            self.flux * self.exposure / self.beam_size / self.beam_size
        } else {
            self.fluence
        }
    }
}

/// Where a source is unless it says otherwise: 10 m up the beam.
pub(crate) fn source_origin(beam: &Vector3<f64>) -> Vector3<f64> {
    const SOURCE_DISTANCE: f64 = 10.0;
    Vector3::new(-SOURCE_DISTANCE * beam.x, -SOURCE_DISTANCE * beam.y, -SOURCE_DISTANCE * beam.z)
}
