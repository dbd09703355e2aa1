//! Made-up still images of a crystal, with the noise of photons and electronics, and a start that is off.

use std::num::NonZeroU32;

use nanobragg::Error;
use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::gradient::Parameter;
use nanobragg::model::symmetry::{Equivalents, SymmetryOperator};
use nanobragg::model::{
    Beam, Experiment, IndexBox, Misset, Mosaicity, PixelGrid, Placement, Reflection, Shape, StructureFactors,
    UnitCell, angles_of,
};
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::rotation::{about_axis, matrix_of};
use nanobragg::plan::Plan;

use crate::SplitMix;

/// How a still is made, and how far its start is off.
#[derive(Clone, Copy, Debug)]
pub struct StillKind {
    /// Shape of the crystal.
    pub shape: Shape,
    /// Photons of the brightest pixel.
    pub brightest: f64,
    /// Degrees by which the start is turned away.
    pub misset: f64,
    /// Relative error of cell edges at the start.
    pub cell: f64,
    /// Relative error of the distance at the start, and of the detector's place along its fast and slow axes, in pixels.
    pub detector: [f64; 3],
    /// Relative error of the start's structure factors.
    pub amplitudes: f64,
    /// Whether all stills have the same structure factors, with the symmetry of P 4 2 2 ([`equivalents`]), and starts the same wrong ones, whose
    /// logarithms are off; else each still has errors of its own.
    pub common: bool,
    /// Pixels along an edge of the detector.
    pub size: usize,
    /// Sub-pixels along a pixel's edge at the start.
    pub oversample: u32,
    /// Mosaic domains of the start.
    pub domains: usize,
    /// Sub-pixels and mosaic domains of the data, which are drawn anew; `None` for those of the start.
    pub finer: Option<(u32, usize)>,
}

impl Default for StillKind {
    fn default() -> Self {
        StillKind {
            shape: Shape::Gauss,
            brightest: 4000.0,
            misset: 0.1,
            cell: 0.005,
            detector: [0.0; 3],
            amplitudes: 0.0,
            common: false,
            size: 900,
            oversample: 1,
            domains: 20,
            finer: None,
        }
    }
}

/// A still, what it was made of, and a start for its refinement.
pub struct Still {
    /// The truth.
    pub truth: Plan,
    /// The start: turned away, cells and spread wrong, twice the photons.
    pub start: Plan,
    /// Factor on the photons of the truth's fluence, and so on those of the start's.
    pub scale: f64,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Photons with noise, slow-major.
    pub counts: Vec<f64>,
}

/// Standard deviation of the electronics in photons.
pub const READOUT_NOISE: f64 = 0.5;
/// Edge of a pixel in meters.
pub const PIXEL: f64 = 0.15e-3;
/// Operators that generate the symmetry of common structure factors, P 4 2 2.
const SYMMETRY: [&str; 2] = ["-y,x,z", "x,-y,-z"];
const CELLS: [u32; 3] = [16, 20, 30];
const SPREAD_DEG: f64 = 0.03;

/// The still of a number: the same number gives the same still.
///
/// # Errors
/// None that its own numbers could cause.
pub fn still(number: u64, kind: &StillKind) -> Result<Still, Error> {
    let mut random = SplitMix(0x9e37_79b9_7f4a_7c15 ^ (number.wrapping_add(11) << 20));
    let orientation = turn(&mut random, 180.0);
    let table = |error: f64| if kind.common { common(error) } else { table(error, number) };
    let amplitudes = table(0.0)?;
    let middle = 0.5 * kind.size as f64;
    // Where data and model have domains of their own, those of one still say nothing of those of another.
    let number_of_seed = i64::try_from(number).unwrap_or(0);
    let (seed, seed_of_start) =
        if kind.finer.is_some() { (10_000 + number_of_seed, 20_000 + number_of_seed) } else { (1, 1) };
    let (oversample, domains) = kind.finer.unwrap_or((kind.oversample, kind.domains));
    let cell = |off: f64| {
        UnitCell::new(79.1 * (1.0 + off), 79.1 * (1.0 + off), 38.4 * (1.0 - off), 90.0, 90.0, 90.0)
    };
    let make = |cell: UnitCell, misset: [f64; 3], domains: usize, seed: i64| -> Result<Experiment, Error> {
        let mut experiment = Experiment::uniform(cell, 0.0);
        let [na, nb, nc] = CELLS;
        let mosaicity = Mosaicity::Domains { spread: SPREAD_DEG.to_radians(), count: domains };
        let crystal = experiment.crystal.with_cells(na, nb, nc)?.with_shape(kind.shape);
        experiment.crystal = crystal.with_misset(Misset::Angles(misset))?.with_mosaicity(mosaicity)?;
        experiment.beam = Beam::new(1e-10)?;
        experiment.detector.pixels = PixelGrid::new(kind.size, kind.size, PIXEL);
        experiment.detector.placement = Placement::at(0.15);
        experiment.seeds.mosaic = seed;
        Ok(experiment)
    };
    let mut experiment = make(cell(0.0)?, angles_of(&orientation), domains, seed)?;
    experiment.structure_factors = amplitudes.clone();
    experiment.rendering.oversample = NonZeroU32::new(oversample);
    let truth = experiment.plan()?;
    let image = Cpu::default().render(&truth, &Control::default())?;
    let top = image.pixels().iter().fold(0.0_f32, |top, &photons| top.max(photons));
    let scale = kind.brightest / f64::from(top);
    let counts = image.pixels().iter().enumerate().map(|(at, &photons)| {
        let (slow, fast) = ((at / kind.size) as f64, (at % kind.size) as f64);
        let radius = (fast - middle).hypot(slow - middle);
        let background = 2.0 + 6.0 * (-((radius - 200.0) / 80.0).powi(2)).exp();
        poisson(&mut random, f64::from(photons) * scale + background) + READOUT_NOISE * normal(&mut random)
    });
    let counts = counts.collect();

    let off = turn(&mut random, kind.misset) * orientation;
    let mut experiment = make(cell(kind.cell)?, angles_of(&off), kind.domains, seed_of_start)?;
    experiment.structure_factors = if kind.amplitudes > 0.0 { table(kind.amplitudes)? } else { amplitudes };
    experiment.rendering.oversample = NonZeroU32::new(kind.oversample);
    let plan = experiment.plan()?;
    let mut parameters = *plan.parameters();
    parameters.cells = parameters.cells.map(|cells| 0.7 * cells);
    parameters.spread *= 1.4;
    parameters.scale = 2.0 * scale;
    let [distance, fast, slow] = kind.detector;
    if let Some(place) = Parameter::Distance.of(&mut parameters) {
        *place *= 1.0 + distance;
    }
    parameters.detector.shift[0] += fast * PIXEL;
    parameters.detector.shift[1] += slow * PIXEL;
    Ok(Still { start: plan.place(&parameters), truth, scale, fast: kind.size, counts })
}

