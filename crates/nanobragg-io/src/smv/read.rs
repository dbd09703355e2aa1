//! Reading an image.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use super::SmvHeader;
use crate::binary::{open_regular, read_numbers};
use crate::error::{Error, Result};

/// Where a header does not say how long it is.
const USUAL_HEADER: u32 = 512;
/// The longest header accepted, in bytes.
const LONGEST_HEADER: u32 = 1 << 20;
/// The largest image accepted, in pixels.
const MOST_PIXELS: u32 = 1 << 30;

/// An image with its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmvImage {
    /// The header.
    pub header: SmvHeader,
    /// Pixels along the fast axis (`SIZE1`).
    pub fast: usize,
    /// Pixels along the slow axis (`SIZE2`).
    pub slow: usize,
    /// `fast * slow` pixel values, the fast axis first, in this machine's byte order.
    pub data: Vec<i64>,
    /// Whole pixels behind these, of which the size says nothing.
    pub more: u64,
}

/// How a header says that the pixels are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stored {
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
}

/// Names of `TYPE` (ADSC's with underscores, d*TREK's `Data_type` with blanks).
const STORED: [(&[&str], Stored); 6] = [
    (&["unsigned_short", "unsigned_short_int"], Stored::U16),
    (&["signed_short", "short", "short_int", "signed_short_int"], Stored::I16),
    (&["unsigned_long", "unsigned_int", "unsigned_long_int"], Stored::U32),
    (&["signed_long", "long", "long_int", "int", "signed_int", "signed_long_int"], Stored::I32),
    (&["unsigned_char"], Stored::U8),
    (&["signed_char"], Stored::I8),
];

