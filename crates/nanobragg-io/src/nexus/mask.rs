//! Pixels that a file marks as of no use.

use std::path::Path;

use rust_hdf5::{DatatypeMessage, H5Dataset, H5Type};

use super::file::{Nxmx, described, wrong};
use super::in_its_place::InItsPlace;
use super::read::{DETECTOR, MOST_PIXELS, chunk};
use crate::error::{Error, Result};
use crate::text::spaced;

/// Where the marks are: as NXmx has them, and as Eiger detectors wrote them before.
const NAMES: [&str; 2] = ["pixel_mask", "detectorSpecific/pixel_mask"];
const EXPECTED: &str = "a mask of whole numbers or booleans";

/// Which pixels of an image a file's `pixel_mask` marks, whatever for: `slow * fast`, the fast axis first; none where it has no such
/// mask. The mask counts whether or not the counts have it already (`pixel_mask_applied`). `image` is a number counted from 0.
///
/// # Errors
/// Those of [`read_nxmx_image`](super::read_nxmx_image); a mask of another size than the images, of more than 2³⁰ pixels,
/// or of other things than whole numbers and booleans.
pub fn nxmx_masked(path: &Path, image: usize) -> Result<Option<Vec<bool>>> {
    Nxmx::open(path)?.masked(image)
}

impl Nxmx<'_> {
    /// The name of the mask, and the data set, or what stands there in its place.
    fn mask(&self) -> Option<(String, std::result::Result<H5Dataset, InItsPlace>)> {
        let names = NAMES.map(|name| format!("{DETECTOR}/{name}"));
        names.into_iter().find_map(|name| self.set(&name).map(|set| (name, set)))
    }

    /// Whether there are masks of single images.
    pub(super) fn has_masks_of_images(&self) -> bool {
        let shape = self.mask().and_then(|(_, set)| Some(set.ok()?.shape()));
        shape.is_some_and(|shape| matches!(*shape.as_slice(), [masks, _, _] if masks > 1))
    }

    /// Which pixels of an image are marked.
    pub(crate) fn masked(&self, image: usize) -> Result<Option<Vec<bool>>> {
        let Some((name, set)) = self.mask() else { return Ok(None) };
        let set = set.map_err(|InItsPlace { found, .. }| {
            Error::value(self.path(), &name, "a mask in this file or in one beside it", found.as_bytes())
        })?;
        let [slow, fast] = self.image_size()?;
        let images = self.images();
        // One for all images, or one for each.
        let shape = set.shape();
        let start = match *shape.as_slice() {
            [rows, columns] if [rows, columns] == [slow, fast] => vec![0, 0],
            [1, rows, columns] if [rows, columns] == [slow, fast] => vec![0, 0, 0],
            [masks, rows, columns]
                if (masks == images || images == 0) && [rows, columns] == [slow, fast] && image < masks =>
            {
                vec![image, 0, 0]
            }
            _ => {
                let expected = format!("a mask of {slow} x {fast} pixels (slow, fast), as the images have");
                let shape: Vec<f64> = shape.iter().map(|&size| size as f64).collect();
                return Err(Error::value(self.path(), name, expected, spaced(&shape).as_bytes()));
            }
        };
        let pixels = slow.checked_mul(fast).filter(|pixels| *pixels <= MOST_PIXELS);
        let Some(pixels) = pixels else {
            let (expected, found) = (format!("at most {MOST_PIXELS} pixels"), format!("{slow} x {fast}"));
            return Err(Error::value(self.path(), name, expected, found.as_bytes()));
        };
        let chunks = set.chunk_dims().unwrap_or_default();
        let bands = match *chunks.as_slice() {
            [rows, width] | [1, rows, width] if width == fast && (1..=slow).contains(&rows) => Some(rows),
            _ => None,
        };
        if let Some(rows) = bands.filter(|_| set.element_size() == 4) {
            let mut marks = self.room(pixels)?;
            for first in (0..slow).step_by(rows) {
                let mut place = start.clone();
                let axis = place.len() - 2;
                place[axis] = first / rows;
                // Of a chunk that was never written the library knows what fills it.
                let Ok(Some(band)) = chunk(&set, &place, rows * fast) else {
                    return self.marked(&set, &name, &start, [slow, fast]);
                };
                marks.extend(band.into_iter().take((slow - first).min(rows) * fast).map(|mark| mark != 0));
            }
            return Ok(Some(marks));
        }
        self.marked(&set, &name, &start, [slow, fast])
    }

    /// The marks of a mask that is not stored as this program stores it.
    fn marked(
        &self,
        set: &H5Dataset,
        name: &str,
        start: &[usize],
        size: [usize; 2],
    ) -> Result<Option<Vec<bool>>> {
        let mut count = vec![1; start.len()];
        count.splice(start.len() - 2.., size);
        let unlike = |cause| wrong(self.path(), name, EXPECTED, &cause);
        let datatype = set.datatype().map_err(unlike)?;
        // Booleans of h5py are an enumeration. Whether a number is 0 neither its sign nor the order of its bytes changes.
        let width = match datatype {
            DatatypeMessage::FixedPoint { size, .. } => size,
            DatatypeMessage::Enum { base, .. } if matches!(*base, DatatypeMessage::FixedPoint { .. }) => {
                base.element_size()
            }
            other => {
                return Err(Error::value(self.path(), name, EXPECTED, described(&other).as_bytes()));
            }
        };
        let pixels = size.into_iter().product();
        match width {
            1 => self.nonzero::<u8>(set, name, (start, &count), pixels),
            2 => self.nonzero::<u16>(set, name, (start, &count), pixels),
            4 => self.nonzero::<u32>(set, name, (start, &count), pixels),
            8 => self.nonzero::<u64>(set, name, (start, &count), pixels),
            width => {
                let found = format!("numbers of {width} bytes");
                Err(Error::value(self.path(), name, EXPECTED, found.as_bytes()))
            }
        }
        .map(Some)
    }

    /// Which numbers of the part `(start, count)` of a data set are not 0.
    fn nonzero<T: H5Type + Default + PartialEq>(
        &self,
        set: &H5Dataset,
        name: &str,
        (start, count): (&[usize], &[usize]),
        pixels: usize,
    ) -> Result<Vec<bool>> {
        let mut numbers: Vec<T> = self.room(pixels)?;
        numbers.resize(pixels, T::default());
        let read = set.read_slice_into(&mut numbers, start, count);
        read.map_err(|cause| wrong(self.path(), name, EXPECTED, &cause))?;
        let mut marks = self.room(pixels)?;
        marks.extend(numbers.into_iter().map(|number| number != T::default()));
        Ok(marks)
    }

    /// An empty list with room for so many numbers.
    fn room<T>(&self, numbers: usize) -> Result<Vec<T>> {
        let mut room = Vec::new();
        let bytes = numbers as u128 * size_of::<T>() as u128;
        room.try_reserve_exact(numbers).map_err(|_| Error::memory(self.path(), bytes))?;
        Ok(room)
    }
}

