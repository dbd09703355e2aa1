//! Making a plan.

use std::sync::Arc;

use super::choose::{layers, mosaic, oversample, region, sources};
use super::crystal::before_size;
use super::detector::ChosenDetector;
use super::enough::Enough;
use super::place::{Choice, Parameters, RotationParameters};
use super::{
    Background, CrystalPlan, Factors, Interpolation, LayerPlan, NoiseStream, Orientations, Plan, Ran1,
    Resolved, SourcePlan, Warning, acting, scan,
};
use crate::check::{MOST_PIXELS, MOST_SAMPLES, limited, positive, ranged};
use crate::error::Error;
use crate::model::{Distance, Divergence, Experiment, Mosaicity, Quirk, Quirks, Spectrum, Steps};
use crate::physics::polarization::Kahn;
use crate::physics::{absorption, background};
use crate::units::R_E_SQR;

impl Experiment {
    /// [`Plan::new`] of the experiment: some 50 µs for a still of one domain, much less than an image takes. Every orientation
    /// of a series may have a plan of its own; [`Plan::place`] moves the numbers of one that is there.
    ///
    /// # Errors
    /// Those of [`Plan::new`].
    pub fn plan(&self) -> Result<Plan, Error> {
        Plan::new(self)
    }
}

impl Plan {
    /// Validates `experiment` and chooses every sample of it.
    ///
    /// # Errors
    /// A quantity out of its range, a cell or matrix that spans no volume, more samples than can be held.
    pub fn new(experiment: &Experiment) -> Result<Plan, Error> {
        let span = tracing::info_span!("plan");
        let _entered = span.enter();
        let quirks = experiment.quirks;
        let mut warnings = Vec::new();
        validate(experiment)?;

        let beam = &experiment.beam;
        let ChosenDetector { plan: detector, frame, choice, parameters } =
            ChosenDetector::new(&experiment.detector, quirks, &mut warnings)?;
        let region = region::region(experiment, &detector)?;
        if region.pixels() == 0 {
            warnings.push(Warning::EmptyRegion);
        }
        if experiment.crystal.b_factor() < 0.0 {
            warnings.push(Warning::Sharpened { b_factor: experiment.crystal.b_factor() });
        }

        let Divergence { horizontal, vertical, .. } = beam.divergence().copied().unwrap_or_default();
        let dispersion = match beam.spectrum() {
            Some(Spectrum::Band(steps)) => *steps,
            _ => Steps::ONE,
        };
        for (what, steps) in [
            ("horizontal divergence steps", horizontal),
            ("vertical divergence steps", vertical),
            ("dispersion steps", dispersion),
        ] {
            limited(what, steps.count() as f64, MOST_SAMPLES)?;
        }
        let wavelengths = match beam.spectrum() {
            Some(Spectrum::Lines(lines)) => lines.len(),
            _ => dispersion.count(),
        };
        let product = horizontal.count() as f64 * vertical.count() as f64 * wavelengths as f64;
        limited("sources", product, MOST_SAMPLES)?;
        let (chosen, divergence_steps) = sources::sources(beam, &frame, quirks)?;
        let sources: Vec<SourcePlan<f64>> =
            chosen.iter().map(|source| SourcePlan::placed(source, beam.wavelength(), [0.0; 3])).collect();

        let sensor = &experiment.detector.sensor;
        let (layers, mu) = layers::layers(sensor, quirks, &mut warnings)?;

        limited("phi steps", experiment.rotation.steps() as f64, MOST_SAMPLES)?;
        let mosaicity = experiment.crystal.mosaicity();
        let mut mosaic = mosaic::Mosaic::of(mosaicity);
        limited("mosaic domains", mosaic.domains as f64, MOST_SAMPLES)?;

        let mut generator = Ran1::default();
        let (crystal, lattice) = CrystalPlan::new(experiment, &mut generator, &mut warnings)?;
        let enough = Enough::new(&detector, &region, &sources, &crystal, &frame, experiment);
        if let Mosaicity::Enough { spread, at_most } = mosaicity {
            mosaic.domains = enough.domains(spread, at_most);
        }
        let rotation = experiment.rotation.settled(|most| enough.phi_steps(&mosaic, most));
        let (lines, listed) = if beam.sources().is_empty() {
            (&sources[..wavelengths.min(sources.len())], &[][..])
        } else {
            (&[][..], &sources[..])
        };
        warnings.extend(enough.warnings(&rotation, &mosaic, [horizontal, vertical], lines, listed));
        let singly = quirks.has(Quirk::MosaicAfterSpindle);
        let domains = mosaic::domains(&mosaic, &mut generator, experiment.seeds.mosaic, singly);
        let (domains, draws) = domains.into_iter().map(|domain| (domain.rotation, domain.draw)).unzip();
        let turning = RotationParameters::from(rotation);
        let axis = &frame.spindle_axis;
        let orientations = Orientations::new(&crystal.lattice, axis, rotation, &turning, domains, quirks);

        let edge = crystal.longest_edge();
        let recommended =
            oversample::recommended(edge, beam.wavelength(), detector.distance, detector.pixel_size);
        let oversample = oversample::chosen(&experiment.rendering, recommended, edge, &mut warnings)?;

        let rendering = &experiment.rendering;
        let factors = Factors::new(rendering, quirks);
        let fluence = beam.dose().fluence();
        let polarization = beam.polarization().factor().map(|factor| Kahn {
            factor,
            axis: frame.polar,
            epsilon: quirks.has(Quirk::PolarizationEpsilon),
        });
        let steps =
            sources.len() as f64 * mosaic.domains as f64 * rotation.steps() as f64 * oversample * oversample;

        let background = background(rendering.water_size, fluence, quirks);
        let misset = crystal.misset;
        let mut plan = Plan {
            layers: LayerPlan {
                count: layers.count,
                spacing: layers.spacing,
                depth: (!quirks.has(Quirk::LayerFrontFace)).then(|| {
                    absorption::mean_depth(layers.spacing, mu.max(0.0), layers::obliquity(&detector))
                }),
                mu,
                absorbing: layers.thickness != 0.0
                    || (rendering.oversample_thick && quirks.has(Quirk::OversampleThickAlone)),
            },
            detector,
            oversample: oversample as usize,
            region,
            sources,
            polarization,
            b_factor: experiment.crystal.b_factor(),
            structure_factors: experiment.structure_factors.clone(),
            interpolation: interpolation(experiment, &crystal),
            orientations,
            dmin: rendering.dmin.unwrap_or(0.0),
            factors,
            background,
            r_e_sqr: R_E_SQR,
            fluence,
            steps,
            choice: Arc::new(Choice {
                detector: choice,
                sources: chosen,
                draws,
                background,
                polar: frame.polar,
                parameters: Parameters {
                    wavelength: beam.wavelength(),
                    lattice,
                    misset,
                    turn: [0.0; 3],
                    cells: crystal.shape.cells,
                    spread: mosaic.spread,
                    rotation: turning,
                    detector: parameters,
                    beam: [0.0; 3],
                    fluence,
                    scale: 1.0,
                    water: 1.0,
                    b_factor: experiment.crystal.b_factor(),
                },
            }),
            resolved: Resolved {
                horizontal,
                vertical,
                divergence_steps,
                dispersion,
                wavelength: beam.wavelength(),
                exposure: beam.dose().exposure(),
                rotation,
                layers,
                mu,
                mosaic,
                recommended_oversample: recommended,
                quirks,
                kahn: beam.polarization().factor(),
                water_size: rendering.water_size,
                misset_seed: experiment.seeds.misset,
                noise: NoiseStream {
                    generator,
                    seed: experiment.seeds.noise,
                    panel: experiment.detector.panel,
                },
                warnings,
            },
            crystal,
        };
        scan::settle_order(&mut plan, quirks);
        let acting = acting::warnings(&plan, experiment);
        plan.resolved.warnings.extend(acting);
        Ok(plan)
    }
}

