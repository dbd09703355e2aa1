//! How much of a crystal overlaps with itself when it is moved: the transform of F_latt², by which sampling is judged.

use nalgebra::{Matrix3, Vector3};

use super::{OnBall, OnStar, Profile, RowFormulas, Visit};

/// The part of a crystal that overlaps with itself, moved by a vector: the autocorrelation of its shape, whose transform
/// is F_latt² around a node (Patterson, *Phys. Rev.* 56, 972, 1939). 1 at rest; shapes that are defined by their spots have
/// the transform of these.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Overlap {
    /// From a displacement in Å to the coordinate that `form` is a function of.
    map: Matrix3<f64>,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Form {
    /// Of a parallelepiped whose edges are 1.
    Rows,
    /// Of a ball of diameter 1.
    Ball,
    /// exp(-u²).
    Gauss,
    /// Transform of a ball of radius 1 at u, without its zeros: what is no greater than this for any greater u.
    Step,
}

impl Overlap {
    /// The overlap at a displacement in Å.
    pub fn at(&self, displacement: &Vector3<f64>) -> f64 {
        let u = self.map * displacement;
        match self.form {
            Form::Rows => u.iter().map(|x| (1.0 - x.abs()).max(0.0)).product(),
            Form::Ball => {
                let u = u.norm().min(1.0);
                (1.0 - u) * (1.0 - u) * (1.0 + 0.5 * u)
            }
            Form::Gauss => (-u.norm_squared()).exp(),
            Form::Step => {
                let u = u.norm();
                if u < 0.1 {
                    1.0 - u * u / 10.0
                } else if u < 2.5 {
                    3.0 * (u.sin() - u * u.cos()) / u.powi(3)
                } else {
                    3.0 * (1.0 + u * u).sqrt() / u.powi(3)
                }
            }
        }
    }

    /// Integral breadth of a spot along a unit vector, in 1/Å: its integral over its maximum, of what is left when it is
    /// integrated across. That is one over the integral of the overlap along the vector.
    pub fn breadth(&self, direction: &Vector3<f64>) -> f64 {
        use std::f64::consts::PI;
        let u = self.map * direction;
        match self.form {
            // A product of three straight lines down to where the first of them is zero.
            Form::Rows => {
                let [a, b, c] = [u.x.abs(), u.y.abs(), u.z.abs()];
                let end = 1.0 / a.max(b).max(c);
                let (sum, pairs) = (a + b + c, a * b + b * c + c * a);
                let half = end * (1.0 - end * (sum / 2.0 - end * (pairs / 3.0 - end * (a * b * c / 4.0))));
                1.0 / (2.0 * half)
            }
            Form::Ball => u.norm() * 4.0 / 3.0,
            Form::Gauss => u.norm() / PI.sqrt(),
            // Of the transform with its zeros.
            Form::Step => u.norm() * 2.0 / (3.0 * PI),
        }
    }
}

/// The visitor that makes an [`Overlap`].
pub(crate) struct Crystal<'a> {
    /// Number of cells along a, b, c.
    pub cells: &'a [f64; 3],
    /// Factor on the squared radius.
    pub fudge: f64,
    /// a*, b*, c* in 1/Å.
    pub stars: &'a [Vector3<f64>; 3],
}

impl Crystal<'_> {
    /// A displacement in lengths of the crystal's edges.
    fn by_edges(&self) -> Matrix3<f64> {
        let row = |axis: usize| (self.stars[axis] / self.cells[axis]).transpose();
        Matrix3::from_rows(&[row(0), row(1), row(2)])
    }
}

