//! Traces: the values of one pixel as the device computed them.
//!
//! The shader that renders, compiled with its taps on, writes what it evaluates into a buffer, in the order of
//! evaluation. [`Taps::replay`] hands it to a sink as [`nest::pixel`](nanobragg::nest::pixel) would, so
//! that one recorder serves all devices. Nothing that the shader computed is computed again: numbers are only
//! brought to the definition's units.

use nanobragg::backend::{Control, Unsupported};
use nanobragg::nalgebra::Vector3;
use nanobragg::nest::{Finished, Scattering, Sink, Subpixel, Term, TermIndex};
use nanobragg::physics::geometry::Position;
use nanobragg::physics::lattice::{Indices, LatticeFactor, RealLattice};
use nanobragg::physics::scaling;
use nanobragg::plan::{FactorMode, Plan, Region};

use crate::Precision;
use crate::encode::Units;
use crate::error::{Error, too_large};
use crate::renderer::Renderer;
use crate::schedule::Part;

/// Numbers of a place, a source and a term in `shader/taps.wgsl`, and of the end.
const PLACE: usize = 9;
const SOURCE: usize = 10;
const TERM: usize = 24;
const FINISHED: usize = 4;

/// How many numbers a pixel has.
fn numbers(places: usize, sources: usize, orientations: usize) -> u64 {
    let source = (orientations as u64).saturating_mul(TERM as u64).saturating_add(SOURCE as u64);
    let place = (sources as u64).saturating_mul(source).saturating_add(PLACE as u64);
    (places as u64).saturating_mul(place).saturating_add(FINISHED as u64)
}

/// Terms that one work group evaluates well within a driver's patience.
const MOST_TRACED: u64 = 1 << 20;

/// The values of one pixel.
#[derive(Clone, Debug)]
pub struct Taps {
    values: Vec<f64>,
    units: Units,
    precision: Precision,
}

impl Renderer {
    /// Evaluates pixel (`slow`, `fast`) of `plan` with taps. Mask and region of interest are not looked at.
    ///
    /// # Errors
    /// As [`Renderer::render`]; [`Unsupported::TooLarge`] for a pixel with more terms than a buffer holds, and
    /// [`Unsupported::OrderDependentPixel`] for the one pixel whose result depends on those before it.
    pub fn trace(&mut self, plan: &Plan, slow: usize, fast: usize) -> Result<Taps, Error> {
        self.gpu.check()?;
        let region = Region { fast: (fast, fast), slow: (slow, slow), mask: None, ..plan.region.clone() };
        let encoded = self.holdings.encode(plan, &region, true)?;
        if encoded.order_dependent_pixels().contains(&plan.region.index(slow, fast)) {
            return Err(Unsupported::OrderDependentPixel { slow, fast }.into());
        }
        if encoded.tiles.list.is_empty() {
            return Ok(Taps { values: Vec::new(), units: encoded.units, precision: self.precision() });
        }
        let (places, sources) = (encoded.places_per_pixel(), plan.sources.len());
        let orientations = plan.orientations.count();
        let numbers = numbers(places, sources, orientations);
        let binding = self.gpu.limits.binding;
        let size = numbers.saturating_mul(encoded.real_size());
        for needed in [size, (orientations as u64).saturating_mul(encoded.orientation_size())] {
            if needed > binding {
                return Err(too_large("the terms of a pixel", needed, binding, "bytes in one buffer"));
            }
        }
        let count = (places as u64).saturating_mul(sources as u64).saturating_mul(orientations as u64);
        if count > MOST_TRACED {
            return Err(too_large("the terms of a traced pixel", count, MOST_TRACED, "terms"));
        }
        self.holdings.upload(&encoded)?;
        self.holdings.prepare_band(&encoded, &(0..1), size)?;
        self.holdings.hold_orientations(&encoded, 0..orientations)?;
        let terms = (places * sources * orientations) as f64;
        let part = Part {
            tiles: 0..1,
            places: 0..places,
            sources: 0..sources,
            orientations: 0..orientations,
            sources_per_block: 1,
            places_per_block: 1,
            terms,
        };
        let (dispatch, _) = part.dispatch(&(0..1), true, self.gpu.limits.groups);
        let staged = self.single_dispatch(encoded.permutation, &dispatch, size)?;
        let precision = self.precision();
        let count = numbers as usize;
        let values = self.staging.read(&self.gpu, staged, &Control::default(), |bytes| match precision {
            Precision::Single => bytes
                .chunks_exact(4)
                .map(|x| f64::from(bytemuck::pod_read_unaligned::<f32>(x)))
                .take(count)
                .collect(),
            Precision::Double => {
                bytes.chunks_exact(8).map(bytemuck::pod_read_unaligned).take(count).collect()
            }
        })?;
        Ok(Taps { values, units: encoded.units, precision })
    }
}