#[cfg(test)]
mod tests {
    use rust_hdf5::{H5File, H5Group};

    use super::*;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::{Setting, StackWriter};

    /// A file of two images of 2 x 3 pixels (slow, fast), and a master beside it that has this mask.
    fn masked(
        name: &str,
        shape: &[usize],
        marks: &[u32],
    ) -> std::result::Result<Vec<Option<Vec<bool>>>, String> {
        masked_by(name, |group, last| {
            let set = group.new_dataset::<u32>().shape(shape).create(last).unwrap();
            set.write_raw(marks).unwrap();
        })
    }

    /// The same of a file whose mask of this name `write` writes.
    fn masked_by(
        name: &str,
        write: impl Fn(&H5Group, &str),
    ) -> std::result::Result<Vec<Option<Vec<bool>>>, String> {
        let folder = tempfile::tempdir().unwrap();
        let setting = Setting { fast: 3, slow: 2, measured: None, ..setting() };
        let mut stack = StackWriter::create(&folder.path().join("one.h5"), &setting, 2).unwrap();
        (0..2).for_each(|image| stack.write(image, &[1; 6]).unwrap());
        stack.finish().unwrap();
        let path = folder.path().join("a_master.h5");
        let file = H5File::create(&path).unwrap();
        let entry = file.create_group("entry").unwrap();
        entry
            .create_group("data")
            .unwrap()
            .create_external_link("data", "one.h5", "/entry/data/data")
            .unwrap();
        let mut group = entry.create_group("instrument").unwrap().create_group("detector").unwrap();
        let (folders, last) = name.rsplit_once('/').unwrap_or(("", name));
        if !folders.is_empty() {
            group = group.create_group(folders).unwrap();
        }
        write(&group, last);
        drop((group, entry));
        file.close().unwrap();
        let of = |image| nxmx_masked(&path, image).map_err(|error| error.to_string());
        (0..2).map(of).collect()
    }

