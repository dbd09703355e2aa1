//! Copies from the device to the host, through buffers that are used again.

use std::sync::mpsc::{Receiver, TryRecvError, channel};

use nanobragg::backend::Control;

use crate::error::{Cause, Error};
use crate::gpu::Gpu;

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
    /// What has to be done before the copy is there.
    pub submission: wgpu::SubmissionIndex,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

impl Staging {
    /// Submits a copy of the first `size` bytes of `source`.
    pub fn copy(&mut self, gpu: &Gpu, source: &wgpu::Buffer, size: u64) -> Result<Staged, Error> {
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
    ) -> Result<R, Error> {
        gpu.wait(&staged.submission, &|| control.canceled())?;
        let lost = |reason: String| Cause::DeviceLost { reason }.into();
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
        let view = view.map_err(|error| Cause::Refused { reason: error.to_string() })?;
        let result = with(&view);
        drop(view);
        staged.buffer.unmap();
        if self.free.len() < KEPT {
            self.free.push(staged.buffer);
        }
        Ok(result)
    }
}
