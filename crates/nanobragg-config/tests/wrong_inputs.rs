//! Values and files that cannot be meant as they stand: each is refused, or named in a warning.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::ffi::OsString;
use std::path::Path;

use nanobragg_config::classic::{Arity, Limits, parse, table};
use nanobragg_config::{Context, Setup, resolve};
use nanobragg_io::smv::{HeaderEntry, write_smv};

const BASE: &str = "-cell 70 80 90 90 90 90 -default_F 100 -detpixels 64";

fn resolved(folder: &Path, line: &str) -> Result<Setup, String> {
    let args = parse(line.split_whitespace().map(OsString::from)).map_err(|error| error.to_string())?;
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    resolve(&args, &context).map_err(|error| error.to_string())
}

fn setup(line: &str) -> Setup {
    resolved(Path::new(""), &format!("{BASE} {line}")).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn said(line: &str) -> Vec<String> {
    texts(&setup(line))
}

fn texts(setup: &Setup) -> Vec<String> {
    setup.warnings.iter().map(ToString::to_string).collect()
}

fn refused(line: &str) -> String {
    resolved(Path::new(""), &format!("{BASE} {line}")).err().unwrap_or_else(|| panic!("{line} is taken"))
}

#[test]
fn a_number_that_says_nothing_is_refused_but_by_the_preset_of_the_c_program() {
    let mut tried = 0;
    for row in table().iter().filter(|row| row.sense != Limits::Any) {
        let name = row.names[0];
        let least = match row.arity {
            Arity::Integers { least, .. } => least.max(-5),
            // What is below zero is refused under every preset.
            Arity::Numbers { limits: [Limits::NonNegative], .. } => 0,
            _ => -5,
        };
        let line = format!("{name} {least}");
        let error = refused(&line);
        assert!(error.starts_with(&format!("{name} must be {}", row.sense)), "{error}");
        assert!(error.ends_with(&format!("not {least}")), "{error}");
        for preset in ["reference", "spec"] {
            let warnings = said(&format!("{line} -quirks {preset}"));
            assert!(warnings.iter().any(|text| text.starts_with(&error)), "{line}: {warnings:?}");
        }
        tried += 1;
    }
    assert!(tried > 30, "{tried}");
    assert_eq!(refused("-N -5"), "-N must be greater than 0, not -5");
    assert_eq!(refused("-xtalsize -0.001"), "-xtalsize must be greater than 0 (mm), not -0.001");
    assert_eq!(refused("-close_distance -5"), "-close_distance must be greater than 0 (mm), not -5");
}

#[test]
fn a_region_without_pixels_is_refused() {
    for values in ["100 200 100 200", "10 2 10 2", "0 5 64 70", "64 -1 0 5", "-20 -10 0 5", "0 5 -9 -3"] {
        let error = refused(&format!("-roi {values}"));
        assert_eq!(
            error,
            format!("-roi {values}: no pixel of the detector lies there, 64 x 64 (fast, slow)")
        );
    }
    for values in ["5 63 10 20", "-1 -1 -1 -1", "63 100 0 0", "-5 0 -1 0"] {
        setup(&format!("-roi {values}"));
    }
}

#[test]
fn a_rotation_below_zero_turns_backwards() {
    let rotation = |line: &str| {
        let found = setup(line).experiment.rotation;
        (found.range().to_degrees(), found.step().to_degrees(), found.steps())
    };
    let close = |found: (f64, f64, usize), range: f64, step: f64, count| {
        (found.0 - range).abs() < 1e-12 && (found.1 - step).abs() < 1e-12 && found.2 == count
    };
    assert!(close(rotation("-osc -0.5 -phisteps 5"), -0.5, -0.1, 5));
    assert!(close(rotation("-osc -0.5"), -0.5, -0.25, 2));
    assert!(close(rotation("-phistep -0.1 -phisteps 4 -osc -0.4"), -0.4, -0.1, 4));
    assert!(close(rotation("-osc 0.5 -phisteps 5"), 0.5, 0.1, 5));
    // The C program takes a range below zero for none.
    assert!(close(rotation("-quirks reference -osc -0.5 -phisteps 5"), 1.0, 0.2, 5));
    assert_eq!(
        said("-quirks reference -osc -0.5"),
        ["a negative rotation is treated as none, as in the C program"]
    );
    assert_eq!(
        refused("-osc 0.5 -phistep -0.1"),
        "-phistep: the steps turn against the range of the rotation"
    );
}

#[test]
fn a_rotation_below_zero_in_a_header_turns_backwards() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [HeaderEntry::new("OSC_RANGE", "-0.5"), HeaderEntry::new("PHI", "3")];
    write_smv(&folder.path().join("h.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let line = "-cell 70 80 90 90 90 90 -default_F 100 -img h.img";
    let found = resolved(folder.path(), line).unwrap().experiment.rotation;
    assert!((found.range().to_degrees() + 0.5).abs() < 1e-12 && found.steps() == 2);
    assert!((found.start().to_degrees() - 3.0).abs() < 1e-12);
}

#[test]
fn a_header_of_a_still_asks_for_one_step_and_for_two_as_the_c_program_does() {
    let folder = tempfile::tempdir().unwrap();
    let entries = [HeaderEntry::new("OSC_RANGE", "0"), HeaderEntry::new("PHI", "3")];
    write_smv(&folder.path().join("h.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let steps = |more: &str| {
        let line = format!("-cell 70 80 90 90 90 90 -default_F 100 -img h.img {more}");
        resolved(folder.path(), &line).unwrap().experiment.rotation.steps()
    };
    assert_eq!((steps(""), steps("-quirks reference"), steps("-quirks spec")), (1, 2, 2));
    assert_eq!(steps("-osc 1 -phisteps 5"), 5);
}

#[test]
fn a_flat_cell_is_refused() {
    for angles in ["120 120 120", "90 45 45", "100 130 130"] {
        let line = format!("-default_F 1 -cell 70 80 90 {angles}");
        let error = resolved(Path::new(""), &line).unwrap_err();
        assert_eq!(error, format!("the unit cell with angles {angles} spans no volume (flag -cell)"));
    }
    resolved(Path::new(""), "-default_F 1 -cell 70 80 90 100 120 139").unwrap();
}

#[test]
fn numbers_in_another_unit_are_pointed_out() {
    for (flags, expected) in [
        ("-energy 12.398", "-energy 12.398 eV: 12.398 keV? (usual values are 500 to 250000 eV)"),
        ("-lambda 1e-10", "-lambda 1e-10 Angstrom: 1e-10 m? (usual values are 0.05 to 10 Angstrom)"),
        ("-lambda 12398", "-lambda 12398 Angstrom: usual values are 0.05 to 10 Angstrom"),
        ("-distance 0.1", "-distance 0.1 mm: 0.1 m? (usual values are 5 to 20000 mm)"),
        ("--pixel=172", "--pixel 172 mm: 172 um? (usual values are 0.001 to 10 mm)"),
        ("-xtalsize 5", "-xtalsize 5 mm: 5 um? (usual values are 0.0000001 to 2 mm)"),
        ("-cell 70 80 90 1.57 1.57 1.57", "-cell 1.57 deg: 1.57 rad? (usual values are 20 to 160 deg)"),
        ("-hdivrange 400", "-hdivrange 400 mrad: usual values are 0 to 100 mrad"),
    ] {
        assert_eq!(said(flags), [expected], "{flags}");
        // What the C program takes without a word its preset takes so too.
        assert!(said(&format!("{flags} -quirks reference")).is_empty(), "{flags}");
    }
    for usual in ["-energy 12398.42", "-distance 180", "-pixel 0.172", "-distance 0.1 -distance 100"] {
        assert!(said(usual).is_empty(), "{usual}");
    }
}

#[test]
fn of_two_flags_that_decide_the_same_the_one_that_counts_is_named() {
    // Half a point is another matter.
    let of_flags = |line: &str| -> Vec<String> {
        said(line).into_iter().filter(|text| !text.contains("for which the middle")).collect()
    };
    for (flags, expected) in [
        ("-lambda 1 -energy 9000", "-energy 9000 wins over -lambda 1: the later one counts"),
        ("-mosflm -xds", "-xds wins over -mosflm: the later one counts"),
        ("-round_xtal -gauss_xtal", "-gauss_xtal wins over -round_xtal: the later one counts"),
        ("-polar 0.5 -nopolar", "-nopolar wins over -polar 0.5: the later one counts"),
        ("-flux 1e12 -fluence 1e20", "-flux 1e12 wins over -fluence 1e20"),
        ("-xtalsize 0.001 -N 5", "-xtalsize 0.001 wins over -N 5"),
        ("-close_distance 50 -distance 100", "-close_distance 50 wins over -distance 100"),
        ("-detpixels 50 -detsize 10", "-detpixels 50 wins over -detsize 10"),
        ("-Xbeam 0.5 -Ybeam 0.5 -ORGX 10 -ORGY 10", "-ORGY 10 wins over -Ybeam 0.5"),
        ("-ORGX 10 -ORGY 10 -xds -Xbeam 0.5 -Ybeam 0.5", "-ORGY 10 wins over -Ybeam 0.5"),
        ("-misset 1 2 3 -misset random", "-misset random wins over -misset 1 2 3: the later one counts"),
        ("-misset random -misset 1 2 3", "-misset 1 2 3 wins over -misset random: the later one counts"),
        ("-spindle_axis 0 1 0 -xds", "-xds wins over -spindle_axis 0 1 0: the later one counts"),
        ("-mosflm -spindle_axis 0 1 0", "-spindle_axis 0 1 0 wins over -mosflm: the later one counts"),
        ("-distance 70 -pix0_vector_mm 50 1 -2", "-pix0_vector_mm 50 1 -2 wins over -distance 70"),
        ("-exposure 2", "-exposure 2 does not change the photons without -flux"),
        ("-cell 70 80 90 90 90", "-cell 70 80 90 90 90 has 5 numbers: gamma is left out"),
        (
            "-osc 1 -phistep 0.1 -phisteps 3",
            "-osc 1, -phistep 0.1 and -phisteps 3 contradict each other: the steps are rendered",
        ),
    ] {
        assert_eq!(of_flags(flags), [expected], "{flags}");
        assert!(said(&format!("{flags} -quirks reference")).is_empty(), "{flags}");
    }
    for usual in [
        "-Xbeam 0.5 -Ybeam 0.5 -ORGX 10 -ORGY 10 -pivot beam",
        "-misset 1 2 3 -misset 4 5 6",
        "-N 5 -Na 7",
        "-osc 1 -phistep 0.1 -phisteps 10",
        "-cell 70",
        "-N 3 -N 5",
    ] {
        assert!(of_flags(usual).is_empty(), "{usual}");
    }
}

#[test]
fn a_number_below_zero_in_a_header_is_refused_as_that_of_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let line = "-cell 70 80 90 90 90 90 -default_F 100 -img h.img";
    let resolve = |key: &str, value: &str, more: &str| {
        let entries = [("PIXEL_SIZE", "0.1"), ("WAVELENGTH", "1"), ("CLOSE_DISTANCE", "50")];
        let entries =
            entries.map(|(name, own)| HeaderEntry::new(name, if name == key { value } else { own }));
        let mut entries = Vec::from(entries);
        if key == "DISTANCE" {
            entries.push(HeaderEntry::new(key, value));
        }
        write_smv(&folder.path().join("h.img"), &entries, 3, 2, &[1; 6]).unwrap();
        resolved(folder.path(), &format!("{line} {more}"))
    };
    for (key, flag) in
        [("PIXEL_SIZE", "-pixel 1"), ("WAVELENGTH", "-energy 9000"), ("CLOSE_DISTANCE", "-distance 60")]
    {
        for preset in ["exact", "port"] {
            let error = resolve(key, "-7", &format!("-quirks {preset}")).err().unwrap();
            assert_eq!(
                error,
                format!("{}: {key}: expected a number above zero, found \"-7\"", at(folder.path()))
            );
        }
        resolve(key, "-7", flag).unwrap();
    }
    assert!(
        resolve("DISTANCE", "-60", "").err().unwrap().contains("h.img: DISTANCE: expected a number above")
    );
    let expected = ["h.img: DISTANCE: -60: used as in the C program"];
    for preset in ["reference", "spec"] {
        let said = texts(&resolve("DISTANCE", "-60", &format!("-quirks {preset}")).unwrap());
        assert_eq!(said, expected, "{preset}");
        assert!(
            resolve("WAVELENGTH", "-1", &format!("-quirks {preset}")).err().unwrap().contains("WAVELENGTH")
        );
    }
    let none = resolve("CLOSE_DISTANCE", "0", "-quirks reference").err().unwrap();
    assert!(none.contains("h.img: CLOSE_DISTANCE: expected a number above zero, found \"0\""), "{none}");
}

/// The image of a folder as messages name it.
fn at(folder: &Path) -> String {
    folder.join("h.img").display().to_string()
}

#[test]
fn two_distances_in_a_header_are_the_same_but_of_a_tilted_detector() {
    let folder = tempfile::tempdir().unwrap();
    let entries = |more: &[(&str, &str)]| {
        let own = [("PIXEL_SIZE", "1"), ("DISTANCE", "60"), ("WAVELENGTH", "1")];
        let all: Vec<HeaderEntry> =
            own.iter().chain(more).map(|(key, value)| HeaderEntry::new(*key, *value)).collect();
        write_smv(&folder.path().join("h.img"), &all, 3, 2, &[1; 6]).unwrap();
    };
    let setup =
        |more: &str| resolved(folder.path(), &format!("-cell 70 -default_F 100 -img h.img {more}")).unwrap();
    entries(&[("CLOSE_DISTANCE", "50")]);
    let expected =
        "h.img: DISTANCE: 60: ignored; CLOSE_DISTANCE=50 counts, and without a tilt they are the same";
    assert_eq!(texts(&setup("")), [expected]);
    assert_eq!(texts(&setup("-detector_roty 20")), [""; 0]);
    assert_eq!(texts(&setup("-distance 70")), [""; 0]);
    // In the C program the header wins over the flag.
    let reference = setup("-distance 80 -quirks reference");
    let expected = "h.img: CLOSE_DISTANCE: 50: wins over -distance 80, as in the C program; -close_distance wins over both";
    assert_eq!(texts(&reference), [expected]);
    let plan = reference.experiment.plan().unwrap();
    let rows = nanobragg_config::show::rows(&reference, &plan);
    let distance = rows.iter().find(|row| row.name == "distance").unwrap();
    assert_eq!((distance.value.as_str(), distance.origin.to_string().as_str()), ("50", "header of h.img"));
    let exact = setup("-distance 80");
    let rows = nanobragg_config::show::rows(&exact, &exact.experiment.plan().unwrap());
    let close = rows.iter().find(|row| row.name == "close distance").unwrap();
    assert_eq!((close.value.as_str(), close.origin.to_string().as_str()), ("80", "derived"));
    entries(&[("CLOSE_DISTANCE", "50"), ("TWOTHETA", "10")]);
    assert_eq!(texts(&setup("")), [""; 0]);
    entries(&[("DISTANCE", "70"), ("PHI", "3"), ("OSC_START", "4")]);
    let expected =
        ["h.img: DISTANCE: 60: ignored; DISTANCE=70 counts", "h.img: PHI: 3: ignored; OSC_START=4 counts"];
    assert_eq!(texts(&setup("")), expected);
}

#[test]
fn structure_factors_that_lie_about_are_not_taken_in_place_of_what_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let dump = b"0 0 0 0 0 0\n\x0c";
    let mut bytes = dump.to_vec();
    bytes.extend([500.0f64, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0].iter().flat_map(|f| f.to_le_bytes()));
    std::fs::write(folder.path().join("Fdump.bin"), bytes).unwrap();
    let loaded = |more: &str| {
        let setup = resolved(folder.path(), &format!("-cell 70 80 90 90 90 90 {more}")).unwrap();
        (setup.experiment.structure_factors.loaded() > 0, texts(&setup))
    };
    assert_eq!(loaded("-default_F 100"), (false, Vec::new()));
    assert_eq!(loaded("-default_F 100 -dump Fdump.bin"), (true, Vec::new()));
    assert!(loaded("-default_F 100 -quirks reference").0);
    let (taken, warnings) = loaded("");
    assert!(taken);
    assert_eq!(
        warnings,
        ["Fdump.bin: structure factors of an earlier run are used, as there is no -hkl and no -default_F"]
    );
}

#[test]
fn as_many_samples_as_asked_for_whatever_quirk_is_switched_on_besides() {
    for mode in ["", "-phi_carryover_mode c-parity"] {
        let flags = format!("-hdivsteps 5 -hdivstep 0.1 -phisteps 3 -phistep 1 {mode}");
        let experiment = setup(&flags).experiment;
        let plan = experiment.plan().unwrap();
        assert_eq!((plan.resolved.horizontal.count(), plan.resolved.rotation.steps()), (5, 3), "{mode}");
    }
}

#[test]
fn a_matrix_that_contradicts_its_cell_or_is_left_handed_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let matrix =
        "0.022 0 0\n0 0.01925 0\n0 0 0.0171111\n0 0 0\n1 0 0\n0 1 0\n0 0 1\n70 80 90 90 90 90\n0 0 0\n";
    std::fs::write(folder.path().join("A.mat"), matrix).unwrap();
    std::fs::write(folder.path().join("L.mat"), "-0.0142857143 0 0\n0 0.0125 0\n0 0 0.0111111111\n").unwrap();
    let warnings = |line: &str| texts(&resolved(folder.path(), &format!("-default_F 100 {line}")).unwrap());
    let said = warnings("-mat A.mat");
    assert!(
        said[0].starts_with("A.mat: its cell is 70 80 90 90 90 90, but") && said[0].contains("1.54"),
        "{said:?}"
    );
    assert!(warnings("-mat A.mat -lambda 1.54").is_empty());
    assert!(warnings("-mat L.mat")[0].contains("L.mat: its axes are left-handed"));
}

