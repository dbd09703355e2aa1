//! The experiment: everything that a simulation depends on.

use std::num::NonZeroU32;
use std::sync::Arc;

use super::{Beam, Crystal, Detector, Quirks, Rotation, StructureFactors, UnitCell};

/// Everything that a simulation depends on, in SI units but for the unit cell. Its [`plan`](Self::plan) validates it and
/// chooses every sample.
///
/// ```
/// use nanobragg::model::{Beam, Experiment, Preset, Rotation, UnitCell};
///
/// let cell = UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?;
/// let experiment = Experiment::uniform(cell, 100.0)
///     .with_beam(Beam::new(1.2e-10)?)
///     .with_rotation(Rotation::over(0.0, 0.01, 5)?)
///     .with_quirks(Preset::Spec);
/// assert_ne!(experiment, Experiment::uniform(cell, 100.0));
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
#[non_exhaustive]
pub struct Experiment {
    /// Incident beam.
    #[cfg_attr(feature = "serde", serde(default))]
    pub beam: Beam,
    /// Detector.
    #[cfg_attr(feature = "serde", serde(default))]
    pub detector: Detector,
    /// Crystal.
    pub crystal: Crystal,
    /// Structure factors.
    pub structure_factors: StructureFactors,
    /// Rotation about the spindle.
    #[cfg_attr(feature = "serde", serde(default))]
    pub rotation: Rotation,
    /// How pixels are evaluated.
    #[cfg_attr(feature = "serde", serde(default))]
    pub rendering: Rendering,
    /// Seeds of the random streams.
    #[cfg_attr(feature = "serde", serde(default))]
    pub seeds: Seeds,
    /// Which of the reference program's defects to reproduce.
    #[cfg_attr(feature = "serde", serde(default))]
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

    /// The same experiment in another beam.
    #[must_use]
    pub fn with_beam(self, beam: Beam) -> Self {
        Experiment { beam, ..self }
    }

    /// The same experiment on another detector.
    #[must_use]
    pub fn with_detector(self, detector: Detector) -> Self {
        Experiment { detector, ..self }
    }

    /// The same experiment of another crystal.
    #[must_use]
    pub fn with_crystal(self, crystal: Crystal) -> Self {
        Experiment { crystal, ..self }
    }

    /// The same experiment during another rotation.
    #[must_use]
    pub fn with_rotation(self, rotation: Rotation) -> Self {
        Experiment { rotation, ..self }
    }

    /// The same experiment, evaluated in another way.
    #[must_use]
    pub fn with_rendering(self, rendering: Rendering) -> Self {
        Experiment { rendering, ..self }
    }

    /// The same experiment with other random numbers.
    #[must_use]
    pub fn with_seeds(self, seeds: Seeds) -> Self {
        Experiment { seeds, ..self }
    }

    /// The same experiment with other quirks: those of a preset or of a set.
    #[must_use]
    pub fn with_quirks(self, quirks: impl Into<Quirks>) -> Self {
        Experiment { quirks: quirks.into(), ..self }
    }

    /// Whether structure factors of a crystal of so many `cells` are interpolated.
    pub(crate) fn interpolates(&self, cells: [f64; 3]) -> bool {
        let wanted = self.rendering.interpolate.unwrap_or(cells.iter().any(|&n| n <= 2.0));
        wanted && self.structure_factors.loaded() > 0
    }
}

/// How pixels are evaluated.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
pub struct Rendering {
    /// Sub-pixels along each edge of a pixel; chosen from crystal and pixel size when missing.
    pub oversample: Option<NonZeroU32>,
    /// The most that are chosen, if there is a bound: a length in a wrong unit asks for thousands, and their squares for
    /// days.
    pub most_chosen: Option<NonZeroU32>,
    /// Absorption for every sub-pixel.
    pub oversample_thick: bool,
    /// Polarization for every sub-pixel.
    pub oversample_polar: bool,
    /// Solid angle for every sub-pixel.
    pub oversample_omega: bool,
    /// Tricubic interpolation of structure factors; on for crystals two cells wide or less when missing.
    pub interpolate: Option<bool>,
    /// Finest spacing to render in meters, if there is a limit.
    pub dmin: Option<f64>,
    /// Part of the image to render.
    pub roi: Roi,
    /// Pixels to render.
    pub mask: Option<Mask>,
    /// Edge of the cube of water around the crystal in meters, if there is one.
    pub water_size: Option<f64>,
}

impl Default for Rendering {
    fn default() -> Self {
        Rendering {
            oversample: None,
            most_chosen: NonZeroU32::new(100),
            oversample_thick: false,
            oversample_polar: false,
            oversample_omega: false,
            interpolate: None,
            dmin: None,
            roi: Roi::default(),
            mask: None,
            water_size: None,
        }
    }
}

/// A rectangle of pixels, both ends included; `None` where the image's edge is meant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
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
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
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
