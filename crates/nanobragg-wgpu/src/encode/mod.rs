//! From a plan to the bytes that the shaders read.

mod bound;
mod double;
mod fixed;
mod places;
mod single;
mod table;
mod tiles;

pub(crate) use places::Places;
pub(crate) use table::{TableBytes, largest};
pub(crate) use tiles::{EDGE, GROUP, Tiles};

use std::ops::Range;
use std::sync::Arc;

use nanobragg::backend::Unsupported;
use nanobragg::nalgebra::Vector3;
use nanobragg::physics::rotation::{magnitude, unitize};
use nanobragg::plan::{FactorMode, Interpolation, Plan};
use nanobragg::shapes::{Coordinate, Star};

use crate::Precision;
use crate::error::Error;
use crate::layout::{FrameDouble, OrientationDouble, OrientationSingle, flag};
use crate::permutation::{Lookup, Permutation};

/// Factors between the numbers of a shader and those of the definition. In single precision amplitudes are
/// kept near 1, so that nothing overflows; in double precision all are 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Units {
    /// F_latt.
    pub f_latt: f64,
    /// F_cell.
    pub f_cell: f64,
    /// The sum; with the solid angle's unit, where that enters term by term.
    pub sum: f64,
    /// Solid angle, sr.
    pub omega: f64,
    /// Scattering vector, 1/m.
    pub scattering: f64,
    /// Cell vectors, meters.
    pub lattice: f64,
}

impl Units {
    const ONE: Units =
        Units { f_latt: 1.0, f_cell: 1.0, sum: 1.0, omega: 1.0, scattering: 1.0, lattice: 1.0 };
}

/// A plan as the shaders read it.
pub(crate) struct Encoded<'a> {
    pub plan: &'a Plan,
    pub permutation: Permutation,
    pub units: Units,
    pub frame: Vec<u8>,
    pub sources: Vec<u8>,
    /// Rows, columns and layers in fixed point; empty where places are not needed or come band by band.
    pub places: Arc<[u8]>,
    pub tiles: Tiles,
    /// Entries of the table in the first of its buffers.
    pub table_split: u64,
    /// Shortest wavelength, meters.
    wavelength: f64,
}

impl<'a> Encoded<'a> {
    /// Encodes the pixels of `plan` in `tiles`, for a device whose shaders see buffers of `binding` bytes.
    /// `amplitude` is the [`largest`] structure factor, `known` the places of the plan before.
    ///
    /// # Errors
    /// [`Unsupported::RunningSumFactors`], [`Unsupported::PrecisionBound`] and [`Unsupported::PrecisionRange`].
    pub fn new(
        plan: &'a Plan,
        tiles: Tiles,
        precision: Precision,
        taps: bool,
        amplitude: f64,
        binding: u64,
        known: &mut Option<Places>,
    ) -> Result<Self, Error> {
        if plan.factors.depend_on_order() {
            return Err(Unsupported::RunningSumFactors.into());
        }
        let wavelength = plan.sources.iter().map(|source| source.wavelength).fold(f64::INFINITY, f64::min);
        let table = plan.structure_factors.padded();
        let lookup = match (table, plan.interpolation) {
            (None, _) => Lookup::Uniform,
            (Some(_), Interpolation::Off) => Lookup::Nearest,
            (Some(_), _) => Lookup::Tricubic,
        };
        let mut encoded = Encoded {
            plan,
            permutation: Permutation {
                precision,
                shape: plan.crystal.shape.shape,
                lookup,
                placed: plan.detector.curved,
                taps,
                split: false,
                wide: true,
                slopes: None,
            },
            units: Units::ONE,
            frame: Vec::new(),
            sources: Vec::new(),
            places: Arc::default(),
            tiles,
            wavelength,
            table_split: 0,
        };
        encoded.table_split = binding / encoded.real_size();
        encoded.permutation.split =
            table.is_some_and(|table| table.values.len() as u64 > encoded.table_split);
        match precision {
            Precision::Single => encoded.fill_single(amplitude, known)?,
            Precision::Double => encoded.fill_double(),
        }
        Ok(encoded)
    }

    /// Layers times sub-pixels.
    pub fn places_per_pixel(&self) -> usize {
        self.plan.layers.count * self.plan.oversample * self.plan.oversample
    }

