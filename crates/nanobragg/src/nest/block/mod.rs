//! A block of neighboring pixels: the stages that the walk over its terms drives.
//!
//! `stages` has positions, factors and scattering vectors, `terms` what an orientation adds, `amplitudes`, `table` and
//! `interpolated` where structure factors come from. The lattice factor of a block is a [`Terms`] of the backend.

#![allow(clippy::needless_range_loop, reason = "a lane has the same number in every array")]

mod amplitudes;
mod interpolated;
mod lane;
mod occupied;
mod scattered;
mod scratch;
mod slopes;
mod stages;
mod table;
mod terms;

pub(crate) use amplitudes::Amplitudes;
pub(crate) use lane::{BlockFinished, BlockScattering, BlockSourceDone, BlockSubpixel, BlockTerm};
pub(crate) use occupied::{CHUNK, Occupied};
pub(crate) use scattered::{Scattered, quick_index};
pub(crate) use scratch::{GroupsSeen, Scratch, Workspace};
pub(crate) use slopes::Slopes;
pub(crate) use stages::{PolarAxes, Positions, polar_axes};
pub(crate) use table::Table;
pub(crate) use terms::{LatticeIntensity, Terms};

use std::sync::atomic::AtomicBool;

use super::kept::{Kept, Values, polar_at_first};
use super::{Sink, Stages, TermIndex, walk};
use crate::plan::{Plan, SourcePlan};
use stages::Known;

/// Pixels of a block.
pub(crate) const LANES: usize = 64;

/// One number for each pixel of a block.
#[derive(Clone, Copy)]
#[repr(align(64))]
pub(crate) struct Lanes(pub [f64; LANES]);

impl Lanes {
    #[inline(always)]
    pub fn splat(x: f64) -> Self {
        Lanes([x; LANES])
    }
}

/// Which pixels a block has.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// Neighbors in a row.
    Row {
        /// Slow coordinate.
        slow: usize,
        /// Fast coordinate of the first pixel.
        start: usize,
    },
    /// Pixels anywhere: slow and fast coordinate of each.
    Listed(&'a [[u32; 2]; LANES]),
}

impl Place<'_> {
    /// Slow and fast coordinate of pixel `i`.
    #[inline(always)]
    pub fn pixel(&self, i: usize) -> [usize; 2] {
        match *self {
            Place::Row { slow, start } => [slow, start + i],
            Place::Listed(pixels) => pixels[i].map(|coordinate| coordinate as usize),
        }
    }
}

/// A block to evaluate.
pub(crate) struct Work<'a, S> {
    pub plan: &'a Plan,
    /// What looks on.
    pub sink: &'a mut S,
    pub place: Place<'a>,
    /// Structure factors of the block's terms.
    pub amplitudes: Amplitudes<'a>,
    /// What polarization is measured against, for every source.
    pub axes: &'a [PolarAxes],
    /// What the evaluation writes its intermediates to; receives the photons of each pixel.
    pub workspace: &'a mut Workspace,
    /// Where it is raised, terms are left out.
    pub stop: Option<&'a AtomicBool>,
}

impl Values<f64> for Lanes {
    #[inline(always)]
    fn all(value: f64) -> Self {
        Lanes::splat(value)
    }

    #[inline(always)]
    fn multiply(&mut self, factors: &Self) {
        for i in 0..LANES {
            self.0[i] *= factors.0[i];
        }
    }
}

