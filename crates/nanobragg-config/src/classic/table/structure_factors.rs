//! Flags of the structure factors.

use super::row::ANY;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(
        FlagId::Hkl,
        &["-hkl"],
        "structure factors: MTZ or mmCIF, expanded by their symmetry; or text of h, k, l and F, without any",
    )
    .path(),
    row(
        FlagId::HklColumn,
        &["-hkl_column"],
        "column of an MTZ file, or item of an mmCIF file, to take amplitudes or intensities from",
    )
    .text("LABEL")
    .default("the first of F, F(+) and F(-), I"),
    row(
        FlagId::SpaceGroup,
        &["-spacegroup", "-space_group"],
        "symmetry that the structure factors are expanded by, such as P212121; for text as well",
    )
    .text("NAME")
    .default("the file's"),
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
