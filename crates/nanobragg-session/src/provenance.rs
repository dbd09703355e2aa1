//! What images are made of, for their headers.

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
    /// Program, preset and flags as lines of a moderate length. Those that go on with another word begin with blanks; a word that is
    /// longer than a line goes on after a backslash at its end.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut line = format!("{PROGRAM}, preset {}:", self.preset);
        for word in &self.flags {
            let word = quoted(word);
            if line.chars().count() + 1 + word.chars().count() > LINE {
                lines.push(std::mem::replace(&mut line, " ".to_owned()));
            }
            line.push(' ');
            for letter in word.chars() {
                if line.chars().count() == LINE {
                    lines.push(std::mem::take(&mut line) + "\\");
                }
                line.push(letter);
            }
        }
        lines.push(line);
        lines
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
        assert_eq!(made.lines(), [format!("{PROGRAM}, preset exact: -N 5 -hkl a.mtz")]);
    }

    #[test]
    fn words_are_quoted_and_lines_are_broken() {
        let mut made = of("-hkl");
        made.flags.extend(["a b'c\n.mtz".to_owned(), "x".repeat(180), "y".repeat(180)]);
        let lines = made.lines();
        assert!(lines[0].ends_with(r"-hkl 'a b'\''c\n.mtz'"), "{lines:?}");
        assert_eq!(lines.len(), 3);
        assert!(lines[1].starts_with("  x") && lines.iter().all(|line| line.len() <= LINE + 10));
        // A word that no line holds.
        let long = format!("{}.mtz", "z/".repeat(1500));
        let lines = Provenance { flags: vec!["-hkl".to_owned(), long.clone()], ..made }.lines();
        assert!(lines.len() > 10 && lines.iter().all(|line| line.chars().count() <= LINE + 1), "{lines:?}");
        assert!(lines.concat().replace('\\', "").ends_with(&format!(" {long}")), "{lines:?}");
    }
}
