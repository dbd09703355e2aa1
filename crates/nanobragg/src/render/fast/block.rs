//! A block of pixels: positions, factors, scattering vectors, and the walk over layers, sub-pixels and sources.

use super::polynomial::Divisor;
use super::terms::{Amplitudes, Scattered, Scratch, Terms};
use super::{FastPlan, LANES, Lanes};
use crate::nalgebra::Vector3;
use crate::physics::polarization::Kahn;
use crate::physics::rotation::unitize;
use crate::physics::{absorption, geometry, polarization, scaling, scattering};
use crate::plan::{DetectorPlan, FactorMode, Plan, SourcePlan};

/// A block to evaluate.
pub(super) struct Work<'a> {
    pub fast: &'a FastPlan<'a>,
    pub slow: usize,
    /// Fast coordinate of the first pixel.
    pub start: usize,
    /// Structure factors of the block's terms.
    pub amplitudes: Amplitudes<'a>,
    /// What the evaluation writes its intermediates to.
    pub scratch: &'a mut Scratch,
    /// Receives the photons of each pixel.
    pub photons: &'a mut Lanes,
}

/// Directions and distances of a sub-pixel of every pixel.
struct Positions {
    diffracted: [Lanes; 3],
    distance: Lanes,
}

/// What is kept from one term to the next.
struct State {
    sum: Lanes,
    omega: Lanes,
    capture: Lanes,
    polar: Lanes,
    polar_known: Known,
}

/// Where the polarization factor is known already.
#[derive(Clone, Copy, PartialEq)]
enum Known {
    Nowhere,
    Somewhere([bool; LANES]),
    Everywhere,
}

impl Work<'_> {
    #[inline(always)]
    pub fn evaluate<T: Terms, const FMA: bool>(self, terms: &T) {
        let plan = self.fast.plan;
        let unpolarized = if plan.polarization.is_some() { 0.0 } else { 1.0 };
        let mut state = State {
            sum: Lanes::splat(plan.background.start),
            omega: Lanes::splat(0.0),
            capture: Lanes::splat(1.0),
            polar: Lanes::splat(unpolarized),
            polar_known: Known::Nowhere,
        };
        let mut positions = Positions { diffracted: [Lanes::splat(0.0); 3], distance: Lanes::splat(0.0) };
        let mut scattered = Scattered { q: [Lanes::splat(0.0); 3], weight: Lanes::splat(1.0) };
        for layer in 0..plan.layers.count {
            for sub_slow in 0..plan.oversample {
                for sub_fast in 0..plan.oversample {
                    locate::<FMA>(plan, &self, [layer, sub_slow, sub_fast], &mut positions);
                    let first_of_layer = (sub_slow, sub_fast) == (0, 0);
                    let first = layer == 0 && first_of_layer;
                    weigh(plan, layer, [first, first_of_layer], &positions, &mut state);
                    for source in &plan.sources {
                        if !scatter::<FMA>(plan, source, &positions, &mut state, &mut scattered) {
                            continue;
                        }
                        let orientations = &plan.orientations;
                        let domains = orientations.domains.len();
                        for step in 0..orientations.steps.len() {
                            for domain in 0..domains {
                                let lattice = orientations.lattice(step, domain);
                                terms.add::<FMA>(
                                    &lattice,
                                    &self.amplitudes,
                                    &scattered,
                                    self.scratch,
                                    &mut state.sum,
                                );
                            }
                        }
                        add_background(plan, &scattered, &mut state.sum);
                    }
                }
            }
        }
        finish(plan, &state, self.photons);
    }
}

/// Positions of a sub-pixel of every pixel, in the operations of [`geometry::position`].
#[inline(always)]
fn locate<const FMA: bool>(
    plan: &Plan,
    work: &Work<'_>,
    [layer, sub_slow, sub_fast]: [usize; 3],
    positions: &mut Positions,
) {
    let detector = &plan.detector;
    let size = detector.pixel_size / plan.oversample as f64;
    let sdet = geometry::subpixel_center(work.slow, sub_slow, plan.oversample, size);
    let odet = layer as f64 * plan.layers.spacing;
    let base = (work.start * plan.oversample + sub_fast) as f64;
    let stride = plan.oversample as f64;
    let (f, s, o, origin) = (&detector.fdet, &detector.sdet, &detector.odet, &detector.pix0);
    if detector.curved {
        for i in 0..LANES {
            let fdet = size * (base + stride * i as f64) + size / 2.0;
            let position = geometry::position(detector, fdet, sdet, odet);
            for axis in 0..3 {
                positions.diffracted[axis].0[i] = position.diffracted[axis];
            }
            positions.distance.0[i] = position.distance;
        }
        return;
    }
    for i in 0..LANES {
        let fdet = size * (base + stride * i as f64) + size / 2.0;
        let x = fdet * f.x + sdet * s.x + odet * o.x + origin.x;
        let y = fdet * f.y + sdet * s.y + odet * o.y + origin.y;
        let z = fdet * f.z + sdet * s.z + odet * o.z + origin.z;
        let distance = (x * x + y * y + z * z).sqrt();
        positions.distance.0[i] = distance;
        let divisor = Divisor::new(distance);
        positions.diffracted[0].0[i] = divisor.divide::<FMA>(x);
        positions.diffracted[1].0[i] = divisor.divide::<FMA>(y);
        positions.diffracted[2].0[i] = divisor.divide::<FMA>(z);
    }
}

