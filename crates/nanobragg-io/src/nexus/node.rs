//! Groups, data sets and attributes in the forms that NeXus asks for.

use std::io;

use super::store::{Attribute, FrameStore, Values};

/// A group of a NeXus class.
pub(super) fn group(store: &mut dyn FrameStore, path: &str, class: &str) -> io::Result<()> {
    store.group(path)?;
    attribute(store, path, "NX_class", class)
}

/// A scalar string.
pub(super) fn text(store: &mut dyn FrameStore, path: &str, value: &str) -> io::Result<()> {
    store.values(path, Values::Text(value))
}

/// A scalar length, time, angle and so on.
pub(super) fn quantity(store: &mut dyn FrameStore, path: &str, value: f64, units: &str) -> io::Result<()> {
    store.values(path, Values::Float(value))?;
    attribute(store, path, "units", units)
}

/// A string attribute.
pub(super) fn attribute(store: &mut dyn FrameStore, path: &str, name: &str, value: &str) -> io::Result<()> {
    store.attribute(path, name, Attribute::Text(value))
}

/// The attributes that make a data set an axis of a chain of transformations.
pub(super) struct Axis<'a> {
    /// `translation` or `rotation`.
    pub kind: &'a str,
    pub units: &'a str,
    pub vector: [f64; 3],
    /// Path of the axis that this one stands on, or `.`.
    pub depends_on: &'a str,
}

impl Axis<'_> {
    /// The data set `path` of `values` as this axis.
    pub fn write(&self, store: &mut dyn FrameStore, path: &str, values: Values<'_>) -> io::Result<()> {
        store.values(path, values)?;
        attribute(store, path, "units", self.units)?;
        attribute(store, path, "transformation_type", self.kind)?;
        store.attribute(path, "vector", Attribute::Vector(self.vector))?;
        store.attribute(path, "offset", Attribute::Vector([0.0; 3]))?;
        attribute(store, path, "offset_units", "mm")?;
        attribute(store, path, "depends_on", self.depends_on)
    }
}
