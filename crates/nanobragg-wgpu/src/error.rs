//! What can go wrong on a graphics processor, and what to do about it.

use nanobragg::backend::Unsupported;

/// Why a graphics processor did not render. The text is one line.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct Error(Box<Cause>);

/// The kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no adapter at all, or none of the kind that was asked for.
    NoAdapter,
    /// No adapter has the name or number that was asked for.
    NoSuchAdapter,
    /// The adapter cannot compute in double precision.
    NoDoublePrecision,
    /// The device could not be opened.
    Open,
    /// The device is gone: reset by its driver, unplugged, or destroyed.
    DeviceLost,
    /// The device cannot render what is wanted: [`Error::unsupported`] says why.
    Unsupported,
    /// A shader is not accepted by the driver.
    Shader,
    /// A call was not accepted: a defect of this program.
    Refused,
    /// The device computes something else than the definition.
    SelfTest,
    /// The caller's flag was raised.
    Canceled,
}

impl ErrorKind {
    /// A name that stays.
    pub const fn code(self) -> &'static str {
        match self {
            ErrorKind::NoAdapter => "gpu.no-adapter",
            ErrorKind::NoSuchAdapter => "gpu.no-such-adapter",
            ErrorKind::NoDoublePrecision => "gpu.no-double-precision",
            ErrorKind::Open => "gpu.open",
            ErrorKind::DeviceLost => "gpu.device-lost",
            ErrorKind::Unsupported => "gpu.unsupported",
            ErrorKind::Shader => "gpu.shader",
            ErrorKind::Refused => "gpu.refused",
            ErrorKind::SelfTest => "gpu.self-test",
            ErrorKind::Canceled => "gpu.canceled",
        }
    }

    /// Whether what is wanted is not there: a graphics processor, or its double precision. Whatever else is wrong is
    /// a failure.
    pub const fn is_absence(self) -> bool {
        matches!(self, ErrorKind::NoAdapter | ErrorKind::NoDoublePrecision)
    }
}

impl Error {
    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match *self.0 {
            Cause::NoAdapter { .. } => ErrorKind::NoAdapter,
            Cause::NoSuchAdapter { .. } => ErrorKind::NoSuchAdapter,
            Cause::NoDoublePrecision { .. } => ErrorKind::NoDoublePrecision,
            Cause::Open { .. } => ErrorKind::Open,
            Cause::DeviceLost { .. } => ErrorKind::DeviceLost,
            Cause::Unsupported(_) => ErrorKind::Unsupported,
            Cause::Shader { .. } => ErrorKind::Shader,
            Cause::Refused { .. } => ErrorKind::Refused,
            Cause::SelfTest { .. } => ErrorKind::SelfTest,
            Cause::Canceled => ErrorKind::Canceled,
        }
    }

    /// What the device cannot do, where it cannot.
    pub fn unsupported(&self) -> Option<&Unsupported> {
        match &*self.0 {
            Cause::Unsupported(reason) => Some(reason),
            _ => None,
        }
    }

    /// The error of a machine without graphics processors.
    pub fn no_adapter() -> Error {
        Cause::NoAdapter { software: false }.into()
    }
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        Error(Box::new(cause))
    }
}

impl From<Unsupported> for Error {
    fn from(reason: Unsupported) -> Self {
        Cause::Unsupported(reason).into()
    }
}

/// What lies behind an [`Error`].
#[derive(Debug, thiserror::Error)]
pub(crate) enum Cause {
    /// There is no adapter at all, or none of the kind that was asked for.
    #[error("no graphics adapter{}; render on the cpu, or install a driver (Vulkan, Metal or DirectX 12)", if *software { " but software ones" } else { "" })]
    NoAdapter {
        /// Whether there are software adapters, which were not asked for.
        software: bool,
    },
    /// No adapter has the name or number that was asked for.
    #[error("no graphics adapter '{asked}'; there are: {}", present.join(", "))]
    NoSuchAdapter {
        /// What was asked for.
        asked: String,
        /// Those there are, as `number name (interface)`.
        present: Vec<String>,
    },
    /// The adapter cannot compute in double precision.
    #[error("{adapter} has no double precision: render in single precision (f32), or on the cpu")]
    NoDoublePrecision {
        /// Name of the adapter.
        adapter: String,
    },
    /// The device could not be opened.
    #[error("{adapter} cannot be opened: {reason}")]
    Open {
        /// Name of the adapter.
        adapter: String,
        /// What the driver says.
        reason: String,
    },
    /// The device is gone: reset by its driver, unplugged, or destroyed.
    #[error("the graphics device was lost ({reason}): open it again, or render on the cpu")]
    DeviceLost {
        /// What the driver says.
        reason: String,
    },
    /// The device cannot render what is wanted.
    #[error("{0}; {remedy}", remedy = .0.remedy())]
    Unsupported(Unsupported),
    /// A shader is not accepted by the driver.
    #[error("the driver of {adapter} refuses a shader: {reason}")]
    Shader {
        /// Name of the adapter.
        adapter: String,
        /// What it says.
        reason: String,
    },
    /// A call was not accepted: a defect of this program.
    #[error("the graphics interface refuses a call: {reason}")]
    Refused {
        /// What it says.
        reason: String,
    },
    /// The device computes something else than the definition.
    #[error("{adapter} failed its self-test ({reason}); render on the cpu")]
    SelfTest {
        /// Name of the adapter.
        adapter: String,
        /// How far it is off.
        reason: String,
    },
    /// The caller's flag was raised.
    #[error("the render was canceled")]
    Canceled,
}

impl From<Error> for nanobragg::Error {
    fn from(error: Error) -> Self {
        match *error.0 {
            Cause::Canceled => nanobragg::Error::canceled(),
            Cause::Unsupported(reason) => nanobragg::Error::refused(crate::NAME, reason),
            cause => nanobragg::Error::backend(Error::from(cause)),
        }
    }
}

/// The error of what has no room on the device.
pub(crate) fn too_large(what: &'static str, needed: u64, limit: u64, unit: &'static str) -> Error {
    Unsupported::TooLarge { what, needed, limit, unit }.into()
}
