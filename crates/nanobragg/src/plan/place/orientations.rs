//! Orientations of the lattice: phi steps times mosaic domains.

use nalgebra::{Matrix3, Vector3};

use super::RotationParameters;
use crate::model::{Quirk, Quirks, Rotation};
use crate::physics::lattice::RealLattice;
use crate::physics::rotation::{about_axis_by, about_xyz, by_matrix};
use crate::real::{Real, is_plain_zero, real, vector};

/// One step of the phi sweep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhiStep<T: Real> {
    /// Spindle angle in radians.
    pub phi: T,
    /// Sine and cosine of the angle by which the lattice is turned: `phi`, unless the quirk `phi_zero_carryover` left
    /// another.
    pub turned: (T, T),
    /// The lattice of the step, before the mosaic domains' rotations.
    pub lattice: RealLattice<T>,
}

/// Orientations of the lattice: phi steps times mosaic domains. What is evaluated is settled when they are
/// [assembled](Orientations::assemble): a change of a field alone has no effect.
#[derive(Clone, Debug)]
pub struct Orientations<T: Real = f64> {
    /// Phi steps.
    pub steps: Vec<PhiStep<T>>,
    /// Rotations of the mosaic domains.
    pub domains: Vec<Matrix3<T>>,
    /// The lattice at rest.
    pub unrotated: RealLattice<T>,
    /// With the quirk `phi_zero_carryover`: the pixel (in scan order) whose first sweep still starts from the
    /// lattice at rest.
    pub first_pixel: Option<usize>,
    /// Unit vector along the spindle, where it turns the domains with the crystal; `None` with the quirk
    /// `mosaic_after_spindle`.
    pub spindle: Option<Vector3<T>>,
    /// Lattices of all steps and domains, domain fastest; empty when they would take too much memory.
    combined: Vec<RealLattice<T>>,
}

/// Orientations up to which every lattice is kept (72 bytes each in double precision): beyond, a lattice is
/// turned when it is needed, to the same bits.
pub(crate) const MOST_COMBINED: usize = 1 << 18;

impl<T: Real> Orientations<T> {
    /// The orientations of `lattice` over the steps of `sweep` about the unit vector `spindle_axis`. The angles are those of
    /// `numbers`.
    pub(in crate::plan) fn new(
        lattice: &RealLattice<T>,
        spindle_axis: &Vector3<f64>,
        sweep: Rotation,
        numbers: &RotationParameters<T>,
        domains: Vec<Matrix3<T>>,
        quirks: Quirks,
    ) -> Self {
        let axis = about_xyz(&vector(spindle_axis), numbers.spindle);
        let carry = quirks.has(Quirk::PhiZeroCarryover);
        let mut steps = Vec::with_capacity(sweep.steps());
        // With the carry-over the state that one sweep leaves is what the next begins with: two sweeps from
        // rest leave the steady state.
        let at_rest = ((T::zero(), real(1.0)), *lattice);
        let mut state = at_rest;
        for _ in 0..if carry { 2 } else { 1 } {
            steps.clear();
            for tic in 0..sweep.steps() {
                let phi = sweep.angle_from(tic, quirks, numbers.start, numbers.step);
                state = if !is_plain_zero(phi) {
                    let turned = (phi.sin(), phi.cos());
                    (turned, lattice.map(|v| about_axis_by(v, &axis, turned)))
                } else if carry {
                    state
                } else {
                    at_rest
                };
                let (turned, lattice) = state;
                steps.push(PhiStep { phi, turned, lattice });
            }
        }
        let spindle = (!quirks.has(Quirk::MosaicAfterSpindle)).then_some(axis);
        Orientations::assemble(steps, domains, *lattice, spindle)
    }

    /// The orientations of `steps` times `domains`; `unrotated` is the lattice at rest. With a `spindle` the domains
    /// turn with the crystal, R(φ) U A; without one they keep their direction in the laboratory, U R(φ) A.
    pub fn assemble(
        steps: Vec<PhiStep<T>>,
        domains: Vec<Matrix3<T>>,
        unrotated: RealLattice<T>,
        spindle: Option<Vector3<T>>,
    ) -> Self {
        let mut orientations =
            Orientations { steps, domains, unrotated, first_pixel: None, spindle, combined: Vec::new() };
        let (steps, domains) = (orientations.steps.len(), orientations.domains.len());
        if steps.saturating_mul(domains) <= MOST_COMBINED {
            let all = (0..steps)
                .flat_map(|step| (0..domains).map(move |domain| (step, domain)))
                .map(|(step, domain)| orientations.turned_to(step, domain));
            orientations.combined = all.collect();
        }
        orientations
    }

    /// The lattice of phi step `step` in mosaic domain `domain`.
    #[inline(always)]
    pub fn lattice(&self, step: usize, domain: usize) -> RealLattice<T> {
        match self.combined.get(step * self.domains.len() + domain) {
            Some(lattice) => *lattice,
            None => self.turned_to(step, domain),
        }
    }

    fn turned_to(&self, step: usize, domain: usize) -> RealLattice<T> {
        let step = &self.steps[step];
        match &self.spindle {
            Some(axis) => self.unrotated(domain).map(|v| about_axis_by(v, axis, step.turned)),
            None => self.turned(&step.lattice, domain),
        }
    }

    /// The lattice at rest in mosaic domain `domain`.
    pub fn unrotated(&self, domain: usize) -> RealLattice<T> {
        self.turned(&self.unrotated, domain)
    }

    fn turned(&self, lattice: &RealLattice<T>, domain: usize) -> RealLattice<T> {
        lattice.map(|v| by_matrix(v, &self.domains[domain]))
    }