    /// Bytes of a number of a sum.
    pub fn real_size(&self) -> u64 {
        match self.permutation.precision {
            Precision::Single => 4,
            Precision::Double => 8,
        }
    }

    /// Bytes of a sub-pixel's place where the host uploads them all.
    pub fn placed_size(&self) -> u64 {
        match self.permutation.precision {
            Precision::Single => 28,
            Precision::Double => 24,
        }
    }

    /// Bytes of an orientation.
    pub fn orientation_size(&self) -> u64 {
        match self.permutation.precision {
            Precision::Single => size_of::<OrientationSingle>() as u64,
            Precision::Double => size_of::<OrientationDouble>() as u64,
        }
    }

    /// The orientations of `range`, domain fastest.
    pub fn orientations(&self, range: Range<usize>) -> Vec<u8> {
        match self.permutation.precision {
            Precision::Single => self.orientations_single(range),
            Precision::Double => self.orientations_double(range),
        }
    }

    /// Every sub-pixel's place of the pixels of some tiles.
    pub fn placed(&self, tiles: Range<usize>) -> Vec<u8> {
        match self.permutation.precision {
            Precision::Single => self.placed_single(tiles),
            Precision::Double => self.placed_double(tiles),
        }
    }

    /// What the factors that are computed once may cost a pixel, in terms: the first source that the resolution limit
    /// leaves is looked for, and may be the last or none.
    pub fn finishing_cost(&self) -> f64 {
        let searches = self.plan.polarization.is_some()
            && self.plan.factors.polar == FactorMode::Once
            && self.plan.dmin > 0.0;
        let searched = self.places_per_pixel() as f64 * self.plan.sources.len() as f64;
        3.0 * if searches { 2.0 + searched } else { 3.0 }
    }

    /// What a finished sum is multiplied by: r_e² fluence / steps, and the units.
    pub fn scale(&self) -> f64 {
        let plan = self.plan;
        let omega = if plan.factors.omega == FactorMode::Once { self.units.omega } else { 1.0 };
        plan.r_e_sqr * plan.fluence * (self.units.sum * omega) / plan.steps
    }

    /// Pixels (in scan order) whose evaluation depends on what was evaluated before: they come from the definition.
    pub fn order_dependent_pixels(&self) -> Vec<usize> {
        let latch = match self.plan.interpolation {
            Interpolation::UntilUnsafeIn(pixel) => Some(pixel),
            _ => None,
        };
        let mut pixels: Vec<usize> = latch.into_iter().chain(self.plan.orientations.first_pixel).collect();
        pixels.dedup();
        pixels
    }