impl<S: Sink<Lanes>> Work<'_, S> {
    #[inline(always)]
    pub fn evaluate<T: Terms, const FMA: bool>(self, terms: &T) {
        let plan = self.plan;
        let Workspace { scratch, sum, kept, positions, scattered, photons, photons_single } = self.workspace;
        sum.0.fill(plan.background.start);
        kept.polar.0.fill(polar_at_first(plan));
        kept.capture.0.fill(1.0);
        let mut block: Block<'_, T, S, FMA> = Block {
            plan,
            terms,
            sink: self.sink,
            place: self.place,
            amplitudes: self.amplitudes,
            axes: self.axes,
            scratch,
            sum,
            kept,
            polar_known: &mut Known::Nowhere,
            polar_set: &mut [false; LANES],
            positions,
            scattered,
        };
        walk(plan, &mut block, self.stop);
        stages::finish(plan, block.sum, block.kept, photons);
        for i in 0..LANES {
            photons_single[i] = photons.0[i] as f32;
        }
        block.sink.finished(&BlockFinished { sum: block.sum, kept: block.kept });
    }
}

/// The block's sums, where the walk is, and what is kept from one term to the next. Arrays are borrowed, so that
/// what is small stays in registers.
struct Block<'a, T, S, const FMA: bool> {
    plan: &'a Plan,
    terms: &'a T,
    sink: &'a mut S,
    place: Place<'a>,
    amplitudes: Amplitudes<'a>,
    axes: &'a [PolarAxes],
    scratch: &'a mut Scratch,
    sum: &'a mut Lanes,
    kept: &'a mut Kept<Lanes>,
    polar_known: &'a mut Known,
    polar_set: &'a mut [bool; LANES],
    positions: &'a mut Positions,
    scattered: &'a mut Scattered,
}

impl<T: Terms, S: Sink<Lanes>, const FMA: bool> Stages<f64> for Block<'_, T, S, FMA> {
    #[inline(always)]
    fn subpixel(&mut self, at: TermIndex) {
        stages::locate::<FMA>(self.plan, self.place, at, self.positions);
        stages::weigh(self.plan, at, self.positions, self.kept);
        let seen = BlockSubpixel { positions: self.positions, place: self.place, sum: self.sum };
        self.sink.subpixel(at, &seen);
    }

    #[inline(always)]
    fn source(&mut self, at: TermIndex, source: &SourcePlan<f64>) -> bool {
        let (kept, known) = (&mut *self.kept, &mut *self.polar_known);
        let set = S::NEEDS.slopes.then_some(&mut *self.polar_set);
        let Some(axes) = self.axes.get(at.source) else { return false };
        let (positions, scattered) = (&*self.positions, &mut *self.scattered);
        let within = stages::scatter::<FMA>(self.plan, source, axes, positions, kept, known, set, scattered);
        if within {
            let seen = BlockScattering { source, polar_set: self.polar_set, sum: self.sum };
            self.sink.source(at, &seen);
        }
        within
    }

    #[inline(always)]
    fn term(&mut self, at: TermIndex) {
        // A copy of its own tells the compiler that the sums do not change it.
        let amplitudes = self.amplitudes;
        let orientations = &self.plan.orientations;
        if !S::NEEDS.terms {
            let number = at.phi * orientations.domains.len() + at.domain;
            let (scattered, scratch) = (&*self.scattered, &mut *self.scratch);
            if self.terms.settles::<FMA>(number, &amplitudes, scattered, scratch, self.sum) {
                return;
            }
        }
        let lattice = orientations.lattice(at.phi, at.domain);
        let added = self.terms.add::<S, FMA>(&lattice, &amplitudes, self.scattered, self.scratch, self.sum);
        if S::NEEDS.terms && added {
            let Scratch { node, place, offset, f, f_latt, slopes, .. } = &*self.scratch;
            let Scattered { q, weight, .. } = &*self.scattered;
            let lattice = &lattice;
            let slopes = slopes.as_deref();
            let term = BlockTerm { lattice, q, node, place, offset, f, f_latt_sqr: f_latt, slopes, weight };
            self.sink.term(at, &term);
        }
    }

    #[inline(always)]
    fn source_done(&mut self) {
        let Scattered { q, weight, undamped } = &*self.scattered;
        let weight = if self.plan.b_factor == 0.0 { weight } else { undamped };
        stages::add_background(self.plan, weight, self.sum);
        self.sink.source_done(&BlockSourceDone { q, weight, sum: self.sum });
    }
}
