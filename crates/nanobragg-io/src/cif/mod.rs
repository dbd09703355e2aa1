//! mmCIF and CIF: cells, and structure factors as the Protein Data Bank keeps them.

mod columns;
mod reflections;
mod tokens;

use std::path::Path;

use crate::c_format::g;
use crate::cell::{CellOfFile, Notation, SpaceGroup};
use crate::error::{Error, Result};
use crate::lines::{Lines, finite};
use crate::rows::{PLACEHOLDER, SEARCHED_FOR_CELL, plausible_cell};
use crate::warning::{Assumption, Found, Warning, WarningKind};
pub use reflections::read_reflections;
use tokens::{Kind, Tokens};

/// The cell's members in the order of their use.
const CELL_TAGS: [&str; 6] = ["length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"];

/// Items of a loop beyond these are damage.
const MOST_ITEMS: usize = 1000;

/// Reads the unit cell of the first data block that has one, and the space group beside it: edges in Ångström, angles in degrees. A warning names
/// another cell behind it.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) when there is none or one that spans nothing, [`Line`](crate::ErrorKind::Line) for malformed CIF,
/// [`Read`](crate::ErrorKind::Read).
pub fn read_cell(path: &Path) -> Result<Found<CellOfFile>> {
    let mut tokens = Tokens::of(Lines::open_within(path, SEARCHED_FOR_CELL)?);
    let (mut cell, mut names) = (CellTags::default(), GroupTags::default());
    let mut found = None;
    // Tags whose values come next: one, or those of a loop, which go round.
    let mut tags: Vec<String> = Vec::new();
    let (mut in_loop, mut values) = (false, 0);
    loop {
        // Of a large file most is coordinates.
        tokens.skim(!tags.iter().any(|tag| is_read(tag)));
        let kind = match tokens.advance() {
            Ok(Some(kind)) => kind,
            // What cannot be read behind a cell is no matter.
            Err(error) if found.is_none() => return Err(error),
            _ => break,
        };
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
                    names.take(tag, &tokens);
                }
                values += 1;
            }
            Kind::Block if found.is_some() => break,
            Kind::Block | Kind::Loop => {
                if kind == Kind::Block {
                    // A cell is one block's own.
                    (cell, names) = (CellTags::default(), GroupTags::default());
                }
                (tags, in_loop, values) = (Vec::new(), kind == Kind::Loop, 0);
            }
        }
        found = found.or_else(|| cell.complete());
    }
    if let Some(found) = found {
        cell.once(path)?;
        let warnings = cell.other(path).into_iter().collect();
        return Ok(Found { data: CellOfFile { cell: found, space_group: names.space_group() }, warnings });
    }
    cell.once(path)?;
    if cell.members == PLACEHOLDER.map(Some) {
        let expected = "the cell of a crystal: 1 1 1 90 90 90 is a placeholder";
        return Err(Error::value(path, "unit cell", expected, b"1 1 1 90 90 90"));
    }
    Err(Error::missing(path, "unit cell", "_cell.length_a to _cell.angle_gamma"))
}

/// Whether a tag may be one of a cell or a space group.
fn is_read(tag: &str) -> bool {
    ["_cell", "_symmetry", "_space_group"].iter().any(|start| tag.starts_with(start))
}

/// Tags of the Hermann-Mauguin symbol in small letters, mmCIF's and those of the core dictionary.
const NAME_TAGS: [&str; 6] = [
    "_symmetry.space_group_name_h-m",
    "_space_group.name_h-m_full",
    "_space_group.name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m_alt",
    "_space_group_name_h-m_full",
];
/// Tags of the Hall symbol.
const HALL_TAGS: [&str; 4] = [
    "_symmetry.space_group_name_hall",
    "_space_group.name_hall",
    "_symmetry_space_group_name_hall",
    "_space_group_name_hall",
];
/// Tags of the number in International Tables.
const NUMBER_TAGS: [&str; 4] = [
    "_symmetry.int_tables_number",
    "_space_group.it_number",
    "_symmetry_int_tables_number",
    "_space_group_it_number",
];

/// The names of a space group as they come.
#[derive(Clone, Debug, Default)]
struct GroupTags {
    name: Option<String>,
    hall: Option<String>,
    number: Option<String>,
    /// Another name than that.
    other_name: Option<String>,
}

