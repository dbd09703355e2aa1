//! Reading a stack that this program wrote.

use std::ops::Range;
use std::path::{Path, PathBuf};

use rust_hdf5::{ByteOrder, DatatypeMessage, H5Dataset};

use super::compress::decompress_frame;
use super::file::{Nxmx, described, wrong};
use super::in_its_place::InItsPlace;
use super::layout::FRAMES;
use super::links::{contents, only_text};
use crate::error::{Error, Result};

/// Every file begins so.
pub const HDF5_MAGIC: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// The group of the detector, in which modules are.
pub(crate) const DETECTOR: &str = "entry/instrument/detector";
/// The largest stack accepted, in pixels.
pub(super) const MOST_PIXELS: usize = 1 << 30;
/// The most numbers that are read of a data set that has no images.
const MOST_NUMBERS: usize = 1 << 20;
pub(super) const EXPECTED: &str =
    "signed little-endian 32-bit counts, shuffled and deflated, as nanobragg writes them";
/// A byte of deflated data stands for this many at most.
const MOST_EXPANSION: u128 = 1032;

/// The images of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct NxmxStack {
    /// Images.
    pub images: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Pixels along the fast axis.
    pub fast: usize,
    /// `images * slow * fast` counts, the fast axis first; those below zero were not measured.
    pub counts: Vec<i32>,
}

/// Reads all images of a file as [`StackWriter`](super::StackWriter) stores them: 32-bit counts, a chunk to an image or to
/// a band of its rows, shuffled and deflated.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that is no HDF5, has no such images, or is damaged;
/// [`Length`](crate::ErrorKind::Length) for a file too short for its images, checked before memory is allocated;
/// [`Read`](crate::ErrorKind::Read), also for what is not a regular file; [`Memory`](crate::ErrorKind::Memory).
pub fn read_nxmx(path: &Path) -> Result<NxmxStack> {
    Ok(Nxmx::open(path)?.stack(0..usize::MAX)?.0)
}

/// Reads one image of such a file, by its number, counted from 0: a stack of one, or of none where the file has no image of
/// that number. Also says how many images the file has. No other image is read.
///
/// # Errors
/// Those of [`read_nxmx`].
pub fn read_nxmx_image(path: &Path, number: usize) -> Result<(NxmxStack, usize)> {
    read_nxmx_images(path, number..number.saturating_add(1))
}

/// Reads the images of these numbers, as far as the file has them, and says how many it has in all.
///
/// # Errors
/// Those of [`read_nxmx`].
pub fn read_nxmx_images(path: &Path, numbers: Range<usize>) -> Result<(NxmxStack, usize)> {
    Nxmx::open(path)?.stack(numbers)
}

impl Nxmx<'_> {
    /// The images of these numbers, as far as there are such, and how many there are in all.
    pub(crate) fn stack(&self, wanted: Range<usize>) -> Result<(NxmxStack, usize)> {
        let path = self.path();
        let parts = self.parts()?;
        let sizes = || parts.iter().map(|part| (part.slow, part.fast));
        let Some((slow, fast)) = sizes().next().filter(|first| sizes().all(|size| size == *first)) else {
            return Err(Error::value(path, FRAMES, "images of one size", b"several sizes"));
        };
        let all = parts.iter().fold(0, |sum: usize, part| sum.saturating_add(part.images));
        let wanted = wanted.start.min(all)..wanted.end.min(all);
        let images = wanted.len();
        let frame = fast.checked_mul(slow);
        let pixels = frame.and_then(|frame| frame.checked_mul(images));
        let Some((pixels, frame)) = pixels.filter(|pixels| *pixels <= MOST_PIXELS).zip(frame) else {
            let expected = format!("at most {MOST_PIXELS} pixels");
            let found = format!("shape [{all}, {slow}, {fast}]");
            return Err(Error::value(path, FRAMES, expected, found.as_bytes()));
        };
        let mut first = 0;
        let own = |part: &Part| {
            let images = wanted.start.max(first)..wanted.end.min(first.saturating_add(part.images));
            let images = images.start - first..images.end.max(images.start) - first;
            first = first.saturating_add(part.images);
            images
        };
        let own: Vec<Range<usize>> = parts.iter().map(own).collect();
        for (part, images) in parts.iter().zip(&own) {
            let least = images.len() as u128 * frame as u128 * 4 / MOST_EXPANSION;
            if least > part.length.into() {
                return Err(Error::length(path, "images", least, part.length.into()));
            }
        }
        let mut counts = Vec::new();
        counts.try_reserve_exact(pixels).map_err(|_| Error::memory(path, pixels as u128 * 4))?;
        for (part, images) in parts.iter().zip(own) {
            images.into_iter().try_for_each(|image| part.read(path, image, &mut counts))?;
        }
        Ok((NxmxStack { images, slow, fast, counts }, all))
    }

    /// The data sets that the images are in: one, or, as Eiger detectors write them, links `data_000001` and so on.
    fn parts(&self) -> Result<Vec<Part>> {
        let part = |name: String| {
            let found = self.placed(&name).unwrap_or_else(|| Err(InItsPlace::of("nothing")));
            Part::of(self.path(), &name, found)
        };
        self.frames()?.into_iter().map(part).collect()
    }

    /// The names in a group; none where it is not there.
    ///
    /// # Errors
    /// A link to a group that is not there.
    pub(crate) fn names(&self, group: &str) -> Result<Vec<String>> {
        let found = self.names_in(group).transpose();
        let found =
            found.map_err(|found| Error::value(self.path(), group, "a group", found.found.as_bytes()));
        Ok(found?.unwrap_or_default())
    }

    /// The numbers at `name`, of any type, or what stands there in their place.
    pub(crate) fn numbers(&self, name: &str) -> Option<std::result::Result<Vec<f64>, String>> {
        let set = match self.set(name)? {
            Ok(set) => set,
            Err(InItsPlace { found, .. }) => return Some(Err(found)),
        };
        if set.total_elements() > MOST_NUMBERS {
            return Some(Err(format!("{} numbers", set.total_elements())));
        }
        let whole = || Some(set.read_numeric_as::<i64>().ok()?.into_iter().map(|n| n as f64).collect());
        Some(set.read_numeric_as::<f64>().ok().or_else(whole).ok_or_else(|| contents(&set)))
    }

    /// The text at `name`, or what stands there in its place.
    pub(crate) fn text(&self, name: &str) -> Option<std::result::Result<String, String>> {
        let set = match self.set(name)? {
            Ok(set) => set,
            Err(InItsPlace { found, .. }) => return Some(Err(found)),
        };
        Some(only_text(&set).ok_or_else(|| contents(&set)))
    }

    /// The text of an attribute of `name`.
    pub(crate) fn text_attribute(&self, name: &str, attribute: &str) -> Option<String> {
        self.set(name)?.ok()?.attr(attribute).ok()?.read_string().ok()
    }

    /// The numbers of an attribute of `name`.
    pub(crate) fn vector(&self, name: &str, attribute: &str) -> Option<Vec<f64>> {
        let attribute = self.set(name)?.ok()?.attr(attribute).ok()?;
        let whole = || Some(attribute.read_numeric_as::<i64>().ok()?.into_iter().map(|n| n as f64).collect());
        attribute.read_numeric_as::<f64>().ok().or_else(whole)
    }
}

