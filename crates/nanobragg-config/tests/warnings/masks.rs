//! Masks in the files of images: which pixels they leave out, and what is said where they leave out none.

use std::ffi::OsString;
use std::path::Path;

use super::images::{swung, upright};
use nanobragg_config::classic::parse;
use nanobragg_config::{Context, Setup, Warning, resolve};
use nanobragg_io::cbf::{MiniHeader, write_cbf};
use nanobragg_io::nexus::{Rotation, Setting, StackWriter};
use nanobragg_io::npy::write_npy;
use nanobragg_io::smv::{HeaderEntry, write_smv};

fn resolved(folder: &Path, line: &str) -> Setup {
    let line = format!("-cell 50 60 70 90 90 90 -default_F 1 -nodump {line}");
    let args = parse(line.split_whitespace().map(OsString::from)).unwrap();
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    resolve(&args, &context).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn kept(setup: &Setup) -> Vec<bool> {
    setup.experiment.rendering.mask.as_ref().unwrap().keep.to_vec()
}

#[test]
fn marked_pixels_are_left_out_by_mask_and_counted_by_img() {
    let folder = tempfile::tempdir().unwrap();
    let measured = vec![true, true, false, true, false, true];
    let setting = Setting { measured: Some(measured.clone()), spindle: [-1.0, 0.0, 0.0], ..upright() };
    let mut stack = StackWriter::create(&folder.path().join("a.nxs"), &setting, 1).unwrap();
    // The counts do not say which.
    stack.write(0, &[7; 6]).unwrap();
    stack.finish().unwrap();
    assert_eq!(kept(&resolved(folder.path(), "-mask a.nxs")), measured);
    let said = |line: &str| {
        let warnings = resolved(folder.path(), line).warnings;
        let bad = warnings.iter().filter(|warning| warning.code() == "io.bad-regions");
        bad.map(ToString::to_string).collect::<Vec<_>>()
    };
    let expected =
        "a.nxs: pixel_mask: 2 pixels of no use: -mask with this file leaves them out of what is rendered";
    assert_eq!(said("-img a.nxs"), [expected]);
    assert_eq!(said("-img a.nxs -mask a.nxs"), [""; 0]);
    assert_eq!(said("-mask a.nxs"), [""; 0]);
}

#[test]
fn zeros_of_counts_are_left_out_only_where_nothing_marks_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let zeros = |line: &str| {
        let setup = resolved(folder.path(), line);
        let said = setup.warnings.iter().filter(|warning| warning.code() == "io.zeros-left-out");
        (kept(&setup), said.map(ToString::to_string).collect::<Vec<_>>())
    };
    let nxmx = |measured: Option<Vec<bool>>, counts: [i32; 6]| {
        let setting = Setting { measured, ..upright() };
        let mut stack = StackWriter::create(&folder.path().join("a.nxs"), &setting, 1).unwrap();
        stack.write(0, &counts).unwrap();
        stack.finish().unwrap();
    };
    let said = |name: &str| {
        format!(
            "{name}: counts: 2 of 6 are 0: left out: neither a pixel_mask nor counts below 0 mark pixels in it"
        )
    };
    // A mask that marks nothing says that all was measured.
    let marks = [true, true, true, false, true, true];
    nxmx(Some(marks.to_vec()), [7, 0, 7, 0, 7, 0]);
    assert_eq!(zeros("-mask a.nxs"), (marks.to_vec(), vec![]));
    nxmx(None, [7, 0, 7, -1, 7, 0]);
    assert_eq!(zeros("-mask a.nxs"), (marks.to_vec(), vec![]));
    let some = [true, false, true, true, true, false];
    nxmx(None, [7, 0, 7, 1, 7, 0]);
    assert_eq!(zeros("-mask a.nxs"), (some.to_vec(), vec![said("a.nxs")]));
    assert_eq!(zeros("-mask a.nxs -img a.nxs").1, [said("a.nxs")]);
    let cbf = |counts: [i32; 6]| write_cbf(&folder.path().join("a.cbf"), &swung(), &counts).unwrap();
    cbf([7, 0, 7, -2, 7, 0]);
    assert_eq!(zeros("-mask a.cbf"), (marks.to_vec(), vec![]));
    cbf([7, 0, 7, 1, 7, 0]);
    assert_eq!(zeros("-mask a.cbf"), (some.to_vec(), vec![said("a.cbf")]));
}

