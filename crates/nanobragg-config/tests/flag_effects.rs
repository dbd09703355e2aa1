//! What each flag changes in the set-up, and that it changes nothing else.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod effects;

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

use effects::{Effect, effects};
use nanobragg::model::{Distance, Experiment};
use nanobragg_config::classic::{Effect as Acts, Fallback, FlagId, flag, parse, table};
use nanobragg_config::{Context, Setup, experiment_file, resolve};
use nanobragg_io::smv::{HeaderEntry, write_smv};

/// What every command line starts with.
const BASE: &str = "-cell 70 80 90 75 85 95 -default_F 100";

/// Two experiments that differ in their wavelengths, with two panels.
const INSTRUMENTS: &str = r#"{"experiment": [{"beam": 0, "detector": 0, "scan": 0}, {"beam": 1, "detector": 0, "scan": 0}],
    "beam": [{"direction": [0, 0, 1], "wavelength": 1.1}, {"direction": [0, 0, 1], "wavelength": 1.2}],
    "scan": [{"image_range": [1, 3], "oscillation": [5.0, 0.5]}],
    "detector": [{"panels": [
        {"origin": [-1, 1, -100], "fast_axis": [1, 0, 0], "slow_axis": [0, -1, 0], "pixel_size": [0.5, 0.5], "image_size": [4, 3]},
        {"origin": [3, 1, -90], "fast_axis": [1, 0, 0], "slow_axis": [0, -1, 0], "pixel_size": [0.5, 0.5], "image_size": [4, 3]}]}]}"#;

/// Unique reflections with a calculated amplitude beside the measured one, and no cell.
const REFLECTIONS: &str = "data_x\n_symmetry.space_group_name_H-M 'P 1 2 1'\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n\
    _refln.F_meas_au\n_refln.F_calc_au\n1 1 0 5 7\n";

fn setup(folder: &Path, words: &str) -> Setup {
    let args = parse(words.split_whitespace().map(OsString::from));
    let args = args.unwrap_or_else(|error| panic!("{words}: {error}"));
    let context = Context { directory: folder.to_owned(), ..Context::default() };
    resolve(&args, &context).unwrap_or_else(|error| panic!("{words}: {error}"))
}

/// Everything that decides what is computed and written, as text.
fn text(setup: &Setup) -> String {
    let Setup { experiment, outputs, device, precision, gpu, threads, allow_nonfinite, progress, .. } = setup;
    format!(
        "{experiment:#?}\n{outputs:#?}\n{device:?} {precision:?}\n{gpu:#?}\nthreads {threads}\nallow {allow_nonfinite} progress {progress}"
    )
}

/// Lines in which two texts differ.
fn difference(a: &str, b: &str) -> Vec<String> {
    let pairs = a.lines().zip(b.lines()).filter(|(a, b)| a != b);
    pairs.map(|(a, b)| format!("{} | {}", a.trim(), b.trim())).collect()
}

fn inputs() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("P1.hkl", "1 0 0 5\n2 1 0 6\n");
    write("A.mat", "0.01 0.001 0\n0 0.02 0.002\n0.003 0 0.03\n");
    write("sources.txt", "-10 0.1 0.2 2 1.1e-10\n-10\n");
    write("spectrum.txt", "1.0 1\n1.2 3\n");
    write("a.pdb", "CRYST1   50.000   60.000   70.000  80.00 100.00 110.00 P 1           1\n");
    write("a.expt", INSTRUMENTS);
    write("a.cif", REFLECTIONS);
    let header = [
        ("PIXEL_SIZE", "2"),
        ("CLOSE_DISTANCE", "140"),
        ("DISTANCE", "150"),
        ("WAVELENGTH", "1.2"),
        ("BEAM_CENTER_X", "3"),
        ("BEAM_CENTER_Y", "4"),
        ("ORGX", "2.5"),
        ("ORGY", "3.5"),
        ("PHI", "10"),
        ("OSC_RANGE", "0.5"),
        ("TWOTHETA", "7"),
    ];
    let entries = header.map(|(key, value)| HeaderEntry::new(key, value));
    write_smv(&folder.path().join("a.img"), &entries, 3, 2, &[0, 1, 2, 3, 0, 5]).unwrap();
    folder
}

#[test]
fn every_flag_has_an_entry() {
    let listed: HashSet<FlagId> = effects().iter().map(|effect| effect.flag).collect();
    for row in table() {
        assert!(listed.contains(&row.id), "{:?} has no entry: say what it changes", row.id);
    }
}

#[test]
fn every_spelling_of_every_flag_changes_what_it_should_and_nothing_else() {
    let folder = inputs();
    for Effect { flag: id, before, values, change } in effects() {
        let base = setup(folder.path(), &format!("{BASE} {before}"));
        let mut expected = base.clone();
        if let Some(change) = change {
            change(&mut expected);
            assert_ne!(text(&expected), text(&base), "{id:?}: the entry changes nothing");
        }
        let row = flag(id).unwrap();
        for name in row.names.iter().chain(row.prefixes) {
            for dashes in ["", "-"] {
                let line = format!("{BASE} {before} {dashes}{name} {values}");
                let (found, expected) = (text(&setup(folder.path(), &line)), text(&expected));
                assert!(found == expected, "{line}: {:#?}", difference(&found, &expected));
            }
        }
    }
}

