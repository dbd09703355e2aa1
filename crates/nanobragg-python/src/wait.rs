//! Waiting for work without holding Python up.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use nanobragg::backend::Progress;
use pyo3::prelude::*;
use rayon::ThreadPool;

/// How long a signal, and news of progress, may wait.
const PATIENCE: Duration = Duration::from_millis(40);

/// What a piece of work and who waits for it say to each other.
#[derive(Default)]
pub struct Talk {
    /// Raised to stop the work.
    pub stop: AtomicBool,
    done: AtomicUsize,
    total: AtomicUsize,
}

impl Talk {
    /// Notes progress; any thread may.
    pub fn note(&self, progress: Progress) {
        self.total.store(progress.total, Ordering::Relaxed);
        self.done.fetch_max(progress.done, Ordering::Relaxed);
    }

    /// The next image begins.
    pub fn restart(&self) {
        self.done.store(0, Ordering::Relaxed);
    }
}

/// Does `work` in `pool` while other Python threads run. Signals are answered and `progress(done, total)` is called in
/// between, by the calling thread.
///
/// # Errors
/// What a signal's handler or `progress` raised, after the work has stopped.
pub fn wait<T: Send>(
    py: Python<'_>,
    pool: &ThreadPool,
    talk: &Talk,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce() -> T + Send,
) -> PyResult<T> {
    let progress = progress.map(|callable| callable.clone().unbind());
    let mut told = None;
    let (result, raised) = py.detach(|| {
        pool.in_place_scope(|scope| {
            let (sender, receiver) = channel();
            // The receiver waits until there is a result: it cannot be gone.
            scope.spawn(move |_| drop(sender.send(work())));
            let mut raised = None;
            loop {
                match receiver.recv_timeout(PATIENCE) {
                    Ok(result) => break (Some(result), raised),
                    Err(RecvTimeoutError::Disconnected) => break (None, raised),
                    Err(RecvTimeoutError::Timeout) if raised.is_some() => {}
                    Err(RecvTimeoutError::Timeout) => {
                        let looked = Python::attach(|py| {
                            py.check_signals()?;
                            tell(py, talk, progress.as_ref(), &mut told)
                        });
                        if let Err(error) = looked {
                            talk.stop.store(true, Ordering::Relaxed);
                            raised = Some(error);
                        }
                    }
                }
            }
        })
    });
    if let Some(error) = raised {
        return Err(error);
    }
    tell(py, talk, progress.as_ref(), &mut told)?;
    result.ok_or_else(|| crate::failure::exception("render.threads", "the render has ended without a result"))
}

/// Calls `progress` where there is news.
fn tell(
    py: Python<'_>,
    talk: &Talk,
    progress: Option<&Py<PyAny>>,
    told: &mut Option<(usize, usize)>,
) -> PyResult<()> {
    let Some(progress) = progress else { return Ok(()) };
    let news = (talk.done.load(Ordering::Relaxed), talk.total.load(Ordering::Relaxed));
    if news.1 > 0 && *told != Some(news) {
        *told = Some(news);
        progress.call1(py, news)?;
    }
    Ok(())
}