/// Greatest indices of the tables.
const MOST: [i32; 3] = [45, 45, 24];

/// The equivalents of common structure factors.
///
/// # Errors
/// None: the operators make a group.
pub fn equivalents() -> Result<Equivalents, Error> {
    let operators: Vec<_> =
        SYMMETRY.iter().map(|text| SymmetryOperator::parse(text)).collect::<Result<_, _>>()?;
    Equivalents::new(&operators, true)
}

/// Structure factors of intensities that are distributed exponentially, equal for equivalents, whose logarithms are off by `error`
/// in the root mean square.
fn common(error: f64) -> Result<StructureFactors, Error> {
    let equivalents = equivalents()?;
    let range = |axis: usize| -MOST[axis]..=MOST[axis];
    let nodes = range(0).flat_map(|h| range(1).flat_map(move |k| range(2).map(move |l| [h, k, l])));
    let of = |hkl: [i32; 3]| {
        let [h, k, l] = equivalents.representative(hkl).map(|index| (index + 100) as u64);
        let mut random = SplitMix((h * 1000 + k) * 1000 + l);
        let strength = 100.0 * (-random.uniform(0.0, 1.0).max(1e-12).ln()).sqrt();
        let factor = (error * normal(&mut random)).exp();
        Reflection { hkl, f: if hkl == [0; 3] { 0.0 } else { strength * factor } }
    };
    StructureFactors::from_reflections(
        IndexBox { min: MOST.map(|most| -most), max: MOST },
        0.0,
        nodes.map(of),
    )
}

/// Structure factors of intensities that are distributed exponentially, wrong by a relative `error`.
fn table(error: f64, number: u64) -> Result<StructureFactors, Error> {
    let (mut random, mut wrong) = (SplitMix(777), SplitMix(31337 + number));
    let range = |axis: usize| -MOST[axis]..=MOST[axis];
    let nodes = range(0).flat_map(|h| range(1).flat_map(move |k| range(2).map(move |l| [h, k, l])));
    let reflections: Vec<Reflection> = nodes
        .map(|hkl| {
            let strength = 100.0 * (-random.uniform(0.0, 1.0).max(1e-12).ln()).sqrt();
            let factor = if error > 0.0 { (1.0 + error * normal(&mut wrong)).abs() } else { 1.0 };
            Reflection { hkl, f: if hkl == [0; 3] { 0.0 } else { strength * factor } }
        })
        .collect();
    StructureFactors::from_reflections(IndexBox { min: MOST.map(|most| -most), max: MOST }, 0.0, reflections)
}

/// A rotation about a random axis by up to half a turn, or by `degrees` where those are fewer.
fn turn(random: &mut SplitMix, degrees: f64) -> Matrix3<f64> {
    let axis = Vector3::new(normal(random), normal(random), normal(random)).normalize();
    let angle = if degrees < 180.0 { degrees.to_radians() } else { random.uniform(0.0, 3.0) };
    let columns = [Vector3::x(), Vector3::y(), Vector3::z()];
    Matrix3::from_columns(&columns.map(|v| about_axis(&v, &axis, angle)))
}

/// The rotation vector in degrees from the crystal of one plan to that of another.
pub fn turned(from: [f64; 3], to: [f64; 3]) -> [f64; 3] {
    let turn = matrix_of(to) * matrix_of(from).transpose();
    [turn[(2, 1)] - turn[(1, 2)], turn[(0, 2)] - turn[(2, 0)], turn[(1, 0)] - turn[(0, 1)]]
        .map(|twice| (0.5 * twice).asin().to_degrees())
}

fn normal(random: &mut SplitMix) -> f64 {
    let radius = (-2.0 * random.uniform(0.0, 1.0).max(1e-300).ln()).sqrt();
    radius * (std::f64::consts::TAU * random.uniform(0.0, 1.0)).cos()
}

fn poisson(random: &mut SplitMix, mean: f64) -> f64 {
    if mean > 50.0 {
        return (mean + mean.sqrt() * normal(random)).round().max(0.0);
    }
    let limit = (-mean).exp();
    let (mut count, mut product) = (0.0, random.uniform(0.0, 1.0));
    while product > limit {
        count += 1.0;
        product *= random.uniform(0.0, 1.0);
    }
    count
}
