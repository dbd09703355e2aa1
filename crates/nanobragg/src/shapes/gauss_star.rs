//! Gaussian spots that are round in reciprocal space.

use super::gauss::Gauss;
use super::{Definition, Metric, OnStar, Visit};

pub(crate) struct GaussStar;

impl OnStar for GaussStar {
    type Profile = Gauss;
    const METRIC: Metric = Metric::Sphere;
    // exp(-π/2 d)² has the integral of the crystal's own transform: the number of cells over a reciprocal cell.
    const RADIUS_SQR: f64 = std::f64::consts::FRAC_2_PI;
}

impl Definition for GaussStar {
    const TITLE: &'static str = "gaussian spots, round in reciprocal space";

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
        for (cells, expected) in [(1.0, 0.487726), (2.0, 0.956822), (3.0, 0.998912), (5.0, 1.0)] {
            let found = integral(Shape::GaussStar, &BRICK, [cells; 3], 40);
            assert!((found - expected).abs() < 1e-3, "{cells}: {found} {expected}");
        }
        assert!((integral(Shape::GaussStar, &SKEW, [4.0, 5.0, 6.0], 40) - 1.0).abs() < 1e-5);
    }
}
