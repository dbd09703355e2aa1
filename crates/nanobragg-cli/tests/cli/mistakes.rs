//! Mistakes of a first hour, and what is said of each.

use crate::scratch::Scratch;

/// An experiment without cell, wavelength, distance and size.
const REST: &str = "-default_F 100 -oversample 1 -nodump -noprogress -nonoise -o x.bin";
const CELL: &str = "-cell 70 80 90 90 90 90";

/// The lines that a run of `line` says on standard error, without what they are.
fn said(scratch: &Scratch, line: &str) -> (i32, String) {
    let run = scratch.run(line);
    (run.status, run.err)
}

/// Lines and the part that they have to be answered with: errors (`2`), or warnings (`0`).
const MISTAKES: &[(&str, i32, &str)] = &[
    ("-cel 70 80 90 90 90 90", 2, "unknown flag -cel; did you mean -cell?"),
    ("-cell 70,80,90,90,90,90", 2, "-cell expects a number (Angstrom, deg), not \"70,80,90,90,90,90\""),
    ("-cell 70 80 90 90 90", 0, "-cell 70 80 90 90 90 has 5 numbers: gamma is left out"),
    ("-cell 7 8 9 1.57 1.57 1.57", 0, "-cell 1.57 deg: 1.57 rad?"),
    ("-cell 70 80 90 90 90 200", 2, "-cell: GA must be between 0 and 180 (Angstrom, deg), not 200"),
    ("CELL -cell 70 80 90 120 120 120", 2, "volume"),
    ("CELL -lambda 1e-10", 0, "-lambda 1e-10 Angstrom: 1e-10 m?"),
    ("CELL -energy 12.4", 0, "-energy 12.4 eV: 12.4 keV?"),
    ("CELL -lambda 12398", 0, "-lambda 12398 Angstrom"),
    ("CELL -energy 12.4keV", 2, "-energy expects a number (eV), not \"12.4keV\""),
    ("CELL -distance 100mm", 2, "-distance expects a number (mm), not \"100mm\""),
    ("CELL -distance 0.1", 0, "-distance 0.1 mm: 0.1 m?"),
    ("CELL -pixel 172", 0, "-pixel 172 mm: 172 um?"),
    ("CELL -N 0", 2, "-N must be greater than 0, not 0"),
    ("CELL -N -5", 2, "-N must be greater than 0, not -5"),
    ("CELL -detpixels 0", 2, "-detpixels must be greater than 0, not 0"),
    ("CELL -oversample 0", 2, "-oversample must be greater than 0, not 0"),
    ("CELL -mosaic -1", 2, "-mosaic must be 0 or greater (deg), not -1"),
    ("CELL -mosaic 400", 0, "-mosaic 400 deg"),
    ("CELL -detpixels 64.5", 2, "-detpixels expects a whole number"),
    ("CELL -detpixels 99999999", 2, "must be from"),
    ("CELL -hkl nothere.hkl", 2, "cannot read nothere.hkl: "),
    ("CELL -hkl sig.hkl", 2, "sig.hkl:1: "),
    ("CELL -hkl head.hkl", 2, "head.hkl:1: expected numbers h k l F, found \"h k l F\""),
    ("CELL -hkl x.npy", 2, "x.npy:1: expected numbers h k l F, found a NumPy array"),
    ("CELL -hkl strong.refl", 2, "strong.refl:1: expected numbers h k l F, found reflections of DIALS"),
    ("-mat eight.mat", 2, "eight.mat:1: expected nine numbers"),
    ("CELL -o x.jpg", 2, "-o x.jpg: unknown kind of file; known are "),
    ("CELL -o x.hdf5", 2, "-o x.hdf5: unknown kind of file; known are "),
    ("CELL -o -", 2, "-o - needs a format"),
    ("CELL -o nodir/x.npy", 2, "cannot write nodir/x.npy: there is no folder nodir"),
    ("CELL -misset 10", 2, "-misset needs "),
    ("CELL -misset radnom", 2, "-misset "),
    ("CELL -roi 0 10", 2, "-roi needs "),
    ("CELL -trace_pixel 10", 2, "-trace_pixel needs "),
    ("CELL -geometry rot.nxs", 2, "rot.nxs:1: expected \"key = value\", found an HDF5 file"),
    ("CELL -device warp", 2, "-device must be cpu, gpu, auto, scalar, reference or cuda, not \"warp\""),
    ("CELL -quirks refrence", 2, "-quirks must be reference, spec, exact or port, not \"refrence\""),
    ("CELL -png_colors rainbow", 2, "-png_colors must be "),
    ("CELL -show yaml", 2, "-show must be text or toml, not \"yaml\""),
    ("-completions tcsh", 2, "-completions must be bash, zsh or fish, not \"tcsh\""),
    ("CELL -N=5", 2, "unknown flag -N=5; write -N 5 or --N=5"),
    ("CELL -default_F=10", 2, "write -default_F 10 or --default_F=10"),
    ("CELL -beam_center 10 10", 2, "-Xbeam"),
    ("CELL -div 1", 2, "-divergence"),
    ("CELL -polarization 1", 2, "-polar"),
    ("CELL -flux 0", 2, "-flux must be greater than 0 (photons/s), not 0"),
    ("CELL -fudge 0 -gauss_xtal", 2, "-fudge must be greater than 0, not 0"),
    ("CELL -scale -1", 2, "-scale must be greater than 0, not -1"),
    ("CELL -adc -5", 0, "-adc -5 counts: counts below 0 are cut off"),
    ("CELL -Xbeam 500", 0, "-Xbeam 500 mm is far beside the detector, which is 1.6 mm wide"),
    ("CELL -Xbeam 8", 0, "-Xbeam 8 mm is far beside the detector, which is 1.6 mm wide: 8 pixels?"),
    (
        "CELL -roi 0 100 0 100",
        0,
        "-roi 0 100 0 100 reaches beyond the image of 16 x 16 pixels: it ends there",
    ),
    ("CELL -exposure 0.5", 0, "-exposure 0.5 does not change the photons without -flux"),
    ("CELL -lambda 1 -energy 12000", 0, "-energy 12000 wins over -lambda 1"),
    ("CELL -osc 1 -phistep 0.1 -phisteps 3", 0, "contradict each other: the steps are rendered"),
];

