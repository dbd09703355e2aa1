//! Keys of an SMV header that are not read, though they look as if they were.

use std::path::Path;

use crate::c_format::g;
use crate::geometry::{Slips, meant};
use crate::lines::finite;
use crate::rows::plausible_cell;
use crate::smv::SmvHeader;
use crate::spectrum::EV_ANGSTROM;
use crate::warning::{Assumption, Warning, WarningKind};

/// Keys that are read.
const READ: [&str; 22] = [
    "HEADER_BYTES",
    "BYTE_ORDER",
    "COMPRESSION",
    "PIXEL_SIZE",
    "DISTANCE",
    "CLOSE_DISTANCE",
    "WAVELENGTH",
    "DENZO_X_BEAM",
    "DENZO_Y_BEAM",
    "BEAM_CENTER_X",
    "BEAM_CENTER_Y",
    "XDS_ORGX",
    "XDS_ORGY",
    "ORGX",
    "ORGY",
    "OSC_START",
    "OSC_RANGE",
    "PHI",
    "TWOTHETA",
    "FAST_AXIS",
    "SLOW_AXIS",
    "FIRST_PIXEL",
];
/// Keys that say what another key says, or that are named where they are: near to one that is read, and no slips.
const OTHERS: [&str; 8] = [
    "ADXV_CENTER_X",
    "ADXV_CENTER_Y",
    "MOSFLM_CENTER_X",
    "MOSFLM_CENTER_Y",
    "OSC_END",
    "DETECTOR_SN",
    "GAIN",
    "POLARIZATION",
];
/// Keys of other programs for what another key says, which is read; and what that decides.
const FOREIGN: [(&str, &str, Assumption); 25] = [
    ("ENERGY", "WAVELENGTH", Assumption::Wavelength),
    ("PHOTON_ENERGY", "WAVELENGTH", Assumption::Wavelength),
    ("LAMBDA", "WAVELENGTH", Assumption::Wavelength),
    ("DETECTOR_DISTANCE", "DISTANCE", Assumption::Distance),
    ("DET_DISTANCE", "DISTANCE", Assumption::Distance),
    ("SAMPLE_DISTANCE", "DISTANCE", Assumption::Distance),
    ("XTAL_TO_DETECTOR", "DISTANCE", Assumption::Distance),
    ("PIXEL_SIZE_X", "PIXEL_SIZE", Assumption::PixelSize),
    ("PIXEL_SIZE_Y", "PIXEL_SIZE", Assumption::PixelSize),
    ("PIXELSIZE", "PIXEL_SIZE", Assumption::PixelSize),
    ("BEAM_X", "BEAM_CENTER_X", Assumption::BeamCenter),
    ("BEAM_Y", "BEAM_CENTER_Y", Assumption::BeamCenter),
    ("PHI_START", "OSC_START", Assumption::Start),
    ("START_PHI", "OSC_START", Assumption::Start),
    ("OMEGA_START", "OSC_START", Assumption::Start),
    ("PHI_WIDTH", "OSC_RANGE", Assumption::Oscillation),
    ("PHI_RANGE", "OSC_RANGE", Assumption::Oscillation),
    ("PHI_INCREMENT", "OSC_RANGE", Assumption::Oscillation),
    ("OSC_WIDTH", "OSC_RANGE", Assumption::Oscillation),
    ("OSCILLATION_RANGE", "OSC_RANGE", Assumption::Oscillation),
    ("ROTATION_RANGE", "OSC_RANGE", Assumption::Oscillation),
    ("OMEGA_RANGE", "OSC_RANGE", Assumption::Oscillation),
    ("TWO_THETA", "TWOTHETA", Assumption::Swing),
    ("2THETA", "TWOTHETA", Assumption::Swing),
    ("DETECTOR_2THETA", "TWOTHETA", Assumption::Swing),
];
const SPINDLE: &str = "the crystal turns about the spindle of the convention; -spindle_axis says another";
const SENSOR: &str =
    "-detector_thick and -detector_abs give a sensor, -detector_thick 0 says that there is none";
