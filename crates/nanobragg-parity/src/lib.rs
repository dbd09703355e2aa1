//! Evidence: folders that prove, or disprove, that two programs agree, and that anyone can check.
//!
//! [`make`] runs our programs and, where one is given, the C program on a [`Subject`], compares
//! images, printed figures and traces, and files all of it as a bundle: inputs, results, commands, checksums, and a
//! report. [`problems`] checks a bundle and repeats it. [`table`] is every recorded case on every backend.
//! `docs/PARITY.md` describes bundles from outside.
//!
//! The library prints nothing: what is found on the way is handed to the caller, a line each.

mod against;
mod bundle;
pub mod checksum;
mod conclusion;
mod device;
mod environment;
mod error;
mod folder;
mod home;
pub mod machine;
mod measure;
mod metrics;
mod options;
mod printed;
mod program;
mod report;
mod schema;
mod subject;
pub mod table;
#[cfg(all(test, unix))]
mod tests;
mod text;
mod tolerance;
mod verify;

pub use against::read as read_metrics;
pub use bundle::make;
pub use device::DEVICES;
pub use error::{Error, ErrorKind, Result};
pub use folder::Folder;
pub use metrics::Verdict;
pub use options::{Options, Selection};
pub use program::Programs;
pub use subject::Subject;
pub use verify::problems;
