//! Buffers that stay on the device from one image to the next.

use crate::error::{Error, too_large};
use crate::gpu::Gpu;

/// How often each kind of data was sent to the device, since the renderer was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Uploads {
    /// Constants of the experiment.
    pub frames: u64,
    /// Sources.
    pub sources: u64,
    /// Orientations of the lattice.
    pub orientations: u64,
    /// Structure factors.
    pub tables: u64,
    /// Places of rows, columns and layers, or of sub-pixels.
    pub places: u64,
    /// Tiles.
    pub tiles: u64,
    /// Buffers that had to be made.
    pub buffers: u64,
}

/// A buffer and what it holds.
#[derive(Debug)]
pub(crate) struct Resident {
    pub buffer: wgpu::Buffer,
    contents: Vec<u8>,
}

/// Least size of a buffer, so that none is empty.
const LEAST: u64 = 256;

impl Resident {
    pub fn new(gpu: &Gpu) -> Self {
        Resident { buffer: storage(gpu, LEAST), contents: Vec::new() }
    }

    /// Makes the buffer hold `bytes`; `sent` counts if they have to be sent, `made` if that takes a new
    /// buffer.
    pub fn hold(
        &mut self,
        gpu: &Gpu,
        bytes: &[u8],
        what: &'static str,
        sent: &mut u64,
        made: &mut u64,
    ) -> Result<(), Error> {
        if bytes.is_empty() || *bytes == *self.contents {
            return Ok(());
        }
        self.send(gpu, bytes, what, made)?;
        *sent += 1;
        self.contents.extend_from_slice(bytes);
        Ok(())
    }

    /// Sends `bytes`, of which no copy is kept to compare with.
    pub fn send(&mut self, gpu: &Gpu, bytes: &[u8], what: &'static str, made: &mut u64) -> Result<(), Error> {
        self.reserve(gpu, bytes.len() as u64, what, made)?;
        self.contents.clear();
        gpu.queue.write_buffer(&self.buffer, 0, bytes);
        Ok(())
    }

    /// Makes the buffer at least `size` bytes long.
    pub fn reserve(&mut self, gpu: &Gpu, size: u64, what: &'static str, made: &mut u64) -> Result<(), Error> {
        if size > gpu.limits.binding {
            return Err(too_large(what, size, gpu.limits.binding, "bytes in one buffer"));
        }
        if self.buffer.size() >= size {
            return Ok(());
        }
        // The old buffer stays in place where the device has no room for the new one.
        let buffer = storage(gpu, size);
        gpu.check()?;
        self.contents = Vec::new();
        self.buffer = buffer;
        *made += 1;
        Ok(())
    }
}

pub(crate) fn storage(gpu: &Gpu, size: u64) -> wgpu::Buffer {
    gpu.device.create_buffer(&wgpu::BufferDescriptor {
        label: None,
        size: size.max(LEAST).next_multiple_of(8),
        usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC,
        mapped_at_creation: false,
    })
}