#[test]
fn what_a_flag_decides_of_a_polarization_or_a_header_is_not_doubted() {
    let folder = tempfile::tempdir().unwrap();
    let input = "NX=48 NY=61 QX=0.172 QY=0.172\nORGX=24 ORGY=30\nDETECTOR_DISTANCE= 200\nX-RAY_WAVELENGTH= 1\n\
        INCIDENT_BEAM_DIRECTION= 0 0 1 DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0 DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\n";
    let normal = format!("{input}POLARIZATION_PLANE_NORMAL= 0 1 0\n");
    std::fs::write(folder.path().join("n.inp"), normal).unwrap();
    std::fs::write(folder.path().join("f.inp"), format!("{input}FRACTION_OF_POLARIZATION= 0.9\n")).unwrap();
    let entries = [HeaderEntry::new("PIXEL_SIZE", "0.1"), HeaderEntry::new("BEAM_CENTER_X", "0.1")];
    write_smv(&folder.path().join("a.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let count = |line: &str, code: &str| {
        let line = format!("-cell 50 -default_F 1 {line}");
        let found = resolved(folder.path(), &line).unwrap_or_else(|error| panic!("{line}: {error}"));
        found.warnings.iter().filter(|warning| warning.code() == code).count()
    };
    for (more, of_normal, of_fraction) in
        [("", 1, 1), ("-polar 0.3", 0, 1), ("-polar_vector 1 0 0", 1, 0), ("-nopolar", 0, 0)]
    {
        assert_eq!(count(&format!("-geometry n.inp {more}"), "io.half-polarization"), of_normal, "{more}");
        assert_eq!(count(&format!("-geometry f.inp {more}"), "io.half-polarization"), of_fraction, "{more}");
    }
    for (more, expected) in [("", 3), ("-lambda 1", 2), ("-lambda 1 -distance 50 -Xbeam 1 -Ybeam 1", 0)] {
        assert_eq!(count(&format!("-img a.img {more}"), "io.not-in-header"), expected, "{more}");
    }
    assert_eq!(count("-img a.img -quirks spec", "io.not-in-header"), 3);
    assert_eq!(count("-img a.img -quirks reference", "io.not-in-header"), 0);
    // A mask needs no header, and says what the image beside it does not.
    assert_eq!(count("-mask a.img", "io.not-in-header"), 0);
    let all = ["WAVELENGTH", "DISTANCE", "BEAM_CENTER_Y"].map(|key| HeaderEntry::new(key, "1"));
    let all: Vec<HeaderEntry> = entries.into_iter().chain(all).collect();
    write_smv(&folder.path().join("m.img"), &all, 3, 2, &[1; 6]).unwrap();
    assert_eq!(count("-mask m.img -img a.img", "io.not-in-header"), 0);
}

const XDS: &str = "NX=48 NY=61 QX=0.172 QY=0.172\nORGX=24 ORGY=30\nDETECTOR_DISTANCE= 200\nX-RAY_WAVELENGTH= 1\n\
    INCIDENT_BEAM_DIRECTION= 0 0 1 DIRECTION_OF_DETECTOR_X-AXIS= 1 0 0 DIRECTION_OF_DETECTOR_Y-AXIS= 0 1 0\n\
    UNIT_CELL_A-AXIS= 50 0 0 UNIT_CELL_B-AXIS= 0 60 0 UNIT_CELL_C-AXIS= 0 0 70\n";

#[test]
fn an_input_of_xds_whose_signs_are_doubtful_is_pointed_out() {
    let folder = tempfile::tempdir().unwrap();
    let codes = |from: &str, to: &str, more: &str| -> Vec<&'static str> {
        std::fs::write(folder.path().join("XDS.INP"), XDS.replace(from, to)).unwrap();
        let found = resolved(folder.path(), &format!("-geometry XDS.INP -default_F 1 {more}")).unwrap();
        found.warnings.iter().map(nanobragg_config::Warning::code).collect()
    };
    assert_eq!(codes("NX=48", "NX=48", ""), [""; 0]);
    assert_eq!(codes("0 0 70", "0 0 -70", ""), ["config.left-handed-matrix"]);
    std::fs::write(folder.path().join("A.mat"), "0.02 0 0\n0 0.02 0\n0 0 0.02\n").unwrap();
    // Left-handed or not, it is the matrix that counts.
    assert_eq!(codes("0 0 70", "0 0 -70", "-mat A.mat"), ["io.cell-of-other-axes"]);
    assert_eq!(codes("DISTANCE= 200", "DISTANCE= -200", ""), ["config.upstream-detector"]);
    assert_eq!(codes("DIRECTION= 0 0 1", "DIRECTION= 0 0 -1", ""), ["config.upstream-detector"]);
    // The sign is that of the detector's normal.
    assert_eq!(codes("DISTANCE= 200", "DISTANCE= -200", "-beam_vector 0 0 -1"), [""; 0]);
    let lacking = XDS.replace("UNIT_CELL_B-AXIS= 0 60 0", "");
    std::fs::write(folder.path().join("XDS.INP"), lacking).unwrap();
    let error = resolved(folder.path(), "-geometry XDS.INP -default_F 1").err().unwrap();
    assert!(error.ends_with("XDS.INP: UNIT_CELL_B-AXIS: none)"), "{error}");
    for (more, expected) in [("", 1), ("-osc 1", 0), ("-phistep 1", 0)] {
        let found = codes("NX=48", "NX=48 ROTATION_AXIS= 1 0 0", more);
        assert_eq!(found.iter().filter(|code| **code == "io.unlikely-scan").count(), expected, "{more}");
    }
}

