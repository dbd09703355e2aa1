//! Terms of a block: one orientation after the other, all pixels at once.

use super::polynomial::{EXP_UNDERFLOW, ball, exp, mul_add, sin_pi};
use super::{LANES, Lanes, interpolated};
use crate::model::{IndexBox, PaddedGrid};
use crate::physics::lattice::{CrystalShape, GAUSS_RADIUS, ROUND_SCALE, RealLattice, TOPHAT_RADIUS};
use crate::physics::sinpi::round_half_down;

/// Scattering vectors of a block, 1/m, and the weights of its terms.
pub(super) struct Scattered {
    pub q: [Lanes; 3],
    pub weight: Lanes,
}

/// Offsets from the nearest node and the place of its structure factor.
pub(super) struct Nodes {
    pub offset: [Lanes; 3],
    pub place: [u32; LANES],
    pub f_sqr: Lanes,
}

/// Where structure factors come from.
#[derive(Clone, Copy)]
pub(super) enum Amplitudes<'a> {
    /// One for all.
    Uniform(f64),
    /// That of the nearest node.
    Nearest(PaddedGrid<'a>),
    /// Tricubic wherever it is safe, in the box of indices.
    Tricubic(PaddedGrid<'a>, IndexBox),
}

/// F_latt² over a block.
pub(super) trait LatticeIntensity: Copy {
    /// Whether the lattice factor can vanish over a whole block, so that it is worth knowing before the
    /// structure factors are looked up.
    const VANISHES: bool;

    /// Added to every offset so that a quotient of two zeros does not arise at a node; far below what the
    /// evaluation resolves.
    const TINY: f64 = 1e-40;

    /// F_latt² at `offset` from the nearest node; `into` gets one for each pixel.
    fn intensity<const FMA: bool>(&self, crystal: &CrystalShape<f64>, offset: &[Lanes; 3], into: &mut Lanes);
}

/// Adds the terms of all `lattices` to `sum`, in their order.
#[inline(always)]
pub(super) fn accumulate<L: LatticeIntensity, const FMA: bool>(
    intensity: &L,
    crystal: &CrystalShape<f64>,
    amplitudes: &Amplitudes<'_>,
    lattices: impl Iterator<Item = RealLattice<f64>>,
    scattered: &Scattered,
    sum: &mut Lanes,
) {
    let uniform = if let Amplitudes::Uniform(f) = *amplitudes { f * f } else { 0.0 };
    let mut nodes = Nodes { offset: [Lanes::splat(0.0); 3], place: [0; LANES], f_sqr: Lanes::splat(uniform) };
    let mut f_latt_sqr = Lanes::splat(0.0);
    for lattice in lattices {
        match amplitudes {
            Amplitudes::Uniform(_) => find_offsets::<L>(&lattice, scattered, &mut nodes),
            Amplitudes::Nearest(grid) | Amplitudes::Tricubic(grid, _) => {
                find_nodes::<L>(grid, &lattice, scattered, &mut nodes);
            }
        }
        if L::VANISHES {
            intensity.intensity::<FMA>(crystal, &nodes.offset, &mut f_latt_sqr);
            if f_latt_sqr.0.iter().all(|&f| f == 0.0) {
                continue;
            }
        }
        let any = match amplitudes {
            Amplitudes::Uniform(f) => *f != 0.0,
            Amplitudes::Nearest(grid) => look_up(grid, &mut nodes),
            Amplitudes::Tricubic(grid, bounds) => {
                let known = L::VANISHES.then_some(&f_latt_sqr);
                interpolated::look_up(grid, bounds, &lattice, scattered, known, &mut nodes)
            }
        };
        if !any {
            continue;
        }
        if !L::VANISHES {
            intensity.intensity::<FMA>(crystal, &nodes.offset, &mut f_latt_sqr);
        }
        for i in 0..LANES {
            sum.0[i] += nodes.f_sqr.0[i] * f_latt_sqr.0[i] * scattered.weight.0[i];
        }
    }
}

/// a · q, summed x, y, z with a rounding each, as the definition does.
#[inline(always)]
pub(super) fn index(lattice: &RealLattice<f64>, axis: usize, q: &[Lanes; 3], i: usize) -> f64 {
    let v = &lattice.vectors[axis];
    v.x * q[0].0[i] + v.y * q[1].0[i] + v.z * q[2].0[i]
}

#[inline(always)]
fn find_offsets<L: LatticeIntensity>(lattice: &RealLattice<f64>, scattered: &Scattered, nodes: &mut Nodes) {
    for i in 0..LANES {
        for axis in 0..3 {
            let h = index(lattice, axis, &scattered.q, i);
            nodes.offset[axis].0[i] = h - round_half_down(h) + L::TINY;
        }
    }
}

#[inline(always)]
fn find_nodes<L: LatticeIntensity>(
    grid: &PaddedGrid<'_>,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    nodes: &mut Nodes,
) {
    /// 2⁵², whose sum with a whole number carries it in the low bits.
    const SHIFT: f64 = 4503599627370496.0;
    let first = grid.first.map(f64::from);
    let last = grid.shape.map(|entries| entries as f64 - 1.0);
    let (along_h, along_k) = (grid.shape[1] as f64, grid.shape[2] as f64);
    for i in 0..LANES {
        let mut place = [0.0; 3];
        for axis in 0..3 {
            let h = index(lattice, axis, &scattered.q, i);
            let node = round_half_down(h);
            nodes.offset[axis].0[i] = h - node + L::TINY;
            // Clamped onto the border; what is not a number goes to its beginning.
            let at = node - first[axis];
            let at = if at > 0.0 { at } else { 0.0 };
            place[axis] = if at < last[axis] { at } else { last[axis] };
        }
        let flat = (place[0] * along_h + place[1]) * along_k + place[2];
        nodes.place[i] = (flat + SHIFT).to_bits() as u32;
    }
}

/// Loads the structure factors; false when all are zero.
#[inline(always)]
fn look_up(grid: &PaddedGrid<'_>, nodes: &mut Nodes) -> bool {
    let mut bits = 0;
    for i in 0..LANES {
        let f = grid.values.get(nodes.place[i] as usize).copied().unwrap_or(0.0);
        let f_sqr = f * f;
        bits |= f_sqr.to_bits();
        nodes.f_sqr.0[i] = f_sqr;
    }
    bits != 0
}

/// Parallelepiped.
#[derive(Clone, Copy)]
pub(super) struct Square;

impl LatticeIntensity for Square {
    const VANISHES: bool = false;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, crystal: &CrystalShape<f64>, offset: &[Lanes; 3], into: &mut Lanes) {
        use crate::physics::sinpi::round_even;
        let [na, nb, nc] = crystal.cells;
        let fringe = |offset: f64, cells: f64| {
            let phase = cells * offset;
            sin_pi::<FMA>(phase - round_even(phase))
        };
        for i in 0..LANES {
            let (h, k, l) = (offset[0].0[i], offset[1].0[i], offset[2].0[i]);
            let fringes = fringe(h, na) * fringe(k, nb) * fringe(l, nc);
            let sines = sin_pi::<FMA>(h) * sin_pi::<FMA>(k) * sin_pi::<FMA>(l);
            let f_latt = fringes / sines;
            into.0[i] = f_latt * f_latt;
        }
    }
}

