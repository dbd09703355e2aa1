//! What the header of a miniCBF image says.

use std::path::Path;

use super::entries::{Entry, Found, Said, length_mm, square, wavelength_angstrom};
use super::{ImagePolarization, radiation};
use crate::error::Result;
use crate::geometry::{Slips, meant};
use crate::image_axes::{AXES_KEYS, ImageAxes};
use crate::lines::finite;
use crate::smv::Unreadable;
use crate::warning::{Assumption, Warning, WarningKind};

const BETWEEN: [char; 8] = [' ', ',', '(', ')', '=', ':', '\t', '\r'];

/// Factor of a unit, by its name.
type Units = fn(&str) -> Option<f64>;

/// The header, in millimeters, ångströms and degrees.
pub(super) fn read(path: &Path, text: &str) -> Result<Said> {
    let lines = Lines(text);
    let pixel = lines.quantities("Pixel_size", 1e3, length_mm, LENGTH);
    let pixel = pixel.map(|sizes| sizes.and_then(|sizes| square("Pixel_size", &sizes)));
    let first = |found: Option<Found<Vec<f64>>>| found.map(|found| found.map(|numbers| numbers[0]));
    let plain = |key: &str| first(lines.numbers(key, 1));
    let beam = |axis: usize| match (lines.numbers("Beam_xy", 2), &pixel) {
        (Some(Ok(beam)), Some(Ok(pixel))) => Some(Ok(beam[axis] * pixel)),
        (Some(Err(error)), _) => Some(Err(error)),
        _ => None,
    };
    let entries: [Entry; 8] = [
        ("PIXEL_SIZE", pixel.clone()),
        ("DISTANCE", first(lines.quantities("Detector_distance", 1e3, length_mm, LENGTH))),
        ("WAVELENGTH", first(lines.quantities("Wavelength", 1.0, wavelength_angstrom, WAVELENGTH))),
        ("DENZO_X_BEAM", beam(1)),
        ("DENZO_Y_BEAM", beam(0)),
        ("OSC_START", plain("Start_angle")),
        ("OSC_RANGE", plain("Angle_increment")),
        ("CCD_IMAGE_SATURATION", plain("Count_cutoff")),
    ];
    let swing_deg = plain("Detector_2theta").transpose().map_err(|error| error.into_error(path))?;
    let axes = ImageAxes::of_texts(path, AXES_KEYS.map(|key| lines.value(key)))?;
    let words = |text| Lines::words(text).collect::<Vec<_>>().join(" ");
    let polarization = lines.value(POLARIZATION).map(words);
    let polarization = polarization.map(|text| radiation::of_fraction(path, POLARIZATION, &text));
    // This program leaves the line out of an image without a polarization factor.
    let none = ImagePolarization { key: POLARIZATION, kahn: None, axis: None };
    let is_own = || lines.value(MADE_BY).is_some_and(|by| by.trim_start().starts_with("nanobragg"));
    let polarization = polarization.or_else(|| is_own().then_some(Ok(none)));
    let (polarization, unread) = polarization.map_or((None, None), |read| match read {
        Ok(polarization) => (Some(polarization), None),
        Err(warning) => (None, Some(warning)),
    });
    Ok(Said {
        entries: entries.into(),
        names: &NAMES,
        swing_deg,
        axes,
        polarization,
        exposure_s: plain("Exposure_time").and_then(std::result::Result::ok).filter(|time| *time > 0.0),
        warnings: sensor(path, text).into_iter().chain(unread).chain(slips(text, path)).collect(),
        ..Said::default()
    })
}

/// What a miniCBF calls what keys of SMV say.
const NAMES: [(&str, &str); 7] = [
    ("PIXEL_SIZE", "Pixel_size"),
    ("DISTANCE", "Detector_distance"),
    ("WAVELENGTH", "Wavelength"),
    ("DENZO_X_BEAM", "Beam_xy"),
    ("DENZO_Y_BEAM", "Beam_xy"),
    ("OSC_START", "Start_angle"),
    ("OSC_RANGE", "Angle_increment"),
];

/// Keys that look like one that is read.
fn slips(text: &str, path: &Path) -> Vec<Warning> {
    let lines = text.lines().filter_map(|line| line.strip_prefix('#'));
    let slip = |line: &str| {
        let line = line.trim_start();
        let key = line.split(BETWEEN).next().filter(|key| !OTHERS.contains(key))?;
        let meant = meant(key, &READ, Slips::ByLength)?;
        let (value, assumed) = (line.strip_prefix(key)?.trim(), format!("not read; did you mean {meant}?"));
        Some(Warning::new(WarningKind::UnknownKey, path, key, value, assumed))
    };
    lines.filter_map(slip).take(MOST_SLIPS).collect()
}

