//! Memory of sweeps: the most that one of many frames takes at once, beside that of few.

use std::process::Command;

use anyhow::{Context as _, ensure};
use nanobragg_testkit::memory::peak_kib;

use super::measure::Bench;
use super::sweep;

/// Growth that is taken for chance.
const SLACK: f64 = 0.05;

/// Sweeps of 100 and of 10⁴ small frames, then of a few large ones, with noise into NXmx.
pub fn run(bench: &Bench, quick: bool) -> anyhow::Result<()> {
    let (edge, few, many) = if quick { (64, 20, 400) } else { (128, 100, 10_000) };
    let few_peak = peak(bench, edge, few)?;
    let many_peak = peak(bench, edge, many)?;
    let growth = many_peak / few_peak - 1.0;
    println!(
        "{edge} x {edge} pixels: {few} frames {few_peak:.1} MiB, {many} frames {many_peak:.1} MiB, {:+.1} %",
        100.0 * growth
    );
    for edge in if quick { [256, 512] } else { [1024, 2048] } {
        let frame = (4 * edge * edge) as f64 / f64::from(1 << 20);
        let peak = peak(bench, edge, 20)?;
        println!("{edge} x {edge} pixels, {frame:.1} MiB as floats: {peak:.1} MiB");
    }
    ensure!(growth < SLACK, "memory grows with the number of frames");
    Ok(())
}

/// Mebibytes that a sweep had at most.
fn peak(bench: &Bench, edge: usize, frames: usize) -> anyhow::Result<f64> {
    let folder = bench.folder.join("sweep");
    std::fs::create_dir_all(&folder)?;
    let experiment = sweep::experiment(edge, None);
    let mut command = sweep::command(bench, &experiment, frames, &folder.join("f.nxs"), "");
    // A heap for each thread would make it a matter of chance who finds free memory where.
    let kibibytes = watched(command.env("MALLOC_ARENA_MAX", "1"))?;
    std::fs::remove_dir_all(&folder)?;
    Ok(kibibytes / 1024.0)
}

/// Runs a program to its end and gives the kibibytes that it had at most, as the system counts them.
fn watched(command: &mut Command) -> anyhow::Result<f64> {
    let (ended, most) = peak_kib(&mut command.spawn()?)?;
    ensure!(ended.success(), "{command:?} failed");
    most.map(|most| most as f64).context("this system does not say how much memory a program has")
}
