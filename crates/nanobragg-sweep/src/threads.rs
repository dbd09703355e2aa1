//! How many threads a sweep has, and with them how many images are on their way at once.

use nanobragg_session::{Compute, Device, Output, bytes_to_write};

/// Threads of each stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Threads {
    /// Those that have images rendered: the frames in flight. A processor's cores share each frame.
    pub rendering: usize,
    /// Those that finish images: figures, noise, encoding, files of their own. Each has an image.
    pub finishing: usize,
    /// Those that store frames of a stack and keep the manifest.
    pub storing: usize,
}

impl Threads {
    /// Rendered images that wait to be finished, at most.
    pub const WAITING: usize = 1;
    /// The most threads that finish.
    const MOST: usize = 32;
    /// Bytes of images that are being finished, at most, where one thread is not enough to take them.
    const BYTES: u128 = 2 << 30;

    /// For images of `size` (fast, slow) that `outputs` are made of.
    pub fn of(compute: &Compute, size: (usize, usize), outputs: &[Output]) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let asked = if compute.threads > 0 { compute.threads.min(cores) } else { cores };
        let image = size.0 as u128 * size.1 as u128 * size_of::<f32>() as u128;
        let each = image + bytes_to_write(size, outputs);
        let fitting = usize::try_from(Self::BYTES / each.max(1)).unwrap_or(usize::MAX);
        let rendering = match compute.device {
            // One of two is planned and sent while the other is rendered.
            Device::Scalar | Device::Cpu => 2,
            // A third is on its way to the host.
            Device::Gpu | Device::Auto => 3,
        };
        Threads {
            rendering,
            finishing: asked.min(fitting).clamp(1, Self::MOST),
            storing: asked.div_ceil(4).clamp(1, 4),
        }
    }

    /// Images that there are at once, at most.
    pub fn images(self) -> usize {
        self.rendering + Self::WAITING + self.finishing
    }

    /// Compressed frames of a stack that wait to be stored or are being stored, at most.
    pub fn frames(self) -> usize {
        2 * self.storing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::readout::Readout;
    use nanobragg_session::{Content, Format};

    #[test]
    fn large_images_are_finished_by_few() {
        let content = Content::Counts(Readout::counted());
        let outputs = [Output { path: "a.nxs".into(), format: Format::Nexus, content }];
        let threads =
            |threads, edge| Threads::of(&Compute { threads, ..Compute::default() }, (edge, edge), &outputs);
        assert_eq!(threads(0, 1 << 20).finishing, 1);
        assert_eq!(threads(1, 64).finishing, 1);
        let all = threads(0, 64);
        assert!((1..=Threads::MOST).contains(&all.finishing) && all.images() >= 4, "{all:?}");
    }
}
