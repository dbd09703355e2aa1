//! Which node lights a pixel up: a sink.

use super::block::{BlockFinished, BlockTerm, LANES, Lanes};
use super::index::TermIndex;
use super::lane::{Finished, Term};
use super::sink::{Needs, Sink};
use crate::real::{Real, to_f64};

/// The node that most of a pixel's photons come from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Label {
    /// h, k, l.
    pub node: [i32; 3],
    /// Its photons over those of the pixel, background included.
    pub share: f32,
}

/// Sums up what the terms of each node add to a pixel.
///
/// A term belongs to the node nearest to it. What a pixel gets from a node is computed in the pixel's own evaluation:
/// nodes and background add up to the pixel.
///
/// ```
/// use nanobragg::image::Pixel;
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
/// use nanobragg::nest::{NodeSums, pixel};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(50.0, 60.0, 70.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let mut sums = NodeSums::default();
/// pixel(&plan, Pixel { slow: 20, fast: 30 }, &mut sums);
/// let label = sums.label().expect("a pixel with photons");
/// assert!(label.share > 0.5);
/// # Ok::<(), nanobragg::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct NodeSums {
    nodes: Vec<([i32; 3], f64)>,
    total: f64,
}

impl NodeSums {
    /// Nodes with their sums over terms, in the order in which they were met.
    pub fn nodes(&self) -> &[([i32; 3], f64)] {
        &self.nodes
    }

    /// The sum over all terms, background included.
    pub fn total(&self) -> f64 {
        self.total
    }

    /// The node with the largest sum, the first one met among equals; `None` for a pixel without photons from nodes.
    pub fn label(&self) -> Option<Label> {
        let mut nodes = self.nodes.iter();
        let mut best = nodes.next()?;
        for candidate in nodes {
            if candidate.1 > best.1 {
                best = candidate;
            }
        }
        let found = best.1 > 0.0 && self.total > 0.0;
        found.then(|| Label { node: best.0, share: (best.1 / self.total) as f32 })
    }

    fn clear(&mut self) {
        self.nodes.clear();
        self.total = 0.0;
    }

    fn add(&mut self, node: [i32; 3], amount: f64) {
        if amount == 0.0 {
            return;
        }
        // Terms come in runs: the node is most often the one of the term before, and there are few.
        match self.nodes.iter_mut().rev().find(|known| known.0 == node) {
            Some(known) => known.1 += amount,
            None => self.nodes.push((node, amount)),
        }
    }
}

impl<T: Real> Sink<T> for NodeSums {
    const NEEDS: Needs = Needs::TERMS;

    fn term(&mut self, _at: TermIndex, term: &Term<'_, T>) {
        self.add(term.indices.nearest_i32(), to_f64(term.amount));
    }

    fn finished(&mut self, finished: &Finished<T>) {
        self.total = to_f64(finished.sum);
    }
}

/// [`NodeSums`] of the pixels of a block.
#[derive(Debug)]
pub(crate) struct BlockNodeSums {
    pixels: Vec<NodeSums>,
}

impl BlockNodeSums {
    pub fn new() -> Self {
        BlockNodeSums { pixels: vec![NodeSums::default(); LANES] }
    }

    /// Forgets the last block.
    pub fn clear(&mut self) {
        self.pixels.iter_mut().for_each(NodeSums::clear);
    }

    pub fn label(&self, lane: usize) -> Option<Label> {
        self.pixels.get(lane).and_then(NodeSums::label)
    }
}

impl Sink<Lanes> for BlockNodeSums {
    const NEEDS: Needs = Needs::TERMS;

    fn term(&mut self, _at: TermIndex, term: &BlockTerm<'_>) {
        for (lane, sums) in self.pixels.iter_mut().enumerate() {
            let f = term.f.0[lane];
            let amount = f * f * term.f_latt_sqr.0[lane] * term.weight.0[lane];
            sums.add([0, 1, 2].map(|axis: usize| term.node[axis].0[lane] as i32), amount);
        }
    }

    fn finished(&mut self, finished: &BlockFinished<'_>) {
        for (sums, total) in self.pixels.iter_mut().zip(finished.sum.0) {
            sums.total = total;
        }
    }
}
