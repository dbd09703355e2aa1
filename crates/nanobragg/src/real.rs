//! The number type of the physics.
//!
//! Every function of [`crate::physics`] is generic over [`Real`], so that the same lines run in `f64` (the
//! definition), in `f32` (to see what single precision does) and in the dual numbers of other crates (for
//! derivatives).

use std::any::TypeId;

/// A real number that the physics can be evaluated in: `f64`, `f32`, or any `Copy` type that implements
/// [`nalgebra::RealField`], such as a dual number.
pub trait Real: nalgebra::RealField + Copy {}

impl<T: nalgebra::RealField + Copy> Real for T {}

/// The `f64` constant `x` as a `T`.
#[inline(always)]
pub fn real<T: Real>(x: f64) -> T {
    nalgebra::convert(x)
}

/// Whether numbers of type `T` carry nothing besides their value, as dual numbers do.
pub fn is_plain<T: Real>() -> bool {
    [TypeId::of::<f64>(), TypeId::of::<f32>()].contains(&TypeId::of::<T>())
}

/// Whether `x` is zero and carries nothing else, as a dual number can.
pub fn is_plain_zero<T: Real>(x: T) -> bool {
    is_plain::<T>() && x.is_zero()
}

/// The value of `x` in double precision; what else a dual number carries is dropped.
#[inline(always)]
pub fn to_f64<T: Real>(x: T) -> f64 {
    nalgebra::convert_unchecked(x)
}

/// `v` with every component as a `T`.
pub fn vector<T: Real, U: Real>(v: &nalgebra::Vector3<U>) -> nalgebra::Vector3<T> {
    v.map(|x| real(to_f64(x)))
}
