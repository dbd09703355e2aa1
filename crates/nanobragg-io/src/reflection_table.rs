//! Reflection tables of DIALS: `.refl` files in MessagePack.

mod read;

pub use read::{PlacedReflection, read_positions};

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::Path;

use crate::atomic::write_atomic;
use crate::error::{Error, Result};

/// A column of a table, a value a reflection.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Whole numbers.
    Int(Vec<i32>),
    /// Whole numbers that are not negative.
    Size(Vec<u64>),
    /// Numbers.
    Double(Vec<f64>),
    /// Vectors.
    Vector(Vec<[f64; 3]>),
    /// Miller indices.
    Index(Vec<[i32; 3]>),
    /// Shoeboxes: first and last, which is left out, along fast, slow and images.
    Box(Vec<[i32; 6]>),
}

impl Column {
    fn len(&self) -> usize {
        match self {
            Column::Int(values) => values.len(),
            Column::Size(values) => values.len(),
            Column::Double(values) => values.len(),
            Column::Vector(values) => values.len(),
            Column::Index(values) => values.len(),
            Column::Box(values) => values.len(),
        }
    }

    /// The name that DIALS has for the type.
    fn kind(&self) -> &'static str {
        match self {
            Column::Int(_) => "int",
            Column::Size(_) => "std::size_t",
            Column::Double(_) => "double",
            Column::Vector(_) => "vec3<double>",
            Column::Index(_) => "cctbx::miller::index<>",
            Column::Box(_) => "int6",
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Column::Int(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Column::Size(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Column::Double(values) => values.iter().flat_map(|value| value.to_le_bytes()).collect(),
            Column::Vector(values) => values.iter().flatten().flat_map(|value| value.to_le_bytes()).collect(),
            Column::Index(values) => values.iter().flatten().flat_map(|value| value.to_le_bytes()).collect(),
            Column::Box(values) => values.iter().flatten().flat_map(|value| value.to_le_bytes()).collect(),
        }
    }
}

/// A table of reflections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReflectionTable {
    /// Identifiers of experiments by the number that the column `id` has for them.
    pub identifiers: BTreeMap<u32, String>,
    /// Columns by name, all of the same length.
    pub columns: BTreeMap<&'static str, Column>,
}

/// Writes a table for `flex.reflection_table.from_file` of DIALS.
///
/// ```
/// use nanobragg_io::reflection_table::{Column, ReflectionTable, write_reflection_table};
/// # let folder = tempfile::tempdir()?;
/// let mut table = ReflectionTable::default();
/// table.columns.insert("miller_index", Column::Index(vec![[1, 2, -3]]));
/// write_reflection_table(&folder.path().join("a.refl"), &table)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) for columns of different lengths; [`Write`](crate::ErrorKind::Write).
pub fn write_reflection_table(path: &Path, table: &ReflectionTable) -> Result<()> {
    let rows = table.columns.values().next().map_or(0, Column::len);
    if let Some((name, column)) = table.columns.iter().find(|(_, column)| column.len() != rows) {
        let reason = format!("column {name} has {} rows, others {rows}", column.len());
        return Err(Error::unwritable(path, reason));
    }
    write_atomic(path, |out| {
        let mut pack = Pack(out);
        pack.array(3)?;
        pack.text("dials::af::reflection_table")?;
        pack.whole(1)?;
        pack.map(3)?;
        pack.text("identifiers")?;
        pack.map(table.identifiers.len())?;
        for (number, identifier) in &table.identifiers {
            pack.whole(u64::from(*number))?;
            pack.text(identifier)?;
        }
        pack.text("nrows")?;
        pack.whole(rows as u64)?;
        pack.text("data")?;
        pack.map(table.columns.len())?;
        for (name, column) in &table.columns {
            pack.text(name)?;
            pack.array(2)?;
            pack.text(column.kind())?;
            pack.array(2)?;
            pack.whole(rows as u64)?;
            pack.binary(&column.bytes())?;
        }
        Ok(())
    })
}

