//! Panels of a detector in the images of a file.

use std::path::Path;

use super::file::Nxmx;
use super::read::{DETECTOR, NxmxStack};
use crate::error::{Error, Result};
use crate::text::spaced;

/// A panel of the detector of a file, and where its pixels are in each image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NxmxPanel {
    /// The name of its module.
    pub name: String,
    /// Its first row and its first column.
    pub origin: [usize; 2],
    /// Its rows and its columns.
    pub size: [usize; 2],
}

/// The panels of a file's detector, in the order of their numbers.
///
/// # Errors
/// A file that is no HDF5, has no modules as [`StackWriter`](super::StackWriter) writes them, or one that lies outside of the images.
pub fn nxmx_panels(path: &Path) -> Result<Vec<NxmxPanel>> {
    Nxmx::open(path)?.panels()
}

impl Nxmx<'_> {
    /// The panels, in the order of their numbers.
    pub(crate) fn panels(&self) -> Result<Vec<NxmxPanel>> {
        self.check_names()?;
        let image = self.image_size()?;
        let names = self.modules()?;
        if names.is_empty() {
            let module = format!("{DETECTOR}/module");
            return Err(Error::missing(self.path(), module, "a module, which says how the detector lies"));
        }
        let is_only = names.len() == 1;
        names.into_iter().map(|name| self.panel(name, image, is_only)).collect()
    }

    /// One of them. A module that is the only one may leave out where it begins.
    fn panel(&self, name: String, image: [usize; 2], is_only: bool) -> Result<NxmxPanel> {
        let at = |set: &str| format!("{DETECTOR}/{name}/{set}");
        let found = |set: &str| {
            let numbers = self.numbers(&at(set)).unwrap_or_else(|| Ok(Vec::new()));
            numbers.map_or_else(|found| found, |numbers| spaced(&numbers))
        };
        let [rows, columns] = image;
        let wrong =
            |set: &str, expected: String| Error::value(self.path(), at(set), expected, found(set).as_bytes());
        let all_are = |set: &str, number: f64, expected: &str| match self.numbers(&at(set)) {
            Some(Ok(numbers)) if numbers.iter().all(|found| *found == number) => Ok(()),
            Some(_) => Err(wrong(set, expected.to_owned())),
            None => Ok(()),
        };
        all_are("data_stride", 1.0, "1 1: pixels one after another")?;
        let whole = || format!("{rows} {columns}, as of the image");
        let size = self.pair(&at("data_size")).filter(|size| !size.contains(&0));
        if is_only {
            all_are("data_origin", 0.0, "0 0: the only module has the whole image")?;
            let size = size.filter(|size| *size == image).ok_or_else(|| wrong("data_size", whole()))?;
            return Ok(NxmxPanel { name, origin: [0, 0], size });
        }
        let size = size.ok_or_else(|| wrong("data_size", "rows and columns".to_owned()))?;
        let fits = |origin: &[usize; 2]| (0..2).all(|axis| origin[axis] + size[axis] <= image[axis]);
        let within =
            || format!("a place in the image, {rows} {columns}, of a module of {} {}", size[0], size[1]);
        let origin = self.pair(&at("data_origin")).filter(fits);
        let origin = origin.ok_or_else(|| wrong("data_origin", within()))?;
        Ok(NxmxPanel { name, origin, size })
    }

    /// Two indices or sizes at a name.
    fn pair(&self, name: &str) -> Option<[usize; 2]> {
        let numbers: [f64; 2] = self.numbers(name)?.ok()?.try_into().ok()?;
        let is_index = |x: &f64| (0.0..=1e9).contains(x) && x.fract() == 0.0;
        numbers.iter().all(is_index).then(|| numbers.map(|x| x as usize))
    }

    /// Rows and columns of the image of which the modules are parts.
    pub(super) fn size_of_modules(&self) -> Option<[usize; 2]> {
        let names = self.modules().ok()?;
        let end = |name: &String| {
            let size = self.pair(&format!("{DETECTOR}/{name}/data_size"))?;
            let origin = match self.pair(&format!("{DETECTOR}/{name}/data_origin")) {
                Some(origin) => origin,
                None if names.len() == 1 => [0, 0],
                None => return None,
            };
            Some([origin[0] + size[0], origin[1] + size[1]])
        };
        let ends = names.iter().map(end).collect::<Option<Vec<_>>>()?;
        let size = ends.into_iter().reduce(|one, other| [one[0].max(other[0]), one[1].max(other[1])])?;
        (!size.contains(&0)).then_some(size)
    }
}

impl NxmxPanel {
    /// Its pixels of images of so many columns, which stand one below the other in `pixels`, each of so many rows.
    pub fn cut<T: Copy>(&self, pixels: &[T], [rows, columns]: [usize; 2]) -> Vec<T> {
        let image = |image: &'_ [T]| -> Vec<T> {
            let rows = image.chunks(columns.max(1)).skip(self.origin[0]).take(self.size[0]);
            rows.flat_map(|row| row.iter().skip(self.origin[1]).take(self.size[1]).copied()).collect()
        };
        pixels.chunks(rows.saturating_mul(columns).max(1)).flat_map(image).collect()
    }
}

impl NxmxStack {
    /// The same images of one panel.
    pub fn of_panel(&self, panel: &NxmxPanel) -> NxmxStack {
        let [slow, fast] = panel.size;
        NxmxStack { images: self.images, slow, fast, counts: panel.cut(&self.counts, [self.slow, self.fast]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_cut_out_of_every_image() {
        let stack = NxmxStack { images: 2, slow: 3, fast: 2, counts: (0..12).collect() };
        let panel = NxmxPanel { name: "module_1".to_owned(), origin: [1, 1], size: [2, 1] };
        let expected = NxmxStack { images: 2, slow: 2, fast: 1, counts: vec![3, 5, 9, 11] };
        assert_eq!(stack.of_panel(&panel), expected);
    }
}
