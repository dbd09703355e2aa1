//! Flags of the structure factors.

use super::row::ANY;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Hkl, &["-hkl"], "text file of h, k, l and F, one reflection a line, no symmetry implied")
        .path(),
    row(
        FlagId::DefaultF,
        &["-default_F"],
        "structure factor of every reflection that the file does not list",
    )
    .number("F", "electrons", ANY)
    .default("0"),
    row(
        FlagId::Dump,
        &["-dump"],
        "binary copy of the structure factors: written after -hkl, read in its absence",
    )
    .path()
    .default("Fdump.bin"),
    row(FlagId::NoDump, &["-nodump"], "neither write nor read the binary copy"),
    row(
        FlagId::Interpolate,
        &["-interpolate"],
        "tricubic interpolation of structure factors between reflections",
    )
    .default("on when -Na, -Nb or -Nc is at most 2"),
    row(FlagId::NoInterpolate, &["-nointerpolate"], "take the structure factor of the nearest reflection"),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::StructureFactors, id, names, help)
}
