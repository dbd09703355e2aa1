//! Space groups as Hall writes them: symbols that are their own generators.

use super::symmetry::{PARTS, SymmetryOperator, group};

/// Longer symbols are none.
const LONGEST: usize = 80;

/// The operators of a Hall symbol, such as `P 4nw 2abw`, `-P 2ybc` or `R 3 2" (0 0 4)`.
///
/// `None` for what is no such symbol, and for a change of axes, as in `P 2 (x-y,x+y,z)`.
///
/// ```
/// use nanobragg::model::{hall, spacegroup};
///
/// let operators = hall::operators("P 4nw 2abw").unwrap_or_default();
/// assert_eq!(spacegroup::named(&operators), Some((96, "P 43 21 2")));
/// ```
pub fn operators(symbol: &str) -> Option<Vec<SymmetryOperator>> {
    let symbol = symbol.trim().replace('_', " ");
    if symbol.len() > LONGEST {
        return None;
    }
    let (symbol, shift) = match symbol.split_once('(') {
        Some((symbol, rest)) => (symbol.to_owned(), shift(rest.strip_suffix(')')?)?),
        None => (symbol, [0; 3]),
    };
    let mut parts = symbol.split_whitespace();
    let lattice = parts.next()?;
    let (centric, lattice) = lattice.strip_prefix('-').map_or((false, lattice), |rest| (true, rest));
    let mut generators: Vec<SymmetryOperator> = centering(lattice)?;
    if centric {
        generators.push(SymmetryOperator { rotation: negative(IDENTITY), translation: [0; 3] });
    }
    let mut before = Vec::new();
    for part in parts {
        let (operator, fold, axis) = rotation(part, &before)?;
        before.push((fold, axis));
        generators.push(operator);
    }
    for operator in &mut generators {
        *operator = moved(operator, shift);
    }
    (before.len() <= 4).then(|| group(&generators).ok())?
}

const IDENTITY: [[i32; 3]; 3] = SymmetryOperator::IDENTITY.rotation;

fn negative(rotation: [[i32; 3]; 3]) -> [[i32; 3]; 3] {
    rotation.map(|row| row.map(|entry| -entry))
}

/// Translations of a lattice.
fn centering(letter: &str) -> Option<Vec<SymmetryOperator>> {
    let translations: &[[i32; 3]] = match letter.to_ascii_uppercase().as_str() {
        "P" => &[],
        "A" => &[[0, 12, 12]],
        "B" => &[[12, 0, 12]],
        "C" => &[[12, 12, 0]],
        "I" => &[[12, 12, 12]],
        "R" => &[[16, 8, 8], [8, 16, 16]],
        "H" => &[[16, 8, 0], [8, 16, 0]],
        "F" => &[[0, 12, 12], [12, 0, 12], [12, 12, 0]],
        _ => return None,
    };
    let operator = |&translation: &[i32; 3]| SymmetryOperator { rotation: IDENTITY, translation };
    Some(translations.iter().map(operator).collect())
}

/// A rotation with its screw and glide, its order and its axis: `x`, `y`, `z`, `'`, `"` or `*`. What is not written follows from the rotations
/// before.
fn rotation(part: &str, before: &[(usize, char)]) -> Option<(SymmetryOperator, usize, char)> {
    let (improper, part) = part.strip_prefix('-').map_or((false, part), |rest| (true, rest));
    let mut letters = part.chars().peekable();
    let fold = letters.next()?.to_digit(10).map(|fold| fold as usize)?;
    let said = letters.next_if(|letter| matches!(letter, 'x' | 'y' | 'z' | '\'' | '"' | '*'));
    let axis = said.or(match (fold, before) {
        (1, _) | (2 | 3 | 4 | 6, []) => Some('z'),
        (2, [(2 | 4, _)]) => Some('x'),
        (2, [(3 | 6, _)]) => Some('\''),
        (3, [_, _]) => Some('*'),
        _ => None,
    })?;
    // Diagonal axes are perpendicular to the axis of the rotation before.
    let principal = before.last().map_or('z', |(_, axis)| *axis);
    let matrix = match axis {
        '*' => (fold == 3).then_some([[0, 0, 1], [1, 0, 0], [0, 1, 0]])?,
        '\'' => (fold == 2).then(|| about(principal, [[0, -1, 0], [-1, 0, 0], [0, 0, -1]]))?,
        '"' => (fold == 2).then(|| about(principal, [[0, 1, 0], [1, 0, 0], [0, 0, -1]]))?,
        _ => about(axis, about_z(fold)?),
    };
    let mut translation = [0; 3];
    for letter in letters {
        let part = match letter {
            'a' => [12, 0, 0],
            'b' => [0, 12, 0],
            'c' => [0, 0, 12],
            'n' => [12; 3],
            'u' => [6, 0, 0],
            'v' => [0, 6, 0],
            'w' => [0, 0, 6],
            'd' => [6; 3],
            '1'..='5' => {
                let along = "xyz".find(axis)?;
                let screw = letter.to_digit(10).and_then(|digit| i32::try_from(digit).ok())?;
                let mut part = [0; 3];
                *part.get_mut(along)? = screw * PARTS / i32::try_from(fold).ok()?;
                part
            }
            _ => return None,
        };
        translation = [0, 1, 2].map(|at: usize| (translation[at] + part[at]).rem_euclid(PARTS));
    }
    let rotation = if improper { negative(matrix) } else { matrix };
    Some((SymmetryOperator { rotation, translation }, fold, axis))
}

