//! Pixels that were not measured.

/// The count of a pixel that was not rendered, as area detectors mark their gaps.
pub const UNMEASURED: i32 = -1;
