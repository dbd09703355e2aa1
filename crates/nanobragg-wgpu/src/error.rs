//! What can go wrong on a graphics processor, and what to do about it.

use nanobragg::backend::Unsupported;

/// Why a graphics processor did not render.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GpuError {
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
    Unsupported(#[from] Unsupported),
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
    #[error(
        "{adapter} does not compute what the definition says ({reason}): it is not used; render on the cpu"
    )]
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

impl From<GpuError> for nanobragg::Error {
    fn from(error: GpuError) -> Self {
        match error {
            GpuError::Canceled => nanobragg::Error::canceled(),
            GpuError::Unsupported(reason) => nanobragg::Error::refused(crate::NAME, reason),
            error => nanobragg::Error::backend(error),
        }
    }
}

/// The error of what has no room on the device.
pub(crate) fn too_large(what: &'static str, needed: u64, limit: u64, unit: &'static str) -> GpuError {
    Unsupported::TooLarge { what, needed, limit, unit }.into()
}
