//! A named stack of double-precision images in an HDF5 file.

use std::path::Path;

use super::hdf5::Hdf5File;
use super::node;
use super::store::{FrameStore, NamedImage, Values};
use crate::atomic::Pending;
use crate::error::{Error, Result};

/// Writes `images` as the data set `set` of shape (images, `shape`…) of an HDF5 file, with their names, units and values in the
/// data sets `names`, `units` and `values`.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when the pieces of an image do not fill the shape, or there is none;
/// [`Write`](crate::ErrorKind::Write).
pub fn write_named_images(path: &Path, set: &str, shape: &[usize], images: &[NamedImage<'_>]) -> Result<()> {
    let expected = shape.iter().try_fold(1usize, |product, &length| product.checked_mul(length));
    for image in images {
        let found: usize = image.pieces.iter().map(|piece| piece.len()).sum();
        if expected != Some(found) || found == 0 {
            return Err(Error::unwritable(
                path,
                format!("images of {shape:?} expected, {found} numbers given"),
            ));
        }
    }
    if images.is_empty() {
        return Err(Error::unwritable(path, "no image"));
    }
    let pending = Pending::beside(path)?;
    let failed = |cause| Error::write(path, cause);
    let mut file = Hdf5File::create(pending.temporary()).map_err(failed)?;
    let written = (|| {
        file.images(set, shape, images)?;
        let names: Vec<&str> = images.iter().map(|image| image.name).collect();
        let units: Vec<&str> = images.iter().map(|image| image.unit).collect();
        let values: Vec<f64> = images.iter().map(|image| image.value).collect();
        file.texts("names", &names)?;
        file.texts("units", &units)?;
        file.values("values", Values::Floats(&values))?;
        node::attribute(&mut file, set, "axes", "names")?;
        file.close()
    })();
    written.map_err(failed)?;
    pending.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rust_hdf5::H5File;

    #[test]
    fn images_come_back_with_their_names() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.h5");
        let (one, two) = ([0.1, 1.0, 2.0, 3.0, 4.0, -5.5], [7.0, 8.0, 9.0, 10.0, 11.0, 12.0]);
        let images = [
            NamedImage { name: "misset_x", unit: "deg", value: 0.5, pieces: &[&one[..4], &one[4..]] },
            NamedImage { name: "Na", unit: "1", value: f64::NAN, pieces: &[&two] },
        ];
        write_named_images(&path, "derivatives", &[2, 3], &images).unwrap();
        let file = H5File::open(&path).unwrap();
        let set = file.dataset("derivatives").unwrap();
        assert_eq!(set.shape(), [2, 2, 3]);
        assert_eq!(set.read_raw::<f64>().unwrap(), [one, two].concat());
        assert_eq!(file.dataset("values").unwrap().read_raw::<f64>().unwrap()[0], 0.5);
        assert_eq!(file.dataset("names").unwrap().shape(), [2]);
        write_named_images(&path, "derivatives", &[6], &images[1..]).unwrap();
        assert_eq!(
            H5File::open(&path).unwrap().dataset("derivatives").unwrap().read_raw::<f64>().unwrap(),
            two
        );
        assert!(write_named_images(&path, "derivatives", &[5], &images).is_err());
        assert!(write_named_images(&path, "derivatives", &[2, 3], &[]).is_err());
    }
}
