//! `XDS.INP`: `KEY= VALUES`, several on a line, comments behind an exclamation mark.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use super::xds::{Flat, of_number, of_other_axes};
use super::xds_keys::{DISTANCE, Entries, Entry, SEGMENT};
use super::xds_scan::scan;
use super::{Geometry, MOST_PANELS, Polarization, Selection, cell_of_other_axes, pixels};
use crate::error::{Error, Result};
use crate::lines::finite;
use crate::warning::{Assumption, Warning, WarningKind};

pub(super) use super::xds_keys::is_input;

/// The key of the space group.
const GROUP: &str = "SPACE_GROUP_NUMBER";
/// The keys of the cell vectors.
const AXES: [&str; 3] = ["UNIT_CELL_A-AXIS", "UNIT_CELL_B-AXIS", "UNIT_CELL_C-AXIS"];

pub(super) fn parse(path: &Path, bytes: &[u8], selection: Selection) -> Result<Geometry> {
    if selection.experiment > 0 {
        let found = selection.experiment.to_string();
        return Err(Error::value(path, "experiments", "number 0 only", found.as_bytes()));
    }
    // Comments may be in any encoding.
    let text = String::from_utf8_lossy(bytes);
    let entries = Entries::read(path, &text)?;
    let mut warnings = entries.doubts();
    let fast = assumed_axis(&entries, "DIRECTION_OF_DETECTOR_X-AXIS", Vector3::x(), &mut warnings)?;
    let slow = assumed_axis(&entries, "DIRECTION_OF_DETECTOR_Y-AXIS", Vector3::y(), &mut warnings)?;
    let unit = |vector: Vector3<f64>| vector.try_normalize(1e-6).unwrap_or(vector);
    let (fast, slow) = (unit(fast), unit(slow));
    let flat = Flat {
        pixel_mm: [entries.number("QX")?, entries.number("QY")?],
        origin: [entries.number("ORGX")?, entries.number("ORGY")?, entries.number(DISTANCE)?],
        axes: Matrix3::from_columns(&[fast, slow, unit(fast.cross(&slow))]),
    };
    let size = [pixels(path, "NX", entries.number("NX")?)?, pixels(path, "NY", entries.number("NY")?)?];
    let panels = match segments(&entries, size)? {
        segments if segments.is_empty() => vec![flat.whole(size)],
        segments => {
            let count = segments.len();
            let placed = segments.iter().enumerate();
            placed
                .map(|(number, (region, place))| flat.segment(path, number, count, region, place))
                .collect::<Result<_>>()?
        }
    };
    warnings.extend(not_taken(&entries));
    let polarization = polarization(&entries, &mut warnings)?;
    let (crystal, lone_cell) = crystal(&entries, &mut warnings)?;
    let group = entries.last(GROUP).and_then(|entry| compared::<1>(&entries, entry, &mut warnings));
    let space_group = group.and_then(|[number]| of_number(number));
    let scan = scan(&entries, selection.scan_point, &mut warnings)?;
    Ok(Geometry {
        wavelength_angstrom: entries.optional::<1>("X-RAY_WAVELENGTH")?.map(|[wavelength]| wavelength),
        beam: Some(beam(&entries, &mut warnings)?),
        polarization,
        panels,
        spindle_axis: entries.vector("ROTATION_AXIS")?,
        scan,
        crystal,
        space_group,
        lone_cell,
        varying_images: 1,
        warnings,
    })
}

/// An axis of the detector, with a word where it is not said.
fn assumed_axis(
    entries: &Entries<'_>,
    key: &str,
    assumed: Vector3<f64>,
    warnings: &mut Vec<Warning>,
) -> Result<Vector3<f64>> {
    let found = entries.vector(key)?;
    if found.is_none() {
        let text = format!("{} {} {} is assumed", assumed.x, assumed.y, assumed.z);
        warnings.push(Warning::new(WarningKind::AssumedAxis, entries.path, key, "none", text));
    }
    Ok(found.unwrap_or(assumed))
}

/// The direction of the beam, z where it is not said.
fn beam(entries: &Entries<'_>, warnings: &mut Vec<Warning>) -> Result<Vector3<f64>> {
    const BEAM: &str = "INCIDENT_BEAM_DIRECTION";
    let found = entries.vector(BEAM)?;
    if found.is_none() {
        let kind = WarningKind::AssumedBeam;
        warnings.push(Warning::new(kind, entries.path, BEAM, "none", "0 0 1 is assumed"));
    }
    Ok(found.unwrap_or_else(Vector3::z))
}

