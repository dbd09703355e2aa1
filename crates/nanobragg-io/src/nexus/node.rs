//! Groups, data sets and attributes in the forms that NeXus asks for.

use rust_hdf5::{DatatypeMessage, H5Dataset, H5Group, H5Type, Hdf5Error, VarLenUnicode};

/// What writing a node returns.
pub(super) type Result<T> = std::result::Result<T, Hdf5Error>;

/// The group `name` of a NeXus class.
pub(super) fn group(parent: &H5Group, name: &str, class: &str) -> Result<H5Group> {
    let group = parent.create_group(name)?;
    group.set_attr_string("NX_class", class)?;
    Ok(group)
}

/// A scalar string, of fixed length as other programs write it.
pub(super) fn text(parent: &H5Group, name: &str, value: &str) -> Result<H5Dataset> {
    // A string of no bytes has no type.
    let bytes = if value.is_empty() { b" " } else { value.as_bytes() };
    let size = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
    let datatype = DatatypeMessage::FixedString { size, padding: 1, charset: 1 };
    let dataset = parent.new_dataset::<u8>().datatype(datatype).scalar().create(name)?;
    dataset.write_raw_bytes(bytes)?;
    Ok(dataset)
}

/// A scalar number.
pub(super) fn scalar<T: H5Type>(parent: &H5Group, name: &str, value: T) -> Result<H5Dataset> {
    let dataset = parent.new_dataset::<T>().scalar().create(name)?;
    dataset.write_raw(&[value])?;
    Ok(dataset)
}

/// A scalar length, time, angle and so on.
pub(super) fn quantity(parent: &H5Group, name: &str, value: f64, units: &str) -> Result<H5Dataset> {
    let dataset = scalar(parent, name, value)?;
    attribute(&dataset, "units", units)?;
    Ok(dataset)
}

/// Numbers in a row.
pub(super) fn row<T: H5Type>(parent: &H5Group, name: &str, values: &[T]) -> Result<H5Dataset> {
    let dataset = parent.new_dataset::<T>().shape([values.len()]).create(name)?;
    dataset.write_raw(values)?;
    Ok(dataset)
}

/// A string attribute.
pub(super) fn attribute(dataset: &H5Dataset, name: &str, value: &str) -> Result<()> {
    dataset.new_attr::<VarLenUnicode>().shape(()).create(name)?.write_string(value)
}

/// A vector as an attribute.
pub(super) fn vector(dataset: &H5Dataset, name: &str, value: [f64; 3]) -> Result<()> {
    dataset.new_attr::<f64>().shape([3usize]).create(name)?.write_array(&value)
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
    /// Makes `dataset` this axis.
    pub fn mark(&self, dataset: &H5Dataset) -> Result<()> {
        attribute(dataset, "units", self.units)?;
        attribute(dataset, "transformation_type", self.kind)?;
        vector(dataset, "vector", self.vector)?;
        vector(dataset, "offset", [0.0; 3])?;
        attribute(dataset, "offset_units", "mm")?;
        attribute(dataset, "depends_on", self.depends_on)
    }
}
