//! Runs that have to give the same bytes, and runs that must not.

use std::collections::BTreeMap;

use crate::scratch::{Scratch, TINY};

/// Images of a run with `more` flags.
fn images(more: &str) -> BTreeMap<String, Vec<u8>> {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} {more}")).good();
    scratch.files()
}

/// The same without headers, which hold the flags in their order.
fn pixels(more: &str) -> BTreeMap<String, Vec<u8>> {
    let mut images = images(more);
    for (_, bytes) in images.iter_mut().filter(|(name, _)| name.ends_with(".img")) {
        let length = length_of_header(bytes);
        bytes.drain(..length);
    }
    images
}

/// Bytes of the header of an SMV image.
fn length_of_header(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(&bytes[..64]).into_owned();
    text.split("HEADER_BYTES=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap()
}

/// Sampling of every kind.
const RICH: &str = "-oversample 2 -mosaic 0.5 -mosaic_dom 3 -phi 0 -osc 1 -phisteps 2 -dispersion 1 \
    -hdivrange 3 -detector_thick 100 -detector_abs 200 -oversample_thick -oversample_polar";

#[test]
fn any_number_of_threads_gives_the_same_bytes() {
    for more in [RICH, "-quirks reference -phi 0 -osc 1 -phisteps 2", "-round_xtal -quirks exact"] {
        let one = images(&format!("{more} -threads 1"));
        for threads in [0, 2, 5] {
            assert!(images(&format!("{more} -threads {threads}")) == one, "{more} {threads} threads");
        }
        assert!(images(&format!("{more} -device reference")) == one, "{more}");
    }
}

#[test]
fn seeds_repeat_and_differ() {
    let noise = |more: &str| images(&format!("-fluence 1e28 {more}"))["noiseimage.img"].clone();
    assert!(noise("-seed 5") == noise("-seed 5"));
    assert!(noise("-seed 5") != noise("-seed 6"));
    let float = |more: &str| images(more)["floatimage.bin"].clone();
    for (flag, more) in [("-misset_seed", "-misset random"), ("-mosaic_seed", "-mosaic 2 -mosaic_dom 4")] {
        assert!(float(&format!("{more} {flag} 5")) == float(&format!("{more} {flag} 5")), "{flag}");
        assert!(float(&format!("{more} {flag} 5")) != float(&format!("{more} {flag} 6")), "{flag}");
    }
    // Without a seed of its own the random orientation follows -seed.
    assert!(float("-misset random -seed 9") == float("-misset random -misset_seed 9"));
}

#[test]
fn spellings_are_equal() {
    let plain = pixels("-distance 120 -xds -oversample 2");
    for more in [
        "--distance 120 --xds --oversample 2",
        "--distance=120 --xds --oversample=2",
        "-xds -distance 80 -oversample 3 -oversample 2 -distance 120",
    ] {
        assert!(pixels(more) == plain, "{more}");
    }
    assert!(pixels("-distance 121 -xds -oversample 2") != plain);
}

#[test]
fn flags_without_effect_have_none() {
    let plain = pixels("");
    for more in [
        "-stol nowhere.stol",
        "-4stol nowhere.stol",
        "-Q nowhere.stol",
        "-stolout x.stol",
        "-coherent",
        "-density 1.2 -MW 100",
        "-hdiv 0.3 -vdiv 0.3 -dispstep 2 -source_distance 5",
        "-progress",
        "-q",
    ] {
        assert!(pixels(more) == plain, "{more}");
    }
}

#[test]
fn absorption_anew_needs_a_sensor_except_in_the_reference_program() {
    let float = |more: &str| images(more)["floatimage.bin"].clone();
    assert!(float("-oversample_thick") == float(""));
    // There every term is multiplied by the nothing that a sensor without thickness captures.
    assert!(float("-quirks reference -oversample_thick").iter().all(|&byte| byte == 0));
    assert!(float("-quirks reference").iter().any(|&byte| byte != 0));
}
