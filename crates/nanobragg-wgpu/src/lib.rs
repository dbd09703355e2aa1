//! Diffraction images on graphics processors, by way of Vulkan, Metal or DirectX 12.
//!
//! The physics is that of [`nanobragg::physics`], written once more in WGSL under the same file names, and checked
//! against it: in double precision every pixel agrees with the definition to 1e-10 of itself, in single
//! precision, which every adapter has, to 1e-4 of the brightest pixel. `docs/GPU.md` says how, and why single
//! precision is enough.
//!
//! ```no_run
//! use nanobragg::backend::Control;
//! use nanobragg::model::{Experiment, UnitCell};
//! use nanobragg_wgpu::{Gpu, Precision, Renderer, Selection};
//!
//! let plan = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0).plan()?;
//! let gpu = Gpu::open(&Selection::Any)?;
//! let mut renderer = Renderer::new(gpu, Precision::Single)?;
//! let image = renderer.render(&plan, &Control::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod adapter;
mod backend;
mod cache;
mod crowded;
mod encode;
mod error;
mod flights;
mod gpu;
mod holdings;
mod layout;
mod limits;
mod open;
mod permutation;
mod pipeline;
mod polynomial;
mod read_back;
mod renderer;
mod resident;
mod schedule;
mod selftest;
mod slopes;
mod staging;
mod taps;
mod timing;

pub use nanobragg::backend::Precision;

pub use adapter::{AdapterInfo, Kind, Selection, adapters};
pub use backend::GpuBackend;
pub use cache::cache_folder;
pub use error::{Error, ErrorKind};
pub use gpu::Gpu;
pub use limits::{Limits, UpperLimits};
pub use open::{LimitsError, Opened, Request, open};
pub use read_back::Pending;
pub use renderer::Renderer;
pub use resident::Uploads;
pub use selftest::{SelfTest, selftest, selftest_cached};
pub use taps::Taps;
pub use timing::Timings;

/// Name of the backend as users write it.
pub const NAME: &str = "gpu";