impl Stored {
    /// As the header says; 16 bits without a sign where it says nothing.
    fn of(path: &Path, header: &SmvHeader) -> Result<Self> {
        if let Some(how) = header.exact("COMPRESSION").filter(|how| !how.eq_ignore_ascii_case("none")) {
            return Err(Error::value(path, "COMPRESSION", "None", how.as_bytes()));
        }
        for key in ["TYPE", "Data_type"] {
            let Some(name) = header.exact(key) else { continue };
            let plain = name.split([' ', '_']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_");
            let found = STORED.iter().find(|(names, _)| names.contains(&plain.to_lowercase().as_str()));
            return found.map(|(_, stored)| *stored).ok_or_else(|| {
                let expected = "unsigned_short, or another whole number of 8, 16 or 32 bits";
                Error::value(path, key, expected, name.as_bytes())
            });
        }
        Ok(Stored::U16)
    }

    const fn bytes(self) -> u8 {
        match self {
            Stored::U8 | Stored::I8 => 1,
            Stored::U16 | Stored::I16 => 2,
            Stored::U32 | Stored::I32 => 4,
        }
    }

    fn read(self, path: &Path, file: impl Read, count: usize, big_endian: bool) -> Result<Vec<i64>> {
        macro_rules! as_is {
            ($number:ty) => {
                read_numbers(path, file, count, |bytes| {
                    let number = if big_endian {
                        <$number>::from_be_bytes(bytes)
                    } else {
                        <$number>::from_le_bytes(bytes)
                    };
                    i64::from(number)
                })
            };
        }
        match self {
            Stored::U8 => as_is!(u8),
            Stored::I8 => as_is!(i8),
            Stored::U16 => as_is!(u16),
            Stored::I16 => as_is!(i16),
            Stored::U32 => as_is!(u32),
            Stored::I32 => as_is!(i32),
        }
    }
}

/// Reads an image of whole numbers of 8, 16 or 32 bits. Bytes after the pixels are counted and not read.
///
/// The header begins with `{`, a line feed and `HEADER_BYTES`. Its length is that key's value, 512 without
/// one. The size is `SIZE1` and `SIZE2`, or `DETECTOR_DIMENSIONS` for both where `SIZE1` is missing or 0.
/// Pixels are swapped where `BYTE_ORDER` is `big_endian`.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) for a file that does not begin in that way, a header longer than 1 MiB, a size that is
/// missing or no whole number, more than 2^30 pixels, a `TYPE` other than
/// whole numbers of 8, 16 or 32 bits, and a `COMPRESSION`;
/// [`Length`](crate::ErrorKind::Length) when the header or the pixels are cut short, checked before memory is allocated;
/// [`Read`](crate::ErrorKind::Read), also for what is not a regular file; [`Memory`](crate::ErrorKind::Memory).
pub fn read_smv(path: &Path) -> Result<SmvImage> {
    let (mut file, length) = open_regular(path)?;
    let header = read_header(path, &mut file, length)?;
    if header.entry("DIM")?.is_some_and(|axes| axes != 2.0) {
        return Err(header.refused("DIM", "2 axes"));
    }
    let (fast, slow) = read_size(path, &header)?;
    let stored = Stored::of(path, &header)?;
    let expected = u128::from(stored.bytes()) * u128::from(fast) * u128::from(slow);
    let found = length.saturating_sub(header.header_bytes() as u64);
    if u128::from(found) < expected {
        return Err(Error::length(path, "pixels", expected, found.into()));
    }
    let order = header.exact("BYTE_ORDER").or_else(|| header.text("BYTE_ORDER"));
    let big_endian = match order {
        Some(order) if order.starts_with("big_endian") => true,
        // What other programs call it, and nothing where all bytes are pixels.
        Some(order) if order.is_empty() || order.starts_with("little_endian") => false,
        Some(_) => return Err(header.refused("BYTE_ORDER", "little_endian or big_endian")),
        None => false,
    };
    let (fast, slow) = (fast as usize, slow as usize);
    let data = stored.read(path, file, fast * slow, big_endian)?;
    let more = (found - expected as u64) / u64::from(stored.bytes());
    Ok(SmvImage { header, fast, slow, data, more })
}

/// Leaves the file at the first pixel.
fn read_header(path: &Path, mut file: impl Read + Seek, length: u64) -> Result<SmvHeader> {
    let mut take = |count: u32| {
        let mut block = Vec::new();
        file.seek(SeekFrom::Start(0))
            .and_then(|_| (&mut file).take(count.into()).read_to_end(&mut block))
            .map_err(|cause| Error::read(path, cause))?;
        Ok(block)
    };
    let start = take(USUAL_HEADER)?;
    if !start.starts_with(b"{\nHEADER_BYTES") && !start.starts_with(b"{\r\nHEADER_BYTES") {
        let expected = "an SMV image beginning with \"{\\nHEADER_BYTES\"";
        return Err(Error::value(path, "header", expected, &start[..start.len().min(16)]));
    }
    let bytes =
        SmvHeader::new(path, &start).positive("HEADER_BYTES", LONGEST_HEADER)?.unwrap_or(USUAL_HEADER);
    let block = take(bytes)?;
    if block.len() < bytes as usize {
        return Err(Error::length(path, "header", bytes.into(), length.into()));
    }
    if !block.contains(&b'}') {
        let expected = "the length of the header, which ends with \"}\"";
        return Err(Error::value(path, "HEADER_BYTES", expected, bytes.to_string().as_bytes()));
    }
    Ok(SmvHeader::new(path, &block))
}

fn read_size(path: &Path, header: &SmvHeader) -> Result<(u32, u32)> {
    let given = if header.has("SIZE1") { header.entry("SIZE1")? } else { header.number("SIZE1")? };
    let (fast, slow) = match given {
        Some(size) if size != 0.0 => {
            (header.positive("SIZE1", MOST_PIXELS)?, header.positive("SIZE2", MOST_PIXELS)?)
        }
        _ => {
            let both = header.positive("DETECTOR_DIMENSIONS", MOST_PIXELS)?;
            (both, both)
        }
    };
    for key in ["SIZE1", "SIZE2"] {
        if let Some(other) = header.overruled(key).first() {
            let expected =
                format!("the same number wherever it stands, {}", header.exact(key).unwrap_or_default());
            return Err(Error::value(path, key, expected, other.as_bytes()));
        }
    }
    let missing = |key: &str| Error::missing(path, key, "a whole number of pixels");
    let (fast, slow) = (fast.ok_or_else(|| missing("SIZE1"))?, slow.ok_or_else(|| missing("SIZE2"))?);
    if u64::from(fast) * u64::from(slow) > u64::from(MOST_PIXELS) {
        let found = format!("{fast} x {slow}");
        return Err(Error::value(path, "size", format!("at most {MOST_PIXELS} pixels"), found.as_bytes()));
    }
    Ok((fast, slow))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> std::result::Result<SmvImage, String> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.img");
        std::fs::write(&path, bytes).unwrap();
        read_smv(&path)
            .map_err(|error| error.to_string().strip_prefix(&path.display().to_string()).unwrap().to_owned())
    }

    /// A header block of `bytes` bytes around `entries`, then `data`.
    fn file(entries: &str, bytes: usize, data: &[u8]) -> Vec<u8> {
        let mut file = format!("{{\nHEADER_BYTES={bytes};\n{entries}}}\x0c").into_bytes();
        assert!(file.len() <= bytes);
        file.resize(bytes, b' ');
        file.extend_from_slice(data);
        file
    }

    #[test]
    fn both_byte_orders() {
        for (order, expected) in [("little_endian", [0x0201, 0x0403]), ("big_endian", [0x0102, 0x0304])] {
            let entries =
                format!("BYTE_ORDER={order};\nTYPE=unsigned_short;\nSIZE1=2;\nSIZE2=1;\nPHI=3.5;\n");
            let image = read(&file(&entries, 512, &[1, 2, 3, 4, 99])).unwrap();
            assert_eq!((image.fast, image.slow, image.data), (2, 1, expected.to_vec()));
            assert_eq!(image.header.number("PHI").unwrap(), Some(3.5));
        }
        let image = read(&file("SIZE1=1;\nSIZE2=1;\n", 512, &[1, 2])).unwrap();
        assert_eq!(image.data, [0x0201]);
        let odd = read(&file("BYTE_ORDER=odd;\nSIZE1=1;\nSIZE2=1;\n", 512, &[1, 2])).unwrap_err();
        let expected = "BYTE_ORDER: expected little_endian or big_endian, found \"odd\"";
        assert!(odd.to_string().ends_with(expected), "{odd}");
    }

