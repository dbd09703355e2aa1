//! Labels of an image: which node lights each pixel up.

use super::row::RowSink;
use crate::error::{Error, RenderCause};
use crate::image::Pixel;
use crate::nest::{BlockNodeSums, Finished, Label, Needs, NodeSums, Sink, Term, TermIndex};

/// The label of each pixel, slow-major; `None` where no node gives photons.
#[derive(Clone, Debug, PartialEq)]
pub struct LabelImage {
    fast: usize,
    labels: Vec<Option<Label>>,
}

impl LabelImage {
    /// An image of `fast` × `slow` pixels without labels.
    pub(crate) fn try_new(fast: usize, slow: usize) -> Result<Self, Error> {
        let mut labels = Vec::new();
        let pixels = fast.saturating_mul(slow);
        let bytes = pixels as u128 * size_of::<Option<Label>>() as u128;
        labels.try_reserve_exact(pixels).map_err(|_| RenderCause::Memory { fast, slow, bytes })?;
        labels.resize(pixels, None);
        Ok(LabelImage { fast: fast.max(1), labels })
    }

    /// Pixels along the fast axis.
    pub fn fast(&self) -> usize {
        self.fast
    }

    /// All pixels, slow-major.
    pub fn labels(&self) -> &[Option<Label>] {
        &self.labels
    }

    /// The label of a pixel.
    pub fn get(&self, Pixel { slow, fast }: Pixel) -> Option<Label> {
        let inside = fast < self.fast;
        self.labels.get(slow * self.fast + fast).copied().flatten().filter(|_| inside)
    }

    /// All rows.
    pub(super) fn rows_mut(&mut self) -> std::slice::ChunksExactMut<'_, Option<Label>> {
        self.labels.chunks_exact_mut(self.fast)
    }
}

/// Labels of pixels of a row, from `start` on.
pub(super) struct LabelRow<'a> {
    start: usize,
    labels: &'a mut [Option<Label>],
    block: BlockNodeSums,
}

impl<'a> LabelRow<'a> {
    pub fn new(start: usize, labels: &'a mut [Option<Label>]) -> Self {
        LabelRow { start, labels, block: BlockNodeSums::new() }
    }
}

impl RowSink for LabelRow<'_> {
    type Block = BlockNodeSums;
    type Pixel<'a>
        = PixelLabel<'a>
    where
        Self: 'a;

    fn block(&mut self) -> &mut BlockNodeSums {
        self.block.clear();
        &mut self.block
    }

    fn keep(&mut self, fast: usize, lane: usize) {
        if let Some(into) = self.labels.get_mut(fast - self.start) {
            *into = self.block.label(lane);
        }
    }

    fn pixel(&mut self, fast: usize) -> PixelLabel<'_> {
        PixelLabel { sums: NodeSums::default(), into: self.labels.get_mut(fast - self.start) }
    }
}

/// Finds the label of one pixel.
pub(super) struct PixelLabel<'a> {
    sums: NodeSums,
    into: Option<&'a mut Option<Label>>,
}

impl Sink<f64> for PixelLabel<'_> {
    const NEEDS: Needs = <NodeSums as Sink<f64>>::NEEDS;

    fn term(&mut self, at: TermIndex, term: &Term<'_, f64>) {
        Sink::<f64>::term(&mut self.sums, at, term);
    }

    fn finished(&mut self, finished: &Finished<f64>) {
        Sink::<f64>::finished(&mut self.sums, finished);
        if let Some(into) = self.into.as_deref_mut() {
            *into = self.sums.label();
        }
    }
}
