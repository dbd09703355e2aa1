//! Rows in parallel, pixels in vectors.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use rayon::prelude::*;

use super::labels::LabelRow;
use super::row::{RowSink, Sample};
use super::simd::FastPlan;
use super::{
    Backend, Capabilities, Control, Frame, LabelImage, Precision, Products, Ticket, Unsupported, Want, Watch,
    pixel_by_pixel,
};
use crate::error::{Error, RenderCause};
use crate::image::{self, Image, Spares};
use crate::nest::Label;
use crate::nest::block::{LANES, Workspace};
use crate::plan::{Plan, Region};

/// Renders rows on all threads of a pool, blocks of pixels at once.
///
/// In double precision every pixel agrees with [`super::Scalar`] to 1e-11 of itself or 1e-46 photons before it is rounded to single precision, and
/// has the same bits whatever the number of threads.
///
/// Clones share the pool, and the memory of frames that were [recycled](Backend::recycle).
#[derive(Clone, Debug, Default)]
pub struct Cpu {
    pool: Option<Arc<rayon::ThreadPool>>,
    precision: Precision,
    spares: Spares,
}

/// Threads of which the calling one is the first. What it computes in parallel while they are there, by [`Cpu::default`] or
/// otherwise, they do; where one does all, nothing is handed to another thread and back.
///
/// The calling thread remains one of them for good: this is for the main thread of a program. Work that another thread
/// begins goes to the threads that it would go to without them.
#[derive(Debug)]
pub struct OwnThreads {
    /// Ends with this.
    _pool: rayon::ThreadPool,
}

impl OwnThreads {
    /// `threads` threads, the calling one included (at most 16 a core); 0 lets the machine decide.
    ///
    /// # Errors
    /// [`ErrorKind::Threads`](crate::ErrorKind::Threads) when the system grants no threads, or when the calling thread is one of others.
    pub fn new(threads: usize) -> Result<Self, Error> {
        Ok(OwnThreads { _pool: Cpu::pool(threads, rayon::ThreadPoolBuilder::use_current_thread)? })
    }
}

static CAPABILITIES: LazyLock<Capabilities> = LazyLock::new(|| Capabilities {
    name: "cpu",
    precisions: Precision::ALL.to_vec(),
    products: Products { labels: true, doubles: true },
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
        let pool = Cpu::pool(threads, |pool| pool)?;
        Ok(Cpu { pool: Some(Arc::new(pool)), ..Cpu::default() })
    }

    fn pool(
        threads: usize,
        how: impl FnOnce(rayon::ThreadPoolBuilder) -> rayon::ThreadPoolBuilder,
    ) -> Result<rayon::ThreadPool, Error> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(cores.saturating_mul(Cpu::MOST_PER_CORE));
        let pool = how(rayon::ThreadPoolBuilder::new().num_threads(threads)).build();
        Ok(pool.map_err(|source| RenderCause::Threads { threads, source })?)
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
            let workspace = &mut Workspace::new();
            evaluation.render(plan, slow, columns.start, workspace, &mut photons[columns], &mut (), None);
        }
        photons
    }
}

impl Cpu {
    /// An image for the pixels of `region`, dark where none is rendered.
    fn image(&self, region: &Region) -> Result<Image, Error> {
        let (fast, slow) = (region.image_fast, region.image_slow);
        if region.is_whole() { self.spares.any(fast, slow) } else { self.spares.dark(fast, slow) }
    }

    /// Renders what is wanted into pixels that are ready for it.
    fn fill<P: Sample + Send>(
        &self,
        plan: &Plan,
        want: &Want,
        pixels: &mut [P],
        labels: Option<&mut LabelImage>,
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let rows = plan.region.ranges().0.len();
        let threads = self.pool.as_ref().map_or_else(rayon::current_num_threads, |p| p.current_num_threads());
        let finished = AtomicUsize::new(0);
        let report = || control.report(finished.fetch_add(1, Ordering::Relaxed) + 1, rows);
        let pieces = pieces(plan, pixels, labels, threads);
        self.install(|| {
            if want.products.labels {
                let evaluation = Evaluation::from(FastPlan::tapped(plan));
                render(pieces, &evaluation, plan, control, report, |piece| {
                    LabelRow::new(piece.start, piece.labels.take().unwrap_or_default())
                })
            } else {
                let evaluation = Evaluation::of(plan, want.precision.unwrap_or(self.precision));
                render(pieces, &evaluation, plan, control, report, |_| ())
            }
        })
    }

