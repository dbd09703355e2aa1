//! The sink that keeps what the evaluation hands it.

use nalgebra::Vector3;

use super::{Grid, Options, PhiStep, PixelTrace, Quantity, RotatedCell, TermNumbers, Value};
use crate::model::Quirk;
use crate::nest::{Finished, Scattering, Sink, Subpixel, Term, TermIndex};
use crate::physics::f_cell;
use crate::physics::rotation::{dot, magnitude};
use crate::plan::{FactorMode, Plan};
use crate::real::{Real, real, to_f64};
use crate::units::to_deg;

/// Keeps what the evaluation of one pixel hands it; see the [module](super) for what belongs to which term.
#[derive(Clone, Debug)]
pub struct Recorder<'a, T: Real> {
    plan: &'a Plan<T>,
    options: Options,
    trace: PixelTrace,
    /// Direction to the sub-pixel evaluated last.
    direction: Option<Vector3<T>>,
    /// The first term of the first source that survived the resolution limit.
    first: Option<TermIndex>,
    /// Scattering vector of the source evaluated last, 1/m.
    scattering: Vector3<T>,
    rotated_cells: Vec<RotatedCell>,
}

impl<'a, T: Real> Recorder<'a, T> {
    /// A recorder for pixel (`slow`, `fast`) of `plan`.
    pub fn new(plan: &'a Plan<T>, slow: usize, fast: usize, options: Options) -> Self {
        Recorder {
            plan,
            options,
            trace: PixelTrace::new(slow, fast),
            direction: None,
            first: None,
            scattering: Vector3::zeros(),
            rotated_cells: Vec::new(),
        }
    }

    /// What was recorded.
    pub fn finish(self) -> PixelTrace {
        self.trace
    }

    /// Whether the trace follows the PyTorch port where its logs and the C program's are made differently.
    fn follows_port(&self) -> bool {
        self.plan.resolved.quirks.has(Quirk::VectorsAsGiven)
    }

    /// Whether `at` differs from the first term by its phi step alone.
    fn on_first_path(&self, at: TermIndex) -> bool {
        self.first == Some(TermIndex { phi: 0, ..at })
    }

    fn scalar<R: Real>(&mut self, quantity: Quantity, value: R) {
        self.trace.push(quantity, Value::Scalar(to_f64(value)));
    }

    fn vector<R: Real>(&mut self, quantity: Quantity, value: &Vector3<R>) {
        self.trace.push(quantity, Value::Vector(components(value)));
    }

    fn lattice(&mut self, term: &Term<'_, T>) {
        let plan = self.plan;
        for (quantity, edge) in
            [Quantity::EdgeA, Quantity::EdgeB, Quantity::EdgeC].into_iter().zip(&term.lattice.vectors)
        {
            self.trace.push(quantity, Value::Vector(components(edge).map(|x| x * 1e10)));
        }
        let [raw, unit] = &plan.detector.spindle_axis;
        self.vector(Quantity::Spindle, raw);
        self.vector(Quantity::SpindleDirection, unit);
        self.scalar(Quantity::SpindleLength, magnitude(raw));
        let stars =
            if self.follows_port() { term.lattice.reciprocal() } else { plan.crystal.shape.reciprocal };
        for (quantity, star) in [Quantity::ReciprocalA, Quantity::ReciprocalB, Quantity::ReciprocalC]
            .into_iter()
            .zip(&stars.vectors)
        {
            self.vector(quantity, star);
        }
        self.trace.push(Quantity::Indices, Value::Indices(term.indices.hkl.map(to_f64)));
        let nearest = term.indices.nearest_i32().map(i64::from);
        self.trace.push(Quantity::NearestIndices, Value::WholeIndices(nearest));
        for (quantity, factor) in
            [Quantity::LatticeFactorA, Quantity::LatticeFactorB, Quantity::LatticeFactorC]
                .into_iter()
                .zip(term.f_latt.axes)
        {
            self.scalar(quantity, factor);
        }
        self.scalar(Quantity::LatticeFactor, term.f_latt.product);
    }

    fn structure_factor(&mut self, term: &Term<'_, T>) {
        let table = &self.plan.structure_factors;
        let neighborhood = f_cell::neighborhood(table, term.indices);
        let interpolated = match &neighborhood {
            _ if term.interpolated => to_f64(term.f_cell),
            Some(neighborhood) => to_f64(f_cell::tricubic(neighborhood, &term.indices.hkl)),
            None => f64::NAN,
        };
        let nearest =
            if term.interpolated { table.nearest(term.indices.nearest_i32()) } else { to_f64(term.f_cell) };
        self.trace.push(Quantity::InterpolatedStructureFactor, Value::Scalar(interpolated));
        self.trace.push(Quantity::NearestStructureFactor, Value::Scalar(nearest));
        if let Some(neighborhood) = neighborhood {
            let grid = Grid { values: neighborhood.values, origin: neighborhood.origin.map(i64::from) };
            self.trace.push(Quantity::Neighborhood, Value::Grid(Box::new(grid)));
        }
    }