/// A rotation about z.
fn about_z(fold: usize) -> Option<[[i32; 3]; 3]> {
    Some(match fold {
        1 => IDENTITY,
        2 => [[-1, 0, 0], [0, -1, 0], [0, 0, 1]],
        3 => [[0, -1, 0], [1, -1, 0], [0, 0, 1]],
        4 => [[0, -1, 0], [1, 0, 0], [0, 0, 1]],
        6 => [[1, -1, 0], [1, 0, 0], [0, 0, 1]],
        _ => return None,
    })
}

/// What is said for z, for another axis.
fn about(axis: char, matrix: [[i32; 3]; 3]) -> [[i32; 3]; 3] {
    let by = match axis {
        'x' => 1,
        'y' => 2,
        _ => return matrix,
    };
    let mut turned = [[0; 3]; 3];
    for (row, entries) in matrix.iter().enumerate() {
        for (column, entry) in entries.iter().enumerate() {
            turned[(row + by) % 3][(column + by) % 3] = *entry;
        }
    }
    turned
}

/// Three numbers of twelfths, in 24ths.
fn shift(text: &str) -> Option<[i32; 3]> {
    let numbers: Option<Vec<i32>> = text.split_whitespace().map(|word| word.parse().ok()).collect();
    let twelfths: [i32; 3] = numbers?.try_into().ok()?;
    twelfths.iter().all(|twelfth| twelfth.abs() <= 12).then(|| twelfths.map(|twelfth| 2 * twelfth))
}

/// The operator with another origin.
fn moved(operator: &SymmetryOperator, shift: [i32; 3]) -> SymmetryOperator {
    let SymmetryOperator { rotation, translation } = *operator;
    let translation = [0, 1, 2].map(|row: usize| {
        let turned: i32 = (0..3).map(|k| rotation[row][k] * shift[k]).sum();
        (translation[row] + shift[row] - turned).rem_euclid(PARTS)
    });
    SymmetryOperator { rotation, translation }
}

#[cfg(test)]
mod tests {
    use super::super::spacegroup::named;
    use super::*;

    #[test]
    fn symbols_make_the_groups_of_the_tables() {
        for (symbol, expected) in [
            ("P 1", "P 1"),
            ("-P 1", "P -1"),
            ("P 2y", "P 1 2 1"),
            ("P 2yb", "P 1 21 1"),
            ("C 2y", "C 1 2 1"),
            ("-P 2ybc", "P 1 21/c 1"),
            ("P 2c", "P 1 1 21"),
            ("P 2ac 2ab", "P 21 21 21"),
            ("C 2c 2", "C 2 2 21"),
            ("I 2 2", "I 2 2 2"),
            ("-P 2ac 2n", "P n m a"),
            ("P 4w", "P 41"),
            ("P 4nw 2abw", "P 43 21 2"),
            ("P 4abw 2nw", "P 41 21 2"),
            ("I 4bw 2bw", "I 41 2 2"),
            ("P 31", "P 31"),
            ("P 3 2", "P 3 1 2"),
            ("P 3 2\"", "P 3 2 1"),
            ("P 31 2\"", "P 31 2 1"),
            ("P 31 2 (0 0 4)", "P 31 1 2"),
            ("R 3 2\"", "R 3 2:H"),
            ("P 3*", "R 3:R"),
            ("P 61", "P 61"),
            ("P 61 2 (0 0 5)", "P 61 2 2"),
            ("P 2ac 2ab 3", "P 21 3"),
            ("I 4 2 3", "I 4 3 2"),
            ("P 4bd 2ab 3", "P 41 3 2"),
            ("-F 4 2 3", "F m -3 m"),
            (" P 4nw 2abw", "P 43 21 2"),
        ] {
            let found = operators(symbol).unwrap_or_else(|| panic!("{symbol}"));
            assert_eq!(named(&found).map(|(_, name)| name), Some(expected), "{symbol}");
        }
        for symbol in ["", "Q 1", "P 5", "P 2 (x-y,x+y,z)", "P 2q", "P 21 21 21 21 21", "P 4'", "P m"] {
            assert_eq!(operators(symbol), None, "{symbol}");
        }
    }
}
