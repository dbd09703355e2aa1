//! The experiment: everything that a simulation depends on.

use std::sync::Arc;

use super::{Beam, Crystal, Detector, Quirks, Rotation, StructureFactors, UnitCell};

/// Everything that a simulation depends on, in SI units. Its `plan` validates it and chooses every sample.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Incident beam.
    pub beam: Beam,
    /// Detector.
    pub detector: Detector,
    /// Crystal.
    pub crystal: Crystal,
    /// Structure factors.
    pub structure_factors: StructureFactors,
    /// Rotation about the spindle.
    pub rotation: Rotation,
    /// How pixels are evaluated.
    pub rendering: Rendering,
    /// Seeds of the random streams.
    pub seeds: Seeds,
    /// Which of the reference program's defects to reproduce.
    pub quirks: Quirks,
}

impl Experiment {
    /// A crystal with its structure factors in the default beam, 100 mm from the default detector.
    pub fn new(crystal: Crystal, structure_factors: StructureFactors) -> Self {
        Experiment {
            beam: Beam::default(),
            detector: Detector::default(),
            crystal,
            structure_factors,
            rotation: Rotation::default(),
            rendering: Rendering::default(),
            seeds: Seeds::default(),
            quirks: Quirks::default(),
        }
    }

    /// A crystal of `cell` whose structure factors all equal `f`.
    pub fn uniform(cell: UnitCell, f: f64) -> Self {
        Experiment::new(Crystal::from_cell(cell), StructureFactors::uniform(f))
    }

    /// Whether structure factors of a crystal of so many `cells` are interpolated.
    pub(crate) fn interpolates(&self, cells: [f64; 3]) -> bool {
        let wanted = self.rendering.interpolate.unwrap_or(cells.iter().any(|&n| n <= 2.0));
        wanted && self.structure_factors.loaded() > 0
    }
}

/// How pixels are evaluated.
#[derive(Clone, Debug, PartialEq)]
pub struct Rendering {
    /// Sub-pixels along each edge of a pixel; chosen from crystal and pixel size when missing.
    pub oversample: Option<u32>,
    /// The most that are chosen: a length in a wrong unit asks for thousands, and their squares for days.
    pub most_chosen: u32,
    /// Absorption for every sub-pixel.
    pub oversample_thick: bool,
    /// Polarization for every sub-pixel.
    pub oversample_polar: bool,
    /// Solid angle for every sub-pixel.
    pub oversample_omega: bool,
    /// Tricubic interpolation of structure factors; on for crystals two cells wide or less when missing.
    pub interpolate: Option<bool>,
    /// Finest spacing to render in meters; 0 for no limit.
    pub dmin: f64,
    /// Part of the image to render.
    pub roi: Roi,
    /// Pixels to render.
    pub mask: Option<Mask>,
    /// Edge of the cube of water around the crystal in meters.
    pub water_size: f64,
}

impl Default for Rendering {
    fn default() -> Self {
        Rendering {
            oversample: None,
            most_chosen: 100,
            oversample_thick: false,
            oversample_polar: false,
            oversample_omega: false,
            interpolate: None,
            dmin: 0.0,
            roi: Roi::default(),
            mask: None,
            water_size: 0.0,
        }
    }
}

/// A rectangle of pixels, both ends included; `None` where the image's edge is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roi {
    /// First and last pixel along the fast axis.
    pub fast: (Option<usize>, Option<usize>),
    /// First and last pixel along the slow axis.
    pub slow: (Option<usize>, Option<usize>),
}

impl Roi {
    /// Pixels `fast.0..=fast.1` by `slow.0..=slow.1`.
    pub fn new(fast: (usize, usize), slow: (usize, usize)) -> Self {
        Roi { fast: (Some(fast.0), Some(fast.1)), slow: (Some(slow.0), Some(slow.1)) }
    }
}

/// Pixels to render: those that are not zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Slow-major, `fast * slow` long.
    pub keep: Arc<[bool]>,
}

/// Seeds of the random streams, as users write them (the generator starts from the negative).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    /// Photon noise.
    pub noise: i64,
    /// Mosaic domains.
    pub mosaic: i64,
    /// Random orientation.
    pub misset: i64,
}

impl Default for Seeds {
    fn default() -> Self {
        Seeds { noise: 1, mosaic: 12345678, misset: 1 }
    }
}
