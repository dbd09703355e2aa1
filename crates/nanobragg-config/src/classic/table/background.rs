//! Flags of what scatters apart from the crystal.

use super::row::{NON_NEGATIVE, rows};
use crate::classic::{Group, Unit};

rows!(
    Group::Background,
    Water(&["-water"], "edge of a cube of water in the beam: an isotropic background")
        .number("UM", Unit::Micrometer, NON_NEGATIVE)
        // With few cells and much fluence a drop may be small: docs/FROM_MTZ.md.
        .likely(&[(0.01, 20_000.0)])
        .default("0")
        .shows(&["water"])
        .effect(|draft, given| {
            // Divided, as the C program does: a multiplication may differ in the last bit.
            draft.rendering().water_size = Some(given.number(0) / 1e6).filter(|&edge| edge > 0.0);
        }),
    Stol(&["-stol"], "amorphous structure factor against sin(theta)/lambda").input().inert(),
    FourStol(&["-4stol"], "amorphous structure factor against 4 sin(theta)/lambda").input().inert(),
    Q(&["-Q"], "amorphous structure factor against 4 pi sin(theta)/lambda").input().inert(),
    StolOut(&["-stolout"], "output against sin(theta)/lambda").path().otherwise("output.stol").inert(),
);