/// Keys that are read.
const READ: [&str; 9] = [
    "Pixel_size",
    "Detector_distance",
    "Wavelength",
    "Beam_xy",
    "Start_angle",
    "Angle_increment",
    "Count_cutoff",
    "Detector_2theta",
    POLARIZATION,
];
/// Keys of detectors that are near to one that is read, and no slips.
const OTHERS: [&str; 2] = ["Phi_increment", "Detector"];
/// Slips that are named.
const MOST_SLIPS: usize = 3;

/// The part of the photons that is polarized along the axis.
const POLARIZATION: &str = "Polarization";
/// What made an image.
const MADE_BY: &str = "Made_by";

/// The sensor, whose line begins with its material: `Silicon sensor, thickness 0.000320 m`.
fn sensor(path: &Path, text: &str) -> Option<Warning> {
    const SENSOR: &str = " sensor, thickness";
    let mut lines = text.lines().map(|line| line.trim_start_matches(['#', ' ']));
    let (material, thickness) = lines.find_map(|line| line.split_once(SENSOR))?;
    let thickness = thickness.trim();
    let is_none = Lines::words(thickness).next().and_then(|word| finite(word.as_bytes())) == Some(0.0);
    (!is_none).then(|| radiation::sensor(path, format!("{material}{SENSOR}"), thickness))
}

/// Angles and axes of a goniometer that are not taken.
pub(super) fn goniometer(path: &Path, text: &str) -> Vec<Warning> {
    let lines = Lines(text);
    let warning = |key: &str, value: &str, assumed: &str| {
        Warning::new(WarningKind::NotTaken, path, key, value.trim(), assumed)
    };
    let angle = |key: &&str| {
        let value = lines.value(key)?;
        let number = |value: &str| finite(Lines::words(value).next()?.as_bytes());
        let angle = number(value).filter(|angle| *angle != 0.0);
        // The angle where the image's own rotation begins is no other.
        let start = lines.value("Start_angle").and_then(number);
        let angle = angle.filter(|angle| *key != "Omega" || Some(*angle) != start);
        angle.map(|_| warning(key, value, "ignored; -misset turns the crystal").of(Assumption::Turn))
    };
    let axis = lines.value("Oscillation_axis").filter(|value| {
        let said = value.trim().to_uppercase();
        said.contains("CCW") || said.starts_with(['Y', 'Z', '-'])
    });
    let axis = axis.map(|value| {
        warning("Oscillation_axis", value, "ignored: the spindle is the convention's; -spindle_axis turns it")
            .of(Assumption::Spindle)
    });
    let shift = |key: &&str| {
        let value = lines.value(key)?;
        let shift = finite(Lines::words(value).next()?.as_bytes()).filter(|shift| *shift != 0.0);
        shift.map(|_| warning(key, value, "ignored: the beam center says where the detector is"))
    };
    let shifts = ["Detector_Voffset", "Detector_Hoffset"];
    // Of the dictionary of imgCIF: gain, offset and the like of all counts.
    let intensities = text.lines().find_map(|line| line.trim().strip_prefix("_array_intensities."));
    let intensities = intensities.map(|found| {
        let (key, value) = found.split_once(char::is_whitespace).unwrap_or((found, ""));
        let (place, assumed) = (format!("_array_intensities.{key}"), "ignored: a photon is a count");
        Warning::new(WarningKind::DetectorProperties, path, place, value.trim(), assumed)
    });
    let angles = ["Kappa", "Chi", "Alpha", "Omega"].iter().filter_map(angle).chain(axis);
    angles.chain(shifts.iter().filter_map(shift)).chain(intensities).collect()
}

/// Keys that stand there more than once with other values, of which the first counts.
pub(super) fn repeated(path: &Path, text: &str) -> Vec<Warning> {
    let lines = Lines(text);
    let doubts = READ.iter().chain(&AXES_KEYS).filter_map(|key| {
        let mut values = lines.values(key);
        let first: Vec<&str> = Lines::words(values.next()?).collect();
        let other = values.find(|value| !Lines::words(value).eq(first.iter().copied()))?;
        let assumed = format!("{} stands before it and counts", first.join(" "));
        let doubt = Warning::new(WarningKind::RepeatedKey, path, *key, other.trim(), assumed);
        Some(match *key {
            "Pixel_size" => doubt.of(Assumption::PixelSize),
            "Detector_distance" => doubt.of(Assumption::Distance),
            "Wavelength" => doubt.of(Assumption::Wavelength),
            "Beam_xy" => doubt.of(Assumption::BeamCenter),
            _ => doubt,
        })
    });
    doubts.collect()
}

const LENGTH: &str = "a number of m, mm, um or nm";
const WAVELENGTH: &str = "a number of A, nm or m";

/// The lines of a header.
pub(super) struct Lines<'a>(pub &'a str);

