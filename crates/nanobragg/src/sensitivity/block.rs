//! What is asked for, and what is handed out.

use super::NodeSlope;
use crate::nest::block::Lanes;

/// Pixels to differentiate.
#[derive(Clone, Copy, Debug)]
pub enum PixelSet<'a> {
    /// All that the plan renders.
    All,
    /// These, as [slow, fast].
    Listed(&'a [[u32; 2]]),
}

/// Photons and sensitivities of up to 64 pixels.
pub struct Block<'a> {
    /// The run that it belongs to.
    pub(crate) run: usize,
    /// Blocks before it, of all that are asked for.
    pub(crate) number: usize,
    /// The pixels, as [slow, fast].
    pub(crate) pixels: &'a [[u32; 2]],
    /// Photons of each.
    pub(crate) photons: &'a Lanes,
    /// Sensitivities of each, in the order of the layout.
    pub(crate) rows: &'a [Lanes],
    /// Derivatives by structure factors, by pixel and node; lanes beyond the pixels mean nothing.
    pub(crate) nodes: &'a [NodeSlope],
    /// Whether it ends its run.
    pub(crate) last: bool,
}

impl Block<'_> {
    /// The pixels, as [slow, fast].
    pub fn pixels(&self) -> &[[u32; 2]] {
        self.pixels
    }

    /// Photons of each pixel.
    pub fn photons(&self) -> &[f64] {
        &self.photons.0[..self.pixels.len()]
    }

    /// Sensitivities of each pixel, a row each, in the order of the layout.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.rows.iter().map(|row| &row.0[..self.pixels.len()])
    }

    /// Derivatives of the pixels by structure factors, by pixel and node.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = &NodeSlope> {
        self.nodes.iter().filter(|slope| slope.lane() < self.pixels.len())
    }

    /// Photons and rows of the pixels.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &[f64]> {
        std::iter::once(self.photons()).chain(self.rows())
    }

    /// Photons and rows with all lanes, of which those beyond the pixels mean nothing.
    pub(crate) fn with_photons(&self) -> impl Iterator<Item = &Lanes> {
        std::iter::once(self.photons).chain(self.rows)
    }
}
