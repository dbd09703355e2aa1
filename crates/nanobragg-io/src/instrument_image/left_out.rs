//! What an NXmx file says that changes images and is not taken.

use super::chain::ANGLE;
use super::entries::{angle_deg, wavelength_angstrom};
use super::quantity::{listed, quantity_of};
use super::radiation::OF_DOSE;
use super::smv_keys::WHOLE;
use crate::c_format::g;
use crate::geometry::{Slips, meant};
use crate::image_axes::ImageAxes;
use crate::nexus::{DETECTOR, Nxmx};
use crate::spectrum::EV_ANGSTROM;
use crate::warning::{Assumption, Warning, WarningKind};

const INSTRUMENT: &str = "entry/instrument";
const PROBES: [&str; 3] =
    ["entry/source/probe", "entry/instrument/source/probe", "entry/sample/source/probe"];
/// What the norm of two unit vectors may be off without a tilt.
const FLAT: f64 = 1e-3;
/// Difference of two numbers that no writer means, relative.
const SAME: f64 = 1e-6;

const OF_COUNTS: &str = "ignored: a photon is a count; -adc and -scale change what is written";
const OF_PIXELS: &str = "ignored: all pixels count alike";
pub(super) const OF_DIVERGENCE: &str = "ignored: one direction; -divergence widens it";
const OF_SIZE: &str = "ignored: the beam is wider than the crystal; -beamsize says how wide";
pub(super) const OF_SPREAD: &str = "ignored: one wavelength; -dispersion widens it";
const OF_SWING: &str = "ignored: the chain of axes says how the detector lies";

/// A number that is not taken.
struct Ignored {
    /// Its name in the instrument.
    name: &'static str,
    /// What it is where it changes nothing.
    neutral: &'static [f64],
    /// What says that the counts have it already, where something does.
    applied: &'static [&'static str],
    kind: WarningKind,
    assumed: &'static str,
    what: Option<Assumption>,
}

const fn of_counts(name: &'static str, neutral: &'static [f64]) -> Ignored {
    Ignored {
        name,
        neutral,
        applied: &[],
        kind: WarningKind::DetectorProperties,
        assumed: OF_COUNTS,
        what: None,
    }
}

/// NeXus' name, and those of Dectris' files.
const FLATFIELD_APPLIED: [&str; 3] = [
    "detector/flatfield_applied",
    "detector/flatfield_correction_applied",
    "detector/detectorSpecific/flatfield_correction_applied",
];

const fn of_pixels(name: &'static str) -> Ignored {
    Ignored { applied: &FLATFIELD_APPLIED, assumed: OF_PIXELS, ..of_counts(name, ONE) }
}

const fn of_beam(
    name: &'static str,
    neutral: &'static [f64],
    assumed: &'static str,
    what: Assumption,
) -> Ignored {
    Ignored { name, neutral, applied: &[], kind: WarningKind::NotTaken, assumed, what: Some(what) }
}

const ONE: &[f64] = &[1.0];
const NONE: &[f64] = &[0.0];

const IGNORED: [Ignored; 20] = [
    of_counts("detector/gain", ONE),
    of_counts("detector/data_scaling_factor", ONE),
    of_counts("detector/pedestal", NONE),
    of_counts("detector/offset", NONE),
    of_counts("detector/data_offset", NONE),
    of_counts("../data/scaling_factor", ONE),
    of_counts("../data/data_scaling_factor", ONE),
    of_counts("../data/offset", NONE),
    of_counts("../data/data_offset", NONE),
    of_pixels("detector/flatfield"),
    of_pixels("detector/detectorSpecific/flatfield"),
    of_beam("attenuator/attenuator_transmission", &WHOLE, OF_DOSE, Assumption::Dose),
    of_beam("beam/total_flux", NONE, OF_DOSE, Assumption::Dose),
    of_beam("beam/flux_integrated", NONE, OF_DOSE, Assumption::Dose),
    of_beam("beam/incident_beam_size", NONE, OF_SIZE, Assumption::BeamSize),
    of_beam("beam/extent", NONE, OF_SIZE, Assumption::BeamSize),
    of_beam("monochromator/wavelength_spread", NONE, OF_SPREAD, Assumption::WavelengthSpread),
    of_beam("beam/incident_beam_divergence", NONE, OF_DIVERGENCE, Assumption::Divergence),
    of_beam("detector/polar_angle", NONE, OF_SWING, Assumption::Swing),
    of_beam("detector/rotation_angle", NONE, OF_SWING, Assumption::Swing),
];

