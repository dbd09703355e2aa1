//! Numbers of samples that the plan finds enough, or too few, against many times as many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::model::{
    Beam, Divergence, Experiment, IndexBox, Misset, Mosaicity, PixelGrid, Placement, Polarization,
    Reflection, Roi, Rotation, Shape, Source, Spectrum, Steps, StructureFactors, UnitCell,
};
use nanobragg::nalgebra::{Rotation3, Unit, Vector3};
use nanobragg::plan::{Plan, Warning};
use nanobragg::units::deg;

const EDGE: f64 = 50.0;
const WAVELENGTH: f64 = 1e-10;

/// A reflection of a cubic cell: its spindle angle, and its spot on the detector.
struct Spot {
    phi: f64,
    fast: usize,
    slow: usize,
}

/// A table of one reflection at about 1.6 Å.
fn experiment(shape: Shape, cells: u32) -> Experiment {
    let hkl = [17, -19, 18];
    let mut experiment = Experiment::uniform(UnitCell::new(EDGE, EDGE, EDGE, 90.0, 90.0, 90.0).unwrap(), 0.0);
    let bounds = IndexBox::enclosing([hkl]).unwrap();
    experiment.structure_factors =
        StructureFactors::from_reflections(bounds, 0.0, [Reflection { hkl, f: 100.0 }]).unwrap();
    experiment.crystal = experiment.crystal.with_cells(cells, cells, cells).unwrap();
    experiment.crystal = experiment.crystal.with_shape(shape);
    experiment.crystal = experiment.crystal.with_misset(Misset::Angles([11.0, 23.0, 37.0].map(deg))).unwrap();
    experiment.beam = Beam::new(WAVELENGTH).unwrap().with_polarization(Polarization::Off).unwrap();
    experiment.detector.placement = Placement::at(0.1);
    experiment.detector.pixels = PixelGrid::new(2000, 2000, 1e-4);
    experiment.rendering.interpolate = Some(false);
    experiment.rendering.oversample = NonZeroU32::new(2);
    experiment
}

/// Where the reflection crosses the sphere of reflection and meets the detector.
fn spot(experiment: &Experiment) -> Spot {
    let plan = experiment.plan().unwrap();
    let axis = Unit::new_normalize(plan.detector.spindle_axis[1]);
    let incident = plan.sources[0].incident;
    let [a, b, c] = plan.crystal.lattice.reciprocal().vectors;
    let node = (a * 17.0 - b * 19.0 + c * 18.0) * 1e10;
    let scattered = |phi: f64| incident / WAVELENGTH + Rotation3::from_axis_angle(&axis, phi) * node;
    let excess = |phi: f64| scattered(phi).norm() * WAVELENGTH - 1.0;
    let crossing = |tenth: u32| {
        let (mut low, mut high) = (deg(0.1 * f64::from(tenth)), deg(0.1 * f64::from(tenth + 1)));
        if excess(low) * excess(high) > 0.0 {
            return None;
        }
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if excess(low) * excess(middle) <= 0.0 { high = middle } else { low = middle }
        }
        let (fast, slow) = pixel(&plan, &scattered(low))?;
        Some(Spot { phi: low, fast, slow })
    };
    (0..3600).find_map(crossing).expect("the reflection meets the detector")
}

fn pixel(plan: &Plan, direction: &Vector3<f64>) -> Option<(usize, usize)> {
    let detector = &plan.detector;
    let along = direction.dot(&detector.odet);
    let point = direction * (detector.pix0.dot(&detector.odet) / along) - detector.pix0;
    let [fast, slow] = [&detector.fdet, &detector.sdet].map(|axis| point.dot(axis) / detector.pixel_size);
    let inside = |x: f64| (50.0..1950.0).contains(&x);
    (along > 0.0 && inside(fast) && inside(slow)).then_some((fast as usize, slow as usize))
}

