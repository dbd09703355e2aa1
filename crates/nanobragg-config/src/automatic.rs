//! The most that "auto" chooses.

/// Mosaic domains.
pub(crate) const MOST_DOMAINS: usize = 1000;

/// Steps of a rotation.
pub(crate) const MOST_PHI_STEPS: usize = 1000;
