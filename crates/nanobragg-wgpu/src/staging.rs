//! Copies from the device to the host, through buffers that are used again.

use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use nanobragg::backend::Control;

use crate::error::{Cause, Error};
use crate::gpu::{Gpu, Submission};

/// Host-visible buffers, used again and again. Clones share them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Staging {
    free: Arc<Mutex<Vec<wgpu::Buffer>>>,
}

/// Buffers that are kept for the next images: an image and its stamps for each of several in flight.
const KEPT: usize = 12;

/// A copy that is under way.
#[derive(Debug)]
pub(crate) struct Staged {
    buffer: wgpu::Buffer,
    size: u64,
    /// What has to be done before the copy is there.
    pub submission: Submission,
    mapped: Receiver<Result<(), wgpu::BufferAsyncError>>,
}

/// A copy that is recorded.
#[derive(Debug)]
pub(crate) struct Copy {
    buffer: wgpu::Buffer,
    size: u64,
}

impl Copy {
    /// The copy as part of `submission`.
    pub fn submitted(self, submission: Submission) -> Staged {
        let Copy { buffer, size } = self;
        let (sender, mapped) = channel();
        buffer.map_async(wgpu::MapMode::Read, 0..size, move |result| {
            // Nobody listens where the image was given up.
            let _ = sender.send(result);
        });
        Staged { buffer, size, submission, mapped }
    }
}

impl Staging {
    /// Records a copy of the first `size` bytes of `source`.
    pub fn copy(
        &self,
        gpu: &Gpu,
        encoder: &mut wgpu::CommandEncoder,
        source: &wgpu::Buffer,
        size: u64,
    ) -> Copy {
        let size = size.next_multiple_of(8);
        let buffer = match self.fitting(size) {
            Some(buffer) => buffer,
            None => gpu.device.create_buffer(&wgpu::BufferDescriptor {
                label: None,
                size,
                usage: wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST,
                mapped_at_creation: false,
            }),
        };
        encoder.copy_buffer_to_buffer(source, 0, &buffer, 0, size);
        Copy { buffer, size }
    }

    /// Waits for a copy and hands its bytes to `with`.
    pub fn read<R>(
        &self,
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
                    gpu.check_lost()?;
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
        let mut free = self.free();
        if free.len() >= KEPT {
            free.remove(0);
        }
        free.push(staged.buffer);
        Ok(result)
    }

    /// A buffer that is free, and not so large that the host maps much in vain.
    fn fitting(&self, size: u64) -> Option<wgpu::Buffer> {
        let mut free = self.free();
        let at = free.iter().rposition(|buffer| buffer.size() >= size && buffer.size() <= 4 * size)?;
        Some(free.swap_remove(at))
    }

    fn free(&self) -> MutexGuard<'_, Vec<wgpu::Buffer>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