/// Reads the values one after the other; beyond the end there are no numbers.
struct Reader<'a> {
    values: std::slice::Iter<'a, f64>,
}

impl Reader<'_> {
    fn number(&mut self) -> f64 {
        self.values.next().copied().unwrap_or(f64::NAN)
    }

    fn vector(&mut self) -> Vector3<f64> {
        Vector3::new(self.number(), self.number(), self.number())
    }

    fn triple(&mut self) -> [f64; 3] {
        [self.number(), self.number(), self.number()]
    }

    fn switch(&mut self) -> bool {
        self.number() == 1.0
    }

    fn skip(&mut self, count: usize) {
        if count > 0 {
            self.values.nth(count - 1);
        }
    }
}

impl Taps {
    /// Hands the values to `sink`, in the order of evaluation, and returns the pixel's photons. `plan` is the one
    /// that was traced.
    pub fn replay<S: Sink<f64>>(&self, plan: &Plan, sink: &mut S) -> f64 {
        let mut values = Reader { values: self.values.iter() };
        for layer in 0..plan.layers.count {
            for sub_slow in 0..plan.oversample {
                for sub_fast in 0..plan.oversample {
                    let at = TermIndex { layer, sub_slow, sub_fast, ..TermIndex::default() };
                    self.subpixel(plan, at, &mut values, sink);
                }
            }
        }
        let sum = values.number() * self.units.sum;
        let omega = values.number() * self.units.omega;
        let (polar, capture) = (values.number(), values.number());
        let mut photons = scaling::photons(plan.r_e_sqr, plan.fluence, sum, plan.steps);
        for (mode, factor) in
            [(plan.factors.capture, capture), (plan.factors.polar, polar), (plan.factors.omega, omega)]
        {
            if mode == FactorMode::Once {
                photons *= factor;
            }
        }
        sink.finished(&Finished { sum, omega, polar, capture, photons });
        photons
    }

    fn subpixel<S: Sink<f64>>(&self, plan: &Plan, mut at: TermIndex, values: &mut Reader<'_>, sink: &mut S) {
        let point = values.vector();
        let distance = values.number();
        let diffracted = values.vector();
        let omega = values.number() * self.units.omega;
        let capture = values.number();
        let position = Position { point, distance, diffracted };
        sink.subpixel(at, &Subpixel { position: &position, omega, capture });
        for source in 0..plan.sources.len() {
            at.source = source;
            let survives = values.switch();
            let incident = values.vector();
            let wavelength = values.number();
            let vector = values.vector() * self.units.scattering;
            let (polar, cos_2theta) = (values.number(), values.number());
            if !survives {
                values.skip(plan.orientations.count() * TERM);
                continue;
            }
            let cos_2theta = plan.polarization.is_some().then_some(cos_2theta);
            let scattering =
                Scattering { incident: &incident, wavelength, vector: &vector, polar, cos_2theta };
            sink.source(at, &scattering);
            for (phi, step) in plan.orientations.steps.iter().enumerate() {
                for domain in 0..plan.orientations.domains.len() {
                    self.term(TermIndex { phi, domain, ..at }, step.phi, values, sink);
                }
            }
        }
    }

    fn term<S: Sink<f64>>(&self, at: TermIndex, phi: f64, values: &mut Reader<'_>, sink: &mut S) {
        let units = &self.units;
        let lattice = RealLattice {
            vectors: [values.vector(), values.vector(), values.vector()].map(|v| v * units.lattice),
        };
        let hkl = values.triple();
        let nearest = values.triple();
        let hkl = match self.precision {
            // In single precision the shader has the distance from the nearest index, which is far finer.
            Precision::Single => [0, 1, 2].map(|axis| nearest[axis] + hkl[axis]),
            Precision::Double => hkl,
        };
        let indices = Indices { hkl, nearest };
        let axes = values.triple();
        let f_latt = LatticeFactor { axes, product: values.number() * units.f_latt };
        let f_cell = values.number() * units.f_cell;
        let interpolated = values.switch();
        let _left_table = values.switch();
        let amount = values.number() * units.sum;
        let sum = values.number() * units.sum;
        let (lattice, indices, f_latt) = (&lattice, &indices, &f_latt);
        let term = Term { phi, lattice, indices, f_latt, f_cell, interpolated, amount, sum };
        sink.term(at, &term);
    }
}
