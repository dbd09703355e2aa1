//! Derivatives of the definition against differences of it, for random experiments.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use nanobragg::Error;
use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::gradient::{Derivatives, Parameter, definition, moved};
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Divergence, Experiment, IndexBox, Misset, Mosaicity, PixelGrid, Placement, Polarization,
    Reflection, Rotation, Sensor, Shape, Spectrum, Steps, StructureFactors, Tilt, UnitCell,
};
use nanobragg::nest::{Needs, Sink, Term, TermIndex, pixel};
use nanobragg::plan::Plan;

use crate::SplitMix;

/// Shapes that have slopes.
pub const SHAPES: [Shape; 5] =
    [Shape::Square, Shape::Round, Shape::Gauss, Shape::GaussStar, Shape::GaussCounted];

/// What an experiment is about.
pub const KINDS: [&str; 6] = ["still", "phi", "mosaic", "divergence", "spectrum", "panels"];

/// What derivatives and differences may differ by, over the largest derivative by the parameter, beyond the doubt in the difference,
/// which may be as much.
pub const TOLERANCE: f64 = 1e-8;

/// A random experiment.
#[derive(Debug)]
pub struct Trial {
    /// Shape and kind.
    pub name: String,
    /// A plan for each panel.
    pub plans: Vec<Plan>,
}

/// How the derivatives by a parameter compare.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Pixels that were compared.
    pub compared: usize,
    /// Pixels left out since a node changes within the smallest step: δ = ½ is a kink there.
    pub at_faces: usize,
    /// Pixels left out since differences do not settle.
    pub unsettled: usize,
    /// The largest difference over the largest derivative.
    pub worst: f64,
    /// Pixels beyond the tolerance, in words.
    pub wrong: Vec<String>,
}

/// Tallies by parameter.
pub type Tallies = BTreeMap<String, Tally>;

/// Experiment `number` of those of `seed`: every shape in every kind comes round.
///
/// # Errors
/// None that the numbers drawn could cause.
pub fn trial(number: usize, seed: u64) -> Result<Trial, Error> {
    let mut random = SplitMix(seed.wrapping_mul(1_000_003).wrapping_add(number as u64));
    let shape = SHAPES[number % SHAPES.len()];
    let kind = KINDS[number / SHAPES.len() % KINDS.len()];
    let mut experiment = at_random(&mut random, shape)?;
    let mut draw = |low: f64, high: f64| random.uniform(low, high);
    let crystal = experiment.crystal;
    match kind {
        "phi" => experiment.rotation = Rotation::over(draw(0.0, 1.0), draw(0.01, 0.1), 3)?,
        "mosaic" => {
            let mosaicity = Mosaicity::Domains { spread: draw(2e-3, 2e-2), count: 4 };
            experiment.crystal = crystal.with_mosaicity(mosaicity)?;
        }
        "divergence" => {
            let [horizontal, vertical] = [draw(1e-3, 1e-2), draw(1e-3, 1e-2)];
            let divergence = Divergence {
                horizontal: Steps::across(horizontal, 2)?,
                vertical: Steps::across(vertical, 3)?,
                ..Divergence::default()
            };
            experiment.beam = experiment.beam.with_divergence(divergence);
        }
        "spectrum" => {
            let band = Spectrum::Band(Steps::across(draw(1e-3, 3e-2), 3)?);
            experiment.beam = experiment.beam.with_spectrum(band)?;
        }
        _ => {}
    }
    let mut plans = vec![experiment.plan()?];
    if kind == "panels" {
        experiment.detector.placement = Placement::at(draw(0.06, 0.2));
        experiment.detector.tilt =
            Tilt { x: draw(-0.2, 0.2), y: draw(-0.2, 0.2), z: draw(-0.2, 0.2), twotheta: draw(0.1, 0.4) };
        plans.push(experiment.plan()?);
    }
    Ok(Trial { name: format!("{}, {kind}", shape.name()), plans })
}

