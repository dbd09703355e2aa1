//! Flags of what is printed along the way.

use super::row::COORDINATE;
use crate::classic::{Flag, FlagId, Group};

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Printout, &["-printout"], "print the value of every pixel"),
    row(FlagId::PrintoutPixel, &["-printout_pixel"], "print the value of this pixel only; implies -printout")
        .integers("FAST SLOW", 2, COORDINATE)
        .default("all pixels"),
    row(FlagId::TracePixel, &["-trace_pixel"], "print every intermediate of this pixel's value").integers(
        "SLOW FAST",
        2,
        COORDINATE,
    ),
    row(FlagId::Progress, &["-progress"], "show how far the image is").default("on"),
    row(FlagId::NoProgress, &["-noprogress"], "do not show how far the image is"),
    row(FlagId::Coherent, &["-coherent"], "add the waves of all sources before squaring").inert(),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Diagnostics, id, names, help)
}