/// Ellipsoid.
#[derive(Clone, Copy)]
pub(super) struct Round;

impl LatticeIntensity for Round {
    const VANISHES: bool = false;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, crystal: &CrystalShape<f64>, offset: &[Lanes; 3], into: &mut Lanes) {
        let [na, nb, nc] = crystal.cells;
        let peak = na * nb * nc * ROUND_SCALE;
        for i in 0..LANES {
            let (h, k, l) = (offset[0].0[i], offset[1].0[i], offset[2].0[i]);
            let radius_sqr = h * h * na * na + k * k * nb * nb + l * l * nc * nc;
            let f_latt = peak * ball::<FMA>((radius_sqr * crystal.fudge).sqrt());
            into.0[i] = f_latt * f_latt;
        }
    }
}

/// s: squared distance from the node, in the definition's operations.
#[inline(always)]
fn star_distance_sqr(crystal: &CrystalShape<f64>, offset: &[Lanes; 3], i: usize) -> f64 {
    let [a, b, c] = &crystal.reciprocal.vectors;
    let [na, nb, nc] = crystal.cells;
    let (h, k, l) = (offset[0].0[i], offset[1].0[i], offset[2].0[i]);
    let x = h * a.x + k * b.x + l * c.x;
    let y = h * a.y + k * b.y + l * c.y;
    let z = h * a.z + k * b.z + l * c.z;
    (x * x + y * y + z * z) * na * na * nb * nb * nc * nc
}

