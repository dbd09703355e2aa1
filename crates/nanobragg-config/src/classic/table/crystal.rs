//! Flags of the crystal.

use super::row::{ANY, COUNT, NON_NEGATIVE, SEED};
use crate::classic::{Flag, FlagId, Group, Limits, WordRule};

/// Lengths may be anything real; an angle of 0 or 180 degrees would leave no volume.
const CELL: &[Limits] = &[
    Limits::Positive,
    Limits::Positive,
    Limits::Positive,
    Limits::Inside(0.0, 180.0),
    Limits::Inside(0.0, 180.0),
    Limits::Inside(0.0, 180.0),
];

pub(super) const ROWS: &[Flag] = &[
    row(FlagId::Mat, &["-mat"], "orientation matrix as MOSFLM writes it: reciprocal cell vectors in columns")
        .path(),
    row(FlagId::Cell, &["-cell"], "unit cell in a standard orientation, in place of -mat").numbers(
        "A B C AL BE GA",
        "Angstrom, deg",
        (1, 6),
        CELL,
    ),
    row(
        FlagId::Pdb,
        &["-pdb"],
        "PDB or mmCIF file whose unit cell is used where there is no -cell and no -mat",
    )
    .path(),
    row(
        FlagId::Misset,
        &["-misset"],
        "turn the crystal about x, then y, then z; the word random draws an orientation",
    )
    .numbers("X Y Z | random", "deg", (3, 3), ANY)
    .or_word(WordRule::Contains("rand"))
    .default("0 0 0"),
    row(FlagId::MissetSeed, &["-misset_seed"], "seed of the orientation that -misset random draws")
        .integer("SEED", SEED)
        .default("from the clock"),
    row(FlagId::N, &["-N"], "unit cells along each of a, b and c").integer("N", COUNT).default("1"),
    row(FlagId::Na, &["-Na"], "unit cells along a").integer("N", COUNT).default("1"),
    row(FlagId::Nb, &["-Nb"], "unit cells along b").integer("N", COUNT).default("1"),
    row(FlagId::Nc, &["-Nc"], "unit cells along c").integer("N", COUNT).default("1"),
    row(
        FlagId::XtalSize,
        &["-xtalsize", "-xtal_size", "-samplesize", "-sample_size"],
        "width of the crystal in all three directions, in place of -N",
    )
    .number("MM", "mm", ANY),
    row(
        FlagId::XtalX,
        &["-xtal_thick", "-xtal_x", "-sample_thick", "-sample_x"],
        "width of the crystal along a, in place of -Na",
    )
    .prefixes(&["-xtal_thick", "-sample_thick"])
    .number("MM", "mm", ANY),
    row(
        FlagId::XtalY,
        &["-xtal_width", "-xtal_y", "-sample_width", "-sample_y", "-width"],
        "width of the crystal along b, in place of -Nb; never more than the beam's",
    )
    .prefixes(&["-xtal_width", "-sample_width"])
    .number("MM", "mm", ANY),
    row(
        FlagId::XtalZ,
        &["-xtal_height", "-xtal_z", "-sample_height", "-sample_z", "-height"],
        "width of the crystal along c, in place of -Nc; never more than the beam's",
    )
    .prefixes(&["-xtal_heigh", "-sample_heigh", "-heigh"])
    .number("MM", "mm", ANY),
    row(FlagId::SquareXtal, &["-square_xtal"], "parallelepiped crystal: sharp fringes along the cell axes")
        .default("this shape"),
    row(FlagId::RoundXtal, &["-round_xtal"], "ellipsoidal crystal, approximately"),
    row(FlagId::GaussXtal, &["-gauss_xtal"], "Gaussian spots without fringes"),
    row(
        FlagId::TophatSpots,
        &["-tophat_spots", "-binary_spots"],
        "flat spots that end at half of the maximum, without fringes",
    ),
    row(FlagId::Fudge, &["-fudge"], "scale of the spot width of round, Gaussian and flat spots")
        .number("X", "", NON_NEGATIVE)
        .default("1"),
    row(
        FlagId::Mosaic,
        &["-mosaic", "-mosaicity", "-mosaic_spread"],
        "mosaic spread: half-width of the cap of domain orientations; 90 makes a powder",
    )
    .prefixes(&["-mosaici", "-mosaic_spr"])
    .number("DEG", "deg", ANY)
    .default("0"),
    row(
        FlagId::MosaicDomains,
        &["-mosaic_domains"],
        "number of mosaic domains, each with its own orientation",
    )
    .prefixes(&["-mosaic_dom"])
    .integer("N", COUNT)
    .default("10 with a mosaic spread, else 1"),
    row(FlagId::MosaicSeed, &["-mosaic_seed"], "seed of the domain orientations")
        .integer("SEED", SEED)
        .default("12345678"),
    row(FlagId::Density, &["-density"], "density of the sample")
        .prefixes(&["-sample_den"])
        .number("X", "g/cm^3", ANY)
        .inert(),
    row(FlagId::MolecularWeight, &["-MW", "-molecular_weight"], "molecular weight of the sample")
        .prefixes(&["-molec"])
        .number("X", "g/mol", ANY)
        .inert(),
];

const fn row(id: FlagId, names: &'static [&'static str], help: &'static str) -> Flag {
    super::row::row(Group::Crystal, id, names, help)
}
