//! The rotation that an `XDS.INP` says.

use super::Scan;
use super::xds_keys::Entries;
use crate::error::Result;
use crate::warning::{Assumption, Warning, WarningKind};

const RANGE: &str = "OSCILLATION_RANGE";
const IMAGES: &str = "DATA_RANGE";
const START: &str = "STARTING_ANGLE";

/// The rotation of image number `point` of `DATA_RANGE`, counted from 0. `STARTING_ANGLE` is that of `STARTING_FRAME`, the
/// first image of `DATA_RANGE` where it is not given.
///
/// # Errors
/// An image that is not there, or of which nothing is said.
pub(super) fn scan(entries: &Entries<'_>, point: usize, warnings: &mut Vec<Warning>) -> Result<Option<Scan>> {
    let images = entries.optional::<2>(IMAGES)?;
    if let (Some([first, last]), Some(entry)) = (images, entries.last(IMAGES)) {
        if first.fract() != 0.0 || last.fract() != 0.0 {
            return Err(entries.error(entry, "two whole numbers"));
        }
        if last < first || point as f64 > last - first {
            let expected =
                format!("image {point} of the scan, counted from 0, between the first and the last");
            return Err(entries.error(entry, &expected));
        }
        if first < 1.0 {
            let assumed = "image numbers of XDS begin at 1: these are taken as they stand";
            warnings.push(entries.warning(WarningKind::UnlikelyScan, entry, assumed));
        }
    }
    let start = entries.optional::<1>(START)?.map_or(0.0, |[angle]| angle);
    let still = "a still at the spindle angle 0 is rendered";
    let Some([range]) = entries.optional::<1>(RANGE)? else {
        if point > 0 {
            return entries.number(RANGE).map(|_| None);
        }
        let has_several = images.is_some_and(|[first, last]| last > first);
        if has_several || start != 0.0 || entries.last("ROTATION_AXIS").is_some() {
            let none = Warning::new(WarningKind::UnlikelyScan, entries.path, RANGE, "none", still);
            warnings.push(none.of(Assumption::Oscillation));
        }
        return Ok(None);
    };
    if let Some(entry) = entries.last(RANGE).filter(|_| range == 0.0) {
        let still = entries.warning(WarningKind::UnlikelyScan, entry, "a still is rendered");
        warnings.push(still.of(Assumption::Oscillation));
    }
    let first = images.map_or(1.0, |[first, _]| first);
    let frame = entries.optional::<1>("STARTING_FRAME")?.map_or(first, |[frame]| frame);
    Ok(Some(Scan { start_deg: start + range * (first - frame + point as f64), range_deg: range }))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// What is read of a file that says `text`, and the warnings.
    fn read(text: &str, point: usize) -> (Result<Option<Scan>>, Vec<String>) {
        let entries = Entries::read(Path::new("XDS.INP"), text).unwrap();
        let mut warnings = Vec::new();
        let found = scan(&entries, point, &mut warnings);
        (found, warnings.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_rotation_that_is_not_said_in_full_is_a_still_with_a_word() {
        let none = "XDS.INP: OSCILLATION_RANGE: none: a still at the spindle angle 0 is rendered";
        for (text, said) in [
            ("ROTATION_AXIS= 1 0 0", Some(none)),
            ("STARTING_ANGLE= 30", Some(none)),
            ("DATA_RANGE= 1 90", Some(none)),
            // As this program writes a still.
            ("DATA_RANGE= 1 1", None),
            ("STARTING_ANGLE= 0", None),
        ] {
            let (found, warnings) = read(text, 0);
            assert_eq!((found.unwrap(), warnings), (None, said.iter().map(ToString::to_string).collect()));
        }
        let error = read("DATA_RANGE= 1 90", 3).0.unwrap_err().to_string();
        assert_eq!(error, "XDS.INP: OSCILLATION_RANGE: expected a number, found none");
        let (found, warnings) = read("OSCILLATION_RANGE= 0\nSTARTING_ANGLE= 5", 0);
        assert_eq!(found.unwrap(), Some(Scan { start_deg: 5.0, range_deg: 0.0 }));
        assert_eq!(warnings, ["XDS.INP: line 1: OSCILLATION_RANGE: 0: a still is rendered"]);
    }

    #[test]
    fn images_are_counted_from_one() {
        let range = "OSCILLATION_RANGE= 0.5 STARTING_ANGLE= 2\n";
        let (found, warnings) = read(&format!("{range}DATA_RANGE= 0 0"), 0);
        assert_eq!(found.unwrap(), Some(Scan { start_deg: 2.0, range_deg: 0.5 }));
        let expected = "XDS.INP: line 2: DATA_RANGE: 0 0: image numbers of XDS begin at 1: these are taken as they stand";
        assert_eq!(warnings, [expected]);
        assert_eq!(read(&format!("{range}DATA_RANGE= 1 5"), 4).1, [""; 0]);
        let error = read(&format!("{range}DATA_RANGE= 1 5.5"), 0).0.unwrap_err().to_string();
        assert_eq!(error, "XDS.INP:2: expected two whole numbers, found \"DATA_RANGE= 1 5.5\"");
    }
}
