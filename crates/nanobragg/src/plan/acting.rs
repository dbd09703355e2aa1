//! Which quirks change the image of an experiment.

use nalgebra::Vector3;

use super::crystal::{before_size, under};
use super::detector::ChosenDetector;
use super::{FactorMode, Interpolation, Layers, Plan, Warning};
use crate::model::{Experiment, Lattice, Misset, Preset, Quirk};

/// A warning for each quirk that changes the image of `experiment`, which `plan` is the plan of. The preset
/// `reference` asks for all of them: nothing is said of it.
pub(super) fn warnings(plan: &Plan, experiment: &Experiment) -> Vec<Warning> {
    let quirks = experiment.quirks;
    if quirks.preset() == Some(Preset::Reference) {
        return Vec::new();
    }
    let acting = quirks.iter().filter(|&quirk| acts(quirk, plan, experiment));
    let warning = |quirk| Warning::QuirkActs {
        quirk,
        angles_deg: (quirk == Quirk::CellCStarZ).then(|| {
            let [.., alpha, beta, gamma] = plan.crystal.unit_cell();
            [alpha, beta, gamma]
        }),
    };
    acting.map(warning).collect()
}

/// Whether `quirk`, which is in force, changes the image.
fn acts(quirk: Quirk, plan: &Plan, experiment: &Experiment) -> bool {
    let Experiment { beam, detector, crystal, rendering, quirks, .. } = experiment;
    let (omega, polar, capture) = (plan.factors.omega, plan.factors.polar, plan.factors.capture);
    match quirk {
        Quirk::PhiZeroCarryover => plan.orientations.carries(),
        Quirk::ConventionPivotWins
        | Quirk::Pix0Ignored
        | Quirk::UnusedPointDropped
        | Quirk::TwothetaAxisLength
        | Quirk::VectorsAsGiven => moves_the_detector(quirk, plan, experiment),
        Quirk::FirstValueFactors => {
            let inside = plan.oversample > 1 || plan.layers.count > 1;
            // All of a curved detector is seen at one solid angle.
            let omega_differs = !detector.curved || plan.layers.count > 1;
            let absorbed = capture == FactorMode::Once && plan.layers.absorbing;
            let polarized = polar == FactorMode::Once && plan.polarization.is_some();
            inside && (omega == FactorMode::Once && omega_differs || absorbed)
                || polarized && (inside || directions_differ(plan))
        }
        Quirk::RunningSumFactors => {
            let multiplies = omega == FactorMode::RunningSum
                || polar == FactorMode::RunningSum && plan.polarization.is_some()
                || capture == FactorMode::RunningSum && plan.layers.absorbing;
            multiplies && plan.steps * plan.layers.count as f64 > 1.0
        }
        Quirk::SourceWeightsIgnored => {
            // Weights are relative to their mean.
            let mut weights = beam.sources().iter().map(|source| source.weight.unwrap_or(1.0));
            weights.next().is_some_and(|first| weights.any(|other| other != first))
        }
        Quirk::LayerSpacing => {
            let without = quirks.without(quirk);
            Layers::of(&detector.sensor, *quirks) != Layers::of(&detector.sensor, without)
        }
        Quirk::InterpolationLatch => matches!(plan.interpolation, Interpolation::UntilUnsafeIn(_)),
        Quirk::InterpolationBeforeSize => {
            experiment.interpolates(before_size(crystal)) != experiment.interpolates(plan.crystal.shape.cells)
        }
        Quirk::MissetRandomCap => crystal.misset() == Misset::Random,
        Quirk::CellCStarZ => {
            matches!(crystal.lattice(), Lattice::Cell(cell) if plan.crystal.angles_differ_from(&cell))
        }
        Quirk::WaterScaledTwice => plan.background.present && water_differs(plan),
        Quirk::OversampleThickAlone => rendering.oversample_thick && detector.sensor.thickness() == 0.0,
        Quirk::GaussUnits => under(crystal.shape(), quirk) != crystal.shape(),
        Quirk::BallCancellation => {
            under(crystal.shape(), quirk) != crystal.shape() && sees_the_direct_beam(plan)
        }
        Quirk::PhiAtStepStart => experiment.rotation.step() != 0.0 && experiment.rotation.at().is_none(),
        Quirk::LayerFrontFace => plan.layers.absorbing && plan.layers.spacing != 0.0,
        Quirk::MosaicAfterSpindle => plan.orientations.domains.len() > 1,
        // By less than a pixel's last digit.
        Quirk::PolarizationEpsilon => false,
        // They act on headers and flags, before there is an experiment or after its image.
        Quirk::SmvBeamCenter
        | Quirk::HeaderSubstrings
        | Quirk::NopolarOverruled
        | Quirk::TwothetaHeader
        | Quirk::TwothetaAxisSetsAngle
        | Quirk::StepOverridesCount
        | Quirk::PoissonSinglePrecision => false,
    }
}

