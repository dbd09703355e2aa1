//! How an experiment of the nanobragg simulator is described.
//!
//! [`classic`] is the table of flags: one row a flag, from which parser, help, completions and documentation
//! are made. [`experiment_file`] has the same flags as keys of a TOML file. [`resolve`] turns parsed flags, image
//! headers and input files into a [`Setup`]: the experiment and what is to be done with it, each quantity with its
//! [`Origin`]. Precedence is decided there and nowhere else: defaults, then the description of an instrument, then
//! the mask's header, then the image's header, then flags in their order.
//!
//! ```
//! use nanobragg::model::Size;
//! use nanobragg_config::{Context, classic, resolve};
//!
//! let flags = "-cell 70 80 90 75 85 95 -default_F 100 -N 5 -nonoise".split(' ').map(Into::into);
//! let setup = resolve(&classic::parse(flags)?, &Context::default())?;
//! assert_eq!(setup.experiment.crystal.size(), [Size::Cells(5.0); 3]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod automatic;
mod chosen;
pub mod classic;
mod context;
mod draft;
mod error;
pub mod experiment_file;
mod flag_error;
mod flag_id;
mod named;
mod near;
mod origin;
mod outputs;
pub mod presets;
pub mod remedy;
mod resolve;
mod setup;
pub mod show;
mod strict;
mod warning;

pub use chosen::chosen;
pub use context::{Context, Orientations, Purpose};
pub(crate) use error::ConfigError;
pub use error::{Error, ErrorKind};
pub use near::{hint, nearest_word};
pub use origin::{Origin, Origins};
pub use outputs::{Counting, DumpAction, Outputs};
pub use resolve::{confined, provenance, resolve};
pub use setup::Setup;
pub use warning::{
    AxesRemedy, CombinationWarning, CrystalWarning, DetectorWarning, FlagWarning, InstrumentWarning, Said,
    Subject, Unlikely, Warning,
};

/// The code of the page on warnings runs as it stands there.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/WARNINGS.md")]
struct Warnings;
