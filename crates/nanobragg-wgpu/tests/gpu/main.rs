//! The renderer on whatever adapter the machine has, software ones included, against the definition.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod device;
mod first;
mod trace;
