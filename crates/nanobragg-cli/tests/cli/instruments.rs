//! Descriptions of instruments: geometry, panels, and what they decide.

use nanobragg_io::cbf::read_cbf;
use nanobragg_io::nexus::read_nxmx;
use nanobragg_testkit::fixtures;

use crate::scratch::Scratch;

/// Files of `fixtures/geometry` in a folder.
fn scratch() -> Scratch {
    let names = ["two_experiments.expt", "XPARM.XDS", "two_panels.geom"];
    Scratch::with_copies(&fixtures().join("geometry"), names.map(String::from))
}

const LINE: &str = "-default_F 10 -N 3 -oversample 1 -phisteps 1 -noprogress -nodump -seed 1";

#[test]
fn every_panel_has_its_image() {
    let scratch = scratch();
    let line =
        format!("{LINE} -geometry two_experiments.expt -intfile i.img -floatfile f.bin -nopgm -nonoise");
    let run = scratch.run(&line).good();
    for number in 0..3 {
        assert_eq!(scratch.read(&format!("f_{number}.bin")).len(), 4 * 40 * 30);
        assert!(run.out.contains(&format!("panel {number} p{number}\n")), "{}", run.out);
    }
    // The counts of one detector have one scale: only the brightest panel reaches 55000.
    let scales: Vec<&str> = run
        .out
        .lines()
        .filter(|line| line.contains("counts per photon"))
        .map(|l| l.split(": ").nth(1).unwrap())
        .collect();
    assert_eq!(scales.len(), 3);
    assert!(scales.windows(2).all(|pair| pair[0] == pair[1]), "{scales:?}");
}

#[test]
fn one_panel_is_the_same_alone() {
    let scratch = scratch();
    let line = format!("{LINE} -geometry two_experiments.expt");
    scratch.run(&format!("{line} -o all.bin")).good();
    scratch.run(&format!("{line} -panel 1 -o one.bin")).good();
    assert_eq!(scratch.read("all_1.bin"), scratch.read("one.bin"));
    assert_ne!(scratch.read("all_0.bin"), scratch.read("one.bin"));
}

#[test]
fn the_origin_holds_under_every_preset() {
    let scratch = scratch();
    let first_pixel = |preset: &str| {
        let line = format!("{LINE} -geometry XPARM.XDS -quirks {preset} -show");
        let run = scratch.run(&line).good();
        run.out.lines().find(|line| line.contains("first pixel")).unwrap().to_owned()
    };
    let expected = first_pixel("exact");
    // (0.5 - 51.5) * 0.172 and (0.5 - 39.25) * 0.172
    assert!(expected.contains("-8.772 -6.665 120 mm"), "{expected}");
    assert!(["reference", "spec", "port"].iter().all(|preset| first_pixel(preset) == expected));
}

#[test]
fn another_wavelength_does_not_change_the_cell() {
    let scratch = scratch();
    let cell = |more: &str| {
        let run = scratch.run(&format!("{LINE} -geometry XPARM.XDS {more} -show")).good();
        run.out.lines().find(|line| line.trim_start().starts_with("unit cell")).unwrap().to_owned()
    };
    assert!(cell("").contains("50 60 70 90 90 90"), "{}", cell(""));
    assert_eq!(cell(""), cell("-lambda 1.5"));
}

#[test]
fn flags_that_place_the_detector_again_are_refused() {
    let scratch = scratch();
    let error = |more: &str| scratch.refused(&format!("{LINE} -geometry XPARM.XDS {more}"));
    for flag in ["-distance 100", "-pixel 0.1", "-xds", "-twotheta 3", "-fdet_vector 1 0 0", "-ORGX 3"] {
        let name = flag.split(' ').next().unwrap();
        let expected = format!("{name} cannot be given with -geometry, which sets the same quantity");
        assert_eq!(error(flag), expected);
    }
    assert_eq!(error("-panel 1"), "-panel 1: the detector has 1 panel, counted from 0");
    // A scan in XPARM.XDS has no end; beam, spindle and phi stay free.
    scratch.run(&format!("{LINE} -geometry XPARM.XDS -spindle_axis 0 1 0 -phi 3 -polar 0.5 -o x.bin")).good();
}

#[test]
fn more_pixels_than_can_be_held_are_refused() {
    let scratch = scratch();
    let text = String::from_utf8(scratch.read("two_panels.geom")).unwrap();
    scratch.write(
        "wide.geom",
        text.replace("max_fs = 39", "max_fs = 39999").replace("max_ss = 29", "max_ss = 29999"),
    );
    let error = scratch.refused(&format!("{LINE} -cell 50 -geometry wide.geom"));
    let expected =
        "wide.geom: 1201200000 pixels in all panels, the limit is 1073741824; choose one with -panel";
    assert_eq!(error, expected);
}

#[test]
fn single_pixels_need_a_single_panel() {
    let scratch = scratch();
    let line = format!("{LINE} -cell 50 -geometry two_panels.geom -trace_pixel 3 4");
    let error = scratch.refused(&line);
    assert_eq!(error, "which of the 2 panels is the pixel on? -panel N chooses one");
    let run = scratch.run(&format!("{line} -panel 1 -o x.bin")).good();
    assert!(run.out.contains("TRACE_PY: pix0_vector_meters 0.00045 0.0031 0.083"), "{}", run.out);
}

