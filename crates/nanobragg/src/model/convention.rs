//! Detector conventions: the axes of the laboratory frame and where the beam center is counted from.

use nalgebra::Vector3;

use super::PixelGrid;

/// The point that stays fixed while the detector is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Pivot {
    /// The spot of the direct beam.
    Beam,
    /// The crystal.
    Sample,
}

/// The directions that fix a laboratory frame. Lengths do not matter unless a quirk says so.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Direction of the incident beam.
    pub beam: Vector3<f64>,
    /// Direction of increasing fast pixel coordinate.
    pub fdet: Vector3<f64>,
    /// Direction of increasing slow pixel coordinate.
    pub sdet: Vector3<f64>,
    /// Direction of increasing detector distance.
    pub odet: Vector3<f64>,
    /// Axis of the two-theta swing.
    pub twotheta_axis: Vector3<f64>,
    /// Direction of the electric field of the incident beam.
    pub polar: Vector3<f64>,
    /// Axis of the phi rotation, right-handed.
    pub spindle_axis: Vector3<f64>,
}

impl Default for Frame {
    /// The vectors that the custom convention starts from.
    fn default() -> Self {
        Frame {
            beam: Vector3::x(),
            fdet: Vector3::z(),
            sdet: -Vector3::y(),
            odet: Vector3::x(),
            twotheta_axis: Vector3::y(),
            polar: Vector3::z(),
            spindle_axis: Vector3::z(),
        }
    }
}

/// A detector convention.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "snake_case", deny_unknown_fields)
)]
pub enum Convention {
    /// Beam along x, beam center from the corner of the first pixel, half a pixel inwards.
    #[default]
    Mosflm,
    /// Beam along z, beam center from the lower left corner.
    Adxv,
    /// As MOSFLM without the half pixel.
    Denzo,
    /// Beam along z, detector given by its near point.
    Xds,
    /// As XDS with the spindle and the polarization along y.
    Dials,
    /// Vectors as given.
    Custom(Frame),
}

/// The beam center of a convention (meters, in the convention's own coordinates) and what it says about the
/// detector's axes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeamCenter {
    /// The convention's X, as it is written in image headers.
    pub x: f64,
    /// The convention's Y.
    pub y: f64,
    /// Distance of the beam along the fast axis from the outer edge of the first pixel.
    pub fast: f64,
    /// Distance of the beam along the slow axis from the outer edge of the first pixel.
    pub slow: f64,
}

