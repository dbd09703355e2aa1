//! Crystal, structure factors, rotation, and how pixels are evaluated.

use std::num::NonZeroU32;

use nanobragg::model::{
    Crystal, IndexBox, Lattice, Misset, Mosaicity, MosflmMatrix, Reflection, Roi, Rotation, Shape, Size,
    StepPoint, StructureFactors, UnitCell,
};
use nanobragg_config::classic::FlagId;
use nanobragg_config::{DumpAction, Setup};

use super::{Effect, after, degrees, nothing, sets};

pub fn effects() -> Vec<Effect> {
    let mut effects = lattice();
    effects.extend(size());
    effects.extend(sampling());
    effects
}

fn lattice() -> Vec<Effect> {
    vec![
        sets(FlagId::Hkl, "P1.hkl", |s| {
            let reflections = [([1, 0, 0], 5.0), ([2, 1, 0], 6.0)].map(|(hkl, f)| Reflection { hkl, f });
            let bounds = IndexBox { min: [1, 0, 0], max: [2, 1, 0] };
            s.experiment.structure_factors =
                StructureFactors::from_reflections(bounds, 100.0, reflections).unwrap();
            s.outputs.dump = DumpAction::Write("Fdump.bin".into());
        }),
        after("-hkl a.cif", FlagId::HklColumn, "F_calc_au", |s| {
            factors(
                s,
                [1, 1, 0],
                &[([1, 1, 0], 7.0), ([-1, 1, 0], 7.0), ([-1, -1, 0], 7.0), ([1, -1, 0], 7.0)],
            );
        }),
        after("-hkl P1.hkl", FlagId::SpaceGroup, "P1", |s| {
            factors(
                s,
                [2, 1, 0],
                &[([1, 0, 0], 5.0), ([-1, 0, 0], 5.0), ([2, 1, 0], 6.0), ([-2, -1, 0], 6.0)],
            );
        }),
        // Every line has -cell, which wins.
        nothing(FlagId::Pdb, "a.pdb"),
        sets(FlagId::DefaultF, "50", |s| s.experiment.structure_factors = StructureFactors::uniform(50.0)),
        after("-hkl P1.hkl", FlagId::Dump, "x.bin", |s| s.outputs.dump = DumpAction::Write("x.bin".into())),
        after("-hkl P1.hkl", FlagId::NoDump, "", |s| s.outputs.dump = DumpAction::None),
        sets(FlagId::Interpolate, "", |s| s.experiment.rendering.interpolate = Some(true)),
        sets(FlagId::NoInterpolate, "", |s| s.experiment.rendering.interpolate = Some(false)),
        sets(FlagId::Mat, "A.mat", |s| {
            let rows = [[0.01, 0.001, 0.0], [0.0, 0.02, 0.002], [0.003, 0.0, 0.03]];
            let matrix = MosflmMatrix::new(rows).unwrap();
            crystal(s, |it| it.with_lattice(it.lattice().oriented(matrix)));
        }),
        sets(FlagId::Cell, "10 20 30 80 100 110", |s| {
            let cell = UnitCell::new(10.0, 20.0, 30.0, 80.0, 100.0, 110.0).unwrap();
            crystal(s, |it| it.with_lattice(Lattice::Cell(cell)));
        }),
        sets(FlagId::Cell, "10", |s| {
            let right = std::f64::consts::FRAC_PI_2;
            let cell = UnitCell::from_radians([10.0; 3], [right; 3]).unwrap();
            crystal(s, |it| it.with_lattice(Lattice::Cell(cell)));
        }),
        sets(FlagId::Misset, "10 -20 30", |s| {
            let angles = [10.0, -20.0, 30.0].map(degrees);
            crystal(s, |it| it.with_misset(Misset::Angles(angles)).unwrap());
        }),
        sets(FlagId::Misset, "random", |s| crystal(s, |it| it.with_misset(Misset::Random).unwrap())),
        sets(FlagId::MissetSeed, "5", |s| s.experiment.seeds.misset = 5),
        after("-mosaic_domains 6", FlagId::Mosaic, "0.5", |s| {
            s.warnings.clear();
            mosaicity(s, Mosaicity::Domains { spread: degrees(0.5), count: 6 });
        }),
        after("-mosaic 0.5", FlagId::MosaicDomains, "6", |s| {
            s.warnings.clear();
            mosaicity(s, Mosaicity::Domains { spread: degrees(0.5), count: 6 });
        }),
        after("-mosaic 0.5", FlagId::MosaicDomains, "auto", |s| {
            s.warnings.clear();
            mosaicity(s, Mosaicity::Enough { spread: degrees(0.5), at_most: 1000 });
        }),
        sets(FlagId::MosaicSeed, "5", |s| s.experiment.seeds.mosaic = 5),
    ]
}

fn crystal(s: &mut Setup, change: impl FnOnce(Crystal) -> Crystal) {
    s.experiment.crystal = change(s.experiment.crystal);
}

fn mosaicity(s: &mut Setup, mosaicity: Mosaicity) {
    crystal(s, |it| it.with_mosaicity(mosaicity).unwrap());
}

fn sized(s: &mut Setup, size: [Size; 3]) {
    crystal(s, |it| it.with_size(size).unwrap());
}

