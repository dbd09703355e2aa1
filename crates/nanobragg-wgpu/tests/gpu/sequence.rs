//! Sequences: what stays on the device, and the same bytes as single renders.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use nanobragg::backend::{Control, Progress};
use nanobragg::plan::Plan;
use nanobragg_testkit::gapped_table;
use nanobragg_wgpu::{ErrorKind, Precision, Renderer, UpperLimits};

use crate::device::{open, plan, renderer};

/// Plans that differ in the crystal's orientation and share one table.
fn sweep(count: usize) -> Vec<Plan> {
    let table = gapped_table().unwrap();
    (0..count)
        .map(|number| {
            let flags = format!(
                "-cell 40 50 60 80 90 100 -default_F 100 -N 7 -misset {number} 20 30 -lambda 1.5 -distance 80 \
                 -pixel 1.5 -detpixels 40 -oversample 2"
            );
            let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
            plan(&flags, nanobragg::model::Preset::Exact, Some(&table)).unwrap()
        })
        .collect()
}

#[test]
fn a_sequence_sends_only_what_changes_and_gives_the_bytes_of_single_renders() {
    for precision in [Precision::Single, Precision::Double] {
        let Some(mut kept) = renderer(precision) else { return };
        let plans = sweep(6);
        let mut images = Vec::new();
        let mut waiting = None;
        for plan in &plans {
            // The next image is submitted before the one before is collected.
            let submitted = kept.submit(plan, &Control::default()).unwrap();
            if let Some(before) = waiting.replace(submitted) {
                images.push(kept.collect(before, &Control::default()).unwrap());
            }
        }
        images.push(kept.collect(waiting.unwrap(), &Control::default()).unwrap());
        let uploads = kept.uploads();
        assert_eq!((uploads.tables, uploads.orientations, uploads.tiles), (1, 6, 1), "{uploads:?}");
        assert!(uploads.frames <= 6 && uploads.sources == 1 && uploads.places <= 1, "{uploads:?}");
        let made = uploads.buffers;
        kept.render(&plans[0], &Control::default()).unwrap();
        assert_eq!(kept.uploads().buffers, made, "an image of the same size makes no buffer");
        for (plan, image) in plans.iter().zip(&images) {
            let Some(mut fresh) = renderer(precision) else { return };
            assert_eq!(fresh.render(plan, &Control::default()).unwrap(), *image);
        }
        assert!(images.windows(2).all(|pair| pair[0] != pair[1]));
    }
}

#[test]
fn another_table_is_sent() {
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    let mut plan = sweep(1).remove(0);
    let first = renderer.render(&plan, &Control::default()).unwrap();
    plan.structure_factors = gapped_table().unwrap();
    assert_eq!(renderer.render(&plan, &Control::default()).unwrap(), first);
    assert_eq!(renderer.uploads().tables, 2);
    plan.structure_factors = nanobragg::model::StructureFactors::uniform(50.0);
    assert_ne!(renderer.render(&plan, &Control::default()).unwrap(), first);
    // The table is still known when a plan comes back to it.
    renderer.render(&sweep(1)[0], &Control::default()).unwrap();
}

#[test]
fn rendering_twice_gives_the_same_bytes() {
    for precision in [Precision::Single, Precision::Double] {
        let Some(mut renderer) = renderer(precision) else { return };
        let plan = sweep(1).remove(0);
        let first = renderer.photons(&plan, &Control::default()).unwrap();
        assert_eq!(renderer.photons(&plan, &Control::default()).unwrap(), first);
    }
}

#[test]
fn progress_is_told_and_a_raised_flag_stops_the_render() {
    let lower = UpperLimits { terms: Some(5000), ..UpperLimits::default() };
    let Some(gpu) = open(lower) else { return };
    let mut renderer = Renderer::new(gpu, Precision::Single).unwrap();
    let plan = sweep(1).remove(0);
    let (calls, flag) = (AtomicUsize::new(0), AtomicBool::new(false));
    let last = AtomicUsize::new(0);
    let watch = |progress: Progress| {
        calls.fetch_add(1, Ordering::Relaxed);
        assert!(
            progress.done <= progress.total && progress.done >= last.swap(progress.done, Ordering::Relaxed)
        );
    };
    let control = Control { progress: Some(&watch), cancel: Some(&flag) };
    let image = renderer.render(&plan, &control).unwrap();
    assert!(calls.load(Ordering::Relaxed) > 5 && last.load(Ordering::Relaxed) == 40);

    let raise = |_: Progress| flag.store(true, Ordering::Relaxed);
    let control = Control { progress: Some(&raise), cancel: Some(&flag) };
    assert_eq!(renderer.render(&plan, &control).unwrap_err().kind(), ErrorKind::Canceled);
    // A stopped render leaves nothing behind that the next could stumble over.
    assert_eq!(renderer.render(&plan, &Control::default()).unwrap(), image);
}
