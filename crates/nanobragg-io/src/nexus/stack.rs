//! Writing a stack, one frame after another.

use std::io;
use std::path::Path;

use super::hdf5::Hdf5File;
use super::setting::Plane;
use super::store::FrameStore;
use super::{Bands, Setting, layout};
use crate::atomic::Pending;
use crate::error::{Error, Result};

/// A stack in the making. Frames are on disk once they are written, under a temporary name; the file appears
/// when the stack is [finished](StackWriter::finish), and vanishes when it is dropped before that.
pub struct StackWriter {
    store: Box<dyn FrameStore>,
    pixels: usize,
    bands: Bands,
    /// Pixels of each module along fast and slow.
    modules: Vec<(usize, usize)>,
    begun: Begun,
    pending: Pending,
}

/// An image that is written module after module.
#[derive(Default)]
struct Begun {
    /// Its number.
    image: usize,
    /// Modules that are written, and rows of the next one.
    modules: usize,
    rows_of_module: usize,
    /// Bands that are written.
    bands: usize,
    /// Rows of the next band.
    rows: Vec<i32>,
}

/// What fills up the rows of modules that are not the widest: pixels that were not measured.
const NOT_MEASURED: i32 = -1;

impl StackWriter {
    /// The longest edge of an image and the most images of a stack.
    const MOST: usize = i32::MAX as usize;

    /// Begins a stack of `images` images.
    ///
    /// # Errors
    /// [`Unwritable`](crate::ErrorKind::Unwritable) when there are no images or no pixels, or the mask has another size;
    /// [`Write`](crate::ErrorKind::Write), also for a pipe or device.
    pub fn create(path: &Path, setting: &Setting, images: usize) -> Result<Self> {
        let (fast, slow) = setting.image_size();
        let largest = setting.planes().iter().map(|plane| fast.saturating_mul(plane.slow)).max();
        let bands = match largest {
            Some(largest) if !setting.others.is_empty() => Bands::of_modules(fast, slow, largest),
            _ => Bands::of(fast, slow),
        };
        Self::within(path, setting, bands, images, |temporary| Ok(Box::new(Hdf5File::create(temporary)?)))
    }

    /// [`Self::create`], in the store that `open` makes of the temporary file.
    fn within(
        path: &Path,
        setting: &Setting,
        bands: Bands,
        images: usize,
        open: impl FnOnce(&Path) -> io::Result<Box<dyn FrameStore>>,
    ) -> Result<Self> {
        let (fast, slow) = setting.image_size();
        let planes = setting.planes();
        let modules: Vec<(usize, usize)> = planes.iter().map(|plane| (plane.fast, plane.slow)).collect();
        let pixels = fast.saturating_mul(slow);
        let edges = modules.iter().flat_map(|&(fast, slow)| [fast, slow]);
        if edges.chain([images, slow, pixels]).any(|size| size == 0 || size > Self::MOST) {
            let reason = format!("{images} images of {fast} x {slow} pixels");
            return Err(Error::unwritable(path, reason));
        }
        let fits =
            |plane: &Plane<'_>| plane.measured.is_none_or(|mask| mask.len() == plane.fast * plane.slow);
        if !planes.iter().all(fits) {
            return Err(Error::unwritable(path, "the mask has another size than the image"));
        }
        let pending = Pending::beside(path)?;
        let failed = |cause| Error::write(path, cause);
        let mut store = open(pending.temporary()).map_err(failed)?;
        layout::write(store.as_mut(), setting, bands, images).map_err(failed)?;
        Ok(StackWriter { store, pixels, bands, modules, begun: Begun::default(), pending })
    }

    /// Writes image number `index`, counted from 0.
    ///
    /// # Errors
    /// [`Unwritable`](crate::ErrorKind::Unwritable) when `pixels` does not hold the stack's pixels; [`Write`](crate::ErrorKind::Write), also for an
    /// index beyond the stack.
    pub fn write(&mut self, index: usize, pixels: &[i32]) -> Result<()> {
        if pixels.len() != self.pixels {
            let reason = format!("{} pixels expected, {} given", self.pixels, pixels.len());
            return Err(Error::unwritable(self.pending.path(), reason));
        }
        let bands = pixels.chunks(self.bands.pixels()).enumerate();
        bands.into_iter().try_for_each(|(band, pixels)| self.write_band(index, band, pixels))
    }

