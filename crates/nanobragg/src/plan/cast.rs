//! A plan in another number type.

use super::{Background, CrystalPlan, DetectorPlan, LayerPlan, Orientations, PhiStep, Plan, SourcePlan};
use crate::physics::geometry::Panel;
use crate::physics::lattice::{CrystalShape, RealLattice, ReciprocalLattice};
use crate::physics::polarization::Kahn;
use crate::real::{Real, real, vector};

impl Plan<f64> {
    /// The same plan in the number type `T`, for evaluating the same physics in it.
    ///
    /// For derivatives, cast to a dual number and set the dual parts of the fields that the derivative is
    /// taken by; those of lattices go through [`Orientations::assemble`].
    pub fn cast<T: Real>(&self) -> Plan<T> {
        let lattice =
            |l: &RealLattice<f64>| RealLattice { vectors: [0, 1, 2].map(|i| vector(&l.vectors[i])) };
        let steps = self.orientations.steps.iter();
        let steps =
            steps.map(|step| PhiStep { phi: real(step.phi), lattice: lattice(&step.lattice) }).collect();
        let domains = self.orientations.domains.iter().map(|domain| domain.map(real::<T>)).collect();
        let mut orientations = Orientations::assemble(steps, domains, lattice(&self.orientations.unrotated));
        orientations.first_pixel = self.orientations.first_pixel;
        let detector = &self.detector;
        let shape = &self.crystal.shape;
        let reciprocal =
            ReciprocalLattice { vectors: [0, 1, 2].map(|i| vector(&shape.reciprocal.vectors[i])) };
        Plan {
            detector: DetectorPlan {
                panel: Panel {
                    beam: vector(&detector.beam),
                    fdet: vector(&detector.fdet),
                    sdet: vector(&detector.sdet),
                    odet: vector(&detector.odet),
                    pix0: vector(&detector.pix0),
                    distance: real(detector.distance),
                    close_distance: real(detector.close_distance),
                    pixel_size: real(detector.pixel_size),
                    curved: detector.curved,
                    point_pixel: detector.point_pixel,
                },
                fast_pixels: detector.fast_pixels,
                slow_pixels: detector.slow_pixels,
                spindle_axis: detector.spindle_axis,
                polar: detector.polar,
                report: detector.report.clone(),
            },
            layers: LayerPlan {
                count: self.layers.count,
                spacing: real(self.layers.spacing),
                mu: real(self.layers.mu),
                absorbing: self.layers.absorbing,
            },
            oversample: self.oversample,
            region: self.region.clone(),
            sources: self
                .sources
                .iter()
                .map(|source| SourcePlan {
                    incident: vector(&source.incident),
                    wavelength: real(source.wavelength),
                    weight: real(source.weight),
                })
                .collect(),
            polarization: self.polarization.map(|kahn| Kahn {
                factor: real(kahn.factor),
                axis: vector(&kahn.axis),
                epsilon: kahn.epsilon,
            }),
            crystal: CrystalPlan {
                lattice: lattice(&self.crystal.lattice),
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
        }
    }
}
