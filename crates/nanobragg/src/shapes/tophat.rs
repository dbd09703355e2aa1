//! Top-hat spots: constant intensity inside a radius, nothing outside.

use super::{Definition, Metric, OnStar, Profile, StarFormulas, Visit};
use crate::formula::formula;

pub(crate) struct Tophat;

formula! {
    impl StarFormulas for Tophat {
        /// F_latt over the number of cells.
        fn profile(at: Star) -> real {
            return below(at);
        }

        /// Its square.
        fn square(at: Star) -> real {
            return below(at);
        }
    }
}

impl Profile for Tophat {
    const SMOOTH: bool = false;
    const REACH: f64 = 1.0;
}

impl OnStar for Tophat {
    type Profile = Self;
    const METRIC: Metric = Metric::Cells;
    // (3 / 4π)^(2/3): a ball of volume 1, whose integral over a reciprocal cell is the number of cells.
    const RADIUS_SQR: f64 = 0.3848347315591266;
}

impl Definition for Tophat {
    const TITLE: &'static str = "top-hat spots";

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.star::<Self>()
    }
}
