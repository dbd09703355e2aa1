//! Crystal, structure factors, rotation, and how pixels are evaluated.

use nanobragg::model::{
    IndexBox, Misset, MosflmMatrix, Reflection, Roi, Rotation, Shape, StepPoint, StructureFactors, UnitCell,
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
            s.experiment.crystal.matrix = Some(MosflmMatrix(rows));
        }),
        sets(FlagId::Cell, "10 20 30 80 100 110", |s| {
            let [alpha, beta, gamma] = [80.0, 100.0, 110.0].map(degrees);
            s.experiment.crystal.cell = Some(UnitCell { a: 10.0, b: 20.0, c: 30.0, alpha, beta, gamma });
        }),
        sets(FlagId::Cell, "10 20", |s| {
            let right = std::f64::consts::FRAC_PI_2;
            let (alpha, beta, gamma) = (right, right, right);
            s.experiment.crystal.cell = Some(UnitCell { a: 10.0, b: 20.0, c: 10.0, alpha, beta, gamma });
        }),
        sets(FlagId::Misset, "10 -20 30", |s| {
            s.experiment.crystal.misset = Misset::Angles([10.0, -20.0, 30.0].map(degrees));
        }),
        sets(FlagId::Misset, "random", |s| s.experiment.crystal.misset = Misset::Random),
        sets(FlagId::MissetSeed, "5", |s| s.experiment.seeds.misset = 5),
        sets(FlagId::Mosaic, "0.5", |s| s.experiment.crystal.mosaicity.spread = Some(degrees(0.5))),
        sets(FlagId::MosaicDomains, "6", |s| s.experiment.crystal.mosaicity.domains = Some(6)),
        sets(FlagId::MosaicDomains, "auto", |s| s.experiment.crystal.mosaicity.enough = Some(1000)),
        sets(FlagId::MosaicSeed, "5", |s| s.experiment.seeds.mosaic = 5),
    ]
}

/// A table from -`max` to `max`.
fn factors(s: &mut Setup, max: [i32; 3], reflections: &[([i32; 3], f64)]) {
    let reflections = reflections.iter().map(|&(hkl, f)| Reflection { hkl, f });
    let bounds = IndexBox { min: max.map(|index| -index), max };
    s.experiment.structure_factors = StructureFactors::from_reflections(bounds, 100.0, reflections).unwrap();
}

fn size() -> Vec<Effect> {
    vec![
        sets(FlagId::N, "7", |s| s.experiment.crystal.cells = [7.0; 3]),
        sets(FlagId::Na, "7", |s| s.experiment.crystal.cells = [7.0, 1.0, 1.0]),
        sets(FlagId::Nb, "7", |s| s.experiment.crystal.cells = [1.0, 7.0, 1.0]),
        sets(FlagId::Nc, "7", |s| s.experiment.crystal.cells = [1.0, 1.0, 7.0]),
        sets(FlagId::XtalSize, "0.5", |s| s.experiment.crystal.size = [0.0005; 3]),
        sets(FlagId::XtalX, "0.5", |s| s.experiment.crystal.size = [0.0005, 0.0, 0.0]),
        sets(FlagId::XtalY, "0.5", |s| s.experiment.crystal.size = [0.0, 0.0005, 0.0]),
        sets(FlagId::XtalZ, "0.5", |s| s.experiment.crystal.size = [0.0, 0.0, 0.0005]),
        after("-round_xtal", FlagId::SquareXtal, "", |s| s.experiment.crystal.shape = Shape::Square),
        sets(FlagId::RoundXtal, "", |s| s.experiment.crystal.shape = Shape::Round),
        sets(FlagId::GaussXtal, "", |s| s.experiment.crystal.shape = Shape::Gauss),
        sets(FlagId::TophatSpots, "", |s| s.experiment.crystal.shape = Shape::Tophat),
        sets(FlagId::GaussStar, "", |s| s.experiment.crystal.shape = Shape::GaussStar),
        sets(FlagId::TophatStar, "", |s| s.experiment.crystal.shape = Shape::TophatStar),
        sets(FlagId::Fudge, "1.25", |s| s.experiment.crystal.fudge = 1.25),
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
            s.experiment.rotation = Rotation::sampled(0.0, step, step, 2).unwrap()
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
        sets(FlagId::Oversample, "3", |s| s.experiment.rendering.oversample = Some(3)),
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
        sets(FlagId::Dmin, "2.5", |s| s.experiment.rendering.dmin = 2.5e-10),
        sets(FlagId::Water, "5", |s| s.experiment.rendering.water_size = 5e-6),
        nothing(FlagId::Stol, "nowhere"),
        nothing(FlagId::FourStol, "nowhere"),
        nothing(FlagId::Q, "nowhere"),
        nothing(FlagId::StolOut, "nowhere"),
    ]
}
