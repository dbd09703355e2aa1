//! CrystFEL's geometry files: `key = value` for all panels that follow, `panel/key = value` for one.

use std::collections::HashMap;
use std::path::Path;

use nalgebra::Vector3;

use super::crystfel_line::{Place, starts_number};
use super::crystfel_panel::{PanelKeys, READ};
use super::keys::{self, Doubts};
use super::{Geometry, MOST_PANELS, Selection};
use crate::error::{Error, Result, shown};
use crate::lines::{LINE_LIMIT, finite};
use crate::spectrum::EV_ANGSTROM;
use crate::warning::{Assumption, Warning, WarningKind};

/// Keys that hold for the whole file.
const OF_ALL: [&str; 6] = [
    "photon_energy",
    "wavelength",
    "electron_voltage",
    "electron_energy",
    "detector_shift_x",
    "detector_shift_y",
];
/// Those of them that say the wavelength.
const SPECTRAL: [&str; 4] = ["photon_energy", "wavelength", "electron_voltage", "electron_energy"];
/// How the keys of shifts and of electrons begin, under which their warnings are counted.
const SHIFT: &str = "detector_shift";
const ELECTRONS: &str = "electron";
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
    let mut doubts = Doubts::default();
    let mut has_bad_regions = false;
    let mut said = Said::default();
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
        said.warn_of(Assignment { key, value, line: number, panels: panels.len() }, path, &mut doubts);
        not_taken(&place, key, value, &mut doubts);
        if let Some((name, key)) = key.split_once('/') {
            let name = name.trim();
            if name.starts_with(BAD_REGION) {
                if !has_bad_regions {
                    let assumed = "bad regions are rendered like the rest";
                    let kind = WarningKind::BadRegions;
                    doubts.add(kind, BAD_REGION, || {
                        Warning::new(kind, path, format!("line {number}"), name, assumed)
                            .of(Assumption::Pixels)
                    });
                }
                has_bad_regions = true;
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
            "photon_energy_bandwidth" | "bandwidth" => {
                let kind = WarningKind::Polychromatic;
                let assumed = "rendered at one wavelength; -dispersion and -spectrum widen it";
                doubts.add(kind, "bandwidth", || {
                    place.warning(kind, key, value, assumed).of(Assumption::WavelengthSpread)
                });
            }
            _ if key.starts_with("mask") && !key.contains("good") && !key.contains("bad") => {
                let kind = WarningKind::BadRegions;
                let assumed = "not read; -mask leaves pixels out";
                doubts.add(kind, "mask", || place.warning(kind, key, value, assumed).of(Assumption::Pixels));
            }
            // A value that is no number names a place in the data files, which are not at hand.
            "photon_energy" if starts_number(value) => {
                let energy = place.quantity(value, &[("eV", 1.0), ("keV", 1e3), ("MeV", 1e6)])?;
                wavelength = Some(EV_ANGSTROM / energy);
            }
            "wavelength" if starts_number(value) => {
                wavelength = Some(place.quantity(value, &[("m", 1e10), ("A", 1.0)])?);
            }
            "detector_shift_x" | "detector_shift_y" if starts_number(value) => {
                let moved = place.quantity(value, &[("m", 1e3), ("mm", 1.0)])?;
                *(if key == "detector_shift_x" { &mut shift.x } else { &mut shift.y }) = moved;
            }
            "detector_shift_x" | "detector_shift_y" => {
                let kind = WarningKind::ShiftElsewhere;
                let assumed = "its value is in the data files, which are not read: no shift is assumed";
                doubts.add(kind, SHIFT, || place.warning(kind, key, value, assumed));
            }
            "electron_voltage" | "electron_energy" if starts_number(value) => {
                let units = &[("V", 1.0), ("kV", 1e3), ("MV", 1e6), ("eV", 1.0), ("keV", 1e3), ("MeV", 1e6)];
                wavelength = Some(of_electrons(place.quantity(value, units)?));
                let assumed = "the wavelength is that of the electrons; scattering is that of X-rays";
                let kind = WarningKind::OtherProbe;
                doubts.add(kind, ELECTRONS, || place.warning(kind, key, value, assumed));
            }
            "electron_voltage" | "electron_energy" => return Err(place.error("a number of kV")),
            _ => defaults.set(key, value, &place)?,
        }
    }
    if panels.is_empty() {
        let expected = "an experiment list, an XPARM.XDS or panels such as \"p0/min_fs = 0\"";
        return Err(Error::missing(path, "panels", expected));
    }
    said.finish(path, panels.len(), &mut doubts);
    let panels =
        panels.iter().map(|(name, keys)| keys.panel(path, name, shift)).collect::<Result<Vec<_>>>()?;
    // The beam travels along z; y points up, so that x lies in the plane of polarization.
    Ok(Geometry {
        wavelength_angstrom: wavelength,
        beam: Some(Vector3::z()),
        polarization: None,
        panels,
        spindle_axis: None,
        scan: None,
        crystal: None,
        space_group: None,
        lone_cell: None,
        varying_images: 1,
        warnings: doubts.finish(),
    })
}

/// Names a gain, and pixels or panels that are not to be used, for all panels or one.
fn not_taken(place: &Place<'_>, key: &str, value: &str, doubts: &mut Doubts) {
    let own = key.rsplit('/').next().unwrap_or(key).trim();
    let number = finite(value.as_bytes());
    let (kind, known, assumed) = match own {
        "adu_per_photon" if number.is_some_and(|gain| gain != 1.0) => {
            (WarningKind::DetectorProperties, "adu_per_photon", "ignored: a photon is a count")
        }
        "no_index" if number.is_some_and(|flag| flag != 0.0) => {
            (WarningKind::BadRegions, "no_index", "rendered like the rest; -mask leaves pixels out")
        }
        "flag_lessthan" | "flag_morethan" | "flag_equal" => {
            (WarningKind::BadRegions, "flag", "no pixel is left out by its value")
        }
        _ => return,
    };
    doubts.add(kind, known, || {
        let warning = place.warning(kind, key, value, assumed);
        if kind == WarningKind::BadRegions { warning.of(Assumption::Pixels) } else { warning }
    });
}

