//! Where the reflections of a plan are.

use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::lattice::{Indices, factor};
use nanobragg::plan::Plan;

/// Where a reflection of a crystal at rest meets the detector.
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
    /// Where the node `hkl` of `plan` is seen: turned onto the sphere of reflection by the smallest angle, as DIALS predicts stills.
    /// `None` for a node that cannot reflect, or whose ray misses the detector's plane.
    pub fn of(plan: &Plan, hkl: [i32; 3]) -> Option<Self> {
        let weight: f64 = plan.sources.iter().map(|source| source.weight).sum();
        let sum: f64 = plan.sources.iter().map(|source| source.weight * source.wavelength).sum();
        let wavelength_angstrom = 1e10 * sum / weight;
        let beam = plan.sources.first()?.incident.normalize();
        let length = 1.0 / wavelength_angstrom;
        let [a, b, c] = plan.crystal.lattice.vectors.map(|vector| (vector * 1e10).transpose());
        let star = Matrix3::from_rows(&[a, b, c]).try_inverse()?;
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
    use nanobragg::model::{Experiment, PixelGrid, Shape, UnitCell};

    #[test]
    fn the_brightest_pixels_of_a_thin_crystal_are_predicted() {
        let cell = UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 100.0);
        experiment.crystal = experiment.crystal.with_cells(12, 12, 12).unwrap().with_shape(Shape::Gauss);
        experiment.detector.pixels = PixelGrid::new(300, 300, 0.3e-3);
        let plan = experiment.plan().unwrap();
        let image = Cpu::default().render(&plan, &Control::default()).unwrap();
        let mut order: Vec<usize> = (0..image.pixels().len()).collect();
        order.sort_by(|one, other| image.pixels()[*other].total_cmp(&image.pixels()[*one]));
        let mut seen = 0;
        for &at in order.iter().take(40) {
            let (slow, fast) = (at / 300, at % 300);
            let hkl = crate::boxes::Indexed::of(&plan, slow, fast).hkl;
            let Some(found) = Predicted::of(&plan, hkl) else { continue };
            let [x, y] = found.position_px;
            assert!((x - fast as f64 - 0.5).hypot(y - slow as f64 - 0.5) < 6.0, "{found:?} {fast} {slow}");
            assert!((0.0..=1.0 + 1e-9).contains(&found.partiality), "{found:?}");
            seen += usize::from(found.partiality > 0.1);
        }
        assert!(seen > 10, "{seen}");
    }
}
