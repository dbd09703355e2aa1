//! Series of images of the nanobragg simulator: what they differ in, their files, and a manifest that an
//! interrupted series goes on from.
//!
//! A [`SweepJob`] says what is wanted. [`SweepJob::prepare`] checks all of it, and [`Sweep::run`] renders and writes: while
//! one image is rendered, those before it are written. Image *i* is the same whatever was rendered before it.
//! Nothing is printed: a [`SweepObserver`] is told of every step.

mod check;
mod error;
mod fingerprint;
mod job;
mod lock;
mod lost;
mod manifest;
mod name;
mod observer;
mod parts;
mod series;
mod sweeper;
mod target;

pub use error::{Error, ErrorKind};
pub use fingerprint::check_regular;
pub use job::{Start, Sweep, SweepJob};
pub use observer::{SweepEvent, SweepObserver};
pub use series::Series;
