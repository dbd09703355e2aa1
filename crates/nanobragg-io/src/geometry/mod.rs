//! Descriptions of an instrument for other programs: DIALS (`.expt`), XDS (`XDS.INP`; `XPARM.XDS` and `GXPARM.XDS`, which
//! are read alone), CrystFEL (`.geom`).
//!
//! Each has a laboratory frame of its own. Nothing that is read is turned into another frame: beam, detector, spindle and crystal
//! of one file belong together, whatever the axes are called.

mod about;
mod crystfel;
mod crystfel_line;
mod crystfel_panel;
mod dxtbx;
mod dxtbx_detector;
mod dxtbx_doubts;
mod dxtbx_keys;
mod format;
mod keys;
mod node;
mod overlap;
mod sense;
mod write;
mod write_crystfel;
pub(crate) mod write_dxtbx;
mod write_xds;
mod xds;
mod xds_inp;
mod xds_keys;
mod xds_scan;

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use crate::cell::{SpaceGroup, cell_of_rows, is_other_cell};
use crate::error::{Error, Result};
use crate::gzip;
use crate::lines::{end_lines, without_mark};
use crate::warning::Warning;

pub(crate) use keys::{Slips, meant};

pub use about::{About, SensorMaterial};
pub use format::GeometryFormat;
pub use write::write_geometry;

/// Longest file read, decompressed. Models of scan-varying crystals take some hundred bytes an image; what JSON becomes
/// in memory may take fifteen times its length.
const LIMIT: u64 = 32 << 20;
/// More panels than any detector has.
const MOST_PANELS: usize = 10_000;
/// Longest edge of a panel in pixels.
const MOST_PIXELS: f64 = 100_000.0;
/// Sine of the least angle between the axes of a panel.
const FLAT: f64 = 1e-3;
/// Degrees by which the normal of the plane of polarization may be off a right angle to the beam.
const OFF_ACROSS_DEG: f64 = 10.0;
/// Wavelengths of X-rays, and of electrons in microscopes: a number outside is in another unit.
const WAVELENGTHS_ANGSTROM: std::ops::RangeInclusive<f64> = 1e-3..=1e3;

/// An instrument, as far as the file describes it.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    /// Wavelength in Ångström.
    pub wavelength_angstrom: Option<f64>,
    /// Unit vector along which the beam travels; `None` where the file does not say.
    pub beam: Option<Vector3<f64>>,
    /// Polarization of the beam.
    pub polarization: Option<Polarization>,
    /// Panels of the detector, at least one.
    pub panels: Vec<Panel>,
    /// Axis of the rotation, right-handed, a unit vector.
    pub spindle_axis: Option<Vector3<f64>>,
    /// What the spindle does during the image.
    pub scan: Option<Scan>,
    /// Reciprocal cell vectors at spindle angle 0 in 1/Å: rows x, y, z; columns a*, b*, c*.
    pub crystal: Option<Matrix3<f64>>,
    /// Space group of the crystal, where the file names one.
    pub space_group: Option<SpaceGroup>,
    /// A cell that the file has without an orientation: edges in Å, angles in degrees. A warning names it.
    pub lone_cell: Option<[f64; 6]>,
    /// Images of the scan whose models differ from one another; 1 where none does.
    pub varying_images: usize,
    /// What was not taken as it stands.
    pub warnings: Vec<Warning>,
}

/// Polarization of the beam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polarization {
    /// Normal of the plane of polarization.
    pub normal: Vector3<f64>,
    /// Share of the photons that are polarized in the plane: 0.5 of an unpolarized beam.
    pub fraction: f64,
}

impl Polarization {
    /// What is taken for the normal where the fraction stands alone.
    const NORMAL: [f64; 3] = [0.0, 1.0, 0.0];
    /// What is taken for the fraction where the normal stands alone: that of an unpolarized beam, as where neither is said.
    const FRACTION: f64 = 0.5;

    /// What a file says of it, by halves; none where it says neither.
    fn of_halves(normal: Option<Vector3<f64>>, fraction: Option<f64>) -> Option<Self> {
        (normal.is_some() || fraction.is_some()).then(|| Polarization {
            normal: normal.unwrap_or_else(|| Vector3::from(Self::NORMAL)),
            fraction: fraction.unwrap_or(Self::FRACTION),
        })
    }
}