/// Whether the detector would be elsewhere without `quirk`, by more than rounding.
fn moves_the_detector(quirk: Quirk, plan: &Plan, experiment: &Experiment) -> bool {
    let without =
        ChosenDetector::new(&experiment.detector, experiment.quirks.without(quirk), &mut Vec::new());
    let Ok(without) = without else { return true };
    let (with, without) = (&plan.detector, &without.plan);
    let apart = |a: &Vector3<f64>, b: &Vector3<f64>| (a - b).amax() > 1e-12;
    apart(&with.beam, &without.beam)
        || apart(&with.fdet, &without.fdet)
        || apart(&with.sdet, &without.sdet)
        || apart(&with.odet, &without.odet)
        || apart(&with.pix0, &without.pix0)
}

/// Whether water that is scaled twice is not as bright as water that is scaled once: for one value of fluence and one step it is.
fn water_differs(plan: &Plan) -> bool {
    let twice = plan.r_e_sqr * plan.fluence / plan.steps;
    (twice - 1.0).abs() > SAME_PHOTONS
}

/// Relative difference that single precision does not show.
const SAME_PHOTONS: f64 = 1e-8;

/// The largest phase of a crystal's transform at which its digits cancel so that single precision shows it.
const CANCELING: f64 = 1e-4;

/// Whether a sample of a pixel lies so near to the spot of the direct beam that a round crystal's transform cancels there. At other nodes that is
/// unlikely.
fn sees_the_direct_beam(plan: &Plan) -> bool {
    let pitch = plan.detector.panel.pixel_size / plan.oversample as f64;
    let (fast, slow) = plan.detector.report.beam_spot;
    let off = |at: f64| {
        let sample = at / pitch - 0.5;
        (sample - sample.round()) * pitch
    };
    let size =
        plan.crystal.unit_cell().into_iter().zip(plan.crystal.shape.cells).map(|(edge, cells)| edge * cells);
    let radius = 1e-10 * size.fold(0.0, f64::max);
    let wavelength = plan.resolved.wavelength;
    let off = off(fast).hypot(off(slow)) / plan.detector.close_distance.abs();
    off / wavelength * radius * std::f64::consts::TAU < CANCELING
}

