//! The binary table of structure factors that is kept between runs.
//!
//! A text line `h_min h_max k_min k_max l_min l_max`, a form feed, then 64-bit little-endian floats, l fastest.
//! Each dimension has one entry more than its index range: a plane of zeros at the upper end.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::atomic::write_atomic;
use crate::binary::{Regular, open_regular};
use crate::error::{Error, Result};
use crate::hkl::HklRecord;

/// Six 32-bit numbers fit several times over.
const HEADER_LIMIT: u64 = 256;
const BUFFER: usize = 1 << 18;

/// The index range of a table, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DumpBox {
    /// Smallest and largest h.
    pub h: (i32, i32),
    /// Smallest and largest k.
    pub k: (i32, i32),
    /// Smallest and largest l.
    pub l: (i32, i32),
}

impl DumpBox {
    fn is_valid(&self) -> bool {
        [self.h, self.k, self.l].iter().all(|(low, high)| low <= high)
    }

    /// Bytes of the padded table.
    fn table_bytes(&self) -> u128 {
        [self.h, self.k, self.l].into_iter().map(|range| indices(range) + 1).product::<u128>() * 8
    }
}

/// How many indices a valid range holds.
fn indices((low, high): (i32, i32)) -> u128 {
    u128::from(high.abs_diff(low)) + 1
}

/// Writes a table; `value(h, k, l)` is asked once for every entry of the box, l fastest.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when a range of the box is empty; [`Write`](crate::ErrorKind::Write).
pub fn write_dump(path: &Path, index_box: &DumpBox, value: impl Fn(i32, i32, i32) -> f64) -> Result<()> {
    if !index_box.is_valid() {
        return Err(Error::unwritable(path, format!("an index range of {index_box:?} is empty")));
    }
    let DumpBox { h, k, l } = *index_box;
    let row = (indices(l) + 1) * 8;
    let plane = (indices(k) + 1) * row;
    write_atomic(path, |out| {
        write!(out, "{} {} {} {} {} {}\n\x0c", h.0, h.1, k.0, k.1, l.0, l.1)?;
        for at_h in h.0..=h.1 {
            for at_k in k.0..=k.1 {
                for at_l in l.0..=l.1 {
                    out.write_all(&value(at_h, at_k, at_l).to_le_bytes())?;
                }
                write_zeros(out, 8)?;
            }
            write_zeros(out, row)?;
        }
        write_zeros(out, plane)
    })
}

fn write_zeros(out: &mut dyn Write, mut bytes: u128) -> io::Result<()> {
    let zeros = [0; 4096];
    while bytes > 0 {
        let part = bytes.min(zeros.len() as u128) as usize;
        out.write_all(&zeros[..part])?;
        bytes -= part as u128;
    }
    Ok(())
}

/// Reads the entries of a table in order, l fastest and without the padding, in constant memory.
///
/// The iterator ends after the first error.
#[derive(Debug)]
pub struct DumpReader {
    path: PathBuf,
    input: BufReader<Regular>,
    index_box: DumpBox,
    /// The next entry; `None` when all are read.
    at: Option<(i32, i32, i32)>,
}

impl DumpReader {
    /// Opens a table and checks the file's length against its index box. The table itself is not read yet.
    ///
    /// # Errors
    /// [`Value`](crate::ErrorKind::Value) for a first line that is not six whole numbers, each minimum at most its maximum;
    /// [`Length`](crate::ErrorKind::Length) when the table has another length than the box asks for; [`Read`](crate::ErrorKind::Read), also for
    /// what is not a regular file. The iterator's items are [`Value`](crate::ErrorKind::Value) for an entry that is not
    /// finite, and [`Read`](crate::ErrorKind::Read).
    pub fn open(path: &Path) -> Result<Self> {
        let failed = |cause| Error::read(path, cause);
        let (mut file, length) = open_regular(path)?;
        let mut start = Vec::new();
        (&mut file).take(HEADER_LIMIT).read_to_end(&mut start).map_err(failed)?;
        let (index_box, header) = parse_header(&start).ok_or_else(|| {
            let expected = "\"h_min h_max k_min k_max l_min l_max\", a line feed and a form feed";
            let line = start.split(|&byte| byte == b'\n').next().unwrap_or(&start);
            Error::value(path, "first line", expected, line)
        })?;
        let found = u128::from(length.saturating_sub(header));
        let expected = index_box.table_bytes();
        if found != expected {
            return Err(Error::length(path, "table", expected, found));
        }
        file.seek(SeekFrom::Start(header)).map_err(failed)?;
        let input = BufReader::with_capacity(BUFFER, file);
        let at = Some((index_box.h.0, index_box.k.0, index_box.l.0));
        Ok(Self { path: path.to_owned(), input, index_box, at })
    }

