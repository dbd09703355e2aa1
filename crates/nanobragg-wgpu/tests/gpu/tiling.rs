//! Limits forced low, so that an image really is cut: into bands, windows of orientations, dispatches.

use nanobragg::backend::{Control, Unsupported};
use nanobragg::model::Preset;
use nanobragg::plan::FactorMode;
use nanobragg_testkit::gapped_table;
use nanobragg_wgpu::{Precision, Renderer, UpperLimits};

use crate::comparison::Differences;
use crate::device::{definition, open, plan, planned};

const FLAGS: &str = "-cell 40 50 60 80 90 100 -default_F 100 -N 5 -misset 7 11 13 -lambda 1.5 -distance 80 -pixel 1.5 \
    -detpixels_x 70 -detpixels_y 45 -oversample 2 -mosaic 1 -mosaic_dom 41 -osc 1 -phisteps 2 -dispersion 3 \
    -dispsteps 2 -detector_thick 300 -detector_abs 200 -detector_thicksteps 2";

#[test]
fn an_image_does_not_depend_on_how_it_is_cut() {
    let mut tabled = planned(FLAGS);
    tabled.structure_factors = gapped_table().unwrap();
    // Factors that are computed once, of the first source that the resolution limit leaves.
    let flags: Vec<String> =
        FLAGS.split_whitespace().chain(["-dmin", "2.2", "-polar", "0.8"]).map(str::to_owned).collect();
    let once = plan(&flags, Preset::Spec, None).unwrap();
    assert_eq!(once.factors.polar, FactorMode::Once);
    // Buffers that just hold what cannot be cut: the tile of a curved detector, half of the table.
    let plans = [
        (planned(FLAGS), 6_000),
        (planned(&format!("{FLAGS} -curved_det")), 15_000),
        (tabled, 28_000),
        (once, 6_000),
    ];
    for (number, (plan, binding)) in plans.iter().enumerate() {
        let expected = definition(plan);
        let binding = Some(*binding);
        let cuts = [
            UpperLimits { binding, ..UpperLimits::default() },
            UpperLimits { groups: Some(3), terms: Some(30_000), ..UpperLimits::default() },
            UpperLimits {
                binding,
                buffer: Some(29_000),
                groups: Some(2),
                terms: Some(9_000),
                ..UpperLimits::default()
            },
        ];
        for precision in [Precision::Single, Precision::Double] {
            let mut dispatches = Vec::new();
            for cut in [UpperLimits::default()].into_iter().chain(cuts) {
                let Some(gpu) = open(cut) else { return };
                let Ok(mut renderer) = Renderer::new(gpu, precision) else { return };
                let photons = renderer.photons(plan, &Control::default()).unwrap();
                let differences = Differences::of(plan, &expected, &photons);
                assert!(
                    differences.pass(precision),
                    "plan {number} {} {cut:?}: {differences:?}",
                    precision.name()
                );
                dispatches.push(renderer.timings().dispatches);
            }
            assert!(dispatches[2] > dispatches[0] && dispatches[3] > 50, "{dispatches:?}");
        }
    }
}

#[test]
fn bits_do_not_depend_on_the_pace() {
    // 82 orientations and 2 sources; 7 orientations and 24 sources; one of each.
    let few = "-cell 40 50 60 80 90 100 -default_F 100 -N 5 -misset 7 11 13 -lambda 1.5 -distance 80 -pixel 1.5 \
        -detpixels_x 40 -detpixels_y 30 -oversample 2";
    let lines = [
        FLAGS.to_owned(),
        format!("{few} -mosaic 1 -mosaic_dom 7 -dispersion 3 -dispsteps 24"),
        format!("{few} -oversample 5"),
    ];
    for (number, line) in lines.iter().enumerate() {
        let plan = planned(line);
        for precision in [Precision::Single, Precision::Double] {
            let photons = |terms, groups| {
                let gpu = open(UpperLimits { terms, groups, ..UpperLimits::default() })?;
                let mut renderer = Renderer::new(gpu, precision).ok()?;
                let photons = renderer.photons(&plan, &Control::default()).unwrap();
                Some((photons, renderer.timings().dispatches))
            };
            let Some((whole, dispatches)) = photons(None, None) else { return };
            for terms in [5_000, 40_000, 300_000] {
                let (cut, more) = photons(Some(terms), Some(3)).unwrap();
                assert!(more > dispatches, "{number}: {more} dispatches");
                assert!(cut == whole, "{number} {}: {terms} terms a dispatch", precision.name());
            }
        }
    }
}

#[test]
fn what_cannot_be_cut_is_refused_with_the_limit() {
    let Some(gpu) = open(UpperLimits { binding: Some(8192), ..UpperLimits::default() }) else { return };
    let mut renderer = Renderer::new(gpu, Precision::Single).unwrap();
    let mut plan = planned("-cell 40 50 60 90 90 90 -default_F 1 -N 3 -detpixels 8 -pixel 1 -oversample 1");
    plan.structure_factors = gapped_table().unwrap();
    let error = renderer.render(&plan, &Control::default()).unwrap_err();
    assert!(matches!(error.unsupported(), Some(Unsupported::TooLarge { limit: 16_384, .. })), "{error}");
    assert!(
        error.to_string().contains("structure factors") && error.to_string().contains("16384"),
        "{error}"
    );
}

#[test]
fn masks_and_regions_leave_the_rest_dark() {
    let Some(gpu) = open(UpperLimits::default()) else { return };
    let mut renderer = Renderer::new(gpu, Precision::Single).unwrap();
    let flags = "-cell 40 50 60 90 90 90 -default_F 100 -N 3 -lambda 2 -distance 50 -detpixels 50 -pixel 1 -oversample 1";
    let mut plan = planned(&format!("{flags} -roi 13 38 7 29"));
    let keep: Vec<bool> = (0..2500).map(|at| at % 7 != 3 && at / 50 != 11).collect();
    plan.region.mask = Some(nanobragg::model::Mask { fast: 50, slow: 50, keep: keep.into() });
    let expected = definition(&plan);
    let photons = renderer.photons(&plan, &Control::default()).unwrap();
    let lit = photons.iter().filter(|&&x| x > 0.0).count();
    assert_eq!(lit, expected.iter().filter(|&&x| x > 0.0).count());
    assert!(lit > 300 && Differences::of(&plan, &expected, &photons).pass(Precision::Single));

    let mut nothing = planned(flags);
    nothing.region.mask = Some(nanobragg::model::Mask { fast: 50, slow: 50, keep: vec![false; 2500].into() });
    assert!(renderer.photons(&nothing, &Control::default()).unwrap().iter().all(|&x| x == 0.0));
}