    /// Runs `work` on the backend's threads.
    pub(super) fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

/// How the terms of a plan are evaluated.
enum Evaluation<'a, R: RowSink = ()> {
    Vectorized(Box<FastPlan<'a, R::Block>>),
    TermByTerm(&'static str),
}

impl<'a> Evaluation<'a> {
    fn of(plan: &'a Plan, precision: Precision) -> Self {
        Evaluation::from(FastPlan::new(plan, precision))
    }
}

impl<'a, R: RowSink> Evaluation<'a, R> {
    fn from(found: Result<FastPlan<'a, R::Block>, &'static str>) -> Self {
        match found {
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

    /// Photons of the pixels of row `slow` from `start` on; those that are not rendered stay as they are. Nothing is of use
    /// once `stop` is raised.
    fn render<P: Sample>(
        &self,
        plan: &Plan,
        slow: usize,
        start: usize,
        workspace: &mut Workspace,
        photons: &mut [P],
        sink: &mut R,
        stop: Option<&AtomicBool>,
    ) {
        match self {
            Evaluation::Vectorized(fast) => fast.render(slow, start, workspace, photons, sink, stop),
            Evaluation::TermByTerm(_) => pixel_by_pixel(plan, slow, start, photons, sink, stop),
        }
    }
}

/// A piece of a row that a thread renders.
struct Piece<'a, P> {
    slow: usize,
    /// Fast coordinate of the first pixel.
    start: usize,
    /// A row counts as finished when its last pixels are.
    ends_row: bool,
    photons: &'a mut [P],
    labels: Option<&'a mut [Option<Label>]>,
}

/// Renders the pieces in parallel, each under the sink that is made for it, and reports every row that is finished.
fn render<'p, R: RowSink, P: Sample + Send>(
    pieces: Vec<Piece<'p, P>>,
    evaluation: &Evaluation<'_, R>,
    plan: &Plan,
    control: &Control<'_>,
    report: impl Fn() + Sync,
    sink: impl Fn(&mut Piece<'p, P>) -> R + Sync,
) -> Result<(), Error> {
    tracing::debug!(evaluation = evaluation.describe(), "how terms are evaluated");
    pieces.into_par_iter().try_for_each_init(Workspace::new, |workspace, mut piece| {
        control.check()?;
        let (slow, start) = (piece.slow, piece.start);
        let mut sink = sink(&mut piece);
        evaluation.render(plan, slow, start, workspace, piece.photons, &mut sink, control.cancel);
        // A piece that was cut off is none.
        control.check()?;
        if piece.ends_row {
            report();
        }
        Ok(())
    })
}

/// The pieces of the rendered region: whole rows, or less where there are so few rows that threads would wait for the
/// last.
fn pieces<'a, P>(
    plan: &Plan,
    pixels: &'a mut [P],
    labels: Option<&'a mut LabelImage>,
    threads: usize,
) -> Vec<Piece<'a, P>> {
    let (rows, columns) = plan.region.ranges();
    let length = piece_length(rows.len(), columns.len(), threads);
    let mut label_rows = labels.map(|labels| labels.rows_mut().skip(rows.start));
    let mut pieces = Vec::new();
    let photon_rows = pixels.chunks_exact_mut(plan.region.image_fast.max(1)).skip(rows.start);
    for (slow, row) in rows.zip(photon_rows) {
        let row_labels = label_rows.as_mut().and_then(Iterator::next);
        let mut row_labels = row_labels.map(|row| row[columns.clone()].chunks_mut(length));
        let starts = columns.clone().step_by(length);
        for (start, photons) in starts.zip(row[columns.clone()].chunks_mut(length)) {
            let labels = row_labels.as_mut().and_then(Iterator::next);
            pieces.push(Piece { slow, start, ends_row: start + length >= columns.end, photons, labels });
        }
    }
    pieces
}

fn piece_length(rows: usize, columns: usize, threads: usize) -> usize {
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

    fn supports(&self, plan: &Plan, want: &Want) -> Result<(), Unsupported> {
        want.within(&CAPABILITIES)?;
        want.products.of(plan)?;
        let narrow = want.products.labels && want.precision == Some(Precision::Single);
        if narrow { Err(Unsupported::NoProduct("labels in f32")) } else { Ok(()) }
    }

    fn frame(&self, plan: &Plan, want: &Want, control: &Control<'_>) -> Result<Frame, Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        self.supports(plan, want).map_err(|reason| Error::refused(self.name(), reason))?;
        let mut image = self.image(&plan.region)?;
        let labels = want.products.labels.then(|| LabelImage::try_new(image.fast(), image.slow()));
        let mut labels = labels.transpose()?;
        let doubles = want.products.doubles.then(|| image::zeros(image.fast(), image.slow()));
        let mut doubles = doubles.transpose()?;
        match &mut doubles {
            Some(doubles) => self.fill(plan, want, doubles, labels.as_mut(), control)?,
            None => self.fill(plan, want, image.pixels_mut(), labels.as_mut(), control)?,
        }
        Frame::round(doubles.as_ref(), &mut image);
        Ok(Frame::with(image, labels, doubles))
    }

    fn render_into(&self, plan: &Plan, pixels: &mut [f32], control: &Control<'_>) -> Result<(), Error> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        plan.region.prepare(pixels)?;
        self.fill(plan, &Want::default(), pixels, None, control)
    }

    fn recycle(&self, frame: Frame) {
        frame.spots.into_iter().for_each(|image| self.spares.give(image));
    }

    fn submit(&self, plan: Arc<Plan>, want: Want, watch: Watch) -> Result<Ticket, Error> {
        self.supports(&plan, &want).map_err(|reason| Error::refused(self.name(), reason))?;
        let cpu = self.clone();
        Ticket::spawn(move || cpu.frame(&plan, &want, &watch.control()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_joins_is_the_first_and_joins_once() {
        let joined = std::thread::spawn(|| {
            let _threads = OwnThreads::new(2).unwrap();
            assert_eq!((rayon::current_thread_index(), rayon::current_num_threads()), (Some(0), 2));
            assert_eq!(Cpu::default().install(rayon::current_thread_index), Some(0));
            OwnThreads::new(1).unwrap_err().kind()
        });
        assert_eq!(joined.join().unwrap(), crate::ErrorKind::Threads);
    }
}
