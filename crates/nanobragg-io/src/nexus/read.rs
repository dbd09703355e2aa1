//! Reading a stack that this program wrote.

use std::ops::Range;
use std::path::Path;

use rust_hdf5::{ByteOrder, DatatypeMessage, H5File, H5FileOptions};

use super::compress::decompress_frame;
use super::layout::FRAMES;
use crate::binary::open_regular;
use crate::error::{Error, Result};

/// Every file begins so.
pub const HDF5_MAGIC: &[u8; 8] = b"\x89HDF\r\n\x1a\n";
/// The group of the detector, in which modules are.
pub(crate) const DETECTOR: &str = "entry/instrument/detector";
/// The largest stack accepted, in pixels.
const MOST_PIXELS: usize = 1 << 30;
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

/// An open file.
pub(crate) struct Nxmx<'a> {
    path: &'a Path,
    length: u64,
    file: H5File,
}

impl<'a> Nxmx<'a> {
    pub(crate) fn open(path: &'a Path) -> Result<Self> {
        let (_, length) = open_regular(path)?;
        let file = H5FileOptions::new().no_locking().open(path);
        let file = file.map_err(|cause| wrong(path, "file", "HDF5", &cause))?;
        Ok(Nxmx { path, length, file })
    }

    /// The images of these numbers, as far as there are such, and how many there are in all.
    pub(crate) fn stack(&self, wanted: Range<usize>) -> Result<(NxmxStack, usize)> {
        const EXPECTED: &str =
            "signed little-endian 32-bit counts, shuffled and deflated, as nanobragg writes them";
        let path = self.path;
        let unlike = |found: &str| Error::value(path, FRAMES, EXPECTED, found.as_bytes());
        let set = self.file.dataset(FRAMES.trim_start_matches('/'));
        let set = set.map_err(|cause| wrong(path, FRAMES, EXPECTED, &cause))?;
        match set.datatype().map_err(|cause| wrong(path, FRAMES, EXPECTED, &cause))? {
            DatatypeMessage::FixedPoint {
                size: 4,
                byte_order: ByteOrder::LittleEndian,
                signed: true,
                ..
            } => {}
            other => return Err(unlike(&described(&other))),
        }
        let (shape, chunk) = (set.shape(), set.chunk_dims().unwrap_or_default());
        let (&[all, slow, fast], &[1, rows, width]) = (shape.as_slice(), chunk.as_slice()) else {
            return Err(unlike(&format!("shape {shape:?}, chunks {chunk:?}")));
        };
        if all == 0 || slow == 0 || rows == 0 || fast == 0 || width != fast || set.element_size() != 4 {
            return Err(unlike(&format!("shape {shape:?}, chunks {chunk:?}")));
        }
        let wanted = wanted.start.min(all)..wanted.end.min(all);
        let images = wanted.len();
        let pixels = fast.checked_mul(slow).and_then(|frame| frame.checked_mul(images));
        let band = rows.checked_mul(fast).filter(|band| *band <= MOST_PIXELS && rows <= slow);
        let Some((pixels, band)) = pixels.filter(|pixels| *pixels <= MOST_PIXELS).zip(band) else {
            let expected = format!("at most {MOST_PIXELS} pixels");
            return Err(Error::value(path, FRAMES, expected, format!("shape {shape:?}").as_bytes()));
        };
        let least = pixels as u128 * 4 / MOST_EXPANSION;
        if least > self.length.into() {
            return Err(Error::length(path, "images", least, self.length.into()));
        }
        let mut counts = Vec::new();
        counts.try_reserve_exact(pixels).map_err(|_| Error::memory(path, pixels as u128 * 4))?;
        for image in wanted {
            for (at, left) in (0..slow).step_by(rows).map(|first| (first / rows, slow - first)) {
                let (bytes, filters) = set
                    .read_chunk_raw_at(&[image, at, 0])
                    .map_err(|cause| wrong(path, FRAMES, EXPECTED, &cause))?;
                let decoded = decompress_frame(&bytes, band).filter(|_| filters == 0);
                let decoded = decoded.ok_or_else(|| unlike("others"))?;
                counts.extend(decoded.into_iter().take(left.min(rows) * fast));
            }
        }
        Ok((NxmxStack { images, slow, fast, counts }, all))
    }

