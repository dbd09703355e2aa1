//! How the C program completes a unit cell of which only a part is given.

use nanobragg::model::UnitCell;

/// The cell: an edge b or c that is not positive is as long as a, an angle that is not is a right one.
pub(crate) fn cell(given: UnitCell) -> UnitCell {
    let edge = |x: f64| if x > 0.0 { x } else { given.a };
    let angle = |x: f64| if x > 0.0 { x } else { std::f64::consts::FRAC_PI_2 };
    UnitCell {
        a: given.a,
        b: edge(given.b),
        c: edge(given.c),
        alpha: angle(given.alpha),
        beta: angle(given.beta),
        gamma: angle(given.gamma),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_makes_a_cube() {
        let cube = UnitCell::new(10.0, 10.0, 10.0, 90.0, 90.0, 90.0);
        let found = cell(UnitCell::new(10.0, 0.0, 0.0, 0.0, 0.0, 0.0));
        assert_eq!((found.a, found.b, found.c), (cube.a, cube.b, cube.c));
        assert!((found.alpha - cube.alpha).abs() < 1e-15);
        let whole = UnitCell::new(10.0, 20.0, 30.0, 80.0, 85.0, 95.0);
        assert_eq!(cell(whole), whole);
    }
}
