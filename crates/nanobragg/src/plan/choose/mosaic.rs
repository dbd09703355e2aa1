//! Orientations drawn at random: mosaic domains, how many there are, and the crystal's own.

use std::f64::consts::PI;

use nalgebra::{Matrix3, Vector3};

use crate::model::Mosaicity;
use crate::plan::Ran1;

/// Mosaic sampling with nothing left open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mosaic {
    /// Spread in radians.
    pub spread: f64,
    /// Number of domains, at least one.
    pub domains: usize,
}

impl Mosaic {
    /// The sampling that is asked for; one domain where their number is to be chosen.
    pub(in crate::plan) fn of(mosaicity: Mosaicity) -> Mosaic {
        match mosaicity {
            Mosaicity::None => Mosaic { spread: 0.0, domains: 1 },
            Mosaicity::Domains { spread, count } => Mosaic { spread, domains: count },
            Mosaicity::Enough { spread, .. } => Mosaic { spread, domains: 1 },
        }
    }
}

/// A rotation drawn from a spherical cap of `cap` radians about the identity.
///
/// Reference program: `mosaic_rotation_umat`, in its mixture of precisions.
pub(in crate::plan) fn cap_rotation(cap: f32, generator: &mut Ran1) -> Matrix3<f64> {
    drawn(cap, generator).rotation
}

/// A rotation from a cap, and its rotation vector for a cap of 1 radian.
#[derive(Clone, Copy)]
pub(in crate::plan) struct Domain {
    pub rotation: Matrix3<f64>,
    pub draw: Vector3<f64>,
}

impl Domain {
    const ALIGNED: Domain = Domain {
        rotation: Matrix3::new(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0),
        draw: Vector3::new(0.0, 0.0, 0.0),
    };

    fn inverse(&self) -> Domain {
        Domain { rotation: self.rotation.transpose(), draw: -self.draw }
    }
}

fn drawn(cap: f32, generator: &mut Ran1) -> Domain {
    let mut deviate = || 2.0 * f64::from(generator.uniform()) - 1.0;
    let (r1, r2, r3) = (deviate(), deviate(), deviate());
    let xy = (1.0 - r2 * r2).sqrt();
    let share = ((1.0 - r3 * r3) as f32).powf((1.0f64 / 3.0) as f32);
    let angle = f64::from(cap * share);
    let axis = [xy * (PI * r1).sin(), xy * (PI * r1).cos(), r2];
    Domain { rotation: about(axis, angle), draw: Vector3::from(axis) * f64::from(share) }
}

/// The rotation by `angle` about the unit vector `axis`, in the reference program's operation order.
fn about([x, y, z]: [f64; 3], angle: f64) -> Matrix3<f64> {
    let cos = angle.cos();
    let sin = angle.sin();
    let versine = 1.0 - cos;
    let vx = versine * x;
    let (xy, xz, yz) = (vx * y, vx * z, versine * y * z);
    Matrix3::new(
        cos + versine * (x * x),
        xy - sin * z,
        xz + sin * y,
        xy + sin * z,
        cos + versine * (y * y),
        yz - sin * x,
        xz - sin * y,
        yz + sin * x,
        cos + versine * (z * z),
    )
}

/// A rotation drawn uniformly from all rotations (Shoemake, Graphics Gems III, 1992).
pub(in crate::plan) fn uniform_rotation(generator: &mut Ran1) -> Matrix3<f64> {
    let mut uniform = || f64::from(generator.uniform());
    let (u1, u2, u3) = (uniform(), 2.0 * PI * uniform(), 2.0 * PI * uniform());
    let (low, high) = ((1.0 - u1).sqrt(), u1.sqrt());
    let quaternion =
        nalgebra::Quaternion::new(high * u3.cos(), low * u2.sin(), low * u2.cos(), high * u3.sin());
    nalgebra::UnitQuaternion::from_quaternion(quaternion).to_rotation_matrix().into_inner()
}

/// The angles about x, then y, then z, whose rotation is `u`.
///
/// Reference program: `umat2misset`, for a matrix that is orthogonal already.
pub(in crate::plan) fn misset_angles(u: &Matrix3<f64>) -> [f64; 3] {
    let row = |i: usize| {
        let (x, y, z) = (u[(i, 0)], u[(i, 1)], u[(i, 2)]);
        let length = (x * x + y * y + z * z).sqrt();
        [x / length, y / length, z / length]
    };
    let ([xx, xy, _], [yx, yy, _], [zx, zy, zz]) = (row(0), row(1), row(2));
    if zx * zx < 1.0 {
        [zy.atan2(zz), (-zx).atan2((zy * zy + zz * zz).sqrt()), yx.atan2(xx)]
    } else {
        [PI, PI / 2.0, xy.atan2(-yy)]
    }
}