    pub(crate) fn path(&self) -> &'a Path {
        self.path
    }

    /// Rows and columns of each image.
    pub(crate) fn image_size(&self) -> Result<[usize; 2]> {
        let (stack, _) = self.stack(usize::MAX..usize::MAX)?;
        Ok([stack.slow, stack.fast])
    }

    /// Names of the modules of the detector, in their order.
    pub(crate) fn modules(&self) -> Vec<String> {
        let names = self.file.root_group().group(DETECTOR).and_then(|detector| detector.group_names());
        let mut names = names.unwrap_or_default();
        names.retain(|name| name.starts_with("module"));
        names
    }

    /// The first number at `name`, of any type, where there is one; it may be none that can be used.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        self.all_numbers(name)?.first().copied()
    }

    /// The numbers at `name`, or what stands there in their place.
    pub(crate) fn numbers(&self, name: &str) -> Option<std::result::Result<Vec<f64>, String>> {
        let set = self.file.dataset(name).ok()?;
        if let Some(numbers) = self.all_numbers(name) {
            return Some(Ok(numbers));
        }
        Some(Err(match (set.read_strings_lossy(), set.datatype()) {
            (Ok(texts), _) => texts.join(" "),
            (_, Ok(datatype)) => described(&datatype),
            _ => "another type".to_owned(),
        }))
    }

    /// The text at `name`, or what stands there in its place.
    pub(crate) fn text(&self, name: &str) -> Option<std::result::Result<String, String>> {
        let set = self.file.dataset(name).ok()?;
        let texts = set.read_strings_lossy().ok().filter(|texts| texts.len() == 1);
        Some(texts.and_then(|mut texts| texts.pop()).ok_or_else(|| match set.datatype() {
            Ok(datatype) => described(&datatype),
            Err(_) => "another type".to_owned(),
        }))
    }

    /// The names in a group.
    pub(crate) fn names(&self, group: &str) -> Vec<String> {
        let names = self.file.root_group().group(group).and_then(|group| group.link_names());
        names.unwrap_or_default()
    }

    /// The numbers at `name`, of any type, where they are few.
    pub(crate) fn all_numbers(&self, name: &str) -> Option<Vec<f64>> {
        let set = self.file.dataset(name).ok()?;
        (set.total_elements() <= 1 << 20).then_some(())?;
        let whole = || Some(set.read_numeric_as::<i64>().ok()?.into_iter().map(|n| n as f64).collect());
        set.read_numeric_as::<f64>().ok().or_else(whole)
    }

    /// The text of an attribute of `name`.
    pub(crate) fn text_attribute(&self, name: &str, attribute: &str) -> Option<String> {
        self.file.dataset(name).ok()?.attr(attribute).ok()?.read_string().ok()
    }

    /// The numbers of an attribute of `name`.
    pub(crate) fn vector(&self, name: &str, attribute: &str) -> Option<Vec<f64>> {
        let attribute = self.file.dataset(name).ok()?.attr(attribute).ok()?;
        let whole = || Some(attribute.read_numeric_as::<i64>().ok()?.into_iter().map(|n| n as f64).collect());
        attribute.read_numeric_as::<f64>().ok().or_else(whole)
    }
}

fn wrong(path: &Path, what: &str, expected: &str, cause: &rust_hdf5::Hdf5Error) -> Error {
    Error::value(path, what, expected, cause.to_string().as_bytes())
}

/// A type of numbers, for a message.
fn described(datatype: &DatatypeMessage) -> String {
    let order = |order: &ByteOrder| match order {
        ByteOrder::LittleEndian => "little-endian",
        ByteOrder::BigEndian => "big-endian",
    };
    match datatype {
        DatatypeMessage::FixedPoint { size, byte_order, signed, .. } => {
            let sign = if *signed { "signed" } else { "unsigned" };
            format!("{sign} {} {}-bit numbers", order(byte_order), 8 * size)
        }
        DatatypeMessage::FloatingPoint { size, byte_order, .. } => {
            format!("{} {}-bit floating-point numbers", order(byte_order), 8 * size)
        }
        _ => "another type".to_owned(),
    }
}

#[cfg(test)]
mod tests {
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
        assert_eq!(Nxmx::open(&path).unwrap().number(wavelength), Some(1.25));
        let file = Nxmx::open(&path).unwrap();
        assert_eq!(file.number("entry/nothing"), None);
        // Whole numbers of 32 bits.
        assert_eq!(file.number("entry/instrument/detector/bit_depth_readout"), Some(32.0));
        let size = file.all_numbers("entry/instrument/detector/module/data_size");
        assert_eq!(size, Some(vec![3.0, 4.0]));
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
                file.number(wavelength);
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