impl GroupTags {
    /// Takes the value of a tag, if the tag names a group and the value is not missing.
    fn take(&mut self, tag: &str, tokens: &Tokens) {
        let text = || String::from_utf8_lossy(tokens.text()).trim().to_owned();
        if tokens.is_null() {
        } else if NUMBER_TAGS.contains(&tag) {
            self.number = Some(text());
        } else if HALL_TAGS.contains(&tag) {
            self.hall = Some(text());
        } else if NAME_TAGS.contains(&tag) {
            let plain = |name: &str| name.split_whitespace().collect::<String>().to_lowercase();
            match &self.name {
                None => self.name = Some(text()),
                Some(name) if plain(name) != plain(&text()) => self.other_name = Some(text()),
                Some(_) => {}
            }
        }
    }

    /// What says the most of it.
    fn space_group(&self) -> Option<SpaceGroup> {
        let of = |text: &Option<String>, notation| SpaceGroup::of(text.as_deref()?, notation);
        of(&self.hall, Notation::Hall)
            .or_else(|| of(&self.name, Notation::HermannMauguin))
            .or_else(|| of(&self.number, Notation::HermannMauguin))
    }
}

/// The members of a cell as they come.
#[derive(Clone, Copy, Debug, Default)]
struct CellTags {
    members: [Option<f64>; 6],
    /// One that stands there twice before the cell is complete.
    twice: Option<usize>,
    /// One that stands there again behind a complete cell, and its number.
    again: Option<(usize, Option<f64>)>,
}

impl CellTags {
    /// Takes the value of a tag, if the tag is one of a cell. The first complete cell stays.
    fn take(&mut self, tag: &str, text: &[u8]) {
        let Some(rest) = tag.strip_prefix("_cell") else { return };
        let rest = rest.trim_start_matches(['.', '_']);
        let Some(place) = CELL_TAGS.iter().position(|known| *known == rest) else { return };
        let found = number(text);
        let is_other = self.members[place].is_some() && found != self.members[place];
        if self.complete().is_some() {
            self.again = self.again.or(is_other.then_some((place, found)));
            return;
        }
        if self.members == PLACEHOLDER.map(Some) {
            // A placeholder is no cell: what comes behind it is the first.
            self.members = [None; 6];
        } else if is_other {
            self.twice = Some(place);
        }
        self.members[place] = found;
    }

    /// # Errors
    /// An item that stands there twice with other values, of a cell that was not complete by then.
    fn once(&self, path: &Path) -> Result<()> {
        let error = |place: usize| {
            let found = format!("another {} as well", CELL_TAGS[place]);
            Error::value(path, "unit cell", "each item of _cell once", found.as_bytes())
        };
        self.twice.map_or(Ok(()), |place| Err(error(place)))
    }

    /// That another cell stands behind the one that counts.
    fn other(&self, path: &Path) -> Option<Warning> {
        let (place, found) = self.again?;
        let counts = self.members[place].map(|number| g(number, 6)).unwrap_or_default();
        let assumed = format!("{counts} stands before it and counts");
        let found = found.map_or("no number".to_owned(), |found| g(found, 6));
        let place = format!("_cell.{}", CELL_TAGS[place]);
        Some(Warning::new(WarningKind::RepeatedKey, path, place, found, assumed))
    }

    /// That some of its members are there and others are not.
    fn incomplete(&self, path: &Path) -> Option<Warning> {
        let lacking = self.members.iter().zip(CELL_TAGS).filter(|(member, _)| member.is_none());
        let lacking: Vec<&str> = lacking.map(|(_, name)| name).collect();
        (!lacking.is_empty() && lacking.len() < self.members.len()).then(|| {
            let place = format!("_cell: {}", lacking.join(", "));
            let assumed = "the cell is incomplete, and is ignored";
            Warning::new(WarningKind::NotTaken, path, place, "none", assumed).of(Assumption::Crystal)
        })
    }

    fn complete(&self) -> Option<[f64; 6]> {
        let [Some(a), Some(b), Some(c), Some(alpha), Some(beta), Some(gamma)] = self.members else {
            return None;
        };
        let cell = [a, b, c, alpha, beta, gamma];
        plausible_cell(cell).then_some(cell)
    }
}

/// A number, without the standard uncertainty in brackets that may follow it.
fn number(text: &[u8]) -> Option<f64> {
    let end = text.iter().position(|&byte| byte == b'(').unwrap_or(text.len());
    finite(&text[..end])
}
