//! An NXmx file that stays open while its images are read.

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::file::Nxmx;
use super::read::NxmxStack;
use crate::error::Result;

/// An NXmx file that stays open while its images are read.
pub struct NxmxFile {
    file: Nxmx<'static>,
    /// The mask of all images, once it is read, where one is for all.
    shared: OnceLock<Option<Arc<[bool]>>>,
}

impl NxmxFile {
    /// Opens the file at `path`.
    ///
    /// # Errors
    /// Those of [`read_nxmx`](super::read_nxmx).
    pub fn open(path: &Path) -> Result<Self> {
        Ok(NxmxFile { file: Nxmx::open_owned(path.to_owned())?, shared: OnceLock::new() })
    }

    /// An image, as [`read_nxmx_image`](super::read_nxmx_image) reads it.
    ///
    /// # Errors
    /// Those of [`read_nxmx`](super::read_nxmx).
    pub fn image(&self, number: usize) -> Result<(NxmxStack, usize)> {
        self.file.stack(number..number.saturating_add(1))
    }

    /// Which pixels of an image are marked, as [`nxmx_masked`](super::nxmx_masked) reads it. A mask for all images is read once.
    ///
    /// # Errors
    /// Those of [`nxmx_masked`](super::nxmx_masked).
    pub fn masked(&self, image: usize) -> Result<Option<Arc<[bool]>>> {
        if let Some(shared) = self.shared.get() {
            return Ok(shared.clone());
        }
        let masked = self.file.masked(image)?.map(Arc::from);
        if !self.file.has_masks_of_images() {
            return Ok(self.shared.get_or_init(|| masked).clone());
        }
        Ok(masked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::{Setting, StackWriter};

    #[test]
    fn a_mask_for_all_images_is_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let measured = vec![true, true, false, true, true, false];
        let setting = Setting { fast: 3, slow: 2, measured: Some(measured.clone()), ..setting() };
        let mut stack = StackWriter::create(&path, &setting, 2).unwrap();
        stack.write(0, &[1; 6]).unwrap();
        stack.write(1, &[2; 6]).unwrap();
        stack.finish().unwrap();
        let file = NxmxFile::open(&path).unwrap();
        let [first, second] = [0, 1].map(|image| file.masked(image).unwrap().unwrap());
        assert!(first.iter().zip(&measured).all(|(masked, kept)| masked != kept));
        assert!(Arc::ptr_eq(&first, &second));
        assert_eq!(file.image(1).unwrap().0.counts, [2; 6]);
        assert_eq!(file.image(2).unwrap().0.images, 0);
    }
}
