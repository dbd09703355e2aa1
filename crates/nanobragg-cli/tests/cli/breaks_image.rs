//! No image that cannot be leaves with status 0.

use crate::scratch::{Scratch, TINY};

const CUSTOM: &str = "-cell 70 80 90 80 95 100 -default_F 100 -N 3 -lambda 1 -detpixels 6 -distance 50 -oversample 1 \
    -beam_vector 0 0 1";

#[test]
fn photons_that_cannot_be_are_counted_and_not_written() {
    let scratch = Scratch::new();
    let lines = ["-default_F 1e308", "-fluence 1e308", "-distance 1e300", "-Xbeam 1e308"];
    for line in lines {
        let run = scratch.run(&format!("{TINY} {line} -o a.npy -o a.cbf"));
        assert_ne!(run.status, 0, "{line}");
        assert!(scratch.names().is_empty(), "{line}: {:?}", scratch.names());
    }
    let run = scratch.run(&format!("{TINY} -default_F 1e308 -o a.npy"));
    let error = run.error(1);
    assert!(
        error.contains("not finite or below zero; the first, at fast ") && error.contains(", has inf"),
        "{error}"
    );
    assert!(error.ends_with("-allow_nonfinite"), "{error}");
    scratch.run(&format!("{TINY} -default_F 1e308 -o a.npy -allow_nonfinite")).good();
    assert!(scratch.path("a.npy").exists());
    // The images of a sweep are looked at as well.
    let run = scratch.run(&format!("sweep {TINY} -default_F 1e308 -osc 1 -images 2 -o s.npy"));
    assert!(run.error(1).contains("not finite"), "{}", run.err);
    assert!(!scratch.path("s_00001.npy").exists());
}

#[test]
fn axes_without_a_normal_face_the_crystal() {
    let scratch = Scratch::new();
    let axes = "-fdet_vector 1 0 0 -sdet_vector 0 1 0";
    for quirks in ["spec", "exact"] {
        scratch.run(&format!("{CUSTOM} {axes} -quirks {quirks} -o a.npy")).good();
        scratch.run(&format!("{CUSTOM} {axes} -odet_vector 0 0 1 -quirks {quirks} -o b.npy")).good();
        assert_eq!(scratch.read("a.npy"), scratch.read("b.npy"));
    }
    // The C program takes the normal of its default axes.
    let run = scratch.run(&format!("{CUSTOM} {axes} -quirks reference -o c.npy"));
    assert!(run.error(1).contains("below zero"), "{}", run.err);
    assert!(run.err.contains("there is no such detector"), "{}", run.err);
}

#[test]
fn detectors_that_cannot_be_are_refused() {
    let scratch = Scratch::new();
    for (axes, expected) in [
        ("-fdet_vector 1 0 0 -sdet_vector 1 0 0", "fast and slow axes (deg) is 0; it has to be 90"),
        ("-fdet_vector 1 0 0 -sdet_vector 1 1 0", "fast and slow axes (deg) is 45; it has to be 90"),
        ("-fdet_vector 1 0 0 -sdet_vector 0 1 0 -odet_vector 0 1 0", "slow axis and its normal (deg) is 0"),
    ] {
        for quirks in ["spec", "exact"] {
            let error = scratch.refused(&format!("{CUSTOM} {axes} -quirks {quirks} -o a.npy"));
            assert!(error.contains(expected), "{axes}: {error}");
        }
    }
    let behind = "-fdet_vector 1 0 0 -sdet_vector 0 1 0 -odet_vector 0 0 1 -pix0_vector -0.01 -0.01 -0.05";
    let error = scratch.refused(&format!("{CUSTOM} {behind} -quirks exact -o a.npy"));
    assert!(error.contains("along its normal (m) is -0.05"), "{error}");
}

#[test]
fn damaged_inputs_give_an_error_or_an_image_that_can_be() {
    const CRYSTAL: &str = "-cell 70 80 90 75 85 95 -N 5 -oversample 1 -seed 1";
    let inputs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/breaks");
    let mut tried = 0;
    for entry in std::fs::read_dir(inputs).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let path = path.to_str().unwrap();
        let line = match name.split('_').next().unwrap() {
            "mask" => format!("{CRYSTAL} -default_F 100 -mask {path}"),
            "img" => format!("{CRYSTAL} -default_F 100 -img {path}"),
            "geom" => format!("{CRYSTAL} -default_F 100 -geometry {path} -roi 0 3 0 3"),
            "spectrum" => format!("{CRYSTAL} -default_F 100 -distance 100 -detpixels 8 -spectrum {path}"),
            "hklsg" => format!("{CRYSTAL} -lambda 1 -distance 100 -detpixels 8 -hkl {path}"),
            "toml" => format!("run {path} -detpixels 8"),
            _ => continue,
        };
        for quirks in ["exact", "reference"] {
            let scratch = Scratch::new();
            let run = scratch.run(&format!("{line} -quirks {quirks} -nodump -floatfile a.bin"));
            if run.status == 0 {
                let photons = scratch.read("a.bin");
                let mut photons =
                    photons.chunks_exact(4).map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()));
                assert!(photons.all(|photons| photons.is_finite() && photons >= 0.0), "{name} {quirks}");
            } else {
                assert!(run.err.contains("error: "), "{name} {quirks}: {}", run.err);
                assert!(!scratch.path("a.bin").exists(), "{name} {quirks}");
            }
            tried += 1;
        }
    }
    assert!(tried > 60, "{tried}");
}