/// A warning for each.
pub(super) fn of_nxmx(file: &Nxmx<'_>, axes: &ImageAxes) -> Vec<Warning> {
    let ignored = IGNORED.iter().filter_map(|ignored| of_number(file, ignored));
    let doubts = probe(file).into_iter().chain(ignored).chain(swing(file, axes));
    doubts.chain(other_detectors(file)).chain(slips(file)).collect()
}

fn of_number(file: &Nxmx<'_>, ignored: &Ignored) -> Option<Warning> {
    let name = match ignored.name.strip_prefix("../") {
        Some(rest) => format!("entry/{rest}"),
        None => format!("{INSTRUMENT}/{}", ignored.name),
    };
    let is_applied = |applied: &&str| {
        let numbers = file.numbers(&format!("{INSTRUMENT}/{applied}"));
        numbers
            .and_then(Result::ok)
            .is_some_and(|numbers| numbers.first().is_some_and(|number| *number != 0.0))
    };
    // Before the numbers: a flat field has one for each pixel.
    if ignored.applied.iter().any(is_applied) {
        return None;
    }
    let is_neutral =
        |number: &f64| ignored.neutral.iter().any(|neutral| (number - neutral).abs() <= SAME * neutral.abs());
    let found = match file.numbers(&name)? {
        Ok(numbers) if numbers.iter().all(is_neutral) => return None,
        Ok(numbers) => listed(&numbers),
        Err(found) => found,
    };
    let unit = file.text_attribute(&name, "units").unwrap_or_default();
    let found = format!("{found} {}", unit.trim());
    let warning = Warning::new(ignored.kind, file.path(), name, found.trim(), ignored.assumed);
    Some(match ignored.what {
        Some(what) => warning.of(what),
        None => warning,
    })
}

/// Names that are read, by their groups.
const READ: [(&str, &[&str]); 2] = [
    ("beam", &["incident_wavelength", "incident_wavelength_weights", "incident_polarization_stokes"]),
    (
        "detector",
        &[
            "distance",
            "x_pixel_size",
            "y_pixel_size",
            "beam_center_x",
            "beam_center_y",
            "saturation_value",
            "pixel_mask",
        ],
    ),
];
/// Names that say what another one says, and the other one.
const FOREIGN: [(&str, &str); 7] = [
    ("entry/instrument/monochromator/energy", WAVELENGTH),
    ("entry/instrument/beam/incident_energy", WAVELENGTH),
    ("entry/instrument/beam/wavelength", WAVELENGTH),
    ("entry/instrument/beam/energy", WAVELENGTH),
    ("entry/instrument/monochromator/wavelength", WAVELENGTH),
    ("entry/sample/beam/incident_wavelength", WAVELENGTH),
    ("entry/instrument/detector/mask", "entry/instrument/detector/pixel_mask"),
];
const WAVELENGTH: &str = "entry/instrument/beam/incident_wavelength";

/// Relative difference of two wavelengths that digits do not make.
const SAME_WAVELENGTH: f64 = 1e-3;

/// The wavelength that a wavelength or an energy means, in its own unit.
fn angstrom(file: &Nxmx<'_>, name: &str, number: Option<f64>) -> Option<f64> {
    let number = number.filter(|number| *number > 0.0)?;
    let unit = file.text_attribute(name, "units").unwrap_or_default();
    let unit = unit.trim();
    match unit.to_lowercase().as_str() {
        "ev" => Some(EV_ANGSTROM / number),
        "kev" => Some(EV_ANGSTROM / number / 1e3),
        "" if name.ends_with("energy") => Some(EV_ANGSTROM / number),
        "" => Some(number),
        _ => Some(number * wavelength_angstrom(unit)?),
    }
}