#[test]
fn a_flag_changes_something_unless_its_row_says_that_it_acts_elsewhere_or_not_at_all() {
    for row in table() {
        let changes = effects().iter().any(|effect| effect.flag == row.id && effect.change.is_some());
        match row.effect {
            // It decides only where nothing else gives a cell.
            Acts::Used if row.id == FlagId::Pdb => {}
            Acts::Used => assert!(changes, "{:?} changes nothing", row.id),
            Acts::Inert | Acts::Unread { .. } => assert!(!changes, "{:?} is said to do nothing", row.id),
            _ => {}
        }
    }
}

#[test]
fn a_default_given_as_a_flag_changes_nothing() {
    let folder = inputs();
    let base = text(&setup(folder.path(), BASE));
    for row in table() {
        let values = match row.default {
            Fallback::Values(values) => values,
            Fallback::On(_) => "",
            _ => continue,
        };
        // Without a file there has to be a structure factor.
        if row.id == FlagId::DefaultF {
            continue;
        }
        let line = format!("{BASE} {} {values}", row.names[0]);
        let mut found = setup(folder.path(), &line);
        // The pivot is that of the last flag, whatever its values.
        found.experiment.detector.pivot = None;
        assert!(text(&found) == base, "{line}: {:#?}", difference(&base, &text(&found)));
    }
}

#[test]
fn every_flag_means_the_same_in_an_experiment_file() {
    let folder = inputs();
    let mut written = 0;
    for Effect { flag: id, before, values, .. } in effects() {
        let row = flag(id).unwrap();
        let line = format!("{BASE} {before} {} {values}", row.names[0]);
        let args = parse(line.split_whitespace().map(OsString::from)).unwrap();
        let file = experiment_file::write(&args).unwrap();
        let again =
            experiment_file::parse(Path::new("e.toml"), &file).unwrap_or_else(|e| panic!("{e}\n{file}"));
        let context = Context { directory: folder.path().to_owned(), ..Context::default() };
        let setup = |args| text(&resolve(args, &context).unwrap_or_else(|error| panic!("{line}: {error}")));
        let (from_flags, from_file) = (setup(&args), setup(&again));
        assert!(from_flags == from_file, "{line}\n{file}{:#?}", difference(&from_flags, &from_file));
        written += usize::from(file.lines().count() > 6);
    }
    assert!(written > 100, "{written}");
}

#[test]
fn the_later_of_two_flags_counts() {
    let folder = inputs();
    let same = |a: &str, b: &str| {
        let of = |line: &str| text(&setup(folder.path(), &format!("{BASE} {line}")));
        let (a_text, b_text) = (of(a), of(b));
        assert!(a_text == b_text, "{a} and {b}: {:#?}", difference(&a_text, &b_text));
    };
    same("-lambda 1.5 -energy 12398.42", "-energy 12398.42");
    same("-N 5 -Na 7", "-Nb 5 -Nc 5 -Na 7");
    same("-Na 7 -N 5", "-N 5");
    same("-nopolar -polar 0.5", "-polar 0.5");
    same("-divergence 3 -hdivrange 2", "-hdivrange 2 -vdivrange 3");
    same("-misset random -misset 1 2 3", "-misset 1 2 3");
    same("-xds -denzo", "-denzo");
    same("-fdet_vector 0 1 0 -xds", "-xds");
    same("-noprogress -progress", "");
    same("-nointerpolate -interpolate", "-interpolate");
    same("-round_xtal -gauss_xtal", "-gauss_xtal");
    same("-nopgm -pgmfile image.pgm", "");
    same("-polar 0.5 -nopolar", "-nopolar");
    // These two win wherever they stand.
    same("-nonoise -noisefile x", "-noisefile x -nonoise");
    // -o replaces the image of its own format and those that are written by default, and no other that is named.
    same("-o x.bin -floatfile y", "-o x.bin");
    same("-o x.bin -pgmscale 1 -nopgm", "-o x.bin -nopgm -pgmscale 1");
    same("-pgmfile z -noisefile w -o x.bin", "-o x.bin -noisefile w -pgmfile z");
}

#[test]
fn flags_win_over_headers_and_the_image_over_the_mask() {
    let folder = inputs();
    let of = |line: &str| setup(folder.path(), &format!("{BASE} {line}")).experiment;
    let image = of("-distance 99 -lambda 3 -img a.img -phi 1");
    let distance = |experiment: &Experiment| experiment.detector.placement.rest().unwrap().distance;
    assert_eq!((distance(&image), image.beam.wavelength()), (Distance::AlongBeam(0.099), 3e-10));
    assert!((image.rotation.start().to_degrees() - 1.0).abs() < 1e-12);
    let entries = [HeaderEntry::new("DISTANCE", "111"), HeaderEntry::new("ORGX", "8")];
    write_smv(&folder.path().join("mask.img"), &entries, 3, 2, &[1; 6]).unwrap();
    let both = of("-img a.img -mask mask.img");
    let near = both.detector.placement.rest().unwrap().near_point.unwrap();
    assert_eq!((distance(&both), near[0]), (Distance::ToPlane(0.14), 2.0 * 0.002));
    // A pixel size from the command line resizes an image of known pixels.
    let resized = of("-img a.img -pixel 5").detector.pixels;
    assert_eq!((resized.size_fast, resized.size_slow), (0.015, 0.01));
}
