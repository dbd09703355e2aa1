//! Looking up values in a header.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::lines::finite;

/// The text header of an SMV image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmvHeader {
    path: PathBuf,
    text: String,
    bytes: usize,
    unreadable: Vec<(&'static str, Unreadable)>,
    /// Keys, and what the file calls what they say.
    names: Names,
}

/// Keys of SMV, and what another format calls what they say.
pub(crate) type Names = &'static [(&'static str, &'static str)];

/// A number that a file has under a name of its own, and that cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable {
    what: String,
    expected: &'static str,
    found: String,
}

impl Unreadable {
    pub(crate) fn new(what: impl Into<String>, expected: &'static str, found: impl Into<String>) -> Self {
        Unreadable { what: what.into(), expected, found: found.into() }
    }

    pub(crate) fn into_error(self, path: &Path) -> Error {
        Error::value(path, self.what, self.expected, self.found.as_bytes())
    }
}

impl SmvHeader {
    /// `block` is the whole header block; its text ends at the first zero byte, as it does for programs in C.
    pub(super) fn new(path: &Path, block: &[u8]) -> Self {
        let text = block.split(|&byte| byte == 0).next().unwrap_or_default();
        let text = String::from_utf8_lossy(text).into_owned();
        Self { path: path.to_owned(), text, bytes: block.len(), unreadable: Vec::new(), names: &[] }
    }

    /// A header of this text.
    #[cfg(test)]
    pub(crate) fn of_text(path: &Path, text: &str) -> Self {
        Self::new(path, text.as_bytes())
    }

