//! The evaluation of a pixel: the one place where the stages meet.

use super::geometry::{self, Position};
use super::lattice::{self, Indices, LatticeFactor, RealLattice};
use super::probe::{Finished, Probe, Scattering, Subpixel, Term, TermIndex};
use super::{absorption, f_cell, polarization, scaling, scattering};
use crate::plan::{FactorMode, Interpolation, Plan, SourcePlan};
use crate::real::{Real, real};

/// Photons in pixel (`slow`, `fast`), with every intermediate shown to `probe`.
///
/// Terms are summed in the order layer, sub-pixel (slow, then fast), source, phi step, mosaic domain. The
/// pixel's mask and region of interest are not looked at.
///
/// ```
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::physics::{NoProbe, pixel};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(100.0, 100.0, 100.0, 90.0, 90.0, 90.0), 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let double = pixel(&plan, 20, 30, &mut NoProbe);
/// let single = pixel(&plan.cast::<f32>(), 20, 30, &mut NoProbe);
/// assert!((f64::from(single) / double - 1.0).abs() < 1e-3);
/// # Ok::<(), nanobragg::PlanError>(())
/// ```
pub fn pixel<T: Real, P: Probe<T>>(plan: &Plan<T>, slow: usize, fast: usize, probe: &mut P) -> T {
    let index = plan.region.index(slow, fast);
    let mut state = Evaluation {
        plan,
        probe,
        sum: plan.background.start,
        omega: None,
        polar: None,
        cos_2theta: None,
        capture: None,
        at_rest: plan.orientations.first_pixel == Some(index),
        interpolates: match plan.interpolation {
            Interpolation::Off => false,
            Interpolation::On => true,
            Interpolation::UntilUnsafeIn(last) => index <= last,
        },
        running: plan.factors.depend_on_order(),
    };
    for layer in 0..plan.layers.count {
        state.capture = None;
        for sub_slow in 0..plan.oversample {
            for sub_fast in 0..plan.oversample {
                let at = TermIndex { layer, sub_slow, sub_fast, ..TermIndex::default() };
                state.subpixel(slow, fast, at);
            }
        }
    }
    state.finish()
}

/// The pixel's sum and what is kept from one term to the next.
struct Evaluation<'a, T: Real, P> {
    plan: &'a Plan<T>,
    probe: &'a mut P,
    sum: T,
    omega: Option<T>,
    polar: Option<T>,
    cos_2theta: Option<T>,
    capture: Option<T>,
    /// The next phi sweep starts from the lattice at rest.
    at_rest: bool,
    interpolates: bool,
    /// Some factor multiplies the accumulated sum.
    running: bool,
}

/// The factors in force for the terms of one source.
#[derive(Clone, Copy)]
struct Weights<T> {
    omega: T,
    polar: T,
    capture: T,
    /// Product of the factors (and the source's weight) that multiply each term.
    per_term: T,
}

