//! `XDS.INP`: `KEY= VALUES`, several on a line, comments behind an exclamation mark.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use super::xds::Flat;
use super::{Geometry, MOST_PANELS, Polarization, Scan, Selection, pixels};
use crate::error::{Error, Result};
use crate::lines::{LINE_LIMIT, finite};
use crate::warning::{Warning, WarningKind};

/// The key without which there is no detector.
const DISTANCE: &str = "DETECTOR_DISTANCE";
/// The key that begins the description of a segment.
const SEGMENT: &str = "SEGMENT";

/// Whether these may be the contents of such a file.
pub(super) fn is_input(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|&byte| byte == b'\n');
    lines.any(|line| {
        // A semicolon begins a comment of CrystFEL, and is nothing that XDS knows.
        let line = line.split(|&byte| byte == b'!' || byte == b';').next().unwrap_or_default().trim_ascii();
        let at = line.windows(DISTANCE.len()).position(|word| word == DISTANCE.as_bytes());
        at.and_then(|at| line.get(at + DISTANCE.len()..))
            .is_some_and(|rest| rest.trim_ascii().starts_with(b"="))
    })
}

/// A key with the values behind it, and where it stands.
struct Entry<'a> {
    key: &'a str,
    values: Vec<&'a str>,
    line: u64,
}

/// All that a file says.
struct Entries<'a> {
    path: &'a Path,
    list: Vec<Entry<'a>>,
}

impl<'a> Entries<'a> {
    fn read(path: &'a Path, text: &'a str) -> Result<Self> {
        let mut list: Vec<Entry<'a>> = Vec::new();
        for (number, line) in text.split('\n').enumerate() {
            let number = number as u64 + 1;
            if line.len() > LINE_LIMIT {
                return Err(Error::line_too_long(path, number, LINE_LIMIT));
            }
            let content = line.split('!').next().unwrap_or_default();
            // Each part but the last ends with the key of the next.
            let mut parts = content.split('=').peekable();
            let mut key = parts.next().unwrap_or_default().trim();
            if parts.peek().is_none() && !key.is_empty() {
                return Err(Error::line(path, number, "\"KEY= VALUES\"", line.trim().as_bytes()));
            }
            while let Some(part) = parts.next() {
                let mut values: Vec<&str> = part.split_whitespace().collect();
                let next = if parts.peek().is_some() { values.pop() } else { None };
                list.push(Entry { key, values, line: number });
                key = next.unwrap_or_default();
            }
        }
        Ok(Entries { path, list })
    }

    fn error(&self, entry: &Entry<'_>, expected: &str) -> Error {
        let found = format!("{}= {}", entry.key, entry.values.join(" "));
        Error::line(self.path, entry.line, expected, found.as_bytes())
    }

    /// The numbers of an entry.
    fn numbers<const N: usize>(&self, entry: &Entry<'_>) -> Result<[f64; N]> {
        let numbers: Option<Vec<f64>> = entry.values.iter().map(|word| finite(word.as_bytes())).collect();
        let numbers = numbers.and_then(|numbers| <[f64; N]>::try_from(numbers).ok());
        let expected = if N == 1 { "a number".to_owned() } else { format!("{N} numbers") };
        numbers.ok_or_else(|| self.error(entry, &expected))
    }

    fn warning(&self, kind: WarningKind, entry: &Entry<'_>, assumed: &str) -> Warning {
        let place = format!("line {}: {}", entry.line, entry.key);
        Warning::new(kind, self.path, place, entry.values.join(" "), assumed)
    }

    /// The last entry of a key, which counts.
    fn last(&self, key: &str) -> Option<&Entry<'a>> {
        self.list.iter().rev().find(|entry| entry.key == key)
    }

    fn optional<const N: usize>(&self, key: &str) -> Result<Option<[f64; N]>> {
        self.last(key).map(|entry| self.numbers::<N>(entry)).transpose()
    }

    fn number(&self, key: &str) -> Result<f64> {
        let found = self.optional::<1>(key)?.map(|[number]| number);
        found.ok_or_else(|| Error::missing(self.path, key, "a number"))
    }

    fn vector(&self, key: &str) -> Result<Option<Vector3<f64>>> {
        Ok(self.optional::<3>(key)?.map(Vector3::from))
    }
}

