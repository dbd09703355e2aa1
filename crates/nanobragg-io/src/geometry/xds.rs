//! `XPARM.XDS` and `GXPARM.XDS`, with and without the first line that newer versions write.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use super::{Geometry, Panel, Scan, Selection, pixels, square};
use crate::error::{Error, Result};
use crate::lines::finite;

/// Numbers of each line, without the first line of newer files: frame, angle, range and axis; wavelength and beam;
/// group and cell; a; b; c; segments and size; origin and distance; x; y; normal; segment; its place.
const LINES: [usize; 13] = [6, 4, 7, 3, 3, 3, 5, 3, 3, 3, 3, 5, 9];
/// The same before 2012: frame; wavelength; size; distance and origin; x; y; normal; group and cell; a; b; c.
const OLD_LINES: [usize; 11] = [6, 4, 4, 3, 3, 3, 3, 7, 3, 3, 3];
/// Names of the lines, for messages.
const NAMES: [&str; 13] = [
    "first frame, angle, range and rotation axis",
    "wavelength and beam",
    "space group and cell",
    "cell vector a",
    "cell vector b",
    "cell vector c",
    "number of segments, pixels and pixel size",
    "ORGX, ORGY and distance",
    "detector X axis",
    "detector Y axis",
    "detector normal",
    "segment",
    "place of the segment",
];
/// Where the lines of an old file stand in a new one.
const OLD_ORDER: [usize; 11] = [0, 1, 6, 7, 8, 9, 10, 2, 3, 4, 5];

/// Whether these may be the contents of such a file: the title, or six numbers in the first line.
pub(super) fn is_xparm(bytes: &[u8]) -> bool {
    let first = bytes.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
    let first = first.trim_ascii();
    first.starts_with(b"XPARM.XDS")
        || first.starts_with(b"GXPARM.XDS")
        || numbers(first).is_some_and(|n| n.len() == 6)
}

fn numbers(line: &[u8]) -> Option<Vec<f64>> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).map(finite).collect()
}

pub(super) fn parse(path: &Path, bytes: &[u8], selection: Selection) -> Result<Geometry> {
    if selection.experiment > 0 {
        let found = selection.experiment.to_string();
        return Err(Error::value(path, "experiments", "number 0 only", found.as_bytes()));
    }
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').take(64).collect();
    let titled = lines.iter().map(|line| line.trim_ascii()).find(|line| !line.is_empty());
    let titled = titled.is_some_and(|line| numbers(line).is_none());
    let mut rows = lines.iter().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    if titled {
        rows.next();
    }
    let expected: &[usize] = if titled { &LINES } else { &OLD_LINES };
    let mut table: Vec<Vec<f64>> = vec![Vec::new(); LINES.len()];
    for (at, &count) in expected.iter().enumerate() {
        let place = if titled { at } else { OLD_ORDER[at] };
        let (number, line) =
            rows.next().map_or((lines.len(), &b"the end of the file"[..]), |(n, line)| (n, *line));
        let found = numbers(line).filter(|numbers| numbers.len() == count);
        let text = format!("{count} numbers: {}", NAMES[place]);
        table[place] = found.ok_or_else(|| Error::line(path, number as u64 + 1, text, line.trim_ascii()))?;
    }
    let value = |line: usize, at: usize| table.get(line).and_then(|row| row.get(at)).copied().unwrap_or(0.0);
    let vector =
        |line: usize, at: usize| Vector3::new(value(line, at), value(line, at + 1), value(line, at + 2));
    // Old files have no number of segments before the size.
    let sizes = if titled { 1 } else { 0 };
    if titled && value(6, 0) != 1.0 {
        let found = value(6, 0).to_string();
        return Err(Error::value(path, "detector segments", "1, a flat detector", found.as_bytes()));
    }
    // Distance stands last in new files, first in old ones.
    let [orgx, orgy, distance] = if titled {
        [value(7, 0), value(7, 1), value(7, 2)]
    } else {
        [value(7, 1), value(7, 2), value(7, 0)]
    };
    let pixel_mm = square(path, "pixel size", value(6, sizes + 2), value(6, sizes + 3))?;
    let (fast, slow, normal) = (vector(8, 0), vector(9, 0), vector(10, 0));
    // Pixels are counted from 1 at the center of the first, whose outer corner is half a pixel before.
    let origin = fast * ((0.5 - orgx) * pixel_mm) + slow * ((0.5 - orgy) * pixel_mm) + normal * distance;
    let panel = Panel {
        name: String::new(),
        origin_mm: origin,
        fast,
        slow,
        pixel_mm,
        fast_pixels: pixels(path, "pixels along X", value(6, sizes))?,
        slow_pixels: pixels(path, "pixels along Y", value(6, sizes + 1))?,
    };
    // Rows of the matrix are the cell vectors of the crystal at spindle angle 0.
    let cell = Matrix3::from_rows(&[vector(3, 0), vector(4, 0), vector(5, 0)].map(|v| v.transpose()));
    let reciprocal = cell.try_inverse();
    let crystal = reciprocal.ok_or_else(|| Error::missing(path, "cell vectors", "a volume"))?;
    let (start, range) = (value(0, 1), value(0, 2));
    Ok(Geometry {
        wavelength_angstrom: Some(value(1, 0)),
        beam: vector(1, 1),
        polarization: None,
        panels: vec![panel],
        spindle_axis: Some(vector(0, 3)),
        scan: Some(Scan { start_deg: start + range * selection.scan_point as f64, range_deg: range }),
        crystal: Some(crystal),
    })
}