    /// The index range of the table.
    pub fn index_box(&self) -> DumpBox {
        self.index_box
    }

    fn read_entry(&mut self, (h, k, l): (i32, i32, i32)) -> Result<HklRecord> {
        let failed = |cause| Error::read(&self.path, cause);
        let mut bytes = [0; 8];
        self.input.read_exact(&mut bytes).map_err(failed)?;
        let f = f64::from_le_bytes(bytes);
        if !f.is_finite() {
            let what = format!("structure factor of {h} {k} {l}");
            return Err(Error::value(&self.path, what, "a finite number", f.to_string().as_bytes()));
        }
        if f != 0.0 && !(1e-100..=1e100).contains(&f.abs()) {
            // So numbers look whose bytes stand in another order, or that are none of 64 bits.
            let what = format!("structure factor of {h} {k} {l}");
            let expected = "a 64-bit number of little-endian bytes, from 1e-100 to 1e100";
            return Err(Error::value(&self.path, what, expected, format!("{f:e}").as_bytes()));
        }
        let DumpBox { h: h_range, k: k_range, l: l_range } = self.index_box;
        let mut padding = 0;
        self.at = if l < l_range.1 {
            Some((h, k, l + 1))
        } else {
            padding += 8;
            if k < k_range.1 {
                Some((h, k + 1, l_range.0))
            } else {
                // The length was checked against the box, so a row's bytes fit a file offset.
                padding += (indices(l_range) as i64 + 1) * 8;
                if h < h_range.1 { Some((h + 1, k_range.0, l_range.0)) } else { None }
            }
        };
        if padding > 0 && self.at.is_some() {
            self.input.seek_relative(padding).map_err(failed)?;
        }
        Ok(HklRecord { h, k, l, f })
    }
}

impl Iterator for DumpReader {
    type Item = Result<HklRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = self.read_entry(self.at?);
        if item.is_err() {
            self.at = None;
        }
        Some(item)
    }
}

