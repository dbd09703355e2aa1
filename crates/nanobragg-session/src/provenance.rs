//! What images are made of, for their headers.

use std::fmt;

use nanobragg_io::text::one_line;

/// Name and version, for files that say who made them.
pub const PROGRAM: &str = concat!("nanobragg ", env!("CARGO_PKG_VERSION"));

/// Longest line of a header, in characters: CIF allows 2048.
const LINE: usize = 200;

/// What an image is made of: version, preset and flags. Headers have it, so that a file that leaves its folder still says
/// how it came about. It holds nothing that differs from run to run, such as times and names of outputs: equal inputs give
/// equal bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The preset.
    pub preset: String,
    /// Flags that pixels depend on, with their values, word by word.
    pub flags: Vec<String>,
}

impl Provenance {
    /// Program, preset and flags as lines of a moderate length, which begin with blanks where they go on.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = format!("{PROGRAM}, preset {}:", self.preset);
        for word in &self.flags {
            let word = quoted(word);
            if line.chars().count() + 1 + word.chars().count() > LINE {
                lines.push(std::mem::replace(&mut line, " ".to_owned()));
            }
            line.push(' ');
            line.push_str(&word);
        }
        lines.push(line);
        lines
    }
}

/// All in one line.
impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.flags.iter().map(|word| quoted(word)).collect();
        write!(f, "{PROGRAM}, preset {}: {}", self.preset, words.join(" "))
    }
}

/// A word as a shell takes it, on one line.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./,:+=@%".contains(c);
    let word = one_line(word);
    if !word.is_empty() && word.chars().all(plain) {
        word
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(flags: &str) -> Provenance {
        Provenance { preset: "exact".to_owned(), flags: flags.split(' ').map(str::to_owned).collect() }
    }

    #[test]
    fn a_line_holds_what_made_the_image() {
        let made = of("-N 5 -hkl a.mtz");
        assert_eq!(made.to_string(), format!("{PROGRAM}, preset exact: -N 5 -hkl a.mtz"));
        assert_eq!(made.lines(), [made.to_string()]);
    }

    #[test]
    fn words_are_quoted_and_lines_are_broken() {
        let mut made = of("-hkl");
        made.flags.extend(["a b'c\n.mtz".to_owned(), "x".repeat(180), "y".repeat(180)]);
        let lines = made.lines();
        assert!(lines[0].ends_with(r"-hkl 'a b'\''c\n.mtz'"), "{lines:?}");
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("  x") && lines.iter().all(|line| line.len() <= LINE + 10));
    }
}
