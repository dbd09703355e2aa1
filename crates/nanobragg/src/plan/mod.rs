//! From an experiment to every sample of it.
//!
//! The plan is made once, in `f64`, and never changes: backends and traces read the same samples. What a
//! quirk changes is decided here; the two quirks whose result depends on the order of evaluation
//! (`phi_zero_carryover`, `interpolation_latch`) become the index of the pixel where they act, found by
//! `scan`, so that rendering stays free of order.

mod acting;
mod build;
mod cast;
mod choose;
mod crystal;
mod detector;
mod enough;
mod factors;
pub mod place;
mod plane;
mod random;
mod scan;
mod streams;
mod warning;

pub use choose::layers::Layers;
pub use choose::mosaic::Mosaic;
pub use choose::region::Region;
pub use crystal::CrystalPlan;
pub use detector::{DetectorPlan, DetectorReport};
pub use factors::{FactorMode, Factors};
pub(crate) use place::MOST_COMBINED;
pub use place::{Orientations, Parameters, PhiStep, SourcePlan};
pub use random::Ran1;
pub use streams::Streams;
pub use warning::{SampleAxis, Warning};

use std::sync::Arc;

use crate::model::{Quirks, Rotation, Steps, StructureFactors};
use crate::physics::polarization::Kahn;
use crate::real::{Real, real};

/// Every sample of an experiment, in the number type `T`.
#[derive(Clone, Debug)]
pub struct Plan<T: Real = f64> {
    /// Detector axes and origin.
    pub detector: DetectorPlan<T>,
    /// Sensor layers.
    pub layers: LayerPlan<T>,
    /// Sub-pixels along each edge.
    pub oversample: usize,
    /// Rendered pixels.
    pub region: Region,
    /// Sources.
    pub sources: Vec<SourcePlan<T>>,
    /// Polarization, `None` when it is off.
    pub polarization: Option<Kahn<T>>,
    /// Isotropic B factor of the atoms in m².
    pub b_factor: T,
    /// Lattice, shape and size.
    pub crystal: CrystalPlan<T>,
    /// Orientations of the lattice: phi steps times mosaic domains.
    pub orientations: Orientations<T>,
    /// Structure factors.
    pub structure_factors: StructureFactors,
    /// Whether and up to which pixel structure factors are interpolated.
    pub interpolation: Interpolation,
    /// Resolution limit in meters, 0 for none.
    pub dmin: T,
    /// How solid angle, polarization and capture enter.
    pub factors: Factors,
    /// The water background.
    pub background: Background<T>,
    /// r_e² in m².
    pub r_e_sqr: T,
    /// Photons per m².
    pub fluence: T,
    /// Number of terms that a pixel's sum is divided by (layers are not counted).
    pub steps: T,
    /// What was decided on the way, for reports and headers.
    pub resolved: Resolved,
    choice: Arc<place::Choice>,
}

/// Sensor layers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayerPlan<T: Real> {
    /// Number of layers.
    pub count: usize,
    /// Distance between layers in meters.
    pub spacing: T,
    /// Mean depth in meters, below a layer's face, of what it captures at the greatest obliquity of the detector; the
    /// layer is taken there. `None` with the quirk `layer_front_face`: at its face, with the solid angle of the
    /// sensor's front.
    pub depth: Option<T>,
    /// Attenuation coefficient in 1/m.
    pub mu: T,
    /// Whether layers absorb; without a thickness every photon is captured (none is under the quirk
    /// `oversample_thick_alone`).
    pub absorbing: bool,
}

impl<T: Real> LayerPlan<T> {
    /// Depth in meters at which layer `layer` is taken, from the front of the sensor.
    #[inline(always)]
    pub fn depth_of(&self, layer: usize) -> T {
        let face = real::<T>(layer as f64) * self.spacing;
        match self.depth {
            Some(depth) => face + depth,
            None => face,
        }
    }

    /// Distance from the crystal of the plane by which layer `layer`'s solid angle goes, where that of the sensor's
    /// front is `close`.
    #[inline(always)]
    pub fn plane_of(&self, layer: usize, close: T) -> T {
        if self.depth.is_some() { close + self.depth_of(layer) } else { close }
    }
}

/// Whether and up to which pixel structure factors are interpolated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interpolation {
    /// Nearest index.
    Off,
    /// Tricubic wherever the neighborhood lies inside the table.
    On,
    /// Tricubic up to the first term of this pixel (in scan order) whose neighborhood leaves the table, and
    /// nearest from there on.
    UntilUnsafeIn(usize),
}

/// The water background.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Background<T: Real> {
    /// Whether there is water, so that terms without a lattice factor still count.
    pub present: bool,
    /// What a pixel's sum starts from.
    pub start: T,
    /// What every term adds.
    pub per_term: T,
}

/// What was decided while planning.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Horizontal divergence in radians.
    pub horizontal: Steps,
    /// Vertical divergence in radians.
    pub vertical: Steps,
    /// Divergence directions that survived rounding.
    pub divergence_steps: usize,
    /// Spectrum, relative to the wavelength.
    pub dispersion: Steps,
    /// Central wavelength in meters.
    pub wavelength: f64,
    /// Exposure time in seconds.
    pub exposure: f64,
    /// Spindle rotation.
    pub rotation: Rotation,
    /// Sensor layers.
    pub layers: Layers,
    /// Attenuation coefficient in 1/m, -1 when the sensor is not modeled.
    pub mu: f64,
    /// Mosaic domains.
    pub mosaic: Mosaic,
    /// Sub-pixels that would resolve the crystal's fringes.
    pub recommended_oversample: f64,
    /// Quirks in force.
    pub quirks: Quirks,
    /// Kahn's factor; `None` when polarization is off.
    pub kahn: Option<f64>,
    /// Edge of the cube of water in meters, if there is one.
    pub water_size: Option<f64>,
    /// Seed of a random orientation, as the user wrote it.
    pub misset_seed: i64,
    /// Random numbers of the photon noise.
    pub noise: NoiseStream,
    /// What the user should know.
    pub warnings: Vec<Warning>,
}

/// What the photon noise draws from.
#[derive(Clone, Debug)]
pub struct NoiseStream {
    /// The C program's generator as the set-up left it, which a negative seed goes on from.
    pub generator: Ran1,
    /// Seed as the user wrote it.
    pub seed: i64,
    /// Number of the panel.
    pub panel: u32,
}

impl Plan {
    /// Length that no scattering vector exceeds, 1/m: |q| ≤ (1 + |i|) / λ, where |i| = 1 but for the quirk
    /// `vectors_as_given`.
    pub fn longest_scattering_vector(&self) -> f64 {
        let reaches = self.sources.iter().map(|source| (1.0 + source.incident.norm()) / source.wavelength);
        reaches.fold(0.0, f64::max)
    }

    /// Terms of the whole image: pixels × layers × sub-pixels × sources × phi steps × domains.
    pub fn terms(&self) -> f64 {
        self.region.pixels() as f64 * self.steps * self.layers.count as f64
    }
}
