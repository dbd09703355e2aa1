//! What can be wrong with an experiment.

use crate::model::IndexBox;

/// Why a table of structure factors cannot be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The dense grid over the box does not fit.
    #[error(
        "a grid over h {} k {} l {} needs {} MB, the limit is {} MB; look for stray indices",
        span(bounds, 0), span(bounds, 1), span(bounds, 2), bytes.div_ceil(1_000_000), limit / 1_000_000
    )]
    TooLarge {
        /// The box of the indices.
        bounds: IndexBox,
        /// What the grid would take.
        bytes: u128,
        /// What it may take.
        limit: u64,
    },
    /// A reflection lies outside the box that was announced.
    #[error("reflection {} {} {} lies outside the announced box", hkl[0], hkl[1], hkl[2])]
    Outside {
        /// Its indices.
        hkl: [i32; 3],
        /// The box.
        bounds: IndexBox,
    },
}

fn span(bounds: &IndexBox, axis: usize) -> String {
    format!("{}..{}", bounds.min[axis], bounds.max[axis])
}

/// Why an experiment cannot be planned.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A quantity is outside the range that makes sense.
    #[error("{quantity} is {value}; it has to be {expected}")]
    OutOfRange {
        /// Name and unit.
        quantity: &'static str,
        /// The value.
        value: f64,
        /// What it has to be.
        expected: &'static str,
    },
    /// Neither a cell nor a matrix was given.
    #[error("the crystal has neither a unit cell nor an orientation matrix")]
    NoLattice,
    /// The cell or the matrix spans no volume.
    #[error("{0} spans no volume")]
    NoVolume(String),
    /// The mask has another size than the detector.
    #[error("the mask has {mask_fast} x {mask_slow} pixels, the detector {fast} x {slow}")]
    MaskSize {
        /// Mask, fast axis.
        mask_fast: usize,
        /// Mask, slow axis.
        mask_slow: usize,
        /// Detector, fast axis.
        fast: usize,
        /// Detector, slow axis.
        slow: usize,
    },
    /// A vector has no direction.
    #[error("the {0} has no direction")]
    NoDirection(&'static str),
    /// The list of sources is empty, or the ellipse of a round divergence has cut off every direction.
    #[error(
        "no source is left: the list is empty, or the round divergence grid has no direction inside its ellipse"
    )]
    NoSources,
    /// More samples than can be held.
    #[error("{count} {what} are more than the limit of {limit}")]
    TooMany {
        /// What is counted.
        what: &'static str,
        /// How many.
        count: f64,
        /// How many there may be.
        limit: f64,
    },
}

/// Why a render did not end with an image.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The caller's flag was raised.
    #[error("the render was canceled")]
    Canceled,
    /// Worker threads could not be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads {
        /// How many.
        threads: usize,
        /// What the thread pool said.
        source: rayon::ThreadPoolBuildError,
    },
    /// The backend cannot evaluate this plan.
    #[error("the {backend} backend cannot render this experiment: {reason}")]
    Unsupported {
        /// Name of the backend.
        backend: &'static str,
        /// What it lacks, and what to do.
        reason: String,
    },
    /// A backend of another crate failed.
    #[error("{source}")]
    Backend {
        /// Name of the backend.
        backend: &'static str,
        /// What the backend says.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}
