//! Keys of `XDS.INP`, with their values and lines.

use std::collections::HashMap;
use std::path::Path;

use nalgebra::Vector3;

use super::keys::{self, Doubts};
use crate::error::{Error, Result, shown};
use crate::lines::{LINE_LIMIT, finite};
use crate::warning::{Warning, WarningKind};

/// The key without which there is no detector.
pub(super) const DISTANCE: &str = "DETECTOR_DISTANCE";
/// The key that begins the description of a segment.
pub(super) const SEGMENT: &str = "SEGMENT";

/// Keys that are read, one value of each.
const READ: [&str; 30] = [
    DISTANCE,
    "NX",
    "NY",
    "QX",
    "QY",
    "ORGX",
    "ORGY",
    "DIRECTION_OF_DETECTOR_X-AXIS",
    "DIRECTION_OF_DETECTOR_Y-AXIS",
    "X-RAY_WAVELENGTH",
    "INCIDENT_BEAM_DIRECTION",
    "FRACTION_OF_POLARIZATION",
    "POLARIZATION_PLANE_NORMAL",
    "ROTATION_AXIS",
    "OSCILLATION_RANGE",
    "STARTING_ANGLE",
    "STARTING_FRAME",
    "DATA_RANGE",
    "UNIT_CELL_A-AXIS",
    "UNIT_CELL_B-AXIS",
    "UNIT_CELL_C-AXIS",
    "UNIT_CELL_CONSTANTS",
    "SPACE_GROUP_NUMBER",
    "SENSOR_THICKNESS",
    "SILICON",
    "GAIN",
    "DIRECTION_OF_SEGMENT_X-AXIS",
    "DIRECTION_OF_SEGMENT_Y-AXIS",
    "SEGMENT_DISTANCE",
    SEGMENT,
];
/// Keys of other programs for what another key says, which is read.
const FOREIGN: [(&str, &str); 12] = [
    ("WAVELENGTH", "X-RAY_WAVELENGTH"),
    ("LAMBDA", "X-RAY_WAVELENGTH"),
    ("ENERGY", "X-RAY_WAVELENGTH"),
    ("PHOTON_ENERGY", "X-RAY_WAVELENGTH"),
    ("DISTANCE", DISTANCE),
    ("BEAM_X", "ORGX"),
    ("BEAM_Y", "ORGY"),
    ("PIXEL_SIZE", "QX"),
    ("OSC_START", "STARTING_ANGLE"),
    ("OSC_RANGE", "OSCILLATION_RANGE"),
    ("UNIT_CELL", "UNIT_CELL_CONSTANTS"),
    ("SPACE_GROUP", "SPACE_GROUP_NUMBER"),
];
/// Those of them that stand there once for each segment.
const OF_SEGMENTS: &str = "SEGMENT";
/// Far more keys than a segmented detector needs.
const MOST_ENTRIES: usize = 1_000_000;
/// Keys of which two make such a file, or one beside a comment.
const USUAL: [&str; 10] = [
    DISTANCE,
    "JOB",
    "ORGX",
    "ORGY",
    "NX",
    "NY",
    "X-RAY_WAVELENGTH",
    "OSCILLATION_RANGE",
    "NAME_TEMPLATE_OF_DATA_FRAMES",
    "DATA_RANGE",
];
/// Whether these may be the contents of such a file, typing errors included.
pub(super) fn is_input(bytes: &[u8]) -> bool {
    let mut found = [false; USUAL.len()];
    // So its comments begin, and those of no other description.
    let has_mark = bytes.split(|&byte| byte == b'\n').any(|line| line.trim_ascii_start().starts_with(b"!"));
    for line in bytes.split(|&byte| byte == b'\n').filter(|line| line.len() <= LINE_LIMIT) {
        // A semicolon begins a comment of CrystFEL, and is nothing that XDS knows.
        let line = line.split(|&byte| byte == b'!' || byte == b';').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line);
        let mut parts = line.split('=').peekable();
        while let Some(part) = parts.next() {
            let key = part.split_whitespace().last().filter(|_| parts.peek().is_some());
            let usual = key.and_then(|key| USUAL.iter().position(|usual| usual.eq_ignore_ascii_case(key)));
            if let Some(seen) = usual.and_then(|at| found.get_mut(at)) {
                *seen = true;
            }
        }
    }
    found.iter().filter(|seen| **seen).count() > usize::from(!has_mark)
}

/// A key with the values behind it, and where it stands.
pub(super) struct Entry<'a> {
    pub key: &'a str,
    pub values: Vec<&'a str>,
    pub line: u64,
}

