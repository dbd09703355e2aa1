//! Writing an image.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest as _, Md5};

use super::{MiniHeader, compress};
use crate::atomic::write_atomic;
use crate::error::{Error, Result};

/// What stands between the text and the compressed pixels.
pub(super) const START_OF_BINARY: [u8; 4] = [0x0c, 0x1a, 0x04, 0xd5];
/// Zero bytes after the pixels, as CBFlib leaves them.
const PADDING: usize = 4095;

/// Writes an image of 32-bit counts, the fast axis first.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) when `pixels` does not hold the header's pixels; [`Write`](crate::ErrorKind::Write).
pub fn write_cbf(path: &Path, header: &MiniHeader, pixels: &[i32]) -> Result<()> {
    let (fast, slow) = (header.fast, header.slow);
    if fast.checked_mul(slow) != Some(pixels.len()) {
        let reason = format!("{fast} x {slow} pixels expected, {} given", pixels.len());
        return Err(Error::unwritable(path, reason));
    }
    let binary = compress(pixels);
    let text = text(path, header, &binary, pixels.len());
    write_atomic(path, |out| {
        out.write_all(text.as_bytes())?;
        out.write_all(&START_OF_BINARY)?;
        out.write_all(&binary)?;
        out.write_all(&[0; PADDING])?;
        out.write_all(b"\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n")
    })
}

fn text(path: &Path, header: &MiniHeader, binary: &[u8], elements: usize) -> String {
    let mut lines = vec![
        "###CBF: VERSION 1.5, nanobragg".to_owned(),
        String::new(),
        format!("data_{}", block_name(path)),
        String::new(),
        format!("_array_data.header_convention \"{}\"", header.convention().0),
        "_array_data.header_contents".to_owned(),
        ";".to_owned(),
    ];
    lines.extend(header.contents().iter().map(|line| format!("# {line}")));
    let digest = STANDARD.encode(Md5::digest(binary));
    lines.extend([
        ";".to_owned(),
        String::new(),
        "_array_data.data".to_owned(),
        ";".to_owned(),
        "--CIF-BINARY-FORMAT-SECTION--".to_owned(),
        "Content-Type: application/octet-stream;".to_owned(),
        "     conversions=\"x-CBF_BYTE_OFFSET\"".to_owned(),
        "Content-Transfer-Encoding: BINARY".to_owned(),
        format!("X-Binary-Size: {}", binary.len()),
        "X-Binary-ID: 1".to_owned(),
        "X-Binary-Element-Type: \"signed 32-bit integer\"".to_owned(),
        "X-Binary-Element-Byte-Order: LITTLE_ENDIAN".to_owned(),
        format!("Content-MD5: {digest}"),
        format!("X-Binary-Number-of-Elements: {elements}"),
        format!("X-Binary-Size-Fastest-Dimension: {}", header.fast),
        format!("X-Binary-Size-Second-Dimension: {}", header.slow),
        format!("X-Binary-Size-Padding: {PADDING}"),
        String::new(),
        String::new(),
    ]);
    lines.join("\r\n")
}

/// A name for the data block: the file's, in the letters that CIF allows.
fn block_name(path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    let name: String = stem.chars().map(plain).take(70).collect();
    if name.is_empty() { "image".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cbf::decompress;
    use crate::cbf::header::tests::header;

    #[test]
    fn layout() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("my image.cbf");
        let pixels = [0, 1, 1000, -1, 100_000, 7];
        write_cbf(&path, &header(3, 2, 172e-6), &pixels).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let start = bytes.windows(4).position(|four| four == START_OF_BINARY).unwrap();
        let text = std::str::from_utf8(&bytes[..start]).unwrap();
        assert!(text.starts_with("###CBF: VERSION 1.5, nanobragg\r\n\r\ndata_my_image\r\n"));
        assert!(text.contains("_array_data.header_convention \"GENERIC_MINI\"\r\n"));
        assert!(text.ends_with("X-Binary-Size-Padding: 4095\r\n\r\n"));
        let value = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.trim().parse::<usize>().unwrap()
        };
        let size = value("X-Binary-Size:");
        let binary = &bytes[start + 4..start + 4 + size];
        assert_eq!(decompress(binary, value("X-Binary-Number-of-Elements:")).unwrap(), pixels);
        assert_eq!(
            (value("X-Binary-Size-Fastest-Dimension:"), value("X-Binary-Size-Second-Dimension:")),
            (3, 2)
        );
        let end = b"\r\n--CIF-BINARY-FORMAT-SECTION----\r\n;\r\n\r\n";
        assert_eq!(bytes[start + 4 + size..], [&[0u8; PADDING][..], end].concat());
    }

    #[test]
    fn what_does_not_fit_is_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.cbf");
        let error = write_cbf(&path, &header(2, 2, 1e-4), &[0; 3]).unwrap_err().to_string();
        assert_eq!(error, format!("cannot write {}: 2 x 2 pixels expected, 3 given", path.display()));
        assert!(!path.exists());
    }

    #[test]
    fn block_names_are_plain() {
        assert_eq!(block_name(Path::new("a/b c#1.cbf")), "b_c_1");
        assert_eq!(block_name(Path::new("/")), "image");
        assert_eq!(block_name(Path::new(&"x".repeat(200))).len(), 70);
    }
}
