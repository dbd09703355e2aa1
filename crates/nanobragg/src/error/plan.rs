//! Why an experiment cannot be planned.

use super::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanCause {
    /// A quantity, with its unit, is outside the range that makes sense.
    #[error("{quantity} is {value}; it has to be {expected}")]
    OutOfRange { quantity: &'static str, value: f64, expected: &'static str },
    /// The cell or the matrix spans no volume.
    #[error("{0} spans no volume")]
    NoVolume(String),
    /// The mask has another size than the detector; fast axis first.
    #[error("the mask has {} x {} pixels, the detector {} x {}", mask[0], mask[1], detector[0], detector[1])]
    MaskSize { mask: [usize; 2], detector: [usize; 2] },
    /// A vector has no direction.
    #[error("the {0} has no direction")]
    NoDirection(&'static str),
    /// The list of sources is empty, or the ellipse of a round divergence has cut off every direction.
    #[error(
        "no source is left: the list is empty, or no direction of the divergence lies inside its ellipse"
    )]
    NoSources,
    /// More samples than can be held.
    #[error("{count} {what} are more than the limit of {limit}")]
    TooMany { what: &'static str, count: f64, limit: f64 },
}

impl PlanCause {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            PlanCause::OutOfRange { .. } => ErrorKind::OutOfRange,
            PlanCause::NoVolume(_) => ErrorKind::NoVolume,
            PlanCause::MaskSize { .. } => ErrorKind::MaskSize,
            PlanCause::NoDirection(_) => ErrorKind::NoDirection,
            PlanCause::NoSources => ErrorKind::NoSources,
            PlanCause::TooMany { .. } => ErrorKind::TooMany,
        }
    }
}
