//! Gaussian spots.

use super::{Definition, Metric, OnStar, Profile, StarFormulas, Visit};
use crate::formula::formula;

pub(crate) struct Gauss;

formula! {
    impl StarFormulas for Gauss {
        /// F_latt over the number of cells.
        fn profile(at: Star) -> real {
            return exp_neg(at);
        }

        /// Its square.
        fn square(at: Star) -> real {
            return exp_neg_sqr(at);
        }
    }
}

impl Profile for Gauss {
    const SMOOTH: bool = true;
    // Where an exponential of twice the distance underflows.
    const REACH: f64 = 353.5;
}

impl OnStar for Gauss {
    type Profile = Self;
    const METRIC: Metric = Metric::Cells;
    // exp(-π/2 u²)² has the integral of the crystal's own transform: the number of cells over a reciprocal cell.
    const RADIUS_SQR: f64 = std::f64::consts::FRAC_2_PI;
}

impl Definition for Gauss {
    const TITLE: &'static str = "gaussian spots";

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.star::<Self>()
    }
}
