//! How a crystal is turned, as a matrix, a quaternion or angles.

use nalgebra::{Matrix3, Quaternion, Rotation3, UnitQuaternion};

use super::{Crystal, Lattice, Misset, MosflmMatrix};
use crate::check::ranged;
use crate::error::Error;

/// How far the rows of a rotation may be from unit vectors at right angles: what six digits leave.
const ROUNDING: f64 = 1e-5;

/// A rotation of a crystal in the laboratory.
///
/// ```
/// use nanobragg::model::{Crystal, Misset, Orientation, UnitCell};
///
/// let half = std::f64::consts::FRAC_1_SQRT_2;
/// // A quarter turn about z.
/// let turned = Orientation::from_quaternion([half, 0.0, 0.0, half])?;
/// let same = Orientation::from_matrix([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])?;
/// assert!(turned.angle_to(&same) < 1e-12);
///
/// let crystal = Crystal::from_cell(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?)
///     .with_misset(turned.into())?;
/// assert!(matches!(crystal.misset(), Misset::Angles([_, _, z]) if (z - 90f64.to_radians()).abs() < 1e-12));
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Orientation {
    rotation: Rotation3<f64>,
}

impl Orientation {
    /// No rotation.
    pub fn identity() -> Self {
        Orientation { rotation: Rotation3::identity() }
    }

    /// The rotation whose matrix, applied to columns, has these rows.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for rows that are not unit vectors at right angles, or left-handed.
    pub fn from_matrix(rows: [[f64; 3]; 3]) -> Result<Self, Error> {
        let matrix = Matrix3::from(rows).transpose();
        let off = (matrix * matrix.transpose() - Matrix3::identity()).abs().max();
        let determinant = matrix.determinant();
        let right = off < ROUNDING && determinant > 0.0;
        ranged("the determinant of a rotation", determinant, "1, of unit vectors at right angles", right)?;
        // What rounding left is taken out.
        let quaternion = UnitQuaternion::from_rotation_matrix(&Rotation3::from_matrix_unchecked(matrix));
        Ok(Orientation {
            rotation: UnitQuaternion::new_normalize(quaternion.into_inner()).to_rotation_matrix(),
        })
    }

    /// The rotation of the quaternion w + x i + y j + z k; its length does not matter.
    ///
    /// # Errors
    /// [`OutOfRange`](crate::ErrorKind::OutOfRange) for one without a length.
    pub fn from_quaternion([w, x, y, z]: [f64; 4]) -> Result<Self, Error> {
        let quaternion = Quaternion::new(w, x, y, z);
        let length = quaternion.norm();
        ranged("the length of a quaternion", length, "above 0", length > 0.0 && length.is_finite())?;
        Ok(Orientation { rotation: UnitQuaternion::from_quaternion(quaternion).to_rotation_matrix() })
    }

    /// The rotation about the laboratory's x, then y, then z, in radians: that of [`Misset::Angles`].
    pub fn from_angles([x, y, z]: [f64; 3]) -> Self {
        Orientation { rotation: Rotation3::from_euler_angles(x, y, z) }
    }

    /// Rows of its matrix.
    pub fn matrix(&self) -> [[f64; 3]; 3] {
        let matrix = self.rotation.matrix();
        [0, 1, 2].map(|row| [0, 1, 2].map(|column| matrix[(row, column)]))
    }

    /// w, x, y, z of its quaternion, w not below zero.
    pub fn quaternion(&self) -> [f64; 4] {
        let quaternion = UnitQuaternion::from_rotation_matrix(&self.rotation);
        let sign = if quaternion.w < 0.0 { -1.0 } else { 1.0 };
        [quaternion.w, quaternion.i, quaternion.j, quaternion.k].map(|part| sign * part)
    }

    /// Angles about the laboratory's x, then y, then z, in radians.
    pub fn angles(&self) -> [f64; 3] {
        angles_of(self.rotation.matrix())
    }

    /// Angle of the rotation that leads to another one, in radians.
    pub fn angle_to(&self, other: &Orientation) -> f64 {
        // The cosine alone would leave half of the digits of a small angle.
        UnitQuaternion::from_rotation_matrix(&self.rotation.rotation_to(&other.rotation)).angle()
    }
}

/// Angles about x, then y, then z, in radians, of the rotation whose matrix this is ([`Orientation::angles`]); where x and z turn about the same
/// axis the one about x is what rounding left of it.
pub fn angles_of(rotation: &Matrix3<f64>) -> [f64; 3] {
    let x = rotation.m32.atan2(rotation.m33);
    let y = (-rotation.m31).atan2(rotation.m32.hypot(rotation.m33));
    // With the rotation about x undone z is well determined, also where y is a right angle and x is rounding alone.
    let (sin, cos) = (x.sin(), x.cos());
    let z = (sin * rotation.m13 - cos * rotation.m12).atan2(cos * rotation.m22 - sin * rotation.m23);
    [x, y, z]
}

impl From<Orientation> for Misset {
    fn from(orientation: Orientation) -> Self {
        Misset::Angles(orientation.angles())
    }
}