impl<T: Real, P: Probe<T>> Evaluation<'_, T, P> {
    #[inline(always)]
    fn subpixel(&mut self, slow: usize, fast: usize, mut at: TermIndex) {
        let plan = self.plan;
        let one = real::<T>(1.0);
        let subpixel_size = plan.detector.pixel_size / real(plan.oversample as f64);
        let fdet = geometry::subpixel_center(fast, at.sub_fast, plan.oversample, subpixel_size);
        let sdet = geometry::subpixel_center(slow, at.sub_slow, plan.oversample, subpixel_size);
        let odet = real::<T>(at.layer as f64) * plan.layers.spacing;
        let position = geometry::position(&plan.detector, fdet, sdet, odet);

        let omega = match self.omega {
            Some(omega) if plan.factors.omega == FactorMode::Once => omega,
            _ => geometry::solid_angle(&plan.detector, position.distance),
        };
        self.omega = Some(omega);
        let capture = match self.capture {
            _ if !plan.layers.absorbing => one,
            Some(capture) if plan.factors.capture == FactorMode::Once => capture,
            _ => {
                let layers = &plan.layers;
                let direction = &position.diffracted;
                absorption::capture_fraction(
                    at.layer,
                    layers.spacing,
                    layers.mu,
                    direction,
                    &plan.detector.odet,
                )
            }
        };
        self.capture = Some(capture);
        self.probe.subpixel(at, &Subpixel { position: &position, omega, capture });

        for (number, source) in plan.sources.iter().enumerate() {
            at.source = number;
            self.source(at, &position, source, omega, capture);
        }
    }

    #[inline(always)]
    fn source(
        &mut self,
        mut at: TermIndex,
        position: &Position<T>,
        source: &SourcePlan<T>,
        omega: T,
        capture: T,
    ) {
        let plan = self.plan;
        let q = scattering::scattering_vector(&position.diffracted, &source.incident, source.wavelength);
        if scattering::beyond_resolution(plan.dmin, scattering::stol(&q)) {
            return;
        }
        let polar = match (&plan.polarization, self.polar) {
            (None, _) => real(1.0),
            (Some(_), Some(polar)) if plan.factors.polar == FactorMode::Once => polar,
            (Some(kahn), _) => {
                let (polar, cos_2theta) = polarization::factor(kahn, &source.incident, &position.diffracted);
                self.cos_2theta = Some(cos_2theta);
                polar
            }
        };
        self.polar = Some(polar);
        self.probe.scattering(
            at,
            &Scattering {
                incident: &source.incident,
                wavelength: source.wavelength,
                vector: &q,
                polar,
                cos_2theta: self.cos_2theta,
            },
        );
        let mut per_term = source.weight;
        for (mode, factor) in
            [(plan.factors.capture, capture), (plan.factors.polar, polar), (plan.factors.omega, omega)]
        {
            if mode == FactorMode::PerTerm {
                per_term *= factor;
            }
        }
        let weights = Weights { omega, polar, capture, per_term };
        for step in 0..plan.orientations.steps.len() {
            at.phi = step;
            for domain in 0..plan.orientations.domains.len() {
                at.domain = domain;
                let lattice = if self.at_rest && step == 0 {
                    plan.orientations.unrotated(domain)
                } else {
                    plan.orientations.lattice(step, domain)
                };
                self.term(at, &lattice, &q, &weights);
            }
        }
        self.at_rest = false;
    }

    #[inline(always)]
    fn term(
        &mut self,
        at: TermIndex,
        lattice: &RealLattice<T>,
        q: &nalgebra::Vector3<T>,
        weights: &Weights<T>,
    ) {
        let plan = self.plan;
        let indices = lattice.indices(q);
        let water = plan.background.present;
        // Without interpolation the structure factor is one load, and where it is zero the lattice factor's
        // sines need not be known.
        let known_f = (!self.interpolates).then(|| self.nearest(&indices));
        let running = self.running;
        if let Some(f) = known_f
            && f.is_zero()
            && !(water || running)
        {
            if P::RECORDS {
                let f_latt = lattice::factor(&plan.crystal.shape, &indices);
                self.tap(at, lattice, &indices, &f_latt, f, false);
            }
            return;
        }
        let f_latt = lattice::factor(&plan.crystal.shape, &indices);
        if f_latt.product.is_zero() && !water {
            self.tap(
                at,
                lattice,
                &indices,
                &f_latt,
                known_f.unwrap_or_else(|| self.nearest(&indices)),
                false,
            );
            return;
        }
        let (f_cell, interpolated) = match known_f {
            Some(f) => (f, false),
            None => self.interpolated(at, &indices),
        };
        let intensity = f_cell * f_cell * f_latt.product * f_latt.product + plan.background.per_term;
        self.sum += intensity * weights.per_term;
        if running {
            self.multiply_sum(weights);
        }
        self.tap(at, lattice, &indices, &f_latt, f_cell, interpolated);
    }

    /// The quirk `running_sum_factors`.
    fn multiply_sum(&mut self, weights: &Weights<T>) {
        let factors = &self.plan.factors;
        for (mode, factor) in [
            (factors.capture, weights.capture),
            (factors.polar, weights.polar),
            (factors.omega, weights.omega),
        ] {
            if mode == FactorMode::RunningSum {
                self.sum *= factor;
            }
        }
    }

    #[inline(always)]
    fn nearest(&self, indices: &Indices<T>) -> T {
        real(self.plan.structure_factors.nearest(indices.nearest_i32()))
    }

    fn interpolated(&mut self, at: TermIndex, indices: &Indices<T>) -> (T, bool) {
        match f_cell::neighborhood(&self.plan.structure_factors, indices) {
            Some(neighborhood) => (f_cell::tricubic(&neighborhood, &indices.hkl), true),
            None => {
                self.probe.left_table(at, indices);
                // What lies inside the latched pixel stays off after this term; elsewhere only this one falls back.
                self.interpolates = !matches!(self.plan.interpolation, Interpolation::UntilUnsafeIn(_));
                (self.nearest(indices), false)
            }
        }
    }

    #[inline(always)]
    fn tap(
        &mut self,
        at: TermIndex,
        lattice: &RealLattice<T>,
        indices: &Indices<T>,
        f_latt: &LatticeFactor<T>,
        f_cell: T,
        interpolated: bool,
    ) {
        if P::RECORDS {
            let phi = self.plan.orientations.steps[at.phi].phi;
            let term = Term { phi, lattice, indices, f_latt, f_cell, interpolated, sum: self.sum };
            self.probe.term(at, &term);
        }
    }

    #[inline(always)]
    fn finish(self) -> T {
        let plan = self.plan;
        // A pixel without a single surviving source has no polarization factor: the reference program leaves
        // its zero in place.
        let polar = self.polar.unwrap_or(if plan.polarization.is_some() { T::zero() } else { real(1.0) });
        let (omega, capture) = (self.omega.unwrap_or_else(T::zero), self.capture.unwrap_or_else(T::zero));
        let mut photons = scaling::photons(plan.r_e_sqr, plan.fluence, self.sum, plan.steps);
        for (mode, factor) in
            [(plan.factors.capture, capture), (plan.factors.polar, polar), (plan.factors.omega, omega)]
        {
            if mode == FactorMode::Once {
                photons *= factor;
            }
        }
        self.probe.finished(&Finished { sum: self.sum, omega, polar, capture, photons });
        photons
    }
}
