//! What an experiment list says twice in ways that differ, and keys that are nearly others.

use nalgebra::Matrix3;

use super::dxtbx_keys::{EXPERIMENT, keys_of};
use super::keys::{Doubts, Slips, meant};
use super::node::Node;
use crate::c_format::g;
use crate::cell::{cell_of_rows, is_other_cell};
use crate::text::spaced_to;
use crate::warning::{Assumption, Warning, WarningKind};

/// Relative and absolute difference of two angles that digits make, degrees.
const SAME: (f64, f64) = (1e-3, 1e-6);

/// Keys that are no key of these models but nearly one.
pub(super) fn misspelled<'a>(models: impl IntoIterator<Item = Node<'a>>) -> Vec<Warning> {
    let mut doubts = Doubts::default();
    let mut waiting: Vec<Node<'a>> = models.into_iter().collect();
    while let Some(node) = waiting.pop() {
        let keys = keys_of(node.model());
        for key in node.value.as_object().into_iter().flat_map(|object| object.keys()) {
            let Some(near) = meant(key, keys, Slips::ByLengthOrOneMore) else { continue };
            doubts.add(WarningKind::UnknownKey, near, || unknown(&node, key, near));
        }
        for inner in ["properties", "panels", "hierarchy", "children"] {
            let Some(inner) = node.optional(inner) else { continue };
            let entries: Vec<Node<'a>> = inner.entries().collect();
            waiting.extend(if entries.is_empty() { vec![inner] } else { entries });
        }
    }
    doubts.finish()
}

/// Keys of an experiment that are none but nearly one: the model that they name is not read.
pub(super) fn misspelled_models(experiment: &Node<'_>) -> Vec<Warning> {
    let keys = experiment.value.as_object().into_iter().flat_map(|object| object.keys());
    keys.filter_map(|key| Some(unknown(experiment, key, meant(key, EXPERIMENT, Slips::One)?))).collect()
}

fn unknown(node: &Node<'_>, key: &str, near: &str) -> Warning {
    let found = node.value.get(key).filter(|value| !value.is_array() && !value.is_object());
    let found = found.map_or_else(|| "a list".to_owned(), ToString::to_string);
    let (place, assumed) = (format!("{}.{key}", node.place), format!("not read; did you mean {near}?"));
    let warning = Warning::new(WarningKind::UnknownKey, node.path, place, found, assumed);
    if near == "crystal" { warning.of(Assumption::Crystal) } else { warning }
}

/// Models that no experiment of a list refers to, and other experiments than the one that is taken.
pub(super) fn of_list(root: &Node<'_>) -> Vec<Warning> {
    let Some(list) = root.optional("experiment") else { return Vec::new() };
    let experiments: Vec<Node<'_>> = list.entries().collect();
    let unused = |name: &&str| {
        let models = root.optional(name)?.value.as_array()?.len();
        let refers = |experiment: &Node<'_>| experiment.optional(name)?.whole().ok();
        let is_used = |number: usize| experiments.iter().any(|each| refers(each) == Some(number));
        let number = (0..models.min(MOST_MODELS)).find(|number| !is_used(*number))?;
        let (place, assumed) = (format!("{name}[{number}]"), "ignored: no experiment refers to it");
        Some(Warning::new(WarningKind::NotTaken, root.path, place, "a model", assumed))
    };
    let count = experiments.len();
    let others = (count > 1).then(|| {
        let assumed = "one is taken; -experiment says which";
        Warning::new(
            WarningKind::SeveralSets,
            root.path,
            "experiment",
            format!("{count} experiments"),
            assumed,
        )
        .of(Assumption::Experiment)
    });
    let unused = ["beam", "detector", "goniometer", "scan", "crystal"].iter().filter_map(unused);
    unused.chain(others).collect()
}

/// Models of a kind of which the first that is not used is looked for.
const MOST_MODELS: usize = 1000;

