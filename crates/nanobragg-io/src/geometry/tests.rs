//! Files of the three programs, and what their own libraries make of them.

use std::path::PathBuf;

use super::*;
use crate::warning::WarningKind;
use serde_json::Value;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/geometry").join(name)
}

fn close(a: Vector3<f64>, b: Vector3<f64>, tolerance: f64) -> bool {
    (a - b).norm() < tolerance
}

fn vector(value: &Value) -> Vector3<f64> {
    Vector3::from_fn(|i, _| value[i].as_f64().unwrap())
}

/// What dxtbx says of both experiments of the file, at scan point 2.
fn dxtbx() -> Value {
    let text = std::fs::read_to_string(fixture("two_experiments_dxtbx.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Whether `found` is what dxtbx says of experiment `number`.
fn agrees(found: &Geometry, number: usize) -> bool {
    let expected = &dxtbx()[number];
    let panels = expected["panels"].as_array().unwrap();
    let same_panels = panels.len() == found.panels.len()
        && panels.iter().zip(&found.panels).all(|(expected, panel)| {
            close(panel.origin_mm, vector(&expected[0]), 1e-9)
                && close(panel.fast, vector(&expected[1]), 1e-12)
                && close(panel.slow, vector(&expected[2]), 1e-12)
        });
    let matrix = Matrix3::from_fn(|row, column| expected["SFA"][3 * row + column].as_f64().unwrap());
    let s0 = vector(&expected["s0"]);
    same_panels
        && (found.crystal.unwrap() - matrix).norm() < 1e-12
        && close(found.spindle_axis.unwrap(), vector(&expected["axis"]), 1e-12)
        && close(found.beam.unwrap() / found.wavelength_angstrom.unwrap(), s0, 1e-12)
}

#[test]
fn groups_of_panels_goniometers_and_scan_points_are_those_of_dxtbx() {
    let path = fixture("two_experiments.expt");
    let of = |experiment| read_geometry(&path, Selection { experiment, scan_point: 2 }).unwrap();
    for experiment in [0, 1] {
        let found = of(experiment);
        assert!(agrees(&found, experiment), "{found:#?}");
        assert!(!agrees(&found, 1 - experiment));
        assert_eq!(found.scan, Some(Scan { start_deg: 8.0, range_deg: 0.5 }));
    }
    let found = of(0);
    assert_eq!(found.polarization, Some(Polarization { normal: Vector3::y(), fraction: 0.9 }));
    assert_eq!((found.panels[2].name.as_str(), found.panels[2].pixel_mm), ("p2", [0.4; 2]));
    assert_eq!((found.panels[2].fast_pixels, found.panels[2].slow_pixels), (40, 30));
    // The crystal of the second experiment varies with the scan.
    let start = read_geometry(&path, Selection { experiment: 1, scan_point: 0 }).unwrap();
    assert!(!agrees(&start, 1));
}

/// A list of one experiment with a flat detector and these models besides.
fn list(more: &str, models: &str) -> String {
    format!(
        "{{\"experiment\": [{{\"beam\": 0, \"detector\": 0{more}}}], \"beam\": [{{\"direction\": [0, 0, 1], \
         \"wavelength\": 1}}], \"detector\": [{{\"panels\": [{{\"origin\": [-1, 1, -50], \"fast_axis\": [1, 0, 0], \
         \"slow_axis\": [0, -1, 0], \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}}]}}]{models}}}"
    )
}

fn parsed(text: &str, scan_point: usize) -> std::result::Result<Geometry, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.expt");
    std::fs::write(&path, text).unwrap();
    let error = |e: Error| e.to_string().replace(&path.display().to_string(), "a.expt");
    read_geometry(&path, Selection { experiment: 0, scan_point }).map_err(error)
}

#[test]
fn stills_and_scans_of_both_spellings() {
    let still = parsed(&list("", ""), 0).unwrap();
    assert_eq!((still.scan, still.spindle_axis, still.crystal), (None, None, None));
    let scan = |properties: &str| {
        let models = format!(", \"scan\": [{{\"image_range\": [3, 5], {properties}}}]");
        list(", \"scan\": 0", &models)
    };
    for properties in [
        "\"oscillation\": [10.0, 0.5]",
        "\"properties\": {\"oscillation\": [10.0, 10.5, 11.0]}",
        "\"properties\": {\"oscillation\": [10.0, 10.5, 11.0], \"oscillation_width\": [0.5, 0.5, 0.5]}",
    ] {
        for point in 0..3 {
            let expected = Scan { start_deg: 10.0 + 0.5 * point as f64, range_deg: 0.5 };
            assert_eq!(parsed(&scan(properties), point).unwrap().scan, Some(expected), "{properties}");
        }
        assert!(parsed(&scan(properties), 3).is_err());
    }
    // A series of stills has no angles.
    assert_eq!(parsed(&scan("\"properties\": {}"), 2).unwrap().scan, None);
}

#[test]
fn what_a_list_lacks_is_named() {
    let good = list("", "");
    for (from, to, expected) in [
        ("\"beam\": 0", "\"beam\": 7", "a.expt: beam: expected more than 7 entries, found \"1\""),
        ("\"detector\": 0", "\"sensor\": 0", "a.expt: experiment[0]: expected a detector model, found none"),
        ("[0, 0, 1]", "[0, 0]", "a.expt: beam[0].direction: expected 3 numbers, found \"something else\""),
        ("[0, 0, 1]", "[0, 0, 0]", "a.expt: beam direction: expected a direction"),
        (
            "\"wavelength\": 1",
            "\"wavelength\": -1",
            "a.expt: wavelength: expected from 0.001 to 1000 Angstrom, found \"-1\"",
        ),
        (
            "\"wavelength\": 1",
            "\"wavelength\": 1, \"polarization_normal\": [0, 1, 1], \"polarization_fraction\": 0.9",
            "a.expt: polarization normal: expected a direction across the beam, found \"0 0.707",
        ),
        (
            "[0, -1, 0]",
            "[1, 0, 0]",
            "a.expt: axes of panel 0: expected axes that span a plane, found \"0.000 degrees\"",
        ),
        ("-50", "0", "a.expt: plane of panel 0: expected a distance from the sample, found \"0\""),
        ("\"panels\"", "\"pannels\"", "a.expt: detector[0].panels: expected a value, found \"pannels\""),
        ("}]}]}", "}]}]", "a.expt: line 1 column"),
    ] {
        assert!(good.contains(from), "{from}");
        let error = parsed(&good.replace(from, to), 0).unwrap_err();
        assert!(error.starts_with(expected), "{to}: {error}");
    }
}

#[test]
fn long_files_are_refused_however_short_when_compressed() {
    use std::io::Write as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.expt");
    let good = list("", "");
    let answer = |spaces: usize| {
        let file = std::fs::File::create(&path).unwrap();
        let mut encoder = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        encoder.write_all(good.as_bytes()).unwrap();
        encoder.write_all(&vec![b' '; spaces]).unwrap();
        encoder.finish().unwrap();
        read_geometry(&path, Selection::default()).map_err(|error| error.to_string())
    };
    let limit = 32 << 20;
    assert!(answer(limit - good.len()).is_ok());
    let error = answer(limit).unwrap_err();
    assert!(error.contains("33554432"), "{error}");
}

#[test]
fn panels_may_be_oblique_with_pixels_of_two_edges() {
    let text = list("", "").replace("[0, -1, 0]", "[0.6, -0.8, 0]").replace("[0.1, 0.1]", "[0.1, 0.2]");
    let panel = parsed(&text, 0).unwrap().panels.remove(0);
    assert_eq!((panel.pixel_mm, panel.slow), ([0.1, 0.2], Vector3::new(0.6, -0.8, 0.0)));
}

/// What the warnings are about, and what they say stands there.
fn warnings(found: &Geometry) -> Vec<(&str, &str)> {
    found.warnings.iter().map(|warning| (warning.place.as_str(), warning.found.as_str())).collect()
}

#[test]
fn what_a_list_says_and_is_not_taken_is_named() {
    let of = |from: &str, to: &str| parsed(&list("", "").replace(from, to), 0).unwrap();
    assert!(of("", "").warnings.is_empty());
    let electrons = of("\"wavelength\": 1", "\"wavelength\": 0.0251, \"probe\": \"electron\"");
    assert_eq!(warnings(&electrons), [("beam[0].probe", "electron")]);
    assert!(of("\"wavelength\": 1", "\"wavelength\": 1, \"probe\": \"x-ray\"").warnings.is_empty());
    let laue = of("\"wavelength\": 1", "\"wavelength\": 1, \"wavelength_range\": [0.9, 1.1]");
    assert_eq!(warnings(&laue), [("beam[0].wavelength_range", "[0.9,1.1]")]);
    let sensor = "\"image_size\": [4, 3], \"mask\": [[0, 0, 2, 2]], \"gain\": 1.0, \"thickness\": 0.3";
    let masked = of("\"image_size\": [4, 3]", sensor);
    assert_eq!(warnings(&masked), [("detector[0].panels", "thickness"), ("detector[0].panels", "mask")]);
}

#[test]
fn a_scan_that_ends_before_it_begins_is_an_error() {
    let scan = |range: &str| {
        let scan = format!(", \"scan\": [{{\"image_range\": {range}, \"oscillation\": [0, 1]}}]");
        parsed(&list(", \"scan\": 0", &scan), 0)
    };
    assert!(scan("[3, 3]").is_ok());
    let expected =
        "a.expt: scan[0].image_range: expected a last image that is not before the first, found \"3, 1\"";
    assert_eq!(scan("[3, 1]").unwrap_err(), expected);
}

#[test]
fn what_turns_a_crystal_has_to_be_a_rotation() {
    let with = |name: &str, matrix: &str| {
        let goniometer =
            format!(", \"goniometer\": [{{\"rotation_axis\": [1, 0, 0], \"{name}\": {matrix}}}]");
        parsed(&list(", \"goniometer\": 0", &goniometer), 0)
    };
    for name in ["fixed_rotation", "setting_rotation"] {
        assert!(with(name, "[0, -1, 0, 1, 0, 0, 0, 0, 1]").is_ok());
        for wrong in
            ["[2, 0, 0, 0, 2, 0, 0, 0, 2]", "[1, 0.5, 0, 0, 1, 0, 0, 0, 1]", "[-1, 0, 0, 0, 1, 0, 0, 0, 1]"]
        {
            let error = with(name, wrong).unwrap_err();
            assert!(
                error.starts_with(&format!("a.expt: goniometer[0].{name}: expected a rotation")),
                "{error}"
            );
        }
    }
}

#[test]
fn models_that_vary_are_taken_at_the_scan_point() {
    let scan = "\"scan\": [{\"image_range\": [1, 2], \"oscillation\": [0, 1]}]";
    let turned = "[0, -1, 0, 1, 0, 0, 0, 0, 1]";
    let goniometer = format!(
        "\"goniometer\": [{{\"rotation_axis\": [1, 0, 0], \"setting_rotation_at_scan_points\": \
         [[1, 0, 0, 0, 1, 0, 0, 0, 1], {turned}, {turned}]}}]"
    );
    let text = list(", \"scan\": 0, \"goniometer\": 0", &format!(", {scan}, {goniometer}")).replace(
        "\"wavelength\": 1",
        "\"wavelength\": 1, \"s0_at_scan_points\": [[0, 0, -1], [0, 0.5, 0], [0, 0.5, 0]]",
    );
    let (first, second) = (parsed(&text, 0).unwrap(), parsed(&text, 1).unwrap());
    assert_eq!((first.beam, first.spindle_axis), (Some(-Vector3::z()), Some(Vector3::x())));
    assert_eq!((second.beam, second.spindle_axis), (Some(Vector3::y()), Some(Vector3::y())));
    assert_eq!((second.wavelength_angstrom, second.varying_images), (Some(2.0), 2));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.expt");
    std::fs::write(&path, text).unwrap();
    let moving = read_moving(&path, 0).unwrap();
    let beams: Vec<_> = moving.iter().map(|image| (image.beam, image.spindle_axis)).collect();
    assert_eq!(beams, [first, second].map(|image| (image.beam, image.spindle_axis)));
    std::fs::write(&path, list("", "")).unwrap();
    assert_eq!(read_moving(&path, 0).unwrap(), []);
}

#[test]
fn numbers_that_python_never_set_are_as_good_as_none() {
    let text = list("", "")
        .replace("\"wavelength\": 1", "\"wavelength\": NaN, \"flux\": -Infinity, \"x\": \"NaN \\\"\"");
    assert_eq!(parsed(&text, 0).unwrap().wavelength_angstrom, None);
    let error = parsed(&list("", "").replace("[0, 0, 1]", "[0, 0, NaN]"), 0).unwrap_err();
    assert!(error.starts_with("a.expt: beam[0].direction: expected 3 numbers"), "{error}");
}

#[test]
fn lists_of_data_blocks_and_of_detectors_alone_are_read() {
    let list = list("", "");
    let block = list.replace("\"experiment\"", "\"__id__\": \"DataBlock\", \"imageset\"");
    let same = |a: Geometry, b: Geometry| (a.panels, a.beam, a.scan) == (b.panels, b.beam, b.scan);
    assert!(same(parsed(&format!("[{block}]"), 0).unwrap(), parsed(&list, 0).unwrap()));
    assert!(parsed("[1]", 0).unwrap_err().starts_with("a.expt: [0]: expected a DataBlock of DIALS"));
    let alone = parsed(&list.replace("\"beam\": 0, ", ""), 0).unwrap();
    assert_eq!((alone.beam, alone.wavelength_angstrom, alone.panels.len()), (None, None, 1));
}

#[test]
fn selections_that_a_file_does_not_have_are_refused() {
    let of = |name: &str, experiment, scan_point| {
        read_geometry(&fixture(name), Selection { experiment, scan_point }).unwrap_err().to_string()
    };
    assert!(
        of("two_experiments.expt", 2, 0).contains("experiment: expected a number from 0 to 1, found \"2\"")
    );
    assert!(of("two_experiments.expt", 0, 5).contains("scan[0].image_range: expected more than 5 images"));
    assert!(of("XPARM.XDS", 1, 0).contains("number 0 only"));
    assert!(of("two_panels.geom", 0, 1).contains("a file that lists them"));
}

#[test]
fn xparm_places_detector_and_crystal() {
    let found = read_geometry(&fixture("XPARM.XDS"), Selection { experiment: 0, scan_point: 4 }).unwrap();
    let panel = &found.panels[0];
    assert!(close(panel.origin_mm, Vector3::new(-51.0 * 0.172, -38.75 * 0.172, 120.0), 1e-12));
    assert_eq!((panel.fast, panel.slow), (Vector3::x(), Vector3::y()));
    assert_eq!((panel.fast_pixels, panel.slow_pixels, panel.pixel_mm), (100, 80, [0.172; 2]));
    assert_eq!(found.scan, Some(Scan { start_deg: 31.0, range_deg: 0.25 }));
    // a* = b x c / V of an orthogonal cell has the direction of a and the inverse length.
    let reciprocal = found.crystal.unwrap();
    let b_star = Vector3::new(0.0, 48.0, 36.0) / 3600.0;
    assert!(close(reciprocal.column(1).into_owned(), b_star, 1e-12));
    assert!((found.beam.unwrap().z - 0.99999).abs() < 1e-4 && found.wavelength_angstrom == Some(1.0));
}

#[test]
fn old_and_new_xparm_agree() {
    let text = std::fs::read_to_string(fixture("XPARM.XDS")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let old = [
        lines[1].to_owned(),
        lines[2].to_owned(),
        "100 80 0.172 0.172".to_owned(),
        "120.0 51.5 39.25".to_owned(),
        lines[9].to_owned(),
        lines[10].to_owned(),
        lines[11].to_owned(),
        lines[3].to_owned(),
        lines[4].to_owned(),
        lines[5].to_owned(),
        lines[6].to_owned(),
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("XPARM.XDS");
    std::fs::write(&path, old.join("\n")).unwrap();
    let selection = Selection::default();
    assert_eq!(
        read_geometry(&path, selection).unwrap(),
        read_geometry(&fixture("XPARM.XDS"), selection).unwrap()
    );
    std::fs::write(&path, text.replace("100        80", "100      80.5")).unwrap();
    let error = read_geometry(&path, selection).unwrap_err().to_string();
    assert!(
        error.contains("pixels along Y: expected a whole number from 1 to 100000, found \"80.5\""),
        "{error}"
    );
    std::fs::write(&path, lines[..9].join("\n")).unwrap();
    let error = read_geometry(&path, selection).unwrap_err().to_string();
    assert!(error.contains(":10: expected 3 numbers: detector X axis"), "{error}");
}

#[test]
fn crystfel_panels() {
    let found = read_geometry(&fixture("two_panels.geom"), Selection::default()).unwrap();
    let [left, right] = found.panels.as_slice() else { panic!("{found:?}") };
    assert!(close(left.origin_mm, Vector3::new(-8.4, 3.1, 82.0), 1e-12));
    assert_eq!((left.fast, left.slow, left.pixel_mm), (Vector3::x(), -Vector3::y(), [0.2; 2]));
    assert_eq!((left.fast_pixels, left.slow_pixels), (40, 30));
    assert!(close(right.origin_mm, Vector3::new(0.45, 3.1, 83.0), 1e-12));
    let length = f64::hypot(0.9998, 0.02);
    assert!(close(right.fast, Vector3::new(0.9998, 0.02, 0.0) / length, 1e-12));
    assert!((right.pixel_mm[0] - 0.2 * length).abs() < 1e-15);
    assert!((found.wavelength_angstrom.unwrap() - 12398.42 / 9300.0).abs() < 1e-12);
}

#[test]
fn many_lines_about_many_panels_are_read_in_time() {
    const PANELS: usize = 10_000;
    let mut text =
        "clen = 0.08\nres = 5000\nmin_fs = 0\nmax_fs = 3\nmin_ss = 0\nmax_ss = 3\ncorner_x = 1\n".to_owned();
    for number in 0..PANELS {
        text += &format!("p{number:095}/corner_y = 1\n");
    }
    // Looked up one after another, the names would take a minute.
    let last = format!("p{:095}/corner_y = 2\n", PANELS - 1);
    text += &last.repeat(200_000);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    std::fs::write(&path, text).unwrap();
    let started = std::time::Instant::now();
    let found = read_geometry(&path, Selection::default()).unwrap();
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
    assert_eq!(found.panels.len(), PANELS);
    assert!(close(found.panels[PANELS - 1].origin_mm, Vector3::new(0.2, 0.4, 80.0), 1e-12));
}

#[test]
fn groups_masks_and_bad_regions_are_no_panels_but_panels_may_have_such_names() {
    let text = std::fs::read_to_string(fixture("two_panels.geom")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    let names = |text: String| {
        std::fs::write(&path, text).unwrap();
        let found = read_geometry(&path, Selection::default()).unwrap();
        found.panels.into_iter().map(|panel| panel.name).collect::<Vec<_>>()
    };
    let more = "rigid_group_q0 = left,right\nrigid_group_collection_q = q0\ngroup_all = left,right\n\
                mask = /data/mask\nmask0_file = a.h5\nmask_good = 0x0\nbadspot/min_x = 1\nbad_1/panel = left\n\
                bad_1/min_fs = 1\n";
    assert_eq!(names(format!("{more}{text}{more}")), ["left", "right"]);
    for name in ["group1", "maskless", "rigid_group_q0", "b4d"] {
        assert_eq!(names(text.replace("left/", &format!("{name}/"))), [name, "right"]);
    }
}

#[test]
fn segments_stand_where_their_lines_say() {
    let text = std::fs::read_to_string(fixture("XPARM.XDS")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("XPARM.XDS");
    let lines: Vec<&str> = text.lines().collect();
    let with = |count: usize, segments: &[&str]| {
        let mut all: Vec<String> = lines[..12].iter().map(|line| (*line).to_owned()).collect();
        let words: Vec<&str> = all[7].split_whitespace().skip(1).collect();
        all[7] = format!("{count} {}", words.join(" "));
        all.extend(segments.iter().map(|line| (*line).to_owned()));
        std::fs::write(&path, all.join("\n")).unwrap();
        read_geometry(&path, Selection::default()).unwrap().panels
    };
    let whole = with(1, &["1 1 100 1 80", "0 0 0 1 0 0 0 1 0"]);
    let flat = &whole[0];
    // Two halves that lie in the plane of the whole, the second named by its own origin.
    let halves = with(2, &["1 1 50 1 80", "0 0 0 1 0 0 0 1 0", "2 51 100 1 80", "50 0 0 1 0 0 0 1 0"]);
    assert_eq!((halves[0].origin_mm, halves[0].fast_pixels, halves[1].slow_pixels), (flat.origin_mm, 50, 80));
    assert!(close(halves[1].origin_mm, flat.origin_mm, 1e-12));
    let turned = with(1, &["1 1 100 1 80", "0 0 5 0 1 0 -1 0 0"]);
    assert_eq!((turned[0].fast, turned[0].slow), (flat.slow, -flat.fast));
    // The corner turns about the segment's origin, which is half a pixel from it, and moves along the normal.
    let moved = turned[0].origin_mm - flat.origin_mm;
    assert!(close(moved, Vector3::new(-0.172, 0.0, 5.0), 1e-12), "{moved}");
}

#[test]
fn what_stands_in_the_data_files_of_crystfel_is_named() {
    let text = std::fs::read_to_string(fixture("two_panels.geom")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    let read = |text: String| {
        std::fs::write(&path, text).unwrap();
        read_geometry(&path, Selection::default()).unwrap()
    };
    let found = read(text.replace("clen = 80 mm", "clen = /LCLS/EncoderValue mm"));
    assert!(
        found.panels.iter().any(|panel| panel.distance_elsewhere.as_deref() == Some("/LCLS/EncoderValue"))
    );
    let shifted = read(format!("detector_shift_x = /x\n{text}"));
    assert_eq!(warnings(&shifted), [("line 1: detector_shift_x", "/x"), ("line 10", "bad_beamstop")]);
    let electrons = read(text.replace("photon_energy = 9300 eV", "electron_voltage = 200 kV"));
    assert!((electrons.wavelength_angstrom.unwrap() - 0.025_079_3).abs() < 1e-7);
    assert_eq!(warnings(&electrons), [("line 2: electron_voltage", "200 kV"), ("line 9", "bad_beamstop")]);
}

#[test]
fn what_crystfel_files_lack_is_named() {
    let text = std::fs::read_to_string(fixture("two_panels.geom")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    for (from, to, part) in [
        ("res = 5000\n", "", "res of panel \"left\": expected a number, found none"),
        ("clen = 80 mm", "clen = 80 inch", "a.geom:3: expected a unit: m, mm, found"),
        ("left/fs = x", "left/fs = 1.0", "a.geom:19: expected a direction such as +1.0x-0.01y"),
        ("photon_energy = 9300 eV", "electron_voltage = high", "a.geom:2: expected a number of kV"),
        (
            "left/ss = -y",
            "left/ss = -x",
            "axes of panel \"left\": expected axes that span a plane, found \"180.000",
        ),
        ("left/max_fs = 39", "left/max_fs = -5", "max_fs of panel \"left\": expected a whole number from 1"),
        ("photon_energy = 9300 eV", "photon_energy 9300", "a.geom:2: expected \"key = value\""),
    ] {
        assert!(text.contains(from));
        std::fs::write(&path, text.replace(from, to)).unwrap();
        let error = read_geometry(&path, Selection::default()).unwrap_err().to_string();
        assert!(error.contains(part), "{to}: {error}");
    }
}

#[test]
fn keys_of_a_whole_crystfel_file_that_are_nearly_read_are_named_and_counted() {
    let text = std::fs::read_to_string(fixture("two_panels.geom")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.geom");
    let said = |more: &str| {
        std::fs::write(&path, format!("{more}{text}")).unwrap();
        let found = read_geometry(&path, Selection::default()).unwrap();
        found
            .warnings
            .into_iter()
            .filter(|warning| warning.kind != WarningKind::BadRegions)
            .collect::<Vec<_>>()
    };
    for (key, meant) in [
        ("photon_enrgy", "photon_energy"),
        ("detector_shift_X", "detector_shift_x"),
        ("wavelenght", "wavelength"),
        ("Electron_voltage", "electron_voltage"),
        ("cofset", "coffset"),
    ] {
        let found = said(&format!("{key} = 9000\n"));
        assert_eq!(found.len(), 1, "{key}: {found:?}");
        let expected =
            (WarningKind::UnknownKey, format!("line 1: {key}"), format!("not read; did you mean {meant}?"));
        assert_eq!((found[0].kind, found[0].place.clone(), found[0].assumed.clone()), expected);
    }
    for other in
        ["photon_energy_offset_unit", "adu_per_photon", "adu_per_eV", "mask_good", "peak_list", "max_adu"]
    {
        assert_eq!(said(&format!("{other} = 1\n")), [], "{other}");
    }
    let lines: String = (1..2001)
        .map(|n| {
            format!("res = {n}\ndetector_shift_x = /x\nmin_sf = {n}\ncofset = {n}\nwavelength = {n}.5 A\n")
        })
        .collect();
    let found = said(&lines);
    assert_eq!(found.len(), 5 * 3, "{:?}", &found[..15]);
    let counted = found.iter().filter(|warning| warning.assumed.ends_with("more lines are like this one"));
    assert_eq!(counted.count(), 5);
}