/// Keys of other programs for what another key says, which is read.
const FOREIGN: [(&str, &str); 10] = [
    ("beam_center_x", "corner_x"),
    ("beam_center_y", "corner_y"),
    ("beam_x", "corner_x"),
    ("beam_y", "corner_y"),
    ("distance", "clen"),
    ("detector_distance", "clen"),
    ("camera_length", "clen"),
    ("energy", "photon_energy"),
    ("beam_energy", "photon_energy"),
    ("pixel_size", "res"),
];

/// A line `key = value` of a file.
struct Assignment<'a> {
    /// With the panel before it, if there is one.
    key: &'a str,
    value: &'a str,
    line: u64,
    /// Panels before it.
    panels: usize,
}

/// What each key has said last: its value, the line, and how many panels there were.
#[derive(Default)]
struct Said(HashMap<String, (String, u64, usize)>);

impl Said {
    /// Names a value that this one takes the place of before any panel had it, and a key that looks like one that is read.
    fn warn_of(&mut self, new: Assignment<'_>, path: &Path, doubts: &mut Doubts) {
        let (panel, key) = match new.key.split_once('/') {
            Some((panel, key)) => (Some(panel.trim()), key.trim()),
            None => (None, new.key),
        };
        if panel.is_some_and(|panel| panel.starts_with(BAD_REGION)) {
            return;
        }
        let place = |line: u64| format!("line {line}: {}", shown(new.key.as_bytes()));
        let of_all: &[&'static str] = if panel.is_none() { &OF_ALL } else { &[] };
        let known: Vec<&'static str> = READ.iter().chain(of_all).copied().collect();
        if let Some(meant) = keys::meant(key, &known, keys::Slips::ByLength) {
            let kind = WarningKind::UnknownKey;
            let assumed = format!("not read; did you mean {meant}?");
            doubts.add(kind, meant, || Warning::new(kind, path, place(new.line), new.value, assumed));
        } else if let Some((_, read)) = FOREIGN.iter().find(|(foreign, _)| *foreign == key) {
            let assumed = format!("not read; {read} is the key for it");
            doubts.add(WarningKind::UnknownKey, read, || {
                Warning::new(WarningKind::UnknownKey, path, place(new.line), new.value, assumed)
            });
        }
        let Some(read) = known.into_iter().find(|known| *known == key) else { return };
        let full = panel.map_or_else(|| key.to_owned(), |panel| format!("{panel}/{key}"));
        let now = (new.value.to_owned(), new.line, new.panels);
        if SPECTRAL.contains(&key) && panel.is_none() && starts_number(new.value) {
            self.other_wavelength(key, &now, path, doubts);
        }
        let Some((before, line, panels)) = self.0.insert(full, now) else { return };
        // What holds for all panels that follow may differ between them.
        let had_none = panel.is_some() || panels == new.panels || of_all.contains(&key);
        if had_none && !keys::same(before.split_whitespace(), new.value.split_whitespace()) {
            let kind = WarningKind::RepeatedKey;
            let assumed = format!("line {} says {}, which counts", new.line, shown(new.value.as_bytes()));
            doubts.add(kind, read, || Warning::new(kind, path, place(line), before, assumed));
        }
    }
}

impl Said {
    /// Says so where another key has said the wavelength before.
    fn other_wavelength(&self, key: &str, now: &(String, u64, usize), path: &Path, doubts: &mut Doubts) {
        let others = SPECTRAL.iter().filter(|other| **other != key);
        let before = others.filter_map(|other| Some((other, self.0.get(*other)?)));
        for (other, (value, line, _)) in before.filter(|(_, (value, ..))| starts_number(value)) {
            let kind = WarningKind::RepeatedKey;
            let assumed = format!("line {} says {key} = {}, which counts", now.1, shown(now.0.as_bytes()));
            let place = format!("line {line}: {other}");
            doubts.add(kind, other, || Warning::new(kind, path, place, value, assumed));
        }
    }

    /// Names what is said for all panels that follow where none follows.
    fn finish(&self, path: &Path, panels: usize, doubts: &mut Doubts) {
        let late = |(key, (_, _, before)): &(&String, &(String, u64, usize))| {
            *before == panels && !key.contains('/') && !OF_ALL.contains(&key.as_str())
        };
        let mut late: Vec<_> = self.0.iter().filter(late).collect();
        late.sort_by_key(|(_, (_, line, _))| *line);
        for (key, (value, line, _)) in late {
            let kind = WarningKind::NotTaken;
            let assumed = "ignored: it is said for the panels that follow, and none does";
            doubts.add(kind, "late", || {
                Warning::new(kind, path, format!("line {line}: {key}"), value, assumed)
            });
        }
    }
}

/// The wavelength in Å of electrons that `volts` accelerated, with the theory of relativity.
fn of_electrons(volts: f64) -> f64 {
    /// h / √(2 m e) in Å √V, and e / (2 m c²) in 1/V (CODATA 2018).
    const SLOW: f64 = 12.264_259_66;
    const FAST: f64 = 9.784_756e-7;
    SLOW / (volts * (1.0 + FAST * volts)).sqrt()
}
