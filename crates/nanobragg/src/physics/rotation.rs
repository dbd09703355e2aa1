//! Rotations of vectors, in the operation order of the reference program.

use nalgebra::{Matrix3, Vector3};

use crate::real::{Real, is_plain_zero, real};

/// `v` rotated about the laboratory's x, then y, then z axis by `angles` radians.
///
/// Reference program: `rotate`.
pub fn about_xyz<T: Real>(v: &Vector3<T>, angles: [T; 3]) -> Vector3<T> {
    let [x, y, z] = angles;
    let mut v = *v;
    if !is_plain_zero(x) {
        let (sin, cos) = (x.sin(), x.cos());
        v = Vector3::new(v.x, v.y * cos + v.z * -sin, v.y * sin + v.z * cos);
    }
    if !is_plain_zero(y) {
        let (sin, cos) = (y.sin(), y.cos());
        v = Vector3::new(v.x * cos + v.z * sin, v.y, v.x * -sin + v.z * cos);
    }
    if !is_plain_zero(z) {
        let (sin, cos) = (z.sin(), z.cos());
        v = Vector3::new(v.x * cos + v.y * -sin, v.x * sin + v.y * cos, v.z);
    }
    v
}

/// The matrix of [`about_xyz`].
pub fn matrix_of(angles: [f64; 3]) -> Matrix3<f64> {
    let axes = [Vector3::x(), Vector3::y(), Vector3::z()];
    Matrix3::from_columns(&axes.map(|axis| about_xyz(&axis, angles)))
}

/// `v` rotated about the unit vector `axis` by `phi` radians, right-handed (Rodrigues).
///
/// Reference program: `rotate_axis`.
pub fn about_axis<T: Real>(v: &Vector3<T>, axis: &Vector3<T>, phi: T) -> Vector3<T> {
    about_axis_by(v, axis, (phi.sin(), phi.cos()))
}

/// [`about_axis`] by the angle of this sine and cosine.
#[inline(always)]
pub fn about_axis_by<T: Real>(v: &Vector3<T>, axis: &Vector3<T>, (sin, cos): (T, T)) -> Vector3<T> {
    let along = dot(axis, v) * (real::<T>(1.0) - cos);
    Vector3::new(
        axis.x * along + v.x * cos + (-axis.z * v.y + axis.y * v.z) * sin,
        axis.y * along + v.y * cos + (axis.z * v.x - axis.x * v.z) * sin,
        axis.z * along + v.z * cos + (-axis.y * v.x + axis.x * v.y) * sin,
    )
}

/// `v` rotated by the orthogonal matrix `u`.
///
/// Reference program: `rotate_umat`.
#[inline(always)]
pub fn by_matrix<T: Real>(v: &Vector3<T>, u: &Matrix3<T>) -> Vector3<T> {
    Vector3::new(
        u.m11 * v.x + u.m12 * v.y + u.m13 * v.z,
        u.m21 * v.x + u.m22 * v.y + u.m23 * v.z,
        u.m31 * v.x + u.m32 * v.y + u.m33 * v.z,
    )
}

/// Scalar product, summed x, y, z.
#[inline(always)]
pub fn dot<T: Real>(a: &Vector3<T>, b: &Vector3<T>) -> T {
    a.x * b.x + a.y * b.y + a.z * b.z
}

/// Length of `v`.
#[inline(always)]
pub fn magnitude<T: Real>(v: &Vector3<T>) -> T {
    dot(v, v).sqrt()
}

/// The unit vector along `v` and its length; a zero vector stays zero.
#[inline(always)]
pub fn unitize<T: Real>(v: &Vector3<T>) -> (Vector3<T>, T) {
    let length = magnitude(v);
    if length.is_zero() {
        (Vector3::zeros(), length)
    } else {
        (Vector3::new(v.x / length, v.y / length, v.z / length), length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn component() -> impl Strategy<Value = f64> {
        -1e3..1e3f64
    }

    proptest! {
        #[test]
        fn rotations_preserve_lengths(x in component(), y in component(), z in component(),
                                      ax in component(), ay in component(), az in component(), phi in -10.0..10.0f64) {
            prop_assume!(ax.abs() + ay.abs() + az.abs() > 1e-3);
            let v = Vector3::new(x, y, z);
            let (axis, _) = unitize(&Vector3::new(ax, ay, az));
            let length = magnitude(&v);
            let tolerance = 1e-13 * length;
            prop_assert!((magnitude(&about_axis(&v, &axis, phi)) - length).abs() <= tolerance);
            prop_assert!((magnitude(&about_xyz(&v, [phi, ax, -phi])) - length).abs() <= tolerance);
        }

        #[test]
        fn a_rotation_and_its_inverse_cancel(x in component(), y in component(), z in component(), phi in -10.0..10.0f64) {
            let v = Vector3::new(x, y, z);
            let (axis, _) = unitize(&Vector3::new(1.0, -2.0, 0.5));
            let back = about_axis(&about_axis(&v, &axis, phi), &axis, -phi);
            prop_assert!(magnitude(&(back - v)) <= 1e-12 * (1.0 + magnitude(&v)));
        }
    }

    #[test]
    fn the_sense_is_right_handed() {
        let quarter = std::f64::consts::FRAC_PI_2;
        let close = |a: Vector3<f64>, b: Vector3<f64>| magnitude(&(a - b)) < 1e-15;
        assert!(close(about_axis(&Vector3::x(), &Vector3::z(), quarter), Vector3::y()));
        assert!(close(about_xyz(&Vector3::y(), [quarter, 0.0, 0.0]), Vector3::z()));
        assert!(close(about_xyz(&Vector3::z(), [0.0, quarter, 0.0]), Vector3::x()));
        assert!(close(about_xyz(&Vector3::x(), [0.0, 0.0, quarter]), Vector3::y()));
        // Right-handed about z as a matrix.
        let u = Matrix3::new(0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0);
        assert!(close(by_matrix(&Vector3::x(), &u), Vector3::y()));
    }
}
