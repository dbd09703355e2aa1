//! Flags of the program as such, none of which the reference has.

use crate::classic::{Flag, FlagId, Group, Shell};

/// More threads than any machine has.
const THREADS: (i64, i64) = (0, 4_096);

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Quirks, &["-quirks"], "which of the reference's known defects to keep")
        .word("PRESET", &["reference", "spec", "exact", "port"])
        .default("exact; reference where the program is called nanoBragg"),
    row(
        FlagId::PhiCarryoverMode,
        &["-phi_carryover_mode"],
        "crystal at phi = 0: unrotated, or as it was in the step before",
    )
    .word("MODE", &["spec", "c-parity"])
    .default("as -quirks says"),
    row(
        FlagId::Device,
        &["-device"],
        "what computes the image: all cores; a graphics processor; auto, which takes a graphics processor where there \
         is one in hardware and all cores elsewhere; or the plain definition on one core",
    )
    .word("cpu|gpu|auto|scalar", &["cpu", "gpu", "auto", "scalar", "reference"])
    .default("cpu"),
    row(FlagId::Dtype, &["-dtype"], "precision of the lattice factor")
        .word("TYPE", &["f64", "f32", "float64", "float32"])
        .default("f64; on a graphics processor f32"),
    row(FlagId::Adapter, &["-adapter"], "graphics processor: part of its name, or its number in nanobragg devices")
        .text("NAME|INDEX")
        .default("the best"),
    row(FlagId::SelfTest, &["-selftest"], "test the graphics processor against the definition although it has passed"),
    row(
        FlagId::GpuLimits,
        &["-gpu_limits"],
        "for tests: limits below those of the graphics processor, as binding=BYTES,buffer=BYTES,groups=N,terms=N",
    )
    .text("LIST"),
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