/// Values of MessagePack.
struct Pack<'a>(&'a mut dyn Write);

impl Pack<'_> {
    /// A byte and a big-endian length behind it, the shortest of three.
    fn length(&mut self, marks: [Option<u8>; 3], length: usize) -> io::Result<()> {
        let too_long = || io::Error::new(io::ErrorKind::InvalidInput, "too long for MessagePack");
        match (marks, u8::try_from(length), u16::try_from(length)) {
            ([Some(mark), ..], Ok(short), _) => self.0.write_all(&[mark, short]),
            ([_, Some(mark), _], _, Ok(middle)) => {
                self.0.write_all(&[mark])?;
                self.0.write_all(&middle.to_be_bytes())
            }
            ([_, _, Some(mark)], ..) => {
                let long = u32::try_from(length).map_err(|_| too_long())?;
                self.0.write_all(&[mark])?;
                self.0.write_all(&long.to_be_bytes())
            }
            _ => Err(too_long()),
        }
    }

    fn array(&mut self, length: usize) -> io::Result<()> {
        match u8::try_from(length) {
            Ok(short @ 0..=15) => self.0.write_all(&[0x90 | short]),
            _ => self.length([None, Some(0xdc), Some(0xdd)], length),
        }
    }

    fn map(&mut self, length: usize) -> io::Result<()> {
        match u8::try_from(length) {
            Ok(short @ 0..=15) => self.0.write_all(&[0x80 | short]),
            _ => self.length([None, Some(0xde), Some(0xdf)], length),
        }
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        match u8::try_from(text.len()) {
            Ok(short @ 0..=31) => self.0.write_all(&[0xa0 | short])?,
            _ => self.length([Some(0xd9), Some(0xda), Some(0xdb)], text.len())?,
        }
        self.0.write_all(text.as_bytes())
    }

    fn binary(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.length([Some(0xc4), Some(0xc5), Some(0xc6)], bytes.len())?;
        self.0.write_all(bytes)
    }

    fn whole(&mut self, value: u64) -> io::Result<()> {
        match value {
            0..=0x7f => self.0.write_all(&[value as u8]),
            _ => {
                self.0.write_all(&[0xcf])?;
                self.0.write_all(&value.to_be_bytes())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What DIALS writes of one reflection of one experiment.
    const WRITTEN: &[u8] = b"\x93\xbbdials::af::reflection_table\x01\x83\xabidentifiers\x81\x00\xa3abc\xa5nrows\x01\xa4data\x82\
        \xa2id\x92\xa3int\x92\x01\xc4\x04\x00\x00\x00\x00\xacmiller_index\x92\xb6cctbx::miller::index<>\x92\x01\xc4\x0c\
        \x04\x00\x00\x00\x05\x00\x00\x00\xfa\xff\xff\xff";

    #[test]
    fn tables_have_the_bytes_that_dials_writes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.refl");
        let mut table = ReflectionTable::default();
        table.identifiers.insert(0, "abc".to_owned());
        table.columns.insert("miller_index", Column::Index(vec![[4, 5, -6]]));
        table.columns.insert("id", Column::Int(vec![0]));
        write_reflection_table(&path, &table).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), WRITTEN);
        table.columns.insert("partiality", Column::Double(vec![1.0; 2]));
        assert!(write_reflection_table(&path, &table).unwrap_err().to_string().contains("rows"));
        let many = Column::Vector(vec![[0.5; 3]; 3000]);
        write_reflection_table(
            &path,
            &ReflectionTable { columns: [("s1", many)].into(), ..ReflectionTable::default() },
        )
        .unwrap();
        let bytes = std::fs::read(&path).unwrap();
        assert!(bytes.windows(5).any(|window| window == [0xc6, 0, 1, 0x19, 0x40]));
    }
}