/// A data set of images.
struct Part {
    name: String,
    set: H5Dataset,
    images: usize,
    slow: usize,
    fast: usize,
    /// Rows of a chunk.
    rows: usize,
    /// Bytes of its file.
    length: u64,
}

impl Part {
    fn of(
        path: &Path,
        name: &str,
        found: std::result::Result<(H5Dataset, PathBuf), InItsPlace>,
    ) -> Result<Self> {
        let unlike = |found: &str| Error::value(path, name, EXPECTED, found.as_bytes());
        let (set, file) = found.map_err(|InItsPlace { found, .. }| {
            Error::value(path, name, "images in this file or in one beside it", found.as_bytes())
        })?;
        match set.datatype().map_err(|cause| wrong(path, name, EXPECTED, &cause))? {
            DatatypeMessage::FixedPoint {
                size: 4,
                byte_order: ByteOrder::LittleEndian,
                signed: true,
                ..
            } => {}
            other => return Err(unlike(&described(&other))),
        }
        let (shape, chunk) = (set.shape(), set.chunk_dims().unwrap_or_default());
        let stored = || unlike(&format!("shape {shape:?}, chunks {chunk:?}"));
        let (&[images, slow, fast], &[1, rows, width]) = (shape.as_slice(), chunk.as_slice()) else {
            return Err(stored());
        };
        let is_empty = images == 0 || slow == 0 || rows == 0 || fast == 0;
        let is_held = rows <= slow && rows.checked_mul(fast).is_some_and(|band| band <= MOST_PIXELS);
        if is_empty || width != fast || set.element_size() != 4 || !is_held {
            return Err(stored());
        }
        let length = std::fs::metadata(&file).map_err(|cause| Error::read(&file, cause))?.len();
        Ok(Part { name: name.to_owned(), set, images, slow, fast, rows, length })
    }

    /// One of its images, behind the others.
    fn read(&self, path: &Path, image: usize, counts: &mut Vec<i32>) -> Result<()> {
        let Part { name, slow, fast, rows, .. } = self;
        for first in (0..*slow).step_by(*rows) {
            let decoded = chunk(&self.set, &[image, first / rows, 0], rows * fast)
                .map_err(|cause| wrong(path, name, EXPECTED, &cause))?;
            let decoded = decoded.ok_or_else(|| Error::value(path, name, EXPECTED, b"others"))?;
            counts.extend(decoded.into_iter().take((slow - first).min(*rows) * fast));
        }
        Ok(())
    }
}

/// The numbers of the chunk at `place`; `None` where it is not stored as this program stores chunks.
///
/// # Errors
/// A chunk that is not there or cannot be read.
pub(super) fn chunk(set: &H5Dataset, place: &[usize], numbers: usize) -> rust_hdf5::Result<Option<Vec<i32>>> {
    let (bytes, filters) = set.read_chunk_raw_at(place)?;
    Ok(decompress_frame(&bytes, numbers).filter(|_| filters == 0))
}

