//! Taps on the evaluation of a pixel.
//!
//! [`pixel`](super::pixel()) hands every intermediate that it has computed to a [`Probe`]. With [`NoProbe`],
//! which backends use, the taps compile to nothing; a recording probe sees the very values that make the
//! image.

use nalgebra::Vector3;

use super::geometry::Position;
use super::lattice::{Indices, LatticeFactor, RealLattice};
use crate::real::Real;

/// Which term of a pixel's sum a value belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TermIndex {
    /// Sensor layer.
    pub layer: usize,
    /// Sub-pixel along the slow axis.
    pub sub_slow: usize,
    /// Sub-pixel along the fast axis.
    pub sub_fast: usize,
    /// Source.
    pub source: usize,
    /// Phi step.
    pub phi: usize,
    /// Mosaic domain.
    pub domain: usize,
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
    /// The accumulated sum after this term.
    pub sum: T,
}

/// The end of a pixel.
#[derive(Clone, Copy, Debug)]
pub struct Finished<T: Real> {
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

/// What wants to see the intermediates of a pixel. Every method does nothing unless it is implemented.
pub trait Probe<T: Real> {
    /// Whether terms that cannot contribute are evaluated all the same, to be seen.
    const RECORDS: bool = true;

    /// A sub-pixel of a layer begins.
    #[inline(always)]
    fn subpixel(&mut self, _at: TermIndex, _subpixel: &Subpixel<'_, T>) {}

    /// A source survived the resolution limit.
    #[inline(always)]
    fn scattering(&mut self, _at: TermIndex, _scattering: &Scattering<'_, T>) {}

    /// A neighborhood that was to be interpolated leaves the table.
    #[inline(always)]
    fn left_table(&mut self, _at: TermIndex, _indices: &Indices<T>) {}

    /// A term was added.
    #[inline(always)]
    fn term(&mut self, _at: TermIndex, _term: &Term<'_, T>) {}

    /// The pixel is finished.
    #[inline(always)]
    fn finished(&mut self, _finished: &Finished<T>) {}
}

/// The probe that backends use: no tap leaves a trace in the compiled code.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProbe;

impl<T: Real> Probe<T> for NoProbe {
    const RECORDS: bool = false;
}
