//! Reading of reflection tables: where reflections were observed.

use std::io::Read as _;
use std::path::Path;

use crate::binary::open_regular;
use crate::error::{Error, Result};
use crate::orientations::rows;

/// Larger tables are damage: one of a million reflections with all columns of an integration is smaller.
const MOST_BYTES: u64 = 1 << 30;
/// Values within values: a table has four.
const DEEPEST: usize = 16;
/// Columns of positions, the best first.
const POSITIONS: [&str; 2] = ["xyzobs.px.value", "xyzcal.px"];

/// Where a reflection was observed, or else predicted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedReflection {
    /// Number of its experiment; -1 of one that was not indexed.
    pub experiment: i32,
    /// Number of its panel; `None` in a text, which has no column for it.
    pub panel: Option<u64>,
    /// Pixels from the outer corner of the panel's first one, along fast and slow.
    pub position_px: [f64; 2],
}

/// An array of three values, of which the first is a text of 27 bytes.
const BEGIN: &[u8] = b"\x93\xbbdials::af::reflection_table";

/// Reads positions of reflections: from a table of DIALS those that were observed, or where there are none, the predicted ones; from a
/// text a line each, pixels from the outer corner of the first one, along fast and slow.
///
/// # Errors
/// [`Read`](crate::ErrorKind::Read); [`Line`](crate::ErrorKind::Line) for a text that is not two numbers a line;
/// [`Value`](crate::ErrorKind::Value) for a table without positions, one that ends early, columns of other types or lengths, and
/// positions that are not finite.
pub fn read_positions(path: &Path) -> Result<Vec<PlacedReflection>> {
    let (mut file, length) = open_regular(path)?;
    let mut bytes = Vec::new();
    let mut start = (&mut file).take(BEGIN.len() as u64);
    start.read_to_end(&mut bytes).map_err(|cause| Error::read(path, cause))?;
    if bytes != BEGIN {
        let places = rows(path, "two numbers, fast and slow in pixels", "a position in pixels")?;
        let placed = |position_px| PlacedReflection { experiment: 0, panel: None, position_px };
        return Ok(places.into_iter().map(placed).collect());
    }
    if length > MOST_BYTES {
        return Err(Error::length(
            path,
            "the table, of which no more is read",
            MOST_BYTES.into(),
            length.into(),
        ));
    }
    file.read_to_end(&mut bytes).map_err(|cause| Error::read(path, cause))?;
    let mut values = Values { path, rest: &bytes[BEGIN.len()..] };
    // The version.
    values.whole()?;
    let mut rows = None;
    let mut columns: Vec<(&str, &str, &[u8])> = Vec::new();
    for _ in 0..values.map()? {
        match values.value()? {
            Value::Text("nrows") => rows = Some(values.whole()?),
            Value::Text("data") => {
                for _ in 0..values.map()? {
                    columns.extend(values.column()?);
                }
            }
            _ => values.skip(0)?,
        }
    }
    let rows = rows.ok_or_else(|| Error::missing(path, "nrows", "the number of reflections"))?;
    let column = |name: &str, kind: &str, size: usize| -> Result<Option<&[u8]>> {
        let Some((_, found, bytes)) = columns.iter().find(|(own, ..)| *own == name) else { return Ok(None) };
        if *found != kind {
            return Err(Error::value(path, name, kind, found.as_bytes()));
        }
        match rows.checked_mul(size as u64) {
            Some(expected) if expected == bytes.len() as u64 => Ok(Some(bytes)),
            _ => Err(Error::value(
                path,
                name,
                format!("{rows} values"),
                format!("{} bytes", bytes.len()).as_bytes(),
            )),
        }
    };
    let mut positions = None;
    for name in POSITIONS {
        if positions.is_none() {
            positions = column(name, "vec3<double>", 24)?.map(|bytes| (name, bytes));
        }
    }
    let (name, positions) =
        positions.ok_or_else(|| Error::missing(path, POSITIONS.join(" or "), "positions of reflections"))?;
    let experiments = column("id", "int", 4)?.unwrap_or_default();
    let panels = column("panel", "std::size_t", 8)?.unwrap_or_default();
    let experiments =
        experiments.chunks_exact(4).map(|id| i32::from_le_bytes(id.try_into().unwrap_or_default()));
    let panels = panels.chunks_exact(8).map(|panel| u64::from_le_bytes(panel.try_into().unwrap_or_default()));
    let mut experiments = experiments.chain(std::iter::repeat(0));
    let mut panels = panels.chain(std::iter::repeat(0));
    let mut placed = Vec::with_capacity(positions.len() / 24);
    for (row, position) in positions.chunks_exact(24).enumerate() {
        let along = |at: usize| f64::from_le_bytes(position[at..at + 8].try_into().unwrap_or_default());
        let position_px = [along(0), along(8)];
        if let Some(wrong) = position_px.iter().find(|value| !value.is_finite()) {
            let what = format!("{name}, row {row}");
            return Err(Error::value(path, what, "a finite position", wrong.to_string().as_bytes()));
        }
        let (experiment, panel) = (experiments.next().unwrap_or(0), panels.next().unwrap_or(0));
        placed.push(PlacedReflection { experiment, panel: Some(panel), position_px });
    }
    Ok(placed)
}

