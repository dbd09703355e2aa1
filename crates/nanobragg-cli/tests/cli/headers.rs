//! What headers of images say of the instrument comes back by `-img`, or is named.

use nanobragg_io::npy::read_npy;

use crate::scratch::{Scratch, TINY};

/// The crystal of [`TINY`], whose instrument a header says.
const CRYSTAL: &str = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -oversample 1 -seed 1";

/// The largest difference of two arrays, relative to the brightest pixel of the first.
fn apart(scratch: &Scratch, one: &str, other: &str) -> f64 {
    let [one, other] = [one, other].map(|name| read_npy(&scratch.path(name)).unwrap().data);
    let most = one.iter().copied().fold(0.0_f64, |most, pixel| most.max(pixel));
    one.iter().zip(&other).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max) / most
}

#[test]
fn a_tilted_detector_comes_back_from_every_header() {
    for tilt in [
        "-detector_roty 20",
        "-detector_rotz 30",
        "-detector_rotx 3 -detector_roty -12 -detector_rotz 5",
        "-twotheta 15",
        "-xds -detector_roty 20 -Xbeam 20 -Ybeam 35",
        "-denzo -twotheta 10 -detector_rotz 4",
    ] {
        let scratch = Scratch::new();
        scratch.run(&format!("{TINY} {tilt} -o a.npy -o a.cbf -o a.nxs -o a.img")).good();
        let convention =
            tilt.split(' ').next().filter(|word| ["-xds", "-denzo"].contains(word)).unwrap_or("");
        for image in ["a.cbf", "a.nxs", "a.img"] {
            let run = scratch.run(&format!("{CRYSTAL} {convention} -img {image} -o b.npy -nodump")).good();
            let unsaid: Vec<&str> =
                run.warnings().into_iter().filter(|said| said.starts_with(image)).collect();
            assert!(unsaid.is_empty(), "{tilt}: {unsaid:?}");
            let off = apart(&scratch, "a.npy", "b.npy");
            assert!(off < 1e-4, "{tilt}: {image} is off by {off}");
        }
    }
}

#[test]
fn a_spindle_askew_comes_back_from_nxmx() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -spindle_axis 0.5 0 1 -osc 3 -phi 40 -phisteps 2 -o a.npy -o a.nxs")).good();
    let line = format!("{CRYSTAL} -phisteps 2 -nodump");
    for convention in ["", "-xds", "-denzo"] {
        let run = scratch.run(&format!("{line} {convention} -img a.nxs -o b.npy")).good();
        // In the laboratory of another convention the same cell is another crystal, which is said.
        let is_other = convention == "-xds";
        assert_eq!(run.err.contains("warning: a.nxs: crystal: 70 80 90 75 85 95: its orientation"), is_other);
        assert_eq!(run.err.contains("warning: a.nxs"), is_other, "{}", run.err);
        let off = apart(&scratch, "a.npy", "b.npy");
        assert_eq!(off > 1e-4, is_other, "{convention}: off by {off}");
    }
    // A flag decides; under the presets that follow the C program the convention does.
    scratch.run(&format!("{line} -img a.nxs -spindle_axis 0 0 1 -o b.npy")).good();
    assert!(apart(&scratch, "a.npy", "b.npy") > 1e-2);
    let run = scratch.run(&format!("{line} -img a.nxs -quirks spec -o b.npy")).good();
    let expected = "a.nxs: spindle: 26.57 deg from the one that is rendered; -spindle_axis turns it";
    assert!(run.warnings().contains(&expected), "{}", run.err);
}

#[test]
fn an_image_wins_over_the_header_of_a_mask() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.npy -o a.cbf -o a.nxs -o a.img")).good();
    // All of its pixels count.
    let bright = format!("{TINY} -default_F 1e5 -distance 150 -Xbeam 20 -Ybeam 25 -lambda 1.2");
    scratch.run(&format!("{bright} -intfile mask.img -scale 1e9 -nopgm -nonoise -nodump")).good();
    for image in ["a.cbf", "a.nxs", "a.img"] {
        let run = scratch.run(&format!("{CRYSTAL} -mask mask.img -img {image} -o b.npy -nodump")).good();
        let off = apart(&scratch, "a.npy", "b.npy");
        assert!(off < 1e-4, "{image}: off by {off}");
        let said: Vec<&str> =
            run.warnings().into_iter().filter(|said| said.starts_with("mask.img")).collect();
        let expected = [
            format!("mask.img: DISTANCE: 150: ignored; 100 in {image} counts"),
            format!("mask.img: WAVELENGTH: 1.2: ignored; 1.5 in {image} counts"),
            format!("mask.img: DENZO_X_BEAM, DENZO_Y_BEAM: 22 27: ignored; 36 36 in {image} counts"),
        ];
        assert_eq!(said, expected, "{image}");
    }
    let run = scratch
        .run(&format!("{CRYSTAL} -mask mask.img -img a.img -o b.npy -nodump -quirks reference"))
        .good();
    assert!(!run.err.contains("ignored; 100 in"), "{}", run.err);
}

