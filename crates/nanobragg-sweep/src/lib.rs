//! Series of images of the nanobragg simulator: what they differ in, their files, and a manifest that an
//! interrupted series goes on from.
//!
//! A [`SweepJob`] says what is wanted. [`SweepJob::prepare`] checks all of it, and [`Sweep::run`] renders and writes: while
//! images are rendered, those before them get their noise and are encoded, and those before these are written, on threads of
//! their own with short queues in between, so that memory does not grow with the number of images. Image *i* is the same whatever was rendered before it.
//! Nothing is printed: a [`SweepObserver`] is told of every step.

mod check;
mod earlier;
mod error;
mod fingerprint;
mod job;
mod lines;
mod lost;
mod manifest;
mod name;
mod observer;
mod parts;
mod seal;
mod series;
mod stages;
mod sweeper;
mod target;
mod threads;

pub use error::{Error, ErrorKind};
pub use fingerprint::{check_regular, digest};
pub use job::{Begun, Open, Start, Sweep, SweepJob};
pub use observer::{SweepEvent, SweepObserver};
pub use series::Series;
