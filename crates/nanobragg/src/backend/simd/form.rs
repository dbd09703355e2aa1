//! Squared distances from a node by the offset.

use crate::formula::double::mul_add;
use crate::formula::single;
use crate::nalgebra::Vector3;

/// A positive definite quadratic form of the offset.
#[derive(Clone, Copy)]
pub(super) struct Form {
    squares: [f64; 3],
    /// Of h k, h l, k l.
    products: [f64; 3],
}

impl Form {
    /// `scale` · |δh a + δk b + δl c|².
    pub fn new([a, b, c]: &[Vector3<f64>; 3], scale: f64) -> Self {
        Form {
            squares: [a, b, c].map(|v| scale * v.dot(v)),
            products: [a.dot(b), a.dot(c), b.dot(c)].map(|product| 2.0 * scale * product),
        }
    }

    /// No less than the form's terms without their signs, of offsets up to these.
    pub fn most(&self, [h, k, l]: [f64; 3]) -> f64 {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products.map(f64::abs));
        hh * h * h + kk * k * k + ll * l * l + hk * h * k + hl * h * l + kl * k * l
    }

    /// The same in single precision; `None` where that does not hold its numbers.
    pub fn narrow(&self) -> Option<NarrowForm> {
        let all = self.squares.iter().chain(&self.products);
        let narrow = |numbers: [f64; 3]| numbers.map(|number| number as f32);
        all.copied()
            .all(is_single)
            .then(|| NarrowForm { squares: narrow(self.squares), products: narrow(self.products) })
    }

    #[inline(always)]
    pub fn at<const FMA: bool>(&self, [h, k, l]: [f64; 3]) -> f64 {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        let along_h = mul_add::<FMA>(hh, h, mul_add::<FMA>(hk, k, hl * l));
        let along_k = mul_add::<FMA>(kk, k, kl * l);
        mul_add::<FMA>(along_h, h, mul_add::<FMA>(along_k, k, ll * l * l))
    }

    /// Its derivative.
    #[inline(always)]
    pub fn gradient(&self, [h, k, l]: [f64; 3]) -> [f64; 3] {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        [2.0 * hh * h + hk * k + hl * l, 2.0 * kk * k + hk * h + kl * l, 2.0 * ll * l + hl * h + kl * k]
    }
}

/// Whether single precision holds sums and products of a number with offsets.
pub(super) fn is_single(number: f64) -> bool {
    number.abs() < 1e37
}

/// A [`Form`] in single precision.
#[derive(Clone, Copy)]
pub(super) struct NarrowForm {
    squares: [f32; 3],
    products: [f32; 3],
}

impl NarrowForm {
    #[inline(always)]
    pub fn at<const FMA: bool>(&self, [h, k, l]: [f32; 3]) -> f32 {
        let ([hh, kk, ll], [hk, hl, kl]) = (self.squares, self.products);
        let along_h = single::mul_add::<FMA>(hh, h, single::mul_add::<FMA>(hk, k, hl * l));
        let along_k = single::mul_add::<FMA>(kk, k, kl * l);
        single::mul_add::<FMA>(along_h, h, single::mul_add::<FMA>(along_k, k, ll * l * l))
    }
}

/// How far along h, k and l the offsets of a distance |δh a + δk b + δl c| of `radius` reach: |δh| = |g · (b × c)| / V for a distance
/// vector g, at most |g| |b × c| / V.
pub(super) fn reaches([a, b, c]: &[Vector3<f64>; 3], radius: f64) -> [f64; 3] {
    let volume = a.dot(&b.cross(c)).abs();
    [b.cross(c), c.cross(a), a.cross(b)].map(|across| radius * across.norm() / volume)
}

/// Whether a nearest node is told from the others over these offsets: up to 0.45 the one on the other side of a half is out of reach
/// as well.
pub(super) fn are_apart(reaches: &[f64; 3]) -> bool {
    reaches.iter().all(|&reach| reach < 0.45)
}
