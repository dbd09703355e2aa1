//! Which samples a plan has: pixels, sources, sensor layers, sub-pixels, mosaic domains. They are chosen once, in `f64`
//! and integers; where they lie is for [`place`](super::place) to say, in any number type.

pub(super) mod layers;
pub(super) mod mosaic;
pub(super) mod oversample;
pub(super) mod region;
pub(super) mod sources;
