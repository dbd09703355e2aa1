//! What a backend cannot do, and what helps.

use crate::precision::Precision;

/// Why a backend does not render a plan as it is wanted. The text says what is in the way, [`Unsupported::remedy`] what
/// helps, [`Unsupported::code`] is for programs.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// A quirk multiplies running sums, so that the result depends on the order of terms.
    #[error("the quirk running_sum_factors depends on the order of terms")]
    RunningSumFactors,
    /// The pixel's result depends on the pixels before it in scan order.
    #[error("pixel {slow} {fast} (slow, fast) depends on those before it")]
    OrderDependentPixel {
        /// Slow coordinate.
        slow: usize,
        /// Fast coordinate.
        fast: usize,
    },
    /// The backend has not the precision that is wanted.
    #[error("no {}", .0.name())]
    NoPrecision(Precision),
    /// The backend does not make what is wanted besides the spots.
    #[error("no {0}")]
    NoProduct(&'static str),
    /// The backend has no derivatives by this, or of this.
    #[error("no derivatives {0}")]
    NoDerivatives(&'static str),
    /// Single precision would leave larger errors than it may.
    #[error("spots too sharp for f32 (error {error:.1e}, limit {limit:.0e} of the brightest pixel)")]
    PrecisionBound {
        /// Error of a pixel, relative to the brightest.
        error: f64,
        /// What it may be.
        limit: f64,
    },
    /// A quantity is beyond what single precision can hold.
    #[error("{reason} for f32")]
    PrecisionRange {
        /// Which, and what it may be.
        reason: String,
    },
    /// Something has no room.
    #[error("{what} need {needed} {unit}, the limit is {limit}")]
    TooLarge {
        /// What needs it.
        what: &'static str,
        /// How much it needs.
        needed: u64,
        /// How much there is.
        limit: u64,
        /// Unit of both.
        unit: &'static str,
    },
    /// The device ran out of memory.
    #[error("out of memory")]
    OutOfMemory,
    /// There is no backend to ask.
    #[error("no backend")]
    NoBackend,
}

/// What helps where a backend does not render a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remedy {
    /// Another backend, such as the CPU.
    OtherBackend,
    /// Derivatives on another backend, such as the CPU.
    DerivativesElsewhere,
    /// The plan without the quirk that asks for an order, or another backend.
    OtherPreset,
    /// The other precision, or another backend.
    OtherPrecision(Precision),
    /// Fewer pixels at once, or another backend.
    FewerPixels,
}

impl Unsupported {
    /// A stable word for programs of any language to go by.
    pub const fn code(&self) -> &'static str {
        match self {
            Unsupported::RunningSumFactors => "unsupported.running-sum-factors",
            Unsupported::OrderDependentPixel { .. } => "unsupported.order-dependent-pixel",
            Unsupported::NoPrecision(Precision::Double) => "unsupported.no-f64",
            Unsupported::NoPrecision(Precision::Single) => "unsupported.no-f32",
            Unsupported::NoProduct(_) => "unsupported.no-product",
            Unsupported::NoDerivatives(_) => "unsupported.no-derivatives",
            Unsupported::PrecisionBound { .. } => "unsupported.precision-bound",
            Unsupported::PrecisionRange { .. } => "unsupported.precision-range",
            Unsupported::TooLarge { .. } => "unsupported.too-large",
            Unsupported::OutOfMemory => "unsupported.out-of-memory",
            Unsupported::NoBackend => "unsupported.no-backend",
        }
    }

    /// What helps.
    pub const fn remedy(&self) -> Remedy {
        match self {
            Unsupported::RunningSumFactors => Remedy::OtherPreset,
            Unsupported::NoPrecision(Precision::Double) => Remedy::OtherPrecision(Precision::Single),
            Unsupported::NoPrecision(Precision::Single)
            | Unsupported::PrecisionBound { .. }
            | Unsupported::PrecisionRange { .. } => Remedy::OtherPrecision(Precision::Double),
            Unsupported::NoDerivatives(_) => Remedy::DerivativesElsewhere,
            Unsupported::OutOfMemory => Remedy::FewerPixels,
            Unsupported::OrderDependentPixel { .. }
            | Unsupported::NoProduct(_)
            | Unsupported::TooLarge { .. }
            | Unsupported::NoBackend => Remedy::OtherBackend,
        }
    }
}

impl std::fmt::Display for Remedy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Remedy::OtherBackend => f.write_str("render on the cpu"),
            Remedy::DerivativesElsewhere => f.write_str("take them on the cpu"),
            Remedy::OtherPreset => f.write_str("render without it, or on the cpu"),
            Remedy::OtherPrecision(precision) => write!(f, "render in {}, or on the cpu", precision.name()),
            Remedy::FewerPixels => f.write_str("render a smaller region, or on the cpu"),
        }
    }
}
