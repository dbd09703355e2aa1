//! Which vector instructions run.

#![allow(unsafe_code, reason = "calling code that was compiled for instructions found at run time")]

use crate::level::Level;
use crate::nest::Sink;
use crate::nest::block::{Lanes, Terms, Work};

impl Level {
    /// Evaluates a block.
    pub(super) fn run<T: Terms, S: Sink<Lanes>>(self, work: Work<'_, S>, terms: &T) {
        match self {
            // SAFETY: `available` is the only maker of this level, and it has found these instructions.
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => unsafe { avx512(work, terms) },
            // SAFETY: as above.
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => unsafe { avx2(work, terms) },
            Level::Baseline => work.evaluate::<T, { cfg!(target_arch = "aarch64") }>(terms),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512dq,avx512vl,avx2,fma")]
fn avx512<T: Terms, S: Sink<Lanes>>(work: Work<'_, S>, terms: &T) {
    work.evaluate::<T, true>(terms);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn avx2<T: Terms, S: Sink<Lanes>>(work: Work<'_, S>, terms: &T) {
    work.evaluate::<T, true>(terms);
}
