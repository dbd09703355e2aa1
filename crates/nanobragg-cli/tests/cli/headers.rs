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
fn axes_that_are_not_taken_are_said() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -detector_roty 20 -o a.cbf -o a.nxs -o a.img")).good();
    for image in ["a.cbf", "a.nxs", "a.img"] {
        let run = scratch.run(&format!("{CRYSTAL} -img {image} -quirks spec -o b.npy -nodump")).good();
        let expected = format!("{image}: axes of the detector: 20 deg from those that are rendered");
        assert!(run.warnings().iter().any(|said| said.starts_with(&expected)), "{}", run.err);
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
