//! What looks on while pixels of a row are evaluated.

use crate::nest::Sink;
use crate::nest::block::{LANES, Lanes, Workspace};

/// What photons of a pixel are handed over as.
pub(super) trait Sample: Copy {
    /// From double precision.
    fn of(photons: f64) -> Self;

    /// The photons of the last block.
    fn of_block(workspace: &Workspace) -> &[Self; LANES];
}

impl Sample for f64 {
    #[inline(always)]
    fn of(photons: f64) -> f64 {
        photons
    }

    #[inline(always)]
    fn of_block(workspace: &Workspace) -> &[f64; LANES] {
        &workspace.photons.0
    }
}

impl Sample for f32 {
    #[inline(always)]
    fn of(photons: f64) -> f32 {
        photons as f32
    }

    #[inline(always)]
    fn of_block(workspace: &Workspace) -> &[f32; LANES] {
        &workspace.photons_single
    }
}

/// What looks on while pixels of a row are evaluated, in blocks or one by one.
pub(super) trait RowSink {
    /// What looks on a block.
    type Block: Sink<Lanes> + 'static;
    /// What looks on a pixel by itself.
    type Pixel<'a>: Sink<f64>
    where
        Self: 'a;

    /// For the next block.
    fn block(&mut self) -> &mut Self::Block;

    /// Takes over what was found for a pixel of the last block. A block may reach beyond the pixels that are rendered.
    fn keep(&mut self, fast: usize, lane: usize);

    /// For a pixel by itself. What it finds replaces what a block has found.
    fn pixel(&mut self, fast: usize) -> Self::Pixel<'_>;
}

/// Nobody looks on.
impl RowSink for () {
    type Block = ();
    type Pixel<'a> = ();

    #[inline(always)]
    fn block(&mut self) -> &mut () {
        self
    }

    #[inline(always)]
    fn keep(&mut self, _fast: usize, _lane: usize) {}

    #[inline(always)]
    fn pixel(&mut self, _fast: usize) {}
}