#[test]
fn zeros_that_a_slip_keeps_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let said = |counts: &[i32; 6]| {
        write_cbf(&folder.path().join("a.cbf"), &swung(), counts).unwrap();
        let setup = resolved(folder.path(), "-mask a.cbf");
        assert_eq!(kept(&setup), counts.map(|count| count >= 0));
        let said = setup.warnings.iter().filter(|warning| warning.code() == "io.zeros-kept");
        said.map(ToString::to_string).collect::<Vec<_>>()
    };
    let expected =
        "a.cbf: counts: 3 of 6 are 0: kept as counts: 1 below 0 marks pixels, which alone are left out";
    assert_eq!(said(&[1, 0, 0, -1, 1, 0]), [expected]);
    assert_eq!(said(&[3, 0, 0, -1, 7, 0]), [expected]);
    assert_eq!(said(&[1, 1, 3, -1, 1, 2]), [""; 0]);
    assert_eq!(said(&[-1, -1, -1, -2, 0, 1]), [""; 0]);
    // Detectors leave out whole gaps, and do not count one number alone.
    let whole = MiniHeader { fast: 4, slow: 3, ..swung() };
    write_cbf(&folder.path().join("a.cbf"), &whole, &[-1, -1, -1, -1, 0, 1, 2, 0, 0, 0, 0, 0]).unwrap();
    let warnings = resolved(folder.path(), "-mask a.cbf").warnings;
    assert!(warnings.iter().all(|warning| warning.code() != "io.zeros-kept"));
}

#[test]
fn what_is_no_number_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    write_npy(&folder.path().join("m.npy"), 3, 2, &[1.0, f32::NAN, 0.0, -1.0, 2.0, 3.0]).unwrap();
    let setup = resolved(folder.path(), "-mask m.npy -pixel 1");
    assert_eq!(kept(&setup), [true, false, false, true, true, true]);
}

#[test]
fn a_mask_is_held_against_all_that_the_image_says() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, entries: &[(&'static str, &str)]| {
        let base = [("PIXEL_SIZE", "1"), ("WAVELENGTH", "1")];
        let entries = base.iter().chain(entries).map(|(key, value)| HeaderEntry::new(*key, *value));
        write_smv(&folder.path().join(name), &entries.collect::<Vec<_>>(), 30, 20, &[1; 600]).unwrap();
    };
    let base: &[(&str, &str)] = &[("DISTANCE", "100")];
    let tilted: &[(&str, &str)] =
        &[("FAST_AXIS", "1 0 0"), ("SLOW_AXIS", "0 -0.8 -0.6"), ("FIRST_PIXEL", "-15 10 -100")];
    for (mask, image, expected) in [
        (&[("TWOTHETA", "10")][..], &[("TWOTHETA", "20")][..], "TWOTHETA: 10: ignored; 20"),
        (
            &[("XDS_ORGX", "5"), ("XDS_ORGY", "5")],
            &[("XDS_ORGX", "9"), ("XDS_ORGY", "5")],
            "XDS_ORGX, XDS_ORGY: 5 5: ignored; 9 5",
        ),
        (
            &[("DENZO_X_BEAM", "4"), ("DENZO_Y_BEAM", "6")],
            &[("BEAM_CENTER_X", "10"), ("BEAM_CENTER_Y", "15")],
            "DENZO_X_BEAM, DENZO_Y_BEAM: 4 6 (pixels): ignored; 10 15 (pixels)",
        ),
        (tilted, &[], "FAST_AXIS, SLOW_AXIS: 1 0 0, 0 -0.8 -0.6: ignored; none"),
    ] {
        write("m.img", &[base, mask].concat());
        write("a.img", &[base, image].concat());
        let said = |line: &str| {
            let warnings = resolved(folder.path(), line).warnings;
            let of_masks = warnings.iter().filter(|it| it.code() == "config.mask-of-other-instrument");
            of_masks.map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said("-mask m.img -img a.img"), [format!("m.img: {expected} in a.img counts")]);
        assert_eq!(said("-mask a.img -img a.img"), [""; 0], "{expected}");
        assert_eq!(said("-mask m.img"), [""; 0], "{expected}");
    }
}

