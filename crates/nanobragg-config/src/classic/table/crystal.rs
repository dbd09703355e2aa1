//! Flags of the crystal.

use nanobragg::model::{Misset, Shape};
use nanobragg::units::deg;

use super::row::{ANY, AUTO, NON_NEGATIVE, SEED, rows};
use crate::automatic::MOST_DOMAINS;
use crate::classic::{self, Group, Limits, Role, Unit, WordRule};

/// Lengths may be anything real; an angle of 0 or 180 degrees would leave no volume.
const CELL: &[Limits] = &[
    Limits::Positive,
    Limits::Positive,
    Limits::Positive,
    Limits::Inside(0.0, 180.0),
    Limits::Inside(0.0, 180.0),
    Limits::Inside(0.0, 180.0),
];

rows!(
    Group::Crystal,
    Mat(&["-mat"], "orientation matrix as MOSFLM writes it: reciprocal cell vectors in columns")
        .input()
        .shows(&["unit cell"])
        .effect(|draft, given| draft.matrix = Some(given.path())),
    Cell(&["-cell"], "unit cell in a standard orientation, in place of -mat")
        .numbers("A B C AL BE GA", Unit::Cell, (1, 6), CELL,)
        .likely(&[(2.0, 5000.0), (2.0, 5000.0), (2.0, 5000.0), (20.0, 160.0)])
        .shows(&["unit cell"])
        .effect(|draft, given| {
            // Numbers that are left out are 0, which the C program completes.
            let part = |index: usize| given.numbers().get(index).copied().unwrap_or(0.0);
            let (edge, angle) = (part, |index| deg(part(index)));
            draft.crystal.cell =
                Some(classic::cell([edge(0), edge(1), edge(2), angle(3), angle(4), angle(5)]));
        }),
    Pdb(&["-pdb"], "PDB or mmCIF file whose unit cell is used if neither -cell nor -mat is given")
        .input()
        .role(Role::Extension)
        .effect(|draft, given| draft.pdb = Some(given.path())),
    Misset(&["-misset"], "turn the crystal about x, then y, then z; the word random draws an orientation")
        .numbers("X Y Z | random", Unit::Degree, (3, 3), ANY)
        .or_word(WordRule::Contains("rand"))
        .default("0 0 0")
        .shows(&["misset angles"])
        .effect(|draft, given| {
            draft.crystal.misset =
                if given.is_word() { Misset::Random } else { Misset::Angles(given.si_vector()) };
        }),
    MissetSeed(&["-misset_seed"], "seed of the orientation that -misset random draws")
        .integer("SEED", SEED)
        .otherwise("that of -seed, or drawn")
        .shows(&["misset seed"])
        .effect(|draft, given| draft.seed_of_misset = Some(given.integer(0))),
    N(&["-N"], "unit cells along each of a, b and c")
        .count("N")
        .default("1")
        .shows(&["cells along a, b, c"])
        .effect(|draft, given| draft.crystal.cells = [given.integer(0) as f64; 3]),
    Na(&["-Na"], "unit cells along a")
        .count("N")
        .default("1")
        .shows(&["cells along a, b, c"])
        .effect(|draft, given| draft.crystal.cells[0] = given.integer(0) as f64),
    Nb(&["-Nb"], "unit cells along b")
        .count("N")
        .default("1")
        .shows(&["cells along a, b, c"])
        .effect(|draft, given| draft.crystal.cells[1] = given.integer(0) as f64),
    Nc(&["-Nc"], "unit cells along c")
        .count("N")
        .default("1")
        .shows(&["cells along a, b, c"])
        .effect(|draft, given| draft.crystal.cells[2] = given.integer(0) as f64),
    XtalSize(
        &["-xtalsize", "-xtal_size", "-samplesize", "-sample_size"],
        "width of the crystal in all three directions, in place of -N"
    )
    .number("MM", Unit::Millimeter, ANY)
    .likely(&[(1e-7, 2.0)])
    .sense(Limits::Positive)
    .shows(&["crystal size"])
    .effect(|draft, given| draft.crystal.size = [given.si(); 3]),
    XtalX(
        &["-xtal_thick", "-xtal_x", "-sample_thick", "-sample_x"],
        "width of the crystal along a, in place of -Na"
    )
    .prefixes(&["-xtal_thick", "-sample_thick"])
    .number("MM", Unit::Millimeter, ANY)
    .likely(&[(1e-7, 2.0)])
    .sense(Limits::Positive)
    .shows(&["crystal size"])
    .effect(|draft, given| draft.crystal.size[0] = given.si()),
    XtalY(
        &["-xtal_width", "-xtal_y", "-sample_width", "-sample_y", "-width"],
        "width of the crystal along b, in place of -Nb; never more than the beam's"
    )
    .prefixes(&["-xtal_width", "-sample_width"])
    .number("MM", Unit::Millimeter, ANY)
    .likely(&[(1e-7, 2.0)])
    .sense(Limits::Positive)
    .shows(&["crystal size"])
    .effect(|draft, given| draft.crystal.size[1] = given.si()),
    XtalZ(
        &["-xtal_height", "-xtal_z", "-sample_height", "-sample_z", "-height"],
        "width of the crystal along c, in place of -Nc; never more than the beam's"
    )
    .prefixes(&["-xtal_heigh", "-sample_heigh", "-heigh"])
    .number("MM", Unit::Millimeter, ANY)
    .likely(&[(1e-7, 2.0)])
    .sense(Limits::Positive)
    .shows(&["crystal size"])
    .effect(|draft, given| draft.crystal.size[2] = given.si()),
    SquareXtal(&["-square_xtal"], "parallelepiped crystal: sharp fringes along the cell axes")
        .default_on("this shape")
        .shows(&["shape"])
        .effect(|draft, _| draft.crystal.shape = Shape::Square),
    RoundXtal(&["-round_xtal"], "ellipsoidal crystal, approximately")
        .shows(&["shape"])
        .effect(|draft, _| draft.crystal.shape = Shape::Round),
    GaussXtal(&["-gauss_xtal"], "Gaussian spots without fringes")
        .shows(&["shape"])
        .effect(|draft, _| draft.crystal.shape = Shape::Gauss),
    TophatSpots(
        &["-tophat_spots", "-binary_spots"],
        "flat spots that end at half of the maximum, without fringes"
    )
    .shows(&["shape"])
    .effect(|draft, _| draft.crystal.shape = Shape::Tophat),
    GaussStar(&["-gauss_star"], "Gaussian spots that are round in reciprocal space")
        .role(Role::Extension)
        .shows(&["shape"])
        .effect(|draft, _| draft.crystal.shape = Shape::GaussStar),
    TophatStar(&["-tophat_star"], "flat spots that are round in reciprocal space")
        .role(Role::Extension)
        .shows(&["shape"])
        .effect(|draft, _| draft.crystal.shape = Shape::TophatStar),
    Fudge(&["-fudge"], "scale of the spot width of round, Gaussian and flat spots")
        .number("X", Unit::None, NON_NEGATIVE)
        .sense(Limits::Positive)
        .default("1")
        .shows(&["fudge"])
        .effect(|draft, given| draft.crystal.fudge = given.number(0)),
    BFactor(
        &["-B"],
        "isotropic B factor of the atoms: photons are multiplied by exp(-B q^2 / 2), q = 1/d of the pixel"
    )
    .role(Role::Extension)
    .number("A2", Unit::SquareAngstrom, ANY)
    .likely(&[(-100.0, 1000.0)])
    .default("0")
    .shows(&["B factor"])
    .effect(|draft, given| draft.crystal.b_factor = given.si()),
    Mosaic(
        &["-mosaic", "-mosaicity", "-mosaic_spread"],
        "mosaic spread: half-width of the cap of domain orientations; 90 makes a powder"
    )
    .prefixes(&["-mosaici", "-mosaic_spr"])
    .number("DEG", Unit::Degree, ANY)
    .likely(&[(0.0, 180.0)])
    .sense(Limits::NonNegative)
    .otherwise("0")
    .shows(&["mosaic spread"])
    .effect(|draft, given| draft.crystal.spread = Some(given.si())),
    MosaicDomains(&["-mosaic_domains"], "number of mosaic domains, each with its own orientation")
        .prefixes(&["-mosaic_dom"])
        .count("N|auto")
        .or_word(AUTO)
        .otherwise("10 with a mosaic spread, else 1")
        .shows(&["mosaic domains"])
        .effect(|draft, given| {
            draft.crystal.enough = given.is_word().then_some(MOST_DOMAINS);
            draft.crystal.domains = (!given.is_word()).then(|| given.integer(0));
        }),
    MosaicSeed(&["-mosaic_seed"], "seed of the domain orientations")
        .integer("SEED", SEED)
        .default("12345678")
        .shows(&["mosaic seed"])
        .effect(|draft, given| draft.setup.experiment.seeds.mosaic = given.integer(0)),
    Density(&["-density"], "density of the sample")
        .prefixes(&["-sample_den"])
        .number("X", Unit::GramsPerCm3, ANY)
        .inert(),
    MolecularWeight(&["-MW", "-molecular_weight"], "molecular weight of the sample")
        .prefixes(&["-molec"])
        .number("X", Unit::GramsPerMole, ANY)
        .inert(),
);
