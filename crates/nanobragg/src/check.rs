//! Checks of quantities, each with a message that names it.

use crate::error::{Error, PlanCause};

/// Most samples of one kind, so that a slip of the keyboard ends in a message and not in swap.
pub(crate) const MOST_SAMPLES: f64 = 1e7;
/// Most pixels of an image.
pub(crate) const MOST_PIXELS: f64 = (1u64 << 30) as f64;

pub(crate) fn limited(what: &'static str, count: f64, limit: f64) -> Result<(), Error> {
    if count <= limit { Ok(()) } else { Err(PlanCause::TooMany { what, count, limit }.into()) }
}

pub(crate) fn ranged(
    quantity: &'static str,
    value: f64,
    expected: &'static str,
    good: bool,
) -> Result<(), Error> {
    if good && value.is_finite() {
        return Ok(());
    }
    Err(PlanCause::OutOfRange { quantity, value, expected }.into())
}

pub(crate) fn positive(quantity: &'static str, value: f64) -> Result<(), Error> {
    ranged(quantity, value, "positive", value > 0.0)
}