    /// How images are stored.
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// Writes band number `band` of image number `index`, both counted from 0.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn write_band(&mut self, index: usize, band: usize, pixels: &[i32]) -> Result<()> {
        let expected =
            self.bands.pixels().min(self.pixels.saturating_sub(self.bands.pixels().saturating_mul(band)));
        if pixels.len() != expected || expected == 0 {
            let reason = format!("{expected} pixels expected in band {band}, {} given", pixels.len());
            return Err(Error::unwritable(self.pending.path(), reason));
        }
        self.chunk(index, band, &self.bands.compress_band(pixels))
    }

    /// Writes the next rows of image number `index`, which comes module after module: some of the module that is under way, at most
    /// to its end.
    ///
    /// # Errors
    /// As [`Self::write`], where `pixels` are no whole rows, more than the module has left, or another image is under way.
    pub fn write_module_rows(&mut self, index: usize, pixels: &[i32]) -> Result<()> {
        let (fast, slow) = self.modules.get(self.begun.modules).copied().unwrap_or_default();
        let left = slow - self.begun.rows_of_module;
        let rows = pixels.len().checked_div(fast).unwrap_or_default();
        if pixels.len() != rows * fast || rows == 0 || rows > left {
            let reason = format!(
                "at most {left} rows of {fast} pixels expected in a module, {} pixels given",
                pixels.len()
            );
            return Err(Error::unwritable(self.pending.path(), reason));
        }
        if (self.begun.modules, self.begun.rows_of_module) == (0, 0) {
            self.begun.image = index;
        } else if self.begun.image != index {
            let reason = format!("image {} is under way, rows of image {index} were given", self.begun.image);
            return Err(Error::unwritable(self.pending.path(), reason));
        }
        for row in pixels.chunks(fast) {
            self.begun.rows.extend(row);
            self.begun.rows.resize(self.begun.rows.len() + (self.bands.fast - fast), NOT_MEASURED);
            if self.begun.rows.len() == self.bands.pixels() {
                self.write_rows(index)?;
            }
        }
        self.begun.rows_of_module += rows;
        if self.begun.rows_of_module < slow {
            return Ok(());
        }
        (self.begun.modules, self.begun.rows_of_module) = (self.begun.modules + 1, 0);
        if self.begun.modules == self.modules.len() {
            if !self.begun.rows.is_empty() {
                self.write_rows(index)?;
            }
            self.begun = Begun::default();
        }
        Ok(())
    }

    /// Writes the rows of a band of an image that is written module after module.
    fn write_rows(&mut self, index: usize) -> Result<()> {
        let mut rows = std::mem::take(&mut self.begun.rows);
        self.write_band(index, self.begun.bands, &rows)?;
        self.begun.bands += 1;
        rows.clear();
        self.begun.rows = rows;
        Ok(())
    }

    /// Writes image number `index`, as [`Bands::compress`] made it.
    ///
    /// # Errors
    /// [`Unwritable`](crate::ErrorKind::Unwritable) for an image of other bands; [`Write`](crate::ErrorKind::Write), also for an
    /// index beyond the stack.
    pub fn write_compressed(&mut self, index: usize, bytes: &[u8]) -> Result<()> {
        let Some(bands) = self.bands.split(bytes) else {
            return Err(Error::unwritable(self.pending.path(), "a compressed image has other bands"));
        };
        let mut bands = bands.into_iter().enumerate();
        bands.try_for_each(|(band, bytes)| self.chunk(index, band, bytes))
    }

    fn chunk(&mut self, index: usize, band: usize, bytes: &[u8]) -> Result<()> {
        let written = self.store.chunk(layout::FRAMES, index * self.bands.count() + band, bytes);
        written.map_err(|cause| Error::write(self.pending.path(), cause))
    }

    /// Completes the file and gives it its name.
    ///
    /// # Errors
    /// [`Write`](crate::ErrorKind::Write).
    pub fn finish(self) -> Result<()> {
        let StackWriter { mut store, pending, begun, modules, .. } = self;
        if begun.modules > 0 || begun.rows_of_module > 0 {
            let reason = format!("{} of {} modules are written", begun.modules, modules.len());
            return Err(Error::unwritable(pending.path(), reason));
        }
        store.close().map_err(|cause| Error::write(pending.path(), cause))?;
        pending.finish()
    }
}

#[cfg(test)]
mod tests {
    use rust_hdf5::H5File;

    use super::*;
    use crate::nexus::Module;
    use crate::nexus::read_nxmx;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::store::{Attribute, Chunked, Values};
    use crate::nexus::{Rotation, compress_frame, decompress_frame};

    /// A store whose disk is full after so many writes.
    struct Filling {
        file: Hdf5File,
        left: usize,
    }

    impl Filling {
        fn one(&mut self) -> io::Result<&mut Hdf5File> {
            self.left = self.left.checked_sub(1).ok_or(io::ErrorKind::StorageFull)?;
            Ok(&mut self.file)
        }
    }

