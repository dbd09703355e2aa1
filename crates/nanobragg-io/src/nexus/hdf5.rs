//! HDF5 by the crate `rust-hdf5`.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use rust_hdf5::{
    DatatypeMessage, H5Dataset, H5File, H5FileOptions, H5Group, H5Type, Hdf5Error, VarLenUnicode,
};

use super::store::{Attribute, Chunked, FrameStore, NamedImage, Values};

/// An HDF5 file in the making.
pub(super) struct Hdf5File {
    groups: HashMap<String, H5Group>,
    sets: HashMap<String, H5Dataset>,
    file: Option<H5File>,
}

impl Hdf5File {
    /// An empty file, in place of one that may be there.
    pub fn create(path: &Path) -> io::Result<Self> {
        // Nobody else knows the name, which is temporary, and some network file systems have no locks.
        let file = H5FileOptions::new().no_locking().create(path).map_err(failed)?;
        let groups = HashMap::from([(String::new(), file.root_group())]);
        Ok(Hdf5File { groups, sets: HashMap::new(), file: Some(file) })
    }

    /// The group that `path` stands in, and its name there.
    fn parent<'a>(&self, path: &'a str) -> io::Result<(&H5Group, &'a str)> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let group = self.groups.get(parent).ok_or_else(|| nothing_at(parent))?;
        Ok((group, name))
    }

    fn numbers<T: H5Type>(&self, path: &str, shape: &[usize], values: &[T]) -> io::Result<H5Dataset> {
        let (parent, name) = self.parent(path)?;
        let builder = parent.new_dataset::<T>();
        let builder = if shape.is_empty() { builder.scalar() } else { builder.shape(shape) };
        let set = builder.create(name).map_err(failed)?;
        set.write_raw(values).map_err(failed)?;
        Ok(set)
    }

    fn text(&self, path: &str, text: &str) -> io::Result<H5Dataset> {
        let (parent, name) = self.parent(path)?;
        // A string of no bytes has no type.
        let bytes = if text.is_empty() { b" " } else { text.as_bytes() };
        let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let datatype = DatatypeMessage::FixedString { size, padding: 1, charset: 1 };
        let set = parent.new_dataset::<u8>().datatype(datatype).scalar().create(name).map_err(failed)?;
        set.write_raw_bytes(bytes).map_err(failed)?;
        Ok(set)
    }

    /// Makes a data set of strings, padded to the longest.
    pub fn texts(&mut self, path: &str, texts: &[&str]) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        let longest = texts.iter().map(|text| text.len()).max().unwrap_or(0).max(1);
        let mut bytes = Vec::with_capacity(longest * texts.len());
        for text in texts {
            bytes.extend(text.bytes());
            bytes.resize(bytes.len().next_multiple_of(longest), 0);
            if text.is_empty() {
                bytes.resize(bytes.len() + longest, 0);
            }
        }
        let size = u32::try_from(longest).unwrap_or(u32::MAX);
        let datatype = DatatypeMessage::FixedString { size, padding: 1, charset: 1 };
        let builder = parent.new_dataset::<u8>().datatype(datatype).shape([texts.len()]);
        builder.create(name).map_err(failed)?.write_raw_bytes(&bytes).map_err(failed)
    }

    /// Makes a data set of images in double precision, one chunk each.
    pub fn images(&mut self, path: &str, shape: &[usize], images: &[NamedImage<'_>]) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        let with = |first: usize| [&[first][..], shape].concat();
        let builder = parent.new_dataset::<f64>().shape(with(images.len())).chunk(&with(1));
        let set = builder.create(name).map_err(failed)?;
        for (number, image) in images.iter().enumerate() {
            let bytes: Vec<u8> =
                image.pieces.iter().flat_map(|piece| piece.iter()).flat_map(|x| x.to_le_bytes()).collect();
            set.write_chunk(number, &bytes).map_err(failed)?;
        }
        self.sets.insert(path.to_owned(), set);
        Ok(())
    }
}

impl FrameStore for Hdf5File {
    fn group(&mut self, path: &str) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        let group = parent.create_group(name).map_err(failed)?;
        self.groups.insert(path.to_owned(), group);
        Ok(())
    }

    fn values(&mut self, path: &str, values: Values<'_>) -> io::Result<()> {
        let set = match values {
            Values::Text(text) => self.text(path, text)?,
            Values::Byte(value) => self.numbers(path, &[], &[value])?,
            Values::Int(value) => self.numbers(path, &[], &[value])?,
            Values::Float(value) => self.numbers(path, &[], &[value])?,
            Values::Ints(values) => self.numbers(path, &[values.len()], values)?,
            Values::Floats(values) => self.numbers(path, &[values.len()], values)?,
            Values::Matrix(values) => self.numbers(path, &[3, 3], values.as_slice())?,
        };
        self.sets.insert(path.to_owned(), set);
        Ok(())
    }

    fn counts(&mut self, path: &str, layout: &Chunked) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        let builder = parent.new_dataset::<i32>().shape(&layout.shape).chunk(&layout.chunk);
        let set = builder.shuffle_deflate(layout.level).create(name).map_err(failed)?;
        self.sets.insert(path.to_owned(), set);
        Ok(())
    }

    fn attribute(&mut self, path: &str, name: &str, value: Attribute<'_>) -> io::Result<()> {
        let path = path.trim_end_matches('/');
        let written = match (self.groups.get(path), self.sets.get(path), value) {
            (Some(group), _, Attribute::Text(text)) => group.set_attr_string(name, text),
            (_, Some(set), Attribute::Text(text)) => {
                let attribute = set.new_attr::<VarLenUnicode>().shape(()).create(name);
                attribute.and_then(|attribute| attribute.write_string(text))
            }
            (_, Some(set), Attribute::Vector(vector)) => {
                let attribute = set.new_attr::<f64>().shape([vector.len()]).create(name);
                attribute.and_then(|attribute| attribute.write_array(&vector))
            }
            (Some(_), _, Attribute::Vector(_)) | (None, None, _) => return Err(nothing_at(path)),
        };
        written.map_err(failed)
    }

    fn link(&mut self, path: &str, target: &str) -> io::Result<()> {
        let (parent, name) = self.parent(path)?;
        parent.create_soft_link(name, target).map_err(failed)
    }

    fn chunk(&mut self, path: &str, index: usize, bytes: &[u8]) -> io::Result<()> {
        let set = self.sets.get(path).ok_or_else(|| nothing_at(path))?;
        set.write_chunk_raw(index, bytes, 0).map_err(failed)
    }

    fn close(&mut self) -> io::Result<()> {
        self.groups.clear();
        self.sets.clear();
        self.file.take().map_or(Ok(()), H5File::close_no_sync).map_err(failed)
    }
}

/// A file that is given up is closed in silence: the crate would print that it could not complete it, and nobody wants
/// it.
impl Drop for Hdf5File {
    fn drop(&mut self) {
        let given_up = self.close();
        drop(given_up);
    }
}

fn nothing_at(path: &str) -> io::Error {
    io::Error::new(io::ErrorKind::NotFound, format!("nothing takes it at {path}/"))
}

fn failed(error: Hdf5Error) -> io::Error {
    let text = error.to_string();
    // The crate keeps the system's reason to itself, as the end of a text with its own layers before it.
    let reason = text.rsplit_once("I/O error: ").map_or(text.as_str(), |(_, reason)| reason);
    io::Error::other(reason)
}
