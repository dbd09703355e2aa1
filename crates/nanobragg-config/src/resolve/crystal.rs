//! Flags of the crystal, its structure factors, its rotation, and how pixels are evaluated.

use nanobragg::model::{Misset, Roi, Shape, UnitCell};
use nanobragg::units::{deg, mm};

use super::draft::Draft;
use crate::classic::{FlagId, Occurrence};

pub(super) fn apply(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    let values = &occurrence.values;
    let (number, integer) = (values.number(0), values.integer(0));
    let path = || Some(values.path(0).to_owned());
    let crystal = &mut draft.setup.experiment.crystal;
    let rendering = &mut draft.setup.experiment.rendering;
    let phi = &mut draft.setup.experiment.phi;
    match occurrence.flag {
        FlagId::Hkl => draft.hkl = path(),
        FlagId::HklColumn => draft.hkl_column = Some(values.text(0).to_owned()),
        FlagId::SpaceGroup => draft.space_group = Some(values.text(0).to_owned()),
        FlagId::Pdb => draft.pdb = path(),
        FlagId::Mat => draft.matrix = path(),
        FlagId::DefaultF => draft.default_f = number,
        FlagId::Dump => draft.dump = values.path(0).to_owned(),
        FlagId::NoDump => (draft.reads_dump, draft.writes_dump) = (false, false),
        FlagId::Cell => {
            let part = |index: usize| values.numbers().get(index).copied().unwrap_or(0.0);
            crystal.cell = Some(UnitCell::new(part(0), part(1), part(2), part(3), part(4), part(5)));
        }
        FlagId::Misset if values.is_word() => crystal.misset = Misset::Random,
        FlagId::Misset => crystal.misset = Misset::Angles(values.vector().map(deg)),
        FlagId::MissetSeed => draft.seed_of_misset = Some(integer),
        FlagId::N => crystal.cells = [integer as f64; 3],
        FlagId::Na => crystal.cells[0] = integer as f64,
        FlagId::Nb => crystal.cells[1] = integer as f64,
        FlagId::Nc => crystal.cells[2] = integer as f64,
        FlagId::XtalSize => crystal.size = [mm(number); 3],
        FlagId::XtalX => crystal.size[0] = mm(number),
        FlagId::XtalY => crystal.size[1] = mm(number),
        FlagId::XtalZ => crystal.size[2] = mm(number),
        FlagId::SquareXtal => crystal.shape = Shape::Square,
        FlagId::RoundXtal => crystal.shape = Shape::Round,
        FlagId::GaussXtal => crystal.shape = Shape::Gauss,
        FlagId::TophatSpots => crystal.shape = Shape::Tophat,
        FlagId::Fudge => crystal.fudge = number,
        FlagId::Mosaic => crystal.mosaicity.spread = Some(deg(number)),
        FlagId::MosaicDomains => crystal.mosaicity.domains = Some(integer),
        FlagId::MosaicSeed => draft.setup.experiment.seeds.mosaic = integer,
        FlagId::Phi => phi.start = deg(number),
        FlagId::Osc => phi.range = Some(deg(number)),
        FlagId::PhiStep => phi.step = Some(deg(number)),
        FlagId::PhiSteps => phi.count = Some(integer),
        FlagId::Interpolate => rendering.interpolate = Some(true),
        FlagId::NoInterpolate => rendering.interpolate = Some(false),
        FlagId::Oversample => rendering.oversample = u32::try_from(integer).ok().filter(|&n| n > 0),
        FlagId::OversampleThick => rendering.oversample_thick = true,
        FlagId::OversamplePolar => rendering.oversample_polar = true,
        FlagId::OversampleOmega => rendering.oversample_omega = true,
        FlagId::Dmin => rendering.dmin = number * 1e-10,
        FlagId::Water => rendering.water_size = number / 1e6,
        FlagId::Roi => {
            let end = |index: usize| usize::try_from(values.integer(index)).ok();
            rendering.roi = Roi { fast: (end(0), end(1)), slow: (end(2), end(3)) };
        }
        // Read and not used, as the parser has warned.
        FlagId::Density | FlagId::MolecularWeight => {}
        _ => return false,
    }
    true
}
