//! Axes of the detector of an NXmx file on which its panels do not stand.

use super::chain::{ALONG_BEAM, END};
use super::quantity::listed;
use crate::nexus::{DETECTOR, Nxmx};
use crate::warning::{Assumption, Warning, WarningKind};

/// A `depends_on` of the detector that leads elsewhere than the axes of its modules, which count, and axes that move none of them.
pub(super) fn beside(file: &Nxmx<'_>) -> Vec<Warning> {
    depends_on(file).into_iter().chain(unused(file)).collect()
}

fn depends_on(file: &Nxmx<'_>) -> Option<Warning> {
    let place = format!("{DETECTOR}/depends_on");
    let said = file.text(&place)?.unwrap_or_else(|found| found);
    let said = said.trim();
    let beside = format!("{DETECTOR}/{}", said.trim_start_matches("./"));
    let from_root = said.trim_start_matches('/');
    // An axis of a module stands on the one that they all stand on.
    let modules = file.modules().unwrap_or_default();
    let of_modules = modules.iter().map(|name| format!("{DETECTOR}/{name}/module_offset"));
    let on = |axis: &str| axis == from_root || axis == beside && !said.starts_with('/');
    if said == END || said.is_empty() || on(ALONG_BEAM) || of_modules.into_iter().any(|axis| on(&axis)) {
        return None;
    }
    let assumed = format!("ignored: the panels stand on {ALONG_BEAM}, which counts");
    Some(Warning::new(WarningKind::ContradictingHeader, file.path(), place, said, assumed))
}

/// Axes that are not where they begin, and on which nothing stands.
fn unused(file: &Nxmx<'_>) -> Vec<Warning> {
    let (folder, used) = ALONG_BEAM.rsplit_once('/').unwrap_or_default();
    let warning = |name: String| {
        let path = format!("{folder}/{name}");
        let kind = file.text_attribute(&path, "transformation_type")?;
        let numbers = file.numbers(&path)?.ok()?;
        let unit = file.text_attribute(&path, "units").unwrap_or_default();
        let found = format!("{} {}", listed(&numbers), unit.trim());
        let assumed = "ignored: the panels do not stand on it";
        let warning = Warning::new(WarningKind::NotTaken, file.path(), path, found.trim(), assumed);
        let warning = if kind.trim() == "rotation" { warning.of(Assumption::Swing) } else { warning };
        numbers.iter().any(|number| *number != 0.0).then_some(warning)
    };
    let names = file.names(folder).unwrap_or_default();
    names.into_iter().filter(|name| name != used).filter_map(warning).collect()
}

#[cfg(test)]
mod tests {
    use rust_hdf5::{H5File, VarLenUnicode};

    use super::*;

    /// What is said of a detector with this `depends_on` and a swing of so many degrees beside `det_z`.
    fn said(depends_on: &str, swing: f64) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let instrument = file.create_group("entry").unwrap().create_group("instrument").unwrap();
        let detector = instrument.create_group("detector").unwrap();
        detector.write_vlen_strings("depends_on", &[depends_on]).unwrap();
        detector.create_group("module").unwrap().create_group("inner").unwrap();
        let axes = detector.create_group("transformations").unwrap();
        for (name, number, kind, unit) in
            [("det_z", 50.0, "translation", "mm"), ("two_theta", swing, "rotation", "deg")]
        {
            let set = axes.new_dataset::<f64>().scalar().create(name).unwrap();
            set.write_raw(&[number]).unwrap();
            for (attribute, text) in [("transformation_type", kind), ("units", unit)] {
                let attribute = set.new_attr::<VarLenUnicode>().shape(()).create(attribute).unwrap();
                attribute.write_string(text).unwrap();
            }
        }
        drop((axes, detector, instrument));
        file.close().unwrap();
        let short = |text: String| text.rsplit("instrument/detector/").next().unwrap().to_owned();
        let found = beside(&Nxmx::open(&path).unwrap());
        found.iter().map(|warning| short(warning.to_string())).collect()
    }

    #[test]
    fn axes_on_which_no_panel_stands_are_named() {
        for good in [
            "/entry/instrument/detector/transformations/det_z",
            "entry/instrument/detector/transformations/det_z",
            "transformations/det_z",
            "module/module_offset",
            ".",
        ] {
            assert_eq!(said(good, 0.0), [""; 0], "{good}");
        }
        for bad in ["transformations/two_theta", "/entry/sample/transformations/phi", "det_z"] {
            let found = said(bad, 0.0);
            assert!(
                found.len() == 1 && found[0] == "transformations/det_z, which counts",
                "{bad}: {found:?}"
            );
        }
        let expected = "transformations/two_theta: 20 deg: ignored: the panels do not stand on it";
        assert_eq!(said(".", 20.0), [expected]);
    }
}