    /// Whether a step at phi = 0 has another lattice than the one at rest.
    pub fn carries(&self) -> bool {
        self.steps.iter().any(|step| step.phi.is_zero() && step.lattice != self.unrotated)
    }

    /// Whether the first step is at phi = 0 and has another lattice than the one at rest.
    pub(in crate::plan) fn first_step_carries(&self) -> bool {
        self.steps.first().is_some_and(|step| step.phi.is_zero() && step.lattice != self.unrotated)
    }

    /// Number of phi steps times domains.
    pub fn count(&self) -> usize {
        self.steps.len() * self.domains.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Preset, StepPoint};
    use crate::physics::rotation::about_axis;

    fn cube() -> RealLattice<f64> {
        RealLattice { vectors: [Vector3::x(), Vector3::y(), Vector3::z()] }
    }

    fn new(sweep: Rotation, domains: Vec<Matrix3<f64>>, quirks: Quirks) -> Orientations {
        Orientations::new(&cube(), &Vector3::z(), sweep, &sweep.into(), domains, quirks)
    }

    fn sweep(start: f64, step: f64, count: usize, carry: bool) -> Orientations {
        let sweep = Rotation::sampled(start, 0.0, step, count).unwrap();
        let spec = Quirks::from(Preset::Spec);
        let quirks = if carry { spec.with(Quirk::PhiZeroCarryover) } else { spec };
        new(sweep, vec![Matrix3::identity()], quirks)
    }

    #[test]
    fn steps_are_sampled_in_their_middle_unless_a_quirk_or_the_user_says_otherwise() {
        let rotation = Rotation::over(0.2, -0.4, 4).unwrap();
        let phi = |rotation: Rotation, quirks: Quirks| {
            let all = new(rotation, vec![Matrix3::identity()], quirks);
            [all.steps.first(), all.steps.last()].map(|step| (step.unwrap().phi * 1e9).round() / 1e9)
        };
        let (exact, spec) = (Quirks::from(Preset::Exact), Quirks::from(Preset::Spec));
        assert_eq!(phi(rotation, exact), [0.15, -0.15]);
        assert_eq!(phi(rotation, spec), [0.2, -0.1]);
        assert_eq!(phi(rotation.sampled_at(StepPoint::Start), exact), [0.2, -0.1]);
        assert_eq!(phi(rotation.sampled_at(StepPoint::Middle), spec), [0.15, -0.15]);
        assert_eq!(phi(Rotation::still(0.3), exact.with(Quirk::PhiZeroCarryover))[0], 0.3);
    }

    #[test]
    fn domains_turn_with_the_crystal_or_stay_in_the_laboratory() {
        let tilt = |v: &Vector3<f64>| about_axis(v, &Vector3::x(), 0.02);
        let domain = Matrix3::from_columns(&[Vector3::x(), Vector3::y(), Vector3::z()].map(|v| tilt(&v)));
        let rotation = Rotation::over(0.0, 2.0, 2).unwrap().sampled_at(StepPoint::Start);
        let all = |preset: Preset| new(rotation, vec![domain], Quirks::from(preset));
        let (exact, spec) = (all(Preset::Exact), all(Preset::Spec));
        assert_eq!(exact.lattice(0, 0), spec.lattice(0, 0));
        let turned = cube().map(|v| about_axis(&tilt(v), &Vector3::z(), 1.0));
        let fixed = cube().map(|v| tilt(&about_axis(v, &Vector3::z(), 1.0)));
        assert_eq!(exact.lattice(1, 0), turned);
        for (found, expected) in spec.lattice(1, 0).vectors.iter().zip(fixed.vectors) {
            assert!((found - expected).norm() < 1e-15);
        }
        assert!((turned.vectors[0] - fixed.vectors[0]).norm() > 1e-2);
    }

    #[test]
    fn zero_phi_keeps_the_step_before_under_the_quirk() {
        let leading = sweep(0.0, 0.1, 3, true);
        assert_eq!(leading.steps[0].lattice, leading.steps[2].lattice);
        let inside = sweep(-0.1, 0.1, 3, true);
        assert_eq!(inside.steps[1].phi, 0.0);
        assert_eq!(inside.steps[1].lattice, inside.steps[0].lattice);
        assert!(leading.carries() && inside.carries());
    }

    #[test]
    fn zero_phi_is_at_rest_without_the_quirk() {
        let fresh = sweep(0.0, 0.1, 3, false);
        assert_eq!(fresh.steps[0].lattice, cube());
        assert!(!fresh.carries());
    }

    #[test]
    fn a_still_at_zero_is_at_rest_either_way() {
        assert_eq!(sweep(0.0, 0.0, 2, true).steps, sweep(0.0, 0.0, 2, false).steps);
    }

    #[test]
    fn turning_on_demand_gives_the_same_bits() {
        let mut orientations = sweep(0.2, 0.1, 2, false);
        orientations.domains =
            vec![Matrix3::identity(), Matrix3::new(0.8, -0.6, 0.0, 0.6, 0.8, 0.0, 0.0, 0.0, 1.0)];
        for spindle in [None, Some(Vector3::z())] {
            let (steps, domains) = (orientations.steps.clone(), orientations.domains.clone());
            let kept = Orientations::assemble(steps, domains, cube(), spindle);
            let on_demand = Orientations { combined: Vec::new(), ..kept.clone() };
            for (step, domain) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                assert_eq!(kept.lattice(step, domain), on_demand.lattice(step, domain));
            }
        }
    }
}
