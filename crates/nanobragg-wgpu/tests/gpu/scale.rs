//! Large experiments: a check to run by hand, `cargo test --release -p nanobragg-wgpu -- --ignored scale`.

use nanobragg::backend::Control;
use nanobragg::image::Pixel;
use nanobragg::model::{IndexBox, Preset, Reflection, StructureFactors};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg_testkit::tolerance::GPU_F32_MAX;
use nanobragg_wgpu::Precision;

use crate::device::{plan, planned, renderer};

/// Renders `plan` and compares some hundred of its pixels.
fn check(plan: &Plan) {
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    let photons = renderer.photons(plan, &Control::default()).unwrap();
    eprintln!("{:?} {:?}", renderer.timings(), renderer.uploads());
    let brightest = photons.iter().fold(0.0f64, |most, &x| most.max(x));
    assert!(brightest > 0.0);
    let step = (photons.len() / 300).max(1) | 1;
    for at in (0..photons.len()).step_by(step) {
        let (slow, fast) = (at / plan.region.image_fast, at % plan.region.image_fast);
        let expected = pixel(plan, Pixel { slow, fast }, &mut ());
        let off = (photons[at] - expected).abs() / brightest;
        assert!(off <= GPU_F32_MAX, "{slow} {fast}: {} against {expected}", photons[at]);
    }
}

const CELL: &str =
    "-cell 50 60 70 80 90 100 -default_F 100 -N 9 -misset 3 5 7 -lambda 1 -distance 200 -oversample 1";

#[test]
#[ignore = "takes minutes on a software adapter"]
fn scale_sixteen_million_pixels() {
    check(&planned(&format!("{CELL} -pixel 0.1 -detpixels 4096")));
}

#[test]
#[ignore = "takes minutes on a software adapter"]
fn scale_a_hundred_thousand_orientations() {
    check(&planned(&format!("{CELL} -pixel 8 -detpixels 24 -mosaic 1 -mosaic_dom 100000")));
}

#[test]
#[ignore = "takes minutes on a software adapter"]
fn scale_ten_million_structure_factors() {
    let indices =
        (-107..=107i32).flat_map(|h| (-107..=107).flat_map(move |k| (-107..=107).map(move |l| [h, k, l])));
    let reflections = indices.map(|hkl| Reflection {
        hkl,
        f: f64::from((7 * hkl[0] + 13 * hkl[1] + 29 * hkl[2]).rem_euclid(101)),
    });
    let bounds = IndexBox { min: [-107; 3], max: [107; 3] };
    let table = StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap();
    let flags: Vec<String> =
        format!("{CELL} -pixel 1 -detpixels 512").split_whitespace().map(str::to_owned).collect();
    check(&plan(&flags, Preset::Exact, Some(&table)).unwrap());
}