/// Solid angle and capture fraction where this sub-pixel sets them.
#[inline(always)]
fn weigh(
    plan: &Plan,
    layer: usize,
    [first, first_of_layer]: [bool; 2],
    positions: &Positions,
    state: &mut State,
) {
    if first || plan.factors.omega != FactorMode::Once {
        solid_angles(&plan.detector, positions, &mut state.omega);
    }
    if plan.layers.absorbing && (first_of_layer || plan.factors.capture != FactorMode::Once) {
        let layers = &plan.layers;
        for i in 0..LANES {
            let direction = direction(positions, i);
            state.capture.0[i] = absorption::capture_fraction(
                layer,
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
fn solid_angles(detector: &DetectorPlan<f64>, positions: &Positions, omega: &mut Lanes) {
    let area = detector.pixel_size * detector.pixel_size * detector.close_distance;
    for i in 0..LANES {
        let inverse = 1.0 / positions.distance.0[i];
        let square = inverse * inverse;
        omega.0[i] = if detector.point_pixel { square } else { area * inverse * square };
    }
}

#[inline(always)]
fn direction(positions: &Positions, i: usize) -> Vector3<f64> {
    let [x, y, z] = &positions.diffracted;
    Vector3::new(x.0[i], y.0[i], z.0[i])
}

/// Scattering vectors, polarization and weights for a source; false when no pixel is within the resolution
/// limit.
#[inline(always)]
fn scatter<const FMA: bool>(
    plan: &Plan,
    source: &SourcePlan<f64>,
    positions: &Positions,
    state: &mut State,
    scattered: &mut Scattered,
) -> bool {
    let wavelength = Divisor::new(source.wavelength);
    for axis in 0..3 {
        let incident = source.incident[axis];
        for i in 0..LANES {
            scattered.q[axis].0[i] = wavelength.divide::<FMA>(positions.diffracted[axis].0[i] - incident);
        }
    }
    scattered.weight = Lanes::splat(source.weight);
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
    polarize(plan, source, positions, state, &scattered.weight);
    let factors = [
        (plan.factors.capture, &state.capture),
        (plan.factors.polar, &state.polar),
        (plan.factors.omega, &state.omega),
    ];
    for (mode, factor) in factors {
        if mode == FactorMode::PerTerm {
            for i in 0..LANES {
                scattered.weight.0[i] *= factor.0[i];
            }
        }
    }
    true
}

/// Polarization factors where this source sets them: of every source, or of the first within the limit.
#[inline(always)]
fn polarize(plan: &Plan, source: &SourcePlan<f64>, positions: &Positions, state: &mut State, weight: &Lanes) {
    let Some(kahn) = &plan.polarization else { return };
    let once = plan.factors.polar == FactorMode::Once;
    if once && state.polar_known == Known::Everywhere {
        return;
    }
    // Without a resolution limit the first source sets the factor of every pixel, straight into its place.
    if plan.dmin <= 0.0 {
        factors(kahn, &source.incident, positions, &mut state.polar);
        state.polar_known = Known::Everywhere;
        return;
    }
    let mut fresh = Lanes::splat(0.0);
    factors(kahn, &source.incident, positions, &mut fresh);
    let mut known = match state.polar_known {
        Known::Somewhere(known) => known,
        Known::Nowhere | Known::Everywhere => [false; LANES],
    };
    for (i, known) in known.iter_mut().enumerate() {
        let within = weight.0[i] != 0.0 || source.weight == 0.0;
        if within && !(once && *known) {
            state.polar.0[i] = fresh.0[i];
            *known = true;
        }
    }
    state.polar_known = Known::Somewhere(known);
}

/// [`polarization::factor`] for every pixel; cos 2ψ comes from the components themselves,
/// (E² - B²) / (E² + B²).
#[inline(always)]
fn factors(kahn: &Kahn<f64>, incident: &Vector3<f64>, positions: &Positions, into: &mut Lanes) {
    if kahn.epsilon {
        for i in 0..LANES {
            into.0[i] = polarization::factor(kahn, incident, &direction(positions, i)).0;
        }
        return;
    }
    let incident = unitize(incident).0;
    let b_in = unitize(&kahn.axis.cross(&incident)).0;
    let e_in = unitize(&incident.cross(&b_in)).0;
    let [x, y, z] = &positions.diffracted;
    for i in 0..LANES {
        let along = |v: &Vector3<f64>| v.x * x.0[i] + v.y * y.0[i] + v.z * z.0[i];
        let cos_2theta = along(&incident);
        let cos_sqr = cos_2theta * cos_2theta;
        let (b, e) = (along(&b_in), along(&e_in));
        let (b_sqr, e_sqr) = (b * b, e * e);
        let across = b_sqr + e_sqr;
        // Straight ahead there is no angle: the definition's arc tangent is zero there.
        let cos_2psi = if across > 0.0 { (e_sqr - b_sqr) / across } else { 1.0 };
        into.0[i] = 0.5 * (1.0 + cos_sqr - kahn.factor * cos_2psi * (1.0 - cos_sqr));
    }
}

/// The water that every term adds under presets that scale it once.
#[inline(always)]
fn add_background(plan: &Plan, scattered: &Scattered, sum: &mut Lanes) {
    if plan.background.per_term != 0.0 {
        let all = plan.background.per_term * plan.orientations.count() as f64;
        for i in 0..LANES {
            sum.0[i] += all * scattered.weight.0[i];
        }
    }
}

/// Photons from the finished sums.
#[inline(always)]
fn finish(plan: &Plan, state: &State, photons: &mut Lanes) {
    let factors = [
        (plan.factors.capture, &state.capture),
        (plan.factors.polar, &state.polar),
        (plan.factors.omega, &state.omega),
    ];
    let scale = scaling::photons(plan.r_e_sqr, plan.fluence, 1.0, plan.steps);
    for i in 0..LANES {
        photons.0[i] = scale * state.sum.0[i];
    }
    for (mode, factor) in factors {
        if mode == FactorMode::Once {
            for i in 0..LANES {
                photons.0[i] *= factor.0[i];
            }
        }
    }
}
