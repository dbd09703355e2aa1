//! Mistakes of a first hour, and what is said of each.

use crate::scratch::Scratch;

/// An experiment without cell, wavelength, distance and size.
const REST: &str = "-default_F 100 -oversample 1 -nodump -noprogress -nonoise -o x.bin";
const CELL: &str = "-cell 70 80 90 90 90 90";

#[test]
fn each_is_answered() {
    trycmd::TestCases::new().case("tests/commands/mistakes.md");
}

#[test]
fn under_the_presets_of_the_c_program_absurd_values_mean_what_it_makes_of_them() {
    let scratch = Scratch::new();
    let line = |more: &str, preset: &str| {
        format!("{CELL} -lambda 1 -detpixels 16 {REST} -osc 1 -phisteps 2 -quirks {preset} {more}")
    };
    for preset in ["reference", "spec"] {
        for (absurd, meant) in [
            ("-N 0", "-N 1"),
            ("-N -5", "-N 1"),
            ("-exposure -1", "-exposure 1"),
            ("-mosaic -1", "-mosaic 0"),
            ("-oversample -1", "-oversample 1"),
            ("-dispersion -50", "-dispersion 0"),
            ("-dmin -1", "-dmin 0"),
        ] {
            let run = scratch.run(&line(absurd, preset)).good();
            let noted = "it is used as in the C program";
            assert!(
                run.warnings().iter().any(|warning| warning.ends_with(noted)),
                "{preset} {absurd}: {}",
                run.err
            );
            let taken = scratch.read("x.bin");
            scratch.run(&line(meant, preset)).good();
            assert!(taken == scratch.read("x.bin"), "{preset}: {absurd} is not {meant}");
            let refused = scratch.run(&line(absurd, "exact"));
            assert_eq!(refused.status, 2, "{absurd}");
        }
    }
}

#[test]
fn headers_and_experiment_files_are_asked_the_same() {
    let scratch = Scratch::new();
    let header = |key: &str, value: &str| {
        let entries = [nanobragg_io::smv::HeaderEntry::new(key, value)];
        nanobragg_io::smv::write_smv(&scratch.path("a.img"), &entries, 8, 8, &[1; 64]).unwrap();
        scratch.run(&format!("{CELL} -lambda 1 -N 5 {REST} -img a.img")).err
    };
    let said = header("DISTANCE", "0.1");
    assert!(
        said.contains("warning: a.img: DISTANCE: 0.1 mm: 0.1 m? (usual values are 5 to 20000 mm)"),
        "{said}"
    );
    assert!(!header("DISTANCE", "100").contains("usual"));
    let toml = "[crystal]\ncell_angstrom_deg = [70, 80, 90, 90, 90, 90]\nN = 5\n[structure_factors]\n\
        default_F_electrons = 10\n[detector]\ndetpixels = 8\ndistance_mm = 0.1\n[sampling]\noversample = 1\n";
    scratch.write("e.toml", toml);
    let said = scratch.run("run e.toml -o x.bin").err;
    assert!(said.contains("e.toml:8") && said.contains("distance_mm") && said.contains("0.1 m?"), "{said}");
    scratch.write("e.toml", toml.replace("N = 5", "N = 0"));
    let said = scratch.run("run e.toml -o x.bin").err;
    assert!(said.contains("e.toml:3") && said.contains("must be greater than 0"), "{said}");
}
