//! Rows in parallel, pixels in vectors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use super::simd::{FastPlan, LANES};
use super::{
    Backend, Capabilities, Control, Frame, Precision, Products, Ticket, Unsupported, Want, Watch,
    pixel_by_pixel,
};
use crate::error::{Error, RenderCause};
use crate::image::Image;
use crate::plan::Plan;

/// Renders rows on all threads of a pool, blocks of pixels at once.
///
/// In double precision every pixel agrees with [`super::Scalar`] to 1e-11 of itself before it is rounded to single precision, and
/// has the same bits whatever the number of threads.
///
/// Clones share the pool.
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    pool: Option<Arc<rayon::ThreadPool>>,
    precision: Precision,
}

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    name: "cpu",
    precisions: Precision::ALL.to_vec(),
    products: Products::default(),
    order: true,
    table_bytes: None,
});

impl Cpu {
    /// Threads for each core that a pool may have: more only get in each other's way.
    const MOST_PER_CORE: usize = 16;

    /// A backend with `threads` threads of its own (at most 16 a core); 0 lets the machine decide.
    ///
    /// # Errors
    /// [`ErrorKind::Threads`](crate::ErrorKind::Threads) when the system grants no threads.
    pub fn with_threads(threads: usize) -> Result<Self, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(cores.saturating_mul(Cpu::MOST_PER_CORE));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|source| RenderCause::Threads { threads, source })?;
        Ok(Cpu { pool: Some(Arc::new(pool)), precision: Precision::default() })
    }

    /// The same backend with `precision` where a caller wants no other.
    pub fn with_precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }
}

impl Cpu {
    /// Photons of row `slow` in double precision, before they are rounded to an image's single precision;
    /// zero where the plan renders nothing.
    pub fn row(&self, plan: &Plan, slow: usize) -> Vec<f64> {
        let mut photons = vec![0.0; plan.region.image_fast];
        let (rows, columns) = plan.region.ranges();
        if rows.contains(&slow) {
            let evaluation = Evaluation::of(plan, self.precision);
            evaluation.render(plan, slow, columns.start, &mut photons[columns]);
        }
        photons
    }
}

/// How the terms of a plan are evaluated.
enum Evaluation<'a> {
    Vectorized(Box<FastPlan<'a>>),
    TermByTerm(&'static str),
}

impl<'a> Evaluation<'a> {
    fn of(plan: &'a Plan, precision: Precision) -> Self {
        match FastPlan::new(plan, precision) {
            Ok(fast) => Evaluation::Vectorized(Box::new(fast)),
            Err(reason) => Evaluation::TermByTerm(reason),
        }
    }

    fn describe(&self) -> String {
        match self {
            Evaluation::Vectorized(fast) => fast.describe(),
            Evaluation::TermByTerm(reason) => format!("f64 term by term: {reason}"),
        }
    }

    /// Photons of the pixels of row `slow` from `start` on; those that are not rendered stay as they are.
    fn render(&self, plan: &Plan, slow: usize, start: usize, photons: &mut [f64]) {
        match self {
            Evaluation::Vectorized(fast) => fast.render(slow, start, photons),
            Evaluation::TermByTerm(_) => pixel_by_pixel(plan, slow, start, photons),
        }
    }
}

/// Pieces of rows that are handed to threads: whole rows, or less where there are so few of them that threads
/// would wait for the last.
fn piece(rows: usize, columns: usize, threads: usize) -> usize {
    /// Pieces for each thread that are enough to share the work evenly.
    const SHARES: usize = 16;
    let pieces = (threads * SHARES).div_ceil(rows.max(1));
    columns.div_ceil(pieces).next_multiple_of(LANES).max(LANES)
}

impl Backend for Cpu {
    fn capabilities(&self) -> &Capabilities {
        &CAPABILITIES
    }

    fn evaluation(&self, plan: &Plan) -> String {
        Evaluation::of(plan, self.precision).describe()
    }

    fn supports(&self, _plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        want.within(&CAPABILITIES)
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        self.supports(plan, want).map_err(|reason| Error::refused(self.name(), reason))?;
        let mut image = Image::new(plan.region.image_fast, plan.region.image_slow);
        let (rows, columns) = plan.region.ranges();
        let threads = self.pool.as_ref().map_or_else(rayon::current_num_threads, |p| p.current_num_threads());
        let length = piece(rows.len(), columns.len(), threads);
        let total = rows.len();
        let finished = AtomicUsize::new(0);
        let evaluation = Evaluation::of(plan, want.precision.unwrap_or(self.precision));
        tracing::debug!(evaluation = evaluation.describe(), "how terms are evaluated");
        let mut render = || {
            let lines = image.rows_mut().enumerate().filter(|(slow, _)| rows.contains(slow));
            let pieces = lines.flat_map(|(slow, line)| {
                let starts = columns.clone().step_by(length);
                starts
                    .zip(line[columns.clone()].chunks_mut(length))
                    .map(move |(start, out)| (slow, start, out))
            });
            let pieces: Vec<_> = pieces.collect();
            pieces.into_par_iter().try_for_each(|(slow, start, out)| {
                control.check()?;
                let mut photons = vec![0.0; out.len()];
                evaluation.render(plan, slow, start, &mut photons);
                for (pixel, photons) in out.iter_mut().zip(photons) {
                    *pixel = photons as f32;
                }
                // A row counts when its last pixels begin to be finished.
                if start + length >= columns.end {
                    control.report(finished.fetch_add(1, Ordering::Relaxed) + 1, total);
                }
                Ok::<(), Error>(())
            })
        };
        match &self.pool {
            Some(pool) => pool.install(render)?,
            None => render()?,
        }
        Ok(Frame::of(image))
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        self.supports(&plan, &want).map_err(|reason| Error::refused(self.name(), reason))?;
        let cpu = self.clone();
        Ticket::spawn(move || cpu.frame(&plan, &want, &watch.control()))
    }
}