impl Visit for Crystal<'_> {
    type Output = Overlap;

    fn rows<S: RowFormulas>(self) -> Overlap {
        Overlap { map: self.by_edges(), form: Form::Rows }
    }

    fn ball<S: OnBall>(self) -> Overlap {
        Overlap { map: self.by_edges() / self.fudge.sqrt(), form: Form::Ball }
    }

    fn star<S: OnStar>(self) -> Overlap {
        use std::f64::consts::{FRAC_1_SQRT_2, PI};
        // δ enters as p = M δ; δ · c = p · (M⁻ᵀ c), where c are the stars' components of the displacement.
        let star = S::METRIC.star(self.cells, self.stars);
        let metric = Matrix3::from_columns(&star.vectors) * star.factors.iter().product::<f64>();
        let components = Matrix3::from_rows(&self.stars.map(|v| v.transpose()));
        let conjugate = metric.transpose().try_inverse().unwrap_or_else(Matrix3::identity) * components;
        let radius = (S::RADIUS_SQR / self.fudge).sqrt();
        if S::Profile::SMOOTH {
            Overlap { map: conjugate * (PI * radius * FRAC_1_SQRT_2), form: Form::Gauss }
        } else {
            Overlap { map: conjugate * (2.0 * PI * radius), form: Form::Step }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shapes::Shape;

    fn brick(shape: Shape, edge: f64, cells: [f64; 3]) -> Overlap {
        let stars = [Vector3::x(), Vector3::y(), Vector3::z()].map(|v| v / edge);
        shape.visit(Crystal { cells: &cells, fudge: 1.0, stars: &stars })
    }

    #[test]
    fn breadths_are_their_closed_forms() {
        for (shape, along, expected) in [
            // A row of N cells of length a: 1 / (N a).
            (Shape::Square, Vector3::x(), 1.0 / 500.0),
            // A ball of diameter D: its mean chord, weighted with itself, is 3 D / 4.
            (Shape::Round, Vector3::y(), 4.0 / 3.0 / 1000.0),
            // exp(-π (N a q)²): 1 / (N a).
            (Shape::Gauss, Vector3::z(), 1.0 / 2000.0),
            (Shape::GaussStar, Vector3::z(), 1.0 / 1000.0),
            // A ball of radius r: 4 r / 3, where its volume is that of 1 / (N a) along each edge.
            (Shape::Tophat, Vector3::x(), 4.0 / 3.0 * (0.75 / std::f64::consts::PI).cbrt() / 500.0),
        ] {
            let found = brick(shape, 50.0, [10.0, 20.0, 40.0]).breadth(&along);
            assert!((found / expected - 1.0).abs() < 1e-12, "{shape:?} {found} {expected}");
        }
    }

    #[test]
    fn breadths_are_one_over_the_integral_of_the_overlap() {
        let along = Vector3::new(0.3, -0.5, 0.8).normalize();
        for shape in [Shape::Square, Shape::Round, Shape::Gauss] {
            let crystal = brick(shape, 50.0, [10.0, 20.0, 40.0]);
            let (steps, reach) = (200_000, 20_000.0);
            let at = |step: i32| crystal.at(&(along * (reach * f64::from(step) / f64::from(steps))));
            let half = reach / f64::from(steps) * (0.5 + (1..steps).map(at).sum::<f64>());
            let found = crystal.breadth(&along);
            assert!((found * 2.0 * half - 1.0).abs() < 1e-6, "{shape:?} {found}");
        }
    }

    #[test]
    fn a_crystal_does_not_overlap_beyond_its_edges() {
        let square = brick(Shape::Square, 50.0, [10.0; 3]);
        assert_eq!(square.at(&Vector3::zeros()), 1.0);
        assert_eq!(square.at(&Vector3::new(250.0, 0.0, 0.0)), 0.5);
        assert_eq!(square.at(&Vector3::new(0.0, 500.0, 0.0)), 0.0);
        let round = brick(Shape::Round, 50.0, [10.0; 3]);
        assert!((round.at(&Vector3::new(0.0, 0.0, 250.0)) - 0.3125).abs() < 1e-12);
        // But under the quirk `gauss_units` every shape is coherent over the size of the crystal, and over no more.
        for shape in
            [Shape::Square, Shape::Round, Shape::Gauss, Shape::Tophat, Shape::GaussStar, Shape::TophatStar]
        {
            let found = brick(shape, 50.0, [10.0; 3]);
            let half = found.at(&Vector3::new(250.0, 0.0, 0.0));
            assert!((0.2..0.8).contains(&half), "{shape:?} {half}");
        }
    }
}
