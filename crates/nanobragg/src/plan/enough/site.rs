//! Widths of a reflection where it meets the detector.

use nalgebra::{Matrix4, Vector3, Vector4};

use super::across as normal_of;
use crate::physics::geometry;
use crate::plan::{DetectorPlan, Region, SourcePlan};
use crate::shapes::overlap::Overlap;

/// The standard deviation of a component of a mosaic domain's rotation, over the spread: the rotation's angle is
/// spread × (1 - r²)^(1/3) with r uniform, whose mean square is B(1/2, 5/3) / 2, about an axis in any direction.
const DOMAIN_SIGMA: f64 = 0.49638;

/// Mean and variance of what a source is: i / λ and 1 / λ, in 1/Å.
pub(super) struct Beam {
    mean: Vector4<f64>,
    covariance: Matrix4<f64>,
}

impl Beam {
    pub(super) fn of(sources: &[SourcePlan<f64>]) -> Self {
        let inverse = |source: &SourcePlan<f64>| 1e-10 / source.wavelength;
        let vector = |source: &SourcePlan<f64>| (source.incident * inverse(source)).push(inverse(source));
        let total: f64 = sources.iter().map(|source| source.weight).sum();
        let share = |source: &SourcePlan<f64>| source.weight / total;
        let mean = sources.iter().map(|source| vector(source) * share(source)).sum::<Vector4<f64>>();
        let square = |source: &SourcePlan<f64>| {
            let off = vector(source) - mean;
            off * off.transpose() * share(source)
        };
        Beam { mean, covariance: sources.iter().map(square).sum() }
    }

    /// The mean direction of incidence, and the inverse of the mean wavelength, in 1/Å.
    fn incident(&self) -> (Vector3<f64>, f64) {
        (self.mean.xyz().normalize(), self.mean.w)
    }

    /// The standard deviation of a linear function of i / λ and 1 / λ.
    fn sigma(&self, gradient: &Vector4<f64>) -> f64 {
        (gradient.transpose() * self.covariance * gradient).x.max(0.0).sqrt()
    }
}

/// A point of the detector, and the reflection that meets it. With unit vectors i and d along the incident and the
/// scattered ray, the node G = (d - i) / λ lies |G + i/λ| - 1/λ from the sphere of reflection, along d. Lengths are in 1/Å.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    /// d.
    pub scattered: Vector3<f64>,
    /// |axis · (i × d)| / λ, by which the spindle turns G along d: 1 / (λ × Lorentz factor), in 1/Å a radian.
    pub rate: f64,
    /// Standard deviation along d by the crystal's size.
    pub size: f64,
    /// The same by sources.
    pub sources: f64,
    /// Variance of a spot across the plane of i and d, but for mosaicity: by size, pixel and sources.
    pub across: f64,
    /// Breadth of a spot in the plane of i and d, by size, pixel and directions of incidence.
    pub radial: f64,
    /// sin 2θ / λ.
    pub sine: f64,
    /// |G|.
    length: f64,
    /// 1 / λ.
    pub inverse: f64,
    /// cos 2θ.
    pub cosine: f64,
}

impl Site {
    /// Standard deviation along d by mosaic domains: a rotation ω moves G by ω × G, of which (i × d) · ω / λ is along d.
    pub(super) fn mosaic(&self, spread: f64) -> f64 {
        DOMAIN_SIGMA * spread * self.sine
    }

    /// The same across the plane of i and d.
    pub(super) fn mosaic_across(&self, spread: f64) -> f64 {
        DOMAIN_SIGMA * spread * self.length
    }
}

