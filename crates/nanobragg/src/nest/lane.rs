//! What is evaluated at once, and what of it is handed to those who look on.

use nalgebra::Vector3;

use crate::physics::geometry::Position;
use crate::physics::lattice::{Indices, LatticeFactor, RealLattice};
use crate::real::Real;

/// Pixels that are evaluated at once: one, in any number type, or a block of neighbors.
///
/// Its types are what the evaluation hands to a [`Sink`](super::Sink).
pub trait Lane {
    /// A sub-pixel of a layer.
    type Subpixel<'a>
    where
        Self: 'a;
    /// A source within the resolution limit, seen from a sub-pixel.
    type Scattering<'a>
    where
        Self: 'a;
    /// One term of the sum.
    type Term<'a>
    where
        Self: 'a;
    /// The end of a source's terms.
    type SourceDone<'a>
    where
        Self: 'a;
    /// The end of the sum.
    type Finished<'a>
    where
        Self: 'a;
}

impl<T: Real> Lane for T {
    type Subpixel<'a> = Subpixel<'a, T>;
    type Scattering<'a> = Scattering<'a, T>;
    type Term<'a> = Term<'a, T>;
    type SourceDone<'a> = ();
    type Finished<'a> = Finished<T>;
}

/// A sub-pixel of a layer.
#[derive(Clone, Copy, Debug)]
pub struct Subpixel<'a, T: Real> {
    /// Where it is.
    pub position: &'a Position<T>,
    /// Solid angle that the evaluation uses at this sub-pixel, sr.
    pub omega: T,
    /// Capture fraction that the evaluation uses at this sub-pixel.
    pub capture: T,
}

/// A source that survived the resolution limit, seen from a sub-pixel.
#[derive(Clone, Copy, Debug)]
pub struct Scattering<'a, T: Real> {
    /// Incident direction.
    pub incident: &'a Vector3<T>,
    /// Wavelength in meters.
    pub wavelength: T,
    /// Scattering vector in 1/m.
    pub vector: &'a Vector3<T>,
    /// Polarization factor that the evaluation uses for this source.
    pub polar: T,
    /// cos 2θ, `None` where the polarization factor was not computed for this source.
    pub cos_2theta: Option<T>,
}

/// One term of the sum.
#[derive(Clone, Copy, Debug)]
pub struct Term<'a, T: Real> {
    /// Spindle angle in radians.
    pub phi: T,
    /// The lattice, meters.
    pub lattice: &'a RealLattice<T>,
    /// Fractional and nearest indices.
    pub indices: &'a Indices<T>,
    /// F_latt and its parts.
    pub f_latt: &'a LatticeFactor<T>,
    /// F_cell.
    pub f_cell: T,
    /// Whether F_cell was interpolated.
    pub interpolated: bool,
    /// What the term adds to the sum, the background left out.
    pub amount: T,
    /// The accumulated sum after this term.
    pub sum: T,
}

/// The end of a pixel.
#[derive(Clone, Copy, Debug)]
pub struct Finished<T> {
    /// The accumulated sum.
    pub sum: T,
    /// Solid angle as the pixel was scaled by, or the last one used.
    pub omega: T,
    /// Polarization factor, likewise.
    pub polar: T,
    /// Capture fraction, likewise.
    pub capture: T,
    /// Photons.
    pub photons: T,
}
