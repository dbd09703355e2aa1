//! One pixel, in any number type: the stages that the walk over its terms drives.

use std::sync::atomic::AtomicBool;

use nalgebra::Vector3;

use super::index::TermIndex;
use super::kept::{self, Kept};
use super::lane::{Finished, Scattering, Subpixel, Term};
use super::sink::Sink;
use super::walk::{Stages, walk};
use crate::image::Pixel;
use crate::physics::geometry::{self, Position};
use crate::physics::lattice::{self, Indices, LatticeFactor, RealLattice};
use crate::physics::{absorption, f_cell, polarization, scaling, scattering};
use crate::plan::{Interpolation, Plan, SourcePlan};
use crate::real::{Real, real};

/// Photons in a pixel, with every intermediate shown to `sink`. Beside the image it is what the detector's plane would get there.
///
/// Terms are summed in the order layer, sub-pixel (slow, then fast), source, phi step, mosaic domain. The
/// pixel's mask and region of interest are not looked at.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::nest::pixel;
///
/// let mut experiment = Experiment::uniform(UnitCell::new(100.0, 100.0, 100.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let double = pixel(&plan, Pixel { slow: 20, fast: 30 }, &mut ());
/// let single = pixel(&plan.cast::<f32>(), Pixel { slow: 20, fast: 30 }, &mut ());
/// assert!((f64::from(single) / double - 1.0).abs() < 1e-3);
/// # Ok::<(), nanobragg::Error>(())
/// ```
pub fn pixel<T: Real, S: Sink<T>>(plan: &Plan<T>, at: Pixel, sink: &mut S) -> T {
    pixel_unless(plan, at.slow, at.fast, sink, None)
}

/// [`pixel`], which leaves terms out once `stop` is raised.
pub(crate) fn pixel_unless<T: Real, S: Sink<T>>(
    plan: &Plan<T>,
    slow: usize,
    fast: usize,
    sink: &mut S,
    stop: Option<&AtomicBool>,
) -> T {
    let index = plan.region.index(slow, fast);
    let mut state = Evaluation {
        plan,
        sink,
        slow,
        fast,
        sum: plan.background.start,
        kept: Kept::new(plan),
        polar_known: false,
        cos_2theta: None,
        position: Position { point: Vector3::zeros(), distance: T::zero(), diffracted: Vector3::zeros() },
        q: Vector3::zeros(),
        weight: T::zero(),
        damping: T::zero(),
        at_rest: plan.orientations.first_pixel == Some(index),
        interpolates: match plan.interpolation {
            Interpolation::Off => false,
            Interpolation::On => true,
            Interpolation::UntilUnsafeIn(last) => index <= last,
        },
        running: plan.factors.depend_on_order(),
    };
    walk(plan, &mut state, stop);
    state.finish()
}

/// The pixel's sum, where the walk is, and what is kept from one term to the next.
struct Evaluation<'a, T: Real, S> {
    plan: &'a Plan<T>,
    sink: &'a mut S,
    slow: usize,
    fast: usize,
    sum: T,
    kept: Kept<T>,
    polar_known: bool,
    cos_2theta: Option<T>,
    position: Position<T>,
    /// Scattering vector, 1/m.
    q: Vector3<T>,
    /// Product of the source's weight and the factors that multiply each term.
    weight: T,
    /// Factor of the displaced atoms on spots.
    damping: T,
    /// The next phi sweep starts from the lattice at rest.
    at_rest: bool,
    interpolates: bool,
    /// Some factor multiplies the accumulated sum.
    running: bool,
}

