//! `nanobragg run` and `-show toml`.

use crate::scratch::{Scratch, TINY};

#[test]
fn a_written_file_gives_the_same_image() {
    let scratch = Scratch::new();
    scratch.run(&format!("{TINY} -noprogress -o a.bin")).good();
    let run = scratch.run(&format!("{TINY} -noprogress -o b.bin -show toml")).good();
    scratch.write("e.toml", &run.out);
    scratch.run("run e.toml").good();
    assert_eq!(scratch.read("a.bin"), scratch.read("b.bin"));
    // Flags win.
    scratch.run("run e.toml -distance 120 -o c.bin").good();
    assert_ne!(scratch.read("a.bin"), scratch.read("c.bin"));
}

#[test]
fn input_files_are_looked_for_beside_the_file() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path("data")).unwrap();
    scratch.write("data/P1.hkl", "1 0 0 5\n");
    let text = "[crystal]\ncell_angstrom_deg = [50]\n[structure_factors]\nhkl = \"P1.hkl\"\nnodump = true\n\
        [detector]\ndetpixels = 8\n[output]\noutput = \"x.bin\"\n";
    scratch.write("data/e.toml", text);
    scratch.run("run data/e.toml").good();
    assert!(scratch.names().contains(&"x.bin".to_owned()));
    scratch.write("e.toml", text);
    assert!(scratch.refused("run e.toml").contains("P1.hkl"));
}

#[test]
fn wrong_files_and_arguments_are_refused() {
    let scratch = Scratch::new();
    scratch.write("e.toml", "[detector]\n\ndistnce_mm = 100\n").write("b.toml", b"\xff\xfe");
    let error = scratch.refused("run e.toml");
    assert!(
        error.starts_with("e.toml:3:1: unknown key distnce_mm in [detector]; did you mean distance_mm?"),
        "{error}"
    );
    assert!(scratch.refused("run b.toml").contains("b.toml: byte 0: expected text in UTF-8"));
    assert!(scratch.refused("run nowhere.toml").contains("nowhere.toml"));
    assert!(scratch.refused("run").contains("run needs an experiment file"));
    assert!(scratch.refused("run -N 5").contains("before its flags"));
    assert!(scratch.run("run -h").good().out.starts_with("Usage: nanobragg run"));
    let help = scratch.run("-h").good().out;
    assert!(help.contains("run EXPERIMENT.toml [FLAG...]"), "{help}");
}