/// The experiment with a region of so many pixels each way around the spot.
fn around(experiment: &Experiment, spot: &Spot, pixels: usize) -> Experiment {
    let mut experiment = experiment.clone();
    let range = |center: usize| (center - pixels, center + pixels);
    experiment.rendering.roi = Roi::new(range(spot.fast), range(spot.slow));
    experiment
}

fn photons(experiment: &Experiment) -> f64 {
    image(experiment).iter().sum()
}

fn image(experiment: &Experiment) -> Vec<f64> {
    let image = Cpu::default().render(&experiment.plan().unwrap(), &Control::default()).unwrap();
    image.pixels().iter().copied().map(f64::from).collect()
}

fn warnings(experiment: &Experiment) -> Vec<Warning> {
    let mut warnings = experiment.plan().unwrap().resolved.warnings;
    warnings.retain(|warning| !matches!(warning, Warning::Undersampled { .. }));
    warnings
}

/// Number that would do, and error, of the phi steps.
fn few_phi_steps(experiment: &Experiment) -> Option<(usize, f64)> {
    warnings(experiment).into_iter().find_map(|warning| match warning {
        Warning::FewPhiSteps { needed, error, .. } => Some((needed, error)),
        _ => None,
    })
}

/// The same of the domains.
fn few_domains(experiment: &Experiment) -> Option<(usize, f64)> {
    warnings(experiment).into_iter().find_map(|warning| match warning {
        Warning::FewDomains { needed, error, .. } => Some((needed, error)),
        _ => None,
    })
}

fn root_mean_square(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = values.len() as f64;
    (values.map(|value| value * value).sum::<f64>() / count).sqrt()
}

/// A rotation of two degrees around the spot.
fn turned(near: &Experiment, spot: &Spot, steps: usize, phase: f64) -> Experiment {
    let range = deg(2.0);
    let start = spot.phi - 0.5 * range + phase * range / steps as f64;
    near.clone().with_rotation(Rotation::over(start, range, steps).unwrap())
}

/// Root mean square of the relative error of the photons, over starts that differ by parts of a step.
fn error_of_steps(near: &Experiment, spot: &Spot, steps: usize, converged: f64) -> f64 {
    let off = |phase: u8| photons(&turned(near, spot, steps, f64::from(phase) / 7.0)) / converged - 1.0;
    root_mean_square((0..7u8).map(off))
}

#[test]
fn a_reflection_is_off_by_as_much_as_too_few_phi_steps_are_said_to_make_it() {
    for (shape, cells) in
        [(Shape::Square, 20), (Shape::Round, 20), (Shape::Gauss, 20), (Shape::GaussStar, 40)]
    {
        let all = experiment(shape, cells);
        let spot = spot(&all);
        let near = around(&all, &spot, 25);
        let (needed, coarse) = few_phi_steps(&turned(&near, &spot, 2, 0.0)).unwrap();
        assert!(coarse > 1.9, "{shape:?}: {coarse}");
        let converged = photons(&turned(&near, &spot, 10 * needed, 0.0));
        for steps in [needed / 2, needed * 3 / 4] {
            let said = few_phi_steps(&turned(&near, &spot, steps, 0.0)).unwrap();
            let found = error_of_steps(&near, &spot, steps, converged);
            println!("{shape:?} {cells}: {steps} of {needed} steps: {found:.4}, said {:.4}", said.1);
            assert_eq!(said.0, needed);
            assert!((found / said.1 - 1.0).abs() < 0.2, "{shape:?} {cells}, {steps} steps: {found} {said:?}");
        }
        assert_eq!(warnings(&turned(&near, &spot, needed, 0.0)), []);
        let found = error_of_steps(&near, &spot, needed, converged);
        println!("{shape:?} {cells}: {needed} steps: {found:.4}");
        assert!(found < 0.02, "{shape:?} {cells}: {found}");
    }
}

