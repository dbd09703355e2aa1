//! The sink that turns taps into events.

use nalgebra::Vector3;

use super::Options;
use super::event::{Labels, Pixel, RotStar, Step};
use crate::model::Quirk;
use crate::nest::{Finished, Scattering, Sink, Subpixel, Term, TermIndex};
use crate::physics::f_cell;
use crate::physics::rotation::{dot, magnitude};
use crate::plan::{FactorMode, Plan};
use crate::real::{Real, real, to_f64};
use crate::units::to_deg;

/// Emits what the evaluation of one pixel hands it as `tracing` events; see the [module](super) for their
/// shape and order.
#[derive(Clone, Debug)]
pub struct Recorder<'a, T: Real> {
    plan: &'a Plan<T>,
    pixel: Pixel,
    options: Options,
    /// Direction to the sub-pixel evaluated last.
    direction: Option<Vector3<T>>,
    /// The first term of the first source that survived the resolution limit.
    first: Option<TermIndex>,
    /// Scattering vector of the source evaluated last, 1/m.
    scattering: Vector3<T>,
    rot_stars: Vec<RotStar>,
}

impl<'a, T: Real> Recorder<'a, T> {
    /// A recorder for pixel (`slow`, `fast`) of `plan`.
    pub fn new(plan: &'a Plan<T>, slow: usize, fast: usize, options: Options) -> Self {
        Recorder {
            plan,
            pixel: Pixel { slow: slow as u64, fast: fast as u64 },
            options,
            direction: None,
            first: None,
            scattering: Vector3::zeros(),
            rot_stars: Vec::new(),
        }
    }

    /// Whether the trace follows the PyTorch port where its logs and the C program's are made differently.
    fn follows_port(&self) -> bool {
        self.plan.resolved.quirks.has(Quirk::VectorsAsGiven)
    }

    /// Whether `at` differs from the first term by its phi step alone.
    fn on_first_path(&self, at: TermIndex) -> bool {
        self.first == Some(TermIndex { phi: 0, ..at })
    }

    fn lattice(&self, term: &Term<'_, T>) {
        let pixel = self.pixel;
        let angstroms = |v: &Vector3<T>| components(v).map(|x| x * 1e10);
        for (axis, key) in ["rot_a_angstroms", "rot_b_angstroms", "rot_c_angstroms"].into_iter().enumerate() {
            pixel.vector(key, angstroms(&term.lattice.vectors[axis]));
        }
        let [raw, unit] = &self.plan.detector.spindle_axis;
        pixel.vector("spindle_axis_raw", components(raw));
        pixel.vector("spindle_axis_normalized", components(unit));
        pixel.scalar("spindle_magnitude", magnitude(raw));
        let stars =
            if self.follows_port() { term.lattice.reciprocal() } else { self.plan.crystal.shape.reciprocal };
        for (axis, key) in
            ["rot_a_star_A_inv", "rot_b_star_A_inv", "rot_c_star_A_inv"].into_iter().enumerate()
        {
            pixel.vector(key, components(&stars.vectors[axis]));
        }
        pixel.indices("hkl_frac", term.indices.hkl.map(to_f64));
        pixel.whole_indices("hkl_rounded", term.indices.nearest_i32().map(i64::from));
        for (axis, key) in ["F_latt_a", "F_latt_b", "F_latt_c"].into_iter().enumerate() {
            pixel.scalar(key, to_f64(term.f_latt.axes[axis]));
        }
        pixel.scalar("F_latt", to_f64(term.f_latt.product));
    }

    fn structure_factor(&self, term: &Term<'_, T>) {
        let pixel = self.pixel;
        let table = &self.plan.structure_factors;
        let neighborhood = f_cell::neighborhood(table, term.indices);
        let interpolated = match &neighborhood {
            _ if term.interpolated => to_f64(term.f_cell),
            Some(neighborhood) => to_f64(f_cell::tricubic(neighborhood, &term.indices.hkl)),
            None => f64::NAN,
        };
        let nearest =
            if term.interpolated { table.nearest(term.indices.nearest_i32()) } else { to_f64(term.f_cell) };
        pixel.scalar("F_cell_interpolated", interpolated);
        pixel.scalar("F_cell_nearest", nearest);
        let Some(neighborhood) = neighborhood else { return };
        pixel.grid_mark("GRID_START");
        for (i, plane) in (0..).zip(&neighborhood.values) {
            for (j, row) in (0..).zip(plane) {
                for (k, &value) in (0..).zip(row) {
                    pixel.grid_value([i, j, k], value);
                }
            }
        }
        pixel.grid_mark("GRID_END");
        for (axis, key) in ["H_COORDS", "K_COORDS", "L_COORDS"].into_iter().enumerate() {
            pixel.grid_axis(key, [0, 1, 2, 3].map(|n| i64::from(neighborhood.origin[axis]) + n));
        }
    }

