//! The preset that a run has without `-quirks`.

use std::process::{Command, Stdio};

use crate::scratch::{Run, Scratch, TINY};

fn image(scratch: &Scratch, flags: &str) -> Vec<u8> {
    scratch.run(&format!("{TINY} -o image.bin {flags}")).good();
    scratch.read("image.bin")
}

/// The row of `-show` that begins with `name`.
fn shown(scratch: &Scratch, flags: &str, name: &str) -> String {
    let run = scratch.run(&format!("{TINY} -show {flags}")).good();
    run.out.lines().find(|line| line.trim_start().starts_with(name)).unwrap().to_owned()
}

#[test]
fn a_run_renders_the_cell_that_it_was_given() {
    let scratch = Scratch::new();
    assert_eq!(image(&scratch, ""), image(&scratch, "-quirks exact"));
    assert_ne!(image(&scratch, ""), image(&scratch, "-quirks reference"));
    let run = scratch.run(&format!("{TINY} -o image.bin")).good();
    assert!(run.warnings().iter().all(|warning| !warning.contains("quirk")), "{}", run.err);
    let exact = shown(&scratch, "", "unit cell");
    for number in ["70", "80", "90", "75", "85", "95"] {
        assert!(exact.split_whitespace().any(|word| word == number), "{exact}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_with_the_c_programs_name_gives_the_references_numbers() {
    let scratch = Scratch::new();
    let link = scratch.path("nanoBragg");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_nanobragg"), &link).unwrap();
    let linked = |line: &str| {
        let mut command = Command::new(&link);
        command.current_dir(scratch.folder()).args(line.split_whitespace()).stdin(Stdio::null());
        Run::from(command.output().unwrap()).good();
        scratch.read("linked.bin")
    };
    let reference = image(&scratch, "-quirks reference");
    assert_eq!(linked(&format!("{TINY} -o linked.bin")), reference);
    assert_eq!(linked(&format!("{TINY} -o linked.bin -quirks exact")), image(&scratch, "-quirks exact"));

    let file = scratch.run(&format!("{TINY} -o linked.bin -show toml")).good().out;
    scratch.write("plain.toml", file);
    assert_eq!(linked("run plain.toml"), reference);
    let file = scratch.run(&format!("{TINY} -o linked.bin -quirks exact -show toml")).good().out;
    scratch.write("exact.toml", file);
    assert_eq!(linked("run exact.toml"), image(&scratch, ""));
}