impl Convention {
    /// Lower-case name.
    pub fn name(&self) -> &'static str {
        match self {
            Convention::Mosflm => "mosflm",
            Convention::Adxv => "adxv",
            Convention::Denzo => "denzo",
            Convention::Xds => "xds",
            Convention::Dials => "dials",
            Convention::Custom(_) => "custom",
        }
    }

    /// The frame of the convention.
    pub fn frame(&self) -> Frame {
        let (x, y, z) = (Vector3::x(), Vector3::y(), Vector3::z());
        match self {
            Convention::Mosflm | Convention::Denzo => {
                Frame { beam: x, fdet: z, sdet: -y, odet: x, twotheta_axis: -z, polar: z, spindle_axis: z }
            }
            Convention::Adxv => {
                Frame { beam: z, fdet: x, sdet: -y, odet: z, twotheta_axis: -x, polar: x, spindle_axis: x }
            }
            Convention::Xds => {
                Frame { beam: z, fdet: x, sdet: y, odet: z, twotheta_axis: x, polar: x, spindle_axis: x }
            }
            Convention::Dials => {
                Frame { beam: z, fdet: x, sdet: y, odet: z, twotheta_axis: y, polar: y, spindle_axis: y }
            }
            Convention::Custom(frame) => *frame,
        }
    }

    /// The pivot of the convention; the custom one has none of its own.
    pub fn pivot(&self) -> Option<Pivot> {
        match self {
            Convention::Mosflm | Convention::Adxv | Convention::Denzo => Some(Pivot::Beam),
            Convention::Xds | Convention::Dials => Some(Pivot::Sample),
            Convention::Custom(_) => None,
        }
    }

    /// The convention's X and Y of a beam that hits `spot`, the distances along the fast and slow axes from the
    /// outer edge of the first pixel; all in meters.
    pub fn center_of_spot(&self, spot: (f64, f64), grid: &PixelGrid) -> (f64, f64) {
        let (fast, slow) = spot;
        match self {
            Convention::Adxv => (fast, grid.size_slow - slow),
            Convention::Mosflm => (slow - 0.5 * grid.pixel_size, fast - 0.5 * grid.pixel_size),
            Convention::Denzo => (slow, fast),
            Convention::Xds | Convention::Dials | Convention::Custom(_) => (fast, slow),
        }
    }

    /// Where a beam of the convention's X and Y hits, along the fast and slow axes from the outer edge of the first pixel; all in meters. The
    /// inverse of [`center_of_spot`](Self::center_of_spot).
    pub fn spot_of_center(&self, [x, y]: [f64; 2], grid: &PixelGrid) -> (f64, f64) {
        match self {
            Convention::Adxv => (x, grid.size_slow - y),
            Convention::Mosflm => (y + 0.5 * grid.pixel_size, x + 0.5 * grid.pixel_size),
            Convention::Denzo => (y, x),
            Convention::Xds | Convention::Dials | Convention::Custom(_) => (x, y),
        }
    }

    /// The convention's X and Y of a beam of which nothing is said, on a detector whose nearest point is `near`, counted
    /// along the fast and slow axes from the outer edge of the first pixel; all in meters.
    pub fn default_center(&self, grid: &PixelGrid, near: [f64; 2]) -> [f64; 2] {
        let PixelGrid { size_fast, size_slow, pixel_size } = *grid;
        match self {
            Convention::Adxv => [(size_fast + pixel_size) / 2.0, (size_slow - pixel_size) / 2.0],
            Convention::Mosflm | Convention::Denzo => {
                [(size_slow + pixel_size) / 2.0, (size_fast + pixel_size) / 2.0]
            }
            Convention::Xds | Convention::Dials | Convention::Custom(_) => near,
        }
    }

    /// The beam center at X and Y of the convention, in meters, and along the detector's axes.
    pub(crate) fn beam_center(&self, [x, y]: [f64; 2], grid: &PixelGrid) -> BeamCenter {
        match self {
            Convention::Adxv => BeamCenter { x, y, fast: x, slow: grid.size_slow - y },
            Convention::Mosflm | Convention::Denzo => {
                let inset = if matches!(self, Convention::Mosflm) { 0.5 * grid.pixel_size } else { 0.0 };
                BeamCenter { x, y, fast: y + inset, slow: x + inset }
            }
            Convention::Xds | Convention::Dials | Convention::Custom(_) => {
                BeamCenter { x, y, fast: x, slow: y }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRID: PixelGrid = PixelGrid { pixel_size: 0.001, size_fast: 0.06, size_slow: 0.04 };

    fn center(convention: Convention, center: [f64; 2]) -> (f64, f64) {
        let center = convention.beam_center(center, &GRID);
        (center.fast, center.slow)
    }

    fn default(convention: Convention) -> (f64, f64) {
        center(convention, convention.default_center(&GRID, [0.03, 0.02]))
    }

    #[test]
    fn given_centers_map_to_the_axes() {
        let given = |convention| center(convention, [0.011, 0.013]);
        assert_eq!(given(Convention::Mosflm), (0.013 + 0.0005, 0.011 + 0.0005));
        assert_eq!(given(Convention::Denzo), (0.013, 0.011));
        assert_eq!(given(Convention::Adxv), (0.011, 0.04 - 0.013));
        assert_eq!(given(Convention::Xds), (0.011, 0.013));
        assert_eq!(given(Convention::Dials), (0.011, 0.013));
        assert_eq!(given(Convention::Custom(Frame::default())), (0.011, 0.013));
    }

    #[test]
    fn a_spot_goes_back_to_its_center() {
        for convention in
            [Convention::Mosflm, Convention::Denzo, Convention::Adxv, Convention::Xds, Convention::Dials]
        {
            let spot = center(convention, [0.011, 0.013]);
            let (x, y) = convention.center_of_spot(spot, &GRID);
            assert!((x - 0.011).abs() < 1e-17 && (y - 0.013).abs() < 1e-17, "{convention:?} {x} {y}");
        }
    }

    #[test]
    fn default_centers() {
        assert_eq!(default(Convention::Denzo), (0.061 / 2.0, 0.041 / 2.0));
        assert_eq!(default(Convention::Adxv), (0.061 / 2.0, 0.04 - 0.039 / 2.0));
        assert_eq!(default(Convention::Xds), (0.03, 0.02));
    }

    #[test]
    fn named_frames_are_orthonormal() {
        for convention in [Convention::Mosflm, Convention::Adxv, Convention::Xds, Convention::Dials] {
            let frame = convention.frame();
            assert_eq!(frame.fdet.dot(&frame.sdet), 0.0);
            assert_eq!(frame.fdet.cross(&frame.sdet).cross(&frame.odet).norm(), 0.0);
            assert_eq!(frame.beam.dot(&frame.odet), 1.0);
        }
    }
}
