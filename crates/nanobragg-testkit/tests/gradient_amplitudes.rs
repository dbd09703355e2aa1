//! Derivatives by all structure factors of a table at once.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroU32;

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::{
    AmplitudeDerivatives, AmplitudeSet, Derivatives, Parameter, PixelSet, Weighed, definition,
};
use nanobragg::image::Pixel;
use nanobragg::model::symmetry::{Equivalents, SymmetryOperator};
use nanobragg::model::{
    Beam, Experiment, IndexBox, Mask, Misset, Mosaicity, PixelGrid, Reflection, Rotation, Shape, Spectrum,
    Steps, StructureFactors, UnitCell,
};
use nanobragg::plan::Plan;

const RANGE: i32 = 12;

/// A table with zeros, whose structure factors differ from node to node.
fn table() -> StructureFactors {
    let bounds = IndexBox { min: [-RANGE; 3], max: [RANGE; 3] };
    let f = |[h, k, l]: [i32; 3]| f64::from((7 * h + 3 * k + 5 * l).rem_euclid(11)) * 10.0;
    let reflections = bounds.indices().map(|hkl| Reflection { hkl, f: f(hkl) });
    StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap()
}

/// Pixels that see many nodes each: a turning crystal, a band of wavelengths, four sub-pixels. Corners are beyond the table.
fn experiment(shape: Shape) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 85.0, 95.0, 100.0).unwrap(), 50.0);
    experiment.structure_factors = table();
    experiment.crystal = experiment.crystal.with_cells(3, 4, 5).unwrap().with_shape(shape);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([0.3, 0.2, 0.1])).unwrap();
    let mosaicity = Mosaicity::Domains { spread: 0.02, count: 3 };
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    let band = Spectrum::Band(Steps::across(0.06, 3).unwrap());
    experiment.beam = Beam::new(1.3e-10).unwrap().with_spectrum(band).unwrap();
    experiment.rotation = Rotation::over(0.1, 0.6, 6).unwrap();
    experiment.detector.pixels = PixelGrid::new(70, 9, 1e-3);
    experiment.rendering.oversample = NonZeroU32::new(2);
    experiment
}

fn cotangent(count: usize) -> Vec<f64> {
    (0..count).map(|at| ((at * 7919) % 1000) as f64 / 500.0 - 0.9).collect()
}

fn close(found: f64, expected: f64, scale: f64) -> bool {
    (found - expected).abs() <= 1e-11 * scale
}

fn largest(column: &[f64]) -> f64 {
    column.iter().fold(0.0, |most: f64, x| most.max(x.abs()))
}

fn pixels(plan: &Plan) -> Vec<[u32; 2]> {
    let (slow, fast) = (plan.region.image_slow as u32, plan.region.image_fast as u32);
    (0..slow).flat_map(|slow| (0..fast).map(move |fast| [slow, fast])).collect()
}

#[test]
fn the_rows_are_those_of_the_definition() {
    for shape in [Shape::Square, Shape::Round, Shape::Gauss, Shape::GaussStar, Shape::TophatCounted] {
        let plan = experiment(shape).plan().unwrap();
        let each = AmplitudeSet::each(&plan.structure_factors).unwrap();
        let derivatives = AmplitudeDerivatives::new(&plan, &[], &each).unwrap();
        let listed: Vec<[u32; 2]> = pixels(&plan).into_iter().step_by(23).collect();
        let rows = derivatives.rows(&Cpu::default(), &listed, &Control::default()).unwrap();
        let (mut compared, mut many) = (0, 0);
        for (&[slow, fast], row) in listed.iter().zip(&rows) {
            let nodes: Vec<Parameter> =
                row.iter().map(|&(unknown, _)| Parameter::Amplitude(each.nodes()[unknown])).collect();
            let at = Pixel { slow: slow as usize, fast: fast as usize };
            let expected = definition::pixel_slopes(&plan, &nodes, at);
            let scale = largest(&expected);
            for (&(_, found), expected) in row.iter().zip(expected) {
                assert!(close(found, expected, scale), "{shape:?} {slow} {fast}: {found} {expected}");
                compared += 1;
            }
            many += usize::from(row.len() > 2);
            // No node is left out: photons go with the squares of all structure factors.
            let scale = Derivatives::new(&plan, &[Parameter::Scale]).unwrap();
            let of_pixel = scale.rows(&Cpu::default(), &[[slow, fast]], &Control::default()).unwrap();
            let f = |unknown: usize| plan.structure_factors.nearest(each.nodes()[unknown]);
            let half: f64 = row.iter().map(|&(unknown, slope)| 0.5 * slope * f(unknown)).sum();
            assert!(close(half, of_pixel.photons[0], half), "{shape:?} {half} {}", of_pixel.photons[0]);
        }
        assert!(shape == Shape::TophatCounted || (compared > 40 && many > 5), "{shape:?} {compared} {many}");
    }
}

