//! Where the reflections of a plan are.

use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::lattice::{Indices, factor};
use nanobragg::physics::rotation::about_axis;
use nanobragg::plan::Plan;

use crate::boxes::Indexed;

/// Where a reflection of a crystal that stands still meets the detector.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Predicted {
    /// Its indices.
    pub hkl: [i32; 3],
    /// The scattered wave vector, of length 1 / λ, 1/Å.
    pub s1: Vector3<f64>,
    /// Pixels from the outer corner of the first one, along fast and slow.
    pub position_px: [f64; 2],
    /// The same in mm.
    pub position_mm: [f64; 2],
    /// The angle by which the node is off the sphere of reflection, radians; positive inside of it.
    pub off_radians: f64,
    /// Mean squared lattice factor there, over sources, domains and phi steps, as a part of that of a node on the sphere.
    pub partiality: f64,
}

impl Predicted {
    /// Where the node `hkl` of `plan`, in the middle of its rotation, is seen: turned onto the sphere of reflection by the smallest
    /// angle, as DIALS predicts stills. Beam and wavelength are the means of the sources. `None` for a node that cannot reflect, or whose ray misses the detector's plane.
    pub fn of(plan: &Plan, hkl: [i32; 3]) -> Option<Self> {
        Still::new(plan)?.seen(hkl)
    }

    /// All nodes of `plan` with a structure factor that are seen on its detector with at least a hundredth of the intensity that
    /// they have on the sphere of reflection.
    pub fn all(plan: &Plan) -> Vec<Self> {
        let Some(still) = Still::new(plan) else { return Vec::new() };
        let edges = plan.crystal.lattice.vectors.map(|vector| vector.norm() * 1e10);
        let cells = plan.crystal.shape.cells;
        let shortest = (0..3).map(|axis| edges[axis] * cells[axis]).fold(f64::INFINITY, f64::min);
        let region = &plan.region;
        let (last_slow, last_fast) =
            (region.image_slow.saturating_sub(1), region.image_fast.saturating_sub(1));
        let corners = [(0, 0), (0, last_fast), (last_slow, 0), (last_slow, last_fast)];
        let scattering = corners.map(|(slow, fast)| Indexed::of(plan, slow, fast).scattering * 1e-10);
        let longest = scattering.into_iter().fold(0.0, f64::max);
        let most = edges.map(|edge| (longest * edge).min(f64::from(u16::MAX)) as i32);
        let size = [region.image_fast as f64, region.image_slow as f64];
        let mut seen = Vec::new();
        for h in -most[0]..=most[0] {
            for k in -most[1]..=most[1] {
                for l in -most[2]..=most[2] {
                    let node = still.star * Vector3::new(f64::from(h), f64::from(k), f64::from(l));
                    let off = (node + still.beam * still.length).norm() - still.length;
                    if off.abs() > WIDEST * node.norm() + shortest.recip()
                        || node.norm() > longest
                        || plan.structure_factors.nearest([h, k, l]) == 0.0
                    {
                        continue;
                    }
                    let inside = |own: &Predicted| {
                        own.partiality >= WEAKEST
                            && (0..2).all(|axis| (0.0..size[axis]).contains(&own.position_px[axis]))
                    };
                    seen.extend(still.seen([h, k, l]).filter(inside));
                }
            }
        }
        seen
    }
}

/// Of the intensity on the sphere of reflection, what a reflection has at least.
const WEAKEST: f64 = 0.01;
/// Radians that a mosaic crystal's nodes are off the sphere, at most.
const WIDEST: f64 = 0.03;

/// A plan in the middle of its rotation.
struct Still<'a> {
    plan: &'a Plan,
    /// Unit vector of the mean direction of incidence.
    beam: Vector3<f64>,
    /// 1 / λ of the mean wavelength, 1/Å.
    length: f64,
    /// Reciprocal axes as columns, 1/Å.
    star: Matrix3<f64>,
}

impl<'a> Still<'a> {
    fn new(plan: &'a Plan) -> Option<Self> {
        let weight: f64 = plan.sources.iter().map(|source| source.weight).sum();
        let sum: f64 = plan.sources.iter().map(|source| source.weight * source.wavelength).sum();
        let wavelength_angstrom = 1e10 * sum / weight;
        let beam: Vector3<f64> = plan.sources.iter().map(|source| source.incident * source.weight).sum();
        let beam = beam.try_normalize(0.0)?;
        let rotation = plan.resolved.rotation;
        let middle = rotation.start() + 0.5 * rotation.range();
        let turned = |vector: Vector3<f64>| match plan.detector.spindle_axis[1].try_normalize(0.0) {
            Some(axis) => about_axis(&vector, &axis, middle),
            None => vector,
        };
        let [a, b, c] = plan.crystal.lattice.vectors.map(|vector| (turned(vector) * 1e10).transpose());
        let star = Matrix3::from_rows(&[a, b, c]).try_inverse()?;
        Some(Still { plan, beam, length: 1.0 / wavelength_angstrom, star })
    }

