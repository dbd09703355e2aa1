//! The data sets that images are in, and the modules of their detector, whether or not the counts can be read.

use super::file::{FrameSet, Nxmx};
use super::in_its_place::InItsPlace;
use super::layout::FRAMES;
use super::read::{DETECTOR, EXPECTED, MOST_PIXELS};
use crate::error::{Error, Result};
use crate::warning::{Warning, WarningKind};

const ENTRY: &str = "entry";
/// The class of the groups that say how a part of the detector lies.
const MODULE: &str = "NXdetector_module";

impl Nxmx<'_> {
    /// The names of the data sets that the images are in.
    pub(super) fn frames(&self) -> Result<Vec<String>> {
        if self.shape(FRAMES).is_some() {
            return Ok(vec![FRAMES.to_owned()]);
        }
        let (folder, name) = FRAMES.rsplit_once('/').unwrap_or_default();
        let mut names = self.names(folder)?;
        names.retain(|other| other.strip_prefix(name).is_some_and(|rest| rest.starts_with('_')));
        if names.is_empty() {
            return Err(Error::missing(self.path(), FRAMES, EXPECTED));
        }
        names.sort();
        Ok(names.into_iter().map(|name| format!("{folder}/{name}")).collect())
    }

    /// These data sets.
    fn frame_sets(&self) -> Result<&[FrameSet]> {
        if let Some(known) = self.looked_at().get() {
            return Ok(known);
        }
        let shape = |name: String| {
            let shape = self.frame_shape(&name);
            (name, shape)
        };
        let found = self.frames()?.into_iter().map(shape).collect();
        Ok(self.looked_at().get_or_init(|| found))
    }

    fn frame_shape(&self, name: &str) -> std::result::Result<[usize; 3], InItsPlace> {
        let shape = self.shape(name).unwrap_or_else(|| Err(InItsPlace::of("nothing")))?;
        match *shape.as_slice() {
            [images, slow, fast] if slow > 0 && fast > 0 => Ok([images, slow, fast]),
            [slow, fast] if slow > 0 && fast > 0 => Ok([1, slow, fast]),
            _ => Err(InItsPlace::of(format!("shape {shape:?}"))),
        }
    }

    /// That of those data sets which has none.
    fn no_images(&self, name: &str, found: &str) -> Error {
        Error::value(self.path(), name, "images in this file or in one beside it", found.as_bytes())
    }

    /// A warning for each data set of images that is here and has none. Counts need not be here.
    pub(crate) fn damaged_frames(&self) -> Vec<Warning> {
        let damage = |(name, shape): &FrameSet| {
            let found = shape.as_ref().err().filter(|found| !found.is_elsewhere)?;
            let assumed = "not read: what else the file says gives the size of the images";
            let place = name.trim_start_matches('/');
            Some(Warning::new(WarningKind::NotTaken, self.path(), place, found.found.as_str(), assumed))
        };
        self.frame_sets().unwrap_or_default().iter().filter_map(damage).collect()
    }

    /// Rows and columns of each image, whether or not the counts are there and can be read: without them, as far as the modules reach.
    pub(crate) fn image_size(&self) -> Result<[usize; 2]> {
        let found = self.frame_sets();
        let mut shapes =
            found.iter().flat_map(|sets| sets.iter()).filter_map(|(_, shape)| shape.as_ref().ok());
        let size = match shapes.next() {
            Some(&[_, slow, fast]) if shapes.all(|shape| shape[1..] == [slow, fast]) => [slow, fast],
            Some(_) => return Err(Error::value(self.path(), FRAMES, "images of one size", b"several sizes")),
            None => {
                let error = || match found {
                    Err(error) => error,
                    Ok(sets) => match sets.first() {
                        Some((name, Err(found))) => self.no_images(name, &found.found),
                        _ => Error::missing(self.path(), FRAMES, EXPECTED),
                    },
                };
                self.size_of_modules().ok_or_else(error)?
            }
        };
        if size[0].checked_mul(size[1]).is_none_or(|pixels| pixels > MOST_PIXELS) {
            let (expected, found) =
                (format!("at most {MOST_PIXELS} pixels"), format!("{} x {}", size[0], size[1]));
            return Err(Error::value(self.path(), FRAMES, expected, found.as_bytes()));
        }
        Ok(size)
    }

    /// How many images there are; none where one of their data sets is not there.
    pub(crate) fn images(&self) -> usize {
        let sets = self.frame_sets().unwrap_or_default().iter();
        let images = |(_, shape): &FrameSet| shape.as_ref().ok().map(|[images, ..]| *images);
        sets.map(images).try_fold(0, |all: usize, images| Some(all.saturating_add(images?))).unwrap_or(0)
    }

    /// # Errors
    /// A file whose entry or detector has another name, which is named.
    pub(super) fn check_names(&self) -> Result<()> {
        for (group, name) in [("/", ENTRY), ("entry/instrument", DETECTOR)] {
            let others = self.names(group)?;
            if !self.class(name).0 && !others.is_empty() {
                let expected = format!("a group {}", name.rsplit('/').next().unwrap_or_default());
                return Err(Error::value(self.path(), group, expected, others.join(", ").as_bytes()));
            }
        }
        Ok(())
    }

    /// Names of the modules of the detector, in their order: groups of their class, whatever they are called, and of those without a class such as are
    /// called so.
    pub(crate) fn modules(&self) -> Result<Vec<String>> {
        let mut names = self.names(DETECTOR)?;
        names.retain(|name| match self.class(&format!("{DETECTOR}/{name}")) {
            (true, Some(class)) => class == MODULE,
            (is_group, None) => is_group && name.starts_with("module"),
            (false, Some(_)) => false,
        });
        Ok(names)
    }
}