/// A value of MessagePack without values in it.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value<'a> {
    Whole(u64),
    Text(&'a str),
    Binary(&'a [u8]),
    /// An array of so many values, which follow.
    Array(usize),
    /// A map of so many pairs, which follow.
    Map(usize),
    /// What no table's columns are made of.
    Other,
}

/// What is left of a file.
struct Values<'a> {
    path: &'a Path,
    rest: &'a [u8],
}

impl<'a> Values<'a> {
    fn wrong(&self, expected: &str) -> Error {
        let found = self.rest.first().map_or("its end".to_owned(), |byte| format!("a byte of {byte:#04x}"));
        Error::value(self.path, "MessagePack", expected, found.as_bytes())
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8]> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => {
                let found = self.rest.len().to_string();
                Err(Error::value(self.path, "MessagePack", format!("{length} more bytes"), found.as_bytes()))
            }
        }
    }

    /// A big-endian number of so many bytes.
    fn number(&mut self, bytes: usize) -> Result<u64> {
        Ok(self.take(bytes)?.iter().fold(0, |number, &byte| number << 8 | u64::from(byte)))
    }

    /// A length of so many bytes.
    fn length(&mut self, bytes: usize) -> Result<usize> {
        let length = self.number(bytes)?;
        usize::try_from(length).map_err(|_| self.wrong("a length"))
    }

    fn text(&mut self, length: usize) -> Result<Value<'a>> {
        let bytes = self.take(length)?;
        Ok(std::str::from_utf8(bytes).map_or(Value::Other, Value::Text))
    }

    fn value(&mut self) -> Result<Value<'a>> {
        let mark = self.number(1)? as u8;
        Ok(match mark {
            0..=0x7f => Value::Whole(mark.into()),
            0x80..=0x8f => Value::Map((mark & 0xf).into()),
            0x90..=0x9f => Value::Array((mark & 0xf).into()),
            0xa0..=0xbf => self.text((mark & 0x1f).into())?,
            0xc4..=0xc6 => {
                let length = self.length(1 << (mark - 0xc4))?;
                Value::Binary(self.take(length)?)
            }
            0xcc..=0xcf => Value::Whole(self.number(1 << (mark - 0xcc))?),
            0xd9..=0xdb => {
                let length = self.length(1 << (mark - 0xd9))?;
                self.text(length)?
            }
            0xdc | 0xdd => Value::Array(self.length(2 << (mark - 0xdc))?),
            0xde | 0xdf => Value::Map(self.length(2 << (mark - 0xde))?),
            0xca => self.other(4)?,
            0xcb => self.other(8)?,
            0xd0..=0xd3 => self.other(1 << (mark - 0xd0))?,
            0xc0 | 0xc2 | 0xc3 | 0xe0..=0xff => Value::Other,
            _ => return Err(self.wrong("no extension")),
        })
    }

    fn other(&mut self, length: usize) -> Result<Value<'a>> {
        self.take(length).map(|_| Value::Other)
    }

    /// Passes over a value and all that is in it.
    fn skip(&mut self, depth: usize) -> Result<()> {
        if depth > DEEPEST {
            return Err(self.wrong("fewer values within values"));
        }
        let within = match self.value()? {
            Value::Array(length) => length,
            Value::Map(length) => length.saturating_mul(2),
            _ => 0,
        };
        (0..within).try_for_each(|_| self.skip(depth + 1))
    }

    fn array(&mut self) -> Result<usize> {
        match self.value()? {
            Value::Array(length) => Ok(length),
            _ => Err(self.wrong("an array")),
        }
    }

    fn map(&mut self) -> Result<usize> {
        match self.value()? {
            Value::Map(length) => Ok(length),
            _ => Err(self.wrong("a map")),
        }
    }

    fn whole(&mut self) -> Result<u64> {
        match self.value()? {
            Value::Whole(number) => Ok(number),
            _ => Err(self.wrong("a whole number")),
        }
    }

    /// The name, type and bytes of a column; `None` for one whose values have values of their own, such as shoeboxes.
    fn column(&mut self) -> Result<Option<(&'a str, &'a str, &'a [u8])>> {
        let Value::Text(name) = self.value()? else { return Err(self.wrong("a column's name")) };
        if self.array()? != 2 {
            return Err(self.wrong("a column's type and values"));
        }
        let Value::Text(kind) = self.value()? else { return Err(self.wrong("a column's type")) };
        let before = self.rest;
        if matches!(self.value()?, Value::Array(2))
            && matches!(self.value()?, Value::Whole(_))
            && let Value::Binary(bytes) = self.value()?
        {
            return Ok(Some((name, kind, bytes)));
        }
        self.rest = before;
        self.skip(0)?;
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflection_table::{Column, ReflectionTable, write_reflection_table};

    fn written(change: impl FnOnce(&mut ReflectionTable)) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.refl");
        let mut table = ReflectionTable::default();
        table.identifiers.insert(0, "abc".to_owned());
        table.columns.insert("id", Column::Int(vec![0, -1]));
        table.columns.insert("panel", Column::Size(vec![3, 0]));
        table.columns.insert("xyzobs.px.value", Column::Vector(vec![[1.5, 2.5, 0.5], [30.0, 4.25, 0.5]]));
        table.columns.insert("xyzcal.px", Column::Vector(vec![[9.0; 3]; 2]));
        change(&mut table);
        write_reflection_table(&path, &table).unwrap();
        (folder, path)
    }

    #[test]
    fn positions_are_those_that_were_written() {
        let (_folder, path) = written(|_| {});
        let [first, second] = read_positions(&path).unwrap()[..] else { panic!() };
        assert_eq!(first, PlacedReflection { experiment: 0, panel: Some(3), position_px: [1.5, 2.5] });
        assert_eq!(second, PlacedReflection { experiment: -1, panel: Some(0), position_px: [30.0, 4.25] });
        let (_folder, path) = written(|table| drop(table.columns.remove("xyzobs.px.value")));
        assert_eq!(read_positions(&path).unwrap()[1].position_px, [9.0, 9.0]);
    }

    #[test]
    fn a_text_has_two_numbers_a_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("spots.txt");
        std::fs::write(&path, "# fast slow\n10.5 3\n\n 7, 2.25 # weak\n").unwrap();
        let places: Vec<_> = read_positions(&path).unwrap().iter().map(|own| own.position_px).collect();
        assert_eq!(places, [[10.5, 3.0], [7.0, 2.25]]);
        for wrong in ["1 2 3\n", "1\n", "1 x\n", "1 nan\n"] {
            std::fs::write(&path, wrong).unwrap();
            assert!(
                read_positions(&path).unwrap_err().to_string().contains("spots.txt:1: expected"),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_no_table_or_is_cut_off_is_an_error() {
        let (_folder, path) = written(|table| {
            table.columns.insert("xyzobs.px.value", Column::Vector(vec![[f64::NAN; 3]; 2]));
        });
        let error = read_positions(&path).unwrap_err().to_string();
        assert!(error.contains("xyzobs.px.value, row 0"), "{error}");
        let (_folder, path) = written(|table| table.columns.retain(|name, _| !name.starts_with("xyz")));
        assert!(read_positions(&path).unwrap_err().to_string().contains("xyzobs.px.value or xyzcal.px"));
        let (folder, path) = written(|_| {});
        let whole = std::fs::read(&path).unwrap();
        let cut = folder.path().join("cut.refl");
        for length in BEGIN.len()..whole.len() {
            std::fs::write(&cut, &whole[..length]).unwrap();
            let error = read_positions(&cut).unwrap_err().to_string();
            assert!(error.contains("cut.refl") && !error.contains('\n'), "{error}");
        }
        // Arrays in arrays without end, and a length beyond the file.
        for wrong in [&[0x91; 100][..], b"\xdd\xff\xff\xff\xff"] {
            let damaged: Vec<u8> = [BEGIN, &[1, 0xdf, 0, 0, 0, 1], wrong].concat();
            std::fs::write(&cut, damaged).unwrap();
            read_positions(&cut).unwrap_err();
        }
    }
}