/// A small still.
fn at_random(random: &mut SplitMix, shape: Shape) -> Result<Experiment, Error> {
    let mut draw = |low: f64, high: f64| random.uniform(low, high);
    let edges = [draw(30.0, 60.0), draw(30.0, 60.0), draw(30.0, 60.0)];
    let angles = [draw(80.0, 100.0), draw(80.0, 100.0), draw(80.0, 100.0)];
    let cell = UnitCell::new(edges[0], edges[1], edges[2], angles[0], angles[1], angles[2])?;
    let mut experiment = Experiment::uniform(cell, draw(10.0, 100.0));
    let cells = [draw(1.0, 8.0), draw(1.0, 8.0), draw(1.0, 8.0)].map(|x| x as u32);
    let crystal = experiment.crystal.with_cells(cells[0], cells[1], cells[2])?.with_shape(shape);
    let misset = Misset::Angles([draw(-3.0, 3.0), draw(-1.5, 1.5), draw(-3.0, 3.0)]);
    experiment.crystal = crystal.with_misset(misset)?.with_b_factor(draw(0.0, 3e-19))?;
    let beam = Beam::new(draw(0.8e-10, 1.8e-10))?;
    experiment.beam = beam.with_polarization(Polarization::Kahn(draw(-1.0, 1.0)))?;
    experiment.rotation = Rotation::still(draw(-1.0, 1.0));
    let detector = &mut experiment.detector;
    detector.placement = Placement::at(draw(0.05, 0.2));
    detector.pixels = PixelGrid::new(24, 10, draw(5e-4, 3e-3));
    detector.tilt =
        Tilt { x: draw(-0.2, 0.2), y: draw(-0.2, 0.2), z: draw(-0.2, 0.2), twotheta: draw(-0.2, 0.2) };
    detector.curved = draw(0.0, 1.0) < 0.2;
    if draw(0.0, 1.0) < 0.4 {
        let sensor = Sensor::new(draw(1e-4, 1e-3))?.with_attenuation(draw(500.0, 5000.0))?;
        detector.sensor = sensor.with_layers(2)?;
    }
    experiment.rendering.oversample = NonZeroU32::new(if draw(0.0, 1.0) < 0.3 { 2 } else { 1 });
    // Interpolated structure factors have kinks of their own.
    experiment.rendering.interpolate = Some(false);
    if draw(0.0, 1.0) < 0.3 {
        experiment.rendering.water_size = Some(draw(1e-7, 1e-5));
    }
    if draw(0.0, 1.0) < 0.5 {
        let bounds = IndexBox { min: [-12; 3], max: [12; 3] };
        let nodes: Vec<[i32; 3]> = bounds.indices().collect();
        let reflections = nodes.into_iter().map(|hkl| Reflection { hkl, f: draw(0.0, 100.0) });
        experiment.structure_factors = StructureFactors::from_reflections(bounds, 5.0, reflections)?;
    }
    Ok(experiment)
}

/// All parameters that `plan` has, with a weight and the structure factor of `node`.
pub fn parameters(plan: &Plan, node: [i32; 3]) -> Vec<Parameter> {
    let named = Parameter::names().into_iter().filter_map(|name| Parameter::named(&name));
    let single = named.filter(|found| found.len() == 1).flatten();
    let more = [Parameter::SourceWeight(0), Parameter::Amplitude(node)];
    let has = |parameter: &Parameter| {
        let amplitude = matches!(parameter, Parameter::Amplitude(_));
        Derivatives::new(plan, &[*parameter]).is_ok()
            && (!amplitude || plan.structure_factors.bounds().is_some())
    };
    single.chain(more).filter(has).collect()
}

/// Compares the derivatives of a trial's plans, at their brightest pixels and at others.
///
/// # Errors
/// A plan that cannot be rendered.
pub fn compare(trial: &Trial, tallies: &mut Tallies) -> Result<(), Error> {
    for plan in &trial.plans {
        let image = Cpu::default().render(plan, &Control::default())?;
        let mut order: Vec<usize> = (0..image.pixels().len()).collect();
        order.sort_by(|&one, &other| image.pixels()[other].total_cmp(&image.pixels()[one]));
        let chosen = order.iter().take(2).chain(order.iter().skip(7).step_by(80));
        let pixels: Vec<Pixel> =
            chosen.map(|at| Pixel { slow: at / image.fast(), fast: at % image.fast() }).collect();
        compare_at(plan, &pixels, &trial.name, tallies);
    }
    Ok(())
}

/// Compares the derivatives of `plan` at `pixels` by all parameters.
pub fn compare_at(plan: &Plan, pixels: &[Pixel], name: &str, tallies: &mut Tallies) {
    let values: Vec<Value> = pixels.iter().map(|&at| value(plan, at)).collect();
    let brightest = values.iter().fold(0.0, |most: f64, value| most.max(value.photons));
    let node = values.first().map_or([0; 3], |value| value.node);
    let all = parameters(plan, node);
    let slopes: Vec<Vec<f64>> = pixels.iter().map(|&at| definition::pixel_slopes(plan, &all, at)).collect();
    for (number, &parameter) in all.iter().enumerate() {
        let own = slopes.iter().map(|slopes| slopes[number]);
        // Derivatives that are roundings of an image do not count.
        let least = 1e-5 * brightest / parameter.natural_step();
        let norm = own.clone().fold(least, |most: f64, slope| most.max(slope.abs())).max(f64::MIN_POSITIVE);
        let name_of = match parameter {
            Parameter::Amplitude(_) => "F_h_k_l".to_owned(),
            _ => parameter.name(),
        };
        let tally = tallies.entry(name_of).or_default();
        for ((slope, &at), value) in own.zip(pixels).zip(&values) {
            let apart = match apart(plan, parameter, at, value, slope, norm) {
                Ok(apart) => apart,
                Err(Outside::AtFace) => {
                    tally.at_faces += 1;
                    continue;
                }
                Err(Outside::Unsettled) => {
                    tally.unsettled += 1;
                    continue;
                }
            };
            tally.compared += 1;
            if apart > tally.worst || !apart.is_finite() {
                tally.worst = apart;
            }
            if apart.is_nan() || apart > TOLERANCE {
                let Pixel { slow, fast } = at;
                let line = format!("{name}: {} at {slow} {fast}: {slope}, {apart:.1e} off", parameter.name());
                tally.wrong.push(line);
            }
        }
    }
}

