//! From the sums on the device to photons on the host.

use std::ops::Range;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::time::{Duration, Instant};

use bytemuck::AnyBitPattern;
use nanobragg::plan::Region;
use nanobragg::render::Control;

use crate::Precision;
use crate::encode::{EDGE, Encoded, GROUP, Tiles};
use crate::error::GpuError;
use crate::gpu::Gpu;
use crate::timing::Timings;

/// Host-visible buffers, used again and again.
#[derive(Debug, Default)]
pub(crate) struct Staging {
    free: Vec<wgpu::Buffer>,
}

/// Buffers that are kept for the next image.
const KEPT: usize = 4;

/// A copy that is under way.
#[derive(Debug)]
pub(crate) struct Staged {
    buffer: wgpu::Buffer,
    size: u64,
    submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Staging {
    /// Submits a copy of the first `size` bytes of `source`.
    pub fn copy(&mut self, gpu: &Gpu, source: &wgpu::Buffer, size: u64) -> Result<Staged, GpuError> {
        let size = size.next_multiple_of(8);
        let fitting = self.free.iter().position(|buffer| buffer.size() >= size && buffer.size() <= 4 * size);
        let buffer = match fitting {
            Some(at) => self.free.swap_remove(at),
            None => gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        let mut encoder = gpu.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        encoder.copy_buffer_to_buffer(source, 0, &buffer, 0, size);
        let submission = gpu.queue.submit([encoder.finish()]);
        let (sender, mapped) = channel();
        buffer.map_async(wgpu::MapMode::Read, 0..size, move |result| {
            // Nobody listens where the image was given up.
            let _ = sender.send(result);
        });
        gpu.check()?;
        Ok(Staged { buffer, size, submission, mapped })
    }

    /// Waits for a copy and hands its bytes to `with`.
    pub fn read<R>(
        &mut self,
        gpu: &Gpu,
        staged: Staged,
        control: &Control<'_>,
        with: impl FnOnce(&[u8]) -> R,
    ) -> Result<R, GpuError> {
        gpu.wait(&staged.submission, &|| control.canceled())?;
        let lost = |reason: String| GpuError::DeviceLost { reason };
        loop {
            match staged.mapped.try_recv() {
                Ok(result) => break result.map_err(|error| lost(error.to_string()))?,
                Err(TryRecvError::Disconnected) => return Err(lost("its memory is gone".to_owned())),
                Err(TryRecvError::Empty) => {
                    gpu.check()?;
                    gpu.device.poll(wgpu::PollType::Poll).map_err(|error| lost(error.to_string()))?;
                    std::thread::yield_now();
                }
            }
        }
        let view = staged.buffer.get_mapped_range(0..staged.size);
        let view = view.map_err(|error| GpuError::Refused { reason: error.to_string() })?;
        let result = with(&view);
        drop(view);
        staged.buffer.unmap();
        if self.free.len() < KEPT {
            self.free.push(staged.buffer);
        }
        Ok(result)
    }
}

/// A band's sums on their way.
#[derive(Debug)]
pub(crate) struct Band {
    pub tiles: Range<usize>,
    pub staging: Staged,
}

/// An image that the device is rendering.
#[derive(Debug)]
#[must_use = "a submitted image has to be collected"]
pub struct Pending {
    pub(crate) region: Region,
    pub(crate) timings: Timings,
    pub(crate) bands: Vec<Band>,
    /// Pixels that come from the definition, by their place in scan order.
    pub(crate) settled: Vec<(usize, f64)>,
    pub(crate) ticks: Option<crate::timing::Ticks>,
    precision: Precision,
    scale: f64,
    tiles: Vec<u32>,
    submitted: Instant,
}

impl Pending {
    pub(crate) fn new(encoded: &Encoded<'_>) -> Self {
        Pending {
            region: encoded.plan.region.clone(),
            timings: Timings::default(),
            bands: Vec::new(),
            settled: Vec::new(),
            ticks: None,
            precision: encoded.permutation.precision,
            scale: encoded.scale(),
            tiles: encoded.tiles.list.clone(),
            submitted: Instant::now(),
        }
    }

    /// All pixels of the image as `T`s that `from` makes of photons.
    pub(crate) fn pixels<T: Copy + Default>(
        self,
        gpu: &Gpu,
        staging: &mut Staging,
        control: &Control<'_>,
        from: impl Fn(f64) -> T,
    ) -> Result<(Vec<T>, Timings), GpuError> {
        let Pending { region, mut timings, bands, settled, ticks, precision, scale, tiles, submitted } = self;
        let layout = Tiles::new(&Region { mask: None, ..region.clone() });
        let mut image = vec![T::default(); region.image_fast * region.image_slow];
        let mut waited = Duration::ZERO;
        for band in bands {
            let began = Instant::now();
            gpu.wait(&band.staging.submission, &|| control.canceled())?;
            timings.kernel = submitted.elapsed().saturating_sub(timings.upload).saturating_sub(waited);
            let own = tiles.get(band.tiles).unwrap_or_default();
            let spread = Spread { layout: &layout, region: &region, tiles: own };
            staging.read(gpu, band.staging, control, |bytes| match precision {
                Precision::Single => spread.over(&mut image, bytes, |x: f32| from(f64::from(x) * scale)),
                Precision::Double => spread.over(&mut image, bytes, |x: f64| from(x * scale)),
            })?;
            waited += began.elapsed();
        }
        timings.read_back = waited;
        if let Some(ticks) = ticks
            && let Some(kernel) = ticks.elapsed(gpu, staging, control, timings.terms)?
        {
            timings.kernel = kernel;
            timings.by_device_clock = true;
        }
        for (at, value) in settled {
            if let Some(pixel) = image.get_mut(at) {
                *pixel = from(value);
            }
        }
        Ok((image, timings))
    }
}

/// Where the sums of some tiles belong.
struct Spread<'a> {
    layout: &'a Tiles,
    region: &'a Region,
    tiles: &'a [u32],
}

impl Spread<'_> {
    /// Puts the sums in `bytes`, tile by tile, into the image's rows.
    fn over<N: AnyBitPattern, T>(&self, image: &mut [T], bytes: &[u8], from: impl Fn(N) -> T) {
        let size = size_of::<N>();
        for (&tile, values) in self.tiles.iter().zip(bytes.chunks_exact(GROUP * size)) {
            let (slow, fast) = self.layout.corner(tile as usize);
            let columns = self.layout.columns.end.saturating_sub(fast).min(EDGE);
            let rows = slow..self.layout.rows.end.min(slow + EDGE);
            for (slow, values) in rows.zip(values.chunks_exact(EDGE * size)) {
                let first = self.region.index(slow, fast);
                let Some(row) = image.get_mut(first..first + columns) else { continue };
                for (at, (pixel, value)) in row.iter_mut().zip(values.chunks_exact(size)).enumerate() {
                    if self.region.mask.is_none() || self.region.renders(slow, fast + at) {
                        *pixel = from(bytemuck::pod_read_unaligned(value));
                    }
                }
            }
        }
    }
}
