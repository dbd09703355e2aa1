//! Scattering vectors of a block, and indices from them.

use super::Lanes;
use crate::formula::double::mul_add;
use crate::nalgebra::Vector3;
use crate::physics::lattice::RealLattice;

/// Scattering vectors of a block, 1/m, and the weights of its terms.
pub(crate) struct Scattered {
    pub q: [Lanes; 3],
    pub weight: Lanes,
    /// The same without what displaced atoms take from spots, for the water; only where there is a B factor.
    pub undamped: Lanes,
}

/// a · q, summed x, y, z with a rounding each, as the definition does.
#[inline(always)]
pub(crate) fn index(lattice: &RealLattice<f64>, axis: usize, q: &[Lanes; 3], i: usize) -> f64 {
    along(&lattice.vectors[axis], [q[0].0[i], q[1].0[i], q[2].0[i]])
}

/// [`index`] of one scattering vector.
#[inline(always)]
pub(super) fn along(v: &Vector3<f64>, [x, y, z]: [f64; 3]) -> f64 {
    v.x * x + v.y * y + v.z * z
}

/// a · q with fused multiply-adds where there are any, for what does not need the definition's last bits.
#[inline(always)]
pub(crate) fn quick_index<const FMA: bool>(
    lattice: &RealLattice<f64>,
    axis: usize,
    q: &[Lanes; 3],
    i: usize,
) -> f64 {
    let v = &lattice.vectors[axis];
    mul_add::<FMA>(v.z, q[2].0[i], mul_add::<FMA>(v.y, q[1].0[i], v.x * q[0].0[i]))
}
