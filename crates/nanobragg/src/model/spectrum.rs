//! Wavelengths of the beam, and sources that have their own.

use super::Steps;
use crate::check::{positive, ranged};
use crate::error::{Error, PlanCause};

/// Wavelengths of every direction of incidence.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Spectrum {
    /// The beam's wavelength alone.
    #[default]
    Line,
    /// Equal numbers of photons at equal distances about the beam's wavelength, of which range and step are fractions.
    Band(Steps),
    /// Lines of a measured spectrum.
    Lines(Vec<SpectralLine>),
}

/// One wavelength of a measured spectrum.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct SpectralLine {
    /// Wavelength in meters.
    pub wavelength: f64,
    /// Relative number of photons. Unlike the weights of listed sources it counts under every preset.
    pub weight: f64,
}

/// One source point of an explicit list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Source {
    /// Position relative to the crystal in meters; a missing component is that of a point 10 m up the beam.
    pub position: [Option<f64>; 3],
    /// Relative intensity; 1 when missing.
    pub weight: Option<f64>,
    /// Wavelength in meters; the beam's when missing.
    pub wavelength: Option<f64>,
}

impl Spectrum {
    /// Whether it can be the spectrum of a beam.
    pub(super) fn check(&self) -> Result<(), Error> {
        const SHORTEST: &str = "the shortest wavelength of the spectrum (m)";
        match self {
            Spectrum::Line => Ok(()),
            Spectrum::Band(steps) => positive(SHORTEST, 1.0 + steps.at(0)),
            Spectrum::Lines(lines) => {
                positive("the number of lines of the spectrum", lines.len() as f64)?;
                let total: f64 = lines.iter().map(|line| line.weight).sum();
                positive("the sum of the weights of the spectrum", total)?;
                for line in lines {
                    positive(SHORTEST, line.wavelength)?;
                    ranged("a weight of the spectrum", line.weight, "not negative", line.weight >= 0.0)?;
                }
                Ok(())
            }
        }
    }
}

/// Whether these can be the sources of a beam.
pub(super) fn check_sources(sources: &[Source]) -> Result<(), Error> {
    if sources.is_empty() {
        return Err(PlanCause::NoSources.into());
    }
    for source in sources {
        for value in source.position.into_iter().flatten() {
            ranged("the position of a source (m)", value, "finite", true)?;
        }
        ranged("the weight of a source", source.weight.unwrap_or(1.0), "finite", true)?;
        source.wavelength.map_or(Ok(()), |own| positive("the wavelength of a source (m)", own))?;
    }
    Ok(())
}
