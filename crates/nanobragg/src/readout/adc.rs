//! How counts become whole.

/// How counts become whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// To the nearest, halves away from zero.
    Nearest,
    /// To the one below.
    Down,
    /// To the nearest in single precision, halves up and nothing below zero: the C program's rounding.
    HalfUpSingle,
}

impl Rounding {
    /// The whole count.
    pub(super) fn whole(self, count: f64) -> f64 {
        match self {
            Rounding::Nearest => count.round(),
            Rounding::Down => count.floor(),
            Rounding::HalfUpSingle => f64::from(((count.max(0.0) + 0.5) as f32).floor()),
        }
    }
}
