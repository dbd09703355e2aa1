//! Images of many orientations, each rendered while the one before it is looked at.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nanobragg::image::Image;
use nanobragg::model::Misset;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

use crate::renderer::{Panels, Renderer, image};
use crate::wait::Talk;
use crate::{arrays, failure, pool};

/// How long a signal may wait.
const PATIENCE: Duration = Duration::from_millis(40);

/// Images that wait for who asks.
const AHEAD: usize = 1;

type Made = Result<Vec<Image>, nanobragg_session::Error>;

/// Images of many orientations, in order. They are rendered by a thread of their own, one ahead of who asks.
#[pyclass(frozen, module = "nanobragg._native")]
pub struct Series {
    receiver: Mutex<Receiver<Made>>,
    talk: Arc<Talk>,
}

#[pymethods]
impl Series {
    /// Begins to render. Orientations are angles in radians, about the laboratory's x, then y, then z.
    #[new]
    #[pyo3(signature = (renderer, orientations, device=None, dtype=None, threads=None))]
    fn new(
        py: Python<'_>,
        renderer: &Renderer,
        orientations: Vec<[f64; 3]>,
        device: Option<&str>,
        dtype: Option<&str>,
        threads: Option<usize>,
    ) -> PyResult<Self> {
        let (backend, compute) = renderer.open(py, device, dtype, threads)?;
        let pool = pool::pool(compute.threads).map_err(|error| failure::of_session(&error))?;
        let experiments = renderer.resolved().experiments();
        let talk = Arc::new(Talk::default());
        let heard = Arc::clone(&talk);
        let (sender, receiver) = sync_channel::<Made>(AHEAD);
        let one = move |angles: [f64; 3]| -> Made {
            let panel = |experiment: &nanobragg::model::Experiment| {
                let mut experiment = experiment.clone();
                experiment.crystal = experiment.crystal.with_misset(Misset::Angles(angles))?;
                image(backend.as_ref(), &experiment.plan()?, &heard, compute.allow_nonfinite)
            };
            pool.install(|| experiments.iter().map(panel).collect())
        };
        let thread = std::thread::Builder::new().name("series".to_owned()).spawn(move || {
            for angles in orientations {
                let made = one(angles);
                let failed = made.is_err();
                // Where nobody listens any more, nothing more is wanted.
                if sender.send(made).is_err() || failed {
                    return;
                }
            }
        });
        drop(thread.map_err(|error| PyRuntimeError::new_err(format!("no thread for the series: {error}")))?);
        Ok(Series { receiver: Mutex::new(receiver), talk })
    }

    /// The next image of each panel; none at the end.
    fn next<'py>(&self, py: Python<'py>) -> PyResult<Option<Panels<'py>>> {
        loop {
            let waited = py.detach(|| {
                let receiver = self.receiver.lock().unwrap_or_else(PoisonError::into_inner);
                receiver.recv_timeout(PATIENCE)
            });
            match waited {
                Ok(made) => {
                    let images = made.map_err(|error| failure::of_session(&error))?;
                    let arrays = images.into_iter().map(|image| arrays::from_image(py, image));
                    return Ok(Some(arrays.collect::<PyResult<_>>()?));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {
                    if let Err(error) = py.check_signals() {
                        self.close();
                        return Err(error);
                    }
                }
            }
        }
    }

    /// Stops the series.
    fn close(&self) {
        self.talk.stop.store(true, Ordering::Relaxed);
    }
}

impl Drop for Series {
    fn drop(&mut self) {
        self.close();
    }
}
