//! Keys of an SMV header that are not read, though they look as if they were.

use std::path::Path;

use crate::c_format::g;
use crate::geometry::{Slips, meant};
use crate::smv::SmvHeader;
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
/// Keys of other spellings for which a header is searched in vain.
const MOST: usize = 3;
/// Difference of two angles that the digits of headers do not make, degrees.
const SAME_DEG: f64 = 1e-3;

/// Keys that are misspelled, and an end of the rotation that contradicts its start and range.
pub(super) fn doubts(path: &Path, header: &SmvHeader) -> Vec<Warning> {
    let slip = |(key, value): (&str, &str)| {
        let meant = meant(key, &READ, Slips::ByLength).filter(|_| !OTHERS.contains(&key))?;
        let assumed = format!("not read; did you mean {meant}?");
        Some(Warning::new(WarningKind::UnknownKey, path, key, value, assumed))
    };
    header.entries().filter_map(slip).take(MOST).chain(end(path, header)).collect()
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