/// Names that are nearly one that is read, or mean one, where that is not there or says something else.
fn slips(file: &Nxmx<'_>) -> Vec<Warning> {
    let has = |group: &str, name: &str| file.numbers(&format!("{INSTRUMENT}/{group}/{name}")).is_some();
    let unread = |name: String, assumed: String| {
        let numbers = file.numbers(&name)?.map_or_else(|found| found, |numbers| listed(&numbers));
        Some(Warning::new(WarningKind::UnknownKey, file.path(), name, numbers, assumed))
    };
    let slipped = READ.into_iter().flat_map(|(group, read)| {
        let names = file.names(&format!("{INSTRUMENT}/{group}")).unwrap_or_default();
        let slip = move |name: String| {
            let meant = meant(&name, read, Slips::ByLength).filter(|meant| !has(group, meant))?;
            unread(format!("{INSTRUMENT}/{group}/{name}"), format!("not read; did you mean {meant}?"))
        };
        names.into_iter().filter_map(slip).collect::<Vec<_>>()
    });
    let foreign = FOREIGN.into_iter().filter_map(|(name, read)| {
        let Some(counts) = file.numbers(read) else {
            return unread(name.to_owned(), format!("not read; {read} is the name for it"));
        };
        let counts = counts.ok().filter(|_| read == WAVELENGTH)?;
        let [said, counts] = [(name, file.numbers(name)?.ok()?), (read, counts)]
            .map(|(name, numbers)| angstrom(file, name, numbers.first().copied()));
        let (said, counts) = (said?, counts?);
        let warning =
            unread(name.to_owned(), format!("ignored; {read} is {} Angstrom, which counts", g(counts, 6)));
        warning
            .filter(|_| (said - counts).abs() > SAME_WAVELENGTH * counts)
            .map(|it| it.of(Assumption::Wavelength))
    });
    slipped.chain(foreign).collect()
}

/// A probe that is none of X-rays.
fn probe(file: &Nxmx<'_>) -> Option<Warning> {
    let (name, found) = PROBES.into_iter().find_map(|name| Some((name, file.text(name)?)))?;
    let found = found.unwrap_or_else(|found| found);
    let said = found.to_lowercase();
    let is_light = ["x-ray", "xray", "x ray", "photon"].iter().any(|name| said.contains(name));
    let assumed = "scattering is that of X-rays";
    (!is_light).then(|| Warning::new(WarningKind::OtherProbe, file.path(), name, found.trim(), assumed))
}

/// A swing of a detector whose axes have none.
fn swing(file: &Nxmx<'_>, axes: &ImageAxes) -> Option<Warning> {
    let name = format!("{DETECTOR}/two_theta");
    let unit = file.text_attribute(&name, "units").filter(|unit| !unit.trim().is_empty());
    let unit = unit.unwrap_or_else(|| "deg".to_owned());
    let swing = quantity_of(file, &name, &unit, angle_deg, ANGLE)?.ok().filter(|swing| *swing != 0.0)?;
    let is_flat = axes.fast[2].abs() < FLAT && axes.slow[2].abs() < FLAT;
    let assumed = "ignored; the chain of axes has the detector at right angles to the beam, which counts";
    let found = format!("{} deg", g(swing, 6));
    let warning = Warning::new(WarningKind::ContradictingHeader, file.path(), name, found, assumed);
    is_flat.then(|| warning.of(Assumption::Swing))
}

