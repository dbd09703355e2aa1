//! Normal equations of groups of pixels, each group with further columns of its own.

use nalgebra::DMatrix;

use super::Derivatives;
use super::normal::{Gram, Normal, Weighed};
use crate::backend::{Control, Differentiate};
use crate::error::Error;
use crate::nest::block::LANES;
use crate::sensitivity::{Block, PixelSet};

/// Listed pixels in groups.
#[derive(Clone, Copy, Debug)]
pub struct PixelGroups<'a> {
    /// The pixels, as [slow, fast].
    pub pixels: &'a [[u32; 2]],
    /// The group of each pixel; pixels of a group stand together, groups in ascending order.
    pub group: &'a [u32],
    /// Further columns beside those of parameters, a number a pixel each.
    pub further: &'a [Vec<f64>],
}

/// Normal equations of groups.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupedNormal {
    /// Photons of each pixel.
    pub photons: Vec<f64>,
    /// Of each group, by its number: the equations of the parameters, then the photons, then the further columns.
    pub groups: Vec<Normal>,
}

/// What a block adds: its photons, and sums of each group that it has pixels of.
struct Part {
    photons: Vec<f64>,
    sums: Vec<(usize, Gram)>,
}

impl Derivatives<'_> {
    /// The normal equations of each group, of pixels whose weight and residual `weigh` gives by their place in the list and their
    /// photons. Photons are a column as well, and so are the further ones; a Jacobian is never held.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn normal_of_groups(
        &self,
        backend: &dyn Differentiate,
        groups: PixelGroups<'_>,
        weigh: &(dyn Fn(usize, f64) -> Weighed + Sync),
        control: &Control<'_>,
    ) -> Result<GroupedNormal, Error> {
        let add = |parts: &mut Vec<Part>, block: &Block<'_>| parts.push(part(&groups, weigh, block));
        let parts = self.runs(backend, PixelSet::Listed(groups.pixels), control, Vec::new, add)?;
        let rows = 1 + self.layout().rows() + groups.further.len();
        let count = groups.group.last().map_or(0, |&last| last as usize + 1);
        let mut sums: Vec<Gram> = (0..count).map(|_| Gram::new(rows)).collect();
        let mut photons = Vec::with_capacity(groups.pixels.len());
        for part in parts.into_iter().flatten() {
            photons.extend(part.photons);
            for (group, gram) in part.sums {
                sums[group].join(&gram);
            }
        }
        let chain = self.chain_with(groups.further.len());
        Ok(GroupedNormal { photons, groups: sums.iter().map(|gram| gram.pulled_back(&chain)).collect() })
    }

    /// The chain with rows for the photons and for further columns.
    fn chain_with(&self, further: usize) -> DMatrix<f64> {
        let own = self.chain();
        let (parameters, rows) = own.shape();
        let mut chain = DMatrix::zeros(parameters + 1 + further, rows + further);
        chain.view_mut((0, 0), (parameters, rows)).copy_from(own);
        chain[(parameters, 0)] = 1.0;
        for number in 0..further {
            chain[(parameters + 1 + number, rows + number)] = 1.0;
        }
        chain
    }
}

fn part(groups: &PixelGroups<'_>, weigh: &(dyn Fn(usize, f64) -> Weighed + Sync), block: &Block<'_>) -> Part {
    let first = block.number * LANES;
    let photons = block.photons().to_vec();
    let weighed: Vec<Weighed> =
        photons.iter().enumerate().map(|(lane, &photons)| weigh(first + lane, photons)).collect();
    let further = groups.further.iter().map(|column| &column[first..first + photons.len()]);
    let rows: Vec<&[f64]> = block.columns().chain(further).collect();
    let mut sums = Vec::new();
    let mut start = 0;
    for same in groups.group[first..first + photons.len()].chunk_by(|one, other| one == other) {
        let end = start + same.len();
        let mut gram = Gram::new(rows.len());
        let rows: Vec<&[f64]> = rows.iter().map(|row| &row[start..end]).collect();
        gram.add(&rows, &weighed[start..end]);
        sums.push((same.first().map_or(0, |&group| group as usize), gram));
        start = end;
    }
    Part { photons, sums }
}
