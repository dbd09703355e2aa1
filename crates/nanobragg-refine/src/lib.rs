//! Refinement: from a measured image to its crystal.
//!
//! The model of a pixel is `m = s_b Bragg + plane_b`: the image of a plan whose parameters are free, in shoeboxes around strong spots, each
//! with a scale and a plane of background of its own. A [`Target`] is minimized by Levenberg and Marquardt's method on its Fisher matrix,
//! in which the numbers of boxes are eliminated; spots that are widened at first, and narrowed step by step, let a crystal be found
//! that is off by more than a spot is wide. Each [`Freedom`] has a value and standard deviations in the [`Outcome`].
//!
//! The same input gives the same result, bit for bit, with any number of threads. The crate reads and writes no files and prints nothing.

mod amplitudes;
mod boxes;
mod chance;
mod damping;
mod error;
mod evaluation;
mod freedom;
mod joint;
mod known;
mod median;
mod minimize;
mod orientation;
mod outcome;
mod panels;
mod photons;
mod predicted;
mod refinement;
mod sampling;
mod saturated;
mod seen;
mod shared;
mod solve;
mod spots;
mod stages;
mod step;
mod summary;
mod target;
mod warning;

pub use amplitudes::{AmplitudeOutcome, FoundAmplitude, refine_amplitudes};
pub use boxes::{BoxFit, Boxes};
pub use error::{Error, ErrorKind};
pub use freedom::Freedom;
pub use joint::{JointOutcome, refine_together};
pub use outcome::{Fitted, Found, Outcome, Verdict};
pub use photons::{Counting, Photons};
pub use predicted::Predicted;
pub use refinement::Refinement;
pub use spots::{Reflections, Spot, find};
pub use step::Step;
pub use target::{Score, Target};
pub use warning::Warning;
