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
    /// Makes counts whole. Where this is the `last` that happens to them they become integers that are not negative: of
    /// those the conversion cuts off the fraction, and a function call is saved.
    #[inline(always)]
    pub(super) fn round(self, counts: &mut [f64], last: bool) {
        match self {
            Rounding::Nearest => {
                for count in counts {
                    *count = count.round();
                }
            }
            Rounding::Down if last => {}
            Rounding::Down => {
                for count in counts {
                    *count = count.floor();
                }
            }
            Rounding::HalfUpSingle => {
                for count in counts.iter_mut() {
                    *count = f64::from((count.max(0.0) + 0.5) as f32);
                }
                if !last {
                    for count in counts {
                        *count = count.floor();
                    }
                }
            }
        }
    }
}