fn directions_differ(plan: &Plan) -> bool {
    plan.sources.windows(2).any(|pair| pair[0].incident != pair[1].incident)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::Coordinate;
    use std::num::NonZeroU32;

    use crate::model::{
        Convention, Crystal, Dose, PixelGrid, Polarization, Quirks, Rest, Rotation, Shape, Source, StepPoint,
        Tilt, UnitCell,
    };

    fn acting(experiment: &Experiment) -> Vec<Quirk> {
        let quirk = |warning: &Warning| match warning {
            Warning::QuirkActs { quirk, .. } => Some(*quirk),
            _ => None,
        };
        experiment.plan().unwrap().resolved.warnings.iter().filter_map(quirk).collect()
    }

    fn small(preset: Preset) -> Experiment {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 90.0, 90.0, 90.0).unwrap(), 1.0);
        experiment.detector.pixels = PixelGrid::new(4, 3, 1e-3);
        experiment.rendering.oversample = NonZeroU32::new(1);
        experiment.quirks = preset.into();
        experiment
    }

    #[test]
    fn nothing_is_said_of_a_plain_experiment_nor_of_the_reference() {
        for preset in [Preset::Reference, Preset::Spec, Preset::Exact] {
            assert_eq!(acting(&small(preset)), [], "{preset:?}");
        }
        let mut skewed = small(Preset::Reference);
        skewed.crystal = Crystal::from_cell(UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap());
        assert_eq!(acting(&skewed), []);
        skewed.quirks = Preset::Spec.into();
        assert_eq!(acting(&skewed), [Quirk::CellCStarZ]);
    }

    #[test]
    fn first_values_act_where_there_are_others() {
        let mut experiment = small(Preset::Spec);
        experiment.rendering.oversample = NonZeroU32::new(2);
        assert_eq!(acting(&experiment), [Quirk::FirstValueFactors]);
        experiment.quirks = Preset::Exact.into();
        assert_eq!(acting(&experiment), []);
    }

    #[test]
    fn what_changes_no_pixel_is_not_said() {
        let mut port = small(Preset::Port);
        port.beam = port.beam.with_polarization(Polarization::Kahn(0.5)).unwrap();
        assert_eq!(acting(&port), []);
        let mut curved = small(Preset::Spec);
        curved.beam = curved.beam.with_polarization(Polarization::Off).unwrap();
        curved.detector.curved = true;
        curved.rendering.oversample = NonZeroU32::new(2);
        assert_eq!(acting(&curved), []);
        curved.detector.curved = false;
        assert_eq!(acting(&curved), [Quirk::FirstValueFactors]);
        let mut sums = small(Preset::Spec);
        sums.rendering.oversample_omega = true;
        assert_eq!(acting(&sums), []);
        sums.rotation = Rotation::over(0.0, 0.01, 2).unwrap().sampled_at(StepPoint::Start);
        assert_eq!(acting(&sums), [Quirk::RunningSumFactors]);
    }

    #[test]
    fn water_acts_but_for_the_default_fluence() {
        let mut experiment = small(Preset::Spec);
        experiment.rendering.water_size = Some(1e-6);
        assert_eq!(acting(&experiment), []);
        experiment.beam = experiment.beam.with_dose(Dose::of_fluence(1e28).unwrap());
        assert_eq!(acting(&experiment), [Quirk::WaterScaledTwice]);
    }

    #[test]
    fn weights_act_where_they_differ() {
        let mut experiment = small(Preset::Spec);
        let mut of = |weights: [f64; 2]| {
            let source = |weight| Source { weight: Some(weight), ..Source::default() };
            experiment.beam = experiment.beam.clone().with_sources(weights.map(source).to_vec()).unwrap();
            acting(&experiment)
        };
        assert_eq!(of([2.0, 2.0]), []);
        assert_eq!(of([1.0, 2.0]), [Quirk::SourceWeightsIgnored]);
    }

    #[test]
    fn a_ball_cancels_at_the_direct_beam() {
        let ball =
            Shape::ALL.iter().copied().find(|shape| matches!(shape.coordinate(), Coordinate::Ball { .. }));
        let (ball, mut experiment) = (ball.unwrap(), small(Preset::Spec));
        experiment.crystal = experiment.crystal.with_cells(20, 20, 20).unwrap().with_shape(ball);
        let mut of = |center: f64| {
            experiment.detector.convention = Convention::Denzo;
            experiment.detector.placement = Rest::at(0.1).with_beam_center(center, 1.5e-3).into();
            acting(&experiment)
        };
        assert_eq!(of(1.5e-3), [Quirk::BallCancellation]);
        assert_eq!(of(2e-3), []);
    }

    #[test]
    fn the_pivot_of_a_detector_at_rest_changes_nothing() {
        let mut experiment = small(Preset::Exact);
        experiment.quirks = Quirks::from(Preset::Exact).with(Quirk::ConventionPivotWins);
        experiment.detector.pivot = Some(crate::model::Pivot::Sample);
        assert_eq!(acting(&experiment), []);
        // About an axis other than the beam's, which goes through both points.
        experiment.detector.tilt = Tilt { y: 0.1, ..Tilt::default() };
        assert_eq!(acting(&experiment), [Quirk::ConventionPivotWins]);
    }

    #[test]
    fn a_dropped_point_is_told_of_where_another_place_comes_of_it() {
        let mut experiment = small(Preset::Spec);
        experiment.detector.pivot = Some(crate::model::Pivot::Beam);
        let mut of = |rest: Rest| {
            experiment.detector.placement = rest.into();
            acting(&experiment)
        };
        assert_eq!(of(Rest::at(0.1).with_near_point(1e-3, 2e-3)), [Quirk::UnusedPointDropped]);
        assert_eq!(of(Rest::at(0.1).with_near_point(1e-3, 2e-3).with_beam_center(1e-3, 2e-3)), []);
        assert_eq!(of(Rest::at(0.1).with_beam_center(1e-3, 2e-3)), []);
    }
}
