//! How the C program completes a unit cell of which only a part is given.

/// Edges in Ångström and angles in radians: an edge b or c that is not positive is as long as a, an angle that is not
/// is a right one.
pub(crate) fn cell([a, b, c, alpha, beta, gamma]: [f64; 6]) -> [f64; 6] {
    let edge = |x: f64| if x > 0.0 { x } else { a };
    let angle = |x: f64| if x > 0.0 { x } else { std::f64::consts::FRAC_PI_2 };
    [a, edge(b), edge(c), angle(alpha), angle(beta), angle(gamma)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_makes_a_cube() {
        let right = std::f64::consts::FRAC_PI_2;
        assert_eq!(cell([10.0, 0.0, 0.0, 0.0, 0.0, 0.0]), [10.0, 10.0, 10.0, right, right, right]);
        let whole = [10.0, 20.0, 30.0, 1.4, 1.5, 1.6];
        assert_eq!(cell(whole), whole);
    }
}
