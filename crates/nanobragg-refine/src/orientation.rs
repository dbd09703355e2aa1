//! Rotations as angles about x, then y, then z, and as vectors.

use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::physics::rotation::{about_axis, about_xyz};

/// The matrix of a rotation about x, then y, then z.
pub(crate) fn matrix(angles: [f64; 3]) -> Matrix3<f64> {
    let columns = [Vector3::x(), Vector3::y(), Vector3::z()];
    Matrix3::from_columns(&columns.map(|axis| about_xyz(&axis, angles)))
}

/// The angles of a rotation about x, then y, then z.
pub(crate) fn angles(rotation: &Matrix3<f64>) -> [f64; 3] {
    let level = rotation[(2, 1)].hypot(rotation[(2, 2)]);
    let y = (-rotation[(2, 0)]).atan2(level);
    if level < 1e-12 {
        // x and z turn about the same axis: z is taken as none.
        let x = (-rotation[(1, 2)]).atan2(rotation[(1, 1)]);
        return [x, y, 0.0];
    }
    [rotation[(2, 1)].atan2(rotation[(2, 2)]), y, rotation[(1, 0)].atan2(rotation[(0, 0)])]
}

/// `angles`, turned further by a rotation vector.
pub(crate) fn turned(angles_before: [f64; 3], by: [f64; 3]) -> [f64; 3] {
    let by = Vector3::from(by);
    let angle = by.norm();
    if angle == 0.0 {
        return angles_before;
    }
    let (axis, before) = (by / angle, matrix(angles_before));
    let columns = [0, 1, 2].map(|column| about_axis(&before.column(column).into(), &axis, angle));
    angles(&Matrix3::from_columns(&columns))
}

/// The rotation vector from one set of angles to another.
pub(crate) fn between(from: [f64; 3], to: [f64; 3]) -> [f64; 3] {
    let turn = matrix(to) * matrix(from).transpose();
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
            let again = angles(&matrix(start));
            assert!((matrix(again) - matrix(start)).norm() < 1e-9, "{start:?}");
            let by = [0.02, -0.3, 0.11];
            let found = between(start, turned(start, by));
            assert!(found.iter().zip(by).all(|(a, b)| (a - b).abs() < 1e-9), "{found:?}");
        }
    }
}
