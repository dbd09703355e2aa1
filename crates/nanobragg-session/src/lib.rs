//! One job of the nanobragg simulator, from an experiment to written files.
//!
//! [`Outputs`] says what is written, [`Device`] what renders. [`header`] has what the headers of all formats say
//! about a plan.

mod device;
pub mod header;
mod outputs;
mod panel;

pub use device::{Device, GpuChoice};
pub use outputs::{Counting, DumpAction, Outputs, Picture, Rings};
pub use panel::Panel;