#[test]
fn a_cotangent_gives_what_columns_of_each_give() {
    let plan = experiment(Shape::Gauss).plan().unwrap();
    let each = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let parameters = [Parameter::Distance, Parameter::Scale];
    let all = AmplitudeDerivatives::new(&plan, &parameters, &each).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let count = plan.region.image_fast * plan.region.image_slow;
    let y = cotangent(count);
    let pulled = all.pull_back(&cpu, &y, &control).unwrap();
    assert_eq!(
        pulled.parameters,
        Derivatives::new(&plan, &parameters).unwrap().pull_back(&cpu, &y, &control).unwrap()
    );
    let scale = largest(&pulled.amplitudes);
    let mut strongest: Vec<usize> = (0..each.len()).collect();
    strongest.sort_by(|&one, &other| pulled.amplitudes[other].abs().total_cmp(&pulled.amplitudes[one].abs()));
    let mut lit = 0;
    for unknown in strongest.into_iter().take(12).chain((0..each.len()).step_by(997)) {
        let own = [Parameter::Amplitude(each.nodes()[unknown])];
        let expected = Derivatives::new(&plan, &own).unwrap().pull_back(&cpu, &y, &control).unwrap()[0];
        assert!(close(pulled.amplitudes[unknown], expected, scale), "{unknown}");
        lit += usize::from(expected != 0.0);
    }
    assert!(lit >= 12, "{lit}");
}

#[test]
fn unknowns_of_a_lopsided_table_are_in_it() {
    let mut experiment = experiment(Shape::Square);
    let bounds = IndexBox { min: [-10, -3, 0], max: [2, 3, 40] };
    experiment.structure_factors = StructureFactors::from_reflections(bounds, 10.0, []).unwrap();
    let plan = experiment.plan().unwrap();
    let friedel = Equivalents::new(&[SymmetryOperator::parse("-x,y,-z").unwrap()], true).unwrap();
    let set = AmplitudeSet::equivalent(&plan.structure_factors, &friedel).unwrap();
    assert!(set.nodes().iter().all(|&node| bounds.contains(node)));
    assert!(set.nodes().iter().enumerate().all(|(number, &node)| set.number(node) == Some(number)));
    assert!(AmplitudeDerivatives::new(&plan, &[], &set).is_ok());
}

