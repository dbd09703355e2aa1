//! mmCIF and CIF: cells, and structure factors as the Protein Data Bank keeps them.

mod columns;
mod reflections;
mod tokens;

use std::path::Path;

use crate::error::{Error, Result};
use crate::lines::{Lines, finite};
use crate::rows::{PLACEHOLDER, SEARCHED_FOR_CELL, plausible_cell};
pub use reflections::read_reflections;
use tokens::{Kind, Tokens};

/// The cell's members in the order of their use.
const CELL_TAGS: [&str; 6] = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];

/// Items of a loop beyond these are damage.
const MOST_ITEMS: usize = 1000;

/// Reads the unit cell of the first data block that has one: edges in Ångström, angles in degrees.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) when there is none or one that spans nothing, [`Line`](crate::ErrorKind::Line) for malformed CIF,
/// [`Read`](crate::ErrorKind::Read).
pub fn read_cell(path: &Path) -> Result<[f64; 6]> {
    let mut tokens = Tokens::of(Lines::open_within(path, SEARCHED_FOR_CELL)?);
    let mut cell = CellTags::default();
    // Tags whose values come next: one, or those of a loop, which go round.
    let mut tags: Vec<String> = Vec::new();
    let (mut in_loop, mut values) = (false, 0);
    while let Some(kind) = tokens.advance()? {
        match kind {
            Kind::Tag if in_loop && values == 0 => {
                if tags.len() == MOST_ITEMS {
                    return Err(tokens.lines().error("at most 1000 items in a loop", tokens.text()));
                }
                tags.push(tokens.name());
            }
            Kind::Tag => (tags, in_loop, values) = (vec![tokens.name()], false, 0),
            Kind::Value => {
                let at = if in_loop { values % tags.len().max(1) } else { values };
                if let Some(tag) = tags.get(at) {
                    cell.take(tag, tokens.text());
                }
                values += 1;
            }
            Kind::Block | Kind::Loop => {
                if kind == Kind::Block {
                    // A cell is one block's own.
                    cell = CellTags::default();
                }
                (tags, in_loop, values) = (Vec::new(), kind == Kind::Loop, 0);
            }
        }
        if let Some(found) = cell.complete() {
            cell.once(path)?;
            return Ok(found);
        }
    }
    if cell.0 == PLACEHOLDER.map(Some) {
        let expected = "the cell of a crystal: 1 1 1 90 90 90 is a placeholder";
        return Err(Error::value(path, "unit cell", expected, b"1 1 1 90 90 90"));
    }
    Err(Error::missing(path, "unit cell", "_cell.length_a to _cell.angle_gamma"))
}

/// The members of a cell as they come.
#[derive(Clone, Copy, Debug, Default)]
struct CellTags([Option<f64>; 6], Option<usize>);

impl CellTags {
    /// Takes the value of a tag, if the tag is one of a cell.
    fn take(&mut self, tag: &str, text: &[u8]) {
        let Some(rest) = tag.strip_prefix("_cell") else { return };
        let rest = rest.trim_start_matches(['.', '_']);
        if let Some(place) = CELL_TAGS.iter().position(|known| *known == rest) {
            let found = number(text);
            if self.0[place].is_some() && found != self.0[place] {
                self.1 = Some(place);
            }
            self.0[place] = found;
        }
    }

    /// # Errors
    /// An item that stands there twice with other values.
    fn once(&self, path: &Path) -> Result<()> {
        let error = |place: usize| {
            let found = format!("another {} as well", CELL_TAGS[place]);
            Error::value(path, "unit cell", "each item of _cell once", found.as_bytes())
        };
        self.1.map_or(Ok(()), |place| Err(error(place)))
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
