//! Where a sub-pixel is, and how large it looks from the crystal.

use nalgebra::Vector3;

use super::rotation::{about_axis, unitize};
use crate::real::{Real, real};

/// A plane of pixels where it is. Lengths in meters; vectors in the laboratory frame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Panel<T: Real> {
    /// Direction of the incident beam.
    pub beam: Vector3<T>,
    /// Fast axis, rotated.
    pub fdet: Vector3<T>,
    /// Slow axis, rotated.
    pub sdet: Vector3<T>,
    /// Normal, rotated.
    pub odet: Vector3<T>,
    /// Vector from the crystal to the outer corner of the first pixel.
    pub pix0: Vector3<T>,
    /// Distance along the beam.
    pub distance: T,
    /// Distance to the nearest point of the plane.
    pub close_distance: T,
    /// Edge of a pixel.
    pub pixel_size: T,
    /// All pixels at the same distance.
    pub curved: bool,
    /// Pixels are points.
    pub point_pixel: bool,
}

/// A point of a sensor layer as seen from the crystal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position<T: Real> {
    /// Vector from the crystal, meters.
    pub point: Vector3<T>,
    /// Its length R, meters.
    pub distance: T,
    /// Unit vector d along it.
    pub diffracted: Vector3<T>,
}

/// The center of sub-pixel `sub` along an axis, in meters from the outer edge of the first pixel.
#[inline(always)]
pub fn subpixel_center<T: Real>(pixel: usize, sub: usize, oversample: usize, subpixel_size: T) -> T {
    subpixel_size * real::<T>((pixel * oversample + sub) as f64) + subpixel_size / real(2.0)
}

/// The point at `fdet`, `sdet` meters along the detector's axes, `odet` meters behind the sensor's front.
///
/// On a curved detector the flat position's lab components, over the distance, are the angles by which the
/// beam's impact point is rotated (reference program: `curved_detector`).
#[inline(always)]
// @stage position
pub fn position<T: Real>(panel: &Panel<T>, fdet: T, sdet: T, odet: T) -> Position<T> {
    let along = |f: T, s: T, o: T, origin: T| fdet * f + sdet * s + odet * o + origin;
    let (f, s, o, origin) = (&panel.fdet, &panel.sdet, &panel.odet, &panel.pix0);
    let mut point = Vector3::new(
        along(f.x, s.x, o.x, origin.x),
        along(f.y, s.y, o.y, origin.y),
        along(f.z, s.z, o.z, origin.z),
    );
    if panel.curved {
        let beam = panel.beam * panel.distance;
        let swung = about_axis(&beam, s, point.y / panel.distance);
        point = about_axis(&swung, f, point.z / panel.distance);
    }
    let (diffracted, distance) = unitize(&point);
    Position { point, distance, diffracted }
}

/// Solid angle of a pixel at distance R in a plane at distance `plane`: pixel² / R² · plane / R, or 1 / R² for a point,
/// in sr.
#[inline(always)]
// @stage solid_angle
pub fn solid_angle<T: Real>(panel: &Panel<T>, plane: T, distance: T) -> T {
    if panel.point_pixel {
        return real::<T>(1.0) / distance / distance;
    }
    let pixel = panel.pixel_size;
    pixel * pixel / distance / distance * plane / distance
}