#[cfg(test)]
mod tests {
    use rust_hdf5::H5File;

    use super::*;
    use crate::nexus::{NxmxPanel, Setting, StackWriter, nxmx_panels, test_setting};

    /// A file of 5 x 3 pixels in modules of this name and class, whose images are in `images.h5`.
    fn with_modules(path: &std::path::Path, modules: &[(&str, Option<&str>)], entry: &str) {
        let file = H5File::create(path).unwrap();
        let entry = file.create_group(entry).unwrap();
        let data = entry.create_group("data").unwrap();
        data.create_external_link("data_000001", "images.h5", "/entry/data/data").unwrap();
        let detector = entry.create_group("instrument").unwrap().create_group("detector").unwrap();
        for (name, class) in modules {
            let module = detector.create_group(name).unwrap();
            if let Some(class) = class {
                module.set_attr_string("NX_class", class).unwrap();
            }
            for (name, numbers) in [("data_origin", [0_i32, 0]), ("data_size", [3, 5])] {
                module.new_dataset::<i32>().shape([2]).create(name).unwrap().write_raw(&numbers).unwrap();
            }
        }
        drop((detector, data, entry));
        file.close().unwrap();
    }

    #[test]
    fn modules_are_told_by_their_class_and_not_by_their_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let names = |modules: &[(&str, Option<&str>)]| {
            with_modules(&path, modules, "entry");
            let panels = nxmx_panels(&path).unwrap();
            assert!(panels.iter().all(|NxmxPanel { size, .. }| *size == [3, 5]));
            panels.into_iter().map(|panel| panel.name).collect::<Vec<_>>()
        };
        assert_eq!(names(&[("ARRAY_D0Q0M0A0", Some(MODULE))]), ["ARRAY_D0Q0M0A0"]);
        assert_eq!(names(&[("module", None), ("other", None)]), ["module"]);
        assert_eq!(names(&[("module", Some(MODULE)), ("module_notes", Some("NXnote"))]), ["module"]);
        assert_eq!(
            names(&[("ARRAY_D0Q0M0A1", Some(MODULE)), ("module", None)]),
            ["ARRAY_D0Q0M0A1", "module"]
        );
        with_modules(&path, &[("module", None)], "entry1");
        let error = nxmx_panels(&path).unwrap_err().to_string();
        assert!(error.ends_with("/: expected a group entry, found \"entry1\""), "{error}");
    }

    #[test]
    fn images_that_are_here_and_damaged_are_named_and_several_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        with_modules(&path, &[("module", None)], "entry");
        let said = || {
            let file = Nxmx::open(&path).unwrap();
            assert_eq!(file.image_size().unwrap(), [3, 5]);
            let all = file.damaged_frames().into_iter();
            all.map(|warning| warning.to_string().rsplit("a.nxs: ").next().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        // Counts need not be here.
        assert_eq!(said(), [""; 0]);
        std::fs::write(folder.path().join("images.h5"), "damaged").unwrap();
        let expected = "entry/data/data_000001: a link to no HDF5: images.h5:/entry/data/data: not read: \
            what else the file says gives the size of the images";
        assert_eq!(said(), [expected]);
        let setting = Setting { fast: 5, slow: 3, measured: None, ..test_setting() };
        let mut stack = StackWriter::create(&folder.path().join("images.h5"), &setting, 2).unwrap();
        (0..2).for_each(|image| stack.write(image, &[0; 15]).unwrap());
        stack.finish().unwrap();
        assert_eq!(said(), [""; 0]);
        assert_eq!(Nxmx::open(&path).unwrap().images(), 2);
    }
}