    fn step(&mut self, at: TermIndex, term: &Term<'_, T>) {
        let plan = self.plan;
        let several = plan.sources.len() > 1
            || plan.oversample > 1
            || plan.layers.count > 1
            || plan.orientations.domains.len() > 1;
        let numbers = (self.options.all_steps && several).then(|| TermNumbers {
            source: at.source as u64,
            subpixel: (at.sub_slow * plan.oversample + at.sub_fast) as u64,
            layer: at.layer as u64,
            domain: at.domain as u64,
        });
        let step = PhiStep {
            term: numbers,
            number: at.phi as u64,
            phi_deg: to_deg(to_f64(term.phi)),
            k: to_f64(term.indices.hkl[1]),
            f_latt_b: to_f64(term.f_latt.axes[1]),
            f_latt: to_f64(term.f_latt.product),
            scattering_per_angstrom: components(&self.scattering).map(|x| x * 1e-10),
            star_y_per_angstrom: term.lattice.reciprocal().vectors.map(|v| to_f64(v.y)),
            volume_cubic_angstrom: to_f64(term.lattice.volume()) * 1e30,
        };
        self.trace.push(Quantity::PhiStep, Value::PhiStep(Box::new(step)));
    }
}

impl<T: Real> Sink<T> for Recorder<'_, T> {
    fn subpixel(&mut self, _at: TermIndex, subpixel: &Subpixel<'_, T>) {
        let position = subpixel.position;
        if self.direction.replace(position.diffracted).is_some() {
            return;
        }
        let detector = &self.plan.detector;
        self.vector(Quantity::Corner, &detector.pix0);
        self.vector(Quantity::FastAxis, &detector.fdet);
        self.vector(Quantity::SlowAxis, &detector.sdet);
        self.vector(Quantity::Position, &position.point);
        self.scalar(Quantity::Distance, position.distance);
        self.scalar(Quantity::SubpixelSolidAngle, subpixel.omega);
        self.scalar(Quantity::CloseDistance, detector.close_distance);
        self.scalar(Quantity::Obliquity, detector.close_distance / position.distance);
        self.vector(Quantity::Diffracted, &position.diffracted);
    }

    fn source(&mut self, at: TermIndex, scattering: &Scattering<'_, T>) {
        self.scattering = *scattering.vector;
        if self.first.is_some() {
            return;
        }
        self.first = Some(at);
        self.vector(Quantity::Incident, scattering.incident);
        self.scalar(Quantity::Wavelength, scattering.wavelength);
        let angstrom = to_f64(scattering.wavelength) * 1e10;
        self.trace.push(Quantity::WavelengthInAngstrom, Value::Scalar(angstrom));
        self.vector(Quantity::ScatteringVector, scattering.vector);
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
            let y_angstrom = term.lattice.vectors.map(|v| to_f64(v.y) * 1e10);
            self.rotated_cells.push(RotatedCell { number: at.phi as u64, y_angstrom });
        }
    }

    fn finished(&mut self, finished: &Finished<T>) {
        let plan = self.plan;
        let by_term = |mode: FactorMode| mode != FactorMode::Once;
        let polarized =
            if by_term(plan.factors.polar) { finished.sum } else { finished.sum * finished.polar };
        self.scalar(Quantity::Sum, finished.sum);
        self.scalar(Quantity::PolarizedSum, polarized);
        self.scalar(Quantity::ElectronRadius, plan.r_e_sqr.sqrt());
        self.scalar(Quantity::ElectronRadiusSquared, plan.r_e_sqr);
        self.scalar(Quantity::Fluence, plan.fluence);
        self.scalar(Quantity::Steps, plan.steps);
        for (quantity, mode) in [
            (Quantity::CaptureByTerm, plan.factors.capture),
            (Quantity::PolarizationByTerm, plan.factors.polar),
            (Quantity::SolidAngleByTerm, plan.factors.omega),
        ] {
            self.trace.push(quantity, Value::Switch(by_term(mode)));
        }
        self.scalar(Quantity::Capture, finished.capture);
        self.scalar(Quantity::Polarization, finished.polar);
        self.scalar(Quantity::SolidAngle, finished.omega);
        // The last source is a direction of incidence even where the resolution limit cut it off.
        let directions = plan.sources.last().zip(self.direction);
        let cos_2theta: T =
            directions.map_or(real(f64::NAN), |(source, direction)| dot(&source.incident, &direction));
        self.scalar(Quantity::CosTwoTheta, cos_2theta);
        self.scalar(Quantity::Photons, finished.photons);
        let photons = to_f64(finished.photons);
        let stored = if self.follows_port() { photons } else { f64::from(photons as f32) };
        self.trace.push(Quantity::StoredPhotons, Value::Scalar(stored));
        for cell in self.rotated_cells.drain(..) {
            self.trace.push(Quantity::RotatedCell, Value::RotatedCell(cell));
        }
    }
}

fn components<T: Real>(v: &Vector3<T>) -> [f64; 3] {
    [to_f64(v.x), to_f64(v.y), to_f64(v.z)]
}