/// What an imageset, the strategy of a panel and the model of a profile say of pixels and of the crystal, which is not taken.
pub(super) fn beside(experiment: &Node<'_>, root: &Node<'_>, detector: &Node<'_>) -> Vec<Warning> {
    let model = |name: &str| {
        let number = experiment.optional(name)?.whole().ok()?;
        root.optional(name)?.entry(number).ok()
    };
    // Of a DataBlock the imageset is what refers to the models.
    let set =
        if experiment.optional("imageset").is_some() { model("imageset") } else { Some(experiment.clone()) };
    let mut found = Vec::new();
    let files: [(&str, &str, Option<Assumption>); 5] = [
        ("mask", "not read; -mask leaves pixels out", Some(Assumption::Pixels)),
        ("gain", "ignored: pixels count photons", None),
        ("pedestal", "ignored: pixels count photons", None),
        ("dx", "not read: pixels are where the panels say", None),
        ("dy", "not read: pixels are where the panels say", None),
    ];
    for (key, assumed, what) in files {
        let said = set.as_ref().and_then(|set| set.optional(key));
        let name = said.as_ref().and_then(|said| said.value.as_str()).filter(|name| !name.trim().is_empty());
        if let (Some(said), Some(name)) = (&said, name) {
            let kind = if key == "mask" { WarningKind::BadRegions } else { WarningKind::DetectorProperties };
            let warning = Warning::new(kind, root.path, said.place.clone(), name, assumed);
            found.push(match what {
                Some(what) => warning.of(what),
                None => warning,
            });
        }
    }
    let panels = detector.optional("panels");
    let shifted = panels.iter().flat_map(Node::entries).find_map(|panel| {
        let strategy = panel.optional("px_mm_strategy")?.optional("type")?;
        (strategy.value.as_str() == Some("OffsetPxMmStrategy")).then_some(strategy)
    });
    found.extend(shifted.map(|strategy| {
        let assumed = "not read: pixels are where the panels say";
        Warning::new(WarningKind::NotTaken, root.path, strategy.place, "OffsetPxMmStrategy", assumed)
    }));
    let profile = model("profile");
    // What DIALS calls sigma_b is the width of spots on the detector, which the beam alone does not make.
    if let Some(said) = profile.as_ref().and_then(|profile| profile.optional("sigma_m")) {
        // Of a profile that varies there is one for each image.
        let first = said.number().ok().or_else(|| said.entries().next()?.number().ok());
        if let Some(number) = first.filter(|number| *number != 0.0) {
            let (place, assumed) = (said.place.clone(), "ignored; -mosaic gives a mosaic spread");
            let warning = Warning::new(WarningKind::NotTaken, root.path, place, g(number, 6), assumed);
            found.push(warning.of(Assumption::Mosaicity));
        }
    }
    found
}

/// Properties of a scan that vary from image to image and are no angles, of which one image has one.
const NO_ANGLES: [&str; 3] = ["time_of_flight", "wavelength", "energy"];

/// Times of flight and the like.
pub(super) fn no_angles(scan: &Node<'_>) -> Vec<Warning> {
    let properties = scan.optional("properties");
    let said = |name: &&str| {
        let list = properties.as_ref()?.optional(name)?;
        let values = list.value.as_array()?;
        // Equal ones are one.
        let varies = *name == "time_of_flight" || values.iter().any(|value| Some(value) != values.first());
        if values.is_empty() || !varies {
            return None;
        }
        let found = format!("{} values", values.len());
        let assumed = "ignored: the beam has one wavelength; -spectrum gives several";
        let warning = Warning::new(WarningKind::Polychromatic, scan.path, list.place, found, assumed);
        Some(warning.of(Assumption::Wavelength))
    };
    NO_ANGLES.iter().filter_map(said).collect()
}

/// A cell that a refinement of the cell alone has left beside axes that make another one.
pub(super) fn of_crystal(crystal: &Node<'_>) -> Option<Warning> {
    let said = crystal.optional("recalculated_unit_cell")?;
    let cell = said.numbers::<6>().ok()?;
    let axes =
        ["real_space_a", "real_space_b", "real_space_c"].map(|name| crystal.optional(name)?.vector().ok());
    let [Some(a), Some(b), Some(c)] = axes else { return None };
    let meant = cell_of_rows(&Matrix3::from_rows(&[a.transpose(), b.transpose(), c.transpose()]));
    let assumed = format!("ignored; the cell vectors make {}, which counts", spaced_to(&meant, 6));
    let found = spaced_to(&cell, 6);
    is_other_cell(&cell, &meant)
        .then(|| Warning::new(WarningKind::OtherCell, crystal.path, said.place, found, assumed))
}