/// A flat parallelogram of pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Panel {
    /// Name; may be empty.
    pub name: String,
    /// From the crystal to the outer corner of the first pixel, in mm.
    pub origin_mm: Vector3<f64>,
    /// Unit vector along the fast axis.
    pub fast: Vector3<f64>,
    /// Unit vector along the slow axis.
    pub slow: Vector3<f64>,
    /// Edges of a pixel along the fast and the slow axis in mm.
    pub pixel_mm: [f64; 2],
    /// Where the data files have the distance that has to be added along the beam, if the description has it not.
    pub distance_elsewhere: Option<String>,
    /// Pixels along the fast axis.
    pub fast_pixels: usize,
    /// Pixels along the slow axis.
    pub slow_pixels: usize,
}

impl Panel {
    /// What messages call it: its name, or its number where it has none.
    fn called(&self, number: usize) -> String {
        if self.name.is_empty() { number.to_string() } else { format!("{:?}", self.name) }
    }
}

/// Rotation during one image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scan {
    /// Spindle angle at its start, in degrees.
    pub start_deg: f64,
    /// Range, in degrees.
    pub range_deg: f64,
}

/// Which of the experiments and images of a file is meant; counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Experiment of a list.
    pub experiment: usize,
    /// Scan point: the start of that image of the scan.
    pub scan_point: usize,
}

/// Reads a description of an instrument; its kind is told by its contents.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) or [`Line`](crate::ErrorKind::Line) for what is missing or makes no sense, a selection that the file does not
/// have; [`Read`](crate::ErrorKind::Read), also for what is not a regular file.
pub fn read_geometry(path: &Path, selection: Selection) -> Result<Geometry> {
    let mut bytes = gzip::whole(path, LIMIT)?;
    end_lines(&mut bytes);
    let bytes = without_mark(&bytes);
    let geometry = match bytes.trim_ascii_start().first() {
        Some(b'{' | b'[') => dxtbx::geometry(path, &dxtbx::document(path, bytes)?, selection)?,
        Some(b'0'..=b'9' | b'X' | b'G' | b'-') if xds::is_xparm(bytes) => xds::parse(path, bytes, selection)?,
        _ if xds_inp::is_input(bytes) => xds_inp::parse(path, bytes, selection)?,
        _ => crystfel::parse(path, bytes, selection)?,
    };
    let mut geometry = geometry.checked(path)?;
    let doubts = sense::doubts(path, &geometry);
    geometry.warnings.extend(doubts.into_iter().chain(overlap::doubt(path, &geometry)));
    Ok(geometry)
}

/// What of an instrument and a crystal may differ from image to image of a scan.
#[derive(Clone, Debug, PartialEq)]
pub struct Moving {
    /// Wavelength in Ångström.
    pub wavelength_angstrom: Option<f64>,
    /// Unit vector along which the beam travels.
    pub beam: Option<Vector3<f64>>,
    /// Axis of the rotation, right-handed, a unit vector.
    pub spindle_axis: Option<Vector3<f64>>,
    /// Reciprocal cell vectors at spindle angle 0 in 1/Å, as in [`Geometry::crystal`].
    pub crystal: Option<Matrix3<f64>>,
}

/// The models of all images of a scan, in order, where any of them varies; none where none does.
///
/// # Errors
/// Those of [`read_geometry`].
pub fn read_moving(path: &Path, experiment: usize) -> Result<Vec<Moving>> {
    let bytes = gzip::whole(path, LIMIT)?;
    let bytes = without_mark(&bytes);
    if !matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'[')) {
        return Ok(Vec::new());
    }
    let document = dxtbx::document(path, bytes)?;
    let at =
        |scan_point| dxtbx::geometry(path, &document, Selection { experiment, scan_point })?.checked(path);
    let images = at(0)?.varying_images;
    let moving = |scan_point| {
        let Geometry { wavelength_angstrom, beam, spindle_axis, crystal, .. } = at(scan_point)?;
        Ok(Moving { wavelength_angstrom, beam, spindle_axis, crystal })
    };
    if images > 1 { (0..images).map(moving).collect() } else { Ok(Vec::new()) }
}

impl Geometry {
    /// The same in another frame: `rotation` takes vectors into it.
    #[must_use]
    pub fn turned(&self, rotation: &Matrix3<f64>) -> Self {
        let turn = |vector: &Vector3<f64>| rotation * vector;
        let panel = |panel: &Panel| Panel {
            origin_mm: turn(&panel.origin_mm),
            fast: turn(&panel.fast),
            slow: turn(&panel.slow),
            ..panel.clone()
        };
        Geometry {
            beam: self.beam.as_ref().map(turn),
            polarization: self.polarization.map(|of| Polarization { normal: turn(&of.normal), ..of }),
            panels: self.panels.iter().map(panel).collect(),
            spindle_axis: self.spindle_axis.as_ref().map(turn),
            crystal: self.crystal.map(|matrix| rotation * matrix),
            ..self.clone()
        }
    }

