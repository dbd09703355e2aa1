//! Stills of one kind of crystal tell its structure factors.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use nanobragg::backend::{Control, Cpu};
use nanobragg::model::StructureFactors;
use nanobragg::model::symmetry::Equivalents;
use nanobragg_refine::{
    AmplitudeOutcome, Counting, FoundAmplitude, Outcome, Photons, Refinement, Verdict, refine_amplitudes,
};
use nanobragg_testkit::stills::{READOUT_NOISE, Still, StillKind, equivalents, still};

fn kind() -> StillKind {
    StillKind { amplitudes: 0.2, common: true, size: 320, misset: 0.05, domains: 5, ..StillKind::default() }
}

fn alone(number: u64) -> (Still, Refinement, Outcome) {
    let still = still(number, &kind()).unwrap();
    let counting = Counting { readout_noise: READOUT_NOISE, ..Counting::default() };
    let photons = Photons::new(&still.start, still.fast, &still.counts, &counting).unwrap();
    let mut refinement = Refinement::new(&still.start, &["scale", "misset", "cell", "N", "mosaic"]).unwrap();
    refinement.most_boxes = 40;
    let outcome = refinement.run(&photons, &Cpu::default(), &Control::default()).unwrap();
    (still, refinement, outcome)
}

/// R of amplitudes, up to a common factor, over what was seen `times`.
fn r(
    found: &[FoundAmplitude],
    truth: &StructureFactors,
    times: usize,
    of: fn(&FoundAmplitude) -> f64,
) -> f64 {
    let seen: Vec<(f64, f64)> = found
        .iter()
        .filter(|found| found.images >= times)
        .map(|found| (of(found), truth.nearest(found.hkl)))
        .collect();
    let (both, square) =
        seen.iter().fold((0.0, 0.0), |(both, square), (f, t)| (both + f * t, square + f * f));
    let scale = both / square;
    let off: f64 = seen.iter().map(|(f, t)| (scale * f - t).abs()).sum();
    off / seen.iter().map(|(_, t)| t).sum::<f64>()
}

#[test]
fn structure_factors_are_found_by_the_stills_that_share_them() {
    let stills: Vec<(Still, Refinement, Outcome)> = (0..16).map(alone).collect();
    let truth = stills[0].0.truth.structure_factors.clone();
    let images: Vec<(&Refinement, &Outcome)> = stills
        .iter()
        .filter(|(.., outcome)| outcome.verdict == Verdict::Converged)
        .map(|(_, refinement, outcome)| (refinement, outcome))
        .collect();
    assert!(images.len() > 12, "{}", images.len());
    let with = |equivalents: &Equivalents| -> AmplitudeOutcome {
        refine_amplitudes(&images, equivalents, &Cpu::default(), &Control::default(), &|_| {}).unwrap()
    };
    let found = with(&equivalents().unwrap());
    assert_eq!(found.verdict, Verdict::Converged);
    assert!(found.history.last().unwrap().chi2 < found.history[0].chi2 + 0.01);
    let of = |times| {
        [
            r(&found.reflections, &truth, times, |found| found.start),
            r(&found.reflections, &truth, times, |found| found.value),
        ]
    };
    let [before, after] = of(3);
    println!("R {before:.4} to {after:.4}, of all {:?}, scatter {:.3}", of(1), found.scatter);
    assert!(before > 0.12 && after < 0.25 * before, "{before} {after}");
    // The table has them, for all equivalents, and nothing else has changed.
    let start = &stills[0].0.start.structure_factors;
    let one = found.reflections.iter().max_by_key(|found| found.images).unwrap();
    let [h, k, l] = one.hkl;
    assert!(one.images >= 3 && (one.value / one.start - 1.0).abs() > 1e-6);
    assert!((found.table.nearest([-k, h, l]) - one.value).abs() < 1e-9 * one.value);
    assert_eq!(found.table.nearest([40, 40, 20]), start.nearest([40, 40, 20]));
    // Deviations are of the size of errors.
    let pulls: Vec<f64> = found
        .reflections
        .iter()
        .filter(|found| found.images >= 3)
        .map(|found| ((found.value - truth.nearest(found.hkl)) / found.esd).powi(2))
        .collect();
    let pull = (pulls.iter().sum::<f64>() / pulls.len() as f64).sqrt();
    assert!((0.5..2.0).contains(&pull), "{pull}");
    // Images that say so of no symmetry see less of each, and find less.
    let apart = with(&Equivalents::new(&[], false).unwrap());
    assert!(apart.reflections.len() > found.reflections.len());
    for (before, after) in images.iter().zip(&found.images) {
        assert_eq!(after.boxes.len(), before.1.boxes.len());
        assert!(after.box_scale_scatter < before.1.box_scale_scatter, "{}", after.box_scale_scatter);
    }
}

#[test]
fn images_have_the_same_structure_factors() {
    let (_, refinement, outcome) = alone(3);
    let mut other = still(4, &StillKind { amplitudes: 0.1, ..kind() }).unwrap();
    other.counts.clear();
    let other = Refinement::new(&other.start, &["scale"]).unwrap();
    let images = [(&refinement, &outcome), (&other, &outcome)];
    let refine = |images: &[(&Refinement, &Outcome)]| {
        refine_amplitudes(images, &equivalents().unwrap(), &Cpu::default(), &Control::default(), &|_| {})
    };
    let error = refine(&images).unwrap_err();
    assert_eq!(error.kind().code(), "refine.amplitudes");
    assert_eq!(error.to_string(), "image 2 has other structure factors than the first one");
    assert!(refine(&[]).is_err());
    // A caller who stops it at once has what each image found.
    let stop = std::sync::atomic::AtomicBool::new(true);
    let control = Control { progress: None, cancel: Some(&stop) };
    let stopped =
        refine_amplitudes(&images[..1], &equivalents().unwrap(), &Cpu::default(), &control, &|_| {}).unwrap();
    assert_eq!(stopped.verdict, Verdict::Canceled);
    assert!(stopped.reflections.iter().all(|found| found.value == found.start));
}