impl Entry<'_> {
    /// The key that is read and that this one may be meant for.
    fn meant(&self) -> Option<&'static str> {
        keys::meant(self.key, &READ, keys::Slips::ByLength)
    }
}

/// All that a file says.
pub(super) struct Entries<'a> {
    pub path: &'a Path,
    pub list: Vec<Entry<'a>>,
}

impl<'a> Entries<'a> {
    pub fn read(path: &'a Path, text: &'a str) -> Result<Self> {
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
                if list.len() == MOST_ENTRIES {
                    let expected = format!("at most {MOST_ENTRIES} keys");
                    return Err(Error::line(path, number, expected, line.trim().as_bytes()));
                }
                list.push(Entry { key, values, line: number });
                key = next.unwrap_or_default();
            }
        }
        Ok(Entries { path, list })
    }

    pub fn error(&self, entry: &Entry<'_>, expected: &str) -> Error {
        let found = format!("{}= {}", entry.key, entry.values.join(" "));
        Error::line(self.path, entry.line, expected, found.as_bytes())
    }

    /// The numbers of an entry.
    pub fn numbers<const N: usize>(&self, entry: &Entry<'_>) -> Result<[f64; N]> {
        let numbers: Option<Vec<f64>> = entry.values.iter().map(|word| finite(word.as_bytes())).collect();
        let numbers = numbers.and_then(|numbers| <[f64; N]>::try_from(numbers).ok());
        let expected = if N == 1 { "a number".to_owned() } else { format!("{N} numbers") };
        numbers.ok_or_else(|| self.error(entry, &expected))
    }

    pub fn warning(&self, kind: WarningKind, entry: &Entry<'_>, assumed: impl Into<String>) -> Warning {
        let place = format!("line {}: {}", entry.line, entry.key);
        Warning::new(kind, self.path, place, entry.values.join(" "), assumed)
    }

    /// The last entry of a key, which counts.
    pub fn last(&self, key: &str) -> Option<&Entry<'a>> {
        self.list.iter().rev().find(|entry| entry.key == key)
    }

    pub fn optional<const N: usize>(&self, key: &str) -> Result<Option<[f64; N]>> {
        self.last(key).map(|entry| self.numbers::<N>(entry)).transpose()
    }

    /// # Errors
    /// A key that is not there, with the one that may be meant for it.
    pub fn number(&self, key: &str) -> Result<f64> {
        let found = self.optional::<1>(key)?.map(|[number]| number);
        found.ok_or_else(|| match self.list.iter().find(|entry| entry.meant() == Some(key)) {
            Some(other) => {
                let found = format!("{}=", other.key);
                Error::line(self.path, other.line, format!("\"{key}=\""), found.as_bytes())
            }
            None => Error::missing(self.path, key, "a number"),
        })
    }

    pub fn vector(&self, key: &str) -> Result<Option<Vector3<f64>>> {
        Ok(self.optional::<3>(key)?.map(Vector3::from))
    }

    /// Keys that stand there more than once with other values, and keys that look like those that are read.
    pub fn doubts(&self) -> Vec<Warning> {
        let mut doubts = Doubts::default();
        let read = self.list.iter().filter_map(|entry| {
            let key = READ.into_iter().find(|key| *key == entry.key && !key.contains(OF_SEGMENTS))?;
            Some((key, entry))
        });
        let last: HashMap<&str, &Entry<'_>> = read.clone().collect();
        for (key, entry) in read {
            let other =
                |last: &&&Entry<'_>| !keys::same(last.values.iter().copied(), entry.values.iter().copied());
            let Some(last) = last.get(key).filter(other) else { continue };
            let assumed = || {
                let values = shown(last.values.join(" ").as_bytes());
                format!("line {} says {values}, which counts", last.line)
            };
            let kind = WarningKind::RepeatedKey;
            doubts.add(kind, key, || self.warning(kind, entry, assumed()));
        }
        for (entry, meant) in self.list.iter().filter_map(|entry| Some((entry, entry.meant()?))) {
            let kind = WarningKind::UnknownKey;
            doubts.add(kind, meant, || self.warning(kind, entry, format!("not read; did you mean {meant}?")));
        }
        for entry in &self.list {
            let Some((_, read)) = FOREIGN.iter().find(|(foreign, _)| *foreign == entry.key) else { continue };
            // Beside the right key that says the same it is no matter.
            let own = self.list.iter().rfind(|own| own.key == *read);
            if own.is_some_and(|own| keys::same(own.values.iter().copied(), entry.values.iter().copied())) {
                continue;
            }
            let kind = WarningKind::UnknownKey;
            doubts
                .add(kind, read, || self.warning(kind, entry, format!("not read; {read} is the key for it")));
        }
        doubts.finish()
    }
}
