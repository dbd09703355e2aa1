//! From a cell or a matrix to the lattice.

use nalgebra::Vector3;

use super::{CellParameters, LatticeParameters};
use crate::model::skew;
use crate::physics::rotation::{about_xyz, by_matrix, dot, magnitude};
use crate::real::{Real, real};

/// The lattice at phi = 0 in the aligned mosaic domain.
pub(crate) struct PlacedLattice<R: Real> {
    /// a, b, c in Å.
    pub vectors: [Vector3<R>; 3],
    /// a*, b*, c* in 1/Å.
    pub reciprocal: [Vector3<R>; 3],
    /// Volume of the cell in Å³.
    pub volume: R,
}

/// The lattice, turned by each of `turns` in turn; `c_star_z` is the state of the quirk of that name.
pub(in crate::plan) fn place<R: Real>(
    lattice: &LatticeParameters<R>,
    turns: [[R; 3]; 2],
    c_star_z: bool,
) -> PlacedLattice<R> {
    let one = real::<R>(1.0);
    let (stars, cell) = match lattice {
        LatticeParameters::Cell(cell) => {
            let metric = Metric::new(cell);
            (metric.default_orientation(c_star_z), Some(metric))
        }
        LatticeParameters::Matrix(stars) => (*stars, None),
        LatticeParameters::MatrixOfCell(stars, cell) => (*stars, Some(Metric::new(cell))),
        LatticeParameters::Oriented(u, cell) => {
            let metric = Metric::new(cell);
            (metric.default_orientation(c_star_z).map(|v| by_matrix(&v, u)), Some(metric))
        }
    };
    let [misset, further] = turns;
    let [a_star, b_star, c_star] = stars.map(|v| about_xyz(&about_xyz(&v, misset), further));
    let mut crosses = [b_star.cross(&c_star), c_star.cross(&a_star), a_star.cross(&b_star)];
    let mut v_star = dot(&a_star, &crosses[0]);
    if let Some(cell) = &cell {
        // The cell's own edges, whatever the orientation matrix or the default orientation gave.
        crosses = [0, 1, 2].map(|axis| rescaled(&crosses[axis], cell.edges[axis] / cell.volume));
        v_star = one / cell.volume;
    }
    let volume = one / v_star;
    let vectors = crosses.map(|v| v * volume);
    let [a, b, c] = &vectors;
    let reciprocal = [b.cross(c) * v_star, c.cross(a) * v_star, a.cross(b) * v_star];
    PlacedLattice { vectors, reciprocal, volume }
}

/// A direct cell's edges and angles, with the volume that follows from them.
struct Metric<R: Real> {
    edges: [R; 3],
    angles: [R; 3],
    volume: R,
}

impl<R: Real> Metric<R> {
    fn new(cell: &CellParameters<R>) -> Self {
        let CellParameters { edges, angles } = *cell;
        let [a, b, c] = edges;
        let volume = real::<R>(2.0) * a * b * c * skew(angles).abs().sqrt();
        Metric { edges, angles, volume }
    }

    /// a*, b*, c* in 1/Å: a* along x, b* in the xy plane.
    fn default_orientation(&self, c_star_z: bool) -> [Vector3<R>; 3] {
        let (zero, one) = (R::zero(), real::<R>(1.0));
        let [a, b, c] = self.edges;
        let [alpha, beta, gamma] = self.angles;
        let v_star = one / self.volume;
        let a_star = b * c * alpha.sin() * v_star;
        let b_star = c * a * beta.sin() * v_star;
        let c_star = a * b * gamma.sin() * v_star;
        let sin_gamma_star = (c * v_star / a_star / b_star).clamp(-one, one);
        let cosine = |p: R, q: R, r: R| (p.cos() * q.cos() - r.cos()) / (p.sin() * q.sin());
        let [cos_alpha_star, cos_beta_star, cos_gamma_star] =
            [cosine(beta, gamma, alpha), cosine(gamma, alpha, beta), cosine(alpha, beta, gamma)]
                .map(|cos| if cos * cos > one { one } else { cos });
        let z = if c_star_z {
            c_star * self.volume / (a * b * c * sin_gamma_star)
        } else {
            v_star / (a_star * b_star * sin_gamma_star)
        };
        [
            Vector3::new(a_star, zero, zero),
            Vector3::new(b_star * cos_gamma_star, b_star * sin_gamma_star, zero),
            Vector3::new(
                c_star * cos_beta_star,
                c_star * (cos_alpha_star - cos_beta_star * cos_gamma_star) / sin_gamma_star,
                z,
            ),
        ]
    }
}

fn rescaled<R: Real>(v: &Vector3<R>, length: R) -> Vector3<R> {
    let old = magnitude(v);
    v * (length / if old > R::zero() { old } else { real(1.0) })
}
