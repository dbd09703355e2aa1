//! The library's error: one opaque type, with a kind to go by.

mod plan;
mod readout;
mod render;
mod symmetry;
mod table;
mod unsupported;

use std::fmt;
use std::sync::Arc;

pub(crate) use plan::PlanCause;
pub(crate) use readout::ReadoutCause;
pub(crate) use render::RenderCause;
pub(crate) use symmetry::SymmetryCause;
pub(crate) use table::TableCause;
pub use unsupported::{Remedy, Unsupported};

/// Why the library did not do what it was asked. Its text is one line; [`Error::kind`] is for programs.
///
/// ```
/// use nanobragg::ErrorKind;
/// use nanobragg::model::UnitCell;
///
/// let error = UnitCell::new(70.0, 80.0, 90.0, 10.0, 10.0, 170.0).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::NoVolume);
/// assert_eq!(error.kind().code(), "plan.no-volume");
/// assert_eq!(error.to_string(), "the unit cell with angles 10 10 170 spans no volume");
/// ```
#[derive(Clone)]
pub struct Error {
    cause: Arc<Cause>,
}

/// What is wrong, by topic.
#[derive(Debug, thiserror::Error)]
enum Cause {
    #[error(transparent)]
    Table(TableCause),
    #[error(transparent)]
    Symmetry(SymmetryCause),
    #[error(transparent)]
    Plan(PlanCause),
    #[error(transparent)]
    Render(RenderCause),
    #[error(transparent)]
    Readout(ReadoutCause),
}

macro_rules! kinds {
    ($($(#[doc = $doc:expr])+ $kind:ident = $code:literal,)+) => {
        /// What kind of thing went wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind { $($(#[doc = $doc])+ $kind,)+ }

        impl ErrorKind {
            /// A stable word for programs of any language to go by.
            pub const fn code(self) -> &'static str {
                match self { $(ErrorKind::$kind => $code,)+ }
            }
        }
    };
}

kinds! {
    /// A table of structure factors does not fit into memory.
    TableTooLarge = "table.too-large",
    /// A reflection lies outside the box that was announced.
    ReflectionOutside = "table.outside",
    /// A text is no symmetry operator.
    NotAnOperator = "symmetry.not-an-operator",
    /// Symmetry operators make no crystallographic group.
    NoGroup = "symmetry.no-group",
    /// More symmetry operators than any space group has.
    TooManyOperators = "symmetry.too-many",
    /// A quantity is outside the range that makes sense.
    OutOfRange = "plan.out-of-range",
    /// A cell or a matrix spans no volume.
    NoVolume = "plan.no-volume",
    /// A mask has another size than the detector.
    MaskSize = "plan.mask-size",
    /// A vector has no direction.
    NoDirection = "plan.no-direction",
    /// No source is left.
    NoSources = "plan.no-sources",
    /// More samples than can be held.
    TooMany = "plan.too-many",
    /// Stages of a readout do not follow one another.
    StageOrder = "readout.order",
    /// The caller stopped the render.
    Canceled = "render.canceled",
    /// An image does not fit into memory.
    Memory = "render.memory",
    /// Worker threads could not be started.
    Threads = "render.threads",
    /// The backend cannot render this plan.
    Unsupported = "render.unsupported",
    /// The backend failed; [`std::error::Error::source`] is its own error.
    Backend = "render.backend",
}

impl Error {
    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        match &*self.cause {
            Cause::Table(cause) => cause.kind(),
            Cause::Symmetry(cause) => cause.kind(),
            Cause::Plan(cause) => cause.kind(),
            Cause::Render(cause) => cause.kind(),
            Cause::Readout(_) => ErrorKind::StageOrder,
        }
    }

    /// The error of a render that the caller stopped.
    pub fn canceled() -> Self {
        RenderCause::Canceled.into()
    }

    /// The error of a backend that cannot render a plan.
    pub fn refused(backend: &'static str, reason: Unsupported) -> Self {
        RenderCause::Unsupported { backend, reason }.into()
    }

    /// What a backend lacks, where it cannot render a plan.
    pub fn unsupported(&self) -> Option<&Unsupported> {
        match &*self.cause {
            Cause::Render(RenderCause::Unsupported { reason, .. }) => Some(reason),
            _ => None,
        }
    }

    /// The error of a backend of another crate that failed.
    pub fn backend(source: impl std::error::Error + Send + Sync + 'static) -> Self {
        RenderCause::Backend { source: Box::new(source) }.into()
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.cause {
            Cause::Render(cause) => std::error::Error::source(cause),
            Cause::Table(_) | Cause::Symmetry(_) | Cause::Plan(_) | Cause::Readout(_) => None,
        }
    }
}

impl From<TableCause> for Error {
    fn from(cause: TableCause) -> Self {
        Error { cause: Arc::new(Cause::Table(cause)) }
    }
}

impl From<SymmetryCause> for Error {
    fn from(cause: SymmetryCause) -> Self {
        Error { cause: Arc::new(Cause::Symmetry(cause)) }
    }
}

impl From<PlanCause> for Error {
    fn from(cause: PlanCause) -> Self {
        Error { cause: Arc::new(Cause::Plan(cause)) }
    }
}

impl From<ReadoutCause> for Error {
    fn from(cause: ReadoutCause) -> Self {
        Error { cause: Arc::new(Cause::Readout(cause)) }
    }
}

impl From<RenderCause> for Error {
    fn from(cause: RenderCause) -> Self {
        Error { cause: Arc::new(Cause::Render(cause)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backends_error_is_kept_as_the_source() {
        let error = Error::backend(std::io::Error::other("lost"));
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Backend, "lost"));
        let source = std::error::Error::source(&error).unwrap();
        assert!(source.is::<std::io::Error>());
        assert!(std::error::Error::source(&Error::canceled()).is_none());
    }
}
