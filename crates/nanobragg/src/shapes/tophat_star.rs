//! Top-hat spots that are round in reciprocal space.

use super::tophat::Tophat;
use super::{Definition, Metric, OnStar, Visit};

pub(crate) struct TophatStar;

impl OnStar for TophatStar {
    type Profile = Tophat;
    const METRIC: Metric = Metric::Sphere;
    // (3 / 4π)^(2/3): a ball of volume 1, whose integral over a reciprocal cell is the number of cells.
    const RADIUS_SQR: f64 = 0.3848347315591266;
}

impl Definition for TophatStar {
    const TITLE: &'static str = "top-hat spots, round in reciprocal space";

    #[inline(always)]
    fn visit<V: Visit>(visitor: V) -> V::Output {
        visitor.star::<Self>()
    }
}

#[cfg(test)]
mod tests {
    use crate::shapes::Shape;
    use crate::shapes::coordinate::tests::{BRICK, SKEW, integral};

    #[test]
    fn a_reciprocal_cell_holds_as_much_as_there_are_cells() {
        for (cells, expected) in [(1.0, 0.823), (2.0, 1.0), (3.0, 1.0)] {
            let found = integral(Shape::TophatStar, &BRICK, [cells; 3], 80);
            assert!((found - expected).abs() < 1e-2, "{cells}: {found} {expected}");
        }
        assert!((integral(Shape::TophatStar, &SKEW, [2.0, 2.0, 3.0], 80) - 1.0).abs() < 1e-2);
    }

    #[test]
    fn the_radius_is_that_of_a_ball_of_volume_one() {
        let radius = Shape::TophatStar.coordinate();
        let crate::shapes::Coordinate::Star { radius_sqr, .. } = radius else { panic!("{radius:?}") };
        let volume = 4.0 / 3.0 * std::f64::consts::PI * radius_sqr.powf(1.5);
        assert!((volume - 1.0).abs() < 1e-15, "{volume}");
    }
}
