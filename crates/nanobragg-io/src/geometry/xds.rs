//! `XPARM.XDS` and `GXPARM.XDS`, with and without the first line that newer versions write.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use super::{Geometry, MOST_PANELS, Panel, Scan, Selection, cell_of_other_axes, pixels};
use crate::c_format::g;
use crate::cell::{Notation, SpaceGroup};
use crate::error::{Error, Result};
use crate::lines::finite;
use crate::text::spaced_to;
use crate::warning::{Assumption, Warning, WarningKind};

/// Numbers of each line, without the first line of newer files: frame, angle, range and axis; wavelength and beam;
/// group and cell; a; b; c; segments and size; origin and distance; x; y; normal. Two lines for each segment follow.
const LINES: [usize; 11] = [6, 4, 7, 3, 3, 3, 5, 3, 3, 3, 3];
/// The same before 2012: frame; wavelength; size; distance and origin; x; y; normal; group and cell; a; b; c.
const OLD_LINES: [usize; 11] = [6, 4, 4, 3, 3, 3, 3, 7, 3, 3, 3];
/// Names of the lines, for messages.
const NAMES: [&str; 11] = [
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
];
/// More than a file of all segments has.
const MOST_LINES: usize = 2 * MOST_PANELS + 64;
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
    let lines: Vec<&[u8]> = bytes.split(|&byte| byte == b'\n').take(MOST_LINES).collect();
    let titled = lines.iter().map(|line| line.trim_ascii()).find(|line| !line.is_empty());
    let titled = titled.is_some_and(|line| numbers(line).is_none());
    let mut rows = lines.iter().enumerate().filter(|(_, line)| !line.trim_ascii().is_empty());
    if titled {
        rows.next();
    }
    let mut next = |count: usize, name: &str| -> Result<Vec<f64>> {
        let (number, line) =
            rows.next().map_or((lines.len(), &b"the end of the file"[..]), |(n, line)| (n, *line));
        let found = numbers(line).filter(|numbers| numbers.len() == count);
        let text = format!("{count} numbers: {name}");
        found.ok_or_else(|| Error::line(path, number as u64 + 1, text, line.trim_ascii()))
    };
    let expected: &[usize] = if titled { &LINES } else { &OLD_LINES };
    let mut table: Vec<Vec<f64>> = vec![Vec::new(); LINES.len()];
    for (at, &count) in expected.iter().enumerate() {
        let place = if titled { at } else { OLD_ORDER[at] };
        table[place] = next(count, NAMES[place])?;
    }
    let value = |line: usize, at: usize| table.get(line).and_then(|row| row.get(at)).copied().unwrap_or(0.0);
    let vector =
        |line: usize, at: usize| Vector3::new(value(line, at), value(line, at + 1), value(line, at + 2));
    // Old files have no number of segments before the size.
    let sizes = if titled { 1 } else { 0 };
    // Distance stands last in new files, first in old ones.
    let [orgx, orgy, distance] = if titled {
        [value(7, 0), value(7, 1), value(7, 2)]
    } else {
        [value(7, 1), value(7, 2), value(7, 0)]
    };
    let unit = |vector: Vector3<f64>| vector.try_normalize(1e-6).unwrap_or(vector);
    let detector = Flat {
        pixel_mm: [value(6, sizes + 2), value(6, sizes + 3)],
        origin: [orgx, orgy, distance],
        axes: Matrix3::from_columns(&[vector(8, 0), vector(9, 0), vector(10, 0)].map(unit)),
    };
    let size = [
        pixels(path, "pixels along X", value(6, sizes))?,
        pixels(path, "pixels along Y", value(6, sizes + 1))?,
    ];
    let mut panels = Vec::new();
    if titled {
        let count = pixels(path, "number of segments", value(6, 0))?.min(MOST_PANELS + 1);
        if count > MOST_PANELS {
            let expected = format!("at most {MOST_PANELS}");
            return Err(Error::value(path, "number of segments", expected, b"more"));
        }
        for number in 0..count {
            let region = next(5, "segment: its number, first and last pixel along X and along Y")?;
            let &[_, x_first, x_last, y_first, y_last] = region.as_slice() else { continue };
            let whole = size.map(|pixels| pixels as f64);
            if x_first < 1.0 || y_first < 1.0 || x_last > whole[0] || y_last > whole[1] {
                let place = format!("segment {}", number + 1);
                let expected = format!("pixels from 1 to {} and from 1 to {}", size[0], size[1]);
                let found = format!("{x_first} {x_last} {y_first} {y_last}");
                return Err(Error::value(path, place, expected, found.as_bytes()));
            }
            let place = next(9, "place of the segment: its origin, distance, X axis and Y axis")?;
            panels.push(detector.segment(path, number, count, &region, &place)?);
        }
    } else {
        panels.push(detector.whole(size));
    }
    // Rows of the matrix are the cell vectors of the crystal at spindle angle 0.
    let cell = Matrix3::from_rows(&[vector(3, 0), vector(4, 0), vector(5, 0)].map(|v| v.transpose()));
    let reciprocal = cell.try_inverse();
    let crystal = reciprocal.ok_or_else(|| Error::missing(path, "cell vectors", "a volume"))?;
    let said: [f64; 6] = std::array::from_fn(|at| value(2, 1 + at));
    let other = cell_of_other_axes(&said, &crystal);
    let other = other.map(|meant| of_other_axes(path, "space group and cell", &said, &meant));
    let (start, range) = (value(0, 1), value(0, 2));
    let after = rows.find(|(_, line)| titled && !line.trim_ascii().is_empty()).map(|(number, line)| {
        let place = format!("line {}", number + 1);
        let assumed = "not read: the number of segments is reached";
        Warning::new(WarningKind::NotTaken, path, place, line.trim_ascii(), assumed)
    });
    let length = vector(1, 1).norm() * value(1, 0);
    let contradiction = ((length - 1.0).abs() > SAME_WAVELENGTH && length > 0.0 && titled).then(|| {
        let found = format!("{} Angstrom", g(value(1, 0), 6));
        let assumed = format!("counts; the beam beside it is one of {}", g(value(1, 0) / length, 6));
        Warning::new(WarningKind::ContradictingHeader, path, "wavelength", found, assumed)
    });
    let still = || {
        let place = "oscillation range";
        let still = Warning::new(WarningKind::UnlikelyScan, path, place, "0", "a still is rendered");
        still.of(Assumption::Oscillation)
    };
    let still = (range == 0.0).then(still);
    Ok(Geometry {
        wavelength_angstrom: Some(value(1, 0)),
        beam: Some(vector(1, 1)),
        polarization: None,
        panels,
        spindle_axis: Some(vector(0, 3)),
        scan: Some(Scan { start_deg: start + range * selection.scan_point as f64, range_deg: range }),
        crystal: Some(crystal),
        space_group: of_number(value(2, 0)),
        lone_cell: None,
        varying_images: 1,
        warnings: other.into_iter().chain(still).chain(after).chain(contradiction).collect(),
    })
}