/// What a scan says of its images in lists that have not an entry for each of them, or that contradict one another.
pub(super) fn of_properties(scan: &Node<'_>) -> Vec<Warning> {
    let mut doubts = Vec::new();
    let images = scan.optional("image_range").and_then(|range| range.numbers::<2>().ok());
    let images = images.map(|[first, last]| last - first + 1.0).filter(|images| *images >= 1.0);
    let properties = scan.optional("properties");
    let in_properties = properties.iter().flat_map(|node| {
        let lists = node.value.as_object().into_iter().flatten();
        lists.filter_map(|(key, value)| Some((format!("{}.{key}", node.place), value.as_array()?.len())))
    });
    let beside = ["exposure_time", "epochs"].into_iter().filter_map(|key| {
        let list = scan.optional(key)?;
        let count = list.value.as_array()?.len();
        Some((list.place, count))
    });
    for (place, count) in in_properties.chain(beside) {
        if let Some(images) = images.filter(|images| *images != count as f64) {
            let assumed = format!("{images} are expected, one for each image");
            let found = format!("{count} entries");
            doubts.push(Warning::new(WarningKind::UnlikelyScan, scan.path, place, found, assumed));
        }
    }
    let starts = properties.as_ref().and_then(|node| node.optional("oscillation"));
    let starts = starts.filter(|starts| starts.value.is_array());
    let both = scan.optional("oscillation").and_then(|said| said.numbers::<2>().ok()).zip(starts);
    if let Some(([start, range], starts)) = both {
        let expected = |at: usize| start + range * at as f64;
        let off = starts.entries().enumerate().find_map(|(at, entry)| {
            let found = entry.number().ok()?;
            let same = SAME.0 * range.abs() + SAME.1;
            ((found - expected(at)).abs() > same).then_some((entry.place, found, expected(at)))
        });
        if let Some((place, found, expected)) = off {
            let assumed = format!(
                "ignored; oscillation {} {} counts, {} here",
                g(start, 6),
                g(range, 6),
                g(expected, 6)
            );
            doubts.push(Warning::new(
                WarningKind::ContradictingHeader,
                scan.path,
                place,
                g(found, 6),
                assumed,
            ));
        }
    }
    doubts
}

#[cfg(test)]
mod tests {
    use super::super::{Selection, read_geometry};

