//! Flags of the program as such, none of which the reference has.

use crate::classic::{Flag, FlagId, Group, Shell};

/// More threads than any machine has.
const THREADS: (i64, i64) = (0, 4_096);

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Quirks, &["-quirks"], "which of the reference's known defects to keep")
        .word("PRESET", &["reference", "spec", "exact", "port"])
        .default("spec"),
    row(
        FlagId::PhiCarryoverMode,
        &["-phi_carryover_mode"],
        "crystal at phi = 0: unrotated, or as it was in the step before",
    )
    .word("MODE", &["spec", "c-parity"])
    .default("as -quirks says"),
    row(FlagId::Device, &["-device"], "what computes the image: all cores, or the plain definition on one")
        .word("cpu|reference", &["cpu", "reference"])
        .default("cpu"),
    row(FlagId::Dtype, &["-dtype"], "precision of the lattice factor on the CPU")
        .word("TYPE", &["f64", "f32", "float64", "float32"])
        .default("f64"),
    row(FlagId::Threads, &["-threads"], "number of threads; 0 for one on every core")
        .integer("N", THREADS)
        .default("0"),
    row(
        FlagId::Show,
        &["-show"],
        "print the experiment that the flags describe, and stop: as a table, or as an experiment file",
    )
    .optional_word("[text|toml]", &["text", "toml"]),
    row(FlagId::Verbose, &["-v", "-verbose"], "say more about what is done"),
    row(FlagId::VeryVerbose, &["-vv"], "say much more about what is done"),
    row(FlagId::Quiet, &["-q", "-quiet"], "say nothing but errors"),
    row(FlagId::Help, &["-help", "-h"], "print this help, and stop"),
    row(FlagId::Version, &["-version"], "print the version, and stop"),
    row(FlagId::ManPage, &["-man"], "print the manual page, and stop"),
    row(FlagId::Completions, &["-completions"], "print a completion script for this shell, and stop")
        .word("SHELL", Shell::NAMES),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Program, id, names, help)
}
