//! What the images of a stack have in common.

/// What the images of a stack have in common. Vectors are in the frame of NeXus (McStas): z along the beam, y
/// up, x so that the frame is right-handed.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Name and version of the program that made the images.
    pub program: String,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Edges of a pixel along fast and slow, millimeters.
    pub pixel_size_mm: (f64, f64),
    /// Direction of the fast axis, a unit vector.
    pub fast_axis: [f64; 3],
    /// Direction of the slow axis, a unit vector.
    pub slow_axis: [f64; 3],
    /// Outer corner of the first pixel seen from the crystal, millimeters.
    pub origin_mm: [f64; 3],
    /// Distance from the crystal to the detector's plane along the beam, millimeters.
    pub distance_mm: f64,
    /// Spot of the direct beam along fast and slow, in pixels from the outer edge of the first.
    pub beam_px: (f64, f64),
    /// Swing of the detector, degrees; information only, the axes have it already.
    pub twotheta_deg: f64,
    /// Thickness of the silicon sensor, millimeters; `None` where no sensor is modeled and every photon is counted at
    /// the surface, for which the file names an opaque sensor.
    pub sensor_thickness_mm: Option<f64>,
    /// The largest count.
    pub saturation: i32,
    /// For each pixel whether it was measured, slow-major; all were where it is missing.
    pub measured: Option<Vec<bool>>,
    /// Wavelength, Å.
    pub wavelength_angstrom: f64,
    /// Photons a square meter.
    pub fluence_per_m2: f64,
    /// Exposure time of an image, seconds.
    pub exposure: f64,
    /// Stokes parameters of the beam, I = 1, in the frame of NeXus: Q is positive along x, U along the bisector of x
    /// and y; `None` where no polarization is modeled.
    pub polarization_stokes: Option<[f64; 4]>,
    /// Direction of the spindle, a unit vector about which the crystal turns right-handedly.
    pub spindle: [f64; 3],
    /// How the images are turned about it; `None` for stills.
    pub rotation: Option<Rotation>,
    /// Cell edges in Å and angles in degrees.
    pub cell: [f64; 6],
    /// a*, b*, c* as columns, row after row, in 1/Å, at a spindle angle of zero; `None` where each image has its own.
    pub ub_matrix: Option<[f64; 9]>,
    /// What made the images, a line each.
    pub made_by: Vec<String>,
    /// Modules of a detector of several that lie below the first, which the fields above describe; else none.
    pub others: Vec<Module>,
}

/// A module of a detector: a plane of pixels in a place of its own. Its fields are those of [`Setting`].
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Edges of a pixel along fast and slow, millimeters.
    pub pixel_size_mm: (f64, f64),
    /// Direction of the fast axis, a unit vector.
    pub fast_axis: [f64; 3],
    /// Direction of the slow axis, a unit vector.
    pub slow_axis: [f64; 3],
    /// Outer corner of the first pixel seen from the crystal, millimeters.
    pub origin_mm: [f64; 3],
    /// For each pixel whether it was measured, slow-major; all were where it is missing.
    pub measured: Option<Vec<bool>>,
}

impl From<Setting> for Module {
    /// The first module of a detector.
    fn from(setting: Setting) -> Self {
        let Setting { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, measured, .. } = setting;
        Module { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, measured }
    }
}

/// A module, borrowed.
#[derive(Clone, Copy)]
pub(super) struct Plane<'a> {
    pub fast: usize,
    pub slow: usize,
    pub pixel_size_mm: (f64, f64),
    pub fast_axis: [f64; 3],
    pub slow_axis: [f64; 3],
    pub origin_mm: [f64; 3],
    pub measured: Option<&'a [bool]>,
}

impl Setting {
    /// All modules, in the order in which they lie below each other.
    pub(super) fn planes(&self) -> Vec<Plane<'_>> {
        let Setting { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, .. } = *self;
        let measured = self.measured.as_deref();
        let first = Plane { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, measured };
        let others = self.others.iter().map(|module| {
            let Module { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, .. } = *module;
            let measured = module.measured.as_deref();
            Plane { fast, slow, pixel_size_mm, fast_axis, slow_axis, origin_mm, measured }
        });
        [first].into_iter().chain(others).collect()
    }

    /// Pixels of an image along fast and slow: modules of a detector of several lie one below the other in it, and rows of
    /// those that are not the widest are filled up.
    pub fn image_size(&self) -> (usize, usize) {
        let planes = self.planes();
        let fast = planes.iter().map(|plane| plane.fast).max().unwrap_or_default();
        (fast, planes.iter().fold(0, |sum, plane| plane.slow.saturating_add(sum)))
    }
}

/// Spindle angles of a stack: image `i`, counted from 0, goes from `start_deg + i * step_deg` on by `range_deg`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    /// Where the first image starts.
    pub start_deg: f64,
    /// Range of an image.
    pub range_deg: f64,
    /// From the start of an image to that of the next: the range in a rotation series, zero where all images
    /// are taken at one spindle angle.
    pub step_deg: f64,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::cell::vectors_of;

    /// Of images of 5 × 3 pixels, with everything that can be said.
    pub fn setting() -> Setting {
        let cell = [10.0, 20.0, 30.0, 80.0, 85.0, 95.0];
        let star = vectors_of(&cell).try_inverse().unwrap().transpose();
        Setting {
            program: "nanobragg".to_owned(),
            fast: 5,
            slow: 3,
            pixel_size_mm: (0.1, 0.1),
            fast_axis: [-1.0, 0.0, 0.0],
            slow_axis: [0.0, -1.0, 0.0],
            origin_mm: [0.25, 0.15, 100.0],
            distance_mm: 100.0,
            beam_px: (2.5, 1.5),
            twotheta_deg: 0.0,
            sensor_thickness_mm: Some(0.32),
            saturation: 1_000_000,
            measured: Some((0..15).map(|at| at != 7).collect()),
            wavelength_angstrom: 1.0,
            fluence_per_m2: 1e24,
            exposure: 0.1,
            polarization_stokes: Some([1.0, 0.9, 0.0, 0.0]),
            spindle: [-1.0, 0.0, 0.0],
            rotation: Some(Rotation { start_deg: 10.0, range_deg: 0.5, step_deg: 0.5 }),
            cell,
            ub_matrix: star.transpose().as_slice().try_into().ok(),
            made_by: vec!["nanobragg, preset exact:".to_owned(), "  -N 5".to_owned()],
            others: Vec::new(),
        }
    }
}