    const LIST: &str = r#"{"__id__": "ExperimentList", "experiment": [{"beam": 0, "detector": 0, "scan": 0, "goniometer": 0}],
        "beam": [{"direction": [0, 0, 1], "wavelength": 1}],
        "detector": [{"panels": [{"name": "p", "fast_axis": [1, 0, 0], "slow_axis": [0, -1, 0], "origin": [-1, 1, -100],
            "pixel_size": [0.1, 0.1], "image_size": [20, 20]}]}],
        "goniometer": [{"rotation_axis": [1, 0, 0]}],
        "scan": [{"image_range": [1, 3], "oscillation": [0, 0.5], "properties": {}}]}"#;

    /// The warnings about a list that is changed, or the error.
    fn said(from: &str, to: &str) -> Result<Vec<String>, String> {
        assert!(LIST.contains(from), "{from}");
        said_of(&LIST.replace(from, to))
    }

    fn said_of(text: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.expt");
        std::fs::write(&path, text).unwrap();
        let start = format!("{}: ", path.display());
        let found = read_geometry(&path, Selection::default())
            .map_err(|error| error.to_string().replace(&start, ""))?;
        Ok(found.warnings.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect())
    }

    #[test]
    fn scans_that_contradict_themselves_and_lists_of_other_lengths_are_said() {
        let of = |lists: &str| said("\"properties\": {}", &format!("\"properties\": {{{lists}}}")).unwrap();
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("\"oscillation\": [0, 0.5, 1.0], \"epochs\": [1, 2, 3]"), [""; 0]);
        let expected = "scan[0].properties.oscillation[1]: 0.6: ignored; oscillation 0 0.5 counts, 0.5 here";
        assert_eq!(of("\"oscillation\": [0, 0.6, 1.2]"), [expected]);
        let expected = "scan[0].properties.exposure_time: 2 entries: 3 are expected, one for each image";
        assert_eq!(of("\"exposure_time\": [1, 1]"), [expected]);
    }

    #[test]
    fn models_that_are_not_used_and_other_experiments_are_said() {
        let unused = said("\"scan\": 0, ", "").unwrap();
        assert_eq!(unused, ["scan[0]: a model: ignored: no experiment refers to it"]);
        let two = said("\"goniometer\": 0}", "\"goniometer\": 0}, {\"beam\": 0, \"detector\": 0}").unwrap();
        assert_eq!(two, ["experiment: 2 experiments: one is taken; -experiment says which"]);
    }

    #[test]
    fn another_cell_and_lists_beside_the_properties_are_said() {
        let list =
            said("\"oscillation\": [0, 0.5],", "\"oscillation\": [0, 0.5], \"epochs\": [1, 2],").unwrap();
        assert_eq!(list, ["scan[0].epochs: 2 entries: 3 are expected, one for each image"]);
        let crystal = |cell: &str| {
            let model = format!(
                "\"crystal\": [{{\"real_space_a\": [50, 0, 0], \"real_space_b\": [0, 60, 0], \"real_space_c\": [0, 0, 70], \
                 \"recalculated_unit_cell\": [{cell}]}}], \"goniometer\": [{{"
            );
            let text = LIST.replace("\"goniometer\": 0}", "\"goniometer\": 0, \"crystal\": 0}");
            said_of(&text.replace("\"goniometer\": [{", &model)).unwrap()
        };
        assert_eq!(crystal("50.1, 60, 70, 90, 90, 90"), [""; 0]);
        let expected = "crystal[0].recalculated_unit_cell: 51 60 70 90 90 90: ignored; the cell vectors make \
            50 60 70 90 90 90, which counts";
        assert_eq!(crystal("51, 60, 70, 90, 90, 90"), [expected]);
    }

    #[test]
    fn what_is_beside_the_models_is_said() {
        let with = |name: &str, text: &str| {
            let list = LIST.replace("\"scan\": 0,", &format!("\"scan\": 0, \"{name}\": 0,"));
            let model = format!("\"{name}\": [{{{text}}}], \"goniometer\": [{{");
            said_of(&list.replace("\"goniometer\": [{", &model)).unwrap()
        };
        let set = |text: &str| with("imageset", text);
        assert_eq!(set("\"mask\": \"\", \"gain\": null, \"dx\": \"\""), [""; 0]);
        assert_eq!(
            set("\"mask\": \"m.pickle\", \"dx\": \"dx.pickle\""),
            [
                "imageset[0].mask: m.pickle: not read; -mask leaves pixels out",
                "imageset[0].dx: dx.pickle: not read: pixels are where the panels say"
            ]
        );
        let profile = |text: &str| with("profile", text);
        assert_eq!(profile("\"sigma_m\": 0.0"), [""; 0]);
        let expected = "profile[0].sigma_m: 0.1: ignored; -mosaic gives a mosaic spread";
        assert_eq!(profile("\"sigma_m\": [0.1, 0.2]"), [expected]);
        let offset =
            said("\"pixel_size\"", "\"px_mm_strategy\": {\"type\": \"OffsetPxMmStrategy\"}, \"pixel_size\"")
                .unwrap();
        assert!(
            offset.len() == 1
                && offset[0].ends_with("OffsetPxMmStrategy: not read: pixels are where the panels say"),
            "{offset:?}"
        );
        let flight = said("\"properties\": {}", "\"properties\": {\"time_of_flight\": [1, 2, 3]}").unwrap();
        assert_eq!(
            flight,
            [
                "scan[0].properties.time_of_flight: 3 values: ignored: the beam has one wavelength; -spectrum gives several"
            ]
        );
        let points =
            said("\"wavelength\": 1", "\"wavelength\": 1, \"s0_at_scan_points\": [[0, 0, -1], [0, 0, -1]]")
                .unwrap();
        assert_eq!(
            points,
            ["beam[0].s0_at_scan_points: 2 vectors: 4 are expected, one more than there are images"]
        );
    }

    #[test]
    fn misspelled_keys_are_said_with_the_near_one() {
        let optional = said("\"wavelength\": 1", "\"wavelength\": 1, \"polarization_fracton\": 0.9").unwrap();
        let expected = "beam[0].polarization_fracton: 0.9: not read; did you mean polarization_fraction?";
        assert_eq!(optional, [expected]);
        let short = said("\"wavelength\": 1", "\"wavelength\": 1, \"fluxs\": 3").unwrap();
        assert_eq!(short, ["beam[0].fluxs: 3: not read; did you mean flux?"]);
        for key in ["scans", "Scan", "scn"] {
            let model = said("\"scan\": 0", &format!("\"{key}\": 0")).unwrap();
            assert_eq!(model[0], format!("experiment[0].{key}: 0: not read; did you mean scan?"));
        }
        let turned =
            said("\"rotation_axis\": [1, 0, 0]", "\"rotation_axis\": [1, 0, 0], \"setting_rotaton\": []")
                .unwrap();
        assert_eq!(
            turned,
            ["goniometer[0].setting_rotaton: a list: not read; did you mean setting_rotation?"]
        );
        for (from, to, expected) in [
            ("\"direction\"", "\"direcion\"", "beam[0].direction: expected a value, found \"direcion\""),
            (
                "\"pixel_size\"",
                "\"pixle_size\"",
                "detector[0].panels[0].pixel_size: expected a value, found \"pixle_size\"",
            ),
            ("\"origin\"", "\"other\"", "detector[0].panels[0].origin: expected a value, found none"),
        ] {
            assert_eq!(said(from, to).unwrap_err(), expected);
        }
    }
}
