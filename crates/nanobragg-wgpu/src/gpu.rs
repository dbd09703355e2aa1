//! An opened device and its faults.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use nanobragg::backend::Unsupported;

use crate::adapter::{AdapterInfo, Selection, select};
use crate::error::{Cause, Error};
use crate::layout::Dispatch;
use crate::limits::{Limits, UpperLimits};

/// An opened graphics device. Clones share it.
#[derive(Clone, Debug)]
pub struct Gpu {
    pub(crate) device: wgpu::Device,
    pub(crate) queue: wgpu::Queue,
    pub(crate) info: Arc<AdapterInfo>,
    pub(crate) limits: Limits,
    /// What compiled shaders are kept under; `None` where the driver gives none out.
    pub(crate) cache_key: Option<Arc<str>>,
    faults: Arc<Faults>,
}

/// Commands that were handed to the device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Submission {
    done: Arc<AtomicBool>,
}

/// What the driver reported outside of the call that it belongs to.
#[derive(Debug, Default)]
struct Faults {
    lost: Mutex<Option<String>>,
    /// Submissions that are left, where a test wants the device lost.
    left: Option<AtomicU64>,
    error: Mutex<Option<wgpu::Error>>,
}

/// Time between two looks whether the device is done: a sixteenth of what was waited, within these.
const SHORTEST_PAUSE: Duration = Duration::from_micros(10);
const LONGEST_PAUSE: Duration = Duration::from_millis(2);

impl Gpu {
    /// Opens the adapter that `selection` means.
    ///
    /// # Errors
    /// Those of [`Self::open_within`].
    pub fn open(selection: &Selection) -> Result<Gpu, Error> {
        Gpu::open_within(selection, UpperLimits::default())
    }

    /// Opens the adapter that `selection` means, of which no more is used than `limits` say.
    ///
    /// ```no_run
    /// use nanobragg_wgpu::{Gpu, Selection, UpperLimits};
    ///
    /// // A card that shows a desktop as well: buffers of 256 MiB, and a dispatch of 10⁸ terms at most.
    /// let limits = UpperLimits { buffer: Some(256 << 20), terms: Some(100_000_000), ..UpperLimits::default() };
    /// let gpu = Gpu::open_within(&Selection::BestReal, limits)?;
    /// assert!(gpu.limits().buffer <= 256 << 20);
    /// # Ok::<(), nanobragg_wgpu::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::NoAdapter`](crate::ErrorKind::NoAdapter), [`ErrorKind::NoSuchAdapter`](crate::ErrorKind::NoSuchAdapter), and [`ErrorKind::Open`](crate::ErrorKind::Open) where the driver does not let
    /// it be used.
    pub fn open_within(selection: &Selection, limits: UpperLimits) -> Result<Gpu, Error> {
        let began = Instant::now();
        let (adapter, info) = select(selection)?;
        let choosing = began.elapsed();
        let wanted = wgpu::Features::SHADER_F64
            | wgpu::Features::TIMESTAMP_QUERY
            | wgpu::Features::PIPELINE_CACHE
            | wgpu::Features::IMMEDIATES;
        let required_limits = wgpu::Limits {
            max_storage_buffer_binding_size: info.limits.binding,
            max_buffer_size: info.limits.buffer,
            max_compute_workgroups_per_dimension: info.limits.groups,
            max_immediate_size: size_of::<Dispatch>() as u32,
            ..wgpu::Limits::downlevel_defaults().using_resolution(adapter.limits())
        };
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("nanobragg"),
            required_features: adapter.features() & wanted,
            required_limits: wgpu::Limits { max_storage_buffers_per_shader_stage: 8, ..required_limits },
            ..wgpu::DeviceDescriptor::default()
        };
        let open = pollster::block_on(adapter.request_device(&descriptor));
        let (device, queue) =
            open.map_err(|error| Cause::Open { adapter: info.name.clone(), reason: error.to_string() })?;
        tracing::debug!(?choosing, opening = ?began.elapsed() - choosing, adapter = info.name, "opened");
        let faults = Arc::new(Faults { left: limits.submissions.map(AtomicU64::new), ..Faults::default() });
        let seen = Arc::clone(&faults);
        device.set_device_lost_callback(move |reason, message| {
            let message = if message.is_empty() { format!("{reason:?}").to_lowercase() } else { message };
            *seen.lost.lock().unwrap_or_else(PoisonError::into_inner) = Some(message);
        });
        let seen = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            // The first error is the cause of those after it.
            seen.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        }));
        let limits = info.limits.lowered(limits);
        let keeps = device.features().contains(wgpu::Features::PIPELINE_CACHE);
        let cache_key = wgpu::util::pipeline_cache_key(&adapter.get_info()).filter(|_| keeps).map(Arc::from);
        Ok(Gpu { device, queue, info: Arc::new(info), limits, cache_key, faults })
    }

    /// The adapter.
    pub fn info(&self) -> &AdapterInfo {
        &self.info
    }

    /// Sizes that the renderer keeps within.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Gives the device back to the driver: every later use is a [`ErrorKind::DeviceLost`](crate::ErrorKind::DeviceLost).
    pub fn destroy(&self) {
        self.device.destroy();
        *self.faults.lost.lock().unwrap_or_else(PoisonError::into_inner) =
            Some("it was destroyed".to_owned());
    }

    /// Hands commands to the device.
    pub(crate) fn submit(&self, commands: wgpu::CommandBuffer) -> Submission {
        let less = |left: u64| left.checked_sub(1);
        if let Some(left) = &self.faults.left
            && left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_err()
        {
            self.destroy();
        }
        self.queue.submit([commands]);
        let submission = Submission::default();
        let done = Arc::clone(&submission.done);
        self.queue.on_submitted_work_done(move || done.store(true, Ordering::Release));
        submission
    }

    /// Whether the device is still there.
    pub(crate) fn check_lost(&self) -> Result<(), Error> {
        match self.faults.lost.lock().unwrap_or_else(PoisonError::into_inner).clone() {
            Some(reason) => Err(Cause::DeviceLost { reason }.into()),
            None => Ok(()),
        }
    }

    /// What the driver has reported since the last call. Whoever asks takes it: this is for who makes and submits, not for who waits
    /// while others do.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.check_lost()?;
        match self.faults.error.lock().unwrap_or_else(PoisonError::into_inner).take() {
            None => Ok(()),
            Some(wgpu::Error::OutOfMemory { .. }) => Err(Unsupported::OutOfMemory.into()),
            Some(error) => Err(Cause::Refused { reason: error.to_string() }.into()),
        }
    }

    /// Whether a submission is done.
    pub(crate) fn is_done(&self, submission: &Submission) -> Result<bool, Error> {
        let done = || submission.done.load(Ordering::Acquire);
        self.check_lost()?;
        if !done()
            && let Err(error) = self.device.poll(wgpu::PollType::Poll)
        {
            self.check_lost()?;
            return Err(Cause::DeviceLost { reason: error.to_string() }.into());
        }
        self.check_lost()?;
        Ok(done())
    }

    /// Waits for a submission; `canceled` is asked now and then. The driver is asked again and again rather than let wait: while a
    /// thread waits in a driver, others may not submit, and it is woken late.
    pub(crate) fn wait(&self, submission: &Submission, canceled: &dyn Fn() -> bool) -> Result<(), Error> {
        let began = Instant::now();
        while !self.is_done(submission)? {
            if canceled() {
                return Err(Cause::Canceled.into());
            }
            std::thread::sleep((began.elapsed() / 16).clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        }
        Ok(())
    }
}