/// Keys of other programs for what no key says that is read.
const UNREAD: [(&str, &str, Assumption); 12] = [
    ("ROTATION_AXIS", SPINDLE, Assumption::Spindle),
    ("OSCILLATION_AXIS", SPINDLE, Assumption::Spindle),
    ("SPINDLE_AXIS", SPINDLE, Assumption::Spindle),
    ("SENSOR_THICKNESS", SENSOR, Assumption::Sensor),
    ("DETECTOR_THICKNESS", SENSOR, Assumption::Sensor),
    ("FLUX", "-flux says it", Assumption::Dose),
    ("TRANSMISSION", "-flux says how much there is", Assumption::Dose),
    ("BANDPASS", "one wavelength; -dispersion widens it", Assumption::WavelengthSpread),
    ("DIVERGENCE", "-divergence says it", Assumption::Divergence),
    ("MOSAICITY", "-mosaic says it", Assumption::Mosaicity),
    ("MOSAIC", "-mosaic says it", Assumption::Mosaicity),
    ("BEAM_SIZE", "-beamsize says it", Assumption::BeamSize),
];
/// A transmission that leaves all, as a part and in percent.
pub(super) const WHOLE: [f64; 2] = [1.0, 100.0];
/// Relative difference of two numbers that the digits of headers do not make.
const SAME: f64 = 1e-3;
/// Keys of other spellings for which a header is searched in vain.
const MOST: usize = 3;
/// Difference of two angles that the digits of headers do not make, degrees.
const SAME_DEG: f64 = 1e-3;

/// Keys that are misspelled, and an end of the rotation that contradicts its start and range.
pub(super) fn doubts(path: &Path, header: &SmvHeader) -> Vec<Warning> {
    let slip = |(key, value): (&str, &str)| {
        let is_known = OTHERS.contains(&key) || FOREIGN.iter().any(|(foreign, ..)| *foreign == key);
        let meant = meant(key, &READ, Slips::ByLength).filter(|_| !is_known)?;
        let assumed = format!("not read; did you mean {meant}?");
        Some(Warning::new(WarningKind::UnknownKey, path, key, value, assumed))
    };
    let slips = header.entries().filter_map(slip).take(MOST);
    let known = slips.chain(foreign(path, header)).chain(unread(path, header)).chain(end(path, header));
    known.chain(relatives(path, header)).collect()
}

/// Last words of keys that say what a key says that is read, and that key.
const RELATIVES: [(&[&str], &str, Assumption); 3] = [
    (&["WAVELENGTH", "LAMBDA"], "WAVELENGTH", Assumption::Wavelength),
    (&["ENERGY"], "WAVELENGTH", Assumption::Wavelength),
    (&["TWOTHETA", "2THETA", "TTH"], "TWOTHETA", Assumption::Swing),
];
/// Last words of keys of axes of a goniometer, which turn the crystal.
const CIRCLES: [&str; 3] = ["KAPPA", "CHI", "OMEGA"];
/// Words before those that say what has the wavelength, the swing or the angle. With another one, or one behind, a key says something else.
const OWNERS: [&str; 9] =
    ["SOURCE", "BEAM", "MONO", "PHOTON", "INCIDENT", "GONIO", "SCAN", "SAMPLE", "DETECTOR"];

/// Whether two angles in degrees are one, as motors hold them, and as turns count.
pub(super) fn is_same_angle(one: f64, other: f64) -> bool {
    const MOTOR_DEG: f64 = 0.01;
    let off = (one - other).rem_euclid(360.0);
    off.min(360.0 - off) <= MOTOR_DEG
}

/// Keys of other programs that are told by the words which they are made of.
fn relatives(path: &Path, header: &SmvHeader) -> Vec<Warning> {
    let read = |key: &str| header.entry(key).ok().flatten();
    let start = read("OSC_START").or(read("PHI"));
    let is_named = |key: &str| {
        let of_circles = CIRCLES.contains(&key) || key == "OMEGA_START";
        let listed = READ.contains(&key) || OTHERS.contains(&key) || of_circles;
        listed
            || FOREIGN.iter().any(|(foreign, ..)| *foreign == key)
            || UNREAD.iter().any(|(unread, ..)| *unread == key)
            || meant(key, &READ, Slips::ByLength).is_some()
    };
    let relative = |(key, value): (&str, &str)| {
        let (owners, word) = key.rsplit_once('_').unwrap_or(("", key));
        if !owners.split('_').all(|owner| owner.is_empty() || OWNERS.contains(&owner)) {
            return None;
        }
        let mut numbers: Vec<f64> =
            value.split([' ', ',']).filter_map(|word| finite(word.as_bytes())).collect();
        // Some count their numbers first.
        let count = value.split_whitespace().next().and_then(|word| word.parse::<usize>().ok());
        if numbers.len() > 1 && count == Some(numbers.len() - 1) {
            numbers.remove(0);
        }
        let number = numbers.first().copied().filter(|number| *number != 0.0)?;
        let of = RELATIVES.iter().find(|(wanted, ..)| wanted.contains(&word));
        if let Some((_, read_key, what)) = of {
            let is_same = read(read_key).is_some_and(|counts| says_same(key, number, counts));
            let assumed = format!("not read; {read_key} is the key for it");
            let warning = Warning::new(WarningKind::UnknownKey, path, key, value.trim(), assumed);
            return (!is_same).then(|| warning.of(*what));
        }
        let turns = CIRCLES.contains(&word) && numbers.len() == 1;
        let turns = turns && start.is_none_or(|start| !is_same_angle(start, number));
        let assumed = "ignored; -misset turns the crystal";
        turns.then(|| {
            Warning::new(WarningKind::NotTaken, path, key, value.trim(), assumed).of(Assumption::Turn)
        })
    };
    let of_others = header.entries().filter(|(key, _)| !is_named(key)).filter_map(relative).take(MOST);
    of_others.chain(rotation(path, header)).collect()
}

