//! A detector in two panels says what it says in one.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use nanobragg::backend::{Backend, Control, Cpu};
use nanobragg::model::{Beam, Experiment, Misset, Mosaicity, PixelGrid, Placement, Shape, UnitCell};
use nanobragg::nalgebra::Vector3;
use nanobragg::plan::Plan;
use nanobragg_refine::{Counting, ErrorKind, Outcome, Photons, Refinement, Reflections, find};

const EDGE: usize = 240;
/// Rows of the first panel.
const ROWS: usize = 110;
const PIXEL: f64 = 0.2e-3;
const ALL: [&str; 6] = ["scale", "misset", "cell", "N", "mosaic", "shift_beam"];

fn experiment(misset_deg: [f64; 3], cells: u32) -> Experiment {
    let mut experiment =
        Experiment::uniform(UnitCell::new(40.0, 40.0, 50.0, 90.0, 90.0, 90.0).unwrap(), 100.0);
    let crystal = experiment.crystal.with_cells(cells, cells, cells).unwrap().with_shape(Shape::Gauss);
    let crystal = crystal.with_misset(Misset::Angles(misset_deg.map(f64::to_radians))).unwrap();
    let mosaicity = Mosaicity::Domains { spread: 0.2_f64.to_radians(), count: 6 };
    experiment.crystal = crystal.with_mosaicity(mosaicity).unwrap();
    experiment.beam = Beam::new(1e-10).unwrap();
    experiment.detector.pixels = PixelGrid::new(EDGE, EDGE, PIXEL);
    experiment.detector.placement = Placement::at(0.06);
    experiment.rendering.oversample = std::num::NonZeroU32::new(1);
    experiment
}

/// The rows `from` to `to` of the detector of `whole` as a panel.
fn panel(mut experiment: Experiment, whole: &Plan, from: usize, to: usize) -> Plan {
    let plane = &whole.detector.panel;
    let origin: Vector3<f64> = plane.pix0 + plane.sdet * (from as f64 * PIXEL);
    experiment.detector.placement = Placement::Measured { origin: origin.into() };
    experiment.detector.pixels = PixelGrid::new(EDGE, to - from, PIXEL);
    experiment.plan().unwrap()
}

fn refined(mut refinement: Refinement, photons: &Photons, reflections: Reflections) -> Outcome {
    refinement.reflections = reflections;
    refinement.box_scale = 0.1;
    refinement.run(photons, &Cpu::default(), &Control::default()).unwrap()
}

#[test]
fn two_panels_find_what_one_finds() {
    let truth = experiment([10.0, 20.0, 30.0], 12).plan().unwrap();
    let image = Cpu::default().render(&truth, &Control::default()).unwrap();
    let mut sorted = image.pixels().to_vec();
    sorted.sort_unstable_by(f32::total_cmp);
    let scale = 3000.0 / f64::from(sorted[sorted.len() - 30]);
    let counts: Vec<f64> =
        image.pixels().iter().map(|&photons| (f64::from(photons) * scale + 5.0).round()).collect();
    let start = experiment([10.1, 20.05, 29.95], 10);
    let whole = start.plan().unwrap();
    let parts = [(0, ROWS), (ROWS, EDGE)];
    let placed = |plan: Plan| {
        let mut parameters = *plan.parameters();
        parameters.scale = 1.3 * scale;
        plan.place(&parameters)
    };
    let panels = parts.map(|(from, to)| placed(panel(start.clone(), &whole, from, to)));
    let single = placed(panel(start.clone(), &whole, 0, EDGE));

    let counting = Counting::default();
    let photons = Photons::new(&single, EDGE, &counts, &counting).unwrap();
    let [low, high] = parts.map(|(from, to)| &counts[from * EDGE..to * EDGE]);
    let both = [(&panels[0], EDGE, low), (&panels[1], EDGE, high)];
    let split = Photons::of_panels(both, &counting).unwrap();
    // Far from the seam, so that boxes have the same pixels.
    let spots: Vec<_> = find(&photons, 8).into_iter().filter(|spot| spot.slow.abs_diff(ROWS) > 20).collect();
    assert!(spots.len() > 30 && find(&split, 8).iter().any(|spot| spot.panel == 1));
    let places = |of: &dyn Fn(usize) -> (usize, usize)| {
        let place = |spot: &nanobragg_refine::Spot| {
            let (panel, slow) = of(spot.slow);
            (panel, [spot.fast as f64 + 0.5, slow as f64 + 0.5])
        };
        Reflections::At(spots.iter().map(place).collect())
    };
    let one = refined(Refinement::new(&single, &ALL).unwrap(), &photons, places(&|slow| (0, slow)));
    let two = Refinement::of_panels(&panels[0], &panels[1..], &ALL).unwrap();
    let two = refined(two, &split, places(&|slow| if slow < ROWS { (0, slow) } else { (1, slow - ROWS) }));
    assert_eq!((one.pixels, one.boxes.len()), (two.pixels, two.boxes.len()));
    assert_eq!((one.others.len(), two.others.len()), (0, 1));
    for (one, two) in one.found.iter().zip(&two.found) {
        assert!((one.value - two.value).abs() < 1e-3 * one.esd, "{one:?} {two:?}");
        assert!((one.esd / two.esd - 1.0).abs() < 1e-3, "{one:?} {two:?}");
    }
    assert!((one.chi2 / two.chi2 - 1.0).abs() < 1e-6);
    // Both panels have moved along the beam.
    let moved = |number: usize| {
        let panel = |plan: &Plan| plan.detector.panel.pix0;
        panel(two.panel(number).unwrap()) - panel(&panels[number])
    };
    assert!((moved(0) - moved(1)).norm() < 1e-12 && moved(0).norm() > 0.0);

    assert!(two.panel(2).is_none());

    // Panels that are not those of the start are not taken for others.
    let swapped = [(&panels[1], EDGE, high), (&panels[0], EDGE, low)];
    for wrong in [&photons, &Photons::of_panels(swapped, &counting).unwrap()] {
        let refinement = Refinement::of_panels(&panels[0], &panels[1..], &["misset"]).unwrap();
        let error = refinement.run(wrong, &Cpu::default(), &Control::default()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Size, "{error}");
    }
    let error = Refinement::of_panels(&panels[0], &panels[1..], &["misset", "shift"]).unwrap_err();
    assert_eq!((error.kind(), error.kind().code()), (ErrorKind::OfOnePanel, "refine.of-one-panel"));
    assert!(Refinement::new(&panels[0], &["misset", "shift"]).is_ok());
}