#[test]
fn each_is_answered() {
    let scratch = Scratch::new();
    scratch.write("sig.hkl", "1 0 0 5 0.1\n").write("head.hkl", "h k l F\n1 0 0 5\n");
    scratch.write("x.npy", b"\x93NUMPY\x01\x00v\x00{'descr': '<f4'}").write("eight.mat", "1 0 0 0 1 0 0 0\n");
    nanobragg_io::reflection_table::write_reflection_table(&scratch.path("strong.refl"), &Default::default())
        .unwrap();
    scratch.write("rot.nxs", b"\x89HDF\r\n\x1a\nrest");
    let mut wrong = Vec::new();
    for (mistake, status, part) in MISTAKES {
        let flags = mistake.replace("CELL", CELL);
        // Flags of the mistake come last, where they count.
        let line = format!("-lambda 1 -detpixels 16 -N 5 {REST} {flags}");
        // What a file is to say flags may not.
        let line = if flags.contains("-geometry") { line.replacen("-detpixels 16 ", "", 1) } else { line };
        let line = if flags.contains("-lambda") { line.replacen("-lambda 1 ", "", 1) } else { line };
        let (found, text) = said(&scratch, &line);
        if found != *status || !text.contains(part) {
            wrong.push(format!(
                "{mistake}: status {found}, expected {status} and {part:?}:\n  {}",
                text.trim_end()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
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
            let noted = "it is taken as the C program takes it";
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
    assert!(said.contains("warning: a.img: DISTANCE: 0.1 mm: 0.1 m? (likely are 5 to 20000 mm)"), "{said}");
    assert!(!header("DISTANCE", "100").contains("likely"));
    let toml = "[crystal]\ncell_angstrom_deg = [70, 80, 90, 90, 90, 90]\nN = 5\n[structure_factors]\n\
        default_F_electrons = 10\n[detector]\ndetpixels = 8\ndistance_mm = 0.1\n[sampling]\noversample = 1\n";
    scratch.write("e.toml", toml);
    let said = scratch.run("run e.toml -o x.bin").err;
    assert!(said.contains("e.toml:8") && said.contains("distance_mm") && said.contains("0.1 m?"), "{said}");
    scratch.write("e.toml", toml.replace("N = 5", "N = 0"));
    let said = scratch.run("run e.toml -o x.bin").err;
    assert!(said.contains("e.toml:3") && said.contains("must be greater than 0"), "{said}");
}
