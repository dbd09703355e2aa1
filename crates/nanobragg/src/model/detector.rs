//! The detector: pixels, place, orientation, sensor.

use super::{Convention, Pivot, PixelGrid, Sensor};
use crate::check::ranged;
use crate::error::Error;

/// A flat (or cylindrically curved) pixel detector. Lengths in meters, angles in radians.
///
/// ```
/// use nanobragg::model::{Detector, Experiment, PixelGrid, Rest, Sensor, Tilt, UnitCell};
///
/// // 200 mm away; the beam hits it 30 mm and 40 mm from its corner.
/// let detector = Detector::new(PixelGrid::new(1024, 1024, 75e-6), 0.2)?
///     .with_placement(Rest::at(0.2).with_beam_center(0.03, 0.04))
///     .with_tilt(Tilt { twotheta: 0.1, ..Tilt::default() })
///     .with_sensor(Sensor::new(450e-6)?);
/// let cell = UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?;
/// let plan = Experiment::uniform(cell, 100.0).with_detector(detector).plan()?;
/// assert_eq!(plan.detector.report.center.x, 0.03);
/// // Millimeters, where meters are meant.
/// let error = Detector::new(PixelGrid::new(1024, 1024, 75e-6), 200.0).unwrap_err();
/// assert_eq!(error.kind().code(), "plan.out-of-range");
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields)
)]
#[non_exhaustive]
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

impl Detector {
    /// A detector of these pixels across the beam, which hits its middle `distance` meters from the crystal.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for a distance that no detector has, such as one in millimeters;
    /// [`Self::with_placement`] takes any.
    pub fn new(pixels: PixelGrid, distance: f64) -> Result<Self, Error> {
        let of_detectors = (1e-3..=20.0).contains(&distance);
        ranged(
            "the distance to the detector (m)",
            distance,
            "that of a detector, 0.001 to 20",
            of_detectors,
        )?;
        Ok(Detector { pixels, placement: Placement::at(distance), ..Detector::default() })
    }

    /// The same detector in another place, at any distance.
    #[must_use]
    pub fn with_placement(self, placement: impl Into<Placement>) -> Self {
        Detector { placement: placement.into(), ..self }
    }

    /// The same detector with other axes, and another meaning of beam centers.
    #[must_use]
    pub fn with_convention(self, convention: Convention) -> Self {
        Detector { convention, ..self }
    }

    /// The same detector, rotated about this point.
    #[must_use]
    pub fn with_pivot(self, pivot: Pivot) -> Self {
        Detector { pivot: Some(pivot), ..self }
    }

    /// The same detector with other rotations.
    #[must_use]
    pub fn with_tilt(self, tilt: Tilt) -> Self {
        Detector { tilt, ..self }
    }

    /// The same detector with another sensor.
    #[must_use]
    pub fn with_sensor(self, sensor: Sensor) -> Self {
        Detector { sensor, ..self }
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_distance_in_another_unit_is_refused_unless_it_is_asked_for() {
        let pixels = PixelGrid::new(4, 3, 1e-4);
        for (distance, fits) in [
            (0.1, true),
            (1e-3, true),
            (20.0, true),
            (100.0, false),
            (1e-4, false),
            (-0.1, false),
            (f64::NAN, false),
        ] {
            assert_eq!(Detector::new(pixels, distance).is_ok(), fits, "{distance}");
        }
        let error = Detector::new(pixels, 100.0).unwrap_err().to_string();
        assert!(error.contains("100") && error.contains("0.001 to 20"), "{error}");
        let far = Detector::new(pixels, 1.0).unwrap().with_placement(Placement::at(100.0));
        assert_eq!(far, Detector { pixels, placement: Placement::at(100.0), ..Detector::default() });
    }

    #[test]
    fn each_part_is_changed_alone() {
        let new = || Detector::new(PixelGrid::new(4, 3, 1e-4), 0.1).unwrap();
        let tilt = Tilt { x: 0.1, ..Tilt::default() };
        let sensor = Sensor::new(1e-4).unwrap();
        assert_eq!(new().with_convention(Convention::Xds), Detector { convention: Convention::Xds, ..new() });
        assert_eq!(new().with_pivot(Pivot::Sample), Detector { pivot: Some(Pivot::Sample), ..new() });
        assert_eq!(new().with_tilt(tilt), Detector { tilt, ..new() });
        assert_eq!(new().with_sensor(sensor), Detector { sensor, ..new() });
    }
}
