//! What a header says, in the keys of SMV, and what of it cannot be taken.

use super::{ImageCrystal, ImagePolarization};
use crate::c_format::g;
use crate::cell::SpaceGroup;
use crate::image_axes::ImageAxes;
use crate::smv::{Names, Unreadable};
use crate::warning::Warning;

/// A number, or why there is none.
pub(super) type Found<T> = Result<T, Unreadable>;

/// A key of SMV with its number, where the file has it.
pub(super) type Entry = (&'static str, Option<Found<f64>>);

/// What a header says.
#[derive(Default)]
pub(super) struct Said {
    pub entries: Vec<Entry>,
    /// What the format calls what its keys say.
    pub names: Names,
    pub swing_deg: Option<f64>,
    pub axes: Option<ImageAxes>,
    /// The spindle, a unit vector in the frame of imgCIF.
    pub spindle: Option<[f64; 3]>,
    pub polarization: Option<ImagePolarization>,
    pub crystal: Option<ImageCrystal>,
    pub space_group: Option<SpaceGroup>,
    /// The exposure of an image in seconds.
    pub exposure_s: Option<f64>,
    /// Photons per area in an image, 1/m².
    pub fluence: Option<f64>,
    /// What of it is not taken as it stands.
    pub warnings: Vec<Warning>,
}

/// Relative difference of two edges of a pixel that the digits of headers do not make.
const SAME_EDGE: f64 = 1e-6;

/// Millimeters of a unit.
pub(super) fn length_mm(unit: &str) -> Option<f64> {
    // Both spellings, of one and of many.
    let unit = unit.trim_end_matches('s').replace("tre", "ter");
    Some(match unit.as_str() {
        "m" | "meter" => 1e3,
        "cm" => 10.0,
        "mm" | "millimeter" => 1.0,
        "um" | "µm" | "μm" | "micron" => 1e-3,
        "nm" => 1e-6,
        _ => return None,
    })
}

/// Degrees of a unit.
pub(super) fn angle_deg(unit: &str) -> Option<f64> {
    Some(match unit.to_lowercase().as_str() {
        "deg" | "degree" | "degrees" | "°" => 1.0,
        "rad" | "radian" | "radians" => 1f64.to_degrees(),
        "mrad" => 1e-3f64.to_degrees(),
        _ => return None,
    })
}

/// Ångströms of a unit.
pub(super) fn wavelength_angstrom(unit: &str) -> Option<f64> {
    Some(match unit.to_lowercase().as_str() {
        "a" | "å" | "angstrom" | "angstroms" => 1.0,
        "pm" => 0.01,
        "nm" => 10.0,
        "um" | "µm" => 1e4,
        "mm" => 1e7,
        "m" => 1e10,
        _ => return None,
    })
}

/// The edge of square pixels, mm: only these are rendered of an image's header.
pub(super) fn square(key: &str, edges_mm: &[f64]) -> Found<f64> {
    let edge = edges_mm.first().copied().unwrap_or_default();
    if edges_mm.iter().all(|other| (other - edge).abs() <= SAME_EDGE * edge.abs()) {
        return Ok(edge);
    }
    let list: Vec<String> = edges_mm.iter().map(|edge| g(*edge, 6)).collect();
    Err(Unreadable::new(key, "square pixels", format!("{} mm", list.join(" x "))))
}
