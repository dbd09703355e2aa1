//! One job of the nanobragg simulator, from an experiment to written files.
//!
//! A [`Job`] is an experiment, the files to make of it (an [`Output`] each) and what renders ([`Compute`]). [`run`] plans,
//! renders and writes; an [`Observer`] is told of every step and may stop it. Nothing is printed.
//!
//! ```no_run
//! use nanobragg::model::{Experiment, UnitCell};
//! use nanobragg_session::{Compute, Content, Event, Flow, Format, Job, Observer, Output, run};
//!
//! struct Files;
//!
//! impl Observer for Files {
//!     fn on(&self, event: Event<'_>) -> Flow {
//!         if let Event::Wrote { path, content } = event {
//!             println!("{}: {content}", path.display());
//!         }
//!         Flow::Continue
//!     }
//! }
//!
//! let job = Job {
//!     experiment: Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0),
//!     panels: Vec::new(),
//!     outputs: vec![Output { path: "photons.npy".into(), format: Format::Npy, content: Content::Photons }],
//!     compute: Compute::default(),
//!     provenance: None,
//! };
//! run(job, &Files)?;
//! # Ok::<(), nanobragg_session::Error>(())
//! ```

pub mod backend;
mod device;
mod empty;
mod error;
mod estimate;
pub mod header;
mod job;
mod lost;
mod memory;
mod observer;
mod output;
mod panel;
mod photons;
mod picture;
mod place;
mod provenance;
mod seeds;
mod session;
mod spots;

pub use device::{Device, GpuChoice};
pub use empty::Emptiness;
pub use error::{Error, ErrorKind};
pub use estimate::estimate;
pub use header::PROGRAM;
pub use job::{Compute, ImageModel, Job};
pub use lost::Lost;
pub use memory::{bytes_to_write, check_memory, check_memory_of};
pub use observer::{Event, Flow, Note, Observer, Rendered, Warning, Watch};
pub use output::{Brightness, Content, Format, Levels, Output, PathPattern, Writer};
pub use panel::Panel;
pub use photons::{check_photons, check_pixels};
pub use picture::{Picture, Rings};
pub use place::{check_first, check_place};
pub use provenance::Provenance;
pub use seeds::seeds_of_image;
pub use session::{Session, describe, run};
pub use spots::narrow_spots;

/// The code of the page on embedding runs as it stands there.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/EMBEDDING.md")]
struct Embedding;