/// Start, end and range of a rotation as d*TREK has them, where no key that is read says its range.
fn rotation(path: &Path, header: &SmvHeader) -> Option<Warning> {
    let found = header.exact("ROTATION").filter(|_| !header.has("OSC_RANGE"))?.trim();
    let numbers = found.split_whitespace().filter_map(|word| finite(word.as_bytes())).count();
    let assumed = "not read; OSC_START and OSC_RANGE are the keys for it";
    let warning = || Warning::new(WarningKind::UnknownKey, path, "ROTATION", found, assumed);
    (numbers >= 3).then(|| warning().of(Assumption::Oscillation))
}

/// The cell of the crystal, where a header has six numbers that are one.
pub(super) fn cell(header: &SmvHeader) -> Option<[f64; 6]> {
    let words = header.exact("UNIT_CELL")?.split([' ', ',']).filter(|word| !word.is_empty());
    let numbers: Vec<f64> = words.map(|word| finite(word.as_bytes())).collect::<Option<_>>()?;
    numbers.try_into().ok().filter(|cell| plausible_cell(*cell))
}

/// The exposure of an image in seconds.
pub(super) fn exposure(header: &SmvHeader) -> Option<f64> {
    let number = |key: &str| header.entry(key).ok().flatten();
    number("TIME").or_else(|| number("EXPOSURE_TIME")).filter(|time| *time > 0.0)
}

/// Whether a number says what the one that counts says; of an energy, which is in eV or keV, that is a wavelength.
fn says_same(key: &str, said: f64, counts: f64) -> bool {
    let near = |said: f64, counts: f64| (said - counts).abs() <= SAME * counts.abs();
    if !key.contains("ENERGY") {
        return near(said, counts);
    }
    let energy = EV_ANGSTROM / counts;
    near(said, energy) || near(said * 1e3, energy)
}

/// Keys of other programs that do not say what the key that is read says.
fn foreign(path: &Path, header: &SmvHeader) -> impl Iterator<Item = Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let warning = move |(key, read, what): (&str, &str, Assumption)| {
        let found = header.exact(key)?.trim();
        let is_same =
            number(key).zip(number(read)).is_some_and(|(said, counts)| says_same(key, said, counts));
        // Beside a start it is the angle of another axis.
        let is_other = key == "OMEGA_START" && number(read).is_some();
        let says_nothing = found.is_empty() || number(key) == Some(0.0) || is_other;
        (!is_same && !says_nothing).then(|| {
            let assumed = format!("not read; {read} is the key for it");
            Warning::new(WarningKind::UnknownKey, path, key, found, assumed).of(what)
        })
    };
    FOREIGN.into_iter().filter_map(warning)
}

/// Keys of other programs for what no key says that is read: numbers that are not 0.
fn unread(path: &Path, header: &SmvHeader) -> impl Iterator<Item = Warning> {
    let warning = move |(key, instead, what): (&str, &str, Assumption)| {
        let found = header.exact(key)?.trim();
        let mut numbers = found.split([' ', ',']).filter_map(|word| finite(word.as_bytes()));
        let assumed = format!("ignored; {instead}");
        let warning = Warning::new(WarningKind::NotTaken, path, key, found, assumed).of(what);
        let changes = |number: f64| number != 0.0 && !(key == "TRANSMISSION" && WHOLE.contains(&number));
        numbers.any(changes).then_some(warning)
    };
    UNREAD.into_iter().filter_map(warning)
}