impl<'a> Lines<'a> {
    /// What stands behind a key; nothing where detectors write that they do not know.
    pub(super) fn value(&self, key: &str) -> Option<&'a str> {
        self.values(key).next().filter(|value| !value.contains("(nil)") && !value.contains("not set"))
    }

    /// What stands behind a key, wherever it is.
    fn values(&self, key: &str) -> impl Iterator<Item = &'a str> {
        self.0.lines().filter_map(move |line| {
            let rest = line.trim_start_matches(['#', ' ']).strip_prefix(key)?;
            (rest.is_empty() || rest.starts_with(BETWEEN)).then_some(rest)
        })
    }

    pub(super) fn words(value: &'a str) -> impl Iterator<Item = &'a str> {
        value.split(BETWEEN).filter(|word| !word.is_empty())
    }

    /// The first `count` numbers behind a key.
    fn numbers(&self, key: &str, count: usize) -> Option<Found<Vec<f64>>> {
        // In no other unit are they read.
        const UNITS: [&str; 8] = ["deg", "degree", "degrees", "pixel", "pixels", "px", "counts", "s"];
        let value = self.value(key)?;
        let numbers: Vec<f64> =
            Self::words(value).take(count).map_while(|word| finite(word.as_bytes())).collect();
        let expected = if count == 1 { "a number" } else { "two numbers" };
        let unit = Self::words(value).nth(count).map(|word| word.trim_end_matches('.'));
        let good = unit.is_none_or(|unit| UNITS.contains(&unit.to_lowercase().as_str()));
        Some(if numbers.len() == count && good {
            Ok(numbers)
        } else {
            Err(Unreadable::new(key, expected, value.trim()))
        })
    }

    /// All numbers behind a key, each in the unit behind it, else in that of `usual`; at least one.
    fn quantities(
        &self,
        key: &str,
        usual: f64,
        units: Units,
        expected: &'static str,
    ) -> Option<Found<Vec<f64>>> {
        let value = self.value(key)?;
        let wrong = || Unreadable::new(key, expected, value.trim());
        let mut numbers = Vec::new();
        let mut words = Self::words(value).peekable();
        while let Some(word) = words.next() {
            if let Some(number) = finite(word.as_bytes()) {
                let unit = words.next_if(|next| finite(next.as_bytes()).is_none() && *next != "x");
                let Some(factor) = unit.map_or(Some(usual), units) else { return Some(Err(wrong())) };
                numbers.push(number * factor);
            } else if numbers.is_empty() {
                break;
            }
        }
        Some(if numbers.is_empty() { Err(wrong()) } else { Ok(numbers) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str, key: &str) -> Option<Found<f64>> {
        let said = read(Path::new("a.cbf"), text).unwrap();
        said.entries.into_iter().find(|(name, _)| *name == key).and_then(|(_, found)| found)
    }

    #[test]
    fn units_are_honored_and_what_is_no_number_is_named() {
        let is = |text: &str, key: &str, expected: f64| {
            let found = entry(text, key).unwrap().unwrap();
            assert!((found - expected).abs() < 1e-12, "{text}: {found}");
        };
        is("# Detector_distance 0.05 m\r\n", "DISTANCE", 50.0);
        is("# Detector_distance 50 mm", "DISTANCE", 50.0);
        is("# Detector_distance 0.05", "DISTANCE", 50.0);
        is("# Pixel_size 172e-6 m x 172e-6 m", "PIXEL_SIZE", 0.172);
        is("# Pixel_size 172 um x 172e-6 m", "PIXEL_SIZE", 0.172);
        is("# Wavelength 0.1 nm", "WAVELENGTH", 1.0);
        is("# Wavelength 0.9795 A", "WAVELENGTH", 0.9795);
        is("# Start_angle 1.5 deg.", "OSC_START", 1.5);
        is("# Pixel_size 1e-4 m x 1e-4 m\n# Beam_xy (3, 4.5) pixels", "DENZO_X_BEAM", 0.45);
        assert_eq!(entry("# Wavelength (nil) A", "WAVELENGTH"), None);
        assert_eq!(entry("# Wavelengths 2 A", "WAVELENGTH"), None);
        let error = |text: &str, key: &str| {
            entry(text, key).unwrap().unwrap_err().into_error(Path::new("a.cbf")).to_string()
        };
        assert_eq!(
            error("# Wavelength abc A", "WAVELENGTH"),
            "a.cbf: Wavelength: expected a number of A, nm or m, found \"abc A\""
        );
        assert_eq!(
            error("# Detector_distance 50 parsec", "DISTANCE"),
            "a.cbf: Detector_distance: expected a number of m, mm, um or nm, found \"50 parsec\""
        );
        assert_eq!(
            error("# Pixel_size 1e-4 m x 2e-4 m", "PIXEL_SIZE"),
            "a.cbf: Pixel_size: expected square pixels, found \"0.1 x 0.2 mm\""
        );
        assert_eq!(
            error("# Beam_xy (a, 3) pixels", "DENZO_Y_BEAM"),
            "a.cbf: Beam_xy: expected two numbers, found \"(a, 3) pixels\""
        );
        assert!(error("# Wavelength nan", "WAVELENGTH").ends_with("found \"nan\""));
    }

    #[test]
    fn other_units_are_errors_and_goniometers_are_said() {
        for (text, key) in
            [("# Beam_xy (9, 9) mm", "DENZO_Y_BEAM"), ("# Angle_increment 0.0175 rad", "OSC_RANGE")]
        {
            let text = format!("# Pixel_size 1e-4 m x 1e-4 m\n{text}");
            assert!(entry(&text, key).unwrap().is_err(), "{text}");
        }
        let text = "# Kappa 60.0 deg.\n# Chi 0.0000 deg.\n# Alpha 0\n# Oscillation_axis X, CCW\n";
        let said = goniometer(Path::new("a.cbf"), text);
        let said: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert_eq!(said[0], "a.cbf: Kappa: 60.0 deg.: ignored; -misset turns the crystal");
        assert!(
            said.len() == 2 && said[1].starts_with("a.cbf: Oscillation_axis: X, CCW: ignored"),
            "{said:?}"
        );
        let shift = "# Detector_Voffset 0.01 m\r\n# Detector_Hoffset 0.0 m\n_array_intensities.gain 1.5\n";
        let said: Vec<String> =
            goniometer(Path::new("a.cbf"), shift).iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "a.cbf: Detector_Voffset: 0.01 m: ignored: the beam center says where the detector is",
                "a.cbf: _array_intensities.gain: 1.5: ignored: a photon is a count",
            ]
        );
        let rotation = "# Start_angle 10.0000 deg.\n# Angle_increment 0.1 deg.\n# Omega 10.0000 deg.\n";
        assert!(goniometer(Path::new("a.cbf"), rotation).is_empty());
        assert_eq!(goniometer(Path::new("a.cbf"), &rotation.replace("Omega 10", "Omega 20")).len(), 1);
        assert!(goniometer(Path::new("a.cbf"), "# Oscillation_axis X.CW\n# Kappa 0 deg.\n").is_empty());
    }

    #[test]
    fn keys_that_are_nearly_read_and_a_polarization_that_is_none_are_said() {
        let said = |text: &str| {
            let said = read(Path::new("a.cbf"), text).unwrap();
            said.warnings.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        let usual = "# Detector: PILATUS 6M\n# Phi 3 deg.\n# Phi_increment 0.1 deg.\n# Wavelength 1 A\n# Polarization 0.99\n\
            # Exposure_time 1 s\n# Exposure_period 1 s\n# Tau = 0 s\n# Energy_range (0, 0) eV\n# N_excluded_pixels = 8\n\
            # Detector_Voffset 0 m\n# Count_cutoff 100\n# Chi_increment 0 deg.\n# Alpha 0 deg.\n";
        assert_eq!(said(usual), [""; 0]);
        let expected = "a.cbf: Beam_XY: (1, 2) pixels: not read; did you mean Beam_xy?";
        assert_eq!(said("# Beam_XY (1, 2) pixels\n"), [expected]);
        let expected = "a.cbf: Polarizaton: 0.99: not read; did you mean Polarization?";
        assert_eq!(said("# Polarizaton 0.99\n"), [expected]);
        let expected = "a.cbf: Polarization: 1.5: not read; expected a number from 0 to 1";
        assert_eq!(said("# Polarization 1.5\n"), [expected]);
    }

    #[test]
    fn axes_that_cannot_be_read_are_an_error() {
        let error = |text: &str| read(Path::new("a.cbf"), text).err().map(|error| error.to_string());
        let rest = "# SLOW_AXIS 0 -1 0\n# FIRST_PIXEL -1 1 -50\n";
        assert_eq!(error(&format!("# FAST_AXIS 1 0 0\n{rest}")), None);
        let expected = "a.cbf: FAST_AXIS: expected a direction, found \"0 0 0\"";
        assert_eq!(error(&format!("# FAST_AXIS 0 0 0\n{rest}")).as_deref(), Some(expected));
        let expected = "a.cbf: FAST_AXIS: expected three numbers, found none";
        assert_eq!(error(rest).as_deref(), Some(expected));
        let text = format!("# FAST_AXIS 1 0 0\n{rest}# FAST_AXIS 0 1 0\n# SLOW_AXIS  0 -1 0\n");
        let doubts: Vec<String> =
            repeated(Path::new("a.cbf"), &text).iter().map(ToString::to_string).collect();
        assert_eq!(doubts, ["a.cbf: FAST_AXIS: 0 1 0: 1 0 0 stands before it and counts"]);
    }
}