#[test]
fn half_a_point_of_the_detector_is_pointed_out() {
    let half = |line: &str| -> Vec<String> {
        let of_points = |text: &String| text.contains("for which the middle");
        said(line).into_iter().filter(of_points).collect()
    };
    for [one, other] in [["-ORGX", "-ORGY"], ["-Xbeam", "-Ybeam"], ["-Xclose", "-Yclose"]] {
        for [one, other] in [[one, other], [other, one]] {
            let expected = format!("{one} 3 without {other}, for which the middle of the detector is taken");
            assert_eq!(half(&format!("{one} 3")), [expected]);
            assert_eq!(half(&format!("{one} 3 -quirks reference")), [""; 0]);
        }
        assert_eq!(half(&format!("{one} 3 {other} 4")), [""; 0]);
    }
    let folder = tempfile::tempdir().unwrap();
    let entries = ["PIXEL_SIZE", "DISTANCE", "WAVELENGTH", "BEAM_CENTER_X", "BEAM_CENTER_Y"];
    let entries = entries.map(|key| HeaderEntry::new(key, "1"));
    write_smv(&folder.path().join("a.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let found = resolved(folder.path(), "-cell 50 -default_F 1 -img a.img -Xbeam 2").unwrap();
    assert!(!texts(&found).iter().any(|text| text.contains("for which the middle")), "{:?}", texts(&found));
}

#[test]
fn a_close_point_of_which_the_c_program_makes_no_use_is_pointed_out() {
    let dropped = |line: &str| {
        said(&format!("-Xclose 3 -Yclose 4 {line}"))
            .iter()
            .any(|text| text.contains("takes no point from it"))
    };
    for preset in ["spec", "port"] {
        for convention in ["", "-denzo", "-adxv"] {
            assert!(dropped(&format!("-quirks {preset} {convention}")), "{preset} {convention}");
        }
        assert!(!dropped(&format!("-quirks {preset} -xds")) && !dropped(&format!("-quirks {preset} -dials")));
    }
    assert!(!dropped("") && !dropped("-quirks reference"));
}
