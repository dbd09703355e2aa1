//! Keys of a miniCBF header that say what another key says, or what no key says that is read.

use std::path::Path;

use super::left_out::{OF_DIVERGENCE, OF_SPREAD};
use super::mini_cbf::Lines;
use super::radiation::OF_DOSE;
use super::smv_keys::{WHOLE, is_same_angle};
use crate::c_format::g;
use crate::lines::finite;
use crate::smv::SmvHeader;
use crate::spectrum::EV_ANGSTROM;
use crate::warning::{Assumption, Warning, WarningKind};

/// Energies of the photons, which the wavelength says too.
const ENERGIES: [&str; 4] = ["Photon_energy", "Energy", "Incident_energy", "Beam_energy"];
const THRESHOLD: &str = "Threshold_setting";
/// Start and range of the rotation as goniometers have them, and the key that is read.
const STARTS: (&[&str], &str) = (&["Phi"], "Start_angle");
const AXIS: &str = "Oscillation_axis";
const RANGES: (&[&str], &str) =
    (&["Phi_increment", "Omega_increment", "Chi_increment", "Kappa_increment"], "Angle_increment");
/// Keys for what no key says that is read, values that change nothing, what is assumed, and what decides it.
const UNREAD: [(&str, &[f64], &str, Assumption); 6] = [
    ("Filter_transmission", &WHOLE, OF_DOSE, Assumption::Dose),
    ("Transmission", &WHOLE, OF_DOSE, Assumption::Dose),
    ("Flux", &[], OF_DOSE, Assumption::Dose),
    ("Beam_size", &[], "ignored; -beamsize says how wide the beam is", Assumption::BeamSize),
    ("Divergence", &[], OF_DIVERGENCE, Assumption::Divergence),
    ("Bandpass", &[], OF_SPREAD, Assumption::WavelengthSpread),
];
/// Items of imgCIF that say the wavelength, and categories that say how axes lie.
const IMGCIF_WAVELENGTH: &str = "_diffrn_radiation_wavelength.wavelength";
const IMGCIF_AXES: [&str; 5] = [
    "_axis.",
    "_diffrn_scan_axis.",
    "_diffrn_scan_frame_axis.",
    "_array_structure_list_axis.",
    "_diffrn_measurement_axis.",
];
/// Relative difference of two energies that the digits of headers do not make.
const SAME: f64 = 1e-3;
/// Energies below are in keV.
const LEAST_EV: f64 = 100.0;

/// A warning for each, of an image whose header is read as this one.
pub(super) fn doubts(path: &Path, text: &str, header: &SmvHeader) -> Vec<Warning> {
    let keys = Keys { path, lines: Lines(text), header };
    let energies = ENERGIES.into_iter().filter_map(|key| keys.energy(key));
    // About another axis than phi the crystal turns, and phi stands still.
    let is_phi = keys.lines.value(AXIS).is_none_or(|axis| axis.to_lowercase().contains("phi"));
    let starts = STARTS.0.iter().filter(|_| is_phi);
    let starts = starts.filter_map(|key| keys.angle(key, STARTS.1, "OSC_START", Assumption::Start));
    let range = |key: &&'static str| keys.angle(key, RANGES.1, "OSC_RANGE", Assumption::Oscillation);
    let ranges = RANGES.0.iter().filter_map(range);
    let unread = UNREAD.into_iter().filter_map(|key| keys.unread(key));
    let counting = keys.threshold().into_iter().chain(keys.imgcif(text));
    energies.chain(starts).chain(ranges).chain(unread).chain(counting).collect()
}

struct Keys<'a> {
    path: &'a Path,
    lines: Lines<'a>,
    header: &'a SmvHeader,
}

