//! What can go wrong on a graphics processor, and what to do about it.

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
    /// The device has too little memory.
    #[error("the graphics device is out of memory: render a smaller region, or on the cpu")]
    OutOfMemory,
    /// The experiment needs more than the adapter offers.
    #[error(
        "{what} of this experiment need {needed} {unit}, {limit} are the limit of {adapter}: render on the cpu"
    )]
    LimitExceeded {
        /// What needs it.
        what: &'static str,
        /// How much it needs.
        needed: u64,
        /// How much there is.
        limit: u64,
        /// Unit of both.
        unit: &'static str,
        /// Name of the adapter.
        adapter: String,
    },
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
    /// The result depends on the order of the terms.
    #[error("{what} depends on the order of evaluation, which a graphics processor does not have: {hint}")]
    OrderDependent {
        /// The quirk or flag.
        what: &'static str,
        /// What to do.
        hint: &'static str,
    },
    /// Single precision is not enough.
    #[error(
        "single precision is not enough for this experiment: {reason}; render in double precision (f64), or on the cpu"
    )]
    Precision {
        /// The bound that does not hold.
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
            error => nanobragg::Error::backend(error),
        }
    }
}
