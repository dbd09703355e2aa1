//! The vectorized evaluation beyond the recorded cases: random experiments, large crystals, single precision.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::ffi::OsString;

use nanobragg::backend::{Cpu, Precision};
use nanobragg::image::Pixel;
use nanobragg::model::{Preset, Size, StructureFactors};
use nanobragg::nest::pixel;
use nanobragg::plan::Plan;
use nanobragg_config::{Context, classic, resolve};
use nanobragg_testkit::tolerance::{CPU_F32_MAX, CPU_F32_MEDIAN, CPU_F64, LEFT_OUT};
use nanobragg_testkit::{SplitMix, gapped_table, random_flags};

fn plan(flags: &[String], preset: Preset, table: Option<&StructureFactors>) -> Option<Plan> {
    let flags =
        flags.iter().map(OsString::from).chain(["-nodump", "-quirks", preset.name()].map(OsString::from));
    let parsed = classic::parse(flags).unwrap();
    let mut setup = resolve(&parsed, &Context::default()).unwrap();
    if let Some(table) = table {
        setup.experiment.structure_factors = table.clone();
        setup.experiment.rendering.interpolate =
            Some(matches!(setup.experiment.crystal.size()[0], Size::Cells(5.0..)));
    }
    // A round grid can cut off every direction: no experiment then.
    setup.experiment.plan().ok()
}

/// Photons of the definition and of `cpu`, pixel by pixel.
fn both(plan: &Plan, cpu: &Cpu) -> Vec<(f64, f64)> {
    let (rows, columns) = plan.region.ranges();
    let mut pairs = Vec::new();
    for slow in rows {
        let row = cpu.row(plan, slow);
        for fast in columns.clone().filter(|&fast| plan.region.renders(slow, fast)) {
            pairs.push((pixel(plan, Pixel { slow, fast }, &mut ()), row[fast]));
        }
    }
    pairs
}

fn relative(expected: f64, found: f64) -> f64 {
    if (found - expected).abs() <= LEFT_OUT { 0.0 } else { (found / expected - 1.0).abs() }
}

#[test]
fn random_experiments_agree_with_the_definition() {
    let mut random = SplitMix(20_260_131);
    let table = gapped_table().unwrap();
    let mut rendered = 0;
    for draw in 0..150 {
        let flags = random_flags(&mut random);
        let preset = Preset::ALL[draw % Preset::ALL.len()];
        let Some(plan) = plan(&flags, preset, (draw % 3 == 0).then_some(&table)) else { continue };
        for (expected, found) in both(&plan, &Cpu::default()) {
            let relative = relative(expected, found);
            assert!(relative <= CPU_F64, "{}: {found} against {expected}, {relative:.1e}", flags.join(" "));
            rendered += 1;
        }
    }
    assert!(rendered > 20_000, "{rendered}");
}

/// 1000 cells along each axis and indices up to 100: the fringes' phases need eleven digits.
fn large_crystal() -> Plan {
    let flags = "-cell 100 110 120 90 95 100 -default_F 100 -N 1000 -misset 7 11 13 -lambda 1 -distance 60 -pixel 0.9 \
        -detpixels 128 -oversample 1 -mosaic 0.02 -mosaic_dom 20 -polar 0.5";
    let flags: Vec<String> = flags.split_whitespace().map(str::to_owned).collect();
    plan(&flags, Preset::Exact, None).unwrap()
}

#[test]
fn a_large_crystal_is_exact_in_double_precision() {
    for (expected, found) in both(&large_crystal(), &Cpu::default()) {
        let relative = relative(expected, found);
        assert!(relative <= CPU_F64, "{found} against {expected}, {relative:.1e}");
    }
}

#[test]
fn single_precision_keeps_its_word() {
    let mut random = SplitMix(77);
    let mut plans = vec![large_crystal()];
    plans.extend((0..40).filter_map(|_| plan(&random_flags(&mut random), Preset::Exact, None)));
    for plan in plans {
        let pairs = both(&plan, &Cpu::default().with_precision(Precision::Single));
        let brightest = pairs.iter().map(|(expected, _)| *expected).fold(0.0, f64::max);
        if brightest == 0.0 {
            continue;
        }
        let worst = pairs.iter().map(|(e, f)| (e - f).abs() / brightest).fold(0.0, f64::max);
        assert!(worst <= CPU_F32_MAX, "{worst:.1e} of the maximum");
        let mut relatives: Vec<f64> = pairs.iter().map(|&(e, f)| relative(e, f)).collect();
        relatives.sort_by(f64::total_cmp);
        let median = relatives[relatives.len() / 2];
        assert!(median <= CPU_F32_MEDIAN, "median {median:.1e}");
    }
}

#[test]
fn single_precision_is_single() {
    let plan = large_crystal();
    let double = Cpu::default().row(&plan, 64);
    let single = Cpu::default().with_precision(Precision::Single).row(&plan, 64);
    assert_ne!(double, single);
}
