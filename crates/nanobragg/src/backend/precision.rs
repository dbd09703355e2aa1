//! Precisions.

/// Precision of the lattice factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Double: every pixel agrees with the definition to 1e-11 of itself.
    #[default]
    Double,
    /// Single from the phase of a fringe on, indices and sums in double: a pixel agrees to some 1e-6 of itself
    /// and 1e-4 of the image's brightest.
    Single,
}
