//! Flags of the PNG picture.

use nanobragg_io::preview::Colors;
use nanobragg_session::Rings;

use super::row::{POSITIVE, rows};
use crate::classic::{Group, Limits, Role, Unit, WordRule};

rows!(
    Group::Output,
    PngFile(&["-pngfile", "-pngimage"], "picture of the photons to look at")
        .path()
        .role(Role::OneImage)
        .role(Role::Extension)
        .shows(&["picture"])
        .effect(|draft, given| draft.outputs().png = Some(given.path())),
    PngScale(&["-png_scale"], "how photons become brightness")
        .word("SCALE", &["log", "linear"])
        .default("log")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, given| draft.png_is_linear = given.text() == "linear"),
    PngDecades(&["-png_decades"], "powers of ten from black to white on the logarithmic scale")
        .number("X", Unit::None, &[Limits::Between(0.1, 40.0)])
        .default("4")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, given| draft.png_decades = given.number(0)),
    PngPercentile(&["-png_percentile"], "percentile of the lit pixels that is shown at full brightness")
        .number("P", Unit::Percent, &[Limits::Between(0.0, 100.0)])
        .default("99.9")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, given| draft.outputs().picture.tone.percentile = given.number(0)),
    PngColors(&["-png_colors"], "color map")
        .word("NAME", Colors::NAMES)
        .default("magma")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, given| draft.outputs().picture.colors =
            Colors::from_name(&given.text()).unwrap_or_default()),
    PngRings(&["-png_rings"], "resolution rings, at round spacings when no numbers are given")
        .numbers("D...|auto", Unit::Angstrom, (1, 8), POSITIVE)
        .or_word(WordRule::StartsWith("auto"))
        .otherwise("none")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, given| {
            draft.outputs().picture.rings =
                if given.is_word() { Rings::Auto } else { Rings::At(given.numbers().to_vec()) };
        }),
    PngBeam(&["-png_beam"], "mark the spot of the direct beam")
        .role(Role::Extension)
        .role(Role::OfPicture)
        .effect(|draft, _| draft.outputs().picture.beam = true),
);
