//! Stills of different crystals on one detector tell where that is.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use std::ops::Range;

use nanobragg::backend::{Control, Cpu};
use nanobragg_refine::{
    Counting, Found, JointOutcome, Outcome, Photons, Refinement, Verdict, refine_together,
};
use nanobragg_testkit::stills::{PIXEL, READOUT_NOISE, StillKind, still};

/// Stills with what each has found, `shared` being free, and the distance of the truth in mm.
fn alone(
    numbers: Range<u64>,
    kind: &StillKind,
    shared: &[&str],
    box_scale: f64,
) -> (Vec<(Refinement, Outcome)>, f64) {
    let cpu = Cpu::default();
    let mut all: Vec<(Refinement, Outcome)> = Vec::new();
    let mut distance = 0.0;
    for number in numbers {
        let still = still(number, kind).unwrap();
        let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
        let photons = Photons::new(&still.start, still.fast, &still.counts, &counting).unwrap();
        let mut refinement = Refinement::new(&still.start, &OWN).unwrap();
        refinement.share(shared).unwrap();
        refinement.most_boxes = 80;
        refinement.box_scale = box_scale;
        let outcome = refinement.run(&photons, &cpu, &Control::default()).unwrap();
        assert_eq!(outcome.verdict, Verdict::Converged);
        all.push((refinement, outcome));
        distance = 1e3 * still.truth.detector.distance;
    }
    (all, distance)
}

const OWN: [&str; 5] = ["scale", "misset", "cell", "N", "mosaic"];
const SHARED: [&str; 2] = ["distance", "shift"];

/// The images as they are refined together.
fn borrowed(all: &[(Refinement, Outcome)]) -> Vec<(&Refinement, &Outcome)> {
    all.iter().map(|(one, other)| (one, other)).collect()
}

fn value<'a>(found: &'a JointOutcome, name: &str) -> &'a Found {
    found.shared.iter().find(|found| found.name == name).unwrap()
}

/// How far the detector is from where it was: relative, pixels, pixels.
fn off(found: &JointOutcome, distance: f64) -> [f64; 3] {
    let pixels = |name| value(found, name).value * 1e-3 / PIXEL;
    [value(found, "distance").value / distance - 1.0, pixels("shift_fast"), pixels("shift_slow")]
}

/// Starts at which images by themselves, with the detector held, come to wrong minima: all is off as far as it may be.
#[test]
fn a_detector_is_found_from_far_away_with_wrong_structure_factors() {
    let kind = StillKind { detector: [5e-4, 0.5, -0.5], amplitudes: 0.2, ..StillKind::default() };
    let (all, distance) = alone(20..24, &kind, &SHARED, 0.5);
    let found = refine_together(&borrowed(&all), &Cpu::default(), &Control::default(), &|_| {}).unwrap();
    assert_eq!(found.verdict, Verdict::Converged);
    let [length, fast, slow] = off(&found, distance);
    assert!(length.abs() < 2e-4 && fast.abs() < 0.1 && slow.abs() < 0.1, "{length} {fast} {slow}");
    // All of them begin at the mean.
    assert!(found.history.len() < 8, "{}", found.history.len());
    for image in &found.images {
        let shared: Vec<f64> = image.found.iter().rev().take(3).rev().map(|found| found.value).collect();
        let expected: Vec<f64> = found.shared.iter().map(|found| found.value).collect();
        let same = shared.iter().zip(&expected).all(|(one, other)| (one - other).abs() < 1e-9);
        assert!(same, "{shared:?} {expected:?}");
    }
}

