//! Words of a CIF: tags, values with and without quotation marks, text fields, the words that structure it.

use std::path::Path;

use crate::error::Result;
use crate::lines::{Lines, is_space};

/// Bytes of a text field that are kept.
const KEPT: usize = 1 << 16;

/// What a word is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `data_NAME`
    Block,
    /// `loop_`
    Loop,
    /// `_category.item`
    Tag,
    /// Anything else.
    Value,
}

/// The words of a file one after the other, in constant memory.
#[derive(Debug)]
pub(super) struct Tokens {
    lines: Lines,
    /// What of the current line was read.
    at: usize,
    in_line: bool,
    /// The current word in its line, or what was kept of a text field.
    word: (usize, usize),
    field: Option<Vec<u8>>,
    quoted: bool,
    /// Whether lines that hold nothing but values are passed over.
    skims: bool,
}

impl Tokens {
    pub(super) fn open(path: &Path) -> Result<Self> {
        Ok(Self::of(Lines::open(path)?))
    }

    pub(super) fn of(lines: Lines) -> Self {
        Tokens { lines, at: 0, in_line: false, word: (0, 0), field: None, quoted: false, skims: false }
    }

    /// Whether values are of no interest from the next line on. Tags and what structures the file have an underscore in their line.
    pub(super) fn skim(&mut self, skims: bool) {
        self.skims = skims;
    }

    pub(super) fn lines(&self) -> &Lines {
        &self.lines
    }

    /// The current word, without its quotation marks.
    pub(super) fn text(&self) -> &[u8] {
        match &self.field {
            Some(field) => field,
            None => self.lines.line().get(self.word.0..self.word.1).unwrap_or_default(),
        }
    }

    /// The current word as it stands.
    pub(super) fn as_written(&self) -> String {
        String::from_utf8_lossy(self.text()).into_owned()
    }

    /// The current word in small letters: tags do not go by case.
    pub(super) fn name(&self) -> String {
        String::from_utf8_lossy(self.text()).to_lowercase()
    }

    /// Whether the current value says that there is none: a bare `?` or `.`.
    pub(super) fn is_null(&self) -> bool {
        !self.quoted && matches!(self.text(), b"?" | b".")
    }

    /// Goes to the next word.
    pub(super) fn advance(&mut self) -> Result<Option<Kind>> {
        self.field = None;
        self.quoted = false;
        loop {
            if !self.in_line {
                if !self.lines.advance()? {
                    return Ok(None);
                }
                (self.at, self.in_line) = (0, true);
                if self.lines.line().first() == Some(&b';') {
                    return self.text_field().map(Some);
                }
                if self.skims && memchr::memchr(b'_', self.lines.line()).is_none() {
                    self.in_line = false;
                    continue;
                }
            }
            let line = self.lines.line();
            let rest = line.get(self.at..).unwrap_or_default();
            let Some(start) = rest.iter().position(|&byte| !is_space(byte)) else {
                self.in_line = false;
                continue;
            };
            let start = self.at + start;
            let rest = &line[start..];
            match rest.first() {
                Some(b'#') => self.in_line = false,
                Some(&mark @ (b'\'' | b'"')) => {
                    // A mark inside a word, as in 5'-end, does not end it.
                    let ends =
                        |at: &usize| rest[*at] == mark && rest.get(at + 1).is_none_or(|&b| is_space(b));
                    let Some(end) = (1..rest.len()).find(ends) else {
                        return Err(self.lines.error("a closing quotation mark", rest));
                    };
                    self.word = (start + 1, start + end);
                    self.at = start + end + 1;
                    self.quoted = true;
                    return Ok(Some(Kind::Value));
                }
                _ => {
                    let length = rest.iter().position(|&byte| is_space(byte)).unwrap_or(rest.len());
                    self.word = (start, start + length);
                    self.at = start + length;
                    return Ok(Some(kind(&rest[..length])));
                }
            }
        }
    }

    /// A field of lines from one that begins with a semicolon to the next that does.
    fn text_field(&mut self) -> Result<Kind> {
        let mut field = self.lines.line().get(1..).unwrap_or_default().to_vec();
        let first = self.lines.number();
        loop {
            if !self.lines.advance()? {
                let expected = format!("a line with a semicolon, to end the text that began in line {first}");
                return Err(self.lines.error(expected, b"the end of the file"));
            }
            let line = self.lines.line();
            if line.first() == Some(&b';') {
                break;
            }
            if field.len() < KEPT {
                field.push(b'\n');
                field.extend_from_slice(line);
            }
        }
        (self.at, self.quoted, self.field) = (1, true, Some(field));
        Ok(Kind::Value)
    }
}

fn kind(word: &[u8]) -> Kind {
    let starts =
        |start: &[u8]| word.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start));
    if word.first() == Some(&b'_') {
        Kind::Tag
    } else if starts(b"data_") {
        Kind::Block
    } else if word.eq_ignore_ascii_case(b"loop_") {
        Kind::Loop
    } else {
        Kind::Value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> std::result::Result<Vec<(Kind, String)>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cif");
        std::fs::write(&path, text).unwrap();
        let mut tokens = Tokens::open(&path).unwrap();
        let mut found = Vec::new();
        loop {
            match tokens.advance() {
                Ok(Some(kind)) => found.push((kind, String::from_utf8_lossy(tokens.text()).into_owned())),
                Ok(None) => return Ok(found),
                Err(error) => return Err(error.to_string().replace(&path.display().to_string(), "a.cif")),
            }
        }
    }

    #[test]
    fn words_marks_fields_and_comments() {
        let text =
            "# head\nDATA_x\nloop_ _a.b _A.c\n 'it''s' \"a 'b' c\" x#y # z\n;one\n two\n; 5'-end\n''\n";
        let expected = [
            (Kind::Block, "DATA_x"),
            (Kind::Loop, "loop_"),
            (Kind::Tag, "_a.b"),
            (Kind::Tag, "_A.c"),
            (Kind::Value, "it''s"),
            (Kind::Value, "a 'b' c"),
            (Kind::Value, "x#y"),
            (Kind::Value, "one\n two"),
            (Kind::Value, "5'-end"),
            (Kind::Value, ""),
        ];
        let found = words(text).unwrap();
        assert_eq!(found, expected.map(|(kind, word)| (kind, word.to_owned())));
    }

    #[test]
    fn what_is_not_closed_is_named() {
        assert_eq!(words("_a 'b\n").unwrap_err(), "a.cif:1: expected a closing quotation mark, found \"'b\"");
        let error = words("_a\n;b\nc\n").unwrap_err();
        assert!(error.contains("to end the text that began in line 2"), "{error}");
    }
}
