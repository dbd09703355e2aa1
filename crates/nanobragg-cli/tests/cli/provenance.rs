//! What made an image stands in its file.

use nanobragg_io::nexus::HDF5_MAGIC;

use crate::scratch::{Scratch, TINY};

/// What every header says of `TINY`.
const MADE: &str = concat!(
    "nanobragg ",
    env!("CARGO_PKG_VERSION"),
    ", preset exact: -cell 70 80 90 75 85 95 -default_F 100"
);

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn headers_say_version_preset_flags_and_orientation() {
    let scratch = Scratch::new();
    let files = ["a.cbf", "a.nxs", "a.tif", "a.png", "a.img", "a.npy.json"];
    let outputs = "-o a.cbf -o a.nxs -o a.tif -o a.png -o a.img -o a.npy";
    scratch.run(&format!("{TINY} -misset 10 20 30 {outputs}")).good();
    for name in &files[..5] {
        let bytes = scratch.read(name);
        assert!(holds(&bytes, MADE), "{name}");
        assert!(holds(&bytes, "misset_deg 10 20 30") && holds(&bytes, "a_matrix "), "{name}");
    }
    assert!(scratch.read("a.nxs").starts_with(HDF5_MAGIC));
    let record: serde_json::Value = serde_json::from_slice(&scratch.read("a.npy.json")).unwrap();
    assert_eq!((record["preset"].as_str(), record["flags"][0].as_str()), (Some("exact"), Some("-cell")));
    assert!((record["misset_deg"][2].as_f64().unwrap() - 30.0).abs() < 1e-9);
    for name in ["a.cbf", "a.nxs"] {
        assert!(holds(&scratch.read(name), "noise seed 1"), "{name}");
    }
}

#[test]
fn an_orientation_that_was_drawn_can_be_drawn_again_from_the_file() {
    let scratch = Scratch::new();
    let line = TINY.replace("-seed 1", "");
    scratch.run(&format!("{line} -misset random -o a.npy -o a.cbf")).good();
    let record: serde_json::Value = serde_json::from_slice(&scratch.read("a.npy.json")).unwrap();
    let flags: Vec<&str> =
        record["flags"].as_array().unwrap().iter().map(|flag| flag.as_str().unwrap()).collect();
    assert_eq!(flags[flags.len() - 2], "-misset_seed");
    scratch.run(&format!("{} -o b.npy", flags.join(" "))).good();
    assert_eq!(scratch.read("a.npy"), scratch.read("b.npy"));
    let text = scratch.read("a.cbf");
    assert!(holds(&text, &format!("-misset random -misset_seed {}", flags[flags.len() - 1])));
}

#[test]
fn equal_inputs_give_equal_bytes_under_any_name_and_with_any_threads() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -threads 1 -o a.cbf -o a.nxs -o a.npy -o a.tif -o a.png")).good();
    scratch.run(&format!("{TINY} -threads 3 -o b.cbf -o b.nxs -o b.npy -o b.tif -o b.png")).good();
    for kind in ["nxs", "npy", "npy.json", "tif", "png"] {
        assert_eq!(scratch.read(&format!("a.{kind}")), scratch.read(&format!("b.{kind}")), "{kind}");
    }
}

#[test]
fn files_of_the_c_program_stay_as_they_are() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -quirks reference -o a.img -o a.bin -o a.pgm")).good();
    for name in ["a.img", "a.bin", "a.pgm"] {
        assert!(!holds(&scratch.read(name), "nanobragg"), "{name}");
    }
    assert_eq!(scratch.names(), ["a.bin", "a.img", "a.pgm"]);
}

#[test]
fn images_of_a_sweep_say_what_made_them() {
    let scratch = Scratch::new();
    scratch.run(&format!("sweep -images 2 {TINY} -osc 1 -o a.cbf -o a.nxs -o a.npy")).good();
    for name in ["a_00002.cbf", "a.nxs"] {
        assert!(holds(&scratch.read(name), MADE), "{name}");
    }
    // Its manifest is the record of the others.
    assert!(!scratch.path("a_00001.npy.json").exists());
}

#[test]
fn panels_have_a_record_each() {
    let scratch = Scratch::new();
    let panel = |x: f64| {
        format!(
            "{{\"origin\": [{x}, 8, -100], \"fast_axis\": [1, 0, 0], \"slow_axis\": [0, -1, 0], \
             \"pixel_size\": [1, 1], \"image_size\": [8, 8]}}"
        )
    };
    let list = format!(
        "{{\"experiment\": [{{\"beam\": 0, \"detector\": 0}}], \"beam\": [{{\"direction\": [0, 0, 1], \
         \"wavelength\": 1}}], \"detector\": [{{\"panels\": [{}, {}]}}]}}",
        panel(-8.0),
        panel(1.0)
    );
    scratch.write("two.expt", list);
    scratch.run("-geometry two.expt -cell 70 80 90 90 90 90 -default_F 100 -N 5 -nodump -o a.npy").good();
    assert_eq!(scratch.names(), ["a_0.npy", "a_0.npy.json", "a_1.npy", "a_1.npy.json", "two.expt"]);
}
