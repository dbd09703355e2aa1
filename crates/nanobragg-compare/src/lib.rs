//! How far two diffraction images are apart.
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`tolerance`] | how far pixels may differ |
//! | [`comparison`] | pixel by pixel: errors, quantiles, sums, correlation, the worst pixels |
//! | [`peaks`] | spot by spot: local maxima, assigned one to one |
//! | [`report`] | both, for people and as JSON |
//! | [`image`] | images of the formats that are read |
//! | [`picture`] | two images and their signed difference as PNG |
//!
//! Only tolerances decide whether images agree: a correlation or a mean hides a single wrong pixel, and is given
//! for reading.
//!
//! ```
//! use nanobragg_compare::{Tolerance, compare};
//!
//! let expected = [0.0f32, 1.0, 1000.0, 2.0];
//! let found = [0.0f32, 1.0, 1000.1, 2.0];
//! let comparison = compare(&found, &expected, 2, Tolerance { relative: 1e-6, of_max: 1e-7 });
//! assert!(!comparison.passes());
//! assert_eq!((comparison.worst[0].slow, comparison.worst[0].fast), (1, 0));
//! ```

pub mod comparison;
pub mod error;
pub mod image;
pub mod peaks;
pub mod picture;
pub mod report;
pub mod tolerance;

pub use comparison::{Comparison, Difference, QUANTILES, compare};
pub use error::{Error, ErrorKind};
pub use image::{Format, Image};
pub use report::{Report, ReportOptions};
pub use tolerance::Tolerance;