#[test]
fn what_says_nothing_and_the_rotation_of_a_mask_are_held_against_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, entries: &[(&'static str, &str)]| {
        let entries = entries.iter().map(|(key, value)| HeaderEntry::new(*key, *value));
        write_smv(&folder.path().join(name), &entries.collect::<Vec<_>>(), 30, 20, &[1; 600]).unwrap();
    };
    let image = [
        ("PIXEL_SIZE", "1"),
        ("WAVELENGTH", "1"),
        ("DISTANCE", "100"),
        ("DENZO_X_BEAM", "10"),
        ("DENZO_Y_BEAM", "15"),
        ("TWOTHETA", "0"),
        ("OSC_START", "20"),
        ("OSC_RANGE", "1"),
    ];
    write("a.img", &image);
    let unknown =
        ["PIXEL_SIZE", "WAVELENGTH", "DISTANCE", "DENZO_X_BEAM", "DENZO_Y_BEAM"].map(|key| (key, "0"));
    let others =
        [("TWOTHETA", "0.0005"), ("OSC_START", "90"), ("PHI", "30"), ("OSC_RANGE", "2"), ("KAPPA", "20")];
    write("m.img", &[&unknown[..], &others].concat());
    let warnings = resolved(folder.path(), "-mask m.img -img a.img").warnings;
    let of_masks = warnings.iter().filter(|it| it.code() == "config.mask-of-other-instrument");
    assert_eq!(of_masks.map(ToString::to_string).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn the_spindle_of_a_mask_is_held_against_that_of_the_instrument() {
    let folder = tempfile::tempdir().unwrap();
    let rotation = Some(Rotation { start_deg: 0.0, range_deg: 1.0, step_deg: 1.0 });
    let setting = Setting { rotation, spindle: [-1.0, 0.0, 0.0], ..upright() };
    let mut stack = StackWriter::create(&folder.path().join("m.nxs"), &setting, 1).unwrap();
    stack.write(0, &[1; 6]).unwrap();
    stack.finish().unwrap();
    let said = |goniometer: &str| {
        let corner = setting.origin_mm.map(|part| part.to_string());
        let list = format!(
            "{{\"experiment\": [{{\"beam\": 0, \"detector\": 0{}}}], \"beam\": [{{\"direction\": [0, 0, 1], \
                \"wavelength\": {}}}], \"goniometer\": [{goniometer}], \"detector\": [{{\"panels\": [{{\"origin\": [{}, {}, {}], \
                \"fast_axis\": [1, 0, 0], \"slow_axis\": [0, -1, 0], \"pixel_size\": [{}, {}], \"image_size\": [{}, {}]}}]}}]}}",
            if goniometer.is_empty() { "" } else { ", \"goniometer\": 0" },
            setting.wavelength_angstrom,
            -setting.origin_mm[0],
            corner[1],
            -setting.origin_mm[2],
            setting.pixel_size_mm.0,
            setting.pixel_size_mm.1,
            setting.fast,
            setting.slow,
        );
        std::fs::write(folder.path().join("a.expt"), list).unwrap();
        let warnings = resolved(folder.path(), "-geometry a.expt -mask m.nxs").warnings;
        let of_masks = warnings.iter().filter(|it| it.code() == "config.mask-of-other-instrument");
        of_masks.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(said(""), [""; 0]);
    let goniometer = |axis: &str| format!("{{\"rotation_axis\": [{axis}]}}");
    assert_eq!(said(&goniometer("1, 0, 0")), [""; 0]);
    let expected = "m.nxs: spindle axis: 1 0 0: ignored; 0 1 0 in a.expt counts";
    assert_eq!(said(&goniometer("0, 1, 0")), [expected]);
}

/// The warnings of a mask of 4 x 3 pixels with these entries beside `a.expt`.
fn of_mask(folder: &Path, entries: &[(&'static str, &str)]) -> Vec<Warning> {
    let entries: Vec<HeaderEntry> =
        entries.iter().map(|(key, value)| HeaderEntry::new(*key, *value)).collect();
    write_smv(&folder.join("m.img"), &entries, 4, 3, &[1; 12]).unwrap();
    resolved(folder, "-geometry a.expt -mask m.img").warnings
}

#[test]
fn a_mask_is_held_against_the_instrument() {
    let folder = tempfile::tempdir().unwrap();
    let list = "{\"experiment\": [{\"beam\": 0, \"detector\": 0}], \"beam\": [{\"direction\": [0, 0, 1], \"wavelength\": 1}], \
        \"detector\": [{\"panels\": [{\"origin\": [-1, 1, -50], \"fast_axis\": [1, 0, 0], \"slow_axis\": [0, -1, 0], \
        \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}]}]}";
    std::fs::write(folder.path().join("a.expt"), list).unwrap();
    let said = |entries: &[(&'static str, &str)]| {
        of_mask(folder.path(), entries).iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let same = [
        ("PIXEL_SIZE", "0.1"),
        ("DISTANCE", "50"),
        ("WAVELENGTH", "1"),
        ("DENZO_X_BEAM", "1"),
        ("DENZO_Y_BEAM", "1"),
    ];
    assert_eq!(said(&same), [""; 0]);
    assert_eq!(
        said(&[("PIXEL_SIZE", "0.1"), ("DISTANCE", "60"), ("WAVELENGTH", "1.2")]),
        [
            "m.img: DISTANCE: 60: ignored; 50 in a.expt counts",
            "m.img: WAVELENGTH: 1.2: ignored; 1 in a.expt counts"
        ]
    );
}

#[test]
fn distances_to_a_tilted_panel_are_compared_like_with_like() {
    let folder = tempfile::tempdir().unwrap();
    // 100 mm along the beam, 80 to the plane.
    let list = "{\"experiment\": [{\"beam\": 0, \"detector\": 0}], \"beam\": [{\"direction\": [0, 0, 1]}], \
        \"detector\": [{\"panels\": [{\"origin\": [-1, 0, -100], \"fast_axis\": [1, 0, 0], \"slow_axis\": [0, -0.8, -0.6], \
        \"pixel_size\": [0.1, 0.1], \"image_size\": [4, 3]}]}]}";
    std::fs::write(folder.path().join("a.expt"), list).unwrap();
    let said = |entries: &[(&'static str, &str)]| {
        let warnings = of_mask(folder.path(), entries);
        let of_masks = warnings.iter().filter(|it| it.code() == "config.mask-of-other-instrument");
        of_masks.map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(said(&[("DISTANCE", "100"), ("CLOSE_DISTANCE", "80")]), [""; 0]);
    assert_eq!(said(&[("CLOSE_DISTANCE", "80")]), [""; 0]);
    // The list says no wavelength.
    assert_eq!(said(&[("DISTANCE", "100"), ("WAVELENGTH", "1.5")]), [""; 0]);
    let expected = "m.img: CLOSE_DISTANCE: 100: ignored; 80 in a.expt counts";
    assert_eq!(said(&[("CLOSE_DISTANCE", "100")]), [expected]);
}
