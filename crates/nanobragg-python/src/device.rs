//! What renders: backends that stay open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nanobragg::backend::{Backend, Differentiate, Precision, Scalar};
use nanobragg_session::{Compute, Device, Error, Event, Flow, GpuChoice, Observer, Watch, backend};

use crate::failure;
use pyo3::PyResult;

/// What renders; any thread may use it.
pub type Shared = Arc<dyn Backend>;

/// What computes images and derivatives; any thread may use it.
pub type Both = Arc<dyn Differentiate>;

/// Code and text of a warning.
pub type Told = (&'static str, String);

/// Keeps what backends say until somebody asks. They speak on the thread that opens or uses them.
struct Ear;

std::thread_local! {
    static HEARD: std::cell::RefCell<Vec<Told>> = const { std::cell::RefCell::new(Vec::new()) };
}

static EAR: Ear = Ear;
/// Nobody stops a backend as such: each render has a flag of its own.
static NEVER: AtomicBool = AtomicBool::new(false);
/// Whether this process has looked for a graphics processor and found none: to look takes a second.
static NO_GPU: AtomicBool = AtomicBool::new(false);

impl Observer for Ear {
    fn on(&self, event: Event<'_>) -> Flow {
        if let Event::Warning(warning) = event {
            HEARD.with_borrow_mut(|heard| heard.push((warning.code(), warning.to_string())));
        }
        Flow::Continue
    }
}

/// What backends have warned of on this thread since it was last asked.
pub fn heard() -> Vec<Told> {
    HEARD.with_borrow_mut(std::mem::take)
}

/// The backends that simulations have opened, in one process.
#[derive(Default)]
pub struct Devices {
    open: Mutex<Vec<Opened>>,
}

struct Opened {
    process: u32,
    compute: Compute,
    backend: Both,
}

impl Devices {
    /// The backend of `compute`, opened when it is first asked for. Rows are rendered in the caller's pool of threads.
    pub fn backend(&self, compute: &Compute) -> PyResult<Shared> {
        match compute.device {
            Device::Scalar => Ok(Arc::new(Scalar)),
            _ => Ok(self.differentiating(compute)?),
        }
    }

    /// What computes derivatives for `compute`: the same, but for the scalar definition, which has none, the CPU.
    pub fn differentiating(&self, compute: &Compute) -> PyResult<Both> {
        // How many threads there are is the pool's affair.
        let compute = Compute { threads: 0, ..compute.clone() };
        let process = std::process::id();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(opened) = open.iter().find(|opened| opened.compute == compute) {
            if opened.process == process || opened.backend.name() == "cpu" {
                return Ok(Arc::clone(&opened.backend));
            }
            return Err(failure::exception(
                "device.forked",
                "a graphics processor that was opened before a fork cannot be used after it; make the simulation anew in \
                 the worker, or start workers by \"spawn\"",
            ));
        }
        let any = compute.device == Device::Auto && compute.gpu == GpuChoice::default();
        let asked = if any && NO_GPU.load(Ordering::Relaxed) {
            Compute { device: Device::Cpu, ..compute.clone() }
        } else {
            compute.clone()
        };
        let opened = backend::open_for_derivatives(&asked, Watch::new(&EAR, &NEVER));
        let backend: Both = Arc::from(opened.map_err(|error: Error| failure::of_session(&error))?);
        if any && backend.name() == "cpu" {
            NO_GPU.store(true, Ordering::Relaxed);
        }
        open.push(Opened { process, compute, backend: Arc::clone(&backend) });
        Ok(backend)
    }
}

/// The device of this name.
pub fn device(name: &str) -> Option<Device> {
    Some(match name {
        "auto" => Device::Auto,
        "cpu" => Device::Cpu,
        "gpu" | "cuda" => Device::Gpu,
        "scalar" | "reference" => Device::Scalar,
        _ => return None,
    })
}

/// The precision of this name.
pub fn precision(name: &str) -> Option<Precision> {
    Some(match name {
        "f64" | "float64" => Precision::Double,
        "f32" | "float32" => Precision::Single,
        _ => return None,
    })
}