    fn seen(&self, hkl: [i32; 3]) -> Option<Predicted> {
        let Still { plan, beam, length, star } = *self;
        let node = star * Vector3::from(hkl.map(f64::from));
        let size = node.norm();
        let across = node - beam * node.dot(&beam);
        // On the sphere of reflection q · s0 = -q² / 2.
        let along = -size * size / (2.0 * length);
        let beside = size * size - along * along;
        if size == 0.0 || beside <= 0.0 || across.norm() <= 1e-12 * size {
            return None;
        }
        let reflecting = beam * along + across.normalize() * beside.sqrt();
        let s1 = beam * length + reflecting;
        let off_radians = (node.dot(&beam) / size).clamp(-1.0, 1.0).acos()
            - (reflecting.dot(&beam) / size).clamp(-1.0, 1.0).acos();
        let panel = &plan.detector.panel;
        let normal = panel.fdet.cross(&panel.sdet);
        let far = panel.pix0.dot(&normal) / s1.dot(&normal);
        if !(far.is_finite() && far > 0.0) {
            return None;
        }
        // Axes of pixels that are not square are not at right angles.
        let frame = Matrix3::from_columns(&[panel.fdet, panel.sdet, normal]).try_inverse()?;
        let place = frame * (s1 * far - panel.pix0);
        let pixel = panel.pixel_size;
        Some(Predicted {
            hkl,
            s1,
            position_px: [place.x / pixel, place.y / pixel],
            position_mm: [place.x * 1e3, place.y * 1e3],
            off_radians,
            partiality: partiality(plan, hkl, &s1.normalize()),
        })
    }
}

/// The mean squared lattice factor in the direction `diffracted` over that of a node.
fn partiality(plan: &Plan, hkl: [i32; 3], diffracted: &Vector3<f64>) -> f64 {
    let shape = &plan.crystal.shape;
    let peak = factor(shape, &Indices::new(hkl.map(f64::from))).product.powi(2);
    let orientations = &plan.orientations;
    let domains = orientations.domains.len().max(1);
    let (mut sum, mut weights) = (0.0, 0.0);
    for number in 0..orientations.count() {
        let lattice = orientations.lattice(number / domains, number % domains);
        for source in &plan.sources {
            let scattering = (diffracted - source.incident) / source.wavelength;
            let indices = lattice.indices(&scattering);
            if indices.nearest_i32() == hkl {
                sum += source.weight * factor(shape, &indices).product.powi(2);
            }
            weights += source.weight;
        }
    }
    if peak > 0.0 && weights > 0.0 { sum / (weights * peak) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::backend::{Backend, Control, Cpu};
    use nanobragg::model::{Experiment, Misset, PixelGrid, Rotation, Shape, UnitCell};

    /// Spots of a crystal at the spindle angles of `rotation` are where they are predicted.
    fn spots_are_predicted(rotation: Rotation) {
        const SIZE: usize = 400;
        let cell = UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 100.0);
        let crystal = experiment.crystal.with_cells(20, 20, 20).unwrap().with_shape(Shape::Gauss);
        experiment.crystal = crystal.with_misset(Misset::Angles([0.1, 0.2, 0.3])).unwrap();
        experiment.detector.pixels = PixelGrid::new(SIZE, SIZE, 0.2e-3);
        experiment.rendering.oversample = std::num::NonZeroU32::new(3);
        experiment.rotation = rotation;
        let plan = experiment.plan().unwrap();
        let image = Cpu::default().render(&plan, &Control::default()).unwrap();
        let pixels = image.pixels();
        let mut order: Vec<usize> = (0..pixels.len()).collect();
        order.sort_by(|one, other| pixels[*other].total_cmp(&pixels[*one]));
        let mut offsets: Vec<[f64; 2]> = Vec::new();
        for &at in order.iter().take(400) {
            let (slow, fast) = (at / SIZE, at % SIZE);
            if !(8..SIZE - 8).contains(&slow) || !(8..SIZE - 8).contains(&fast) {
                continue;
            }
            let hkl = Indexed::of(&plan, slow, fast).hkl;
            let Some(found) = Predicted::of(&plan, hkl) else { continue };
            assert!((0.0..=1.0 + 1e-9).contains(&found.partiality), "{found:?}");
            // The brightest pixel of a spot that is near the sphere of reflection.
            let around = || {
                (slow - 6..=slow + 6).flat_map(|row| (fast - 6..=fast + 6).map(move |column| (row, column)))
            };
            let photons = |(row, column): (usize, usize)| f64::from(pixels[row * SIZE + column]);
            if found.partiality < 0.8 || around().any(|place| photons(place) > photons((slow, fast))) {
                continue;
            }
            let mut sums = [0.0; 3];
            for (row, column) in around() {
                // Without the tails of others.
                let count = photons((row, column));
                if count > 0.02 * photons((slow, fast)) {
                    let terms = [count, count * (column as f64 + 0.5), count * (row as f64 + 0.5)];
                    sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
                }
            }
            let [x, y] = found.position_px;
            offsets.push([x - sums[1] / sums[0], y - sums[2] / sums[0]]);
        }
        let count = offsets.len() as f64;
        let mean = [0, 1].map(|axis| offsets.iter().map(|offset| offset[axis]).sum::<f64>() / count);
        let worst = offsets.iter().map(|[x, y]| x.hypot(*y)).fold(0.0, f64::max);
        assert!(offsets.len() > 3, "{offsets:?}");
        assert!(worst < 0.3 && mean[0].hypot(mean[1]) < 0.1, "{offsets:?}");
    }

    #[test]
    fn spots_of_a_turned_crystal_are_predicted() {
        spots_are_predicted(Rotation::still(0.0));
        spots_are_predicted(Rotation::still(0.6));
    }
}
