//! Positions, factors and scattering vectors of a block.

use super::{LANES, Lanes, Place, Scattered};
use crate::formula::double::{Divisor, root_and_reciprocal, roots_are_exact};
use crate::nalgebra::Vector3;
use crate::nest::{Kept, TermIndex, kept};
use crate::physics::polarization::Kahn;
use crate::physics::rotation::unitize;
use crate::physics::{absorption, geometry, polarization, scaling, scattering};
use crate::plan::{DetectorPlan, Plan, SourcePlan};

/// Directions and distances of a sub-pixel of every pixel.
pub(crate) struct Positions {
    pub diffracted: [Lanes; 3],
    pub distance: Lanes,
    /// 1 over the distance.
    pub inverse: Lanes,
}

impl Positions {
    #[inline(always)]
    fn put(&mut self, i: usize, position: &geometry::Position<f64>) {
        for axis in 0..3 {
            self.diffracted[axis].0[i] = position.diffracted[axis];
        }
        self.distance.0[i] = position.distance;
        self.inverse.0[i] = 1.0 / position.distance;
    }
}

/// Unit vectors of a source: along the beam, and the two across it that polarization is measured against.
pub(crate) type PolarAxes = [Vector3<f64>; 3];

/// The axes of every source.
pub(crate) fn polar_axes(plan: &Plan) -> Vec<PolarAxes> {
    let axes = |source: &SourcePlan<f64>| {
        let Some(kahn) = &plan.polarization else { return [Vector3::zeros(); 3] };
        let incident = unitize(&source.incident).0;
        let b_in = unitize(&kahn.axis.cross(&incident)).0;
        [incident, b_in, unitize(&incident.cross(&b_in)).0]
    };
    plan.sources.iter().map(axes).collect()
}

/// Where the polarization factor is known already.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Known {
    Nowhere,
    Somewhere([bool; LANES]),
    Everywhere,
}

/// Positions of a sub-pixel of every pixel, in the operations of [`geometry::position`].
#[inline(always)]
pub(super) fn locate<const FMA: bool>(
    plan: &Plan,
    place: Place<'_>,
    at: TermIndex,
    positions: &mut Positions,
) {
    let detector = &plan.detector;
    let size = detector.pixel_size / plan.oversample as f64;
    let (slow, start) = match place {
        Place::Row { slow, start } => (slow, start),
        Place::Listed(pixels) => {
            let center = |pixel: u32, sub: usize| {
                geometry::subpixel_center(pixel as usize, sub, plan.oversample, size)
            };
            let odet = plan.layers.depth_of(at.layer);
            for (i, &[slow, fast]) in pixels.iter().enumerate() {
                let (fdet, sdet) = (center(fast, at.sub_fast), center(slow, at.sub_slow));
                positions.put(i, &geometry::position(detector, fdet, sdet, odet));
            }
            return;
        }
    };
    let sdet = geometry::subpixel_center(slow, at.sub_slow, plan.oversample, size);
    let odet = plan.layers.depth_of(at.layer);
    let base = (start * plan.oversample + at.sub_fast) as f64;
    let stride = plan.oversample as f64;
    let (f, s, o, origin) = (&detector.fdet, &detector.sdet, &detector.odet, &detector.pix0);
    if detector.curved {
        for i in 0..LANES {
            let fdet = size * (base + stride * i as f64) + size / 2.0;
            positions.put(i, &geometry::position(detector, fdet, sdet, odet));
        }
        return;
    }
    let [x, y, z] = &mut positions.diffracted;
    let mut exact = true;
    for i in 0..LANES {
        let fdet = size * (base + stride * i as f64) + size / 2.0;
        x.0[i] = fdet * f.x + sdet * s.x + odet * o.x + origin.x;
        y.0[i] = fdet * f.y + sdet * s.y + odet * o.y + origin.y;
        z.0[i] = fdet * f.z + sdet * s.z + odet * o.z + origin.z;
        let square = x.0[i] * x.0[i] + y.0[i] * y.0[i] + z.0[i] * z.0[i];
        exact &= roots_are_exact(square);
        positions.distance.0[i] = square;
    }
    for i in 0..LANES {
        let square = positions.distance.0[i];
        (positions.distance.0[i], positions.inverse.0[i]) = root_and_reciprocal::<FMA>(square);
    }
    if !exact {
        for i in 0..LANES {
            let distance = (x.0[i] * x.0[i] + y.0[i] * y.0[i] + z.0[i] * z.0[i]).sqrt();
            (positions.distance.0[i], positions.inverse.0[i]) = (distance, 1.0 / distance);
        }
    }
    for i in 0..LANES {
        let divisor = Divisor::with_reciprocal(positions.distance.0[i], positions.inverse.0[i]);
        x.0[i] = divisor.divide::<FMA>(x.0[i]);
        y.0[i] = divisor.divide::<FMA>(y.0[i]);
        z.0[i] = divisor.divide::<FMA>(z.0[i]);
    }
}

