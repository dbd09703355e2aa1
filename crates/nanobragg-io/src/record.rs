//! What an image was made of, as JSON beside it: for formats without a header.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::atomic::write_atomic;
use crate::error::{Error, Result};

/// What an image was made of, and how the crystal lay. The keys are those of a sweep's manifest.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<'a> {
    /// Name and version of the program.
    pub program: &'a str,
    /// The preset.
    pub preset: &'a str,
    /// The flags with their values, word by word.
    pub flags: &'a [String],
    /// Spindle angle at the start of the image.
    pub phi_start_deg: f64,
    /// Rotation during the image.
    pub phi_range_deg: f64,
    /// Rotations about x, y and z of the laboratory that the crystal is out of its setting by.
    pub misset_deg: [f64; 3],
    /// Wavelength in Å.
    pub wavelength_angstrom: f64,
    /// Edges in Å and angles in degrees.
    pub unit_cell: [f64; 6],
    /// a*, b*, c* as columns, row after row, in 1/Å, in the frame of imgCIF, at a spindle angle of zero.
    pub a_matrix: [f64; 9],
}

/// The record's name: that of the image with `.json` behind it.
pub fn record_of(image: &Path) -> PathBuf {
    let mut name = image.as_os_str().to_owned();
    name.push(".json");
    name.into()
}

/// Writes a record.
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write).
pub fn write_record(path: &Path, record: &Record<'_>) -> Result<()> {
    let Record { program, preset, flags, unit_cell, a_matrix, misset_deg, .. } = record;
    let document = json!({
        "program": program,
        "preset": preset,
        "flags": flags,
        "phi_start_deg": record.phi_start_deg,
        "phi_range_deg": record.phi_range_deg,
        "misset_deg": misset_deg,
        "wavelength_angstrom": record.wavelength_angstrom,
        "unit_cell": unit_cell,
        "a_matrix": a_matrix,
    });
    let text = serde_json::to_string_pretty(&document);
    let text = text.map_err(|error| Error::unwritable(path, error.to_string()))?;
    write_atomic(path, |out| writeln!(out, "{text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_json_with_the_keys_of_a_manifest() {
        let folder = tempfile::tempdir().unwrap();
        let path = record_of(&folder.path().join("a.npy"));
        assert!(path.ends_with("a.npy.json"));
        let flags = ["-N".to_owned(), "5".to_owned()];
        let record = Record {
            program: "nanobragg 0",
            preset: "exact",
            flags: &flags,
            phi_start_deg: 0.0,
            phi_range_deg: 0.5,
            misset_deg: [1.0, 2.0, 3.0],
            wavelength_angstrom: 1.5,
            unit_cell: [70.0, 80.0, 90.0, 90.0, 90.0, 90.0],
            a_matrix: [0.0; 9],
        };
        write_record(&path, &record).unwrap();
        let read: serde_json::Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!((read["flags"][1].as_str(), read["phi_range_deg"].as_f64()), (Some("5"), Some(0.5)));
        assert_eq!(read["a_matrix"].as_array().unwrap().len(), 9);
    }
}
