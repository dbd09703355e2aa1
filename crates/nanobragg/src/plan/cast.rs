//! A plan in another number type.

use std::sync::Arc;

use nalgebra::{Matrix3, Vector3};

use super::choose::mosaic::{self, Mosaic};
use super::place::{self, Parameters, PlacedLattice, Wavelength};
use super::{
    Background, CrystalPlan, DetectorPlan, LayerPlan, Orientations, PhiStep, Plan, Ran1, SourcePlan,
};
use crate::model::Quirk;
use crate::physics::geometry::Panel;
use crate::physics::lattice::{CrystalShape, RealLattice, ReciprocalLattice};
use crate::physics::polarization::Kahn;
use crate::physics::rotation::{about_axis, about_xyz};
use crate::real::{Real, is_plain_zero, real, to_f64, vector};

/// The parts of a plan that say where things are.
struct Places<T: Real> {
    panel: Panel<T>,
    sources: Vec<SourcePlan<T>>,
    lattice: RealLattice<T>,
    reciprocal: ReciprocalLattice<T>,
    orientations: Orientations<T>,
}

impl Plan<f64> {
    /// The numbers that the plan was placed with last.
    pub fn parameters(&self) -> &Parameters {
        &self.choice.parameters
    }

    /// The same samples with other numbers, in any number type: in dual numbers the rendered pixel carries its
    /// derivative. What was chosen stays as it is (counts of samples, sizes in cells, where order-dependent quirks
    /// act), as do figures for reports. The numbers are the plan's own [`parameters`](Self::parameters) from then on: placed
    /// anew it forgets those before.
    ///
    /// ```
    /// use nanobragg::image::Pixel;
    /// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
    /// use nanobragg::nest::pixel;
    ///
    /// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
    /// experiment.crystal = experiment.crystal.with_cells(5, 5, 5)?;
    /// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
    /// let plan = experiment.plan()?;
    /// let mut parameters = *plan.parameters();
    /// assert_eq!(pixel(&plan.place(&parameters), Pixel { slow: 20, fast: 30 }, &mut ()), pixel(&plan, Pixel { slow: 20, fast: 30 }, &mut ()));
    /// parameters.wavelength *= 1.001;
    /// assert_ne!(pixel(&plan.place(&parameters), Pixel { slow: 20, fast: 30 }, &mut ()), pixel(&plan, Pixel { slow: 20, fast: 30 }, &mut ()));
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    pub fn place<T: Real>(&self, parameters: &Parameters<T>) -> Plan<T> {
        let quirks = self.resolved.quirks;
        let panel = self.placed_panel(parameters);
        let lattice = self.placed_lattice(parameters);
        let real_lattice = RealLattice { vectors: lattice.vectors.map(|v| v * real::<T>(1e-10)) };
        let mut orientations = Orientations::new(
            &real_lattice,
            &self.detector.spindle_axis[1],
            self.resolved.rotation,
            &parameters.rotation,
            self.domains_of(parameters.spread),
            quirks,
        );
        orientations.first_pixel = self.orientations.first_pixel;
        let beam = parameters.beam;
        let sources = self.choice.sources.iter();
        let sources = sources.map(|source| SourcePlan::placed(source, parameters.wavelength, beam)).collect();
        let mut placed = self.with(Places {
            panel,
            sources,
            lattice: real_lattice,
            reciprocal: ReciprocalLattice { vectors: lattice.reciprocal },
            orientations,
        });
        placed.crystal.shape.cells = parameters.cells;
        placed.b_factor = parameters.b_factor;
        placed.fluence = parameters.fluence * parameters.scale;
        if let Some(kahn) = &mut placed.polarization {
            kahn.axis = about_xyz(&vector(&self.choice.polar), beam);
        }
        // From what was chosen, not from this plan: it may have been placed before.
        let Background { present, start, per_term } = self.choice.background;
        let water = |amount: f64| real::<T>(amount) * parameters.water;
        placed.background = Background { present, start: water(start), per_term: water(per_term) };
        placed.crystal.vectors_angstrom = [0, 1, 2].map(|axis| lattice.vectors[axis].map(to_f64));
        placed.crystal.volume_angstrom3 = to_f64(lattice.volume);
        placed.choice = Arc::new(place::Choice { parameters: parameters.cast(), ..(*self.choice).clone() });
        placed
    }

    /// The same plan with as many other mosaic domains, drawn from `seed`: what changes is what the number of domains leaves
    /// to chance.
    ///
    /// ```
    /// use nanobragg::model::{Experiment, Mosaicity, UnitCell};
    ///
    /// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
    /// experiment.crystal = experiment.crystal.with_mosaicity(Mosaicity::Domains { spread: 0.01, count: 6 })?;
    /// let plan = experiment.plan()?;
    /// experiment.seeds.mosaic = 7;
    /// let expected = experiment.plan()?.orientations.domains;
    /// assert_eq!(plan.with_mosaic_seed(7).orientations.domains, expected);
    /// assert_ne!(plan.with_mosaic_seed(8).orientations.domains, expected);
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    pub fn with_mosaic_seed(&self, seed: i64) -> Plan {
        let parameters = self.choice.parameters;
        let mosaic = Mosaic { spread: parameters.spread, domains: self.orientations.domains.len() };
        let singly = self.resolved.quirks.has(Quirk::MosaicAfterSpindle);
        let drawn = mosaic::domains(&mosaic, &mut Ran1::default(), seed, singly);
        let (domains, draws) = drawn.into_iter().map(|domain| (domain.rotation, domain.draw)).unzip();
        let mut plan = self.clone();
        plan.orientations.domains = domains;
        plan.choice = Arc::new(place::Choice { draws, ..(*self.choice).clone() });
        plan.place(&parameters)
    }