    #[test]
    fn any_mark_leaves_a_pixel_out() {
        let marks = [0, 1, 0, 256, 0, 1 << 31];
        let all = Some(marks.map(|mark| mark != 0).to_vec());
        for name in NAMES {
            for shape in [&[2, 3][..], &[1, 2, 3]] {
                assert_eq!(masked(name, shape, &marks).unwrap(), [all.clone(), all.clone()]);
            }
        }
        let each = masked("pixel_mask", &[2, 2, 3], &[[0; 6], marks].concat()).unwrap();
        assert_eq!(each, [Some(vec![false; 6]), all]);
        assert_eq!(masked("mask", &[2, 3], &marks).unwrap(), [None, None]);
        let error = masked("pixel_mask", &[3, 2], &marks).unwrap_err();
        let expected =
            "pixel_mask: expected a mask of 2 x 3 pixels (slow, fast), as the images have, found \"3 2\"";
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn masks_are_numbers_of_any_size_or_booleans() {
        let marks = Some(vec![false, true, false, true, false, false]);
        let booleans = masked_by("pixel_mask", |group, last| {
            let set = group.new_dataset::<u8>().datatype(DatatypeMessage::bool_type()).shape([2usize, 3]);
            set.create(last).unwrap().write_raw(&[0_u8, 1, 0, 1, 0, 0]).unwrap();
        });
        assert_eq!(booleans.unwrap(), [marks.clone(), marks.clone()]);
        let long = masked_by("pixel_mask", |group, last| {
            let set = group.new_dataset::<u64>().shape([2usize, 3]).create(last).unwrap();
            set.write_raw(&[0_u64, 1 << 63, 0, 1 << 40, 0, 0]).unwrap();
        });
        assert_eq!(long.unwrap(), [marks.clone(), marks.clone()]);
        let signed = masked_by("pixel_mask", |group, last| {
            let set = group.new_dataset::<i16>().shape([2usize, 3]).create(last).unwrap();
            set.write_raw(&[0_i16, -1, 0, 256, 0, 0]).unwrap();
        });
        assert_eq!(signed.unwrap(), [marks.clone(), marks]);
        let floats = masked_by("pixel_mask", |group, last| {
            let set = group.new_dataset::<f32>().shape([2usize, 3]).create(last).unwrap();
            set.write_raw(&[0.5_f32; 6]).unwrap();
        });
        let expected = "pixel_mask: expected a mask of whole numbers or booleans, found \"little-endian 32-bit \
            floating-point numbers\"";
        assert!(floats.as_ref().unwrap_err().ends_with(expected), "{floats:?}");
    }

    #[test]
    fn chunks_that_were_never_written_mark_nothing() {
        for chunk in [[2, 3], [1, 3], [2, 2]] {
            let sparse = masked_by("pixel_mask", |group, last| {
                group.new_dataset::<u32>().shape([2usize, 3]).chunk(&chunk).create(last).unwrap();
            });
            assert_eq!(sparse.unwrap(), [Some(vec![false; 6]), Some(vec![false; 6])], "{chunk:?}");
        }
    }

    #[test]
    fn the_mask_of_a_stack_that_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let measured = vec![true, true, false, true, true, false];
        let setting = Setting { fast: 3, slow: 2, measured: Some(measured.clone()), ..setting() };
        let mut stack = StackWriter::create(&path, &setting, 1).unwrap();
        stack.write(0, &[1; 6]).unwrap();
        stack.finish().unwrap();
        let expected: Vec<bool> = measured.iter().map(|kept| !kept).collect();
        assert_eq!(nxmx_masked(&path, 0).unwrap(), Some(expected));
    }
}