#[test]
fn a_mask_says_which_pixels_of_a_described_detector_count() {
    let scratch = scratch();
    let mut keep = vec![1_u16; 8000];
    keep[..100].fill(0);
    nanobragg_io::smv::write_smv(&scratch.path("mask.img"), &[], 100, 80, &keep).unwrap();
    let line = format!("{LINE} -geometry XPARM.XDS -mask mask.img -o x.bin");
    scratch.run(&line).good();
    let image = scratch.read("x.bin");
    assert!(image[..400].iter().all(|byte| *byte == 0) && image[400..].iter().any(|byte| *byte != 0));
    nanobragg_io::smv::write_smv(&scratch.path("mask.img"), &[], 40, 30, &[1; 1200]).unwrap();
    let error = scratch.refused(&format!("{LINE} -geometry two_experiments.expt -mask mask.img"));
    assert_eq!(error, "-mask needs a single panel: the detector has 3; choose one with -panel");
}

#[test]
fn a_panel_of_an_nxmx_file_is_read_like_any_image() {
    let scratch = scratch();
    let line = format!("{LINE} -cell 50 -fluence 1e28");
    let described = format!("{line} -geometry two_panels.geom");
    scratch.run(&format!("{described} -roi 0 39 10 29 -o p.nxs -o p.npy")).good();
    // The frame of a .geom file has the axes of -xds.
    for panel in [0, 1] {
        let by_image = format!("{line} -xds -img p.nxs -panel {panel}");
        let run = scratch.run(&format!("{by_image} -o own.npy -o own.nxs")).good();
        // Rows that were not rendered.
        let expected = "p.nxs: pixel_mask: 400 pixels of no use: -mask with this file leaves them out of what is rendered";
        assert_eq!(run.warnings(), [expected], "{panel}");
        scratch.run(&format!("{described} -panel {panel} -o one.nxs -o one.npy")).good();
        for [own, one] in [["own.npy", "one.npy"], ["own.nxs", "one.nxs"]] {
            assert_eq!(scratch.run(&format!("compare {own} {one}")).status, 0, "{panel}: {own}");
        }
        // Where it has no counts is masked, and the header of a mask counts as well.
        for masked in [format!("{described} -mask p.nxs"), format!("{line} -xds -mask p.nxs")] {
            scratch.run(&format!("{masked} -panel {panel} -o masked.npy")).good();
            let first_rows = &scratch.read("masked.npy")[128..128 + 4 * 40 * 10];
            assert!(first_rows.iter().all(|byte| *byte == 0), "{masked}");
        }
    }
    for (flags, expected) in [
        ("-img p.nxs", "p.nxs: 2 panels (module_0, module_1); choose one with -panel N, counted from 0"),
        ("-mask p.nxs", "p.nxs: 2 panels (module_0, module_1); choose one with -panel N, counted from 0"),
        ("-img p.nxs -panel 2", "-panel 2: p.nxs has 2 panels, counted from 0"),
        ("-img one.nxs -panel 1", "-panel 1: one.nxs has 1 panel, counted from 0"),
        ("-panel 1", "-panel needs -geometry FILE or -img FILE or -mask FILE"),
    ] {
        assert_eq!(scratch.refused(&format!("{line} {flags} -o x.npy")), expected);
    }
    scratch.run(&format!("{line} -img one.nxs -panel 0 -o x.npy")).good();
}

#[test]
fn panels_are_modules_of_one_nxmx_file() {
    let scratch = scratch();
    let line = format!("{LINE} -cell 50 -geometry two_panels.geom -fluence 1e28 -seed 3");
    let run = scratch.run(&format!("{line} -o p.nxs -o p.cbf")).good();
    let written: Vec<&str> = run.out.lines().filter(|line| line.starts_with("wrote ")).collect();
    assert_eq!(written.len(), 3, "{written:?}");
    assert!(written[2].starts_with("wrote p.nxs: "), "{written:?}");
    let stack = read_nxmx(&scratch.path("p.nxs")).unwrap();
    let panels = [0, 1].map(|panel| read_cbf(&scratch.path(&format!("p_{panel}.cbf"))).unwrap());
    assert_eq!((stack.images, stack.slow, stack.fast), (1, 60, 40));
    assert_eq!(stack.counts, [&panels[0].counts[..], &panels[1].counts].concat());
    assert_ne!(panels[0].counts, panels[1].counts);
    // A panel alone has the file of an image.
    scratch.run(&format!("{line} -panel 1 -o one.nxs")).good();
    assert_eq!(scratch.run("compare one.nxs p_1.cbf").status, 0);
    scratch.run(&format!("{LINE} -cell 50 -img one.nxs -o again.npy")).good();
    // It replaces no input, by its own name.
    scratch.write("in.nxs", "1 0 0 5\n");
    let error = scratch.refused(&format!("{line} -hkl in.nxs -o in.nxs"));
    assert_eq!(error, "in.nxs is an input and an output");
}