/// Detectors, and entries, beside the one that is read.
fn other_detectors(file: &Nxmx<'_>) -> Vec<Warning> {
    let names = file.names(INSTRUMENT).unwrap_or_default();
    let is_other = |name: &String| {
        let has =
            |set: &str| !file.names(&format!("{INSTRUMENT}/{name}/{set}")).unwrap_or_default().is_empty();
        let is_detector = match file.class(&format!("{INSTRUMENT}/{name}")).1 {
            Some(class) => class == "NXdetector",
            None => name.starts_with("detector"),
        };
        // A diode that watches the flux has none.
        name != "detector" && is_detector && (has("module") || has("module_0"))
    };
    let warning = |name: String| {
        let kind = WarningKind::SeveralSets;
        Warning::new(
            kind,
            file.path(),
            format!("{INSTRUMENT}/{name}"),
            "a detector",
            "ignored; detector is read",
        )
    };
    let entries = file.names("/").unwrap_or_default();
    let is_entry = |name: &String| match file.class(name).1 {
        Some(class) => class == "NXentry",
        None => name.starts_with("entry"),
    };
    let others = entries.into_iter().filter(|name| name != "entry" && is_entry(name));
    let of_entry = |name: String| {
        Warning::new(WarningKind::SeveralSets, file.path(), name, "an entry", "ignored; entry is read")
    };
    names.into_iter().filter(is_other).map(warning).chain(others.map(of_entry)).collect()
}

#[cfg(test)]
mod tests {
    use rust_hdf5::{H5File, H5Group};

    use super::*;

    const FLAT_AXES: ImageAxes =
        ImageAxes { fast: [1.0, 0.0, 0.0], slow: [0.0, -1.0, 0.0], origin_mm: [-1.0, 1.0, -50.0] };