/// Solid angle and capture fraction where this sub-pixel sets them.
#[inline(always)]
pub(super) fn weigh(plan: &Plan, at: TermIndex, positions: &Positions, kept: &mut Kept<Lanes>) {
    if kept::sets_omega(&plan.factors, at) {
        let plane = plan.layers.plane_of(at.layer, plan.detector.close_distance);
        solid_angles(&plan.detector, plane, positions, &mut kept.omega);
    }
    if kept::sets_capture(&plan.factors, &plan.layers, at) {
        let layers = &plan.layers;
        for i in 0..LANES {
            let direction = direction(positions, i);
            kept.capture.0[i] = absorption::capture_fraction(
                at.layer,
                layers.spacing,
                layers.mu,
                &direction,
                &plan.detector.odet,
            );
        }
    }
}

/// [`geometry::solid_angle`] with one division.
#[inline(always)]
fn solid_angles(detector: &DetectorPlan<f64>, plane: f64, positions: &Positions, omega: &mut Lanes) {
    let area = detector.pixel_size * detector.pixel_size * plane;
    for i in 0..LANES {
        let inverse = positions.inverse.0[i];
        let square = inverse * inverse;
        omega.0[i] = if detector.point_pixel { square } else { area * inverse * square };
    }
}

#[inline(always)]
fn direction(positions: &Positions, i: usize) -> Vector3<f64> {
    let [x, y, z] = &positions.diffracted;
    Vector3::new(x.0[i], y.0[i], z.0[i])
}

/// Scattering vectors, polarization and weights for a source, and where it sets the polarization factor; false when no pixel is within the resolution
/// limit.
#[inline(always)]
pub(super) fn scatter<const FMA: bool>(
    plan: &Plan,
    source: &SourcePlan<f64>,
    axes: &PolarAxes,
    positions: &Positions,
    kept: &mut Kept<Lanes>,
    polar_known: &mut Known,
    polar_set: Option<&mut [bool; LANES]>,
    scattered: &mut Scattered,
) -> bool {
    let wavelength = Divisor::new(source.wavelength);
    for axis in 0..3 {
        let incident = source.incident[axis];
        for i in 0..LANES {
            scattered.q[axis].0[i] = wavelength.divide::<FMA>(positions.diffracted[axis].0[i] - incident);
        }
    }
    scattered.weight.0.fill(source.weight);
    if plan.dmin > 0.0 {
        let mut any = false;
        for i in 0..LANES {
            let q = Vector3::new(scattered.q[0].0[i], scattered.q[1].0[i], scattered.q[2].0[i]);
            let beyond = scattering::beyond_resolution(plan.dmin, scattering::stol(&q));
            any |= !beyond;
            if beyond {
                scattered.weight.0[i] = 0.0;
            }
        }
        if !any {
            return false;
        }
    }
    polarize(plan, source, axes, positions, &scattered.weight, &mut kept.polar, polar_known, polar_set);
    kept.weigh_terms(&plan.factors, &mut scattered.weight);
    if plan.b_factor != 0.0 {
        scattered.undamped = scattered.weight;
        for i in 0..LANES {
            let q = Vector3::new(scattered.q[0].0[i], scattered.q[1].0[i], scattered.q[2].0[i]);
            scattered.weight.0[i] *= scattering::damping(plan.b_factor, &q);
        }
    }
    true
}

