//! Rotations as angles about x, then y, then z, and as vectors.

use nanobragg::model::angles_of;
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::rotation::{about_axis, matrix_of};

/// `angles`, turned further by a rotation vector.
pub(crate) fn turned(angles_before: [f64; 3], by: [f64; 3]) -> [f64; 3] {
    let by = Vector3::from(by);
    let angle = by.norm();
    if angle == 0.0 {
        return angles_before;
    }
    let (axis, before) = (by / angle, matrix_of(angles_before));
    let columns = [0, 1, 2].map(|column| about_axis(&before.column(column).into(), &axis, angle));
    angles_of(&Matrix3::from_columns(&columns))
}

/// The rotation vector from one set of angles to another.
pub(crate) fn between(from: [f64; 3], to: [f64; 3]) -> [f64; 3] {
    let turn = matrix_of(to) * matrix_of(from).transpose();
    let sine =
        Vector3::new(turn[(2, 1)] - turn[(1, 2)], turn[(0, 2)] - turn[(2, 0)], turn[(1, 0)] - turn[(0, 1)])
            * 0.5;
    let (size, cosine) = (sine.norm(), (turn.trace() - 1.0) * 0.5);
    let factor = if size > 0.0 { size.atan2(cosine) / size } else { 1.0 };
    (sine * factor).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_vectors_and_matrices_say_the_same() {
        let right = std::f64::consts::FRAC_PI_2;
        for start in [[0.1, -0.7, 2.5], [-3.0, 1.2, 0.0], [0.4, right, 0.3], [0.4, -right, 0.3]] {
            let again = angles_of(&matrix_of(start));
            assert!((matrix_of(again) - matrix_of(start)).norm() < 1e-9, "{start:?}");
            let by = [0.02, -0.3, 0.11];
            let found = between(start, turned(start, by));
            assert!(found.iter().zip(by).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        }
    }
}
