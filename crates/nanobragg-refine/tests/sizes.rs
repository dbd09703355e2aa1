//! Crystals that are larger than the start, whose spots are much narrower than a pixel.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::model::{Beam, Experiment, Misset, Mosaicity, PixelGrid, Placement, Shape, UnitCell};
use nanobragg::plan::Plan;
use nanobragg_refine::{Counting, Outcome, Photons, Refinement, Verdict};

const ALL: [&str; 5] = ["misset", "cell", "N", "scale", "mosaic"];
const EDGE: usize = 128;

fn experiment(
    shape: Shape,
    cells: [u32; 3],
    edges: [f64; 2],
    misset: [f64; 3],
    oversample: Option<u32>,
) -> Experiment {
    let [a, c] = edges;
    let mut experiment = Experiment::uniform(UnitCell::new(a, a, c, 90.0, 90.0, 90.0).unwrap(), 100.0);
    let [na, nb, nc] = cells;
    let mosaicity = Mosaicity::Domains { spread: 0.1_f64.to_radians(), count: 20 };
    experiment.crystal = experiment.crystal.with_cells(na, nb, nc).unwrap().with_shape(shape);
    let misset = Misset::Angles(misset.map(f64::to_radians));
    experiment.crystal = experiment.crystal.with_misset(misset).unwrap();
    experiment.crystal = experiment.crystal.with_mosaicity(mosaicity).unwrap();
    experiment.beam = Beam::new(1e-10).unwrap();
    experiment.detector.pixels = PixelGrid::new(EDGE, EDGE, 0.344e-3);
    experiment.detector.placement = Placement::at(0.1);
    experiment.rendering.oversample = oversample.and_then(NonZeroU32::new);
    experiment
}

fn crystal(
    shape: Shape,
    cells: [u32; 3],
    edges: [f64; 2],
    misset: [f64; 3],
    oversample: Option<u32>,
) -> Plan {
    experiment(shape, cells, edges, misset, oversample).plan().unwrap()
}

/// The photons of a crystal of 16 cells, 4000 in the brightest pixel, above a background of 5.
fn measured(shape: Shape) -> (Photons, f64) {
    let truth = crystal(shape, [16; 3], [79.1, 37.9], [10.0, 20.0, 30.0], Some(28));
    let image = Cpu::default().render(&truth, &Control::default()).unwrap();
    let mut sorted = image.pixels().to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    // Not the direct beam.
    let scale = 4000.0 / f64::from(sorted[sorted.len() - 10]);
    let counts: Vec<f64> =
        image.pixels().iter().map(|&photons| (f64::from(photons) * scale + 5.0).round()).collect();
    (Photons::new(&truth, EDGE, &counts, &Counting::default()).unwrap(), scale)
}

fn refined(photons: &Photons, start: &Plan, scale: f64) -> (usize, Outcome) {
    let mut parameters = *start.parameters();
    parameters.scale = 0.8 * scale;
    let mut refinement = Refinement::new(&start.place(&parameters), &ALL).unwrap();
    (refinement.box_scale, refinement.integrate) = (0.02, true);
    let outcome = refinement.run(photons, &Cpu::default(), &Control::default()).unwrap();
    assert_eq!(outcome.verdict, Verdict::Converged);
    (refinement.points(), outcome)
}

fn assert_found(outcome: &Outcome, name: &str, truth: f64) {
    let found = outcome.found.iter().find(|found| found.name == name).unwrap();
    let off = (found.value - truth).abs();
    // The data have the model's own domains.
    let esd = found.esd_fisher.max(found.esd_sandwich);
    assert!(off < 0.02 * truth && esd < 0.05 * truth, "{name}: {} +- {esd}", found.value);
}

#[test]
fn pixels_get_more_points_when_the_crystal_grows() {
    let (photons, scale) = measured(Shape::Gauss);
    let start = crystal(Shape::Gauss, [12; 3], [79.4, 38.0], [10.1, 20.1, 29.9], None);
    let (points, outcome) = refined(&photons, &start, scale);
    assert!(outcome.points > points && outcome.points_suffice, "{points} {}", outcome.points);
    for (name, truth) in [("Na", 16.0), ("Nb", 16.0), ("Nc", 16.0), ("scale", scale), ("mosaic", 0.1)] {
        assert_found(&outcome, name, truth);
    }
}

#[test]
fn spots_of_one_size_have_one_number_of_cells() {
    let (photons, scale) = measured(Shape::GaussStar);
    let start = crystal(Shape::GaussStar, [10, 12, 14], [79.4, 38.0], [10.1, 20.1, 29.9], None);
    let (_, outcome) = refined(&photons, &start, scale);
    for (name, truth) in [("N", 16.0), ("scale", scale), ("mosaic", 0.1)] {
        assert_found(&outcome, name, truth);
    }
    let [na, nb, nc] = outcome.parameters.cells;
    assert!((na / nb - 10.0 / 12.0).abs() < 1e-9 && (nc / nb - 14.0 / 12.0).abs() < 1e-9);
    let error = Refinement::new(&start, &["misset", "Na", "Nc"]).unwrap_err();
    assert_eq!(error.kind().code(), "refine.one-size");
    assert!(error.to_string().contains("gauss_star depend only on the product Na Nb Nc"), "{error}");
    assert!(Refinement::new(&start, &["misset", "Nc"]).is_ok());
}

#[test]
fn water_is_left_to_the_planes_of_the_boxes() {
    let (photons, scale) = measured(Shape::Gauss);
    let found = [0.0, 1e-3].map(|water: f64| {
        let mut start = experiment(Shape::Gauss, [12; 3], [79.4, 38.0], [10.1, 20.1, 29.9], None);
        start.rendering.water_size = Some(water).filter(|size| *size > 0.0);
        let plan = start.plan().unwrap();
        assert_eq!(plan.background.present, water > 0.0);
        let mut parameters = *plan.parameters();
        parameters.scale = scale;
        let mut refinement = Refinement::new(&plan.place(&parameters), &["scale"]).unwrap();
        refinement.most_trials = 3;
        refinement.run(&photons, &Cpu::default(), &Control::default()).unwrap()
    });
    let [without, with] = &found;
    assert_eq!(without.history, with.history);
}
