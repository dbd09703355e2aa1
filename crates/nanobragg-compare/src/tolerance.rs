//! How far pixels may differ.

use serde::Serialize;

/// Largest |a - b| that counts as equal: `relative * |b| + of_max * max |b|`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Tolerance {
    /// Relative to the pixel.
    pub relative: f64,
    /// Relative to the brightest pixel.
    pub of_max: f64,
}

impl Tolerance {
    /// For images of one experiment by two programs that store single precision: 6e-8 of rounding, and room for
    /// sums that are formed in another order; of the brightest pixel, where lattice factors pass through zero.
    pub const PROGRAMS: Tolerance = Tolerance { relative: 1e-6, of_max: 1e-7 };

    /// The largest difference from a pixel of value `b` in an image whose brightest is `max`.
    pub fn limit(&self, b: f64, max: f64) -> f64 {
        self.relative * b.abs() + self.of_max * max
    }
}
