//! Made-up stills are refined back to what they were made of.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use nanobragg::backend::{Control, Cpu};
use nanobragg::model::Shape;
use nanobragg_refine::{Counting, Outcome, Photons, Refinement, Verdict};
use nanobragg_testkit::stills::{READOUT_NOISE, Still, StillKind, still, turned};

const ALL: [&str; 5] = ["scale", "misset", "cell", "N", "mosaic"];

fn photons(still: &Still) -> Photons {
    let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
    Photons::new(&still.start, still.fast, &still.counts, &counting).unwrap()
}

/// Refines everything; `box_scale` is the standard deviation of the logarithm of a box's scale.
fn refined(still: &Still, box_scale: f64) -> Outcome {
    let mut refinement = Refinement::new(&still.start, &ALL).unwrap();
    refinement.box_scale = box_scale;
    refinement.run(&photons(still), &Cpu::default(), &Control::default()).unwrap()
}

fn error(still: &Still, outcome: &Outcome, name: &str) -> f64 {
    let truth = still.truth.parameters();
    let value = |name: &str| outcome.found.iter().find(|found| found.name == name).unwrap().value;
    let edges = still.truth.crystal.unit_cell();
    match name {
        "cell_a" => value(name) / edges[0] - 1.0,
        "cell_c" => value(name) / edges[2] - 1.0,
        "Na" => value(name) / truth.cells[0] - 1.0,
        "Nb" => value(name) / truth.cells[1] - 1.0,
        "Nc" => value(name) / truth.cells[2] - 1.0,
        _ => turned(truth.misset, outcome.parameters.misset).iter().map(|x| x * x).sum::<f64>().sqrt(),
    }
}

#[test]
fn stills_come_back_to_what_they_were_made_of() {
    for number in 0..3 {
        let still = still(number, &StillKind::default()).unwrap();
        let outcome = refined(&still, 0.02);
        assert_eq!(outcome.verdict, Verdict::Converged);
        assert!((0.97..1.03).contains(&outcome.chi2), "{}", outcome.chi2);
        let turn = error(&still, &outcome, "turn");
        assert!(turn < 1e-3, "{turn}");
        for name in ["cell_a", "cell_c"] {
            assert!(error(&still, &outcome, name).abs() < 2e-5, "{name}");
        }
        for name in ["Na", "Nb", "Nc"] {
            assert!(error(&still, &outcome, name).abs() < 0.01, "{name}");
        }
    }
}

#[test]
fn square_crystals_come_back_too() {
    let still = still(5, &StillKind { shape: Shape::Square, ..StillKind::default() }).unwrap();
    let outcome = refined(&still, 0.02);
    assert_eq!(outcome.verdict, Verdict::Converged);
    assert!(error(&still, &outcome, "turn") < 1e-3);
    assert!(error(&still, &outcome, "Nc").abs() < 0.02);
}

#[test]
fn crystals_are_found_from_farther_than_a_spot_is_wide() {
    let kind = StillKind { shape: Shape::Round, misset: 0.3, ..StillKind::default() };
    for (number, kind) in [(8, kind), (9, StillKind { shape: Shape::Gauss, ..kind })] {
        let still = still(number, &kind).unwrap();
        let mut refinement = Refinement::new(&still.start, &ALL).unwrap();
        (refinement.box_scale, refinement.most_boxes) = (0.02, 150);
        let outcome = refinement.run(&photons(&still), &Cpu::default(), &Control::default()).unwrap();
        assert_eq!(outcome.verdict, Verdict::Converged, "{number}");
        assert!(error(&still, &outcome, "turn") < 2e-3, "{number}");
    }
}

#[test]
fn deviations_know_of_the_draw_of_domains() {
    let kind =
        StillKind { domains: 6, finer: Some((1, 100)), amplitudes: 0.2, size: 600, ..StillKind::default() };
    let (mut with, mut without, mut count) = (0.0, 0.0, 0.0);
    for number in 0..8 {
        let still = still(number, &kind).unwrap();
        let mut refinement = Refinement::new(&still.start, &ALL).unwrap();
        refinement.most_boxes = 120;
        let outcome = refinement.run(&photons(&still), &Cpu::default(), &Control::default()).unwrap();
        let truth = still.truth.parameters().spread.to_degrees();
        for found in outcome.found.iter().filter(|found| found.name == "mosaic") {
            let error = found.value - truth;
            let photons = found.esd_fisher.max(found.esd_sandwich);
            assert!((photons.hypot(found.esd_domains) - found.esd).abs() < 1e-9 * found.esd, "{found:?}");
            with += (error / found.esd).powi(2);
            without += (error / photons).powi(2);
            count += 1.0;
        }
    }
    let [with, without] = [with, without].map(|squares: f64| (squares / count).sqrt());
    assert!((0.6..1.4).contains(&with) && without > 1.5 * with, "pulls of the mosaicity: {with} {without}");
    let one = still(0, &StillKind { domains: 1, ..kind }).unwrap();
    let mut refinement = Refinement::new(&one.start, &["scale", "misset"]).unwrap();
    refinement.most_boxes = 60;
    let outcome = refinement.run(&photons(&one), &Cpu::default(), &Control::default()).unwrap();
    assert!(outcome.found.iter().all(|found| found.esd_domains == 0.0 && found.esd > 0.0));
}

