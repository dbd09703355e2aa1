//! Flags of the structure factors.

use super::row::{ANY, rows};
use crate::classic::{FlagId, Group, Role, Unit};

rows!(
    Group::StructureFactors,
    Hkl(
        &["-hkl"],
        "structure factors: MTZ or mmCIF, expanded by their symmetry; or text of h, k, l and F, \
            which is not expanded"
    )
    .input()
    .shows(&["table entries read"])
    .effect(|draft, given| draft.hkl = Some(given.path())),
    HklColumn(
        &["-hkl_column"],
        "column of an MTZ file, or item of an mmCIF file, to take amplitudes or intensities from"
    )
    .text("LABEL")
    .otherwise("the first of F, F(+) and F(-), I")
    .role(Role::Extension)
    .needs(&[FlagId::Hkl])
    .effect(|draft, given| draft.hkl_column = Some(given.text())),
    SpaceGroup(
        &["-spacegroup", "-space_group"],
        "symmetry that the structure factors are expanded by, such as P212121; for text as well"
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
    Dump(&["-dump"], "binary copy of the structure factors: written after -hkl, read where neither it nor -default_F is given; one that is named is read without -hkl")
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
    NoInterpolate(&["-nointerpolate"], "take the structure factor of the nearest reflection")
        .shows(&["interpolation"])
        .effect(|draft, _| draft.rendering().interpolate = Some(false)),
);
