//! What a saturation leaves out.

use std::fmt;

/// Pixels that are left out because of a saturation.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Saturated {
    /// How many.
    pub pixels: usize,
    /// From how many counts on.
    pub limit: f64,
}

impl fmt::Display for Saturated {
    /// What is left out beside the rest, in brackets; nothing where nothing is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Saturated { pixels, limit } = self;
        match pixels {
            0 => Ok(()),
            1 => write!(f, " (1 pixel is left out as saturated, with {limit} counts or more)"),
            _ => write!(f, " ({pixels} pixels are left out as saturated, with {limit} counts or more)"),
        }
    }
}