impl Crystal {
    /// One cell with the reciprocal vectors a*, b*, c* in the columns of the matrix of these rows, in 1/Å, in the frame of
    /// the laboratory, at a spindle angle of zero. `wavelength` in meters is that of the beam: [`MosflmMatrix`] is in
    /// its units.
    ///
    /// ```
    /// use nanobragg::model::{Crystal, Experiment, StructureFactors};
    ///
    /// let a_matrix = [[0.0, 0.0125, 0.0], [-0.0125, 0.0, 0.0], [0.0, 0.0, 0.02]];
    /// let crystal = Crystal::from_a_matrix(a_matrix, 1e-10)?;
    /// let experiment = Experiment::new(crystal, StructureFactors::uniform(100.0));
    /// let found = experiment.plan()?.crystal.a_matrix();
    /// assert!((found[0][1] - 0.0125).abs() < 1e-12 && (found[1][0] + 0.0125).abs() < 1e-12);
    /// # Ok::<(), nanobragg::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`NoVolume`](crate::ErrorKind::NoVolume) where the vectors lie in a plane; [`OutOfRange`](crate::ErrorKind::OutOfRange)
    /// for a wavelength that is not positive.
    pub fn from_a_matrix(rows: [[f64; 3]; 3], wavelength: f64) -> Result<Self, Error> {
        crate::check::positive("the wavelength (m)", wavelength)?;
        let rows = rows.map(|row| row.map(|x| x * wavelength * 1e10));
        Ok(Crystal::new(Lattice::Matrix(MosflmMatrix::new(rows)?)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use crate::model::{Experiment, UnitCell};

    #[test]
    fn matrix_quaternion_and_angles_are_one_rotation() {
        let right = std::f64::consts::FRAC_PI_2;
        let nearly = [[0.4, right, 0.3], [0.4, -right, 0.3], [1.0, right - 1e-7, -2.0]];
        for angles in [[0.1, -0.2, 3.0], [1.5, 0.3, -0.7], [-3.0, 1.2, 0.0]].into_iter().chain(nearly) {
            let orientation = Orientation::from_angles(angles);
            for other in [
                Orientation::from_matrix(orientation.matrix()),
                Orientation::from_quaternion(orientation.quaternion()),
                Orientation::from_quaternion(orientation.quaternion().map(|part| -3.0 * part)),
                Ok(Orientation::from_angles(orientation.angles())),
            ] {
                let other = other.unwrap();
                assert!(orientation.angle_to(&other) < 1e-14, "{angles:?} {other:?}");
            }
            assert!(orientation.quaternion()[0] >= 0.0);
        }
        assert_eq!(Orientation::identity().quaternion(), [1.0, 0.0, 0.0, 0.0]);
    }

    #[test]
    fn a_quarter_turn_about_y_keeps_what_is_beside_it() {
        for number in 0..500 {
            let (x, z) = (0.011 * f64::from(number), 2.0 - 0.007 * f64::from(number));
            let about = |angles: [f64; 3]| {
                let [w, i, j, k] = Orientation::from_angles(angles).quaternion();
                UnitQuaternion::from_quaternion(Quaternion::new(w, i, j, k))
            };
            let y = about([0.0, std::f64::consts::FRAC_PI_2, 0.0]);
            let all = about([0.0, 0.0, z]) * y * about([x, 0.0, 0.0]);
            let orientation = Orientation::from_quaternion([all.w, all.i, all.j, all.k]).unwrap();
            let angles = orientation.angles();
            assert!(Orientation::from_angles(angles).angle_to(&orientation) < 1e-14, "{x} {z} {angles:?}");
        }
    }

    #[test]
    fn angles_are_those_of_the_matrix_near_a_right_angle_too() {
        let of = |[x, y, z]: [f64; 3]| *Rotation3::from_euler_angles(x, y, z).matrix();
        for off in [0.0, 1e-16, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 0.5] {
            for sign in [1.0, -1.0] {
                for (x, z) in [(0.4, 0.3), (-2.9, 1.0), (0.0, 3.1), (1.7, -2.2)] {
                    let angles = [x, sign * (std::f64::consts::FRAC_PI_2 - off), z];
                    let matrix = of(angles);
                    let again = of(angles_of(&matrix));
                    assert!((again - matrix).abs().max() < 1e-15, "{angles:?} {:?}", angles_of(&matrix));
                }
            }
        }
    }

    #[test]
    fn what_is_no_rotation_is_refused() {
        let mirror = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, -1.0]];
        let stretched = [[1.1, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let refused = [
            Orientation::from_matrix(mirror),
            Orientation::from_matrix(stretched),
            Orientation::from_matrix([[f64::NAN; 3]; 3]),
            Orientation::from_quaternion([0.0; 4]),
            Orientation::from_quaternion([f64::INFINITY; 4]),
        ];
        assert!(refused.into_iter().all(|found| found.unwrap_err().kind() == ErrorKind::OutOfRange));
    }

    #[test]
    fn a_plan_turns_the_crystal_by_it() {
        let orientation = Orientation::from_quaternion([0.3, -0.5, 0.7, 0.2]).unwrap();
        let cell = UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap();
        let matrix = |orientation: Option<Orientation>| {
            let mut experiment = Experiment::uniform(cell, 1.0);
            if let Some(orientation) = orientation {
                experiment.crystal = experiment.crystal.with_misset(orientation.into()).unwrap();
            }
            Matrix3::from(experiment.plan().unwrap().crystal.a_matrix()).transpose()
        };
        let turn = Matrix3::from(orientation.matrix()).transpose();
        assert!((matrix(Some(orientation)) - turn * matrix(None)).norm() < 1e-12);
    }
}