    /// A header that no file has, of keys and numbers. One that cannot be taken is an error where it is looked up.
    pub(crate) fn of_entries(
        path: &Path,
        entries: impl Iterator<Item = (&'static str, std::result::Result<f64, Unreadable>)>,
    ) -> Self {
        let (mut text, mut unreadable) = (String::new(), Vec::new());
        for (key, found) in entries {
            match found {
                Ok(value) => text += &format!("{key}={value};\n"),
                Err(error) => {
                    text += &format!("{key}=;\n");
                    unreadable.push((key, error));
                }
            }
        }
        Self { path: path.to_owned(), text, bytes: 0, unreadable, names: &[] }
    }

    /// The same of a format that has these names.
    pub(crate) fn called(self, names: Names) -> Self {
        SmvHeader { names, ..self }
    }

    /// What the file calls what `key` says.
    #[must_use]
    pub fn name<'a>(&self, key: &'a str) -> &'a str {
        self.names.iter().find(|(known, _)| *known == key).map_or(key, |(_, name)| *name)
    }

    /// Length of the header block, in bytes: the pixels start there.
    pub fn header_bytes(&self) -> usize {
        self.bytes
    }

    /// The header as it stands in the file, padding included.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text after the `=` that follows `key`, up to a semicolon or the end of the line, without white
    /// space around it. `None` when the key or the `=` is missing.
    ///
    /// The key counts wherever its letters occur, and the last such place counts: `ORGX` finds `XDS_ORGX`, and
    /// `DISTANCE` finds `CLOSE_DISTANCE` where that stands after it. The reference program looks keys up in
    /// this way, and headers are written with it in mind.
    pub fn text(&self, key: &str) -> Option<&str> {
        let value = self.after(key)?;
        let end = value.find([';', '\n']).unwrap_or(value.len());
        Some(value[..end].trim())
    }

    /// The number after the `=` that follows `key`, in the unit of the file. The key is found as by
    /// [`SmvHeader::text`]; `None` when the key or the `=` is missing. What follows the number after white
    /// space or a comma is ignored.
    ///
    /// # Errors
    /// [`Value`](crate::ErrorKind::Value) naming the key when what follows is not a finite number.
    pub fn number(&self, key: &str) -> Result<Option<f64>> {
        self.after(key).map(|value| self.leading(key, value)).transpose()
    }

    /// The number at the beginning of a value.
    fn leading(&self, key: &str, value: &str) -> Result<f64> {
        if let Some((_, error)) = self.unreadable.iter().find(|(name, _)| *name == key) {
            return Err(error.clone().into_error(&self.path));
        }
        let value = value.trim_start();
        let is_end = |character: char| character.is_whitespace() || matches!(character, ';' | ',' | '}');
        let word = &value[..value.find(is_end).unwrap_or(value.len())];
        finite(word.as_bytes()).ok_or_else(|| Error::value(&self.path, key, "a number", word.as_bytes()))
    }

    /// The number of the entry that is called `key` and nothing longer, in the unit of the file; of several the last. The
    /// unit may follow it, and the same number again.
    ///
    /// # Errors
    /// [`Value`](crate::ErrorKind::Value) naming the key when it is not a finite number, or another number, another unit or a comma
    /// follows.
    pub fn entry(&self, key: &str) -> Result<Option<f64>> {
        self.exact(key).map(|value| self.alone(key, value)).transpose()
    }

    /// The number that a value is.
    fn alone(&self, key: &str, value: &str) -> Result<f64> {
        let number = self.leading(key, value)?;
        let units: &[&str] = match key {
            "WAVELENGTH" => &["a", "ang", "angstrom", "angstroms"],
            "PIXEL_SIZE" | "DISTANCE" | "CLOSE_DISTANCE" | "BEAM_CENTER_X" | "BEAM_CENTER_Y"
            | "DENZO_X_BEAM" | "DENZO_Y_BEAM" => &["mm"],
            "PHI" | "OSC_START" | "OSC_RANGE" | "TWOTHETA" => &["deg", "deg.", "degree", "degrees"],
            _ => &["pixel", "pixels", "counts", "s", "sec"],
        };
        let said = value.trim().trim_end_matches('}');
        let follows = |word: &str| {
            units.contains(&word.to_lowercase().as_str())
                || word.parse::<f64>().is_ok_and(|again| again == number)
        };
        if said.split_whitespace().skip(1).all(follows) && !said.contains(',') {
            return Ok(number);
        }
        let expected = units.first().map_or("a number".to_owned(), |unit| match key {
            "WAVELENGTH" => "a number of Angstrom".to_owned(),
            _ if units.len() > 4 => "a number".to_owned(),
            _ => format!("a number of {unit}"),
        });
        Err(Error::value(&self.path, key, expected, said.as_bytes()))
    }

    /// Whether the entry that is called `key` and nothing longer is there.
    pub fn has(&self, key: &str) -> bool {
        self.exact(key).is_some()
    }

    /// The first key that only headers of d*TREK have (Rigaku's and Bruker's programs write them): their geometry
    /// stands in keys of other names than those of ADSC.
    pub fn d_trek_key(&self) -> Option<&str> {
        let is_sign = |key: &&str| *key == "DETECTOR_NAMES" || key.ends_with("GONIO_VALUES");
        self.entries().map(|(key, _)| key).find(is_sign)
    }

    /// The number of `key` where it is whole and within `1..=most`; any other is an error.
    pub(super) fn positive(&self, key: &str, most: u32) -> Result<Option<u32>> {
        let number = if self.has(key) { self.entry(key)? } else { self.number(key)? };
        let Some(number) = number else { return Ok(None) };
        if number.fract() == 0.0 && number >= 1.0 && number <= f64::from(most) {
            return Ok(Some(number as u32));
        }
        let expected = format!("a whole number from 1 to {most}");
        Err(Error::value(&self.path, key, expected, number.to_string().as_bytes()))
    }

    /// The text of the entry that is called `key` and nothing longer; of several the last.
    pub fn exact(&self, key: &str) -> Option<&str> {
        self.entries().filter(|(name, _)| *name == key).last().map(|(_, value)| value)
    }

    /// Values of the entry that is called `key` and nothing longer which stand before the last one, the one that counts, and say
    /// something else.
    pub fn overruled(&self, key: &str) -> Vec<&str> {
        let number = |text: &str| self.leading(key, text).ok();
        let Some(last) = self.exact(key) else { return Vec::new() };
        let same =
            |value: &str| value == last || number(value).is_some_and(|found| number(last) == Some(found));
        self.entries().filter(|(name, value)| *name == key && !same(value)).map(|(_, value)| value).collect()
    }

    /// The error for the value of `key`, which is not what is `expected`.
    #[must_use]
    pub fn refused(&self, key: &str, expected: &str) -> Error {
        let found = self.exact(key).or_else(|| self.text(key)).unwrap_or_default();
        Error::value(&self.path, self.name(key), expected, found.as_bytes())
    }

    /// Names and values.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.text.split(['{', ';', '\n']).filter_map(|entry| entry.split_once('='));
        entries.map(|(name, value)| (name.trim(), value.trim()))
    }

    fn after(&self, key: &str) -> Option<&str> {
        if key.is_empty() {
            return None;
        }
        let start = self.text.rfind(key)? + key.len();
        let rest = &self.text[start..];
        Some(&rest[rest.find('=')? + 1..])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> SmvHeader {
        SmvHeader::new(Path::new("a.img"), text.as_bytes())
    }

    #[test]
    fn the_last_place_counts_even_inside_a_longer_key() {
        let found = header("{\nDISTANCE=100;\nXDS_ORGX=12.5;\nCLOSE_DISTANCE= 90 ;\n}\x0c");
        assert_eq!(found.number("ORGX").unwrap(), Some(12.5));
        assert_eq!(found.number("DISTANCE").unwrap(), Some(90.0));
        assert_eq!(found.text("DISTANCE"), Some("90"));
        assert_eq!(found.number("ORGY").unwrap(), None);
        assert_eq!(found.text("ORGY"), None);
        assert_eq!(found.number("").unwrap(), None);
        let found = header("CLOSE_DISTANCE=90;\nDISTANCE=100;\n");
        assert_eq!(found.number("DISTANCE").unwrap(), Some(100.0));
    }

    #[test]
    fn an_entry_is_a_number_in_the_unit_of_the_format() {
        let found = header(
            "DISTANCE=100 mm;\nWAVELENGTH= 1.5 A\nPIXEL_SIZE=0.1 0.1;\nOSC_RANGE=1 deg.;\nTIME=3 s;\n}",
        );
        for (key, number) in
            [("DISTANCE", 100.0), ("WAVELENGTH", 1.5), ("PIXEL_SIZE", 0.1), ("OSC_RANGE", 1.0), ("TIME", 3.0)]
        {
            assert_eq!(found.entry(key).unwrap(), Some(number), "{key}");
        }
        for (text, expected) in [
            ("DISTANCE=0.1 m", "DISTANCE: expected a number of mm, found \"0.1 m\""),
            ("DISTANCE=100,5;", "DISTANCE: expected a number of mm, found \"100,5\""),
            ("PIXEL_SIZE=0.1 0.2", "PIXEL_SIZE: expected a number of mm, found \"0.1 0.2\""),
            ("WAVELENGTH=0.1 nm", "WAVELENGTH: expected a number of Angstrom, found \"0.1 nm\""),
            ("PHI=0.1 rad", "PHI: expected a number of deg, found \"0.1 rad\""),
        ] {
            let key = text.split('=').next().unwrap();
            assert_eq!(header(text).entry(key).unwrap_err().to_string(), format!("a.img: {expected}"));
        }
    }

    #[test]
    fn numbers_end_where_they_end() {
        let found = header("A=1,2,3\nB= 1.5e-3 mm;\nC=-2}\nD=7");
        assert_eq!(found.number("A").unwrap(), Some(1.0));
        assert_eq!(found.text("A"), Some("1,2,3"));
        assert_eq!(found.number("B").unwrap(), Some(1.5e-3));
        assert_eq!(found.text("B"), Some("1.5e-3 mm"));
        assert_eq!(found.number("C").unwrap(), Some(-2.0));
        assert_eq!(found.number("D").unwrap(), Some(7.0));
    }

    #[test]
    fn what_is_no_number_is_an_error_with_the_key() {
        let found = header("PHI=;\nOSC=inf;\nBEAM=fa\u{1}ke;\nLAST");
        let message = |key: &str| found.number(key).unwrap_err().to_string();
        assert_eq!(message("PHI"), "a.img: PHI: expected a number, found \"\"");
        assert_eq!(message("OSC"), "a.img: OSC: expected a number, found \"inf\"");
        assert_eq!(message("BEAM"), "a.img: BEAM: expected a number, found \"fa\\u{1}ke\"");
        assert_eq!(found.number("LAST").unwrap(), None);
    }

    #[test]
    fn text_ends_at_a_zero_byte() {
        let found = header("PHI=1;\n\0PHI=2;\n");
        assert_eq!(found.number("PHI").unwrap(), Some(1.0));
        assert_eq!(found.header_bytes(), 15);
    }

    #[test]
    fn values_that_a_later_one_overrules_are_listed() {
        let found = header("A=1;\nB=2;\nA=3;\nA=2.0;\nA=2;\n");
        assert_eq!(found.overruled("A"), ["1", "3"]);
        assert!(found.overruled("B").is_empty() && found.overruled("C").is_empty());
        let error = found.refused("A", "a positive number").to_string();
        assert_eq!(error, "a.img: A: expected a positive number, found \"2\"");
    }

    #[test]
    fn an_exact_key_is_not_part_of_another() {
        let found = header("{\nDETECTOR_TYPE=CCD;\n}");
        assert_eq!(found.exact("TYPE"), None);
        assert_eq!(header("{\nTYPE = unsigned_short ;\n}").exact("TYPE"), Some("unsigned_short"));
        let found = header("{\nWAVELENGTH=0.9;\nSOURCE_WAVELENGTH=1 0.8;\nOSC_AXIS=PHI;\nPHI=5;\n}");
        assert_eq!(found.entry("WAVELENGTH").unwrap(), Some(0.9));
        assert_eq!((found.entry("PHI").unwrap(), found.entry("AXIS").unwrap()), (Some(5.0), None));
        assert_eq!(found.d_trek_key(), None);
        assert_eq!(header("{\nPXD_GONIO_VALUES=0 0;\n}").d_trek_key(), Some("PXD_GONIO_VALUES"));
    }
}
