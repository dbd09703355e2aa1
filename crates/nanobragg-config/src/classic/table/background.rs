//! Flags of what scatters apart from the crystal.

use super::row::NON_NEGATIVE;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Water, &["-water"], "edge of a cube of water in the beam: an isotropic background")
        .number("UM", "um", NON_NEGATIVE)
        .default("0"),
    row(FlagId::Stol, &["-stol"], "amorphous structure factor against sin(theta)/lambda").path().inert(),
    row(FlagId::FourStol, &["-4stol"], "amorphous structure factor against 4 sin(theta)/lambda")
        .path()
        .inert(),
    row(FlagId::Q, &["-Q"], "amorphous structure factor against 4 pi sin(theta)/lambda").path().inert(),
    row(FlagId::StolOut, &["-stolout"], "output against sin(theta)/lambda")
        .path()
        .default("output.stol")
        .inert(),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Background, id, names, help)
}
