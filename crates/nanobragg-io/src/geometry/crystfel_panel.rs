//! One panel of a CrystFEL geometry file.

use std::path::Path;

use nalgebra::Vector3;

use super::crystfel_line::{Place, starts_number};
use super::{Panel, pixels};
use crate::error::{Error, Result};
use crate::lines::finite;

/// What is known of a panel; lengths as the file has them.
#[derive(Clone, Debug, Default)]
pub(super) struct PanelKeys {
    min_fs: Option<f64>,
    max_fs: Option<f64>,
    min_ss: Option<f64>,
    max_ss: Option<f64>,
    /// Corner of the first pixel, in pixels.
    corner: (Option<f64>, Option<f64>),
    /// Along one pixel, in pixels.
    fs: Option<Vector3<f64>>,
    ss: Option<Vector3<f64>>,
    /// Pixels in a meter.
    res: Option<f64>,
    /// In mm.
    clen_mm: Option<f64>,
    coffset_mm: f64,
    /// Where the data files have the distance.
    clen_elsewhere: Option<String>,
}

/// The keys that are looked at.
pub(super) const READ: [&str; 11] =
    ["min_fs", "max_fs", "min_ss", "max_ss", "corner_x", "corner_y", "res", "fs", "ss", "clen", "coffset"];

impl PanelKeys {
    /// Takes a key; what does not describe the panel's place is not looked at.
    pub(super) fn set(&mut self, key: &str, value: &str, place: &Place<'_>) -> Result<()> {
        const LENGTHS: &[(&str, f64)] = &[("m", 1e3), ("mm", 1.0)];
        let plain = || place.quantity(value, &[("", 1.0)]).map(Some);
        match key {
            "min_fs" => self.min_fs = plain()?,
            "max_fs" => self.max_fs = plain()?,
            "min_ss" => self.min_ss = plain()?,
            "max_ss" => self.max_ss = plain()?,
            "corner_x" => self.corner.0 = plain()?,
            "corner_y" => self.corner.1 = plain()?,
            "res" => self.res = plain()?,
            "fs" => {
                self.fs =
                    Some(direction(value).ok_or_else(|| place.error("a direction such as +1.0x-0.01y"))?)
            }
            "ss" => {
                self.ss =
                    Some(direction(value).ok_or_else(|| place.error("a direction such as +1.0x-0.01y"))?)
            }
            "clen" if !starts_number(value) => {
                (self.clen_mm, self.clen_elsewhere) =
                    (None, value.split_whitespace().next().map(str::to_owned))
            }
            "clen" => self.clen_mm = Some(place.quantity(value, LENGTHS)?),
            "coffset" => self.coffset_mm = place.quantity(value, LENGTHS)?,
            _ => {}
        }
        Ok(())
    }

    /// The panel, moved by `shift_mm`.
    pub(super) fn panel(&self, path: &Path, name: &str, shift_mm: Vector3<f64>) -> Result<Panel> {
        let of = |what: &str| format!("{what} of panel {name:?}");
        let need =
            |value: Option<f64>, what: &str| value.ok_or_else(|| Error::missing(path, of(what), "a number"));
        let size = |min: Option<f64>, max: Option<f64>, low: &str, high: &str| -> Result<usize> {
            pixels(path, &of(high), need(max, high)? - need(min, low)? + 1.0)
        };
        let res = need(self.res, "res")?;
        let fs = self.fs.unwrap_or_else(Vector3::x);
        let ss = self.ss.unwrap_or_else(Vector3::y);
        let pixel = 1000.0 / super::positive(path, &of("res"), res)?;
        let corner = Vector3::new(need(self.corner.0, "corner_x")?, need(self.corner.1, "corner_y")?, 0.0);
        let distance_elsewhere = self.clen_elsewhere.clone().filter(|_| self.clen_mm.is_none());
        let clen = if distance_elsewhere.is_some() { 0.0 } else { need(self.clen_mm, "clen")? };
        let distance = clen + self.coffset_mm;
        Ok(Panel {
            name: name.chars().filter(|c| !c.is_control()).take(80).collect(),
            origin_mm: corner * pixel + Vector3::new(0.0, 0.0, distance) + shift_mm,
            fast: fs,
            slow: ss,
            // The lengths of fs and ss stretch the pixels.
            pixel_mm: [fs.norm() * pixel, ss.norm() * pixel],
            distance_elsewhere,
            fast_pixels: size(self.min_fs, self.max_fs, "min_fs", "max_fs")?,
            slow_pixels: size(self.min_ss, self.max_ss, "min_ss", "max_ss")?,
        })
    }
}

/// `+0.9x -0.1y`, `x`, `-y+0.01z`.
fn direction(text: &str) -> Option<Vector3<f64>> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut vector = Vector3::zeros();
    let mut rest = compact.as_str();
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(['x', 'y', 'z'])?;
        let (number, after) = rest.split_at_checked(end)?;
        let factor = match number {
            "" | "+" => 1.0,
            "-" => -1.0,
            number => finite(number.as_bytes())?,
        };
        let axis = ["x", "y", "z"].iter().position(|name| after.starts_with(name))?;
        vector[axis] += factor;
        rest = after.get(1..)?;
        if !rest.is_empty() && !rest.starts_with(['+', '-']) {
            return None;
        }
    }
    Some(vector)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions_in_all_spellings() {
        for (text, expected) in [
            ("x", [1.0, 0.0, 0.0]),
            ("-y", [0.0, -1.0, 0.0]),
            ("+0.9x -0.1y", [0.9, -0.1, 0.0]),
            ("-0.00254x+1.0y+1e-3z", [-0.00254, 1.0, 0.001]),
        ] {
            assert_eq!(direction(text), Some(Vector3::from(expected)), "{text}");
        }
        for text in ["", "1.0", "xy", "0.9x0.1y", "ax", "nanx", "x+"] {
            assert_eq!(direction(text), None, "{text}");
        }
    }
}