/// The space group of a number of XDS, for which 0 means none.
pub(super) fn of_number(number: f64) -> Option<SpaceGroup> {
    (number != 0.0).then(|| SpaceGroup::of(&number.to_string(), Notation::HermannMauguin))?
}

/// Relative difference of the wavelength from the inverse length of the beam vector that the digits of files do not make.
const SAME_WAVELENGTH: f64 = 1e-3;

/// That a cell which stands at `place` is not the one of the axes.
pub(super) fn of_other_axes(path: &Path, place: &str, said: &[f64; 6], meant: &[f64; 6]) -> Warning {
    let assumed = format!("the cell vectors make {}, which counts", spaced_to(meant, 6));
    Warning::new(WarningKind::OtherCell, path, place, spaced_to(said, 6), assumed)
}

/// The detector before its segments are placed on it.
pub(super) struct Flat {
    pub pixel_mm: [f64; 2],
    /// ORGX and ORGY in pixels, the distance in mm.
    pub origin: [f64; 3],
    /// Columns: X axis, Y axis, normal.
    pub axes: Matrix3<f64>,
}

impl Flat {
    /// One panel of that many pixels. Pixels are counted from 1 at the center of the first, whose outer corner is half
    /// a pixel before.
    pub(super) fn whole(&self, [fast_pixels, slow_pixels]: [usize; 2]) -> Panel {
        let [orgx, orgy, distance] = self.origin;
        let [fast, slow, normal] = [0, 1, 2].map(|axis| self.axes.column(axis).into_owned());
        let across = fast * ((0.5 - orgx) * self.pixel_mm[0]) + slow * ((0.5 - orgy) * self.pixel_mm[1]);
        Panel {
            name: String::new(),
            origin_mm: across + normal * distance,
            fast,
            slow,
            pixel_mm: self.pixel_mm,
            distance_elsewhere: None,
            fast_pixels,
            slow_pixels,
        }
    }

    /// A segment, whose pixel (x, y) lies at (x - origin_x) qx e_x + (y - origin_y) qy e_y + distance e_z from the
    /// point that is -ORGX qx, -ORGY qy and the distance away from the crystal along the detector's axes; e_x and e_y
    /// refer to these axes too.
    pub(super) fn segment(
        &self,
        path: &Path,
        number: usize,
        of: usize,
        region: &[f64],
        place: &[f64],
    ) -> Result<Panel> {
        let &[_, x_first, x_last, y_first, y_last] = region else {
            return Err(Error::missing(path, "segment", "5 numbers"));
        };
        let &[org_x, org_y, distance, x0, x1, x2, y0, y1, y2] = place else {
            return Err(Error::missing(path, "place of the segment", "9 numbers"));
        };
        let size = [
            pixels(path, "pixels of the segment along X", x_last - x_first + 1.0)?,
            pixels(path, "pixels of the segment along Y", y_last - y_first + 1.0)?,
        ];
        let (along_x, along_y) = (Vector3::new(x0, x1, x2), Vector3::new(y0, y1, y2));
        let is_whole = of == 1 && x_first == 1.0 && y_first == 1.0;
        if is_whole
            && along_x == Vector3::x()
            && along_y == Vector3::y()
            && [org_x, org_y, distance] == [0.0; 3]
        {
            return Ok(self.whole(size));
        }
        let [qx, qy] = self.pixel_mm;
        let corner = along_x * ((x_first - 0.5 - org_x) * qx)
            + along_y * ((y_first - 0.5 - org_y) * qy)
            + along_x.cross(&along_y) * distance;
        let from = Vector3::new(-self.origin[0] * qx, -self.origin[1] * qy, self.origin[2]);
        Ok(Panel {
            name: if of == 1 { String::new() } else { format!("segment {}", number + 1) },
            origin_mm: self.axes * (from + corner),
            fast: self.axes * along_x,
            slow: self.axes * along_y,
            ..self.whole(size)
        })
    }
}