/// The key of the normal to the plane of polarization.
const NORMAL: &str = "POLARIZATION_PLANE_NORMAL";
/// The key of the share of photons that are polarized in it.
const FRACTION: &str = "FRACTION_OF_POLARIZATION";

/// Normal and fraction; of one alone, with what XDS takes for the other.
fn polarization(entries: &Entries<'_>, warnings: &mut Vec<Warning>) -> Result<Option<Polarization>> {
    let (normal, fraction) = (entries.vector(NORMAL)?, entries.optional::<1>(FRACTION)?);
    let half = match (normal, fraction) {
        (Some(_), None) => {
            let assumed = "FRACTION_OF_POLARIZATION= 0.5 is assumed";
            Some((NORMAL, assumed, Assumption::PolarizationFraction))
        }
        (None, Some(_)) => {
            let assumed = "POLARIZATION_PLANE_NORMAL= 0 1 0 is assumed";
            Some((FRACTION, assumed, Assumption::PolarizationNormal))
        }
        _ => None,
    };
    let half = half.and_then(|(key, assumed, what)| {
        let entry = entries.last(key)?;
        Some(entries.warning(WarningKind::HalfPolarization, entry, assumed).of(what))
    });
    warnings.extend(half);
    Ok(Polarization::of_halves(normal, fraction.map(|[fraction]| fraction)))
}

