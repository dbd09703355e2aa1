//! The detector: pixels, place, orientation, sensor.

use super::{Convention, Pivot, PixelGrid, Sensor};

/// A flat (or cylindrically curved) pixel detector. Lengths in meters, angles in radians.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    /// Axes, and what beam centers mean.
    pub convention: Convention,
    /// Pixels.
    pub pixels: PixelGrid,
    /// Distance from the crystal to the detector along the beam.
    pub distance: f64,
    /// Distance from the crystal to the nearest point of the detector's plane; it overrides `distance`.
    pub close_distance: Option<f64>,
    /// Beam center X in the convention's coordinates.
    pub x_beam: Option<f64>,
    /// Beam center Y in the convention's coordinates.
    pub y_beam: Option<f64>,
    /// Default of `x_beam` in the conventions that go by the near point.
    pub x_close: Option<f64>,
    /// Default of `y_beam` in the conventions that go by the near point.
    pub y_close: Option<f64>,
    /// Near point along the fast axis in pixels, counted from 1 at the first pixel's center (XDS).
    pub orgx: Option<f64>,
    /// Near point along the slow axis in pixels.
    pub orgy: Option<f64>,
    /// Vector from the crystal to the outer corner of the first pixel, when given.
    pub pix0: Option<[f64; 3]>,
    /// Vector from the crystal to the outer corner of the first pixel, as a description of a real detector gives
    /// it: used whatever the quirks, and the normal points away from the crystal. Beam center, distance and pivot
    /// then follow from it.
    pub measured_origin: Option<[f64; 3]>,
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

impl Default for Detector {
    fn default() -> Self {
        Detector {
            convention: Convention::default(),
            pixels: PixelGrid::default(),
            distance: 100.0e-3,
            close_distance: None,
            x_beam: None,
            y_beam: None,
            x_close: None,
            y_close: None,
            orgx: None,
            orgy: None,
            pix0: None,
            measured_origin: None,
            pivot: None,
            tilt: Tilt::default(),
            curved: false,
            point_pixel: false,
            sensor: Sensor::default(),
            panel: 0,
        }
    }
}

/// Rotations of the detector in radians: about the laboratory's x, then y, then z, then two-theta.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
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
