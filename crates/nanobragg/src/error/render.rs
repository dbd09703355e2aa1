//! Why a render did not end with an image.

use super::ErrorKind;
use super::unsupported::Unsupported;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderCause {
    /// The caller's flag was raised.
    #[error("the render was canceled")]
    Canceled,
    /// Worker threads could not be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads { threads: usize, source: rayon::ThreadPoolBuildError },
    /// A thread for a render that goes on could not be started.
    #[error("cannot start a thread: {source}")]
    Thread { source: std::io::Error },
    /// There is no memory for the image.
    #[error("not enough memory for an image of {fast} x {slow} pixels, {bytes} bytes")]
    Memory { fast: usize, slow: usize, bytes: u128 },
    /// A cotangent is no image of the plan.
    #[error("the cotangent has {found} numbers, the image {pixels} pixels")]
    Cotangent { found: usize, pixels: usize },
    /// A buffer is no image of the plan.
    #[error("the buffer holds {found} pixels, the image {wanted}")]
    Buffer { found: usize, wanted: usize },
    /// The backend cannot evaluate this plan.
    #[error("the {backend} backend cannot render this experiment: {reason}; {}", reason.remedy())]
    Unsupported { backend: &'static str, reason: Unsupported },
    /// What vectors of pixels cannot do.
    #[error("cannot differentiate this experiment: {0}")]
    Order(&'static str),
    /// A backend of another crate failed.
    #[error("{source}")]
    Backend { source: Box<dyn std::error::Error + Send + Sync> },
}

impl RenderCause {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            RenderCause::Canceled => ErrorKind::Canceled,
            RenderCause::Threads { .. } | RenderCause::Thread { .. } => ErrorKind::Threads,
            RenderCause::Memory { .. } => ErrorKind::Memory,
            RenderCause::Cotangent { .. } | RenderCause::Buffer { .. } => ErrorKind::OutOfRange,
            RenderCause::Order(_) => ErrorKind::Unsupported,
            RenderCause::Unsupported { .. } => ErrorKind::Unsupported,
            RenderCause::Backend { .. } => ErrorKind::Backend,
        }
    }
}