/// A pixel's photons, and the nodes of its terms.
struct Value {
    photons: f64,
    nodes: u64,
    node: [i32; 3],
}

struct Nodes {
    hash: u64,
    last: [i32; 3],
}

impl Sink<f64> for Nodes {
    const NEEDS: Needs = Needs::ALL_TERMS;

    fn term(&mut self, _at: TermIndex, term: &Term<'_, f64>) {
        self.last = term.indices.nearest_i32();
        for index in self.last {
            self.hash = (self.hash ^ index as u32 as u64).wrapping_mul(0x0000_0100_0000_01B3);
        }
    }
}

fn value(plan: &Plan, at: Pixel) -> Value {
    let mut nodes = Nodes { hash: 0xCBF2_9CE4_8422_2325, last: [0; 3] };
    let photons = pixel(plan, at, &mut nodes);
    Value { photons, nodes: nodes.hash, node: nodes.last }
}

/// Why a pixel is not compared.
enum Outside {
    /// A node changes within every step.
    AtFace,
    /// Differences do not settle.
    Unsettled,
}

/// How far `slope` is from the difference beyond its doubt, over `norm`. An extrapolation may settle by chance where it should not, so that one that
/// disagrees is repeated from smaller steps: a slope that is wrong agrees with none.
fn apart(
    plan: &Plan,
    parameter: Parameter,
    at: Pixel,
    here: &Value,
    slope: f64,
    norm: f64,
) -> Result<f64, Outside> {
    let mut least = Err(Outside::AtFace);
    for shrink in [1.0, 8.0, 64.0] {
        let Some((found, doubt)) = difference(plan, parameter, at, here, shrink) else { continue };
        // What the difference is in doubt by is not the derivative's.
        let apart = ((slope - found).abs() - doubt).max(0.0) / norm;
        if doubt > TOLERANCE * norm {
            least = least.or(Err(Outside::Unsettled));
            continue;
        }
        if least.as_ref().map_or(true, |&known| apart < known) {
            least = Ok(apart);
        }
        if apart <= TOLERANCE {
            break;
        }
    }
    least
}

/// The number of cells that `parameter` is.
fn cells(plan: &Plan, parameter: Parameter) -> f64 {
    parameter.of(&mut plan.parameters().clone()).map_or(0.0, |number| *number)
}

/// The central difference of `plan` by `parameter` at a pixel (of the number of cells of a crystal of one the forward difference), and how far it is in doubt: the entry of Ridders' table of
/// extrapolations that moves least. Steps within which a node changes are not taken; `None` where it does in all.
fn difference(plan: &Plan, parameter: Parameter, at: Pixel, here: &Value, shrink: f64) -> Option<(f64, f64)> {
    const LEVELS: usize = 6;
    /// What photons are good to, generously: indices of some ten cells times their number.
    const ROUNDING: f64 = 1e-14;
    // There is no crystal of less than a cell.
    let from_above = matches!(parameter, Parameter::Cells(_)) && cells(plan, parameter) <= 1.0;
    let gain = if from_above { 2f64 } else { 4.0 };
    let slope = |step: f64| {
        let lower = if from_above { 0.0 } else { -step };
        let [above, below] = [step, lower].map(|step| {
            let there = value(&moved(plan, parameter, step)?, at);
            (there.nodes == here.nodes).then_some(there.photons)
        });
        Some((above? - below?) / (step - lower))
    };
    let mut step = 0.5 * parameter.natural_step() / shrink;
    for _ in 0..10 {
        let Some(first) = slope(step) else {
            step /= 4.0;
            continue;
        };
        let (mut last, mut best, mut doubt) = (vec![first], first, f64::INFINITY);
        for level in 1..LEVELS {
            let shorter = step / f64::from(1u32 << level);
            let Some(found) = slope(shorter) else { break };
            // Differences of rounded photons may be equal and mean nothing.
            let noise = ROUNDING * here.photons / shorter;
            let mut row = vec![found];
            for (order, before) in last.iter().enumerate() {
                let factor = gain.powi(order as i32 + 1);
                let next = row[order] + (row[order] - before) / (factor - 1.0);
                let moved = (next - row[order]).abs().max((next - before).abs()) + noise;
                if moved <= doubt {
                    (best, doubt) = (next, moved);
                }
                row.push(next);
            }
            last = row;
        }
        // Halves of a step tell less from above than on both sides.
        return Some((best, if from_above { 30.0 * doubt } else { doubt }));
    }
    None
}
