//! first
use crate::device::{definition, planned, renderer};
use nanobragg::render::Control;
use nanobragg_wgpu::Precision;

#[test]
fn first() {
    for a in nanobragg_wgpu::adapters() {
        eprintln!("{a:?}");
    }
    let plan = planned(
        "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -lambda 1.5 -distance 100 -pixel 1 -detpixels 40 -oversample 2 -misset 10 20 30 -mosaic 1 -mosaic_dom 3",
    );
    let want = definition(&plan);
    let max = want.iter().fold(0.0f64, |a, b| a.max(*b));
    for p in [Precision::Double, Precision::Single] {
        let t = std::time::Instant::now();
        let mut r = renderer(p).unwrap();
        let got = r.photons(&plan, &Control::default()).unwrap();
        eprintln!("{p:?} {:?} {:?}", t.elapsed(), r.timings());
        let t = std::time::Instant::now();
        let again = r.photons(&plan, &Control::default()).unwrap();
        eprintln!("again {:?} {:?} {}", t.elapsed(), r.uploads(), again == got);
        let mut rel: Vec<f64> = want.iter().zip(&got).map(|(w, g)| (g / w - 1.0).abs()).collect();
        let worst = want.iter().zip(&got).map(|(w, g)| (g - w).abs() / max).fold(0.0, f64::max);
        rel.sort_by(f64::total_cmp);
        eprintln!(
            "{p:?} of max {worst:.2e} median {:.2e} max rel {:.2e}",
            rel[rel.len() / 2],
            rel[rel.len() - 1]
        );
        eprintln!("{:?}\n{:?}", &want[..4], &got[..4]);
    }
}
