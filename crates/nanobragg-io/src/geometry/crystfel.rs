//! CrystFEL's geometry files: `key = value` for all panels that follow, `panel/key = value` for one.

use std::collections::HashMap;
use std::path::Path;

use nalgebra::Vector3;

use super::crystfel_line::{Place, starts_number};
use super::crystfel_panel::PanelKeys;
use super::{Geometry, MOST_PANELS, Selection};
use crate::error::{Error, Result};
use crate::lines::LINE_LIMIT;

/// Photon energy times wavelength, eV Å.
const EV_ANGSTROM: f64 = 12398.42;
/// How the names of regions begin that are no panels, though their keys look like those of a panel.
const BAD_REGION: &str = "bad";

pub(super) fn parse(path: &Path, bytes: &[u8], selection: Selection) -> Result<Geometry> {
    if selection.experiment > 0 || selection.scan_point > 0 {
        return Err(Error::missing(path, "experiments and scans", "a file that lists them"));
    }
    let mut defaults = PanelKeys::default();
    let mut panels: Vec<(String, PanelKeys)> = Vec::new();
    // Where a panel is in the list: a file has as many lines for each as it likes.
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut wavelength = None;
    let mut shift = Vector3::zeros();
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let number = number as u64 + 1;
        if line.len() > LINE_LIMIT {
            return Err(Error::line_too_long(path, number, LINE_LIMIT));
        }
        let wrong = || Error::line(path, number, "\"key = value\"", line.trim_ascii());
        // Comments may be in any encoding.
        let text = &*String::from_utf8_lossy(line);
        let content = text.split(';').next().unwrap_or_default().trim();
        if content.is_empty() {
            continue;
        }
        let (key, value) = content.split_once('=').ok_or_else(wrong)?;
        let (key, value) = (key.trim(), value.trim());
        let place = Place { path, line: number, text };
        if let Some((name, key)) = key.split_once('/') {
            let name = name.trim();
            if name.starts_with(BAD_REGION) {
                continue;
            }
            let at = match places.get(name) {
                Some(at) => *at,
                None if panels.len() == MOST_PANELS => return Err(place.error("at most 10000 panels")),
                None => {
                    places.insert(name.to_owned(), panels.len());
                    panels.push((name.to_owned(), defaults.clone()));
                    panels.len() - 1
                }
            };
            if let Some((_, panel)) = panels.get_mut(at) {
                panel.set(key.trim(), value, &place)?;
            }
            continue;
        }
        match key {
            // A value that is no number names a place in the data files, which are not at hand.
            "photon_energy" if starts_number(value) => {
                let energy = place.quantity(value, &[("eV", 1.0), ("keV", 1e3), ("MeV", 1e6)])?;
                wavelength = Some(EV_ANGSTROM / energy);
            }
            "wavelength" if starts_number(value) => {
                wavelength = Some(place.quantity(value, &[("m", 1e10), ("A", 1.0)])?);
            }
            "detector_shift_x" if starts_number(value) => {
                shift.x = place.quantity(value, &[("m", 1e3), ("mm", 1.0)])?;
            }
            "detector_shift_y" if starts_number(value) => {
                shift.y = place.quantity(value, &[("m", 1e3), ("mm", 1.0)])?;
            }
            _ => defaults.set(key, value, &place)?,
        }
    }
    if panels.is_empty() {
        let expected = "an experiment list, an XPARM.XDS or panels such as \"p0/min_fs = 0\"";
        return Err(Error::missing(path, "panels", expected));
    }
    let panels =
        panels.iter().map(|(name, keys)| keys.panel(path, name, shift)).collect::<Result<Vec<_>>>()?;
    // The beam travels along z; y points up, so that x lies in the plane of polarization.
    Ok(Geometry {
        wavelength_angstrom: wavelength,
        beam: Vector3::z(),
        polarization: None,
        panels,
        spindle_axis: None,
        scan: None,
        crystal: None,
    })
}