pub(super) fn parse(path: &Path, bytes: &[u8], selection: Selection) -> Result<Geometry> {
    if selection.experiment > 0 {
        let found = selection.experiment.to_string();
        return Err(Error::value(path, "experiments", "number 0 only", found.as_bytes()));
    }
    // Comments may be in any encoding.
    let text = String::from_utf8_lossy(bytes);
    let entries = Entries::read(path, &text)?;
    let fast = entries.vector("DIRECTION_OF_DETECTOR_X-AXIS")?.unwrap_or_else(Vector3::x);
    let slow = entries.vector("DIRECTION_OF_DETECTOR_Y-AXIS")?.unwrap_or_else(Vector3::y);
    let unit = |vector: Vector3<f64>| vector.try_normalize(1e-6).unwrap_or(vector);
    let (fast, slow) = (unit(fast), unit(slow));
    let flat = Flat {
        pixel_mm: [entries.number("QX")?, entries.number("QY")?],
        origin: [entries.number("ORGX")?, entries.number("ORGY")?, entries.number(DISTANCE)?],
        axes: Matrix3::from_columns(&[fast, slow, unit(fast.cross(&slow))]),
    };
    let size = [pixels(path, "NX", entries.number("NX")?)?, pixels(path, "NY", entries.number("NY")?)?];
    let panels = match segments(&entries)? {
        segments if segments.is_empty() => vec![flat.whole(size)],
        segments => {
            let count = segments.len();
            let placed = segments.iter().enumerate();
            placed
                .map(|(number, (region, place))| flat.segment(path, number, count, region, place))
                .collect::<Result<_>>()?
        }
    };
    let mut warnings = not_taken(&entries);
    let polarization = polarization(&entries, &mut warnings)?;
    let crystal = crystal(&entries, &mut warnings)?;
    Ok(Geometry {
        wavelength_angstrom: entries.optional::<1>("X-RAY_WAVELENGTH")?.map(|[wavelength]| wavelength),
        beam: Some(entries.vector("INCIDENT_BEAM_DIRECTION")?.unwrap_or_else(Vector3::z)),
        polarization,
        panels,
        spindle_axis: Some(entries.vector("ROTATION_AXIS")?.unwrap_or_else(Vector3::x)),
        scan: scan(&entries, selection.scan_point)?,
        crystal,
        space_group_hall: None,
        varying_images: 1,
        warnings,
    })
}

/// The key of the normal to the plane of polarization.
const NORMAL: &str = "POLARIZATION_PLANE_NORMAL";
/// The key of the share of photons that are polarized in it.
const FRACTION: &str = "FRACTION_OF_POLARIZATION";

/// Normal and fraction; of one alone, with what XDS takes for the other.
fn polarization(entries: &Entries<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Polarization>> {
    let (normal, fraction) = (entries.vector(NORMAL)?, entries.optional::<1>(FRACTION)?);
    let half = match (normal, fraction) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => None,
        (Some(_), None) => {
            entries.last(NORMAL).map(|entry| (entry, "FRACTION_OF_POLARIZATION= 0.5 is assumed"))
        }
        (None, Some(_)) => {
            entries.last(FRACTION).map(|entry| (entry, "POLARIZATION_PLANE_NORMAL= 0 1 0 is assumed"))
        }
    };
    warnings
        .extend(half.map(|(entry, assumed)| entries.warning(WarningKind::HalfPolarization, entry, assumed)));
    Ok(Some(Polarization {
        normal: normal.unwrap_or_else(Vector3::y),
        fraction: fraction.map_or(0.5, |[fraction]| fraction),
    }))
}

/// What is said of the sensor and of bad pixels, a warning a key.
fn not_taken(entries: &Entries<'_>) -> Vec<Warning> {
    const SENSOR: [&str; 3] = ["SENSOR_THICKNESS", "SILICON", "GAIN"];
    const BAD: [&str; 3] = ["UNTRUSTED_RECTANGLE", "UNTRUSTED_ELLIPSE", "UNTRUSTED_QUADRILATERAL"];
    let given = |key: &&str| {
        let entry = entries.last(key)?;
        let says_something =
            entry.values.iter().any(|value| finite(value.as_bytes()).is_some_and(|x| x != 0.0));
        says_something.then_some(entry)
    };
    let sensor = "not taken; -detector_thick and -detector_abs say what the sensor is";
    let properties = SENSOR.iter().filter_map(given);
    let properties = properties.map(|entry| entries.warning(WarningKind::DetectorProperties, entry, sensor));
    let regions = BAD.iter().filter_map(given);
    let regions = regions
        .map(|entry| entries.warning(WarningKind::BadRegions, entry, "rendered; -mask leaves them out"));
    properties.chain(regions).collect()
}

/// Regions and places of the segments, as `XPARM.XDS` has them in two lines.
fn segments(entries: &Entries<'_>) -> Result<Vec<(Vec<f64>, Vec<f64>)>> {
    const AXES: [&str; 2] = ["DIRECTION_OF_SEGMENT_X-AXIS", "DIRECTION_OF_SEGMENT_Y-AXIS"];
    const PLACES: [&str; 3] = ["SEGMENT_ORGX", "SEGMENT_ORGY", "SEGMENT_DISTANCE"];
    let mut segments: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    for entry in &entries.list {
        if entry.key == SEGMENT {
            if segments.len() == MOST_PANELS {
                return Err(entries.error(entry, "at most 10000 segments"));
            }
            let [x_first, x_last, y_first, y_last] = entries.numbers::<4>(entry)?;
            let number = segments.len() as f64 + 1.0;
            let place = vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
            segments.push((vec![number, x_first, x_last, y_first, y_last], place));
            continue;
        }
        let axis = AXES.iter().position(|key| *key == entry.key).map(|axis| 3 + 3 * axis);
        let place = PLACES.iter().position(|key| *key == entry.key);
        let Some(start) = axis.or(place) else { continue };
        let found: Vec<f64> = match axis {
            Some(_) => entries.numbers::<3>(entry)?.into(),
            None => entries.numbers::<1>(entry)?.into(),
        };
        let (_, of_segment) =
            segments.last_mut().ok_or_else(|| entries.error(entry, "a line SEGMENT= before it"))?;
        for (place, number) in of_segment.iter_mut().skip(start).zip(found) {
            *place = number;
        }
    }
    Ok(segments)
}

