//! A block with the vector instructions of a level.

use crate::level::Job;
use crate::nest::Sink;
use crate::nest::block::{Lanes, Terms, Work};

/// A block and the terms of its shape.
pub(super) struct BlockOf<'a, 'w, T, S> {
    pub work: Work<'w, S>,
    pub terms: &'a T,
}

impl<T: Terms, S: Sink<Lanes>> Job for BlockOf<'_, '_, T, S> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        self.work.evaluate::<T, FMA>(self.terms);
    }
}