    impl FrameStore for Filling {
        fn group(&mut self, path: &str) -> io::Result<()> {
            self.one()?.group(path)
        }

        fn values(&mut self, path: &str, values: Values<'_>) -> io::Result<()> {
            self.one()?.values(path, values)
        }

        fn counts(&mut self, path: &str, layout: &Chunked) -> io::Result<()> {
            self.one()?.counts(path, layout)
        }

        fn attribute(&mut self, path: &str, name: &str, value: Attribute<'_>) -> io::Result<()> {
            self.one()?.attribute(path, name, value)
        }

        fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
            self.one()?.link(path, target)
        }

        fn chunk(&mut self, path: &str, index: usize, bytes: &[u8]) -> io::Result<()> {
            self.one()?.chunk(path, index, bytes)
        }

        fn close(&mut self) -> io::Result<()> {
            self.one()?.close()
        }
    }

    /// A stack of two images, in a store that takes `writes` writes.
    fn filled(path: &Path, writes: usize) -> Result<()> {
        let mut stack = StackWriter::within(path, &setting(), Bands::within(5, 3, 10), 2, |temporary| {
            Ok(Box::new(Filling { file: Hdf5File::create(temporary)?, left: writes }))
        })?;
        stack.write(0, &[1; 15])?;
        stack.write(1, &[2; 15])?;
        stack.finish()
    }

    #[test]
    fn whichever_write_fails_nothing_stays_behind() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let mut writes = 0;
        while let Err(error) = filled(&path, writes) {
            assert_eq!(error.kind(), crate::ErrorKind::Write);
            assert!(error.to_string().starts_with(&format!("cannot write {}: ", path.display())), "{error}");
            assert_eq!(names(directory.path()), 0, "after {writes} writes");
            writes += 1;
        }
        assert!(writes > 100, "only {writes} writes were tried");
        assert_eq!(names(directory.path()), 1);
        // A file that is there stays as it is.
        let whole = std::fs::read(&path).unwrap();
        for writes in (0..writes).step_by(7) {
            filled(&path, writes).unwrap_err();
            assert!(std::fs::read(&path).unwrap() == whole && names(directory.path()) == 1);
        }
    }

    fn names(directory: &Path) -> usize {
        std::fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn frames_and_geometry_come_back() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let mut stack = StackWriter::create(&path, &setting(), 2).unwrap();
        let frame = |offset: i32| (0..15).map(|n| n * 1000 - offset).collect::<Vec<i32>>();
        stack.write(1, &frame(1)).unwrap();
        stack.write_compressed(0, &compress_frame(&frame(0))).unwrap();
        assert!(!path.exists());
        stack.finish().unwrap();
        assert_eq!(names(directory.path()), 1);

        let frame_bytes = |offset| compress_frame(&frame(offset));
        let file = H5File::open(&path).unwrap();
        let data = file.dataset("entry/data/data").unwrap();
        assert_eq!(data.shape(), [2, 3, 5]);
        assert_eq!(data.read_chunk_raw_at(&[0, 0, 0]).unwrap(), (frame_bytes(0), 0));
        assert_eq!(data.read_chunk_raw_at(&[1, 0, 0]).unwrap(), (frame_bytes(1), 0));
        let phi = file.dataset("entry/sample/transformations/phi").unwrap();
        assert_eq!(phi.read_raw::<f64>().unwrap(), [10.0, 10.5]);
        let fast = file.dataset("entry/instrument/detector/module/fast_pixel_direction").unwrap();
        assert_eq!(fast.attr("vector").unwrap().read_numeric_as::<f64>().unwrap(), [-1.0, 0.0, 0.0]);
    }

    #[test]
    fn large_images_are_stored_in_bands() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let bands = Bands::within(5, 3, 10);
        let mut stack = StackWriter::within(&path, &setting(), bands, 2, |temporary| {
            Ok(Box::new(Hdf5File::create(temporary)?))
        })
        .unwrap();
        assert_eq!((stack.bands().rows, stack.bands().count()), (2, 2));
        let frame: Vec<i32> = (0..15).collect();
        stack.write_compressed(0, &bands.compress(&frame)).unwrap();
        stack.write_band(1, 1, &frame[10..]).unwrap();
        stack.write_band(1, 0, &frame[..10]).unwrap();
        for (band, count) in [(0, 5), (1, 10), (2, 0), (usize::MAX, 5)] {
            stack.write_band(0, band, &frame[..count]).unwrap_err();
        }
        stack.write_compressed(0, &compress_frame(&frame)).unwrap_err();
        stack.finish().unwrap();
        let file = H5File::open(&path).unwrap();
        let data = file.dataset("entry/data/data").unwrap();
        assert_eq!((data.shape(), data.chunk_dims()), (vec![2, 3, 5], Some(vec![1, 2, 5])));
        let band = |set: &rust_hdf5::H5Dataset, at: &[usize]| {
            decompress_frame(&set.read_chunk_raw_at(at).unwrap().0, bands.pixels()).unwrap()
        };
        for image in [0, 1] {
            assert_eq!(band(&data, &[image, 0, 0]), frame[..10]);
            assert_eq!(band(&data, &[image, 1, 0]), [&frame[10..], &[0; 5]].concat());
        }
        let mask = file.dataset("entry/instrument/detector/pixel_mask").unwrap();
        let left_out = [band(&mask, &[0, 0]), band(&mask, &[1, 0])].concat();
        assert!(left_out.iter().enumerate().all(|(at, &mask)| mask == if at == 7 { 256 } else { 0 }));
    }

    #[test]
    fn the_polarization_is_there_where_it_is_modeled() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        for stokes in [Some([1.0, 0.9, -0.1, 0.0]), None] {
            let mut stack =
                StackWriter::create(&path, &Setting { polarization_stokes: stokes, ..setting() }, 1).unwrap();
            stack.write(0, &[0; 15]).unwrap();
            stack.finish().unwrap();
            let file = H5File::open(&path).unwrap();
            let field = file.dataset("entry/instrument/beam/incident_polarization_stokes");
            let found = field.ok().map(|field| field.read_raw::<f64>().unwrap());
            assert_eq!(found, stokes.map(Vec::from));
        }
    }

    #[test]
    fn a_sensor_that_is_not_modeled_is_opaque() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        for (thickness, expected) in [(Some(0.32), ("Si", 0.32)), (None, ("CdTe", 1.0))] {
            let setting = Setting { sensor_thickness_mm: thickness, ..setting() };
            let mut stack = StackWriter::create(&path, &setting, 1).unwrap();
            stack.write(0, &[0; 15]).unwrap();
            stack.finish().unwrap();
            let file = H5File::open(&path).unwrap();
            let field = |name: &str| file.dataset(&format!("entry/instrument/detector/{name}")).unwrap();
            assert_eq!(field("sensor_material").read_strings().unwrap(), [expected.0]);
            assert_eq!(field("sensor_thickness").read_raw::<f64>().unwrap(), [expected.1]);
        }
    }

    #[test]
    fn images_at_one_spindle_angle_all_start_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let rotation = Some(Rotation { start_deg: 10.0, range_deg: 0.5, step_deg: 0.0 });
        let mut stack = StackWriter::create(&path, &Setting { rotation, ..setting() }, 2).unwrap();
        stack.write(0, &[0; 15]).unwrap();
        stack.write(1, &[0; 15]).unwrap();
        stack.finish().unwrap();
        let file = H5File::open(&path).unwrap();
        let angles = |name: &str| {
            let name = format!("entry/sample/transformations/{name}");
            file.dataset(&name).unwrap().read_raw::<f64>().unwrap()
        };
        assert_eq!((angles("phi"), angles("phi_end")), (vec![10.0; 2], vec![10.5; 2]));
    }

    #[test]
    fn equal_stacks_have_equal_bytes() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, value: i32| {
            let path = directory.path().join(name);
            let mut stack = StackWriter::create(&path, &setting(), 1).unwrap();
            stack.write(0, &[value; 15]).unwrap();
            stack.finish().unwrap();
            std::fs::read(path).unwrap()
        };
        let first = write("a.nxs", 5);
        assert_eq!(first, write("b.nxs", 5));
        assert_ne!(first, write("c.nxs", 6));
    }

    #[test]
    fn an_unfinished_stack_leaves_nothing() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let mut stack = StackWriter::create(&path, &setting(), 2).unwrap();
        stack.write(0, &[1; 15]).unwrap();
        drop(stack);
        assert_eq!(names(directory.path()), 0);
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.nxs");
        let refused = |setting: &Setting, images| StackWriter::create(&path, setting, images).err().unwrap();
        assert!(refused(&setting(), 0).to_string().ends_with("0 images of 5 x 3 pixels"));
        let masked = Setting { measured: Some(vec![true; 4]), ..setting() };
        assert!(refused(&masked, 1).to_string().contains("the mask has another size"));
        let mut stack = StackWriter::create(&path, &setting(), 2).unwrap();
        assert!(stack.write(0, &[0; 4]).unwrap_err().to_string().contains("15 pixels expected, 4 given"));
        assert!(stack.write(2, &[0; 15]).is_err());
        drop(stack);
        assert_eq!(names(directory.path()), 0);
    }

    #[test]
    fn modules_lie_one_below_the_other_and_narrow_ones_are_filled_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.nxs");
        let narrow = Setting { fast: 2, slow: 2, measured: Some(vec![true, true, true, false]), ..setting() };
        let wide = Module::from(setting());
        let setting = Setting { others: vec![wide, Module::from(narrow.clone())], ..narrow };
        assert_eq!(setting.image_size(), (5, 7));
        let mut stack = StackWriter::create(&path, &setting, 2).unwrap();
        let pixels = |first: i32, count: i32| (first..first + count).collect::<Vec<i32>>();
        for image in 0..2 {
            let shift = image as i32;
            stack.write_module_rows(image, &pixels(shift, 4)).unwrap();
            stack.write_module_rows(image, &pixels(100 + shift, 5)).unwrap();
            for (other, count) in [(image, 15), (image, 4), (1 - image, 5)] {
                assert!(stack.write_module_rows(other, &pixels(0, count)).is_err());
            }
            stack.write_module_rows(image, &pixels(105 + shift, 10)).unwrap();
            stack.write_module_rows(image, &pixels(200 + shift, 4)).unwrap();
        }
        assert!(stack.write_module_rows(0, &pixels(0, 5)).is_err());
        stack.finish().unwrap();
        let read = read_nxmx(&path).unwrap();
        assert_eq!((read.images, read.slow, read.fast), (2, 7, 5));
        let second = &read.counts[35..];
        assert_eq!(second[..10], [1, 2, -1, -1, -1, 3, 4, -1, -1, -1]);
        assert_eq!(second[10..25], pixels(101, 15));
        assert_eq!(second[25..], [201, 202, -1, -1, -1, 203, 204, -1, -1, -1]);

        let file = H5File::open(&path).unwrap();
        let detector = |name: &str| file.dataset(&format!("entry/instrument/detector/{name}")).unwrap();
        assert!(file.dataset("entry/instrument/detector/pixel_mask").is_err());
        for (module, origin, size) in [(0, [0, 0], [2, 2]), (1, [2, 0], [3, 5]), (2, [5, 0], [2, 2])] {
            let numbers = |name| detector(&format!("module_{module}/{name}")).read_raw::<i32>().unwrap();
            assert_eq!((numbers("data_origin"), numbers("data_size")), (origin.to_vec(), size.to_vec()));
        }
    }

    #[test]
    fn modules_of_one_width_have_one_mask() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.nxs");
        let whole = Module { slow: 2, measured: None, ..Module::from(setting()) };
        let setting = Setting { others: vec![whole, Module::from(setting())], ..setting() };
        let mut stack = StackWriter::create(&path, &setting, 1).unwrap();
        for rows in [3, 2, 3] {
            stack.write_module_rows(0, &vec![rows; rows as usize * 5]).unwrap();
        }
        stack.finish().unwrap();
        let counts = read_nxmx(&path).unwrap().counts;
        assert_eq!(counts, [vec![3; 15], vec![2; 10], vec![3; 15]].concat());
        let file = H5File::open(&path).unwrap();
        let mask = file.dataset("entry/instrument/detector/pixel_mask").unwrap();
        let rows = mask.chunk_dims().unwrap()[0];
        let chunks = (0..8_usize.div_ceil(rows)).map(|band| mask.read_chunk_raw_at(&[band, 0]).unwrap().0);
        let found: Vec<i32> = chunks.flat_map(|bytes| decompress_frame(&bytes, rows * 5).unwrap()).collect();
        let left_out: Vec<usize> = (0..40).filter(|&at| found[at] == 256).collect();
        assert_eq!((mask.shape(), left_out), (vec![8, 5], vec![7, 25 + 7]));
        assert!((0..40).all(|at| found[at] == 0 || found[at] == 256));
    }

    #[test]
    fn an_image_that_lacks_a_module_is_no_stack() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.nxs");
        let setting = Setting { others: vec![Module::from(setting())], ..setting() };
        let mut stack = StackWriter::create(&path, &setting, 1).unwrap();
        stack.write_module_rows(0, &[0; 15]).unwrap();
        assert!(stack.finish().unwrap_err().to_string().contains("1 of 2 modules"));
        assert!(!path.exists());
        let zero = Setting { others: vec![Module { slow: 0, ..Module::from(setting.clone()) }], ..setting };
        assert!(StackWriter::create(&path, &zero, 1).is_err());
    }
}
