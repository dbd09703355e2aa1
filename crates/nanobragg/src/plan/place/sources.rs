//! Sources, whose wavelengths follow the central one.

use nalgebra::Vector3;

use crate::physics::rotation::about_xyz;
use crate::real::{Real, real, vector};

/// A source before its wavelength is known.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) struct SourceChoice {
    /// Direction of incidence.
    pub incident: Vector3<f64>,
    /// Factor on the terms of the source.
    pub weight: f64,
    /// Its wavelength.
    pub wavelength: Wavelength,
}

/// How a wavelength is given.
#[derive(Clone, Copy, Debug)]
pub(in crate::plan) enum Wavelength {
    /// In meters.
    Own(f64),
    /// As a multiple of the central one.
    OfCentral(f64),
}

impl Wavelength {
    /// The wavelength in meters for the central one in meters.
    pub fn place<R: Real>(self, central: R) -> R {
        match self {
            Wavelength::Own(own) => real(own),
            Wavelength::OfCentral(factor) => central * real(factor),
        }
    }
}

/// One source: a direction, a wavelength, a weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SourcePlan<T: Real> {
    /// Direction of incidence i.
    pub incident: Vector3<T>,
    /// Wavelength in meters.
    pub wavelength: T,
    /// Factor on the terms of the source; 1 for all unless sources are weighted.
    pub weight: T,
}

impl<T: Real> SourcePlan<T> {
    /// The source for a central wavelength in meters, turned by `beam`.
    pub(in crate::plan) fn placed(source: &SourceChoice, central: T, beam: [T; 3]) -> Self {
        SourcePlan {
            incident: about_xyz(&vector(&source.incident), beam),
            wavelength: source.wavelength.place(central),
            weight: real(source.weight),
        }
    }
}