/// Gaussian spots.
#[derive(Clone, Copy)]
pub(super) struct Gauss;

impl LatticeIntensity for Gauss {
    const VANISHES: bool = true;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, crystal: &CrystalShape<f64>, offset: &[Lanes; 3], into: &mut Lanes) {
        Gauss::peaks::<FMA>(crystal, offset, into, exp::<FMA>);
    }
}

impl Gauss {
    /// F_latt² by the exponential `exp`, which is asked only where it does not underflow.
    #[inline(always)]
    pub(super) fn peaks<const FMA: bool>(
        crystal: &CrystalShape<f64>,
        offset: &[Lanes; 3],
        into: &mut Lanes,
        exp: impl Fn(f64) -> f64,
    ) {
        let [na, nb, nc] = crystal.cells;
        let peak_sqr = (na * nb * nc) * (na * nb * nc);
        // The exponent as a quadratic form: its rounding, parts in 10¹⁵, grows with the exponent to 1e-12 of a
        // Gaussian where it underflows.
        let scale = -2.0 / GAUSS_RADIUS * crystal.fudge * peak_sqr;
        let [a, b, c] = &crystal.reciprocal.vectors;
        let (aa, bb, cc) = (scale * a.dot(a), scale * b.dot(b), scale * c.dot(c));
        let (ab, ac, bc) = (2.0 * scale * a.dot(b), 2.0 * scale * a.dot(c), 2.0 * scale * b.dot(c));
        let mut largest = f64::NEG_INFINITY;
        for i in 0..LANES {
            let (h, k, l) = (offset[0].0[i], offset[1].0[i], offset[2].0[i]);
            let along_h = mul_add::<FMA>(aa, h, mul_add::<FMA>(ab, k, ac * l));
            let along_k = mul_add::<FMA>(bb, k, bc * l);
            let exponent = mul_add::<FMA>(along_h, h, mul_add::<FMA>(along_k, k, cc * l * l));
            into.0[i] = exponent;
            largest = if exponent > largest { exponent } else { largest };
        }
        if largest <= EXP_UNDERFLOW {
            *into = Lanes::splat(0.0);
            return;
        }
        for i in 0..LANES {
            let exponent = into.0[i];
            // A quadratic form that rounds above zero is zero.
            let bounded = exponent.clamp(EXP_UNDERFLOW, 0.0);
            let value = peak_sqr * exp(bounded);
            into.0[i] = if exponent > EXP_UNDERFLOW { value } else { 0.0 };
        }
    }
}

/// Top-hat spots.
#[derive(Clone, Copy)]
pub(super) struct Tophat;

impl LatticeIntensity for Tophat {
    const VANISHES: bool = true;

    #[inline(always)]
    fn intensity<const FMA: bool>(&self, crystal: &CrystalShape<f64>, offset: &[Lanes; 3], into: &mut Lanes) {
        let [na, nb, nc] = crystal.cells;
        let peak_sqr = (na * nb * nc) * (na * nb * nc);
        for i in 0..LANES {
            let inside = star_distance_sqr(crystal, offset, i) * crystal.fudge < TOPHAT_RADIUS;
            into.0[i] = if inside { peak_sqr } else { 0.0 };
        }
    }
}