#[test]
fn sizes_are_right_where_the_data_are_sampled_more_finely() {
    let kind = StillKind { amplitudes: 0.1, finer: Some((3, 20)), ..StillKind::default() };
    let still = still(3, &kind).unwrap();
    let mut refinement = Refinement::new(&still.start, &ALL).unwrap();
    (refinement.box_scale, refinement.most_boxes) = (0.2, 60);
    let coarse = refinement.run(&photons(&still), &Cpu::default(), &Control::default()).unwrap();
    refinement.integrate = true;
    let fine = refinement.run(&photons(&still), &Cpu::default(), &Control::default()).unwrap();
    for name in ["Na", "Nb", "Nc"] {
        let (coarse, fine) = (error(&still, &coarse, name), error(&still, &fine, name));
        assert!(fine.abs() < 0.1 && coarse < -0.1, "{name}: {coarse} {fine}");
    }
}

#[test]
fn a_refinement_goes_on_where_it_was_stopped() {
    let still = still(4, &StillKind::default()).unwrap();
    let mut refinement = Refinement::new(&still.start, &ALL).unwrap();
    (refinement.box_scale, refinement.most_boxes) = (0.02, 100);
    let boxes = refinement.boxes(&photons(&still)).unwrap();
    let stop = std::sync::atomic::AtomicBool::new(false);
    let seen = std::cell::Cell::new(0);
    let watch = |_: &nanobragg_refine::Step| {
        seen.set(seen.get() + 1);
        stop.store(seen.get() == 12, std::sync::atomic::Ordering::Relaxed);
    };
    let control = Control { progress: None, cancel: Some(&stop) };
    let first = refinement.run_in(boxes.clone(), &Cpu::default(), &control, &watch).unwrap();
    assert_eq!(first.verdict, Verdict::Canceled);
    assert!(first.chi2 < first.chi2_start);
    // Spots were still widened: nothing is known of the end.
    assert!(first.history.last().is_some_and(|step| step.narrowing < 1.0));
    assert!(first.found.iter().all(|found| found.esd.is_nan()));
    let earlier = first.found.iter().map(|found| (found.name.clone(), found.value)).collect();
    refinement.resume(earlier).unwrap();
    let last = refinement.run_in(boxes, &Cpu::default(), &Control::default(), &|_| {}).unwrap();
    assert_eq!(last.verdict, Verdict::Converged);
    assert!(last.history.iter().all(|step| step.narrowing == 1.0));
    assert!(error(&still, &last, "turn") < 1e-3);
}

#[test]
fn wrong_amplitudes_are_borne_by_the_scales_of_boxes() {
    let kind = StillKind { amplitudes: 0.2, finer: Some((2, 100)), ..StillKind::default() };
    let still = still(7, &kind).unwrap();
    let outcome = refined(&still, 0.5);
    assert_eq!(outcome.verdict, Verdict::Converged);
    assert!((0.95..1.05).contains(&outcome.chi2), "{}", outcome.chi2);
    assert!(error(&still, &outcome, "turn") < 5e-3);
    assert!((0.2..0.6).contains(&outcome.box_scale_scatter), "{}", outcome.box_scale_scatter);
}

#[test]
fn what_cannot_be_refined_is_said() {
    let still = still(2, &StillKind::default()).unwrap();
    let photons = photons(&still);
    let fail = |plan: &nanobragg::plan::Plan, photons: &Photons, names: &[&str]| {
        let refinement = Refinement::new(plan, names).unwrap();
        let error = refinement.run(photons, &Cpu::default(), &Control::default()).unwrap_err();
        (error.kind().code(), error.to_string())
    };
    let counts = vec![3.0; still.counts.len()];
    let flat = Photons::new(&still.start, still.fast, &counts, &Counting::default()).unwrap();
    assert_eq!(fail(&still.start, &flat, &ALL).0, "refine.no-spots");
    let mut parameters = *still.start.parameters();
    parameters.misset[0] += 0.7;
    parameters.misset[1] -= 0.4;
    let (code, text) = fail(&still.start.place(&parameters), &photons, &["scale", "misset"]);
    assert_eq!(code, "refine.wrong-indexing", "{text}");
    let (code, text) = fail(&still.start, &photons, &["scale", "spindle_x"]);
    assert_eq!(
        (code, text.as_str()),
        (
            "refine.no-effect",
            "no pixel changes with spindle_x: it has no effect, or no reflection in the shoeboxes has a structure factor"
        )
    );
    let (code, text) = fail(&still.start, &photons, &["scale", "fluence", "misset", "cell"]);
    assert_eq!(code, "refine.rank", "{text}");
    let wrong = Photons::new(&still.start, still.fast - 1, &still.counts, &Counting::default());
    assert_eq!(wrong.unwrap_err().kind().code(), "refine.size");
    assert!(Refinement::new(&still.start, &["water"]).unwrap_err().to_string().contains("there is no water"));
}