#[test]
fn axes_that_are_not_taken_are_said() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detector_roty 20 -o a.cbf -o a.nxs -o a.img")).good();
    for image in ["a.cbf", "a.nxs", "a.img"] {
        let run = scratch.run(&format!("{CRYSTAL} -img {image} -quirks spec -o b.npy -nodump")).good();
        let expected = format!("{image}: axes of the detector: 20 deg from those that are rendered");
        let said = run.warnings().into_iter().find(|said| said.starts_with(&expected));
        let said = said.unwrap_or_else(|| panic!("{}", run.err)).to_owned();
        // What is advised puts the detector there.
        let (_, advised) = said.split_once("; ").unwrap();
        let flags = advised.strip_suffix(" give those").unwrap();
        let run =
            scratch.run(&format!("{CRYSTAL} -img {image} -quirks spec {flags} -o b.npy -nodump")).good();
        assert!(!run.err.contains("axes of the detector"), "{flags}: {}", run.err);
        let run = scratch.run(&format!("{CRYSTAL} -img {image} -pivot sample -o b.npy -nodump")).good();
        assert!(run.err.contains("; without -pivot sample those count"), "{}", run.err);
        // The flag says the same, or something else.
        for (flag, warned) in [("-detector_roty 20", false), ("-detector_roty 10", true)] {
            let run = scratch.run(&format!("{CRYSTAL} -img {image} {flag} -o b.npy -nodump")).good();
            assert_eq!(run.err.contains("axes of the detector"), warned, "{flag} {}", run.err);
        }
    }
}

#[test]
fn headers_of_a_detector_that_is_square_to_the_beam_say_no_axes() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.cbf -o a.img")).good();
    for image in ["a.cbf", "a.img"] {
        let text = String::from_utf8_lossy(&scratch.read(image)).into_owned();
        assert!(!text.contains("FAST_AXIS"), "{image}");
    }
}

#[test]
fn what_a_header_cannot_say_of_a_square_detector_is_said_as_it_is() {
    let scratch = Scratch::new();
    for (convention, how) in [
        ("-dials", "turned by 90 deg about its normal"),
        ("-adxv", "seen from behind"),
        ("-dials -detector_rotx 10", "tilted by 10 deg and turned by 90 deg about its normal"),
        ("-adxv -twotheta 10", "tilted by 10 deg and seen from behind"),
    ] {
        let run = scratch.run(&format!("{TINY} {convention} -o a.npy -o a.cbf -o a.img")).good();
        for (image, format) in [("a.cbf", "miniCBF"), ("a.img", "SMV")] {
            let expected = format!("{image}: {format} cannot record a detector {how}; use NXmx");
            assert!(run.warnings().contains(&&*expected), "{convention}: {}", run.err);
            // This program's own keys say it.
            let name = convention.split(' ').next().unwrap_or_default();
            scratch.run(&format!("{CRYSTAL} {name} -img {image} -o b.npy -nodump")).good();
            assert!(apart(&scratch, "a.npy", "b.npy") < 1e-4, "{convention} {image}");
        }
    }
}

#[test]
fn flags_move_a_detector_that_a_header_tilts() {
    let scratch = Scratch::new();
    let tilted = format!("{TINY} -detector_roty 20 -distance 100");
    scratch.run(&format!("{tilted} -o a.cbf -o a.nxs -o a.img")).good();
    // About a near point the plane keeps its distance, here 100 mm cos 20 deg.
    for (flags, same) in [
        ("-distance 80", "-distance 80"),
        ("-Xbeam 3 -Ybeam 2", "-Xbeam 3 -Ybeam 2"),
        ("-close_distance 70", "-close_distance 70 -pivot beam"),
        ("-ORGX 4 -ORGY 5", "-ORGX 4 -ORGY 5 -close_distance 93.96926207859084"),
        ("-Xclose 1 -Yclose 2 -distance 60", "-Xclose 1 -Yclose 2 -distance 60"),
    ] {
        scratch.run(&format!("{tilted} {same} -o a.npy")).good();
        for image in ["a.cbf", "a.nxs", "a.img"] {
            let run = scratch.run(&format!("{CRYSTAL} -img {image} {flags} -o b.npy -nodump")).good();
            assert!(!run.err.contains("axes of the detector"), "{flags}: {}", run.err);
            let off = apart(&scratch, "a.npy", "b.npy");
            assert!(off < 1e-4, "{flags}: {image} is off by {off}");
        }
    }
    let axes = "-fdet_vector 0 1 0 -sdet_vector 0 0 1 -Xbeam 30 -Ybeam 34";
    let run = scratch.run(&format!("{CRYSTAL} -img a.nxs {axes} -o b.npy -nodump")).good();
    assert!(run.err.contains("a.nxs: axes of the detector: "), "{}", run.err);
    scratch.run(&format!("{TINY} -distance 100 {axes} -o a.npy")).good();
    assert!(apart(&scratch, "a.npy", "b.npy") < 1e-4);
}

#[test]
fn what_a_flag_decides_a_header_may_say_twice() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -o a.cbf")).good();
    let bytes = scratch.read("a.cbf");
    let twice = String::from_utf8_lossy(&bytes).find("# Wavelength").unwrap();
    let bytes = [&bytes[..twice], b"# Wavelength 1.7 A\r\n", &bytes[twice..]].concat();
    scratch.write("b.cbf", bytes);
    let says = |more: &str| {
        let run = scratch.run(&format!("{CRYSTAL} -img b.cbf -nodump {more}")).good();
        run.err.contains("Wavelength: ")
    };
    assert!(says("") && !says("-lambda 1.2"));
}