#[test]
fn a_detector_is_found_by_the_stills_that_share_it() {
    let kind = StillKind { detector: [5e-4, 0.4, -0.3], misset: 0.05, ..StillKind::default() };
    let cpu = Cpu::default();
    let (alone, truth) = alone(20..24, &kind, &SHARED, 0.05);
    let images = borrowed(&alone);
    let found = refine_together(&images, &cpu, &Control::default(), &|_| {}).unwrap();
    assert_eq!(found.verdict, Verdict::Converged);
    let distance = value(&found, "distance");
    assert!((distance.start / truth - 1.0 - 5e-4).abs() < 1e-9);
    let [length, fast, slow] = off(&found, truth);
    assert!(length.abs() < 2e-4 && fast.abs() < 0.1 && slow.abs() < 0.1, "{length} {fast} {slow}");
    for name in ["shift_fast", "shift_slow"] {
        assert!(value(&found, name).esd * 1e-3 / PIXEL < 0.1, "{:?}", value(&found, name));
    }
    for ((_, before), after) in alone.iter().zip(&found.images) {
        // Together they know more of the detector than each by itself.
        let esd = |of: &Outcome| of.found.iter().find(|found| found.name == "distance").unwrap().esd;
        assert!(esd(after) < 0.9 * esd(before), "{} {}", esd(before), esd(after));
        assert!((0.95..1.05).contains(&after.chi2), "{}", after.chi2);
        assert_eq!(after.found.len(), before.found.len());
    }
    // Data and model have the same draw of domains, which another one would not find.
    for entry in found.images.iter().flat_map(|image| &image.found).chain(&found.shared) {
        assert!(entry.esd_domains > 0.0 && entry.esd > entry.esd_domains, "{entry:?}");
    }
    // A caller who stops it at once has the mean of what the images found.
    let stop = std::sync::atomic::AtomicBool::new(true);
    let control = Control { progress: None, cancel: Some(&stop) };
    let stopped = refine_together(&images, &cpu, &control, &|_| {}).unwrap();
    assert_eq!((stopped.verdict, stopped.history.len()), (Verdict::Canceled, 1));
    assert!(stopped.images.iter().all(|image| image.verdict == Verdict::Canceled));
    assert!(stopped.shared.iter().all(|entry| entry.esd_domains.is_nan() && entry.esd > 0.0));
    let [length, fast, slow] = off(&stopped, truth);
    assert!(length.abs() < 2e-4 && fast.abs() < 0.1 && slow.abs() < 0.1, "{length} {fast} {slow}");

    let own = alone[0].0.clone().share(&["N"]).unwrap_err();
    assert_eq!(own.to_string(), "Na is free in each image and shared by all: it can be only one of them");
    let elsewhere = StillKind { detector: [7e-4, 0.4, -0.3], ..kind };
    let elsewhere = still(20, &elsewhere).unwrap();
    let mut moved = Refinement::new(&elsewhere.start, &["scale"]).unwrap();
    let error = |moved: &Refinement| {
        let apart = [images[0], (moved, images[0].1)];
        let error = refine_together(&apart, &cpu, &Control::default(), &|_| {}).unwrap_err();
        assert_eq!(error.kind().code(), "refine.not-shared");
        error.to_string()
    };
    assert_eq!(error(&moved), "image 2 shares other parameters than the first one");
    moved.share(&SHARED).unwrap();
    assert!(error(&moved).starts_with("image 2 starts at distance = 150.1"), "{}", error(&moved));

    // Without trials nothing moves.
    let mut still = alone[0].0.clone();
    still.most_trials = 0;
    let only = refine_together(&[(&still, &alone[0].1)], &cpu, &Control::default(), &|_| {}).unwrap();
    let before = alone[0].1.found.iter().find(|found| found.name == "distance").unwrap();
    assert_eq!((only.history.len(), only.shared[0].value), (1, before.value));
}

/// A shift along the beam is a longer distance: no image tells one from the other, what is known beforehand does.
#[test]
fn numbers_that_no_image_tells_apart_are_left_to_what_is_known() {
    let kind = StillKind { detector: [5e-4, 0.0, 0.0], misset: 0.05, ..StillKind::default() };
    let (all, _) = alone(20..22, &kind, &["distance", "shift_beam"], 0.05);
    let found = refine_together(&borrowed(&all), &Cpu::default(), &Control::default(), &|_| {}).unwrap();
    for entry in found.images.iter().flat_map(|image| &image.found).chain(&found.shared) {
        assert!(entry.esd > 0.0 && entry.esd.is_finite(), "{entry:?}");
    }
}

/// An image's distance, which is known to a hundredth of what it is off, ends far from that in all images together.
#[test]
fn what_ends_far_from_what_was_known_is_told() {
    let kind = StillKind { detector: [5e-4, 0.0, 0.0], misset: 0.05, ..StillKind::default() };
    let (mut all, _) = alone(20..22, &kind, &["distance"], 0.05);
    let narrow = [("distance".to_owned(), Some(1e-3))];
    all.iter_mut().for_each(|(refinement, _)| refinement.restrain(&narrow).unwrap());
    let found = refine_together(&borrowed(&all), &Cpu::default(), &Control::default(), &|_| {}).unwrap();
    assert_eq!(found.verdict, Verdict::AgainstPrior);
}

/// Of an image alone, with all numbers free, the draw of domains leaves as much in the joint refinement as in its own.
#[test]
fn the_draw_of_domains_leaves_as_much_in_a_joint_refinement_of_one() {
    let kind = StillKind { finer: Some((1, 100)), domains: 6, misset: 0.05, ..StillKind::default() };
    let (all, _) = alone(20..21, &kind, &["distance"], 0.05);
    let found = refine_together(&borrowed(&all), &Cpu::default(), &Control::default(), &|_| {}).unwrap();
    let before = &all[0].1;
    // What is known beforehand of the distance counts once in both.
    for entry in &found.images[0].found {
        let own = before.found.iter().find(|own| own.name == entry.name).unwrap();
        let ratio = entry.esd_domains / own.esd_domains;
        assert!((0.9..1.1).contains(&ratio), "{}: {ratio}", entry.name);
        assert!(entry.esd_domains > 0.0 && entry.esd >= entry.esd_domains, "{entry:?}");
    }
    let [shared] = &found.shared[..] else { panic!("{:?}", found.shared) };
    assert_eq!(shared.esd_domains, found.images[0].found.last().unwrap().esd_domains);
}
