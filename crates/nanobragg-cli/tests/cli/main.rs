//! The command line from outside: the program is run in scratch folders, and what it says, writes and returns
//! is looked at.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(clippy::print_stdout, reason = "a test that cannot run says why")]

mod breaks;
mod breaks_image;
#[cfg(unix)]
mod closed_streams;
mod compare;
mod descriptions;
mod disk_full;
mod dump;
mod experiment_files;
mod faults;
mod first_hour;
mod flag_errors;
mod formats;
mod formats_page;
mod garbage;
#[cfg(feature = "gpu")]
mod gpu;
mod gradient;
mod half_said;
mod headers;
mod information;
mod input_errors;
mod input_files;
mod instruments;
mod interruption;
#[cfg(unix)]
mod links;
#[cfg(feature = "gpu")]
mod lost_device;
#[cfg(target_os = "linux")]
mod memory;
mod messages;
mod mistakes;
mod other_outputs;
mod outputs;
mod parity_page;
mod pipes;
mod preset;
mod printout;
mod provenance;
mod random_lines;
mod reference;
mod reference_setup;
mod refine;
mod refine_amplitudes;
mod refine_inputs;
mod refine_lists;
mod refine_panels;
mod refine_reflections;
mod refine_spindle;
mod same_bytes;
mod scratch;
mod structure_factors;
mod supervisor;
mod sweep;
#[cfg(target_os = "linux")]
mod system_calls;
mod tutorials;
#[cfg(unix)]
mod two_writers;
mod write_errors;
