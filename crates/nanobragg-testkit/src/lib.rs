//! Cases, image comparison, tolerances and hostile input for the tests of the workspace.
//!
//! A case is a folder under `fixtures/cases`: `args.txt` (flags, one token a line), the inputs that they name,
//! and what the reference program wrote. Tests run over the folder, so that a new case is a new folder and
//! nothing else.

mod backends;
mod case;
mod draw;
pub mod fuzz;
pub mod memory;
mod perturbation;
pub mod slopes;
mod small_disk;
pub mod stills;
pub mod tolerance;

pub use backends::{Obeyed, obeys};
pub use case::{Case, TestError, case, cases, fixtures, upstream};
pub use draw::{gapped_table, random_flags};
pub use nanobragg_compare::{Comparison, Difference, compare};
pub use perturbation::{SplitMix, perturbed};
pub use small_disk::SmallDisk;