fn validate(experiment: &Experiment) -> Result<(), Error> {
    let Experiment { detector, rendering, .. } = experiment;
    positive("the pixel size (m)", detector.pixels.pixel_size)?;
    positive("the detector's fast size (m)", detector.pixels.size_fast)?;
    positive("the detector's slow size (m)", detector.pixels.size_slow)?;
    if let Some(rest) = detector.placement.rest() {
        let (what, distance) = match rest.distance {
            Distance::AlongBeam(distance) => ("the detector distance (m)", distance),
            Distance::ToPlane(distance) => ("the close distance (m)", distance),
        };
        ranged(what, distance, "other than zero", distance != 0.0)?;
    }
    for (quantity, length) in [("dmin (m)", rendering.dmin), ("the water size (m)", rendering.water_size)] {
        length.map_or(Ok(()), |length| positive(quantity, length))?;
    }
    ranged("an angle (rad)", experiment.rotation.start(), "finite", true)?;
    let grid = detector.pixels;
    limited("pixels", grid.size_fast / grid.pixel_size * (grid.size_slow / grid.pixel_size), MOST_PIXELS)?;
    positive("the number of pixels along the fast axis", grid.fast() as f64)?;
    positive("the number of pixels along the slow axis", grid.slow() as f64)
}

fn interpolation(experiment: &Experiment, crystal: &CrystalPlan<f64>) -> Interpolation {
    let cells = if experiment.quirks.has(Quirk::InterpolationBeforeSize) {
        before_size(&experiment.crystal)
    } else {
        crystal.shape.cells
    };
    if experiment.interpolates(cells) { Interpolation::On } else { Interpolation::Off }
}

fn background(water_size: Option<f64>, fluence: f64, quirks: Quirks) -> Background<f64> {
    let (present, water_size) = (water_size.is_some(), water_size.unwrap_or(0.0));
    if quirks.has(Quirk::WaterScaledTwice) {
        Background { present, start: background::water_intensity_scaled(water_size, fluence), per_term: 0.0 }
    } else {
        Background { present, start: 0.0, per_term: background::water_intensity(water_size) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::{PixelGrid, Rotation, UnitCell};

    fn small() -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(4, 3, 1e-3);
        experiment
    }

    #[test]
    fn what_is_no_number_of_its_kind_is_refused() {
        let changes: [fn(&mut Experiment); 6] = [
            |e| e.rendering.dmin = Some(0.0),
            |e| e.rendering.dmin = Some(f64::NAN),
            |e| e.rendering.water_size = Some(-1e-6),
            |e| e.rendering.water_size = Some(f64::INFINITY),
            |e| e.rotation = Rotation::still(f64::NAN),
            |e| e.rotation = e.rotation.starting_at(f64::INFINITY),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let mut experiment = small();
            change(&mut experiment);
            let error = experiment.plan().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "change {number}: {error}");
        }
    }
}
