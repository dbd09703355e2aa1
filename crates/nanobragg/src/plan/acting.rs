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
            let absorbed = capture == FactorMode::Once && plan.layers.absorbing;
            let polarized = polar == FactorMode::Once && plan.polarization.is_some();
            inside && (omega == FactorMode::Once || absorbed)
                || polarized && (inside || directions_differ(plan))
        }
        Quirk::RunningSumFactors => [omega, polar, capture].contains(&FactorMode::RunningSum),
        Quirk::SourceWeightsIgnored => {
            beam.sources().iter().any(|source| source.weight.is_some_and(|weight| weight != 1.0))
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
        Quirk::WaterScaledTwice => plan.background.present,
        Quirk::OversampleThickAlone => rendering.oversample_thick && detector.sensor.thickness() == 0.0,
        Quirk::GaussUnits | Quirk::BallCancellation => under(crystal.shape(), quirk) != crystal.shape(),
        Quirk::PhiAtStepStart => experiment.rotation.step() != 0.0 && experiment.rotation.at().is_none(),
        Quirk::LayerFrontFace => plan.layers.absorbing && plan.layers.spacing != 0.0,
        Quirk::MosaicAfterSpindle => plan.orientations.domains.len() > 1,
        Quirk::PolarizationEpsilon => plan.polarization.is_some(),
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

fn directions_differ(plan: &Plan) -> bool {
    plan.sources.windows(2).any(|pair| pair[0].incident != pair[1].incident)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::num::NonZeroU32;

    use crate::model::{Crystal, PixelGrid, Quirks, Rest, Tilt, UnitCell};

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