    fn step(&self, at: TermIndex, term: &Term<'_, T>) {
        let plan = self.plan;
        let step = Step {
            phi_tic: at.phi as u64,
            phi_deg: to_deg(to_f64(term.phi)),
            k_frac: to_f64(term.indices.hkl[1]),
            f_latt_b: to_f64(term.f_latt.axes[1]),
            f_latt: to_f64(term.f_latt.product),
            scattering: components(&self.scattering).map(|x| x * 1e-10),
            star_y: term.lattice.reciprocal().vectors.map(|v| to_f64(v.y)),
            volume: to_f64(term.lattice.volume()) * 1e30,
        };
        let several = plan.sources.len() > 1
            || plan.oversample > 1
            || plan.layers.count > 1
            || plan.orientations.domains.len() > 1;
        let labels = (self.options.all_steps && several).then(|| Labels {
            source: at.source as u64,
            subpixel: (at.sub_slow * plan.oversample + at.sub_fast) as u64,
            layer: at.layer as u64,
            domain: at.domain as u64,
        });
        self.pixel.step(labels, &step);
    }
}

impl<T: Real> Sink<T> for Recorder<'_, T> {
    fn subpixel(&mut self, _at: TermIndex, subpixel: &Subpixel<'_, T>) {
        let position = subpixel.position;
        if self.direction.replace(position.diffracted).is_some() {
            return;
        }
        let (pixel, detector) = (self.pixel, &self.plan.detector);
        pixel.vector("pix0_vector_meters", components(&detector.pix0));
        pixel.vector("fdet_vec", components(&detector.fdet));
        pixel.vector("sdet_vec", components(&detector.sdet));
        pixel.vector("pixel_pos_meters", components(&position.point));
        pixel.scalar("R_distance_meters", to_f64(position.distance));
        pixel.scalar("omega_pixel_sr", to_f64(subpixel.omega));
        pixel.scalar("close_distance_meters", to_f64(detector.close_distance));
        pixel.scalar("obliquity_factor", to_f64(detector.close_distance / position.distance));
        pixel.vector("diffracted_vec", components(&position.diffracted));
    }

    fn source(&mut self, at: TermIndex, scattering: &Scattering<'_, T>) {
        self.scattering = *scattering.vector;
        if self.first.is_some() {
            return;
        }
        self.first = Some(at);
        let pixel = self.pixel;
        pixel.vector("incident_vec", components(scattering.incident));
        pixel.scalar("lambda_meters", to_f64(scattering.wavelength));
        pixel.scalar("lambda_angstroms", to_f64(scattering.wavelength) * 1e10);
        pixel.vector("scattering_vec_A_inv", components(scattering.vector));
    }

    fn term(&mut self, at: TermIndex, term: &Term<'_, T>) {
        let on_first_path = self.on_first_path(at);
        if on_first_path && at.phi == 0 {
            self.lattice(term);
            self.structure_factor(term);
        }
        if on_first_path || self.options.all_steps {
            self.step(at, term);
        }
        if on_first_path && self.options.rot_stars {
            let y = term.lattice.vectors.map(|v| to_f64(v.y) * 1e10);
            self.rot_stars.push(RotStar { phi_tic: at.phi as u64, y });
        }
    }

    fn finished(&mut self, finished: &Finished<T>) {
        let (pixel, plan) = (self.pixel, self.plan);
        let term_by_term = |mode: FactorMode| mode != FactorMode::Once;
        let post_polar =
            if term_by_term(plan.factors.polar) { finished.sum } else { finished.sum * finished.polar };
        pixel.scalar("I_before_scaling_pre_polar", to_f64(finished.sum));
        pixel.scalar("I_before_scaling_post_polar", to_f64(post_polar));
        pixel.scalar("r_e_meters", to_f64(plan.r_e_sqr.sqrt()));
        pixel.scalar("r_e_sqr", to_f64(plan.r_e_sqr));
        pixel.scalar("fluence_photons_per_m2", to_f64(plan.fluence));
        pixel.scalar("steps", to_f64(plan.steps));
        pixel.switch("oversample_thick", term_by_term(plan.factors.capture));
        pixel.switch("oversample_polar", term_by_term(plan.factors.polar));
        pixel.switch("oversample_omega", term_by_term(plan.factors.omega));
        pixel.scalar("capture_fraction", to_f64(finished.capture));
        pixel.scalar("polar", to_f64(finished.polar));
        pixel.scalar("omega_pixel", to_f64(finished.omega));
        // The last source is a direction of incidence even where the resolution limit cut it off.
        let directions = plan.sources.last().zip(self.direction);
        let cos_2theta =
            directions.map_or(real(f64::NAN), |(source, direction)| dot(&source.incident, &direction));
        pixel.scalar("cos_2theta", to_f64(cos_2theta));
        let photons = to_f64(finished.photons);
        pixel.scalar("I_pixel_final", photons);
        let stored = if self.follows_port() { photons } else { f64::from(photons as f32) };
        pixel.scalar("floatimage_accumulated", stored);
        self.rot_stars.drain(..).for_each(|rot_star| pixel.rot_star(rot_star));
    }
}

fn components<T: Real>(v: &Vector3<T>) -> [f64; 3] {
    [to_f64(v.x), to_f64(v.y), to_f64(v.z)]
}
