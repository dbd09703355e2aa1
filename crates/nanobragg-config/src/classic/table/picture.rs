//! Flags of the PNG picture.

use super::row::POSITIVE;
use crate::classic::{Flag, FlagId, Group, Limits, WordRule};
use nanobragg_io::preview::Colors;

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::PngFile, &["-pngfile", "-pngimage"], "picture of the photons to look at").path(),
    row(FlagId::PngScale, &["-png_scale"], "how photons become brightness")
        .word("SCALE", &["log", "linear"])
        .default("log"),
    row(FlagId::PngDecades, &["-png_decades"], "powers of ten from black to white on the logarithmic scale")
        .number("X", "", &[Limits::Between(0.1, 40.0)])
        .default("4"),
    row(
        FlagId::PngPercentile,
        &["-png_percentile"],
        "percentile of the pixels that are not dark which is shown at full brightness",
    )
    .number("P", "percent", &[Limits::Between(0.0, 100.0)])
    .default("99.9"),
    row(FlagId::PngColors, &["-png_colors"], "color map").word("NAME", Colors::NAMES).default("magma"),
    row(FlagId::PngRings, &["-png_rings"], "resolution rings, at round spacings when no numbers are given")
        .numbers("D...|auto", "A", (1, 8), POSITIVE)
        .or_word(WordRule::StartsWith("auto"))
        .default("none"),
    row(FlagId::PngBeam, &["-png_beam"], "mark the spot of the direct beam"),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Output, id, names, help)
}
