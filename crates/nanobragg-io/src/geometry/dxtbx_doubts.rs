//! What an experiment list says twice in ways that differ, and keys that are nearly others.

use super::dxtbx_keys::{EXPERIMENT, keys_of};
use super::keys::{Doubts, Slips, meant};
use super::node::Node;
use crate::c_format::g;
use crate::warning::{Warning, WarningKind};

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
    Warning::new(WarningKind::UnknownKey, node.path, place, found, assumed)
}

/// What a scan says of its images in lists that have not an entry for each of them, or that contradict one another.
pub(super) fn of_properties(scan: &Node<'_>) -> Vec<Warning> {
    let Some(properties) = scan.optional("properties") else { return Vec::new() };
    let mut doubts = Vec::new();
    let images = scan.optional("image_range").and_then(|range| range.numbers::<2>().ok());
    let images = images.map(|[first, last]| last - first + 1.0).filter(|images| *images >= 1.0);
    let lists = properties.value.as_object().into_iter().flatten();
    for (key, count) in lists.filter_map(|(key, value)| Some((key, value.as_array()?.len()))) {
        if let Some(images) = images.filter(|images| *images != count as f64) {
            let assumed = format!("{images} are expected, one for each image");
            let place = format!("{}.{key}", properties.place);
            let found = format!("{count} entries");
            doubts.push(Warning::new(WarningKind::UnlikelyScan, scan.path, place, found, assumed));
        }
    }
    let starts = properties.optional("oscillation").filter(|starts| starts.value.is_array());
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
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.expt");
        std::fs::write(&path, LIST.replace(from, to)).unwrap();
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
    fn misspelled_keys_are_said_with_the_near_one() {
        let optional = said("\"wavelength\": 1", "\"wavelength\": 1, \"polarization_fracton\": 0.9").unwrap();
        let expected = "beam[0].polarization_fracton: 0.9: not read; did you mean polarization_fraction?";
        assert_eq!(optional, [expected]);
        let short = said("\"wavelength\": 1", "\"wavelength\": 1, \"fluxs\": 3").unwrap();
        assert_eq!(short, ["beam[0].fluxs: 3: not read; did you mean flux?"]);
        for key in ["scans", "Scan", "scn"] {
            let model = said("\"scan\": 0", &format!("\"{key}\": 0")).unwrap();
            assert_eq!(model, [format!("experiment[0].{key}: 0: not read; did you mean scan?")]);
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
