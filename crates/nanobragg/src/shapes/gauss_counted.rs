//! Gaussian spots as the C program has them (quirk `gauss_units`): round in reciprocal space, their radius in 1/Å the inverse
//! of a number of cells.

use super::gauss::Gauss;
use super::{Definition, Metric, OnStar, Visit};

pub(crate) struct GaussCounted;

impl OnStar for GaussCounted {
    type Profile = Gauss;
    const METRIC: Metric = Metric::CountedStar;
    const RADIUS_SQR: f64 = 0.63;
}

impl Definition for GaussCounted {
    const TITLE: &'static str = Gauss::TITLE;

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.star::<Self>()
    }
}
