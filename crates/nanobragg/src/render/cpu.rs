//! Rows in parallel.

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::reference::render_row;
use super::{Backend, Control};
use crate::error::RenderError;
use crate::image::Image;
use crate::plan::Plan;

/// Renders rows on all threads of a pool; same bytes as [`super::Reference`].
#[derive(Debug, Default)]
pub struct Cpu {
    pool: Option<rayon::ThreadPool>,
}

impl Cpu {
    /// Threads for each core that a pool may have: more only get in each other's way.
    const MOST_PER_CORE: usize = 16;

    /// A backend with `threads` threads of its own (at most 16 a core); 0 lets the machine decide.
    ///
    /// # Errors
    /// [`RenderError::Threads`] when the system grants no threads.
    pub fn with_threads(threads: usize) -> Result<Self, RenderError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = threads.min(cores.saturating_mul(Cpu::MOST_PER_CORE));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
        let pool = pool.map_err(|source| RenderError::Threads { threads, source })?;
        Ok(Cpu { pool: Some(pool) })
    }
}

impl Backend for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn render(&self, plan: &Plan, control: &Control<'_>) -> Result<Image, RenderError> {
        let span = tracing::info_span!("render", backend = self.name());
        let _entered = span.enter();
        let mut image = Image::new(plan.region.image_fast, plan.region.image_slow);
        let (rows, _) = plan.region.ranges();
        let total = rows.len();
        let finished = AtomicUsize::new(0);
        let mut render = || {
            let lines = image.rows_mut().enumerate().filter(|(slow, _)| rows.contains(slow));
            let lines: Vec<_> = lines.collect();
            lines.into_par_iter().try_for_each(|(slow, line)| {
                control.check()?;
                render_row(plan, slow, line);
                control.report(finished.fetch_add(1, Ordering::Relaxed) + 1, total);
                Ok::<(), RenderError>(())
            })
        };
        match &self.pool {
            Some(pool) => pool.install(render)?,
            None => render()?,
        }
        Ok(image)
    }
}
