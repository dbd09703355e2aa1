//! Derivatives of pixels by what they are summed from.

use std::sync::{Arc, Mutex};

use rayon::prelude::*;

use super::simd::FastPlan;
use super::{Backend, Control, Cpu, Unsupported};
use crate::error::{Error, RenderCause};
use crate::nest::block::{LANES, Lanes, Place, Workspace};
use crate::plan::Plan;
use crate::sensitivity::sums::{Sensitive, Task};
use crate::sensitivity::{Block, Layout, PixelSet, Runs};

/// A backend that knows how pixels change.
pub trait Differentiate: Backend {
    /// Whether the backend sums the sensitivities of `layout` for `plan`.
    ///
    /// # Errors
    /// [`Unsupported::NoDerivatives`], which says what it has none of, and those of [`Backend::supports`].
    fn differentiates(&self, plan: &Plan, layout: &Layout) -> Result<(), Unsupported> {
        let _ = (plan, layout);
        Ok(())
    }

    /// Hands the sensitivities of `pixels` to `each`, block by block, with the number of the run that the block belongs to. Runs
    /// come in any order and from any thread, the blocks of a run in their order. Runs, blocks and what is in them are the
    /// same, bit for bit, with any number of threads.
    ///
    /// # Errors
    /// Those of [`Backend::frame`].
    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), Error>;
}

/// A block to come.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    Row { slow: usize, start: usize, end: usize },
    Listed(&'a [[u32; 2]]),
}

impl Wanted<'_> {
    /// Its pixels, of which those beyond the number are the last one again.
    fn pixels(&self) -> ([[u32; 2]; LANES], usize) {
        match *self {
            Wanted::Row { slow, start, end } => {
                let pixel = |lane: usize| [slow as u32, (start + lane).min(end - 1) as u32];
                (std::array::from_fn(pixel), end - start)
            }
            Wanted::Listed(pixels) => {
                let last = pixels.last().copied().unwrap_or_default();
                (std::array::from_fn(|lane| pixels.get(lane).copied().unwrap_or(last)), pixels.len())
            }
        }
    }
}

/// The blocks of `pixels`.
fn blocks<'a>(plan: &Plan, pixels: PixelSet<'a>) -> Vec<Wanted<'a>> {
    let region = &plan.region;
    match pixels {
        PixelSet::Listed(pixels) => pixels.chunks(LANES).map(Wanted::Listed).collect(),
        PixelSet::All => {
            let (rows, columns) = region.ranges();
            let starts = |slow| columns.clone().step_by(LANES).map(move |start| (slow, start));
            let ranges =
                rows.flat_map(starts).map(|(slow, start)| (slow, start, columns.end.min(start + LANES)));
            let rendered =
                ranges.filter(|&(slow, start, end)| (start..end).any(|fast| region.renders(slow, fast)));
            rendered.map(|(slow, start, end)| Wanted::Row { slow, start, end }).collect()
        }
    }
}

impl Differentiate for Cpu {
    fn sensitivities(
        &self,
        plan: &Plan,
        layout: &Layout,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        each: &(dyn Fn(usize, &Block<'_>) + Sync),
    ) -> Result<(), Error> {
        let task = Arc::new(Task::new(plan, layout));
        let fast = FastPlan::<Sensitive>::tapped(plan).map_err(RenderCause::Order)?;
        let blocks = blocks(plan, pixels);
        let masked = matches!(pixels, PixelSet::All) && plan.region.mask.is_some();
        let length = Runs::of(blocks.len()).length();
        let runs = blocks.par_chunks(length).enumerate();
        // Said in order: whoever counts what is done sees each evaluation end once.
        let (all_done, total) = (Mutex::new(0), blocks.len());
        self.install(|| {
            let new = || (Workspace::with_slopes(), Sensitive::new(Arc::clone(&task)));
            runs.try_for_each_init(new, |(workspace, sums), (run, blocks)| {
                let before = run * length;
                for (at, block) in blocks.iter().enumerate() {
                    control.check()?;
                    let (all, count) = block.pixels();
                    let place = match *block {
                        Wanted::Row { slow, start, .. } => Place::Row { slow, start },
                        Wanted::Listed(_) => Place::Listed(&all),
                    };
                    sums.clear();
                    fast.evaluate(place, workspace, sums, control.cancel);
                    control.check()?;
                    let pixels = &all[..count];
                    if masked {
                        blank(plan, pixels, &mut workspace.photons, sums);
                    }
                    let nodes = sums.scatter.as_ref().map_or(&[][..], |scatter| scatter.slopes());
                    let (number, last) = (before + at, at + 1 == blocks.len());
                    let (photons, rows) = (&workspace.photons, &sums.rows);
                    each(run, &Block { run, number, pixels, photons, rows, nodes, last });
                }
                if let Ok(mut done) = all_done.lock() {
                    *done += blocks.len();
                    control.report(*done, total);
                }
                Ok(())
            })
        })
    }
}

/// Takes out what is masked.
fn blank(plan: &Plan, pixels: &[[u32; 2]], photons: &mut Lanes, sums: &mut Sensitive) {
    let renders = |&[slow, fast]: &[u32; 2]| plan.region.renders(slow as usize, fast as usize);
    if let Some(scatter) = &mut sums.scatter {
        scatter.keep(|lane| pixels.get(lane).is_some_and(renders));
    }
    for (lane, pixel) in pixels.iter().enumerate() {
        if !renders(pixel) {
            photons.0[lane] = 0.0;
            sums.rows.iter_mut().for_each(|row| row.0[lane] = 0.0);
        }
    }
}