    /// What no reader may let through: vectors without a direction, sizes without pixels.
    fn checked(mut self, path: &Path) -> Result<Self> {
        let unit = |what: &str, vector: Vector3<f64>| {
            let length = vector.norm();
            let good = length.is_finite() && length > 1e-6;
            let found = format!("{} {} {}", vector.x, vector.y, vector.z);
            good.then(|| vector / length)
                .ok_or_else(|| Error::value(path, what, "a direction", found.as_bytes()))
        };
        self.beam = self.beam.map(|beam| unit("beam direction", beam)).transpose()?;
        if let Some(axis) = &mut self.spindle_axis {
            *axis = unit("rotation axis", *axis)?;
        }
        if let Some(polarization) = &mut self.polarization {
            polarization.normal = unit("polarization normal", polarization.normal)?;
            let fraction = polarization.fraction;
            if !(0.0..=1.0).contains(&fraction) {
                let found = fraction.to_string();
                return Err(Error::value(path, "polarization fraction", "from 0 to 1", found.as_bytes()));
            }
            // A file without a beam leaves the direction to others.
            let normal = polarization.normal;
            let limit = OFF_ACROSS_DEG.to_radians().sin();
            if self.beam.is_some_and(|beam| beam.dot(&normal).abs() > limit) {
                let found = format!("{} {} {}", normal.x, normal.y, normal.z);
                let expected = "a direction across the beam";
                return Err(Error::value(path, "polarization normal", expected, found.as_bytes()));
            }
        }
        if let Some(wavelength) = self.wavelength_angstrom.filter(|x| !WAVELENGTHS_ANGSTROM.contains(x)) {
            let expected = "from 0.001 to 1000 Angstrom";
            return Err(Error::value(path, "wavelength", expected, wavelength.to_string().as_bytes()));
        }
        for (number, panel) in self.panels.iter_mut().enumerate() {
            let name = panel.called(number);
            let of = |what: &str| format!("{what} of panel {name}");
            panel.fast = unit(&of("fast axis"), panel.fast)?;
            panel.slow = unit(&of("slow axis"), panel.slow)?;
            for edge in panel.pixel_mm {
                positive(path, &of("pixel size"), edge)?;
            }
            let normal = panel.fast.cross(&panel.slow);
            if normal.norm() < FLAT {
                let cosine = panel.fast.dot(&panel.slow).clamp(-1.0, 1.0);
                let found = format!("{:.3} degrees", cosine.acos().to_degrees());
                return Err(Error::value(path, of("axes"), "axes that span a plane", found.as_bytes()));
            }
            let distance = panel.origin_mm.dot(&normal).abs();
            if panel.distance_elsewhere.is_none() && !(distance.is_finite() && distance > 1e-9) {
                let found = distance.to_string();
                return Err(Error::value(path, of("plane"), "a distance from the sample", found.as_bytes()));
            }
        }
        if let Some(matrix) = &self.crystal
            && !matrix.iter().all(|x| x.is_finite())
        {
            return Err(Error::missing(path, "crystal", "finite cell vectors"));
        }
        Ok(self)
    }
}

/// The cell that is said beside axes (the columns of the inverse of `reciprocal` are rows) where these make another one:
/// that of the axes. Edges in Å, angles in degrees.
fn cell_of_other_axes(said: &[f64; 6], reciprocal: &Matrix3<f64>) -> Option<[f64; 6]> {
    let real = reciprocal.try_inverse()?;
    let meant = cell_of_rows(&real);
    // Zeros are what programs write where they know of no cell.
    (said.iter().any(|number| *number != 0.0) && is_other_cell(said, &meant)).then_some(meant)
}

fn positive(path: &Path, what: &str, value: f64) -> Result<f64> {
    if value.is_finite() && value > 0.0 {
        return Ok(value);
    }
    Err(Error::value(path, what, "a positive number", value.to_string().as_bytes()))
}

/// A number of pixels along an edge.
fn pixels(path: &Path, what: &str, value: f64) -> Result<usize> {
    if value.fract() == 0.0 && (1.0..=MOST_PIXELS).contains(&value) {
        return Ok(value as usize);
    }
    let found = value.to_string();
    Err(Error::value(path, what, format!("a whole number from 1 to {MOST_PIXELS}"), found.as_bytes()))
}

#[cfg(test)]
mod tests;
