//! What a block's sums are computed with.

use nalgebra::{Matrix3, Vector3};

use crate::level::Level;
use crate::model::StepPoint;
use crate::nest::block::{PolarAxes, polar_axes};
use crate::physics::geometry::Panel;
use crate::physics::polarization::Kahn;
use crate::physics::rotation::about_axis_by;
use crate::physics::scaling;
use crate::plan::{Factors, LayerPlan, Plan};
use crate::sensitivity::Layout;

/// What of a plan the sums of its blocks are computed with.
pub(crate) struct Task {
    pub layout: Layout,
    pub factors: Factors,
    pub layers: LayerPlan<f64>,
    pub panel: Panel<f64>,
    pub kahn: Option<Kahn<f64>>,
    /// Of each source, the axes of its polarization.
    pub polar_axes: Vec<PolarAxes>,
    pub interpolates: bool,
    /// Instructions that its sums run with.
    pub level: Level,
    /// Sub-pixels along each edge.
    pub oversample: usize,
    /// Whether the wavelength of each source follows the central one.
    pub follows: Vec<bool>,
    /// Isotropic B factor in m².
    pub b_factor: f64,
    /// What every term of water adds, over all orientations, and what a pixel starts from.
    pub water_per_source: f64,
    pub water_start: f64,
    /// Photons of a sum of 1.
    pub scale: f64,
    domains: usize,
    orientations: Vec<Turned>,
    /// Whether the lattice is at rest in all of them.
    pub at_rest: bool,
}

/// An orientation of the lattice.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turned {
    /// The inverse of its rotation.
    pub back: Matrix3<f64>,
    /// The axis, in the laboratory, that the mosaic spread turns it about, times the domain's draw.
    pub spread: Vector3<f64>,
    /// The axis, likewise, of the spindle.
    pub spindle: Vector3<f64>,
    /// The number of steps from the start of the rotation to where it is.
    pub steps: f64,
    /// What a torque on it does to the spindle.
    pub spindle_torque: Matrix3<f64>,
}

impl Turned {
    /// Those of `plan`, step by step and domain by domain.
    pub fn all(plan: &Plan) -> Vec<Turned> {
        let orientations = &plan.orientations;
        let axis = plan.detector.spindle_axis[1];
        let half = match plan.resolved.rotation.point(plan.resolved.quirks) {
            StepPoint::Start => 0.0,
            StepPoint::Middle => 0.5,
        };
        let draws = plan.domain_draws();
        let mut all = Vec::with_capacity(orientations.count());
        for (number, step) in orientations.steps.iter().enumerate() {
            let turn = |v: &Vector3<f64>| about_axis_by(v, &axis, step.turned);
            let columns = [Vector3::x(), Vector3::y(), Vector3::z()].map(|v| turn(&v));
            let rotation = Matrix3::from_columns(&columns);
            for (domain, draw) in orientations.domains.iter().zip(draws) {
                let with_crystal = orientations.spindle.is_some();
                // The domain turns with the crystal, R U, or keeps its direction in the laboratory, U R.
                let whole = if with_crystal { rotation * domain } else { domain * rotation };
                let after = if with_crystal { Matrix3::identity() } else { *domain };
                all.push(Turned {
                    back: whole.transpose(),
                    spread: if with_crystal { rotation * draw } else { *draw },
                    spindle: after * axis,
                    steps: number as f64 + half,
                    spindle_torque: (Matrix3::identity() - rotation.transpose()) * after.transpose(),
                });
            }
        }
        all
    }
}

impl Task {
    pub fn new(plan: &Plan, layout: &Layout) -> Self {
        let all = Turned::all(plan);
        let at_rest = all.iter().all(|turned| turned.back == Matrix3::identity());
        Task {
            layout: layout.clone(),
            factors: plan.factors,
            layers: plan.layers,
            panel: *plan.detector,
            kahn: plan.polarization,
            polar_axes: polar_axes(plan),
            oversample: plan.oversample,
            level: Level::detect(),
            interpolates: plan.interpolation != crate::plan::Interpolation::Off,
            follows: (0..plan.sources.len()).map(|number| plan.follows_wavelength(number)).collect(),
            b_factor: plan.b_factor,
            water_per_source: plan.background.per_term * plan.orientations.count() as f64,
            water_start: plan.background.start,
            scale: scaling::photons(plan.r_e_sqr, plan.fluence, 1.0, plan.steps),
            domains: plan.orientations.domains.len(),
            orientations: all,
            at_rest,
        }
    }

    /// The orientation of a phi step and a domain.
    #[inline(always)]
    pub fn turned(&self, step: usize, domain: usize) -> Option<&Turned> {
        self.orientations.get(step * self.domains + domain)
    }
}
