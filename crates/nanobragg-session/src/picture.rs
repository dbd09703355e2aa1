//! How a picture is made.

use nanobragg_io::preview::{Colors, Tone};

/// How the picture is made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picture {
    /// From photons to brightness.
    pub tone: Tone,
    /// From brightness to colors.
    pub colors: Colors,
    /// Resolution rings.
    pub rings: Rings,
    /// Whether the spot of the direct beam is marked.
    pub beam: bool,
}

/// Resolution rings.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Rings {
    /// No rings.
    #[default]
    None,
    /// At round spacings.
    Auto,
    /// At these spacings, Å.
    At(Vec<f64>),
}