#[cfg(test)]
mod tests {
    use rust_hdf5::H5File;

    use super::*;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::{Setting, StackWriter};

    #[test]
    fn numbers_of_another_type_are_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let data = file.root_group().create_group("entry").unwrap().create_group("data").unwrap();
        let set = data.new_dataset::<f32>().shape([1usize, 3, 4]).chunk(&[1, 3, 4]).create("data").unwrap();
        set.write_raw(&[2.5_f32; 12]).unwrap();
        drop((set, data));
        file.close().unwrap();
        let error = read_nxmx(&path).unwrap_err().to_string();
        assert!(error.contains("found \"little-endian 32-bit floating-point numbers\""), "{error}");
    }

    #[test]
    fn images_of_linked_files_are_one_stack() {
        let folder = tempfile::tempdir().unwrap();
        let frames: Vec<Vec<i32>> = (0..3).map(|image| (0..12).map(|n| n * 100 - image).collect()).collect();
        let setting = Setting { fast: 4, measured: None, ..setting() };
        let write = |name: &str, frames: &[Vec<i32>]| {
            let mut stack = StackWriter::create(&folder.path().join(name), &setting, frames.len()).unwrap();
            frames.iter().enumerate().for_each(|(image, frame)| stack.write(image, frame).unwrap());
            stack.finish().unwrap();
        };
        write("one.h5", &frames[..2]);
        write("two.h5", &frames[2..]);
        let path = folder.path().join("a_master.h5");
        let master = |links: &[(&str, &str)]| {
            let file = H5File::create(&path).unwrap();
            let data = file.create_group("entry").unwrap().create_group("data").unwrap();
            for (name, other) in links {
                data.create_external_link(name, other, "/entry/data/data").unwrap();
            }
            file.close().unwrap();
        };
        master(&[("data_000002", "two.h5"), ("data_000001", "one.h5")]);
        let read = read_nxmx(&path).unwrap();
        assert_eq!((read.images, read.slow, read.fast, &read.counts), (3, 3, 4, &frames.concat()));
        let (last, images) = read_nxmx_images(&path, 1..9).unwrap();
        assert_eq!((last.images, &last.counts, images), (2, &frames[1..].concat(), 3));
        master(&[("data", "two.h5")]);
        assert_eq!(read_nxmx(&path).unwrap().counts, frames[2]);
        master(&[("data_000001", "one.h5"), ("data_000002", "three.h5")]);
        let error = read_nxmx(&path).unwrap_err().to_string();
        let expected = "/entry/data/data_000002: expected images in this file or in one beside it, found \"a link to \
            what is not there: three.h5:/entry/data/data\"";
        assert!(error.ends_with(expected), "{error}");
        master(&[]);
        assert!(read_nxmx(&path).unwrap_err().to_string().ends_with("found none"));
    }

    #[test]
    fn what_is_written_is_read_and_damage_is_survived() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let frames: Vec<Vec<i32>> = (0..2).map(|image| (0..12).map(|n| n * 100 - image).collect()).collect();
        let setting = Setting { fast: 4, measured: None, wavelength_angstrom: 1.25, ..setting() };
        let mut stack = StackWriter::create(&path, &setting, 2).unwrap();
        frames.iter().enumerate().for_each(|(image, frame)| stack.write(image, frame).unwrap());
        stack.finish().unwrap();
        let read = read_nxmx(&path).unwrap();
        assert_eq!((read.images, read.slow, read.fast, &read.counts), (2, 3, 4, &frames.concat()));
        let (second, images) = read_nxmx_image(&path, 1).unwrap();
        assert_eq!((second.images, &second.counts, images), (1, &frames[1], 2));
        let (none, images) = read_nxmx_image(&path, 2).unwrap();
        assert_eq!((none.images, none.counts.len(), images), (0, 0, 2));
        let wavelength = "entry/instrument/beam/incident_wavelength";
        assert_eq!(Nxmx::open(&path).unwrap().numbers(wavelength), Some(Ok(vec![1.25])));
        let file = Nxmx::open(&path).unwrap();
        assert_eq!(file.numbers("entry/nothing"), None);
        // Whole numbers of 32 bits.
        assert_eq!(file.numbers("entry/instrument/detector/bit_depth_readout"), Some(Ok(vec![32.0])));
        let size = file.numbers("entry/instrument/detector/module/data_size");
        assert_eq!(size, Some(Ok(vec![3.0, 4.0])));
        drop(file);

        let whole = std::fs::read(&path).unwrap();
        let damaged = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            if let Err(error) = read_nxmx(&path) {
                let text = error.to_string();
                assert!(
                    text.starts_with(&path.display().to_string()) || text.starts_with("cannot read"),
                    "{text}"
                );
                assert!(!text.contains('\n'), "{text}");
            }
            if let Ok(file) = Nxmx::open(&path) {
                let _ = file.numbers(wavelength);
            }
        };
        (0..whole.len()).step_by(61).for_each(|length| damaged(&whole[..length]));
        for at in (0..whole.len()).step_by(7) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xff;
            damaged(&bytes);
        }
    }
}
