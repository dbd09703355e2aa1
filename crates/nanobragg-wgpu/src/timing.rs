//! Where a render's time went.

use std::time::Duration;

use nanobragg::backend::Control;

use crate::error::Error;
use crate::gpu::{Gpu, Submission};
use crate::staging::{Copy, Staged, Staging};

/// Times of a render.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Timings {
    /// Encoding of the plan and sending it to the device, on the host.
    pub upload: Duration,
    /// Work of the device: by its own clock where it has one, else until it said that it is done.
    pub kernel: Duration,
    /// Whether `kernel` is by the device's clock.
    pub by_device_clock: bool,
    /// Waiting for the image and turning it into photons, on the host.
    pub read_back: Duration,
    /// Number of dispatches.
    pub dispatches: u64,
    /// Terms that were evaluated, those of pixels outside of the region in tiles on its edge included.
    pub terms: f64,
}

impl Timings {
    /// Those of two pieces of work together.
    pub(crate) fn and(self, other: Timings) -> Timings {
        Timings {
            upload: self.upload + other.upload,
            kernel: self.kernel + other.kernel,
            by_device_clock: other.by_device_clock,
            read_back: self.read_back + other.read_back,
            dispatches: self.dispatches + other.dispatches,
            terms: self.terms + other.terms,
        }
    }

    /// Terms in a second of the device's work.
    pub fn terms_per_second(&self) -> f64 {
        self.terms / self.kernel.as_secs_f64().max(1e-9)
    }
}

/// Dispatches of an image that the device's clock stamps.
const STAMPED: u32 = 1024;

/// The device's clock.
#[derive(Debug)]
pub(crate) struct Clock {
    queries: wgpu::QuerySet,
    resolved: wgpu::Buffer,
    used: u32,
    terms: f64,
}

/// Stamps whose way to the host is recorded.
#[derive(Debug)]
pub(crate) struct Stamps {
    copy: Copy,
    count: u32,
    terms: f64,
}

impl Stamps {
    /// The stamps as part of `submission`.
    pub fn submitted(self, submission: Submission) -> Ticks {
        Ticks { staged: self.copy.submitted(submission), count: self.count, terms: self.terms }
    }
}

/// Stamps on their way to the host.
#[derive(Debug)]
pub(crate) struct Ticks {
    staged: Staged,
    count: u32,
    /// Terms of the stamped dispatches.
    terms: f64,
}

impl Clock {
    pub fn new(gpu: &Gpu) -> Self {
        Clock {
            queries: gpu.device.create_query_set(&wgpu::QuerySetDescriptor {
                label: None,
                ty: wgpu::QueryType::Timestamp,
                count: 2 * STAMPED,
            }),
            resolved: gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size: u64::from(2 * STAMPED) * 8,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            }),
            used: 0,
            terms: 0.0,
        }
    }

    /// Forgets what was stamped: an image that was given up, a trace.
    pub fn reset(&mut self) {
        (self.used, self.terms) = (0, 0.0);
    }

    /// Where a pass of `terms` terms writes its stamps, while there is room.
    pub fn writes(&mut self, terms: f64) -> Option<wgpu::ComputePassTimestampWrites<'_>> {
        if self.used >= STAMPED {
            return None;
        }
        let first = 2 * self.used;
        self.used += 1;
        self.terms += terms;
        Some(wgpu::ComputePassTimestampWrites {
            query_set: &self.queries,
            beginning_of_pass_write_index: Some(first),
            end_of_pass_write_index: Some(first + 1),
        })
    }

    /// Ends an image: records how its stamps go to the host.
    pub fn stop(
        &mut self,
        gpu: &Gpu,
        staging: &Staging,
        encoder: &mut wgpu::CommandEncoder,
    ) -> Option<Stamps> {
        let (count, terms) = (self.used, self.terms);
        self.reset();
        if count == 0 {
            return None;
        }
        encoder.resolve_query_set(&self.queries, 0..2 * count, &self.resolved, 0);
        let copy = staging.copy(gpu, encoder, &self.resolved, u64::from(2 * count) * 8);
        Some(Stamps { copy, count, terms })
    }
}

impl Ticks {
    /// Time of the device's work on `terms` terms, of which those that were stamped are a sample.
    pub fn elapsed(
        self,
        gpu: &Gpu,
        staging: &Staging,
        control: &Control<'_>,
        terms: f64,
    ) -> Result<Option<Duration>, Error> {
        let period = f64::from(gpu.queue.get_timestamp_period());
        let count = self.count as usize;
        let ticks = staging.read(gpu, self.staged, control, |bytes| {
            let stamps: Vec<u64> = bytes.chunks_exact(8).map(bytemuck::pod_read_unaligned::<u64>).collect();
            stamps.chunks_exact(2).take(count).map(|pair| pair[1].saturating_sub(pair[0])).sum::<u64>()
        })?;
        let seconds = ticks as f64 * period * 1e-9 * (terms / self.terms.max(1.0)).max(1.0);
        Ok((ticks > 0 && seconds.is_finite()).then(|| Duration::from_secs_f64(seconds)))
    }
}
