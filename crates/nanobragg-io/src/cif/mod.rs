//! mmCIF and CIF: cells, and structure factors as the Protein Data Bank keeps them.

mod columns;
mod reflections;
mod tokens;

use std::path::Path;

use crate::error::{IoError, Result};
use crate::lines::finite;
use crate::reflections::plausible_cell;
pub use reflections::read_reflections;
use tokens::{Kind, Tokens};

/// The cell's members in the order of their use.
const CELL_TAGS: [&str; 6] = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];

/// Reads the unit cell of the first data block that has one: edges in Ångström, angles in degrees.
///
/// # Errors
/// [`IoError::Value`] when there is none or one that spans nothing, [`IoError::Line`] for malformed CIF,
/// [`IoError::Read`].
pub fn read_cell(path: &Path) -> Result<[f64; 6]> {
    let mut tokens = Tokens::open(path)?;
    let mut cell = CellTags::default();
    let mut tag = String::new();
    while let Some(kind) = tokens.advance()? {
        match kind {
            Kind::Tag => tag = tokens.name(),
            Kind::Value => {
                cell.take(&tag, tokens.text());
                tag.clear();
            }
            _ => tag.clear(),
        }
        if let Some(cell) = cell.complete() {
            return Ok(cell);
        }
    }
    Err(IoError::missing(path, "unit cell", "_cell.length_a to _cell.angle_gamma"))
}

/// The members of a cell as they come.
#[derive(Clone, Copy, Debug, Default)]
struct CellTags([Option<f64>; 6]);

impl CellTags {
    /// Takes the value of a tag, if the tag is one of a cell.
    fn take(&mut self, tag: &str, text: &[u8]) {
        let Some(rest) = tag.strip_prefix("_cell") else { return };
        let rest = rest.trim_start_matches(['.', '_']);
        if let Some(place) = CELL_TAGS.iter().position(|known| *known == rest) {
            self.0[place] = number(text);
        }
    }

    fn complete(&self) -> Option<[f64; 6]> {
        let [Some(a), Some(b), Some(c), Some(alpha), Some(beta), Some(gamma)] = self.0 else { return None };
        let cell = [a, b, c, alpha, beta, gamma];
        plausible_cell(cell).then_some(cell)
    }
}

/// A number, without the standard uncertainty in brackets that may follow it.
fn number(text: &[u8]) -> Option<f64> {
    let end = text.iter().position(|&byte| byte == b'(').unwrap_or(text.len());
    finite(&text[..end])
}