/// Polarization factors where this source sets them: of every source, or of the first within the limit.
#[inline(always)]
fn polarize(
    plan: &Plan,
    source: &SourcePlan<f64>,
    axes: &PolarAxes,
    positions: &Positions,
    weight: &Lanes,
    polar: &mut Lanes,
    polar_known: &mut Known,
    mut polar_set: Option<&mut [bool; LANES]>,
) {
    if let Some(set) = &mut polar_set {
        **set = [false; LANES];
    }
    let Some(kahn) = &plan.polarization else { return };
    if !kept::sets_polar(plan, *polar_known == Known::Everywhere) {
        return;
    }
    // Without a resolution limit the first source sets the factor of every pixel, straight into its place.
    if plan.dmin <= 0.0 {
        factors(kahn, &source.incident, axes, positions, polar);
        if let Some(set) = polar_set {
            *set = [true; LANES];
        }
        *polar_known = Known::Everywhere;
        return;
    }
    let mut fresh = Lanes::splat(0.0);
    factors(kahn, &source.incident, axes, positions, &mut fresh);
    let mut known = match *polar_known {
        Known::Somewhere(known) => known,
        Known::Nowhere | Known::Everywhere => [false; LANES],
    };
    for (i, known) in known.iter_mut().enumerate() {
        let within = weight.0[i] != 0.0 || source.weight == 0.0;
        if within && kept::sets_polar(plan, *known) {
            polar.0[i] = fresh.0[i];
            if let Some(set) = &mut polar_set {
                set[i] = true;
            }
            *known = true;
        }
    }
    *polar_known = Known::Somewhere(known);
}

/// [`polarization::factor`] for every pixel; cos 2ψ comes from the components themselves,
/// (E² - B²) / (E² + B²).
#[inline(always)]
fn factors(
    kahn: &Kahn<f64>,
    incident: &Vector3<f64>,
    [along_beam, b_in, e_in]: &PolarAxes,
    positions: &Positions,
    into: &mut Lanes,
) {
    if kahn.epsilon {
        for i in 0..LANES {
            into.0[i] = polarization::factor(kahn, incident, &direction(positions, i)).0;
        }
        return;
    }
    let [x, y, z] = &positions.diffracted;
    for i in 0..LANES {
        let along = |v: &Vector3<f64>| v.x * x.0[i] + v.y * y.0[i] + v.z * z.0[i];
        let cos_2theta = along(along_beam);
        let cos_sqr = cos_2theta * cos_2theta;
        let (b, e) = (along(b_in), along(e_in));
        let (b_sqr, e_sqr) = (b * b, e * e);
        let across = b_sqr + e_sqr;
        // Straight ahead there is no angle: the definition's arc tangent is zero there.
        let cos_2psi = if across > 0.0 { (e_sqr - b_sqr) / across } else { 1.0 };
        into.0[i] = 0.5 * (1.0 + cos_sqr - kahn.factor * cos_2psi * (1.0 - cos_sqr));
    }
}

/// The water that every term adds under presets that scale it once.
#[inline(always)]
pub(super) fn add_background(plan: &Plan, weight: &Lanes, sum: &mut Lanes) {
    if plan.background.per_term != 0.0 {
        let all = plan.background.per_term * plan.orientations.count() as f64;
        for i in 0..LANES {
            sum.0[i] += all * weight.0[i];
        }
    }
}

/// Photons from the finished sums.
#[inline(always)]
pub(super) fn finish(plan: &Plan, sum: &Lanes, kept: &Kept<Lanes>, photons: &mut Lanes) {
    let scale = scaling::photons(plan.r_e_sqr, plan.fluence, 1.0, plan.steps);
    for i in 0..LANES {
        photons.0[i] = scale * sum.0[i];
    }
    kept.weigh_photons(&plan.factors, photons);
}
