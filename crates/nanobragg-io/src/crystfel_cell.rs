//! The cell file of CrystFEL: a title, then `key = value unit` lines.

use crate::error::{Error, Result};
use crate::lines::{Lines, finite};
use crate::rows::plausible_cell;

const TITLE: &[u8] = b"CrystFEL unit cell file";
/// Edges and angles in the order of their use.
const KEYS: [&[u8]; 6] = [b"a", b"b", b"c", b"al", b"be", b"ga"];

/// Whether a first line begins such a file.
pub(crate) fn is_title(line: &[u8]) -> bool {
    line.starts_with(TITLE)
}

/// Reads the lines after the title: edges in Ångström, angles in degrees. Lattice type, unique axis and centering
/// are not needed: the six numbers are those of the conventional cell.
pub(crate) fn read(mut lines: Lines) -> Result<[f64; 6]> {
    let mut cell = [None; 6];
    while lines.advance()? {
        let line = lines.line().split(|&byte| byte == b';').next().unwrap_or_default();
        let mut sides = line.splitn(2, |&byte| byte == b'=').map(<[u8]>::trim_ascii);
        let (Some(key), Some(value)) = (sides.next(), sides.next()) else { continue };
        let Some(place) = KEYS.iter().position(|known| *known == key) else { continue };
        let (units, expected): ([(&[u8], f64); 2], _) = if place < 3 {
            ([(b"A", 1.0), (b"nm", 10.0)], "a number and A or nm")
        } else {
            ([(b"deg", 1.0), (b"rad", 1f64.to_degrees())], "a number and deg or rad")
        };
        let mut words = value.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        let number = words.next().and_then(finite);
        let unit = words.next();
        let factor = units.iter().find(|(name, _)| Some(*name) == unit).map(|(_, factor)| *factor);
        let (Some(number), Some(factor), None) = (number, factor, words.next()) else {
            return Err(lines.error(expected, line));
        };
        let value = number * factor;
        if cell[place].is_some_and(|before| before != value) {
            return Err(lines.error("each of a, b, c, al, be and ga once", line));
        }
        cell[place] = Some(value);
    }
    let [Some(a), Some(b), Some(c), Some(alpha), Some(beta), Some(gamma)] = cell else {
        return Err(Error::missing(lines.path(), "unit cell", "a, b, c, al, be and ga of CrystFEL"));
    };
    let cell = [a, b, c, alpha, beta, gamma];
    if !plausible_cell(cell) {
        let found = format!("{a} {b} {c} {alpha} {beta} {gamma}");
        return Err(Error::value(lines.path(), "unit cell", "a cell of a crystal", found.as_bytes()));
    }
    Ok(cell)
}
