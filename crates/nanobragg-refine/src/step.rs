//! The course of a refinement.

/// A trial of a refinement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// Factor on the number of cells while spots are widened; 1 at the end.
    pub narrowing: f64,
    /// The target there.
    pub value: f64,
    /// χ² per pixel there.
    pub chi2: f64,
    /// Damping that led there.
    pub damping: f64,
    /// Whether it was better.
    pub accepted: bool,
}
