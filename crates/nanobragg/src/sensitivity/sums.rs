//! The sink that sums the sensitivities of a block of pixels.

#![allow(clippy::needless_range_loop, reason = "a lane has the same number in every array")]

mod curved;
mod flush;
mod fused;
mod task;
mod terms;

use fused::Spare;
pub(crate) use task::Task;
pub use task::Turned;
use terms::Added;

use std::sync::Arc;

use super::Starts;
use super::scatter::Scatter;
use crate::nest::block::{
    BlockFinished, BlockScattering, BlockSourceDone, BlockSubpixel, BlockTerm, LANES, Lanes,
};
use crate::nest::{Needs, Sink, TermIndex};

pub(crate) const ZERO: Lanes = Lanes([0.0; LANES]);

/// The sums of a block's pixels. All are in units of the sum of terms until the block is finished, and of photons afterwards.
pub(crate) struct Sensitive {
    task: Arc<Task>,
    starts: Starts,
    /// A row for each sensitivity.
    pub rows: Vec<Lanes>,
    /// Derivatives by all structure factors, where they are wanted.
    pub scatter: Option<Scatter>,
    /// dT/dq summed over the terms of the source.
    by_q: [Lanes; 3],
    spare: Box<Spare>,
    /// On a curved detector, the derivative by the sub-pixel's point.
    by_point: [Lanes; 3],
    /// The sum before the source and before the sub-pixel.
    before_source: Lanes,
    before_subpixel: Lanes,
    here: Here,
    once: Once,
}

/// Where the evaluation is.
struct Here {
    /// Directions and distances of the sub-pixel.
    diffracted: [Lanes; 3],
    distance: Lanes,
    subpixel: TermIndex,
    begun: bool,
    /// Where it is on the panel: fast and slow, meters.
    on_panel: [Lanes; 2],
    incident: [f64; 3],
    wavelength: f64,
    source: usize,
    source_weight: f64,
}

/// Derivatives of the logarithms of factors that enter once, with the photons of the finished pixel.
struct Once {
    omega: [Lanes; 3],
    capture: [Lanes; 3],
    /// Force, torque, rotation of the beam.
    polar: [[Lanes; 3]; 3],
    /// By the numbers of a curved panel.
    curved: [Vec<Lanes>; 3],
}

impl Once {
    fn new() -> Self {
        Once {
            omega: [ZERO; 3],
            capture: [ZERO; 3],
            polar: [[ZERO; 3]; 3],
            curved: [const { Vec::new() }; 3],
        }
    }
}

impl Sensitive {
    pub fn new(task: Arc<Task>) -> Self {
        let starts = task.layout.starts();
        let here = Here {
            diffracted: [ZERO; 3],
            distance: ZERO,
            subpixel: TermIndex::default(),
            begun: false,
            on_panel: [ZERO; 2],
            incident: [0.0; 3],
            wavelength: 1.0,
            source: 0,
            source_weight: 1.0,
        };
        Sensitive {
            rows: vec![ZERO; starts.end],
            scatter: task.layout.groups.table.then(Scatter::new),
            task,
            starts,
            by_q: [ZERO; 3],
            spare: Box::new(Spare::new()),
            by_point: [ZERO; 3],
            before_source: ZERO,
            before_subpixel: ZERO,
            here,
            once: Once::new(),
        }
    }

    /// Forgets the last block.
    pub fn clear(&mut self) {
        self.rows.fill(ZERO);
        if let Some(scatter) = &mut self.scatter {
            scatter.clear();
        }
        self.here.begun = false;
        self.once = Once::new();
    }

    /// The rows of a group.
    #[inline(always)]
    fn group<const N: usize>(rows: &mut [Lanes], start: usize) -> Option<&mut [Lanes; N]> {
        rows.get_mut(start..)?.first_chunk_mut()
    }
}

impl Sink<Lanes> for Sensitive {
    const NEEDS: Needs = Needs::SLOPES;

    #[inline(always)]
    fn subpixel(&mut self, at: TermIndex, subpixel: &BlockSubpixel<'_>) {
        self.end_subpixel(subpixel.sum);
        self.here.begun = true;
        self.here.subpixel = at;
        self.here.diffracted = subpixel.positions.diffracted;
        self.here.distance = subpixel.positions.distance;
        self.before_subpixel = *subpixel.sum;
        if self.task.layout.curved {
            self.place(subpixel.place);
        }
        self.note_factors(at);
    }

    #[inline(always)]
    fn source(&mut self, at: TermIndex, scattering: &BlockScattering<'_>) {
        self.here.incident = scattering.source.incident.into();
        self.here.wavelength = scattering.source.wavelength;
        self.here.source_weight = scattering.source.weight;
        self.here.source = at.source;
        self.by_q = [ZERO; 3];
        self.before_source = *scattering.sum;
        self.note_polarization(scattering.polar_set);
    }

    #[inline(always)]
    fn term(&mut self, at: TermIndex, term: &BlockTerm<'_>) {
        let level = self.task.level;
        level.run(Added { sums: self, at, term });
    }

    #[inline(always)]
    fn source_done(&mut self, done: &BlockSourceDone<'_>) {
        self.end_source(done);
    }

    #[inline(always)]
    fn finished(&mut self, finished: &BlockFinished<'_>) {
        self.end_subpixel(finished.sum);
        self.finish(finished);
    }
}
