//! Precisions.

/// Precision of the lattice factor, or on a graphics processor of all sums.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Double: every pixel agrees with the definition to 1e-11 of itself or 1e-46 photons, on a graphics processor to 1e-10.
    #[default]
    Double,
    /// Single. On the CPU from the phase of a fringe on, with indices and sums in double: a pixel agrees to some 1e-6
    /// of itself and 1e-4 of the image's brightest. On a graphics processor throughout: a pixel agrees to 1e-4 of the
    /// image's brightest, and with up to a thousand cells in a row to some 1e-6 of itself.
    Single,
}

impl Precision {
    /// Both.
    pub const ALL: [Precision; 2] = [Precision::Double, Precision::Single];

    /// Name as users write it.
    pub const fn name(self) -> &'static str {
        match self {
            Precision::Double => "f64",
            Precision::Single => "f32",
        }
    }
}
