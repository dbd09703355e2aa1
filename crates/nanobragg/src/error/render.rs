//! Why a render did not end with an image.

use super::ErrorKind;

#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderCause {
    /// The caller's flag was raised.
    #[error("the render was canceled")]
    Canceled,
    /// Worker threads could not be started.
    #[error("cannot start {threads} threads: {source}")]
    Threads { threads: usize, source: rayon::ThreadPoolBuildError },
    /// The backend cannot evaluate this plan.
    #[error("the {backend} backend cannot render this experiment: {reason}")]
    Unsupported { backend: &'static str, reason: String },
    /// A backend of another crate failed.
    #[error("{source}")]
    Backend { source: Box<dyn std::error::Error + Send + Sync> },
}

impl RenderCause {
    pub(super) fn kind(&self) -> ErrorKind {
        match self {
            RenderCause::Canceled => ErrorKind::Canceled,
            RenderCause::Threads { .. } => ErrorKind::Threads,
            RenderCause::Unsupported { .. } => ErrorKind::Unsupported,
            RenderCause::Backend { .. } => ErrorKind::Backend,
        }
    }
}
