//! The place of a term in the sum.

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