    #[test]
    fn whole_numbers_of_all_widths() {
        let bytes = [0xff, 0xff, 0xff, 0xff];
        for (kind, slow, expected) in [
            ("unsigned_long", 1, vec![0xffff_ffff]),
            ("long int", 1, vec![-1]),
            ("signed_short", 2, vec![-1, -1]),
            ("unsigned short int", 2, vec![0xffff; 2]),
            ("unsigned_char", 4, vec![255; 4]),
            ("signed char", 4, vec![-1; 4]),
        ] {
            let entries = format!("TYPE={kind};\nSIZE1=1;\nSIZE2={slow};\n");
            assert_eq!(read(&file(&entries, 512, &bytes)).unwrap().data, expected, "{kind}");
        }
        let packed = file("COMPRESSION=packed;\nSIZE1=1;\nSIZE2=1;\n", 512, &bytes);
        assert_eq!(read(&packed).unwrap_err(), ": COMPRESSION: expected None, found \"packed\"");
    }

    #[test]
    fn other_headers() {
        let image = read(&file("SIZE1=1;\nSIZE2=2;\n", 2048, &[1, 0, 2, 0])).unwrap();
        assert_eq!((image.header.header_bytes(), image.data), (2048, vec![1, 2]));
        let image = read(&file("DETECTOR_DIMENSIONS=2;\n", 512, &[0; 8])).unwrap();
        assert_eq!((image.fast, image.slow), (2, 2));
        let mut text = b"{\r\nHEADER_BYTES;\r\nSIZE1;\r\n".to_vec();
        assert!(read(&text).unwrap_err().starts_with(": header: expected 512 bytes, found 26"));
        text = b"{\r\nHEADER_BYTES=  512;\r\nSIZE1= 1;\r\nSIZE2= 1;\r\n}".to_vec();
        text.resize(514, 0);
        assert_eq!(read(&text).unwrap().data, [0]);
    }

    #[test]
    fn wrong_headers() {
        let wrong = |bytes: &[u8]| read(bytes).unwrap_err();
        let begin = ": header: expected an SMV image beginning with \"{\\nHEADER_BYTES\", found";
        assert_eq!(wrong(b""), format!("{begin} \"\""));
        assert_eq!(wrong(b"\x93NUMPY"), format!("{begin} \"\\x93NUMPY\""));
        assert_eq!(wrong(b"{\nHEADER_BYTES= 512;\n"), ": header: expected 512 bytes, found 21");
        assert_eq!(wrong(b"{\nHEADER_BYTES=x;\n"), ": HEADER_BYTES: expected a number, found \"x\"");
        let whole = "expected a whole number from 1 to";
        assert_eq!(
            wrong(b"{\nHEADER_BYTES=2e9;\n"),
            format!(": HEADER_BYTES: {whole} 1048576, found \"2000000000\"")
        );
        assert_eq!(wrong(b"{\nHEADER_BYTES=-1;\n"), format!(": HEADER_BYTES: {whole} 1048576, found \"-1\""));
        let entries = |text: &str| read(&file(text, 512, &[0; 8])).unwrap_err();
        assert_eq!(entries(""), ": SIZE1: expected a whole number of pixels, found none");
        assert_eq!(entries("SIZE1=2;\n"), ": SIZE2: expected a whole number of pixels, found none");
        assert_eq!(entries("SIZE1=2;\nSIZE2=0;\n"), format!(": SIZE2: {whole} 1073741824, found \"0\""));
        assert_eq!(entries("SIZE1=1.5;\nSIZE2=1;\n"), format!(": SIZE1: {whole} 1073741824, found \"1.5\""));
        assert_eq!(entries("SIZE1=a;\nSIZE2=1;\n"), ": SIZE1: expected a number, found \"a\"");
        assert_eq!(
            entries("SIZE1=1073741824;\nSIZE2=2;\n"),
            ": size: expected at most 1073741824 pixels, found \"1073741824 x 2\""
        );
        assert_eq!(
            entries("TYPE=float;\nSIZE1=2;\nSIZE2=2;\n"),
            ": TYPE: expected unsigned_short, or another whole number of 8, 16 or 32 bits, found \"float\""
        );
    }

    #[test]
    fn pixels_cut_short_are_found_before_memory_is_allocated() {
        let wrong = |entries: &str| read(&file(entries, 512, &[0; 7])).unwrap_err();
        assert_eq!(wrong("SIZE1=2;\nSIZE2=2;\n"), ": pixels: expected 8 bytes, found 7");
        assert_eq!(wrong("SIZE1=32768;\nSIZE2=32768;\n"), ": pixels: expected 2147483648 bytes, found 7");
        let short = file("SIZE1=2;\nSIZE2=2;\n", 1024, &[]);
        assert_eq!(read(&short[..700]).unwrap_err(), ": header: expected 1024 bytes, found 700");
    }
}