impl Keys<'_> {
    fn read(&self, key: &str) -> Option<f64> {
        self.header.entry(key).ok().flatten()
    }

    fn number(&self, key: &str) -> Option<f64> {
        finite(Lines::words(self.lines.value(key)?).next()?.as_bytes())
    }

    /// Electronvolts at a key.
    fn electronvolts(&self, key: &str) -> Option<f64> {
        let number = self.number(key).filter(|number| *number > 0.0)?;
        let is_kilo = Lines::words(self.lines.value(key)?).nth(1).is_some_and(|unit| unit == "keV");
        Some(if is_kilo || number < LEAST_EV { number * 1e3 } else { number })
    }

    fn warning(&self, kind: WarningKind, key: &str, assumed: impl Into<String>) -> Option<Warning> {
        let value = self.lines.value(key)?.trim_start_matches([' ', ':', '=']).trim();
        Some(Warning::new(kind, self.path, key, value, assumed))
    }

    fn energy(&self, key: &str) -> Option<Warning> {
        let said = self.electronvolts(key)?;
        let Some(wavelength) = self.read("WAVELENGTH").filter(|wavelength| *wavelength > 0.0) else {
            let assumed = "not read; Wavelength is the key for it";
            return Some(self.warning(WarningKind::UnknownKey, key, assumed)?.of(Assumption::Wavelength));
        };
        let counts = EV_ANGSTROM / wavelength;
        let assumed = format!("ignored; Wavelength means {} eV, which counts", g(counts, 6));
        let warning = || self.warning(WarningKind::ContradictingHeader, key, assumed);
        let differs = (said - counts).abs() > SAME * counts;
        Some(differs.then(warning)??.of(Assumption::Wavelength))
    }

    /// An angle of the goniometer that is not the one of the rotation.
    fn angle(&self, key: &str, read: &str, counts: &str, what: Assumption) -> Option<Warning> {
        let said = self.number(key).filter(|angle| *angle != 0.0)?;
        match self.read(counts) {
            None => {
                let assumed = format!("not read; {read} is the key for it");
                Some(self.warning(WarningKind::UnknownKey, key, assumed)?.of(what))
            }
            Some(counts) if is_same_angle(said, counts) => None,
            Some(counts) => {
                let assumed = format!("ignored; {read} {} counts", g(counts, 6));
                Some(self.warning(WarningKind::NotTaken, key, assumed)?.of(what))
            }
        }
    }

    fn unread(&self, (key, neutral, assumed, what): (&str, &[f64], &str, Assumption)) -> Option<Warning> {
        let mut numbers = Lines::words(self.lines.value(key)?).filter_map(|word| finite(word.as_bytes()));
        let changes = numbers.any(|number| number != 0.0 && !neutral.contains(&number));
        Some(changes.then(|| self.warning(WarningKind::NotTaken, key, assumed))??.of(what))
    }

    /// What the dictionary of imgCIF says of the geometry and of the wavelength, beside the lines that are read.
    fn imgcif(&self, text: &str) -> Vec<Warning> {
        let items = || text.lines().map(str::trim_start);
        let wavelength = items().find_map(|line| {
            let (_, value) = line.split_once(IMGCIF_WAVELENGTH)?;
            let said = finite(value.trim().as_bytes()).filter(|said| *said > 0.0)?;
            let (assumed, differs) = match self.read("WAVELENGTH") {
                None => ("not read; Wavelength is the key for it".to_owned(), true),
                Some(counts) => (
                    format!("ignored; Wavelength {} counts", g(counts, 6)),
                    (said - counts).abs() > SAME * counts,
                ),
            };
            let kind = WarningKind::ContradictingHeader;
            let warning = || Warning::new(kind, self.path, IMGCIF_WAVELENGTH, value.trim(), assumed);
            differs.then(|| warning().of(Assumption::Wavelength))
        });
        // Beside those lines it says the same.
        let is_placed = self.read("DISTANCE").is_some();
        let geometry = items()
            .filter(|_| !is_placed)
            .find(|line| IMGCIF_AXES.iter().any(|category| line.starts_with(category)));
        let geometry = geometry.map(|line| {
            let item = line.split_whitespace().next().unwrap_or(line);
            let assumed = "not read: of imgCIF the lines behind # say where the detector is";
            Warning::new(WarningKind::NotTaken, self.path, "imgCIF", item, assumed)
        });
        wavelength.into_iter().chain(geometry).collect()
    }

    /// A threshold at which no photon is counted.
    fn threshold(&self) -> Option<Warning> {
        let said = self.electronvolts(THRESHOLD)?;
        let energy = EV_ANGSTROM / self.read("WAVELENGTH").filter(|wavelength| *wavelength > 0.0)?;
        let assumed = format!("ignored: photons of {} eV count all the same", g(energy, 6));
        (said >= energy).then(|| self.warning(WarningKind::DetectorProperties, THRESHOLD, assumed))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said of a header at 1 Å that turns from 10 degrees by 0.1.
    fn said(text: &str) -> Vec<String> {
        let path = Path::new("a.cbf");
        let known = [("WAVELENGTH", 1.0), ("OSC_START", 10.0), ("OSC_RANGE", 0.1)];
        let header = SmvHeader::of_entries(path, known.into_iter().map(|(key, number)| (key, Ok(number))));
        doubts(path, text, &header).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_usual_header_is_no_matter() {
        let usual = "# Gain_setting mid gain (vrf = -0.200)\n# Threshold_setting 6199 eV\n# Energy_range (0, 0) eV\n\
            # Photon_energy 12398.4 eV\n# Energy 12.398 keV\n# Phi 10.0000 deg.\n# Phi_increment 0.1000 deg.\n\
            # Omega_increment 0.0 deg.\n# Filter_transmission 1.0000\n# Flux 0.0000\n# Flux (nil)\n# Tau = 1.24e-07 s\n";
        assert_eq!(said(usual), [""; 0]);
    }

    #[test]
    fn what_contradicts_and_what_is_not_read_is_named() {
        for (text, expected) in [
            (
                "Photon_energy 9000 eV",
                "Photon_energy: 9000 eV: ignored; Wavelength means 12398.4 eV, which counts",
            ),
            ("Energy: 9 keV", "Energy: 9 keV: ignored; Wavelength means 12398.4 eV, which counts"),
            (
                "Threshold_setting 13000 eV",
                "Threshold_setting: 13000 eV: ignored: photons of 12398.4 eV count all the same",
            ),
            ("Phi 30.0 deg.", "Phi: 30.0 deg.: ignored; Start_angle 10 counts"),
            ("Phi_increment 0.5 deg.", "Phi_increment: 0.5 deg.: ignored; Angle_increment 0.1 counts"),
            (
                "Filter_transmission 0.1",
                "Filter_transmission: 0.1: ignored; -flux and -fluence say how many photons there are",
            ),
            ("Flux 1e12 ph/s", "Flux: 1e12 ph/s: ignored; -flux and -fluence say how many photons there are"),
            (
                "Beam_size (0.05, 0.02) mm",
                "Beam_size: (0.05, 0.02) mm: ignored; -beamsize says how wide the beam is",
            ),
        ] {
            assert_eq!(said(&format!("# {text}\r\n")), [format!("a.cbf: {expected}")]);
        }
        assert_eq!(said("_diffrn_radiation_wavelength.wavelength 1.0\r\n"), [""; 0]);
        let expected = "a.cbf: _diffrn_radiation_wavelength.wavelength: 0.5: ignored; Wavelength 1 counts";
        assert_eq!(said("_diffrn_radiation_wavelength.wavelength 0.5\r\n"), [expected]);
        let expected =
            "a.cbf: imgCIF: _axis.id: not read: of imgCIF the lines behind # say where the detector is";
        assert_eq!(said("loop_\r\n_axis.id\r\n_axis.type\r\n"), [expected]);
        let path = Path::new("a.cbf");
        let alone = doubts(
            path,
            "# Energy 9000 eV\n# Phi 3 deg.\n",
            &SmvHeader::of_entries(path, std::iter::empty()),
        );
        let alone: Vec<String> = alone.iter().map(ToString::to_string).collect();
        let expected = [
            "a.cbf: Energy: 9000 eV: not read; Wavelength is the key for it",
            "a.cbf: Phi: 3 deg.: not read; Start_angle is the key for it",
        ];
        assert_eq!(alone, expected);
    }
}
