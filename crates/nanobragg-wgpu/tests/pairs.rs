//! What is written twice, in Rust and in WGSL: both halves are there, have the same stages and the same constants.
//!
//! A stage is marked `// @stage NAME` in both languages. What formulas and the table of fields generate has no
//! second half and is not listed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A file of the library, and its halves in WGSL; `*` stands for the folder of a precision.
const STAGES: &[(&str, &[&str])] = &[
    ("nest/scalar.rs", &["pixel.wgsl"]),
    ("physics/geometry.rs", &["*/geometry.wgsl"]),
    ("physics/scattering.rs", &["*/scattering.wgsl"]),
    ("physics/lattice.rs", &["*/lattice.wgsl"]),
    ("physics/f_cell.rs", &["*/lattice.wgsl", "f_cell.wgsl", "slopes/f_cell.wgsl"]),
    ("physics/polarization.rs", &["polarization.wgsl"]),
    ("physics/absorption.rs", &["absorption.wgsl"]),
    ("sensitivity/bent.rs", &["slopes/bent.wgsl"]),
    ("sensitivity/sums/flush.rs", &["slopes/sources.wgsl"]),
    ("sensitivity/sums/terms.rs", &["slopes/pixel.wgsl"]),
    ("shapes/coordinate.rs", &["*/rows.wgsl", "*/ball.wgsl", "*/star.wgsl"]),
];

/// Files whose constants of the same name have the same value.
const CONSTANTS: &[(&str, &str)] =
    &[("formula/double.rs", "double/arithmetic.wgsl"), ("backend/simd/turns.rs", "single/rows.wgsl")];

/// Files of the shaders without a half in Rust, and why.
const ALONE: &[(&str, &str)] = &[
    ("layout.wgsl", "compared with layout.rs field by field"),
    ("vector.wgsl", "what nalgebra has"),
    ("taps.wgsl", "compared with the trace value by value"),
    ("background.wgsl", "one expression of nest/scalar.rs"),
    ("slopes/rows.wgsl", "formulas of a shape, put together"),
    ("slopes/ball.wgsl", "formulas of a shape, put together"),
    ("slopes/star.wgsl", "an exponential's derivative"),
    ("slopes/table.wgsl", "lists that only a device needs"),
    ("slopes/single/lattice.wgsl", "names for what the lattice has"),
    ("slopes/double/lattice.wgsl", "names for what the lattice has"),
    ("slopes/single/rows.wgsl", "phases of the lattice in turns"),
    ("slopes/double/rows.wgsl", "phases of the lattice"),
    ("slopes/single/star.wgsl", "names for what the distance has"),
    ("slopes/double/star.wgsl", "names for what the distance has"),
    ("single/arithmetic.wgsl", "fixed point, which only shaders need"),
];

fn library() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../nanobragg/src")
}

fn shaders() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/shader")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The stages that a text marks.
fn stages(text: &str) -> Vec<String> {
    let marked = text.lines().filter_map(|line| line.trim().strip_prefix("// @stage "));
    marked.map(|name| name.trim().to_owned()).collect()
}

fn halves(patterns: &[&str], precision: &str) -> Vec<PathBuf> {
    patterns.iter().map(|pattern| shaders().join(pattern.replace('*', precision))).collect()
}

/// Constants of a text by their names.
fn constants(text: &str) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim().trim_start_matches("pub(crate) ").trim_start_matches("pub ");
        let Some((name, value)) = line.strip_prefix("const ").and_then(|rest| rest.split_once('=')) else {
            continue;
        };
        let name = name.split(':').next().unwrap_or_default().trim();
        if let Ok(value) = value.trim().trim_end_matches(';').replace('_', "").parse() {
            found.insert(name.to_owned(), value);
        }
    }
    found
}

/// What is wrong with a stage's halves.
fn problems(rust: &[String], wgsl: &[String]) -> Vec<String> {
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) = (rust.iter().collect(), wgsl.iter().collect());
    let lonely = ours.symmetric_difference(&theirs).map(|name| format!("stage {name} has no twin"));
    let twice = theirs.iter().filter(|name| wgsl.iter().filter(|other| other == *name).count() > 1);
    lonely.chain(twice.map(|name| format!("stage {name} is there twice"))).collect()
}

#[test]
fn every_stage_has_its_twin() {
    for precision in ["single", "double"] {
        let (mut rust, mut wgsl) = (Vec::new(), Vec::new());
        let mut files = BTreeSet::new();
        for (file, patterns) in STAGES {
            let of_file = stages(&read(&library().join(file)));
            assert!(!of_file.is_empty(), "{file} marks no stage");
            rust.extend(of_file);
            files.extend(halves(patterns, precision));
        }
        for file in &files {
            wgsl.extend(stages(&read(file)));
        }
        assert_eq!(problems(&rust, &wgsl), Vec::<String>::new(), "{precision}");
    }
}

#[test]
fn every_file_of_the_shaders_is_listed() {
    let mut listed: BTreeSet<PathBuf> = ALONE.iter().map(|(file, _)| shaders().join(file)).collect();
    listed.extend(CONSTANTS.iter().map(|(_, file)| shaders().join(file)));
    for (_, patterns) in STAGES {
        listed.extend(["single", "double"].iter().flat_map(|precision| halves(patterns, precision)));
    }
    let parts = ["", "single", "double", "slopes", "slopes/single", "slopes/double"];
    let folders = parts.map(|part| shaders().join(part));
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap().flatten());
    let found: BTreeSet<PathBuf> = files.map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    assert_eq!(found, listed);
}

#[test]
fn constants_of_one_name_have_one_value() {
    let mut compared = 0;
    for (rust, wgsl) in CONSTANTS {
        let ours = constants(&read(&library().join(rust)));
        for (name, value) in constants(&read(&shaders().join(wgsl))) {
            if let Some(expected) = ours.get(&name) {
                assert_eq!(value, *expected, "{name} in {rust} and {wgsl}");
                compared += 1;
            }
        }
    }
    assert!(compared >= 3, "{compared}");
}

#[test]
fn what_is_missing_is_noticed() {
    let both = stages("// @stage rows\nfn rows() {}\n    // @stage ball\n");
    assert_eq!(both, ["rows", "ball"]);
    assert!(problems(&both, &both).is_empty());
    assert_eq!(problems(&both, &both[..1]), ["stage ball has no twin"]);
    assert_eq!(problems(&both[..1], &both).len(), 1);
    assert_eq!(problems(&both, &[both.clone(), both.clone()].concat()).len(), 2);
    assert_eq!(constants("    const A_B: f64 = 1.5e-3;\nconst C: real = 2;").get("A_B"), Some(&1.5e-3));
}
