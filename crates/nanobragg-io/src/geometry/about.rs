//! What descriptions say beside the instrument, and how they spell it.

use nalgebra::Vector3;

use crate::clean::clean_beside;

/// What a description says beside the instrument.
#[derive(Clone, Debug, PartialEq)]
pub struct About {
    /// Images of the scan, at least 1. Without a scan there is one.
    pub images: usize,
    /// Exposure of an image in seconds.
    pub exposure_s: f64,
    /// The largest count that a pixel can hold.
    pub saturation: i32,
    /// The sensor, where one is modeled.
    pub sensor: Option<SensorMaterial>,
    /// Names of the images with question marks in the place of their numbers, as XDS has them.
    pub template: Option<String>,
    /// Who made it of what: comments, where the format has them.
    pub made_by: Vec<String>,
}

/// What photons meet in a sensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SensorMaterial {
    /// Thickness in mm.
    pub thickness_mm: f64,
    /// Attenuation coefficient in 1/mm.
    pub mu_per_mm: f64,
}

impl Default for About {
    fn default() -> Self {
        About {
            images: 1,
            exposure_s: 0.0,
            saturation: i32::MAX,
            sensor: None,
            template: None,
            made_by: Vec::new(),
        }
    }
}

/// Comments, each line behind `mark`, whatever characters they hold.
pub(super) fn comments(mark: &str, lines: &[String]) -> String {
    let plain =
        |line: &String| line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    lines.iter().map(|line| format!("{mark} {}\n", plain(line))).collect()
}

/// Three numbers with blanks between them, without the noise of rounding.
pub(super) fn numbers(vector: &Vector3<f64>) -> String {
    let size = vector.norm();
    let [x, y, z] = [vector.x, vector.y, vector.z].map(|number| clean_beside(number, size));
    format!("{x} {y} {z}")
}
