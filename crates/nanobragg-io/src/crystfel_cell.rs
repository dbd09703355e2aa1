//! The cell file of CrystFEL: a title, then `key = value unit` lines.

use crate::error::{Error, Result};
use crate::lines::{Lines, finite};
use crate::rows::plausible_cell;
use crate::text::spaced_to;
use crate::warning::{Warning, WarningKind};

const TITLE: &[u8] = b"CrystFEL unit cell file";
/// Edges and angles in the order of their use.
const KEYS: [&[u8]; 6] = [b"a", b"b", b"c", b"al", b"be", b"ga"];

/// Types of lattices.
const LATTICES: [&str; 7] =
    ["triclinic", "monoclinic", "orthorhombic", "tetragonal", "rhombohedral", "hexagonal", "cubic"];

/// What errors of measurement make of equal edges, relative, and of an angle, degrees.
const OFF: (f64, f64) = (0.01, 1.0);

/// Whether a first line begins such a file.
pub(crate) fn is_title(line: &[u8]) -> bool {
    line.starts_with(TITLE)
}

/// Reads the lines after the title: edges in Ångström, angles in degrees. Lattice type, unique axis and centering
/// are not needed: the six numbers are those of the conventional cell. A warning names a type that such a cell cannot have.
pub(crate) fn read(mut lines: Lines) -> Result<([f64; 6], Option<Warning>)> {
    let mut cell = [None; 6];
    let (mut lattice, mut unique) = (None, String::new());
    while lines.advance()? {
        let line = lines.line().split(|&byte| byte == b';').next().unwrap_or_default();
        let mut sides = line.splitn(2, |&byte| byte == b'=').map(<[u8]>::trim_ascii);
        let (Some(key), Some(value)) = (sides.next(), sides.next()) else { continue };
        let Some(place) = KEYS.iter().position(|known| *known == key) else {
            let text = || String::from_utf8_lossy(value).into_owned();
            match key {
                b"lattice_type" => lattice = Some((lines.number(), text())),
                b"unique_axis" => unique = text(),
                _ => {}
            }
            continue;
        };
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
    let unknown = lattice.as_ref().filter(|(_, lattice)| !LATTICES.contains(&lattice.as_str()));
    let unknown = unknown.map(|(line, lattice)| {
        let (place, assumed) =
            (format!("line {line}: lattice_type"), format!("ignored; known are {}", LATTICES.join(", ")));
        Warning::new(WarningKind::UnknownKey, lines.path(), place, lattice, assumed)
    });
    let foreign = lattice.filter(|(_, lattice)| !may_have(&cell, lattice, &unique)).map(|(line, lattice)| {
        let place = format!("line {line}: lattice_type");
        let assumed = format!("ignored; the cell is {}, which counts", spaced_to(&cell, 6));
        Warning::new(WarningKind::ContradictingSymmetry, lines.path(), place, lattice, assumed)
    });
    Ok((cell, unknown.or(foreign)))
}

/// Whether a cell may be that of a lattice; what is no type of one may be anything.
fn may_have(cell: &[f64; 6], lattice: &str, unique: &str) -> bool {
    let edge = |at: usize, other: usize| (cell[at] - cell[other]).abs() <= OFF.0 * cell[other];
    let angle = |at: usize, degrees: f64| (cell[at] - degrees).abs() <= OFF.1;
    let right = |but: Option<usize>| (3..6).all(|at| Some(at) == but || angle(at, 90.0));
    // The edges across the unique axis, which is c where nothing is said.
    let axis = ["a", "b", "c"].iter().position(|name| *name == unique);
    let across = axis.map_or([0, 1], |axis| [(axis + 1) % 3, (axis + 2) % 3]);
    let along = axis.unwrap_or(2) + 3;
    match lattice {
        "monoclinic" => match axis {
            Some(axis) => right(Some(axis + 3)),
            None => (3..6).any(|at| right(Some(at))),
        },
        "orthorhombic" => right(None),
        "tetragonal" => right(None) && edge(across[0], across[1]),
        "hexagonal" => right(Some(along)) && angle(along, 120.0) && edge(across[0], across[1]),
        "rhombohedral" => edge(0, 1) && edge(1, 2) && angle(3, cell[4]) && angle(4, cell[5]),
        "cubic" => right(None) && edge(0, 1) && edge(1, 2),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lattice_has_its_cells() {
        let tetragonal = [50.0, 50.2, 70.0, 90.0, 90.0, 90.0];
        let turned = [70.0, 50.0, 50.0, 90.0, 90.0, 90.0];
        let hexagonal = [50.0, 50.0, 70.0, 90.0, 90.0, 120.0];
        let monoclinic = [50.0, 60.0, 70.0, 90.0, 100.0, 90.0];
        for (cell, lattice, unique, expected) in [
            (tetragonal, "tetragonal", "c", true),
            (tetragonal, "tetragonal", "a", false),
            (turned, "tetragonal", "a", true),
            (tetragonal, "cubic", "", false),
            (tetragonal, "orthorhombic", "", true),
            (hexagonal, "hexagonal", "c", true),
            (hexagonal, "rhombohedral", "", false),
            (hexagonal, "tetragonal", "c", false),
            (monoclinic, "monoclinic", "b", true),
            (monoclinic, "monoclinic", "c", false),
            (monoclinic, "orthorhombic", "*", false),
            (monoclinic, "triclinic", "*", true),
            ([50.0, 50.0, 50.0, 80.0, 80.0, 80.0], "rhombohedral", "*", true),
        ] {
            assert_eq!(may_have(&cell, lattice, unique), expected, "{cell:?} {lattice} {unique}");
        }
    }
}