#[test]
fn steps_are_chosen_so_that_nothing_is_said_and_within_their_bound() {
    let all = experiment(Shape::Gauss, 20);
    let spot = spot(&all);
    let mut near = around(&all, &spot, 25);
    let (needed, _) = few_phi_steps(&turned(&near, &spot, 2, 0.0)).unwrap();
    let chosen = |most: usize| {
        let rotation = Rotation::in_enough_steps(spot.phi - deg(1.0), deg(2.0), most).unwrap();
        let experiment = near.clone().with_rotation(rotation);
        let found = experiment.plan().unwrap().resolved.rotation;
        assert!((found.step() * found.steps() as f64 - deg(2.0)).abs() < 1e-15);
        (found.steps(), few_phi_steps(&experiment).map(|said| said.0))
    };
    assert_eq!(chosen(1000), (needed, None));
    assert_eq!(chosen(needed - 1), (needed - 1, Some(needed)));
    // Still and alone, there is nothing to choose.
    near.rotation = Rotation::in_enough_steps(spot.phi, 0.0, 1000).unwrap();
    near.crystal = near.crystal.with_mosaicity(Mosaicity::Enough { spread: 0.0, at_most: 1000 }).unwrap();
    let plan = near.plan().unwrap();
    assert_eq!((plan.resolved.rotation.steps(), plan.resolved.mosaic.domains), (1, 1));
    assert_eq!(warnings(&near), []);
}

#[test]
fn a_still_of_few_domains_is_off_by_as_much_as_is_said() {
    let all = experiment(Shape::Gauss, 20);
    let spot = spot(&all);
    let mut near = around(&all, &spot, 30);
    near.rotation = Rotation::still(spot.phi);
    let spread = deg(0.3);
    let domains = |count: usize, seed: i64| {
        let mut near = near.clone();
        near.crystal = near.crystal.with_mosaicity(Mosaicity::Domains { spread, count }).unwrap();
        near.seeds.mosaic = seed;
        near
    };
    let converged = image(&domains(10_000, 99));
    let total: f64 = converged.iter().sum();
    let (needed, said) = few_domains(&domains(40, 1)).unwrap();
    let error = |count: usize| {
        root_mean_square((1..=12u8).map(|seed| photons(&domains(count, seed.into())) / total - 1.0))
    };
    let found = error(40);
    println!("40 domains: {found:.4}, said {said:.4}");
    // Domains in pairs, U and its inverse, say the same of a reflection that lies exactly on the sphere.
    assert!((1.0..1.6).contains(&(found / said)), "{found} {said}");
    let found = error(needed);
    println!("{needed} domains: {found:.4}");
    assert!(found < 0.08, "{needed}: {found}");
    // Nor are they seen one by one.
    let brightest = converged.iter().copied().fold(0.0, f64::max);
    let pixels = image(&domains(needed, 1));
    let bright: Vec<f64> = pixels
        .iter()
        .zip(&converged)
        .filter(|(_, all)| **all > 0.5 * brightest)
        .map(|(one, all)| one / all - 1.0)
        .collect();
    let uneven = root_mean_square(bright.into_iter());
    assert!(uneven < 0.2, "{uneven}");

    let enough = |at_most| Mosaicity::Enough { spread, at_most };
    near.crystal = near.crystal.with_mosaicity(enough(5000)).unwrap();
    assert_eq!(near.plan().unwrap().resolved.mosaic.domains, needed);
    assert_eq!(warnings(&near), []);
    near.crystal = near.crystal.with_mosaicity(enough(100)).unwrap();
    assert_eq!(near.plan().unwrap().resolved.mosaic.domains, 100);
    assert!(few_domains(&near).is_some());
}