#[test]
fn curvatures_are_sums_of_squares_and_merged_unknowns_are_one() {
    let plan = experiment(Shape::Square).plan().unwrap();
    let twofold = Equivalents::new(&[SymmetryOperator::parse("-x,y,-z").unwrap()], true).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let count = plan.region.image_fast * plan.region.image_slow;
    let y = cotangent(count);
    let weigh = |number: usize, photons: f64| Weighed { weight: 1.0 / (1.0 + photons), residual: y[number] };
    let each = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let unique = AmplitudeSet::equivalent(&plan.structure_factors, &twofold).unwrap();
    assert!(unique.len() < each.len() / 3 && unique.len() > each.len() / 5);
    let photons = Derivatives::image(&plan, &cpu, &control).unwrap();
    for set in [&each, &unique] {
        let derivatives = AmplitudeDerivatives::new(&plan, &[Parameter::Scale], set).unwrap();
        let normal = derivatives.normal(&cpu, PixelSet::All, &weigh, &control).unwrap();
        let rows = derivatives.rows(&cpu, &pixels(&plan), &control).unwrap();
        let (mut vector, mut diagonal) = (vec![0.0; set.len()], vec![0.0; set.len()]);
        for (number, row) in rows.iter().enumerate() {
            for &(unknown, slope) in row {
                let weighed = weigh(number, photons[number]);
                vector[unknown] += weighed.weight * weighed.residual * slope;
                diagonal[unknown] += weighed.weight * slope * slope;
            }
        }
        let (scale, square) = (largest(&vector), largest(&diagonal));
        assert!(normal.vector.iter().zip(&vector).all(|(&found, &expected)| close(found, expected, scale)));
        assert!(
            normal.diagonal.iter().zip(&diagonal).all(|(&found, &expected)| close(found, expected, square))
        );
        let listed = pixels(&plan);
        assert_eq!(
            derivatives.normal(&cpu, PixelSet::Listed(&listed), &weigh, &control).unwrap().parameters.pixels,
            count
        );
    }
    // What belongs together is the sum of its members.
    let sums = |set: &AmplitudeSet| {
        AmplitudeDerivatives::new(&plan, &[], set).unwrap().pull_back(&cpu, &y, &control).unwrap().amplitudes
    };
    let (single, merged) = (sums(&each), sums(&unique));
    let mut expected = vec![0.0; unique.len()];
    for (node, slope) in each.nodes().iter().zip(&single) {
        expected[unique.number(*node).unwrap()] += slope;
    }
    let scale = largest(&expected);
    assert!(merged.iter().zip(&expected).all(|(&found, &expected)| close(found, expected, scale)));
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let mut experiment = experiment(Shape::Round);
    experiment.detector.pixels = PixelGrid::new(300, 90, 3e-4);
    experiment.rendering.oversample = NonZeroU32::new(1);
    let plan = experiment.plan().unwrap();
    let set = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let derivatives = AmplitudeDerivatives::new(&plan, &[Parameter::Scale], &set).unwrap();
    let y = cotangent(300 * 90);
    let control = Control::default();
    let with =
        |threads: usize| derivatives.pull_back(&Cpu::with_threads(threads).unwrap(), &y, &control).unwrap();
    let expected = with(1);
    for threads in [2, 3, 7] {
        assert_eq!(expected, with(threads), "{threads}");
    }
    assert!(expected.amplitudes.iter().filter(|&&slope| slope != 0.0).count() > 300);
}

#[test]
fn a_mask_takes_pixels_out() {
    let mut experiment = experiment(Shape::Square);
    let plan = experiment.plan().unwrap();
    let count = plan.region.image_fast * plan.region.image_slow;
    let mask: Vec<bool> = (0..count).map(|at| at % 3 != 0).collect();
    experiment.rendering.mask = Some(Mask { fast: 70, slow: 9, keep: mask.clone().into() });
    let masked = experiment.plan().unwrap();
    let set = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let (cpu, control) = (Cpu::default(), Control::default());
    let y = cotangent(count);
    let dimmed: Vec<f64> = y.iter().zip(&mask).map(|(y, &keep)| if keep { *y } else { 0.0 }).collect();
    let pull = |plan: &Plan, y: &[f64]| {
        AmplitudeDerivatives::new(plan, &[], &set).unwrap().pull_back(&cpu, y, &control).unwrap().amplitudes
    };
    assert_eq!(pull(&masked, &y), pull(&plan, &dimmed));
}

#[test]
fn what_has_no_table_or_another_one_is_refused() {
    let plan = experiment(Shape::Gauss).plan().unwrap();
    let each = AmplitudeSet::each(&plan.structure_factors).unwrap();
    let refused = |change: fn(&mut Experiment)| {
        let mut experiment = experiment(Shape::Gauss);
        change(&mut experiment);
        let plan = experiment.plan().unwrap();
        AmplitudeDerivatives::new(&plan, &[], &each)
            .err()
            .map(|refusal| refusal.to_string())
            .unwrap_or_default()
    };
    assert!(AmplitudeSet::each(&StructureFactors::uniform(1.0)).is_none());
    let interpolated = refused(|e| e.rendering.interpolate = Some(true));
    assert!(interpolated.contains("turn the interpolation off"), "{interpolated}");
    let other = refused(|e| {
        let bounds = IndexBox { min: [-20; 3], max: [20; 3] };
        e.structure_factors = StructureFactors::from_reflections(bounds, 1.0, []).unwrap();
    });
    assert!(other.contains("another box"), "{other}");
}
