//! What single precision promises, and what it refuses.

use nanobragg::backend::{Control, Unsupported};
use nanobragg::model::{Preset, Quirk};
use nanobragg_testkit::tolerance::GPU_F32_MAX;
use nanobragg_wgpu::Precision;

use crate::comparison::{Differences, notices};
use crate::device::{definition, plan, planned, renderer};

/// 1000 cells along each axis and indices up to 100: the fringes' phases need eleven digits.
const LARGE: &str = "-cell 100 110 120 90 95 100 -default_F 100 -N 1000 -misset 7 11 13 -lambda 1 -distance 60 \
    -pixel 0.9 -detpixels 128 -oversample 1 -mosaic 0.02 -mosaic_dom 20 -polar 0.5";

#[test]
fn a_thousand_cells_and_indices_of_a_hundred_keep_the_promise() {
    for shape in ["-square_xtal", "-round_xtal"] {
        let plan = planned(&format!("{LARGE} {shape}"));
        let expected = definition(&plan);
        for precision in [Precision::Single, Precision::Double] {
            let Some(mut renderer) = renderer(precision) else { return };
            let photons = renderer.photons(&plan, &Control::default()).unwrap();
            let differences = Differences::of(&plan, &expected, &photons);
            eprintln!("{} {shape}: {differences:?}", precision.name());
            assert!(differences.pass(precision), "{} {shape}: {differences:?}", precision.name());
            assert!(notices(&plan, &expected, &photons, precision));
        }
    }
}

#[test]
fn the_promise_holds_up_to_where_it_is_refused() {
    // Fringes far from any node; Gaussian and flat spots so narrow that few of the terms meet one.
    for flags in [
        "-N 75000 -square_xtal",
        "-N 5000 -fudge 3 -round_xtal",
        "-N 22 -gauss_xtal -mosaic 5 -mosaic_dom 2000",
        "-N 16 -tophat_spots -mosaic 5 -mosaic_dom 2000",
    ] {
        let plan = planned(&format!(
            "-cell 70 80 90 90 90 90 -default_F 1 -lambda 1 -misset 3 5 7 -distance 100 -pixel 2 -detpixels 16 \
             -oversample 2 {flags}"
        ));
        let expected = definition(&plan);
        let Some(mut renderer) = renderer(Precision::Single) else { return };
        let photons = renderer.photons(&plan, &Control::default()).unwrap();
        let differences = Differences::of(&plan, &expected, &photons);
        eprintln!("{flags}: {differences:?}");
        assert!(photons.iter().any(|&x| x > 0.0), "{flags}");
        assert!(differences.of_max <= GPU_F32_MAX, "{flags}: {differences:?}");
    }
}

#[test]
fn single_precision_is_single() {
    let (Some(mut single), Some(mut double)) = (renderer(Precision::Single), renderer(Precision::Double))
    else {
        return;
    };
    let plan = planned(LARGE);
    assert_ne!(
        single.photons(&plan, &Control::default()).unwrap(),
        double.photons(&plan, &Control::default()).unwrap()
    );
}

#[test]
fn ten_thousand_terms_keep_their_digits() {
    let flags = "-cell 50 60 70 90 90 90 -default_F 100 -N 3 -lambda 1.5 -distance 80 -pixel 4 -detpixels 16 \
        -oversample 10 -mosaic 1 -mosaic_dom 101 -nopolar";
    let plan = planned(flags);
    let expected = definition(&plan);
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    let photons = renderer.photons(&plan, &Control::default()).unwrap();
    let differences = Differences::of(&plan, &expected, &photons);
    assert!(differences.relative <= 1e-6, "{differences:?}");
}

#[test]
fn what_single_precision_cannot_hold_is_refused_with_the_bound() {
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    for (preset, flags, reason) in [
        (Preset::Exact, "-N 400000", "limit 1e-4"),
        (Preset::Spec, "-N 120 -gauss_xtal", "limit 1e-4"),
        (Preset::Spec, "-N 1000 -gauss_xtal", "a spot's radius is"),
        (Preset::Spec, "-N 1000 -tophat_spots", "a spot's radius is"),
        (Preset::Exact, "-N 30000 -round_xtal", "beyond its counters"),
        (Preset::Exact, "-N 5 -round_xtal -fudge 2", "fudge is -2"),
    ] {
        let line = format!(
            "-cell 70 80 90 90 90 90 -default_F 1 -lambda 1 -distance 100 -pixel 1 -detpixels 8 -oversample 1 {flags}"
        );
        let line: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let mut plan = plan(&line, preset, None).unwrap();
        if plan.crystal.shape.fudge == 2.0 {
            // A flag cannot say this, a program that embeds the library can.
            plan.crystal.shape.fudge = -2.0;
        }
        let error = renderer.render(&plan, &Control::default()).unwrap_err();
        assert!(error.unsupported().is_some(), "{flags}: {error}");
        assert!(error.to_string().contains(reason) && error.to_string().contains("f64"), "{flags}: {error}");
    }
}

#[test]
fn a_near_detector_and_a_long_spectrum_keep_the_promise() {
    // A detector that is wide against its distance has places too unequal for one fixed point: the host places them.
    let wide = "-cell 50 60 70 80 90 100 -default_F 100 -N 6 -lambda 2 -distance 2 -pixel 4 -detpixels 40 -oversample 2";
    let spectrum = "-cell 50 60 70 80 90 100 -default_F 100 -N 40 -lambda 1 -distance 50 -pixel 1 -detpixels 32 \
        -oversample 1 -dispersion 150 -dispsteps 7";
    let limit = "-cell 50 60 70 80 90 100 -default_F 100 -N 40 -lambda 1 -distance 50 -pixel 0.5 -detpixels 64 \
        -oversample 2 -dmin 2.5 -dispersion 5 -dispsteps 3";
    for flags in [wide, spectrum, limit] {
        let plan = planned(flags);
        let expected = definition(&plan);
        for precision in [Precision::Single, Precision::Double] {
            let Some(mut renderer) = renderer(precision) else { return };
            let photons = renderer.photons(&plan, &Control::default()).unwrap();
            let differences = Differences::of(&plan, &expected, &photons);
            assert!(differences.pass(precision), "{} {flags}: {differences:?}", precision.name());
        }
    }
}

#[test]
fn running_sums_are_refused_by_name() {
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    let case = nanobragg_testkit::case("oversample_omega").unwrap();
    let plan = case.plan(&["-quirks", Preset::Reference.name()]).unwrap();
    assert!(plan.resolved.quirks.has(Quirk::RunningSumFactors));
    let error = renderer.render(&plan, &Control::default()).unwrap_err();
    assert_eq!(error.unsupported(), Some(&Unsupported::RunningSumFactors));
    assert!(error.to_string().contains("running_sum_factors") && error.to_string().contains("on the cpu"));
}
