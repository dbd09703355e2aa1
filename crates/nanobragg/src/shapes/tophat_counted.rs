//! Top-hat spots as the C program has them (quirk `gauss_units`): round in reciprocal space, their radius in 1/Å the inverse
//! of a number of cells.

use super::tophat::Tophat;
use super::{Definition, Metric, OnStar, Visit};

pub(crate) struct TophatCounted;

impl OnStar for TophatCounted {
    type Profile = Tophat;
    const METRIC: Metric = Metric::CountedStar;
    const RADIUS_SQR: f64 = 0.3969;
}

impl Definition for TophatCounted {
    const TITLE: &'static str = Tophat::TITLE;

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.star::<Self>()
    }
}