fn end(path: &Path, header: &SmvHeader) -> Option<Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let (start, end) = (number("OSC_START")?, number("OSC_END")?);
    let Some(range) = number("OSC_RANGE") else {
        let assumed = "not read; OSC_RANGE is the key for it";
        let warning = Warning::new(WarningKind::UnknownKey, path, "OSC_END", g(end, 6), assumed);
        return ((start - end).abs() > SAME_DEG).then(|| warning.of(Assumption::Oscillation));
    };
    let other = format!("ignored; OSC_START and OSC_RANGE mean {}", g(start + range, 6));
    let doubt = || Warning::new(WarningKind::ContradictingHeader, path, "OSC_END", g(end, 6), other);
    ((start + range - end).abs() > SAME_DEG).then(doubt).map(|doubt| doubt.of(Assumption::Oscillation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_other_programs_are_named_where_they_say_something_else() {
        let said = |entries: &[(&'static str, f64)]| {
            let path = Path::new("a.img");
            let header = SmvHeader::of_entries(path, entries.iter().map(|&(key, number)| (key, Ok(number))));
            doubts(path, &header).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said(&[("ENERGY", 12398.42), ("WAVELENGTH", 1.0)]), [""; 0]);
        assert_eq!(said(&[("ENERGY", 12.398), ("WAVELENGTH", 1.0), ("PHI_WIDTH", 0.0)]), [""; 0]);
        let expected = "a.img: ENERGY: 9000: not read; WAVELENGTH is the key for it";
        assert_eq!(said(&[("ENERGY", 9000.0), ("WAVELENGTH", 1.0)]), [expected]);
        let expected = "a.img: PHI_WIDTH: 0.5: not read; OSC_RANGE is the key for it";
        assert_eq!(said(&[("PHI_WIDTH", 0.5)]), [expected]);
        assert_eq!(said(&[("PHI_WIDTH", 0.5), ("OSC_RANGE", 0.5)]), [""; 0]);
        assert!(said(&[("SENSOR_THICKNESS", 0.32)])[0].contains("give a sensor"));
        assert_eq!(said(&[("TRANSMISSION", 1.0)]), [""; 0]);
        assert_eq!(
            said(&[("TRANSMISSION", 0.1)]),
            ["a.img: TRANSMISSION: 0.1: ignored; -flux says how much there is"]
        );
        assert_eq!(said(&[("OMEGA_START", 30.0), ("OSC_START", 0.0)]), [""; 0]);
        let expected = "a.img: OSC_END: 29.5: not read; OSC_RANGE is the key for it";
        assert_eq!(said(&[("OSC_START", 30.0), ("OSC_END", 29.5)]), [expected]);
        let expected = "a.img: OMEGA_START: 30: not read; OSC_START is the key for it";
        assert_eq!(said(&[("OMEGA_START", 30.0)]), [expected]);
    }

    #[test]
    fn keys_are_told_by_their_words() {
        let path = Path::new("a.img");
        let said = |more: &str| {
            let text = format!("{{\nHEADER_BYTES=512;\nWAVELENGTH=1;\nOSC_START=5;\n{more}\n}}");
            let header = SmvHeader::of_text(path, &text);
            relatives(path, &header).iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        for (good, bad, expected) in [
            (
                "SOURCE_WAVELENGTH=1 1.0;",
                "SOURCE_WAVELENGTH=1 1.5418;",
                "not read; WAVELENGTH is the key for it",
            ),
            ("BEAM_ENERGY=12.3984;", "BEAM_ENERGY=9000;", "not read; WAVELENGTH is the key for it"),
            ("DETECTOR_TWOTHETA=0;", "DETECTOR_TWOTHETA=10;", "not read; TWOTHETA is the key for it"),
            ("GONIO_KAPPA=0;", "GONIO_KAPPA=10;", "ignored; -misset turns the crystal"),
            ("SCAN_OMEGA=5;", "SCAN_OMEGA=50;", "ignored; -misset turns the crystal"),
            (
                "OMEGA_SPEED=0.5;",
                "ROTATION=20 21 1 5;",
                "not read; OSC_START and OSC_RANGE are the keys for it",
            ),
        ] {
            assert_eq!(said(good), [""; 0]);
            let (key, value) = bad.trim_end_matches(';').split_once('=').unwrap();
            assert_eq!(said(bad), [format!("a.img: {key}: {value}: {expected}")]);
        }
        for other in [
            "THRESHOLD_ENERGY=6000;",
            "RING_ENERGY=3.0;",
            "ENERGY_RESOLUTION=1.4e-4;",
            "WAVELENGTH_ERROR=0.1;",
            "CHI_SQUARED=1.3;",
            "OMEGA_TIME=0.5;",
            "SOURCE_WAVELENGTH=1.0 0.0001;",
            "GONIO_OMEGA=365.004;",
        ] {
            assert_eq!(said(other), [""; 0], "{other}");
        }
    }

    #[test]
    fn only_keys_that_are_read_are_proposed() {
        let said = |key: &'static str| {
            let path = Path::new("a.img");
            doubts(path, &SmvHeader::of_entries(path, [(key, Ok(1.0))].into_iter()))
                .pop()
                .map(|doubt| doubt.assumed)
        };
        assert_eq!(said("WAVELENGHT").as_deref(), Some("not read; did you mean WAVELENGTH?"));
        for key in ["POLARIZATON", "DETECTOR_SN2", "ADXV_CENTER_Z", "ADXV_CENTER_X", "GAIN"] {
            assert_eq!(said(key), None, "{key}");
        }
    }
}
