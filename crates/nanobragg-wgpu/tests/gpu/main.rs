//! The renderer on whatever adapter the machine has, software ones included, against the definition.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "clippy.toml allows it in test functions, not in what they call"
)]

mod amplitudes;
mod cases;
mod comparison;
mod contract;
mod device;
mod draws;
mod faults;
mod precision;
mod scale;
mod sequence;
mod slopes;
mod tiling;
mod trace;

#[path = "../../../nanobragg-trace/tests/supervisor/mod.rs"]
mod supervisor;