/// Sites all over the region whose resolution is not finer than `dmin` (Å).
pub(super) fn across(
    detector: &DetectorPlan<f64>,
    region: &Region,
    beam: &Beam,
    overlap: &Overlap,
    spindle: &Vector3<f64>,
    dmin: Option<f64>,
) -> Vec<Site> {
    const POINTS: usize = 9;
    let (rows, columns) = region.ranges();
    let along = |range: &std::ops::Range<usize>, point: usize| {
        let share = point as f64 / (POINTS - 1) as f64;
        (range.start as f64 + share * range.len() as f64) * detector.pixel_size
    };
    let (incident, inverse) = beam.incident();
    let mut sites = Vec::with_capacity(POINTS * POINTS);
    if rows.is_empty() || columns.is_empty() {
        return sites;
    }
    for (s, f) in (0..POINTS).flat_map(|s| (0..POINTS).map(move |f| (s, f))) {
        let point = geometry::position(detector, along(&columns, f), along(&rows, s), 0.0);
        let scattered = point.diffracted;
        let (cosine, crossed) = (incident.dot(&scattered), incident.cross(&scattered));
        let length = (scattered - incident).norm() * inverse;
        // On the beam nothing is a reflection.
        if crossed.norm() < 1e-4 || dmin.is_some_and(|dmin| length * dmin > 1.0) {
            continue;
        }
        let normal = crossed.normalize();
        let radial = normal_of(&normal, &scattered);
        let variance = |breadth: f64| breadth * breadth / std::f64::consts::TAU;
        let gradient = |direction: &Vector3<f64>, of_wavelength: f64| direction.push(of_wavelength);
        let pixel = detector.pixel_size / point.distance * inverse;
        let slant = scattered.dot(&detector.odet).abs().max(0.1);
        let seen = beam.sigma(&gradient(&normal, 0.0));
        sites.push(Site {
            scattered,
            rate: spindle.dot(&crossed).abs() * inverse,
            size: variance(overlap.breadth(&scattered)).sqrt(),
            sources: beam.sigma(&gradient(&scattered, -1.0)),
            across: variance(overlap.breadth(&normal)) + pixel * pixel / 12.0 + seen * seen,
            radial: overlap.breadth(&radial).hypot(pixel * slant),
            sine: crossed.norm() * inverse,
            length,
            inverse,
            cosine,
        });
    }
    sites
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Divergence, Experiment, PixelGrid, Spectrum, Steps, UnitCell};
    use crate::plan::choose::mosaic;
    use crate::plan::{Plan, Ran1};
    use crate::shapes::overlap::Crystal;

    /// The site at the upper corner of a detector.
    fn corner(change: impl FnOnce(&mut Experiment)) -> (Plan, Site) {
        let mut experiment =
            Experiment::uniform(UnitCell::new(50.0, 60.0, 70.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.crystal = experiment.crystal.with_cells(10, 10, 10).unwrap();
        experiment.detector.pixels = PixelGrid::new(1000, 1000, 1e-4);
        change(&mut experiment);
        let plan = experiment.plan().unwrap();
        let beam = Beam::of(&plan.sources);
        let crystal = &plan.crystal.shape;
        let stars = &crystal.reciprocal.vectors;
        let overlap = crystal.shape.visit(Crystal { cells: &crystal.cells, fudge: 1.0, stars });
        let spindle = plan.detector.spindle_axis[1];
        let sites = across(&plan.detector, &plan.region, &beam, &overlap, &spindle, None);
        let last = *sites.last().unwrap();
        (plan, last)
    }

    #[test]
    fn widths_are_their_closed_forms() {
        let (plan, site) = corner(|_| {});
        let incident = plan.sources[0].incident;
        let sine = (1.0 - site.cosine * site.cosine).sqrt();
        let lorentz = 1.0 / plan.detector.spindle_axis[1].dot(&incident.cross(&site.scattered)).abs();
        assert!((site.rate - 1.0 / lorentz).abs() < 1e-12, "1 A: {} {lorentz}", site.rate);
        assert!((site.mosaic(0.01) / (DOMAIN_SIGMA * 0.01 * sine) - 1.0).abs() < 1e-12);
        // |G| = 2 sin θ / λ.
        let length = 2.0 * ((1.0 - site.cosine) / 2.0).sqrt();
        assert!((site.mosaic_across(0.01) / (DOMAIN_SIGMA * 0.01 * length) - 1.0).abs() < 1e-12);
        assert_eq!(site.sources, 0.0);
    }

    #[test]
    fn bands_and_divergence_are_as_wide_as_their_derivatives_say() {
        let five = Steps::across(0.002, 5).unwrap();
        // The standard deviation of five samples over a range of 1.
        let sigma = (0.125_f64).sqrt();
        let (_, site) = corner(|e| e.beam = e.beam.clone().with_spectrum(Spectrum::Band(five)).unwrap());
        let expected = 0.002 * sigma * (1.0 - site.cosine);
        assert!((site.sources / expected - 1.0).abs() < 1e-4, "{} {expected}", site.sources);
        let (plan, site) =
            corner(|e| e.beam = e.beam.clone().with_divergence(Divergence::round(five, Steps::ONE)));
        // Divergence about an axis v moves the node by h d · (v × i) / λ.
        let count = five.count();
        let (first, last) = (plan.sources[0].incident, plan.sources[count - 1].incident);
        let expected = sigma * (site.scattered.dot(&(last - first))).abs();
        assert!((site.sources / expected - 1.0).abs() < 1e-4, "{} {expected}", site.sources);
    }

    #[test]
    fn a_component_of_a_domains_rotation_has_its_standard_deviation() {
        let mut generator = Ran1::default();
        generator.reseed(7);
        let count = 100_000;
        let component = |_| {
            let turned = mosaic::cap_rotation(0.01, &mut generator);
            (turned[(2, 1)] - turned[(1, 2)]) / 2.0
        };
        let square: f64 = (0..count).map(component).map(|x| x * x).sum();
        let found = (square / f64::from(count)).sqrt() / 0.01;
        assert!((found / DOMAIN_SIGMA - 1.0).abs() < 0.01, "{found}");
    }
}