    /// What is said of a file that `write` fills.
    fn said(axes: &ImageAxes, write: impl Fn(&H5Group)) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let entry = file.create_group("entry").unwrap();
        write(&entry);
        drop(entry);
        file.close().unwrap();
        let found = of_nxmx(&Nxmx::open(&path).unwrap(), axes);
        let short = |text: String| text.rsplit("a.nxs: entry/").next().unwrap().to_owned();
        found.iter().map(|warning| short(warning.to_string())).collect()
    }

    /// What is said of numbers at a name in the instrument.
    fn of(name: &str, numbers: &[f64]) -> Vec<String> {
        said(&FLAT_AXES, |entry| {
            let (mut group, mut rest) = (entry.create_group("instrument").unwrap(), name);
            while let Some((folder, inner)) = rest.split_once('/') {
                (group, rest) = (group.create_group(folder).unwrap(), inner);
            }
            group
                .new_dataset::<f64>()
                .shape([numbers.len()])
                .create(rest)
                .unwrap()
                .write_raw(numbers)
                .unwrap();
        })
    }

    #[test]
    fn what_changes_counts_or_beam_is_named_and_what_does_not_is_not() {
        for (name, neutral, number, expected) in [
            (
                "detector/gain",
                1.0,
                1.8,
                "gain: 1.8: ignored: a photon is a count; -adc and -scale change what is written",
            ),
            (
                "detector/pedestal",
                0.0,
                12.0,
                "pedestal: 12: ignored: a photon is a count; -adc and -scale change what is written",
            ),
            ("detector/flatfield", 1.0, 0.5, "flatfield: 0.5: ignored: all pixels count alike"),
            (
                "beam/incident_beam_size",
                0.0,
                0.05,
                "incident_beam_size: 0.05: ignored: the beam is wider than the crystal; -beamsize says how wide",
            ),
            (
                "attenuator/attenuator_transmission",
                1.0,
                0.1,
                "attenuator_transmission: 0.1: ignored; -flux and -fluence say how many photons there are",
            ),
            (
                "beam/incident_beam_divergence",
                0.0,
                0.3,
                "incident_beam_divergence: 0.3: ignored: one direction; -divergence widens it",
            ),
            (
                "detector/two_theta",
                0.0,
                10.0,
                "two_theta: 10 deg: ignored; the chain of axes has the detector at right angles to the beam, which counts",
            ),
        ] {
            assert_eq!(of(name, &[neutral; 3]), [""; 0], "{name}");
            let found = of(name, &[number]);
            assert!(found.len() == 1 && found[0].ends_with(expected), "{name}: {found:?}");
        }
    }

    #[test]
    fn misspelled_names_are_named_where_the_right_one_is_not_there() {
        let name = "instrument/beam/incident_wavelenght: 1.5: not read; did you mean incident_wavelength?";
        assert_eq!(of("beam/incident_wavelenght", &[1.5]), [name]);
        let name = "instrument/beam/incident_energy: 12000: not read; entry/instrument/beam/incident_wavelength is the name for it";
        assert_eq!(of("beam/incident_energy", &[12000.0]), [name]);
        for name in [
            "beam/incident_wavelength",
            "detector/beam_center_x",
            "detector/y_pixel_size",
            "detector/bit_depth_readout",
        ] {
            assert_eq!(of(name, &[1.5]), [""; 0], "{name}");
        }
    }

    #[test]
    fn an_energy_that_is_not_the_wavelength_is_named() {
        let of_energy = |energy: f64, unit: &str| {
            said(&FLAT_AXES, |entry| {
                let beam = entry.create_group("instrument").unwrap().create_group("beam").unwrap();
                for (name, number, unit) in
                    [("incident_wavelength", 1.0, "angstrom"), ("incident_energy", energy, unit)]
                {
                    let set = beam.new_dataset::<f64>().scalar().create(name).unwrap();
                    set.write_raw(&[number]).unwrap();
                    let units = set.new_attr::<rust_hdf5::VarLenUnicode>().shape(()).create("units").unwrap();
                    units.write_string(unit).unwrap();
                }
            })
        };
        assert_eq!(of_energy(12398.4, "eV"), [""; 0]);
        assert_eq!(of_energy(12.3984, "keV"), [""; 0]);
        let expected = "instrument/beam/incident_energy: 9000: ignored; entry/instrument/beam/incident_wavelength is 1 Angstrom, which counts";
        assert_eq!(of_energy(9000.0, "eV"), [expected]);
    }

    #[test]
    fn a_flat_field_that_the_counts_have_already_is_no_matter() {
        let write = |applied: i32| {
            said(&FLAT_AXES, |entry| {
                let group = entry.create_group("instrument").unwrap().create_group("detector").unwrap();
                let set = group.new_dataset::<f64>().shape([2usize]).create("flatfield").unwrap();
                set.write_raw(&[0.9, 1.1]).unwrap();
                let set = group.new_dataset::<i32>().scalar().create("flatfield_applied").unwrap();
                set.write_raw(&[applied]).unwrap();
            })
        };
        assert_eq!(write(1), [""; 0]);
        assert_eq!(write(0), ["instrument/detector/flatfield: 0.9 1.1: ignored: all pixels count alike"]);
    }

    #[test]
    fn probes_and_other_detectors_are_named() {
        let probe = |text: &str| {
            said(&FLAT_AXES, |entry| {
                let source = entry.create_group("source").unwrap();
                source.write_vlen_strings("probe", &[text]).unwrap();
            })
        };
        assert_eq!(probe("X-ray"), [""; 0]);
        assert_eq!(probe("electron"), ["source/probe: electron: scattering is that of X-rays"]);
        let two = said(&FLAT_AXES, |entry| {
            let instrument = entry.create_group("instrument").unwrap();
            for name in ["detector", "detector_2", "detector_z"] {
                let detector = instrument.create_group(name).unwrap();
                if name != "detector_z" {
                    detector.create_group("module").unwrap().create_group("inner").unwrap();
                }
            }
        });
        assert_eq!(two, ["instrument/detector_2: a detector: ignored; detector is read"]);
    }

    #[test]
    fn a_swing_that_the_axes_have_is_no_contradiction() {
        let swung = ImageAxes { slow: [0.0, -0.8, -0.6], ..FLAT_AXES };
        let found = said(&swung, |entry| {
            let group = entry.create_group("instrument").unwrap().create_group("detector").unwrap();
            group.new_dataset::<f64>().scalar().create("two_theta").unwrap().write_raw(&[36.87]).unwrap();
        });
        assert_eq!(found, [""; 0]);
    }
}
