//! Keys of an SMV header that are not read, though they look as if they were.

use std::path::Path;

use crate::c_format::g;
use crate::geometry::{Slips, meant};
use crate::lines::finite;
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
const UNREAD: [(&str, &str, Assumption); 10] = [
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
    slips.chain(foreign(path, header)).chain(unread(path, header)).chain(end(path, header)).collect()
}

/// Keys of other programs that do not say what the key that is read says.
fn foreign(path: &Path, header: &SmvHeader) -> impl Iterator<Item = Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let warning = move |(key, read, what): (&str, &str, Assumption)| {
        let found = header.exact(key)?.trim();
        let says_same = |said: f64, counts: f64| (said - counts).abs() <= SAME * counts.abs();
        let is_same = number(key).zip(number(read)).is_some_and(|(said, counts)| {
            let energy = key.contains("ENERGY").then(|| EV_ANGSTROM / counts);
            says_same(said, energy.unwrap_or(counts)) || energy.is_some_and(|ev| says_same(said * 1e3, ev))
        });
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
    let (start, range, end) = (number("OSC_START")?, number("OSC_RANGE")?, number("OSC_END")?);
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
        let expected = "a.img: OMEGA_START: 30: not read; OSC_START is the key for it";
        assert_eq!(said(&[("OMEGA_START", 30.0)]), [expected]);
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