    /// The plane of pixels with other numbers.
    pub(crate) fn placed_panel<T: Real>(&self, parameters: &Parameters<T>) -> Panel<T> {
        self.choice.detector.place(&parameters.detector).0
    }

    /// The lattice with other numbers.
    pub(crate) fn placed_lattice<T: Real>(&self, parameters: &Parameters<T>) -> PlacedLattice<T> {
        let turns = [parameters.misset, parameters.turn];
        place::lattice(&parameters.lattice, turns, self.resolved.quirks.has(Quirk::CellCStarZ))
    }

    /// The mosaic domains for another spread: each turns on about its own axis.
    fn domains_of<T: Real>(&self, spread: T) -> Vec<Matrix3<T>> {
        let further = spread - real(self.choice.parameters.spread);
        let mut domains = self.domains::<T>();
        if is_plain_zero(further) {
            return domains;
        }
        for (domain, draw) in domains.iter_mut().zip(&self.choice.draws) {
            let share = draw.norm();
            if share > 0.0 {
                let (axis, angle) = (vector::<T, f64>(&(draw / share)), further * real(share));
                let turned = |column: usize| about_axis(&domain.column(column).into(), &axis, angle);
                *domain = Matrix3::from_columns(&[turned(0), turned(1), turned(2)]);
            }
        }
        domains
    }

    /// Of each mosaic domain, its rotation vector for a spread of 1 radian.
    pub(crate) fn domain_draws(&self) -> &[Vector3<f64>] {
        &self.choice.draws
    }

    /// Whether the wavelength of source `number` follows the central one.
    pub fn follows_wavelength(&self, number: usize) -> bool {
        matches!(
            self.choice.sources.get(number).map(|source| source.wavelength),
            Some(Wavelength::OfCentral(_))
        )
    }

    /// The same plan rounded to the number type `T`, for evaluating the same physics in it.
    pub fn cast<T: Real>(&self) -> Plan<T> {
        let lattice =
            |l: &RealLattice<f64>| RealLattice { vectors: [0, 1, 2].map(|i| vector(&l.vectors[i])) };
        let steps = self.orientations.steps.iter();
        let steps = steps
            .map(|step| PhiStep {
                phi: real(step.phi),
                turned: (real(step.turned.0), real(step.turned.1)),
                lattice: lattice(&step.lattice),
            })
            .collect();
        let spindle = self.orientations.spindle.as_ref().map(vector);
        let unrotated = lattice(&self.orientations.unrotated);
        let mut orientations = Orientations::assemble(steps, self.domains(), unrotated, spindle);
        orientations.first_pixel = self.orientations.first_pixel;
        let panel = &self.detector.panel;
        let sources = self.sources.iter().map(|source| SourcePlan {
            incident: vector(&source.incident),
            wavelength: real(source.wavelength),
            weight: real(source.weight),
        });
        let reciprocal = &self.crystal.shape.reciprocal;
        self.with(Places {
            panel: Panel {
                beam: vector(&panel.beam),
                fdet: vector(&panel.fdet),
                sdet: vector(&panel.sdet),
                odet: vector(&panel.odet),
                pix0: vector(&panel.pix0),
                distance: real(panel.distance),
                close_distance: real(panel.close_distance),
                pixel_size: real(panel.pixel_size),
                curved: panel.curved,
                point_pixel: panel.point_pixel,
            },
            sources: sources.collect(),
            lattice: lattice(&self.crystal.lattice),
            reciprocal: ReciprocalLattice { vectors: [0, 1, 2].map(|i| vector(&reciprocal.vectors[i])) },
            orientations,
        })
    }

    fn domains<T: Real>(&self) -> Vec<Matrix3<T>> {
        self.orientations.domains.iter().map(|domain| domain.map(real::<T>)).collect()
    }

    /// The plan with other places, and everything else rounded to the number type `T`.
    fn with<T: Real>(&self, places: Places<T>) -> Plan<T> {
        let Places { panel, sources, lattice, reciprocal, orientations } = places;
        let (detector, shape) = (&self.detector, &self.crystal.shape);
        Plan {
            detector: DetectorPlan {
                panel,
                fast_pixels: detector.fast_pixels,
                slow_pixels: detector.slow_pixels,
                spindle_axis: detector.spindle_axis,
                polar: detector.polar,
                report: detector.report.clone(),
            },
            layers: LayerPlan {
                count: self.layers.count,
                spacing: real(self.layers.spacing),
                depth: self.layers.depth.map(real),
                mu: real(self.layers.mu),
                absorbing: self.layers.absorbing,
            },
            oversample: self.oversample,
            region: self.region.clone(),
            sources,
            polarization: self.polarization.map(|kahn| Kahn {
                factor: real(kahn.factor),
                axis: vector(&kahn.axis),
                epsilon: kahn.epsilon,
            }),
            b_factor: real(self.b_factor),
            crystal: CrystalPlan {
                lattice,
                shape: CrystalShape {
                    shape: shape.shape,
                    cells: shape.cells.map(real),
                    fudge: real(shape.fudge),
                    reciprocal,
                },
                vectors_angstrom: self.crystal.vectors_angstrom,
                volume_angstrom3: self.crystal.volume_angstrom3,
                misset: self.crystal.misset,
            },
            orientations,
            structure_factors: self.structure_factors.clone(),
            interpolation: self.interpolation,
            dmin: real(self.dmin),
            factors: self.factors,
            background: Background {
                present: self.background.present,
                start: real(self.background.start),
                per_term: real(self.background.per_term),
            },
            r_e_sqr: real(self.r_e_sqr),
            fluence: real(self.fluence),
            steps: real(self.steps),
            resolved: self.resolved.clone(),
            choice: Arc::clone(&self.choice),
        }
    }
}
