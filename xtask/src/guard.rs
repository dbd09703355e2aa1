//! Checksums of every case: of its image on every CPU backend and of a trace, under every preset.
//!
//! They tell whether a change that should not touch a number has touched one. What a machine's own mathematics gives
//! (sine, cosine, exponential of the plan) is part of the file: where that differs, numbers are not compared.

use std::fmt::Write as _;

use nanobragg::backend::{Backend, Control, Cpu, Precision, Scalar};
use nanobragg::image::Pixel;
use nanobragg::model::Preset;
use nanobragg::plan::Plan;
use nanobragg_parity::checksum;
use nanobragg_testkit::Case;
use nanobragg_trace::{CaptureOptions, capture};

/// Digits of a checksum that are kept.
const DIGITS: usize = 12;
const COLUMNS: &str =
    "# case preset: image by scalar, by cpu in f64 and in f32, trace of the central pixel\n";

/// Compares the checksums with those that are kept, or keeps them.
pub fn run(check: bool) -> anyhow::Result<()> {
    let path = crate::root().join("fixtures/checksums.txt");
    let machine = machine();
    let kept = if check { Some(std::fs::read_to_string(&path)?) } else { None };
    if kept.as_ref().is_some_and(|kept| kept.lines().next() != Some(machine.as_str())) {
        println!("SKIPPED: this machine's mathematics differs from that of {}", path.display());
        return Ok(());
    }
    let mut text = format!("{machine}\n{COLUMNS}");
    for case in nanobragg_testkit::cases()? {
        for &preset in Preset::ALL {
            writeln!(text, "{} {}", case.name, row(&case, preset)?)?;
        }
    }
    if let Some(kept) = kept {
        let changed = kept.lines().zip(text.lines()).filter(|(kept, found)| kept != found);
        let changed: Vec<_> = changed.map(|(kept, found)| format!("- {kept}\n+ {found}")).collect();
        anyhow::ensure!(changed.is_empty(), "numbers have changed:\n{}", changed.join("\n"));
    }
    crate::settle(&path, &text, check)
}

/// What the numbers of a plan depend on besides this project.
fn machine() -> String {
    let numbers = (1..2000).map(|i| f64::from(i) * 0.37);
    let bytes = numbers.flat_map(|x| [x.sin(), x.cos(), x.atan(), (-x * 0.01).exp(), x.ln(), x.cbrt()]);
    let bytes: Vec<u8> = bytes.flat_map(f64::to_le_bytes).collect();
    let multiply_add = if has_fused() { "fused" } else { "apart" };
    format!("# mathematics {}, multiplications and additions {multiply_add}", short(&bytes))
}

/// Whether blocks fuse multiplications with additions: vector levels that do agree bit for bit.
fn has_fused() -> bool {
    #[cfg(target_arch = "x86_64")]
    return is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return cfg!(target_arch = "aarch64");
}

fn row(case: &Case, preset: Preset) -> anyhow::Result<String> {
    let plan = case.plan(&["-quirks", preset.name()])?;
    let cpu = Cpu::default();
    let images =
        [image(&Scalar, &plan)?, image(&cpu, &plan)?, image(&cpu.with_precision(Precision::Single), &plan)?];
    let center = [plan.region.image_slow / 2, plan.region.image_fast / 2];
    let trace = capture(&plan, Pixel { slow: center[0], fast: center[1] }, &CaptureOptions::default());
    let trace = short([trace.main, trace.per_phi, trace.json_lines].concat().as_bytes());
    Ok(format!("{}: {} {trace}", preset.name(), images.join(" ")))
}

fn image(backend: &dyn Backend, plan: &Plan) -> anyhow::Result<String> {
    let image = backend.render(plan, &Control::default())?;
    let bytes: Vec<u8> = image.pixels().iter().flat_map(|photons| photons.to_le_bytes()).collect();
    Ok(short(&bytes))
}

fn short(bytes: &[u8]) -> String {
    checksum::of_bytes(bytes).chars().take(DIGITS).collect()
}
