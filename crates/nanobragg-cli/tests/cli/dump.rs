//! The binary copy of the structure factors: written with -hkl, read without.

use crate::scratch::{IMAGES, NO_F, Scratch};

const REFLECTIONS: &str = "  -1   0   2   10.5\n   1   1   3   20.25\n   0   0   2  300\n";

/// The copy of [`REFLECTIONS`] with `default` in the gaps, as the reference program lays it out: bounds, form
/// feed, doubles with l fastest, one plane of zeros more along every axis.
fn expected(default: f64) -> Vec<u8> {
    let mut bytes = b"-1 1 0 1 2 3\n\x0c".to_vec();
    for h in -1..=2 {
        for k in 0..=2 {
            for l in 2..=4 {
                let value = match (h, k, l) {
                    (-1, 0, 2) => 10.5,
                    (1, 1, 3) => 20.25,
                    (0, 0, 2) => 300.0,
                    (2, _, _) | (_, 2, _) | (_, _, 4) => 0.0,
                    _ => default,
                };
                bytes.extend_from_slice(&f64::to_le_bytes(value));
            }
        }
    }
    bytes
}

fn scratch() -> Scratch {
    let scratch = Scratch::new();
    scratch.write("P1.hkl", REFLECTIONS);
    scratch
}

#[test]
fn it_is_written_with_hkl_in_the_reference_programs_layout() {
    for (default, name) in [(0.0, "Fdump.bin"), (7.5, "Fdump.bin"), (7.5, "other.bin")] {
        let scratch = scratch();
        let named = if name == "Fdump.bin" { "" } else { "-dump other.bin" };
        let run = scratch.run(&format!("{NO_F} -hkl P1.hkl -default_F {default} {named}")).good();
        assert!(scratch.read(name) == expected(default), "{name} {default}");
        assert!(run.line("wrote the structure factors to ").contains(name));
    }
}

#[test]
fn it_is_read_without_hkl_and_gives_the_same_image() {
    let scratch = scratch();
    // Without -dump only the C program's preset takes it in place of what -default_F says.
    let no_f = format!("{NO_F} -quirks reference");
    scratch.run(&format!("{no_f} -hkl P1.hkl -default_F 7.5")).good();
    let first = scratch.read("floatimage.bin");
    assert!(first.iter().any(|&byte| byte != 0));
    std::fs::remove_file(scratch.path("P1.hkl")).unwrap();
    let copy = scratch.read("Fdump.bin");
    let run = scratch.run(&format!("{no_f} -default_F 7.5")).good();
    assert!(run.line("reading Fs from ").contains("Fdump.bin"));
    assert!(!run.out.contains("wrote the structure factors"));
    assert_eq!(scratch.read("floatimage.bin"), first);
    assert_eq!(scratch.read("Fdump.bin"), copy);
    // Outside the table -default_F still counts, and another name is another file.
    std::fs::rename(scratch.path("Fdump.bin"), scratch.path("other.bin")).unwrap();
    scratch.run(&format!("{no_f} -dump other.bin -default_F 7.5")).good();
    assert_eq!(scratch.read("floatimage.bin"), first);
}

#[test]
fn nodump_neither_writes_nor_reads() {
    let scratch = scratch();
    let run = scratch.run(&format!("{NO_F} -hkl P1.hkl -nodump")).good();
    assert!(!run.out.contains("structure factors to"));
    let mut names = scratch.names();
    names.retain(|name| !IMAGES.contains(&&**name));
    assert_eq!(names, ["P1.hkl"]);
    scratch.write("Fdump.bin", expected(0.0));
    assert!(scratch.refused(&format!("{NO_F} -nodump")).contains("no structure factors"));
    let run = scratch.run(&format!("{NO_F} -nodump -default_F 5")).good();
    assert!(!run.out.contains("reading Fs"));
}

#[test]
fn one_output_is_the_only_file() {
    for name in ["x.bin", "x.img", "x.pgm", "x.PGM"] {
        let scratch = scratch();
        scratch.run(&format!("{NO_F} -hkl P1.hkl -o {name}")).good();
        assert_eq!(scratch.names(), ["P1.hkl", name]);
    }
    // What is there is read all the same.
    let scratch = scratch();
    scratch.write("Fdump.bin", expected(0.0));
    scratch.run(&format!("{NO_F} -o x.bin")).good();
    assert_eq!(scratch.names(), ["Fdump.bin", "P1.hkl", "x.bin"]);
}

#[cfg(unix)]
#[test]
fn a_copy_that_cannot_be_written_is_worth_a_warning() {
    let scratch = scratch();
    let run = scratch.run(&format!("{NO_F} -hkl P1.hkl -dump nowhere/x.bin")).good();
    assert!(run.warnings().iter().any(|warning| warning.contains("nowhere/x.bin")), "{}", run.err);
    assert!(scratch.names().contains(&"floatimage.bin".to_owned()));
}