impl<T: Real, S: Sink<T>> Stages<T> for Evaluation<'_, T, S> {
    #[inline(always)]
    // @stage subpixel
    fn subpixel(&mut self, at: TermIndex) {
        let plan = self.plan;
        let subpixel_size = plan.detector.pixel_size / real(plan.oversample as f64);
        let fdet = geometry::subpixel_center(self.fast, at.sub_fast, plan.oversample, subpixel_size);
        let sdet = geometry::subpixel_center(self.slow, at.sub_slow, plan.oversample, subpixel_size);
        let odet = plan.layers.depth_of(at.layer);
        self.position = geometry::position(&plan.detector, fdet, sdet, odet);
        if kept::sets_omega(&plan.factors, at) {
            let plane = plan.layers.plane_of(at.layer, plan.detector.close_distance);
            self.kept.omega = geometry::solid_angle(&plan.detector, plane, self.position.distance);
        }
        if kept::sets_capture(&plan.factors, &plan.layers, at) {
            let (layers, direction) = (&plan.layers, &self.position.diffracted);
            self.kept.capture = absorption::capture_fraction(
                at.layer,
                layers.spacing,
                layers.mu,
                direction,
                &plan.detector.odet,
            );
        }
        let (omega, capture) = (self.kept.omega, self.kept.capture);
        self.sink.subpixel(at, &Subpixel { position: &self.position, omega, capture });
    }

    #[inline(always)]
    // @stage source
    fn source(&mut self, at: TermIndex, source: &SourcePlan<T>) -> bool {
        let plan = self.plan;
        let diffracted = &self.position.diffracted;
        self.q = scattering::scattering_vector(diffracted, &source.incident, source.wavelength);
        if scattering::beyond_resolution(plan.dmin, scattering::stol(&self.q)) {
            return false;
        }
        if let Some(kahn) = &plan.polarization
            && kept::sets_polar(plan, self.polar_known)
        {
            let (polar, cos_2theta) = polarization::factor(kahn, &source.incident, diffracted);
            self.kept.polar = polar;
            self.cos_2theta = Some(cos_2theta);
            self.polar_known = true;
        }
        self.sink.source(
            at,
            &Scattering {
                incident: &source.incident,
                wavelength: source.wavelength,
                vector: &self.q,
                polar: self.kept.polar,
                cos_2theta: self.cos_2theta,
            },
        );
        self.weight = source.weight;
        self.damping = scattering::damping(plan.b_factor, &self.q);
        self.kept.weigh_terms(&plan.factors, &mut self.weight);
        true
    }

    #[inline(always)]
    fn term(&mut self, at: TermIndex) {
        let orientations = &self.plan.orientations;
        let lattice = if self.at_rest && at.phi == 0 {
            orientations.unrotated(at.domain)
        } else {
            orientations.lattice(at.phi, at.domain)
        };
        self.add(at, &lattice);
    }

    #[inline(always)]
    fn source_done(&mut self) {
        self.at_rest = false;
    }
}

impl<T: Real, S: Sink<T>> Evaluation<'_, T, S> {
    #[inline(always)]
    fn add(&mut self, at: TermIndex, lattice: &RealLattice<T>) {
        let plan = self.plan;
        let indices = lattice.indices(&self.q);
        let water = plan.background.present;
        // Without interpolation the structure factor is one load, and where it is zero the lattice factor's
        // sines need not be known.
        let known_f = (!self.interpolates).then(|| self.nearest(&indices));
        let running = self.running;
        if let Some(f) = known_f
            && f.is_zero()
            && !(water || running)
        {
            if S::NEEDS.zero_terms {
                let f_latt = lattice::factor(&plan.crystal.shape, &indices);
                self.tap(at, lattice, &indices, &f_latt, (f, false), T::zero());
            }
            return;
        }
        let f_latt = lattice::factor(&plan.crystal.shape, &indices);
        if f_latt.product.is_zero() && !water {
            if S::NEEDS.zero_terms {
                let f = known_f.unwrap_or_else(|| self.nearest(&indices));
                self.tap(at, lattice, &indices, &f_latt, (f, false), T::zero());
            }
            return;
        }
        let (f_cell, interpolated) = match known_f {
            Some(f) => (f, false),
            None => self.interpolated(&indices),
        };
        let bragg = f_cell * f_cell * f_latt.product * f_latt.product * self.damping;
        let intensity = bragg + plan.background.per_term;
        self.sum += intensity * self.weight;
        if running {
            self.kept.weigh_running_sum(&plan.factors, &mut self.sum);
        }
        self.tap(at, lattice, &indices, &f_latt, (f_cell, interpolated), bragg);
    }

    #[inline(always)]
    fn nearest(&self, indices: &Indices<T>) -> T {
        real(self.plan.structure_factors.nearest(indices.nearest_i32()))
    }

    fn interpolated(&mut self, indices: &Indices<T>) -> (T, bool) {
        match f_cell::neighborhood(&self.plan.structure_factors, indices) {
            Some(neighborhood) => (f_cell::tricubic(&neighborhood, &indices.hkl), true),
            None => {
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
        (f_cell, interpolated): (T, bool),
        bragg: T,
    ) {
        if S::NEEDS.terms {
            let phi = self.plan.orientations.steps[at.phi].phi;
            let amount = bragg * self.weight;
            let term = Term { phi, lattice, indices, f_latt, f_cell, interpolated, amount, sum: self.sum };
            self.sink.term(at, &term);
        }
    }

    #[inline(always)]
    // @stage finish
    fn finish(self) -> T {
        let plan = self.plan;
        let mut photons = scaling::photons(plan.r_e_sqr, plan.fluence, self.sum, plan.steps);
        self.kept.weigh_photons(&plan.factors, &mut photons);
        let Kept { omega, polar, capture } = self.kept;
        self.sink.finished(&Finished { sum: self.sum, omega, polar, capture, photons });
        photons
    }
}