/// One rotation a mosaic domain. With `singly` (quirk `mosaic_after_spindle`) the first is the identity, and every
/// domain takes its numbers from the stream. Otherwise rotations come in pairs with their inverses, after the identity
/// where their number is odd, so that the mean is no rotation.
pub(in crate::plan) fn domains(
    mosaic: &Mosaic,
    generator: &mut Ran1,
    seed: i64,
    singly: bool,
) -> Vec<Domain> {
    generator.reseed(seed);
    let mut next = || drawn(mosaic.spread as f32, generator);
    if !singly {
        let mut all = if mosaic.domains % 2 == 1 { vec![Domain::ALIGNED] } else { Vec::new() };
        while all.len() < mosaic.domains {
            let domain = next();
            all.extend([domain, domain.inverse()]);
        }
        return all;
    }
    let all = (0..mosaic.domains).map(|number| {
        let domain = next();
        if number == 0 { Domain::ALIGNED } else { domain }
    });
    all.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::physics::rotation::{about_xyz, by_matrix};

    fn orthogonal(u: &Matrix3<f64>) -> bool {
        (u * u.transpose() - Matrix3::identity()).norm() < 1e-13 && (u.determinant() - 1.0).abs() < 1e-13
    }

    #[test]
    fn drawn_matrices_are_rotations() {
        let mut generator = Ran1::new(7);
        for _ in 0..200 {
            assert!(orthogonal(&cap_rotation(0.3, &mut generator)));
            assert!(orthogonal(&uniform_rotation(&mut generator)));
        }
    }

    #[test]
    fn a_cap_bounds_the_angle() {
        let mut generator = Ran1::new(7);
        for _ in 0..1000 {
            let u = cap_rotation(0.1, &mut generator);
            let angle = ((u.trace() - 1.0) / 2.0).clamp(-1.0, 1.0).acos();
            assert!(angle <= 0.1 + 1e-7);
        }
    }

    #[test]
    fn uniform_rotations_average_to_nothing() {
        let mut generator = Ran1::new(3);
        let count = 20_000;
        let sum = (0..count).fold(Matrix3::zeros(), |sum, _| sum + uniform_rotation(&mut generator));
        assert!((sum / f64::from(count)).amax() < 0.03);
        // The angle between two uniform rotations has mean pi/2 + 2/pi.
        let angle = |u: &Matrix3<f64>| ((u.trace() - 1.0) / 2.0).clamp(-1.0, 1.0).acos();
        let mean =
            (0..count).map(|_| angle(&uniform_rotation(&mut generator))).sum::<f64>() / f64::from(count);
        assert!((mean - (PI / 2.0 + 2.0 / PI)).abs() < 0.02, "{mean}");
    }

    #[test]
    fn domains_in_pairs_have_the_crystal_as_their_mean() {
        for count in [1, 2, 7, 10] {
            let mosaic = Mosaic { spread: 0.02, domains: count };
            let all = domains(&mosaic, &mut Ran1::new(1), 12345678, false);
            assert_eq!(all.len(), count);
            let mean = all.iter().fold(Matrix3::zeros(), |sum, u| sum + u.rotation) / count as f64;
            // What the mean lacks of a rotation is symmetric.
            assert!((mean - mean.transpose()).amax() < 1e-15, "{count}");
        }
        let singly = domains(&Mosaic { spread: 0.02, domains: 7 }, &mut Ran1::new(1), 12345678, true);
        assert_eq!(singly[0].rotation, Matrix3::identity());
        let mean = singly.iter().fold(Matrix3::zeros(), |sum, u| sum + u.rotation) / 7.0;
        assert!((mean - mean.transpose()).amax() > 1e-4);
    }

    #[test]
    fn angles_and_matrix_describe_the_same_rotation() {
        let mut generator = Ran1::new(11);
        for _ in 0..100 {
            let u = cap_rotation(3.0, &mut generator);
            let angles = misset_angles(&u);
            for v in [Vector3::x(), Vector3::y(), Vector3::z()] {
                assert!((about_xyz(&v, angles) - by_matrix(&v, &u)).norm() < 1e-12);
            }
        }
    }
}
