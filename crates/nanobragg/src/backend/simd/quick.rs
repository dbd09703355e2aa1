//! A look in single precision at where in a block spots can be: half the vectors that double precision takes.

use crate::formula::single;
use crate::nalgebra::Vector3;
use crate::nest::block::{CHUNK, LANES, Occupied, Scattered, Scratch};
use crate::plan::Plan;

/// The lattices of a plan's orientations and how far from a node its spots reach, in single precision, with room for its errors.
pub(super) struct Quick {
    /// Of every orientation: a, b and c.
    lattices: Vec<[[f32; 3]; 3]>,
    squares: [f32; 3],
    /// Of h k, h l, k l.
    products: [f32; 3],
    limit: f32,
}

/// Orientations whose lattices are kept a second time.
const MOST: usize = 1 << 18;
/// Greatest error of an index, as a share of it: rounding of its six factors, three products and two sums.
const INDEX_ERROR: f64 = 8.0 / (1 << 24) as f64;
/// Greatest error of the form, as a share of the sum of its terms without signs.
const FORM_ERROR: f64 = 16.0 / (1 << 24) as f64;

impl Quick {
    /// For spots that end where `scale` · |δh a + δk b + δl c|² is `limit`, a, b and c being `vectors`; `None` where single
    /// precision cannot tell nodes apart, or there are too many orientations.
    pub fn of(plan: &Plan, vectors: &[Vector3<f64>; 3], scale: f64, limit: f64) -> Option<Self> {
        let orientations = &plan.orientations;
        let count = orientations.count();
        if count > MOST {
            return None;
        }
        let longest = plan.sources.iter().map(|source| (1.0 + source.incident.norm()) / source.wavelength);
        let longest = longest.fold(0.0, f64::max);
        let domains = orientations.domains.len();
        let mut edges = [0.0f64; 3];
        let mut lattices = Vec::with_capacity(count);
        for number in 0..count {
            let lattice = orientations.lattice(number / domains, number % domains);
            for axis in 0..3 {
                edges[axis] = edges[axis].max(lattice.vectors[axis].norm());
            }
            lattices.push(lattice.vectors.each_ref().map(|v| [v.x as f32, v.y as f32, v.z as f32]));
        }
        let [a, b, c] = vectors;
        let blur: f64 = (0..3).map(|axis| vectors[axis].norm() * edges[axis] * longest * INDEX_ERROR).sum();
        let radius = (limit / scale).sqrt() + blur;
        // |δh| = |g · (b × c)| / V for a distance vector g, at most |g| |b × c| / V.
        let volume = a.dot(&b.cross(c)).abs();
        let along = [b.cross(c), c.cross(a), a.cross(b)].map(|across| radius * across.norm() / volume);
        // Up to 0.45 the node on the other side of a half is out of reach as well.
        if !along.iter().all(|&half| half < 0.45) {
            return None;
        }
        let squares = [a, b, c].map(|v| scale * v.dot(v));
        let products = [a.dot(b), a.dot(c), b.dot(c)].map(|product| 2.0 * scale * product);
        let [h, k, l] = along;
        let terms = squares[0] * h * h
            + squares[1] * k * k
            + squares[2] * l * l
            + products[0].abs() * h * k
            + products[1].abs() * h * l
            + products[2].abs() * k * l;
        let limit = scale * radius * radius * (1.0 + 1e-6) + terms * FORM_ERROR;
        let narrow = |numbers: [f64; 3]| numbers.map(|number| number as f32);
        // Numbers beyond single precision are infinite there and compare as if all were inside.
        Some(Quick { lattices, squares: narrow(squares), products: narrow(products), limit: limit as f32 })
    }

    /// Takes over the scattering vectors of a block.
    #[inline(always)]
    pub fn narrow(scattered: &Scattered, scratch: &mut Scratch) {
        for axis in 0..3 {
            for i in 0..LANES {
                scratch.q_single[axis][i] = scattered.q[axis].0[i] as f32;
            }
        }
    }

    /// Where spots can be in orientation `number` of the block that was taken over last.
    #[inline(always)]
    pub fn occupied<const FMA: bool>(&self, number: usize, scratch: &Scratch) -> Occupied {
        let Some(lattice) = self.lattices.get(number) else { return Occupied::ALL };
        let [x, y, z] = &scratch.q_single;
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        let mut inside = [0u32; LANES];
        for i in 0..LANES {
            let mut offset = [0.0f32; 3];
            for axis in 0..3 {
                let v = &lattice[axis];
                let index =
                    single::mul_add::<FMA>(v[2], z[i], single::mul_add::<FMA>(v[1], y[i], v[0] * x[i]));
                offset[axis] = index - single::nearest_even::<FMA>(index);
            }
            let [h, k, l] = offset;
            let along_h = single::mul_add::<FMA>(hh, h, single::mul_add::<FMA>(hk, k, hl * l));
            let along_k = single::mul_add::<FMA>(kk, k, kl * l);
            let form = single::mul_add::<FMA>(along_h, h, single::mul_add::<FMA>(along_k, k, ll * l * l));
            let outside = form > self.limit;
            inside[i] = u32::from(!outside);
        }
        let mut any = 0;
        for i in 0..LANES {
            any |= inside[i];
        }
        let mut occupied = Occupied::NONE;
        if any != 0 {
            for (chunk, lanes) in inside.as_chunks::<CHUNK>().0.iter().enumerate() {
                let mut any = 0;
                for lane in lanes {
                    any |= lane;
                }
                if any != 0 {
                    occupied.add(chunk);
                }
            }
        }
        occupied
    }
}
