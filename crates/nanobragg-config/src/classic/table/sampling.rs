//! Flags of rotation, sub-pixels and limits of what is computed.

use super::row::{ANY, COORDINATE, row as group_row};
use crate::classic::{Flag, FlagId, Group};

/// Sub-pixels along an edge: the square of this many for each pixel is already absurd.
const OVERSAMPLE: (i64, i64) = (-10_000_000, 1_000);
/// Phi steps are counted with the other counts.
const STEPS: (i64, i64) = super::row::COUNT;

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Phi, &["-phi"], "spindle angle at which the rotation starts")
        .number("DEG", "deg", ANY)
        .default("0"),
    row(FlagId::Osc, &["-osc"], "range of the rotation")
        .number("DEG", "deg", ANY)
        .default("from -phistep; 1 with -phisteps alone; else 0"),
    row(FlagId::PhiStep, &["-phistep"], "angle from one phi step to the next")
        .number("DEG", "deg", ANY)
        .default("from -osc and -phisteps"),
    row(FlagId::PhiSteps, &["-phisteps"], "number of phi steps")
        .integer("N", STEPS)
        .default("2 with a range or a step, else 1"),
    row(
        FlagId::SpindleAxis,
        &["-spindle_axis"],
        "axis about which phi turns, right-handed; selects a custom geometry",
    )
    .vector("")
    .default("the convention's"),
    row(FlagId::Oversample, &["-oversample"], "sub-pixels along each edge of a pixel")
        .integer("N", OVERSAMPLE)
        .default("as the crystal's size demands"),
    row(FlagId::OversampleThick, &["-oversample_thick"], "absorption anew for every sub-pixel"),
    row(FlagId::OversamplePolar, &["-oversample_polar"], "polarization anew for every sub-pixel"),
    row(FlagId::OversampleOmega, &["-oversample_omega"], "solid angle anew for every sub-pixel"),
    row(FlagId::Roi, &["-roi"], "compute only these pixels: fast from and to, slow from and to, inclusive")
        .integers("XMIN XMAX YMIN YMAX", 4, COORDINATE)
        .default("whole image"),
    row(FlagId::Dmin, &["-dmin"], "leave out what scatters to a finer resolution than this")
        .number("X", "Angstrom", ANY)
        .default("no limit"),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    group_row(Group::Sampling, id, names, help)
}
