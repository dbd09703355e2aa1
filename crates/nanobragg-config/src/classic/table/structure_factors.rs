//! Flags of the structure factors.

use super::row::{ANY, rows};
use crate::classic::{FlagId, Group, Role, Unit};

rows!(
    Group::StructureFactors,
    Hkl(
        &["-hkl"],
        "structure factors: MTZ or mmCIF, expanded by their symmetry, or text with h, k, l and F, not \
         expanded"
    )
    .input()
    .shows(&["table entries read"])
    .effect(|draft, given| draft.hkl = Some(given.path())),
    HklColumn(&["-hkl_column"], "MTZ column or mmCIF item with the amplitudes or intensities")
        .text("LABEL")
        .otherwise("the first of F, F(+) and F(-), I")
        .role(Role::Extension)
        .needs(&[FlagId::Hkl])
        .effect(|draft, given| draft.hkl_column = Some(given.text())),
    SpaceGroup(
        &["-spacegroup", "-space_group"],
        "space group for expanding the structure factors, such as P212121; also for text"
    )
    .text("NAME")
    .otherwise("the file's")
    .role(Role::Extension)
    .needs(&[FlagId::Hkl])
    .effect(|draft, given| draft.space_group = Some(given.text())),
    DefaultF(&["-default_F"], "structure factor of every reflection that the file does not list")
        .number("F", Unit::Electron, ANY)
        .default("0")
        .shows(&["F of all others"])
        .effect(|draft, given| draft.default_f = given.number(0)),
    Dump(
        &["-dump"],
        "binary copy of the structure factors: written after -hkl; read if neither -hkl nor -default_F is \
     given, or if named by this flag without -hkl"
    )
    .path()
    .default("Fdump.bin")
    .shows(&["structure factor dump"])
    .effect(|draft, given| draft.dump = given.path()),
    NoDump(&["-nodump"], "neither write nor read the binary copy")
        .role(Role::Extension)
        .shows(&["structure factor dump"])
        .effect(|draft, _| (draft.reads_dump, draft.writes_dump) = (false, false)),
    Interpolate(&["-interpolate"], "tricubic interpolation of structure factors between reflections")
        .otherwise("on when -Na, -Nb or -Nc is at most 2")
        .shows(&["interpolation"])
        .effect(|draft, _| draft.rendering().interpolate = Some(true)),
    NoInterpolate(&["-nointerpolate"], "use the structure factor of the nearest reflection")
        .shows(&["interpolation"])
        .effect(|draft, _| draft.rendering().interpolate = Some(false)),
);