#[test]
fn lines_of_a_band_run_into_each_other_where_nothing_is_said() {
    let all = experiment(Shape::Gauss, 20);
    let spot = spot(&all);
    let near = turned(&around(&all, &spot, 25), &spot, 100, 0.0);
    let band = |count: usize| {
        let mut near = near.clone();
        let lines = Spectrum::Band(Steps::across(0.01, count).unwrap());
        near.beam = near.beam.with_spectrum(lines).unwrap();
        near
    };
    let few = warnings(&band(2));
    assert!(matches!(few[..], [Warning::FewWavelengths { used: 2, .. }]), "{few:?}");
    let Warning::FewWavelengths { needed, .. } = few[0] else { return };
    let converged = image(&band(200));
    let brightest = converged.iter().copied().fold(0.0, f64::max);
    let uneven = |count: usize| {
        let pixels = image(&band(count));
        let bright = pixels.iter().zip(&converged).filter(|(_, all)| **all > 0.3 * brightest);
        let off: Vec<f64> = bright.map(|(one, all)| one / all - 1.0).collect();
        root_mean_square(off.into_iter())
    };
    println!("{needed} lines: {:.3}, {}: {:.3}", uneven(needed), needed / 2, uneven(needed / 2));
    assert!(uneven(needed) < 0.25 && uneven(needed / 2) > 0.5);
    assert_eq!(warnings(&band(needed)), []);
}

#[test]
fn directions_stand_apart_where_their_step_is_wider_than_a_pixel() {
    let mut near = experiment(Shape::Gauss, 20);
    near.rotation = Rotation::still(0.0);
    let diverging = |beam: &Beam, count: usize| {
        let steps = Steps::across(0.02, count).unwrap();
        beam.clone().with_divergence(Divergence::round(steps, Steps::ONE))
    };
    // A pixel of 0.1 mm is 1 mrad wide, or less where it is farther or seen at a slant.
    near.beam = diverging(&near.beam, 2);
    let few = warnings(&near);
    assert!(matches!(few[..], [Warning::FewDirections { used: [2, 1], needed: [_, 1] }]), "{few:?}");
    let Warning::FewDirections { needed: [needed, _], .. } = few[0] else { return };
    assert!((10..60).contains(&needed), "{needed}");
    near.beam = diverging(&near.beam, needed);
    assert_eq!(warnings(&near), []);
}

#[test]
fn listed_sources_stand_apart_as_those_of_a_grid_do() {
    let mut near = experiment(Shape::Gauss, 20);
    near.rotation = Rotation::still(0.0);
    let beam = near.beam.clone();
    let source = |angle: f64, wavelength: f64| Source {
        position: [Some(-angle.cos()), Some(angle.sin()), Some(0.0)],
        weight: None,
        wavelength: Some(wavelength),
    };
    let mut said = |list: Vec<Source>| {
        near.beam = beam.clone().with_sources(list).unwrap();
        warnings(&near)
    };
    let fan = |count: usize| {
        let angle = |at: usize| 0.02 * (at as f64 / (count - 1) as f64 - 0.5);
        (0..count).map(|at| source(angle(at), 1e-10)).collect::<Vec<_>>()
    };
    let few = said(fan(5));
    assert!(
        matches!(few[..], [Warning::FewSources { used: 5, apart }] if (2.0..15.0).contains(&apart)),
        "{few:?}"
    );
    assert_eq!(said(fan(60)), []);
    let spectrum = |step: f64| (0..5).map(|at| source(0.0, 1e-10 * (1.0 + step * f64::from(at)))).collect();
    let colors = said(spectrum(0.02));
    assert!(matches!(colors[..], [Warning::FewSources { used: 5, .. }]), "{colors:?}");
    assert_eq!(said(spectrum(1e-4)), []);
    // Two lines, and two groups, are so on purpose.
    assert_eq!(said(vec![source(0.0, 1.5406e-10), source(0.0, 1.5444e-10)]), []);
    assert_eq!(said([&fan(60)[..25], &fan(60)[35..]].concat()), []);
    assert_eq!(said(vec![source(0.0, 1e-10)]), []);
}