/// The rotation of image number `point` of DATA_RANGE, counted from 0. STARTING_ANGLE is that of STARTING_FRAME, the
/// first image of DATA_RANGE where it is not given.
fn scan(entries: &Entries<'_>, point: usize) -> Result<Option<Scan>> {
    let Some([range]) = entries.optional::<1>("OSCILLATION_RANGE")? else { return Ok(None) };
    let start = entries.optional::<1>("STARTING_ANGLE")?.map_or(0.0, |[angle]| angle);
    let images = entries.optional::<2>("DATA_RANGE")?;
    if let (Some([first, last]), Some(entry)) = (images, entries.last("DATA_RANGE"))
        && (last < first || point as f64 > last - first)
    {
        let expected = format!("image {point} of the scan, counted from 0, between the first and the last");
        return Err(entries.error(entry, &expected));
    }
    let first = images.map_or(1.0, |[first, _]| first);
    let frame = entries.optional::<1>("STARTING_FRAME")?.map_or(first, |[frame]| frame);
    Ok(Some(Scan { start_deg: start + range * (first - frame + point as f64), range_deg: range }))
}

/// Reciprocal vectors of the cell whose axes are given.
fn crystal(entries: &Entries<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Matrix3<f64>>> {
    let axes = ["UNIT_CELL_A-AXIS", "UNIT_CELL_B-AXIS", "UNIT_CELL_C-AXIS"];
    let [a, b, c] = axes.map(|key| entries.vector(key));
    if let (Some(a), Some(b), Some(c)) = (a?, b?, c?) {
        let rows = Matrix3::from_rows(&[a.transpose(), b.transpose(), c.transpose()]);
        let reciprocal = rows.try_inverse();
        return reciprocal.map(Some).ok_or_else(|| Error::missing(entries.path, "cell vectors", "a volume"));
    }
    if let Some(cell) = entries.last("UNIT_CELL_CONSTANTS") {
        let place = format!("line {}: {}", cell.line, cell.key);
        let assumed = "a cell without an orientation is not taken; give -cell and -misset, or -mat";
        warnings.push(Warning::new(
            WarningKind::NoOrientation,
            entries.path,
            place,
            cell.values.join(" "),
            assumed,
        ));
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "QX= 0.1 QY= 0.1 NX= 10 NY= 8 ORGX= 5 ORGY= 4\nDETECTOR_DISTANCE= 100 X-RAY_WAVELENGTH= 1\n\
        OSCILLATION_RANGE= 0.5 STARTING_ANGLE= 2\n";

    fn read(more: &str, scan_point: usize) -> Result<Geometry> {
        let text = format!("{REST}{more}\n");
        parse(Path::new("XDS.INP"), text.as_bytes(), Selection { experiment: 0, scan_point })
    }

    fn said(more: &str) -> Vec<String> {
        read(more, 0).unwrap().warnings.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_assumed_or_not_taken_is_said() {
        assert_eq!(said("FRACTION_OF_POLARIZATION= 0.9 POLARIZATION_PLANE_NORMAL= 0 1 0"), [""; 0]);
        let expected =
            "XDS.INP: line 4: FRACTION_OF_POLARIZATION: 0.9: POLARIZATION_PLANE_NORMAL= 0 1 0 is assumed";
        assert_eq!(said("FRACTION_OF_POLARIZATION= 0.9"), [expected]);
        let expected =
            "XDS.INP: line 4: POLARIZATION_PLANE_NORMAL: 1 0 0: FRACTION_OF_POLARIZATION= 0.5 is assumed";
        assert_eq!(said("POLARIZATION_PLANE_NORMAL= 1 0 0"), [expected]);
        let found = said("SENSOR_THICKNESS= 0.32\nUNTRUSTED_RECTANGLE= 1 4 1 4");
        assert!(found[0].starts_with("XDS.INP: line 4: SENSOR_THICKNESS: 0.32: not taken"), "{found:?}");
        assert!(found[1].starts_with("XDS.INP: line 5: UNTRUSTED_RECTANGLE: 1 4 1 4: rendered"), "{found:?}");
        assert_eq!(said("SENSOR_THICKNESS= 0"), [""; 0]);
    }

    #[test]
    fn an_image_that_the_scan_does_not_have_is_an_error() {
        let start = |point| read("DATA_RANGE= 3 5", point).unwrap().scan.unwrap().start_deg;
        assert_eq!((start(0), start(2)), (2.0, 3.0));
        for (range, point) in [("3 5", 3), ("5 3", 0)] {
            let error = read(&format!("DATA_RANGE= {range}"), point).unwrap_err().to_string();
            assert!(error.starts_with("XDS.INP:4: expected image"), "{error}");
        }
    }
}
