//! X-ray diffraction images from nanocrystals: faithful to the reference program nanoBragg, fast, and
//! explainable pixel by pixel.
//!
//! An [`Experiment`](model::Experiment) says what is simulated, in SI units but for the unit cell. Its
//! [`plan`](model::Experiment::plan) holds every sample (sources, phi steps, mosaic domains, sub-pixels,
//! layers), and a [`Backend`](backend::Backend) renders the plan:
//!
//! ```
//! use std::num::NonZeroU32;
//!
//! use nanobragg::model::{Beam, Experiment, PixelGrid, UnitCell};
//! use nanobragg::backend::{Backend, Control, Cpu};
//! use nanobragg::statistics::Statistics;
//!
//! let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0)?, 100.0);
//! experiment.crystal = experiment.crystal.with_cells(5, 5, 5)?;
//! experiment.beam = Beam::new(1.5e-10)?;
//! experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
//! experiment.rendering.oversample = NonZeroU32::new(1);
//!
//! let plan = experiment.plan()?;
//! let image = Cpu::default().render(&plan, &Control::default())?;
//! let statistics = Statistics::of(&plan, &image);
//! println!("max_I = {}", statistics.max);
//! # assert!(statistics.max > 0.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate reads and writes no files and prints nothing. The physics is one set of pure functions,
//! [`physics`], generic over the number type; [`nest::pixel`](fn@nest::pixel) composes them and shows
//! every intermediate to a [`Sink`](nest::Sink). Known defects of the reference program have names,
//! [`model::Quirk`], and presets, [`model::Preset`].

pub mod backend;
mod check;
mod codes;
mod error;
mod format;
pub mod formula;
pub mod gradient;
pub mod image;
mod level;
pub mod model;
pub mod nest;
pub mod physics;
pub mod plan;
mod precision;
pub mod readout;
pub mod real;
pub mod sensitivity;
pub mod shapes;
pub mod statistics;
pub mod trace;
pub mod units;

pub use error::{Error, ErrorKind};
pub use nalgebra;
