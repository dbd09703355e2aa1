//! What is asked for, and what is handed out.

use super::NodeSlope;
use crate::nest::block::{LANES, Lanes};

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

    /// Derivatives of the pixels by all structure factors: the pixel's number in the block, the node's place in the padded grid of
    /// the table, and photons per electron; by pixel and node, each pair once.
    pub fn amplitudes(&self) -> impl Iterator<Item = (usize, usize, f64)> {
        self.nodes().map(|slope| (slope.lane(), slope.place(), slope.slope))
    }

    /// What [`Self::amplitudes`] gives, each entry as the sum that made it.
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

/// The sums of up to 64 pixels that a device beside the CPU has made, as a [`Block`].
pub struct BlockSums {
    pixels: Vec<[u32; 2]>,
    photons: Lanes,
    rows: Vec<Lanes>,
    nodes: Vec<NodeSlope>,
}

impl BlockSums {
    /// Pixels of a block.
    pub const LEN: usize = LANES;

    /// An empty block with so many rows.
    pub fn new(rows: usize) -> Self {
        let zero = Lanes::splat(0.0);
        BlockSums {
            pixels: Vec::with_capacity(LANES),
            photons: zero,
            rows: vec![zero; rows],
            nodes: Vec::new(),
        }
    }

    /// Forgets the pixels.
    pub fn clear(&mut self) {
        self.pixels.clear();
        self.nodes.clear();
    }

    /// Adds a pixel, given as [slow, fast], with its photons and its sensitivities in the order of the layout. A block that is full
    /// stays as it is.
    pub fn push(&mut self, pixel: [u32; 2], photons: f64, rows: &[f64]) {
        let lane = self.pixels.len();
        if lane >= LANES {
            return;
        }
        self.pixels.push(pixel);
        self.photons.0[lane] = photons;
        for (row, value) in self.rows.iter_mut().zip(rows) {
            row.0[lane] = *value;
        }
    }

    /// Adds what the pixel that was [pushed](Self::push) last owes to structure factors: the place of each node in the padded grid of
    /// the table, and photons per electron, each place once. Without a pixel there is nothing to add to.
    pub fn owe(&mut self, slopes: impl IntoIterator<Item = (u32, f64)>) {
        let Some(lane) = self.pixels.len().checked_sub(1) else { return };
        let start = self.nodes.len();
        self.nodes.extend(slopes.into_iter().map(|(place, slope)| NodeSlope::new(lane, place, slope)));
        if let Some(own) = self.nodes.get_mut(start..) {
            own.sort_by_key(NodeSlope::place);
        }
    }

    /// The block with this number, of those of `runs`.
    pub fn block(&self, runs: Runs, number: usize) -> Block<'_> {
        Block {
            run: runs.run(number),
            number,
            pixels: &self.pixels,
            photons: &self.photons,
            rows: &self.rows,
            nodes: &self.nodes,
            last: runs.ends(number),
        }
    }
}

/// How blocks are shared out: a run of them at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Runs {
    blocks: usize,
}

impl Runs {
    /// The runs of so many blocks.
    pub fn of(blocks: usize) -> Self {
        Runs { blocks }
    }

    /// Blocks of a run but the last: enough runs to share among threads, and few enough to keep something for each.
    pub fn length(self) -> usize {
        (self.blocks / 1024).clamp(1, 64)
    }

    /// The run of a block.
    pub fn run(self, block: usize) -> usize {
        block / self.length()
    }

    /// Whether a block ends its run.
    fn ends(self, block: usize) -> bool {
        block + 1 == self.blocks || (block + 1).is_multiple_of(self.length())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_hold_every_block_and_end_once() {
        for blocks in [1, 63, 1024, 5000, 100_000] {
            let runs = Runs::of(blocks);
            let ends = (0..blocks).filter(|&block| runs.ends(block)).count();
            assert_eq!(ends, runs.run(blocks - 1) + 1, "{blocks}");
        }
    }

    #[test]
    fn a_block_has_what_was_pushed() {
        let mut sums = BlockSums::new(2);
        sums.owe([(1, 1.0)]);
        sums.push([9, 9], 1.0, &[1.0, 1.0]);
        sums.owe([(2, 1.0)]);
        sums.clear();
        sums.push([3, 4], 5.0, &[6.0, 7.0]);
        sums.owe([(70, 0.5), (8, 0.25)]);
        let block = sums.block(Runs::of(1), 0);
        assert_eq!(block.amplitudes().collect::<Vec<_>>(), [(0, 8, 0.25), (0, 70, 0.5)]);
        assert_eq!((block.pixels(), block.photons()), (&[[3, 4]][..], &[5.0][..]));
        assert_eq!(block.rows().collect::<Vec<_>>(), [&[6.0], &[7.0]]);
        assert!(block.last);
    }
}
