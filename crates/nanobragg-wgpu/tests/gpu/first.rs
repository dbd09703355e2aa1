//! first
use crate::device::{definition, plan, renderer};
use nanobragg::model::{IndexBox, Preset, Reflection, StructureFactors};
use nanobragg::render::Control;
use nanobragg_testkit::{SplitMix, cases, random_flags};
use nanobragg_wgpu::Precision;

fn compare(name: &str, want: &[f64], got: &[f64]) -> (f64, f64, f64) {
    let max = want.iter().fold(0.0f64, |a, b| a.max(*b));
    let mut rel: Vec<f64> = want
        .iter()
        .zip(got)
        .filter(|(w, _)| **w > 1e-6 * max)
        .map(|(w, g)| if w == g { 0.0 } else { (g / w - 1.0).abs() })
        .collect();
    let worst = want
        .iter()
        .zip(got)
        .map(|(w, g)| if w == g { 0.0 } else { (g - w).abs() / max })
        .fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) });
    let relall = want
        .iter()
        .zip(got)
        .map(|(w, g)| if w == g || w.max(*g) < 1e-250 { 0.0 } else { (g / w - 1.0).abs() })
        .fold(0.0, |a: f64, b| if b.is_nan() { f64::INFINITY } else { a.max(b) });
    rel.sort_by(f64::total_cmp);
    let med = rel.get(rel.len() / 2).copied().unwrap_or(0.0);
    let _ = name;
    (worst, med, relall)
}
pub fn table() -> StructureFactors {
    let mut random = SplitMix(3);
    let bounds = IndexBox { min: [-9, -7, -8], max: [8, 9, 7] };
    let indices = (-9..=8).flat_map(|h| (-7..=9).flat_map(move |k| (-8..=7).map(move |l| [h, k, l])));
    let reflections: Vec<Reflection> = indices
        .filter_map(|hkl| {
            let f = random.uniform(-10.0, 100.0);
            (f > 0.0).then_some(Reflection { hkl, f })
        })
        .collect();
    StructureFactors::from_reflections(bounds, 0.0, reflections).unwrap()
}
#[test]
fn draws() {
    let mut d = renderer(Precision::Double).unwrap();
    let mut s = renderer(Precision::Single).unwrap();
    let mut random = SplitMix(20_260_131);
    let table = table();
    let t = std::time::Instant::now();
    for draw in 0..150 {
        let flags = random_flags(&mut random);
        let preset = Preset::ALL[draw % Preset::ALL.len()];
        let Some(plan) = plan(&flags, preset, (draw % 3 == 0).then_some(&table)) else { continue };
        let want = definition(&plan);
        let (_, _, rel) = compare("d", &want, &d.photons(&plan, &Control::default()).unwrap());
        let single = s.photons(&plan, &Control::default());
        match single {
            Ok(single) => {
                let (worst, med, _) = compare("s", &want, &single);
                if rel > 1e-11 || worst > 1e-5 || med > 1e-6 {
                    eprintln!("{draw} {rel:.1e} {worst:.1e} {med:.1e} {preset:?} {}", flags.join(" "));
                }
            }
            Err(e) => eprintln!("{draw} {rel:.1e} {e}"),
        }
    }
    eprintln!("{:?}", t.elapsed());
}
#[test]
fn fixtures() {
    let mut d = renderer(Precision::Double).unwrap();
    let mut s = renderer(Precision::Single).unwrap();
    let t = std::time::Instant::now();
    for case in cases().unwrap() {
        for preset in Preset::ALL {
            let plan = case.plan(&["-quirks", preset.name()]).unwrap();
            let want = definition(&plan);
            let rel = match d.photons(&plan, &Control::default()) {
                Ok(g) => compare("d", &want, &g).2,
                Err(e) => {
                    eprintln!("{} {preset:?} {e}", case.name);
                    continue;
                }
            };
            match s.photons(&plan, &Control::default()) {
                Ok(single) => {
                    let (worst, med, _) = compare("s", &want, &single);
                    if rel > 1e-11 || worst > 1e-5 || med > 1e-6 {
                        eprintln!("{} {preset:?} {rel:.1e} {worst:.1e} {med:.1e}", case.name);
                    }
                }
                Err(e) => eprintln!("{} {preset:?} {rel:.1e} {e}", case.name),
            }
        }
    }
    eprintln!("{:?}", t.elapsed());
}