/// A table from -`max` to `max`.
fn factors(s: &mut Setup, max: [i32; 3], reflections: &[([i32; 3], f64)]) {
    let reflections = reflections.iter().map(|&(hkl, f)| Reflection { hkl, f });
    let bounds = IndexBox { min: max.map(|index| -index), max };
    s.experiment.structure_factors = StructureFactors::from_reflections(bounds, 100.0, reflections).unwrap();
}

fn size() -> Vec<Effect> {
    vec![
        sets(FlagId::N, "7", |s| sized(s, [Size::Cells(7.0); 3])),
        sets(FlagId::Na, "7", |s| sized(s, [Size::Cells(7.0), Size::Cells(1.0), Size::Cells(1.0)])),
        sets(FlagId::Nb, "7", |s| sized(s, [Size::Cells(1.0), Size::Cells(7.0), Size::Cells(1.0)])),
        sets(FlagId::Nc, "7", |s| sized(s, [Size::Cells(1.0), Size::Cells(1.0), Size::Cells(7.0)])),
        sets(FlagId::XtalSize, "0.5", |s| sized(s, [Size::Length(0.0005); 3])),
        sets(FlagId::XtalX, "0.5", |s| sized(s, [Size::Length(0.0005), Size::Cells(1.0), Size::Cells(1.0)])),
        sets(FlagId::XtalY, "0.5", |s| sized(s, [Size::Cells(1.0), Size::Length(0.0005), Size::Cells(1.0)])),
        sets(FlagId::XtalZ, "0.5", |s| sized(s, [Size::Cells(1.0), Size::Cells(1.0), Size::Length(0.0005)])),
        after("-round_xtal", FlagId::SquareXtal, "", |s| crystal(s, |it| it.with_shape(Shape::Square))),
        sets(FlagId::RoundXtal, "", |s| crystal(s, |it| it.with_shape(Shape::Round))),
        sets(FlagId::GaussXtal, "", |s| crystal(s, |it| it.with_shape(Shape::Gauss))),
        sets(FlagId::TophatSpots, "", |s| crystal(s, |it| it.with_shape(Shape::Tophat))),
        sets(FlagId::GaussStar, "", |s| crystal(s, |it| it.with_shape(Shape::GaussStar))),
        sets(FlagId::TophatStar, "", |s| crystal(s, |it| it.with_shape(Shape::TophatStar))),
        sets(FlagId::Fudge, "1.25", |s| crystal(s, |it| it.with_fudge(1.25).unwrap())),
        sets(FlagId::BFactor, "20", |s| crystal(s, |it| it.with_b_factor(2e-19).unwrap())),
        nothing(FlagId::Density, "1.2"),
        nothing(FlagId::MolecularWeight, "18"),
    ]
}

fn sampling() -> Vec<Effect> {
    vec![
        sets(FlagId::Phi, "-10", |s| s.experiment.rotation = Rotation::still(degrees(-10.0))),
        sets(FlagId::Osc, "2", |s| s.experiment.rotation = Rotation::over(0.0, degrees(2.0), 2).unwrap()),
        sets(FlagId::PhiStep, "0.25", |s| {
            let step = degrees(0.25);
            s.experiment.rotation = Rotation::sampled(0.0, 2.0 * step, step, 2).unwrap()
        }),
        sets(FlagId::PhiSteps, "4", |s| {
            s.experiment.rotation = Rotation::over(0.0, degrees(1.0), 4).unwrap()
        }),
        after("-osc 1", FlagId::PhiSteps, "auto", |s| {
            s.experiment.rotation = Rotation::in_enough_steps(0.0, degrees(1.0), 1000).unwrap()
        }),
        sets(FlagId::PhiSteps, "auto", |s| {
            s.experiment.rotation = Rotation::in_enough_steps(0.0, 0.0, 1000).unwrap()
        }),
        after("-osc 1", FlagId::PhiSampling, "start", |s| {
            s.experiment.rotation = s.experiment.rotation.sampled_at(StepPoint::Start)
        }),
        sets(FlagId::PhiSampling, "mid", |s| {
            s.experiment.rotation = s.experiment.rotation.sampled_at(StepPoint::Middle)
        }),
        sets(FlagId::Oversample, "3", |s| s.experiment.rendering.oversample = NonZeroU32::new(3)),
        after("-quirks reference -oversample 3", FlagId::Oversample, "-1", |s| {
            s.experiment.rendering.oversample = None
        }),
        sets(FlagId::OversampleThick, "", |s| s.experiment.rendering.oversample_thick = true),
        sets(FlagId::OversamplePolar, "", |s| s.experiment.rendering.oversample_polar = true),
        sets(FlagId::OversampleOmega, "", |s| s.experiment.rendering.oversample_omega = true),
        sets(FlagId::Roi, "1 2 3 4", |s| s.experiment.rendering.roi = Roi::new((1, 2), (3, 4))),
        sets(FlagId::Roi, "-1 2 3 -1", |s| {
            s.experiment.rendering.roi = Roi { fast: (None, Some(2)), slow: (Some(3), None) };
        }),
        sets(FlagId::Dmin, "2.5", |s| s.experiment.rendering.dmin = Some(2.5e-10)),
        sets(FlagId::Water, "5", |s| s.experiment.rendering.water_size = Some(5e-6)),
        nothing(FlagId::Stol, "nowhere"),
        nothing(FlagId::FourStol, "nowhere"),
        nothing(FlagId::Q, "nowhere"),
        nothing(FlagId::StolOut, "nowhere"),
    ]
}
