//! The detector: pixels, place, orientation, sensor.

use super::{Convention, Pivot, PixelGrid, Sensor};

/// A flat (or cylindrically curved) pixel detector. Lengths in meters, angles in radians.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Detector {
    /// Axes, and what beam centers mean.
    pub convention: Convention,
    /// Pixels.
    pub pixels: PixelGrid,
    /// Where it stands.
    pub placement: Placement,
    /// The pivot asked for; `None` leaves it to the convention.
    pub pivot: Option<Pivot>,
    /// Rotations.
    pub tilt: Tilt,
    /// Whether all pixels lie at the same distance from the crystal.
    pub curved: bool,
    /// Whether pixels are points: no obliquity, solid angle 1/R².
    pub point_pixel: bool,
    /// What the photons are absorbed in.
    pub sensor: Sensor,
    /// Number of the panel in a detector of several, from 0: each has noise of its own.
    pub panel: u32,
}

/// Where a detector stands. Lengths in meters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Placement {
    /// By what is known of it before it is rotated.
    Rest(Rest),
    /// By the vector from the crystal to the outer corner of the first pixel, after all rotations.
    Corner {
        /// The vector, in the laboratory frame.
        origin: [f64; 3],
        /// Where the quirk `pix0_ignored` leaves it, and what reports say of its beam center.
        rest: Rest,
    },
    /// By the same vector as a description of a real detector gives it: used whatever the quirks, and the normal points
    /// away from the crystal. Beam center, distance and pivot then follow from it.
    Measured {
        /// The vector, in the laboratory frame.
        origin: [f64; 3],
    },
}

impl Placement {
    /// `distance` meters from the crystal along the beam, which meets the middle of the detector.
    pub fn at(distance: f64) -> Self {
        Placement::Rest(Rest::at(distance))
    }

    /// What is known of it before it is rotated; a measured detector is never at rest.
    pub fn rest(&self) -> Option<&Rest> {
        match self {
            Placement::Rest(rest) | Placement::Corner { rest, .. } => Some(rest),
            Placement::Measured { .. } => None,
        }
    }
}

impl Default for Placement {
    /// 100 mm from the crystal.
    fn default() -> Self {
        Placement::at(100.0e-3)
    }
}

impl From<Rest> for Placement {
    fn from(rest: Rest) -> Self {
        Placement::Rest(rest)
    }
}

/// A detector before it is rotated. Lengths in meters.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub struct Rest {
    /// How far it is from the crystal.
    pub distance: Distance,
    /// Where the direct beam meets it, X and Y in the convention's coordinates; when missing the middle, or, in the
    /// conventions that go by it, the nearest point.
    pub beam_center: Option<[f64; 2]>,
    /// The point nearest to the crystal, along the fast and slow axes from the outer edge of the first pixel; the middle
    /// when missing.
    pub near_point: Option<[f64; 2]>,
}

impl Rest {
    /// `distance` meters from the crystal along the beam, which meets the middle of the detector.
    pub fn at(distance: f64) -> Self {
        Rest { distance: Distance::AlongBeam(distance), beam_center: None, near_point: None }
    }

    /// The same detector, with the direct beam at X and Y of the convention's coordinates.
    pub fn with_beam_center(self, x: f64, y: f64) -> Self {
        Rest { beam_center: Some([x, y]), ..self }
    }

    /// The same detector, with its nearest point so far along the fast and slow axes.
    pub fn with_near_point(self, fast: f64, slow: f64) -> Self {
        Rest { near_point: Some([fast, slow]), ..self }
    }
}

/// How far a detector is from the crystal, in meters; never zero.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Distance {
    /// Along the beam.
    AlongBeam(f64),
    /// To the nearest point of the detector's plane, along its normal.
    ToPlane(f64),
}

/// Rotations of the detector in radians: about the laboratory's x, then y, then z, then two-theta.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
pub struct Tilt {
    /// About x.
    pub x: f64,
    /// About y.
    pub y: f64,
    /// About z.
    pub z: f64,
    /// About the two-theta axis of the frame.
    pub twotheta: f64,
}