/// The box and the length of the header in bytes.
fn parse_header(start: &[u8]) -> Option<(DumpBox, u64)> {
    let end = start.iter().position(|&byte| byte == b'\n')?;
    if start.get(end + 1) != Some(&0x0c) {
        return None;
    }
    let mut words = std::str::from_utf8(&start[..end]).ok()?.split_ascii_whitespace();
    let mut numbers = [0; 6];
    for number in &mut numbers {
        *number = words.next()?.parse::<i32>().ok()?;
    }
    let [h_min, h_max, k_min, k_max, l_min, l_max] = numbers;
    let index_box = DumpBox { h: (h_min, h_max), k: (k_min, k_max), l: (l_min, l_max) };
    if words.next().is_some() || !index_box.is_valid() {
        return None;
    }
    Some((index_box, end as u64 + 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    const BOX: DumpBox = DumpBox { h: (-1, 1), k: (0, 0), l: (2, 5) };

    fn value(h: i32, k: i32, l: i32) -> f64 {
        f64::from(100 * h + 10 * k + l)
    }

    fn file(bytes: &[u8]) -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Fdump.bin");
        std::fs::write(&path, bytes).unwrap();
        (directory, path)
    }

    fn wrong(bytes: &[u8]) -> String {
        let (_directory, path) = file(bytes);
        let error =
            DumpReader::open(&path).and_then(|reader| reader.collect::<Result<Vec<_>>>()).unwrap_err();
        error.to_string().strip_prefix(&path.display().to_string()).unwrap().to_owned()
    }

    #[test]
    fn round_trip_skips_the_padding() {
        let (_directory, path) = file(b"");
        write_dump(&path, &BOX, value).unwrap();
        let reader = DumpReader::open(&path).unwrap();
        assert_eq!(reader.index_box(), BOX);
        let records: Vec<_> = reader.map(|item| item.unwrap()).collect();
        let expected =
            (-1..=1).flat_map(|h| (2..=5).map(move |l| HklRecord { h, k: 0, l, f: value(h, 0, l) }));
        assert_eq!(records, expected.collect::<Vec<_>>());
    }

    #[test]
    fn layout() {
        let (_directory, path) = file(b"");
        write_dump(&path, &BOX, value).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let header = b"-1 1 0 0 2 5\n\x0c";
        assert!(bytes.starts_with(header));
        let table = &bytes[header.len()..];
        assert_eq!(table.len(), 4 * 2 * 5 * 8);
        let entry = |h: usize, k: usize, l: usize| {
            let at = ((h * 2 + k) * 5 + l) * 8;
            f64::from_le_bytes(table[at..at + 8].try_into().unwrap())
        };
        for (h, k, l) in (0..4).flat_map(|h| (0..2).flat_map(move |k| (0..5).map(move |l| (h, k, l)))) {
            let inside = h < 3 && k < 1 && l < 4;
            let expected = if inside { value(h as i32 - 1, 0, l as i32 + 2) } else { 0.0 };
            assert_eq!(entry(h, k, l), expected, "{h} {k} {l}");
        }
    }

    #[test]
    fn wrong_headers() {
        let expected = ": first line: expected \"h_min h_max k_min k_max l_min l_max\", a line feed and a form feed, found";
        for text in ["", "0 1 0 1 0", "0 1 0 1 0 1 2", "1 0 0 1 0 1", "0 1 0 1 0 x", "0 1 0 1 0 3000000000"] {
            assert_eq!(wrong(format!("{text}\n\x0c").as_bytes()), format!("{expected} \"{text}\""));
        }
        assert_eq!(wrong(b"0 1 0 1 0 1"), format!("{expected} \"0 1 0 1 0 1\""));
        assert_eq!(wrong(b"0 1 0 1 0 1\n01234567"), format!("{expected} \"0 1 0 1 0 1\""));
        assert!(wrong(&[0xff; 100_000]).starts_with(expected));
    }

    #[test]
    fn wrong_lengths_are_found_before_reading() {
        assert_eq!(wrong(b"0 0 0 0 0 0\n\x0c1234"), ": table: expected 64 bytes, found 4");
        assert_eq!(
            wrong(&[b"0 0 0 0 0 0\n\x0c".as_slice(), &[0; 72]].concat()),
            ": table: expected 64 bytes, found 72"
        );
        let all = i32::MIN.to_string() + " " + &i32::MAX.to_string();
        let bytes = ((1_u128 << 32) + 1).pow(3) * 8;
        assert_eq!(
            wrong(format!("{all} {all} {all}\n\x0c").as_bytes()),
            format!(": table: expected {bytes} bytes, found 0")
        );
    }

    #[test]
    fn entries_that_are_not_finite() {
        let (_directory, path) = file(b"");
        write_dump(&path, &BOX, |h, _, l| if (h, l) == (0, 3) { f64::NAN } else { 1.0 }).unwrap();
        let items: Vec<_> = DumpReader::open(&path).unwrap().collect();
        assert_eq!(items.len(), 6);
        let error = items[5].as_ref().unwrap_err().to_string();
        assert!(
            error.ends_with(": structure factor of 0 0 3: expected a finite number, found \"NaN\""),
            "{error}"
        );
    }

    #[test]
    fn an_empty_box_is_not_written() {
        let (_directory, path) = file(b"old");
        write_dump(&path, &DumpBox { h: (1, 0), ..BOX }, value).unwrap_err();
        assert_eq!(std::fs::read(&path).unwrap(), b"old");
    }
}
