//! Stills of different crystals on one detector tell where that is.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use nanobragg::backend::{Control, Cpu};
use nanobragg::gradient::Parameter;
use nanobragg_refine::{Counting, Outcome, Photons, Refinement, Verdict, refine_together};
use nanobragg_testkit::stills::{PIXEL, READOUT_NOISE, StillKind, still};

#[test]
fn a_detector_is_found_by_the_stills_that_share_it() {
    let kind = StillKind { detector: [5e-4, 0.4, -0.3], misset: 0.05, ..StillKind::default() };
    let cpu = Cpu::default();
    let mut alone: Vec<(Refinement, Outcome)> = Vec::new();
    let mut truth = 0.0;
    for number in 20..24 {
        let still = still(number, &kind).unwrap();
        let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
        let photons = Photons::new(&still.start, still.fast, &still.counts, &counting).unwrap();
        let mut refinement =
            Refinement::new(&still.start, &["scale", "misset", "cell", "N", "mosaic"]).unwrap();
        refinement.most_boxes = 80;
        refinement.box_scale = 0.05;
        let outcome = refinement.run(&photons, &cpu, &Control::default()).unwrap();
        assert_eq!(outcome.verdict, Verdict::Converged);
        alone.push((refinement, outcome));
        let mut parameters = *still.truth.parameters();
        truth = *Parameter::Distance.of(&mut parameters).unwrap() * 1e3;
    }
    let images: Vec<(&Refinement, &Outcome)> = alone.iter().map(|(one, other)| (one, other)).collect();
    let names = ["distance", "shift"];
    let found = refine_together(&images, &names, &cpu, &Control::default(), &|_| {}).unwrap();
    assert_eq!(found.verdict, Verdict::Converged);
    let value = |name: &str| found.shared.iter().find(|found| found.name == name).unwrap();
    let distance = value("distance");
    assert!((distance.start / truth - 1.0 - 5e-4).abs() < 1e-9);
    assert!((distance.value / truth - 1.0).abs() < 2e-4, "{distance:?}");
    for name in ["shift_fast", "shift_slow"] {
        // The truth is not shifted.
        assert!((value(name).value * 1e-3 / PIXEL).abs() < 0.1, "{:?}", value(name));
        assert!(value(name).esd * 1e-3 / PIXEL < 0.1, "{:?}", value(name));
    }
    for ((_, before), after) in alone.iter().zip(&found.images) {
        assert!(after.chi2 < before.chi2, "{} {}", before.chi2, after.chi2);
        assert!((0.95..1.05).contains(&after.chi2), "{}", after.chi2);
        assert_eq!(after.found.len(), before.found.len() + 3);
    }
    // A caller who stops it at once has what each image found.
    let stop = std::sync::atomic::AtomicBool::new(true);
    let control = Control { progress: None, cancel: Some(&stop) };
    let stopped = refine_together(&images, &names, &cpu, &control, &|_| {}).unwrap();
    assert_eq!(stopped.verdict, Verdict::Canceled);
    assert!(stopped.images.iter().all(|image| image.verdict == Verdict::Canceled));
    assert_eq!(stopped.shared[0].value, distance.start);
    for ((_, before), after) in alone.iter().zip(&stopped.images) {
        assert!((after.chi2 / before.chi2 - 1.0).abs() < 1e-9);
    }

    // A shift along the beam is a longer distance: no image tells one from the other, what is known beforehand does.
    let both = ["distance", "shift_beam"];
    let found = refine_together(&images, &both, &cpu, &Control::default(), &|_| {}).unwrap();
    for entry in found.images.iter().flat_map(|image| &image.found).chain(&found.shared) {
        assert!(entry.esd > 0.0 && entry.esd.is_finite(), "{entry:?}");
    }

    let error = |names: &[&str]| {
        refine_together(&images, names, &cpu, &Control::default(), &|_| {}).unwrap_err().to_string()
    };
    assert_eq!(error(&["N"]), "Na is free in each image, and so not in all together");
    let mut elsewhere =
        still(20, &StillKind { detector: [7e-4, 0.4, -0.3], misset: 0.05, ..StillKind::default() }).unwrap();
    elsewhere.counts.clear();
    let moved = Refinement::new(&elsewhere.start, &["scale"]).unwrap();
    let apart = [images[0], (&moved, images[0].1)];
    let error = refine_together(&apart, &names, &cpu, &Control::default(), &|_| {}).unwrap_err();
    assert_eq!(error.kind().code(), "refine.not-shared");
    assert!(error.to_string().starts_with("image 2 starts at distance = 150.1"), "{error}");

    // Without trials the start is described.
    let mut still = alone[0].0.clone();
    still.most_trials = 0;
    let only = refine_together(&[(&still, &alone[0].1)], &names, &cpu, &Control::default(), &|_| {}).unwrap();
    assert_eq!((only.history.len(), only.shared[0].value), (1, only.shared[0].start));
}