    /// The fields that do not depend on the precision.
    fn frame(&self) -> FrameDouble {
        let plan = self.plan;
        let detector = &plan.detector;
        let crystal = &plan.crystal.shape;
        let star = self.star();
        let [a, b, c] = &star.vectors;
        let mode = |mode: FactorMode, bit: u32| if mode == FactorMode::PerTerm { bit } else { 0 };
        let when = |on: bool, bit: u32| if on { bit } else { 0 };
        let kahn = plan.polarization.as_ref();
        let flags = when(plan.layers.absorbing, flag::ABSORBING)
            | when(kahn.is_some(), flag::POLARIZED)
            | when(kahn.is_some_and(|kahn| kahn.epsilon), flag::EPSILON)
            | when(detector.point_pixel, flag::POINT_PIXEL)
            | mode(plan.factors.omega, flag::OMEGA_PER_TERM)
            | mode(plan.factors.polar, flag::POLAR_PER_TERM)
            | mode(plan.factors.capture, flag::CAPTURE_PER_TERM)
            | when(plan.background.present, flag::WATER)
            | when(plan.dmin > 0.0, flag::DMIN);
        let (rows, columns) = (&self.tiles.rows, &self.tiles.columns);
        let table = plan.structure_factors.padded();
        let (first, shape) = table.map_or(([0; 3], [1; 3]), |table| (table.first, table.shape));
        FrameDouble {
            fdet_x: detector.fdet.x,
            fdet_y: detector.fdet.y,
            fdet_z: detector.fdet.z,
            sdet_x: detector.sdet.x,
            sdet_y: detector.sdet.y,
            sdet_z: detector.sdet.z,
            odet_x: detector.odet.x,
            odet_y: detector.odet.y,
            odet_z: detector.odet.z,
            pix0_x: detector.pix0.x,
            pix0_y: detector.pix0.y,
            pix0_z: detector.pix0.z,
            beam_x: detector.beam.x,
            beam_y: detector.beam.y,
            beam_z: detector.beam.z,
            distance: detector.distance,
            subpixel_size: detector.pixel_size / plan.oversample as f64,
            pixel_size: detector.pixel_size,
            close_distance: detector.close_distance,
            layer_spacing: plan.layers.spacing,
            layer_depth: plan.layers.depth.unwrap_or(0.0),
            plane_step: if plan.layers.depth.is_some() { plan.layers.spacing } else { 0.0 },
            mu: plan.layers.mu,
            dmin: plan.dmin,
            cells_a: crystal.cells[0],
            cells_b: crystal.cells[1],
            cells_c: crystal.cells[2],
            a_star_x: a.x,
            a_star_y: a.y,
            a_star_z: a.z,
            b_star_x: b.x,
            b_star_y: b.y,
            b_star_z: b.z,
            c_star_x: c.x,
            c_star_y: c.y,
            c_star_z: c.z,
            star_factor_a: star.factors[0],
            star_factor_b: star.factors[1],
            star_factor_c: star.factors[2],
            fudge: crystal.fudge,
            half_b: plan.b_factor * 0.5,
            kahn: kahn.map_or(0.0, |kahn| kahn.factor),
            background_start: plan.background.start,
            background_per_term: plan.background.per_term,
            intensity: 1.0,
            default_f: plan.structure_factors.default_f(),
            place_unit: 1.0,
            row_first: rows.start as u32,
            row_end: rows.end as u32,
            column_first: columns.start as u32,
            column_end: columns.end as u32,
            tiles_x: self.tiles.across as u32,
            image_fast: plan.region.image_fast as u32,
            oversample: plan.oversample as u32,
            layers: plan.layers.count as u32,
            sources: plan.sources.len() as u32,
            orientations: plan.orientations.count() as u32,
            flags,
            latch: match plan.interpolation {
                Interpolation::Off => 0,
                Interpolation::On => u32::MAX,
                Interpolation::UntilUnsafeIn(pixel) => u32::try_from(pixel).unwrap_or(u32::MAX),
            },
            table_first_h: first[0],
            table_first_k: first[1],
            table_first_l: first[2],
            table_shape_h: shape[0] as u32,
            table_shape_k: shape[1] as u32,
            table_shape_l: shape[2] as u32,
            table_split: u32::try_from(self.table_split).unwrap_or(u32::MAX),
            whole_cells_a: crystal.cells[0] as i32,
            whole_cells_b: crystal.cells[1] as i32,
            whole_cells_c: crystal.cells[2] as i32,
            ..FrameDouble::default()
        }
    }

    /// Unit vectors B and E of the polarization for a direction of incidence, as
    /// [`polarization::factor`](nanobragg::physics::polarization::factor) has them.
    fn polarization_axes(&self, incident: &Vector3<f64>) -> (Vector3<f64>, Vector3<f64>) {
        let Some(kahn) = &self.plan.polarization else { return (Vector3::zeros(), Vector3::zeros()) };
        if kahn.factor == 0.0 {
            return (Vector3::zeros(), Vector3::zeros());
        }
        let incident =
            if kahn.epsilon { incident / (magnitude(incident) + 1e-10) } else { unitize(incident).0 };
        let b = unitize(&kahn.axis.cross(&incident)).0;
        (b, unitize(&incident.cross(&b)).0)
    }

    /// What distances from a node are measured with; where nothing is, a distance that is always zero.
    fn star(&self) -> Star<f64> {
        let crystal = &self.plan.crystal.shape;
        match crystal.shape.coordinate() {
            Coordinate::Star { metric, .. } => metric.star(&crystal.cells, &crystal.reciprocal.vectors),
            Coordinate::Rows | Coordinate::Ball { .. } => {
                Star { vectors: [Vector3::zeros(); 3], factors: [0.0; 3] }
            }
        }
    }
}
