//! Tasks of the workspace, run as `cargo xtask TASK`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task tells its user what it did")]

mod bench;
mod cli_docs;
mod dist;
mod executable;
mod fire;
mod fixtures;
mod fuzz;
mod guard;
mod instructions;
mod parity;
mod probe_cost;
mod reference;
mod refine_bench;
mod science;
mod slopes;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask TASK [OPTIONS]

  bench      time the release build: terms, whole runs, scaling
             [--quick] [--c-bin PATH] [--out FILE.json] [--plot FILE.svg]
  bundle     verify DIR: check a parity bundle, what it claims too, and repeat it
  cli-docs   write docs/CLI.md, docs/EXPERIMENT.md and docs/schema from the flag table
  dist       build the programs and pack them, with manual page, completions and licenses: an archive with its SHA-256
             [--target TRIPLE] [--out FOLDER]
  fire       signals, absurd flags and tampered bundles, counted: signals | flags | bundles
             [--minutes N] [--most N] [--seed N]
  fixtures   write fixtures/manifest.json: how each case was made, and checksums
  fuzz       feed damaged input to readers and parsers: [--minutes N] [--seed N] [TARGET...]
  guard      checksums of every case on the CPU backends under every preset, compared with those kept: [--check]
  instructions  count instructions per term by callgrind and compare them with those kept
             [--check | --write]
  parity     make a bundle that proves or disproves parity: --case NAME ... | --all | --config supervisor
             [--pixel S F] [--c-bin PATH] [--against DIR] ...; parity --help lists all
  probe-cost show that the silent probe adds no instruction to the rendering loop
  reference  every recorded case on every backend, as a table in docs/PARITY.md
             [--all | --case NAME ... | --check]
  refine-bench  refine made-up stills and compare what is found with what they were made of
             [--stills N] [--misset DEG] [--shape gauss|square|round] [--brightest PHOTONS] ...
  science    the full circle with DIALS, from made-up structure factors to merged ones, in docs/SCIENCE.md
             [--quick] [--only SERIES ...] [--work DIR] [--again] [--refine] [--write] [--required]
  slopes     derivatives of the definition against differences of it, for random experiments
             [--experiments N] [--seed N]
  tidy       check sizes and names of source files, circles among modules, which crate knows which, spelling

--check writes nothing and fails when a file is not what the task would write";

fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let check = arguments.iter().any(|argument| argument == "--check");
    let rest = arguments.get(1..).unwrap_or_default();
    match arguments.first().map(String::as_str) {
        Some("bundle") => return parity::bundle(rest),
        Some("parity") => return Ok(parity::run(rest)),
        Some("science") => return science::run(rest),
        Some("bench") => bench::run(rest)?,
        Some("instructions") => instructions::run(rest)?,
        Some("cli-docs") => cli_docs::run(check)?,
        Some("dist") => dist::run(rest)?,
        Some("fire") => fire::run(rest)?,
        Some("fuzz") => fuzz::run(rest)?,
        Some("guard") => guard::run(check)?,
        Some("fixtures") => fixtures::run(check)?,
        Some("probe-cost") => probe_cost::run()?,
        Some("reference") => reference::run(rest)?,
        Some("refine-bench") => refine_bench::run(rest)?,
        Some("slopes") => slopes::run(rest)?,
        Some("tidy") => tidy::run()?,
        _ => anyhow::bail!("{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// The workspace's root.
fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Writes `text` to `path`, or fails when it is not there already.
fn settle(path: &std::path::Path, text: &str, check: bool) -> anyhow::Result<()> {
    if check {
        let found = std::fs::read_to_string(path).unwrap_or_default();
        anyhow::ensure!(found == text, "{} is not current: run the task without --check", path.display());
        println!("{} is current", path.display());
    } else {
        std::fs::write(path, text)?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
