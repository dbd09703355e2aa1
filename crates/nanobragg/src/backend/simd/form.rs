//! Squared distances from a node by the offset.

use crate::formula::double::mul_add;
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