/// What is said of the sensor and of bad pixels, a warning a key.
fn not_taken(entries: &Entries<'_>) -> Vec<Warning> {
    const SENSOR: [&str; 2] = ["SENSOR_THICKNESS", "SILICON"];
    const BAD: [&str; 3] = ["UNTRUSTED_RECTANGLE", "UNTRUSTED_ELLIPSE", "UNTRUSTED_QUADRILATERAL"];
    let given = |key: &&str| {
        let entry = entries.last(key)?;
        let says_something =
            entry.values.iter().any(|value| finite(value.as_bytes()).is_some_and(|x| x != 0.0));
        says_something.then_some(entry)
    };
    let sensor = "ignored; give -detector_thick and -detector_abs";
    let properties = SENSOR.iter().filter_map(given);
    let kind = WarningKind::DetectorProperties;
    let properties = properties.map(|entry| entries.warning(kind, entry, sensor).of(Assumption::Sensor));
    let gain = given(&"GAIN").filter(|entry| entry.values != ["1"] && entry.values != ["1.0"]);
    let gain = gain.map(|entry| entries.warning(kind, entry, "ignored: a photon is a count"));
    let regions = BAD.iter().filter_map(given);
    let regions = regions
        .map(|entry| entries.warning(WarningKind::BadRegions, entry, "rendered; -mask leaves them out"))
        .map(|warning| warning.of(Assumption::Pixels));
    // Resolution rings, in parts of the way from the middle to the edge: the usual ones leave nothing out.
    let ring = entries.last("TRUSTED_REGION").filter(|entry| {
        let numbers: Vec<f64> = entry.values.iter().filter_map(|word| finite(word.as_bytes())).collect();
        matches!(numbers[..], [from, to] if from > 0.0 || to < 1.0)
    });
    let ring = ring.map(|entry| {
        entries
            .warning(WarningKind::BadRegions, entry, "all pixels are rendered; -mask leaves some out")
            .of(Assumption::Pixels)
    });
    let of_crystal = [
        ("REFLECTING_RANGE_E.S.D.", "ignored; -mosaic gives a mosaic spread", Assumption::Mosaicity),
        ("BEAM_DIVERGENCE_E.S.D.", "ignored; -divergence gives one", Assumption::Divergence),
    ];
    let of_crystal = of_crystal.into_iter().filter_map(|(key, assumed, what)| {
        Some(entries.warning(WarningKind::NotTaken, given(&key)?, assumed).of(what))
    });
    // These name files.
    let tables = ["X-GEO_CORR", "Y-GEO_CORR"].into_iter().filter_map(|key| entries.last(key));
    let tables = tables.map(|entry| {
        entries.warning(WarningKind::NotTaken, entry, "not read: pixels are where the panels say")
    });
    let has_axes = entries.last("UNIT_CELL_A-AXIS").is_some();
    let reindexed = entries.last("REIDX").filter(|_| has_axes).filter(|entry| {
        let numbers: Vec<f64> = entry.values.iter().filter_map(|word| finite(word.as_bytes())).collect();
        let identity = [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
        // Without numbers, or with zeros alone, XDS finds them itself.
        numbers.iter().any(|number| *number != 0.0) && numbers != identity
    });
    let reindexed = reindexed.map(|entry| {
        entries.warning(WarningKind::NotTaken, entry, "ignored: the axes of the cell are used as they stand")
    });
    let tables = tables.chain(reindexed);
    properties.chain(gain).chain(regions).chain(ring).chain(of_crystal).chain(tables).collect()
}

/// Keys of the place of a segment, each with how many of its nine numbers come before.
const PLACES: [(&str, usize); 5] = [
    ("SEGMENT_ORGX", 0),
    ("SEGMENT_ORGY", 1),
    ("SEGMENT_DISTANCE", 2),
    ("DIRECTION_OF_SEGMENT_X-AXIS", 3),
    ("DIRECTION_OF_SEGMENT_Y-AXIS", 6),
];

/// Regions and places of the segments, as `XPARM.XDS` has them in two lines, of a detector of so many pixels along X and Y.
///
/// # Errors
/// A segment whose place is not said in full, or that reaches beyond the detector or into another one.
fn segments(entries: &Entries<'_>, size: [usize; 2]) -> Result<Vec<(Vec<f64>, Vec<f64>)>> {
    let mut segments: Vec<(Vec<f64>, Vec<f64>)> = Vec::new();
    let mut lines: Vec<&Entry<'_>> = Vec::new();
    let mut seen: Vec<[bool; 5]> = Vec::new();
    for entry in &entries.list {
        if entry.key == SEGMENT {
            if segments.len() == MOST_PANELS {
                return Err(entries.error(entry, "at most 10000 segments"));
            }
            let region = entries.numbers::<4>(entry)?;
            within(entries, entry, &region, size)?;
            let meets = |(other, _): &&(Vec<f64>, Vec<f64>)| meet(&region, &other[1..]);
            if let Some((number, _)) = segments.iter().zip(&lines).find(|(other, _)| meets(other)) {
                let expected = format!("pixels that are not those of segment {}", number.0[0]);
                return Err(entries.error(entry, &expected));
            }
            let number = segments.len() as f64 + 1.0;
            segments.push(([&[number], &region[..]].concat(), vec![0.0; 9]));
            lines.push(entry);
            seen.push([false; 5]);
            continue;
        }
        let Some(at) = PLACES.iter().position(|(key, _)| *key == entry.key) else { continue };
        let start = PLACES[at].1;
        let found: Vec<f64> = match start {
            3.. => entries.numbers::<3>(entry)?.into(),
            _ => entries.numbers::<1>(entry)?.into(),
        };
        let (Some((_, of_segment)), Some(seen)) = (segments.last_mut(), seen.last_mut()) else {
            return Err(entries.error(entry, "a line SEGMENT= before it"));
        };
        seen[at] = true;
        for (place, number) in of_segment.iter_mut().skip(start).zip(found) {
            *place = number;
        }
    }
    for (entry, seen) in lines.iter().zip(seen) {
        if let Some(at) = seen.iter().position(|seen| !seen) {
            return Err(entries.error(entry, &format!("{}= after it", PLACES[at].0)));
        }
    }
    Ok(segments)
}

/// # Errors
/// A region of first and last pixels along X and Y that reaches beyond the detector.
fn within(entries: &Entries<'_>, entry: &Entry<'_>, region: &[f64; 4], [x, y]: [usize; 2]) -> Result<()> {
    let is_within = |first: f64, last: f64, most: usize| first >= 1.0 && last <= most as f64;
    let expected = format!("pixels from 1 to NX= {x} and from 1 to NY= {y}");
    (is_within(region[0], region[1], x) && is_within(region[2], region[3], y))
        .then_some(())
        .ok_or_else(|| entries.error(entry, &expected))
}

/// Whether two such regions have a pixel in common.
fn meet(one: &[f64; 4], other: &[f64]) -> bool {
    let &[x_first, x_last, y_first, y_last] = other else { return false };
    one[0] <= x_last && x_first <= one[1] && one[2] <= y_last && y_first <= one[3]
}

/// Reciprocal vectors of a crystal, or its cell alone.
type CrystalOfFile = (Option<Matrix3<f64>>, Option<[f64; 6]>);

/// Numbers that only serve to be compared: what is none of them is said, and nothing where there is no value.
fn compared<const N: usize>(
    entries: &Entries<'_>,
    entry: &Entry<'_>,
    warnings: &mut Vec<Warning>,
) -> Option<[f64; N]> {
    let numbers = entries.numbers(entry).ok();
    if numbers.is_none() && !entry.values.is_empty() {
        let expected = if N == 1 { "a number" } else { "six numbers" };
        warnings.push(entries.warning(WarningKind::NotTaken, entry, format!("ignored; expected {expected}")));
    }
    numbers
}

/// Reciprocal vectors of the cell whose axes are given, or a cell without axes.
fn crystal(entries: &Entries<'_>, warnings: &mut Vec<Warning>) -> Result<CrystalOfFile> {
    let [a, b, c] = AXES.map(|key| entries.vector(key));
    let (a, b, c) = (a?, b?, c?);
    let cell = entries.last("UNIT_CELL_CONSTANTS");
    let (Some(a), Some(b), Some(c)) = (a, b, c) else {
        let assumed = "a cell without an orientation is ignored; give -cell and -misset, or -mat";
        let (there, missing): (Vec<&str>, Vec<&str>) =
            AXES.iter().partition(|key| entries.last(key).is_some());
        let kind = WarningKind::NoOrientation;
        if !there.is_empty() {
            let warning = Warning::new(kind, entries.path, missing.join(", "), "none", assumed);
            warnings.push(warning.of(Assumption::Crystal));
            return Ok((None, None));
        }
        let Some(entry) = cell else { return Ok((None, None)) };
        let Some(lone) = compared(entries, entry, warnings) else { return Ok((None, None)) };
        // Beside the group 0 XDS takes no cell.
        let has_group = entries.last(GROUP).is_none_or(|entry| entry.values != ["0"]);
        let is_known = has_group && lone.iter().any(|number| *number != 0.0);
        warnings.extend(is_known.then(|| entries.warning(kind, entry, assumed).of(Assumption::Crystal)));
        return Ok((None, is_known.then_some(lone)));
    };
    let rows = Matrix3::from_rows(&[a, b, c].map(|axis| axis.transpose()));
    let reciprocal = rows.try_inverse();
    let reciprocal = reciprocal.ok_or_else(|| Error::missing(entries.path, "cell vectors", "a volume"))?;
    if let Some(entry) = cell
        && let Some(said) = compared(entries, entry, warnings)
        && let Some(meant) = cell_of_other_axes(&said, &reciprocal)
    {
        let place = format!("line {}: {}", entry.line, entry.key);
        warnings.push(of_other_axes(entries.path, &place, &said, &meant));
    }
    Ok((Some(reciprocal), None))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: &str = "QX= 0.1 QY= 0.1 NX= 10 NY= 8 ORGX= 5 ORGY= 4\nDETECTOR_DISTANCE= 100 X-RAY_WAVELENGTH= 1\n\
        OSCILLATION_RANGE= 0.5 STARTING_ANGLE= 2 INCIDENT_BEAM_DIRECTION= 0 0 1\n\
        DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0 DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\n";

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
            "XDS.INP: line 5: FRACTION_OF_POLARIZATION: 0.9: POLARIZATION_PLANE_NORMAL= 0 1 0 is assumed";
        assert_eq!(said("FRACTION_OF_POLARIZATION= 0.9"), [expected]);
        let expected =
            "XDS.INP: line 5: POLARIZATION_PLANE_NORMAL: 1 0 0: FRACTION_OF_POLARIZATION= 0.5 is assumed";
        assert_eq!(said("POLARIZATION_PLANE_NORMAL= 1 0 0"), [expected]);
        let found = said("SENSOR_THICKNESS= 0.32\nUNTRUSTED_RECTANGLE= 1 4 1 4");
        assert!(found[0].starts_with("XDS.INP: line 5: SENSOR_THICKNESS: 0.32: ignored"), "{found:?}");
        assert!(found[1].starts_with("XDS.INP: line 6: UNTRUSTED_RECTANGLE: 1 4 1 4: rendered"), "{found:?}");
        assert_eq!(said("SENSOR_THICKNESS= 0"), [""; 0]);
    }

    #[test]
    fn a_key_that_stands_there_twice_is_said_with_the_value_that_counts() {
        let expected = "XDS.INP: line 2: DETECTOR_DISTANCE: 100: line 5 says 120, which counts";
        assert_eq!(said("DETECTOR_DISTANCE= 120"), [expected]);
        assert_eq!(read("DETECTOR_DISTANCE= 120", 0).unwrap().panels[0].origin_mm.z, 120.0);
        // The same number says the same, and regions add up.
        assert_eq!(said("DETECTOR_DISTANCE= 100.0\nSPOT_RANGE= 1 2\nSPOT_RANGE= 5 6"), [""; 0]);
        let thrice = said("ORGX= 6\nORGX= 7");
        assert_eq!(thrice[0], "XDS.INP: line 1: ORGX: 5: line 6 says 7, which counts");
        assert_eq!(thrice[1], "XDS.INP: line 5: ORGX: 6: line 6 says 7, which counts");
    }

    #[test]
    fn what_looks_like_a_key_is_not_passed_over() {
        let found = said("OSCILLATON_RANGE= 1");
        let expected = "XDS.INP: line 5: OSCILLATON_RANGE: 1: not read; did you mean OSCILLATION_RANGE?";
        assert_eq!(found, [expected]);
        assert_eq!(said("rotation_axis= 0 1 0").len(), 1);
        for other in ["SPOT_RANGE= 1 2", "REFLECTING_RANGE= 1", "STARTING_FRAME= 1", "MY_THING= 4"] {
            assert_eq!(said(other), [""; 0]);
        }
    }

    #[test]
    fn many_lines_about_a_key_are_counted() {
        let text: String = (0..5000).map(|number| format!("ORGX= {number}\nOSCILLATON_RANGE= 1\n")).collect();
        let found = said(&text);
        assert_eq!(found.len(), 6, "{:?}", &found[..6]);
        // The line of the rest and all of these but three and the last, which counts; and all but three.
        let expected =
            "XDS.INP: line 7: ORGX: 1: line 10003 says 4999, which counts; 4997 more lines are like this one";
        assert_eq!(found[2], expected);
        assert!(found[5].ends_with("OSCILLATION_RANGE? 4997 more lines are like this one"), "{}", found[5]);
        let many = "A=".repeat(1000) + "\n";
        let error = read(&many.repeat(1001), 0).unwrap_err().to_string();
        assert!(error.contains("at most 1000000 keys"), "{error}");
    }

    #[test]
    fn a_key_that_is_needed_and_missing_is_named() {
        let read = |from: &str, to: &str| {
            let text = REST.replace(from, to);
            assert_ne!(text, REST);
            assert!(is_input(text.as_bytes()), "{text}");
            parse(Path::new("XDS.INP"), text.as_bytes(), Selection::default()).unwrap_err().to_string()
        };
        let expected = "XDS.INP:2: expected \"DETECTOR_DISTANCE=\", found \"DETECTOR_DISTNCE=\"";
        assert_eq!(read("DETECTOR_DISTANCE", "DETECTOR_DISTNCE"), expected);
        assert_eq!(read("QX", "qx"), "XDS.INP:1: expected \"QX=\", found \"qx=\"");
        let expected = "XDS.INP: DETECTOR_DISTANCE: expected a number, found none";
        assert_eq!(read("DETECTOR_DISTANCE= 100", ""), expected);
        assert!(is_input(b"! cut short\nJOB= ALL\n") && !is_input(b"! nothing\n"));
        assert!(
            is_input(REST.to_lowercase().as_bytes()) && !is_input(b"clen = 0.1\nres = 10\n; NX= 5 NY= 5")
        );
    }

    #[test]
    fn the_axes_of_a_cell_count_and_another_cell_beside_them_is_said() {
        let axes = "UNIT_CELL_A-AXIS= 50 0 0\nUNIT_CELL_B-AXIS= 0 60 0\nUNIT_CELL_C-AXIS= 0 0 70\n";
        let with = |cell: &str| said(&format!("{axes}UNIT_CELL_CONSTANTS= {cell}"));
        assert_eq!(with("50.1 60 70 90 90 90.1"), [""; 0]);
        assert_eq!(with("0 0 0 0 0 0"), [""; 0]);
        let expected = "XDS.INP: line 8: UNIT_CELL_CONSTANTS: 50 60 70 90 92 90: the cell vectors make \
            50 60 70 90 90 90, which counts";
        assert_eq!(with("50 60 70 90 92 90"), [expected]);
        let missing = said("UNIT_CELL_A-AXIS= 50 0 0\nUNIT_CELL_CONSTANTS= 50 60 70 90 90 90");
        let expected =
            "XDS.INP: UNIT_CELL_B-AXIS, UNIT_CELL_C-AXIS: none: a cell without an orientation is ignored";
        assert!(missing.len() == 1 && missing[0].starts_with(expected), "{missing:?}");
    }

    #[test]
    fn what_is_only_compared_need_not_be_there_nor_be_right() {
        assert_eq!(said("UNIT_CELL_CONSTANTS=\nSPACE_GROUP_NUMBER=\n"), [""; 0]);
        let template = "SPACE_GROUP_NUMBER=0\nUNIT_CELL_CONSTANTS= 70 80 90 90 90 90";
        let text = format!("{REST}\n{template}");
        let found = parse(Path::new("XDS.INP"), text.as_bytes(), Selection::default()).unwrap();
        assert_eq!((found.lone_cell, found.space_group.is_some()), (None, false));
        let short = said("UNIT_CELL_CONSTANTS= 50 60 70");
        assert!(short.len() == 1 && short[0].ends_with(": ignored; expected six numbers"), "{short:?}");
        let named = said("SPACE_GROUP_NUMBER= P1");
        assert!(named.len() == 1 && named[0].ends_with(": ignored; expected a number"), "{named:?}");
    }

    #[test]
    fn a_beam_that_is_not_said_is_assumed_with_a_word() {
        let text = REST.replace(" INCIDENT_BEAM_DIRECTION= 0 0 1", "");
        let found = parse(Path::new("XDS.INP"), text.as_bytes(), Selection::default()).unwrap();
        let expected = "XDS.INP: INCIDENT_BEAM_DIRECTION: none: 0 0 1 is assumed";
        assert_eq!(found.warnings[0].to_string(), expected);
        assert_eq!((found.beam, found.spindle_axis), (Some(Vector3::z()), None));
    }

    #[test]
    fn an_image_that_the_scan_does_not_have_is_an_error() {
        let start = |point| read("DATA_RANGE= 3 5", point).unwrap().scan.unwrap().start_deg;
        assert_eq!((start(0), start(2)), (2.0, 3.0));
        for (range, point) in [("3 5", 3), ("5 3", 0)] {
            let error = read(&format!("DATA_RANGE= {range}"), point).unwrap_err().to_string();
            assert!(error.starts_with("XDS.INP:5: expected image"), "{error}");
        }
    }

    #[test]
    fn segments_are_said_in_full_and_lie_beside_one_another() {
        let place = "SEGMENT_ORGX= 0 SEGMENT_ORGY= 0 SEGMENT_DISTANCE= 0\n\
            DIRECTION_OF_SEGMENT_X-AXIS= 1 0 0 DIRECTION_OF_SEGMENT_Y-AXIS= 0 1 0\n";
        let two = |second: &str| format!("SEGMENT= 1 5 1 8\n{place}SEGMENT= {second}\n{place}");
        assert_eq!(read(&two("6 10 1 8"), 0).unwrap().panels.len(), 2);
        let error = |text: &str| read(text, 0).unwrap_err().to_string();
        let expected =
            "XDS.INP:8: expected pixels from 1 to NX= 10 and from 1 to NY= 8, found \"SEGMENT= 6 11 1 8\"";
        assert_eq!(error(&two("6 11 1 8")), expected);
        assert!(error(&two("6 10 0 8")).starts_with("XDS.INP:8: expected pixels from 1"));
        let expected =
            "XDS.INP:8: expected pixels that are not those of segment 1, found \"SEGMENT= 5 10 1 8\"";
        assert_eq!(error(&two("5 10 1 8")), expected);
        for (key, _) in PLACES {
            let text = two("6 10 1 8").replacen(key, "ANYTHING", 1);
            let expected = format!("XDS.INP:5: expected {key}= after it, found \"SEGMENT= 1 5 1 8\"");
            assert_eq!(error(&text), expected);
        }
    }

    #[test]
    fn an_axis_of_the_detector_that_is_not_said_is_assumed_with_a_word() {
        let text = REST.replace("DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0", "");
        let found = parse(Path::new("XDS.INP"), text.as_bytes(), Selection::default()).unwrap();
        let said: Vec<String> = found.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(said, ["XDS.INP: DIRECTION_OF_DETECTOR_Y-AXIS: none: 0 1 0 is assumed"]);
    }
}
