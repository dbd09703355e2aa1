//! Writing MTZ.

use std::path::Path;

use super::{MAGIC, PREAMBLE, WORD};
use crate::atomic::write_atomic;
use crate::error::{Error, Result};

/// Characters of a record of the header.
const RECORD: usize = 80;
/// Indices are columns, too.
const INDICES: [&str; 3] = ["H", "K", "L"];

/// Merged reflections for an MTZ file.
#[derive(Clone, Debug, PartialEq)]
pub struct MtzTable {
    /// What it is, up to 70 characters.
    pub title: String,
    /// a, b, c in Å and α, β, γ in degrees.
    pub cell: [f64; 6],
    /// Å.
    pub wavelength_angstrom: f64,
    /// Number and Hermann-Mauguin symbol of the space group, with a setting after a colon; `None` for one that has no name here.
    pub space_group: Option<(u16, String)>,
    /// Its operators, as `-y,x,z+1/4`, the identity too.
    pub operators: Vec<String>,
    /// Label and type of each column but those of the indices: `F` amplitudes, `Q` their standard deviations, `G` and `L` those of one of two
    /// Friedel mates, `I` whole numbers.
    pub columns: Vec<(String, char)>,
    /// Indices, and a value of each column: no number where there is none.
    pub rows: Vec<([i32; 3], Vec<f32>)>,
}

/// Writes `table` to `path`, in the byte order of most machines.
///
/// ```
/// use nanobragg_io::mtz::{MtzTable, read, write};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("f.mtz");
/// let table = MtzTable {
///     title: "an example".to_owned(),
///     cell: [79.0, 79.0, 38.0, 90.0, 90.0, 90.0],
///     wavelength_angstrom: 1.0,
///     space_group: Some((96, "P 43 21 2".to_owned())),
///     operators: vec!["x,y,z".to_owned()],
///     columns: vec![("F".to_owned(), 'F'), ("SIGF".to_owned(), 'Q')],
///     rows: vec![([1, 2, 3], vec![12.5, 0.5]), ([0, 0, 4], vec![7.0, f32::NAN])],
/// };
/// write(&path, &table)?;
/// let found = read(&path, None)?;
/// assert_eq!((found.records[0].f, found.cell), (12.5, Some(table.cell)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Write`](crate::ErrorKind::Write) for rows of another length than there are columns, labels that are no word of up to 30 characters, and
/// files that cannot be written.
pub fn write(path: &Path, table: &MtzTable) -> Result<()> {
    let width = table.columns.len();
    if table.rows.iter().any(|(_, values)| values.len() != width) {
        return Err(Error::unwritable(path, format!("a row of an MTZ has no {width} values")));
    }
    let is_word =
        |label: &str| (1..=30).contains(&label.len()) && label.bytes().all(|byte| byte.is_ascii_graphic());
    if let Some((label, _)) = table.columns.iter().find(|(label, _)| !is_word(label)) {
        return Err(Error::unwritable(path, format!("{label:?} is no label of an MTZ column")));
    }
    let values = table.rows.len() * (width + INDICES.len());
    let place = PREAMBLE + values + 1;
    let Ok(place) = i32::try_from(place) else {
        return Err(Error::unwritable(path, "an MTZ of so many reflections is not written"));
    };
    let mut bytes = Vec::with_capacity((PREAMBLE + values) * WORD);
    bytes.extend(MAGIC);
    bytes.extend(place.to_le_bytes());
    // Little-endian IEEE numbers.
    bytes.extend([0x44, 0x41, 0, 0]);
    bytes.resize(PREAMBLE * WORD, 0);
    for (hkl, values) in &table.rows {
        let all = hkl.iter().map(|&index| index as f32).chain(values.iter().copied());
        bytes.extend(all.flat_map(f32::to_le_bytes));
    }
    let mut records = records(table);
    records.extend(["END".to_owned(), "MTZENDOFHEADERS".to_owned()]);
    for record in records {
        let record: String = record.chars().filter(char::is_ascii).take(RECORD).collect();
        bytes.extend(format!("{record:<RECORD$}").into_bytes());
    }
    write_atomic(path, |out| out.write_all(&bytes))
}

/// The records of the header up to its end.
fn records(table: &MtzTable) -> Vec<String> {
    let MtzTable { title, cell, wavelength_angstrom, operators, columns, rows, .. } = table;
    let cell = cell.map(|number| format!("{number:10.4}")).join("");
    let mut all = vec![
        "VERS MTZ:V1.1".to_owned(),
        format!("TITLE {title:.70}"),
        format!("NCOL {:8} {:12} {:8}", columns.len() + INDICES.len(), rows.len(), 0),
        format!("CELL {cell}"),
        format!("SORT  {}", if is_sorted(rows) { "1   2   3   0   0" } else { "0   0   0   0   0" }),
        symmetry(table),
    ];
    all.extend(
        operators.iter().map(|operator| format!("SYMM {}", operator.to_uppercase().replace(',', ",  "))),
    );
    let [least, most] = inverse_squares(table);
    all.push(format!("RESO {least:20.12} {most:20.12}"));
    all.push("VALM NAN".to_owned());
    let column = |label: &str, kind: char, dataset: u8, values: &mut dyn Iterator<Item = f32>| {
        let (least, most) = values
            .filter(|value| !value.is_nan())
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| {
                (least.min(value), most.max(value))
            });
        let [least, most] = if least <= most { [least, most] } else { [0.0; 2] };
        format!("COLUMN {label:<30} {kind} {least:>17.9e} {most:>17.9e} {dataset:>4}")
    };
    for (axis, label) in INDICES.into_iter().enumerate() {
        all.push(column(label, 'H', 0, &mut rows.iter().map(|(hkl, _)| hkl[axis] as f32)));
    }
    for (at, (label, kind)) in columns.iter().enumerate() {
        all.push(column(label, *kind, 1, &mut rows.iter().map(|(_, values)| values[at])));
    }
    all.push("NDIF 2".to_owned());
    for (number, name, wavelength) in [(0, "HKL_base", 0.0), (1, "nanobragg", *wavelength_angstrom)] {
        all.push(format!("PROJECT {number:7} {name}"));
        all.push(format!("CRYSTAL {number:7} {name}"));
        all.push(format!("DATASET {number:7} {name}"));
        all.push(format!("DCELL {number:9} {cell}"));
        all.push(format!("DWAVEL {number:8} {wavelength:10.5}"));
    }
    all
}

fn is_sorted(rows: &[([i32; 3], Vec<f32>)]) -> bool {
    rows.is_sorted_by_key(|(hkl, _)| hkl)
}

/// How many operators there are, how many without centering, lattice, number, symbol and point group.
fn symmetry(table: &MtzTable) -> String {
    let is_translation = |operator: &&String| {
        let parts: Vec<&str> = operator.split(',').map(str::trim).collect();
        let alone = |(part, axis): (&&str, &str)| {
            let part = part.to_lowercase();
            part.strip_prefix(axis).is_some_and(|rest| rest.is_empty() || rest.starts_with('+'))
        };
        parts.len() == 3 && parts.iter().zip(["x", "y", "z"]).all(alone)
    };
    let (all, centered) =
        (table.operators.len(), table.operators.iter().filter(is_translation).count().max(1));
    let (number, symbol) = match &table.space_group {
        Some((number, symbol)) => (*number, of_ccp4(symbol)),
        None => (0, "unknown".to_owned()),
    };
    let lattice = symbol.chars().next().filter(char::is_ascii_uppercase).unwrap_or('P');
    let quoted = format!("'{symbol}'");
    format!(
        "SYMINF {all:3} {:2} {lattice} {number:5} {quoted:>22} PG{}",
        all / centered,
        point_group(&symbol)
    )
}

/// The symbol that these programs know: rhombohedral lattices in hexagonal axes have the letter H, origins no name.
fn of_ccp4(symbol: &str) -> String {
    match symbol.split_once(':') {
        Some((plain, "H")) => plain.replacen('R', "H", 1),
        Some((plain, _)) => plain.trim_end().to_owned(),
        None => symbol.to_owned(),
    }
}

/// The point group of a symbol: without lattice, screws and glides, and without axes that are none.
fn point_group(symbol: &str) -> String {
    let parts: Vec<String> =
        symbol.split_whitespace().skip(1).map(of_axis).filter(|part| part != "1").collect();
    if parts.is_empty() { "1".to_owned() } else { parts.concat() }
}

/// `21` as `2`, `c` as `m`, `-3` and `42/n` as they are but for that.
fn of_axis(part: &str) -> String {
    let (mut out, mut digits) = (String::new(), 0);
    for letter in part.chars() {
        digits = if letter.is_ascii_digit() { digits + 1 } else { 0 };
        match letter {
            'a'..='e' | 'g' | 'n' => out.push('m'),
            _ if digits > 1 => {}
            _ => out.push(letter),
        }
    }
    out
}

/// The least and the greatest 1 / d² of the rows, 1/Å².
fn inverse_squares(table: &MtzTable) -> [f64; 2] {
    let [a, b, c, alpha, beta, gamma] = table.cell;
    let [ca, cb, cg] = [alpha, beta, gamma].map(|angle| angle.to_radians().cos());
    let volume_sqr = 1.0 - ca * ca - cb * cb - cg * cg + 2.0 * ca * cb * cg;
    let of = |hkl: [i32; 3]| {
        let [h, k, l] = hkl.map(f64::from);
        let [x, y, z] = [h / a, k / b, l / c];
        let squares = x * x * (1.0 - ca * ca) + y * y * (1.0 - cb * cb) + z * z * (1.0 - cg * cg);
        let mixed = y * z * (cb * cg - ca) + x * z * (ca * cg - cb) + x * y * (ca * cb - cg);
        (squares + 2.0 * mixed) / volume_sqr
    };
    let all = table.rows.iter().map(|(hkl, _)| of(*hkl));
    let [least, most] =
        all.fold([f64::INFINITY, 0.0], |[least, most], at| [least.min(at), f64::max(most, at)]);
    [if least.is_finite() { least } else { 0.0 }, most]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtz::read;

    fn table() -> MtzTable {
        MtzTable {
            title: "t".repeat(200),
            cell: [70.0, 80.0, 90.0, 90.0, 101.5, 90.0],
            wavelength_angstrom: 1.25,
            space_group: Some((5, "C 1 2 1".to_owned())),
            operators: ["x,y,z", "-x,y,-z", "x+1/2,y+1/2,z", "-x+1/2,y+1/2,-z"].map(str::to_owned).to_vec(),
            columns: vec![("F(+)".to_owned(), 'G'), ("F(-)".to_owned(), 'G')],
            rows: vec![([1, 1, 0], vec![4.0, 5.0]), ([2, 0, -30], vec![6.0, f32::NAN])],
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mtz");
        write(&path, &table()).unwrap();
        let found = read(&path, None).unwrap();
        let values: Vec<_> = found.records.iter().map(|one| ([one.h, one.k, one.l], one.f)).collect();
        // A mate that is missing is taken for equal.
        let expected = [([1, 1, 0], 4.0), ([-1, -1, 0], 5.0), ([2, 0, -30], 6.0), ([-2, 0, 30], 6.0)];
        assert_eq!(values, expected);
        assert_eq!((found.cell, found.space_group.as_deref()), (Some(table().cell), Some("C 1 2 1")));
        assert_eq!(found.operators.len(), 4);
        let bytes = std::fs::read(&path).unwrap();
        let place = i32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        // Whole records from there to the end.
        assert_eq!((bytes.len() - (place - 1) * WORD) % RECORD, 0);
        let text = String::from_utf8_lossy(&bytes[(place - 1) * WORD..]).into_owned();
        for part in
            ["SYMINF   4  2 C     5              'C 1 2 1' PG2 ", "SYMM -X+1/2,  Y+1/2,  -Z ", "VALM NAN "]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
    }

    #[test]
    fn point_groups_are_those_of_symbols() {
        for (symbol, expected) in [
            ("P 43 21 2", "422"),
            ("P 1", "1"),
            ("C 1 2 1", "2"),
            ("H 3 2", "32"),
            ("P 42/n m c", "4/mmm"),
            ("F d -3 m", "m-3m"),
            ("P 21 21 21", "222"),
        ] {
            assert_eq!(point_group(symbol), expected, "{symbol}");
        }
        assert_eq!([of_ccp4("R 3 2:H"), of_ccp4("R 3 2:R")], ["H 3 2", "R 3 2"]);
    }

    #[test]
    fn resolutions_are_those_of_the_cell() {
        let mut table = table();
        table.cell = [10.0, 20.0, 30.0, 90.0, 90.0, 120.0];
        table.rows = vec![([0, 0, 1], vec![1.0; 2]), ([1, 0, 0], vec![1.0; 2])];
        let [least, most] = inverse_squares(&table);
        assert!((least - 1.0 / 900.0).abs() < 1e-15 && (most - 1.0 / 75.0).abs() < 1e-15, "{least} {most}");
    }

    #[test]
    fn what_is_no_table_is_refused() {
        let path = Path::new("no/such/folder/a.mtz");
        let mut short = table();
        short.rows[0].1.pop();
        assert!(write(path, &short).unwrap_err().to_string().contains("a row of an MTZ has no 2 values"));
        let mut wrong = table();
        wrong.columns[0].0 = "F +".to_owned();
        assert!(write(path, &wrong).unwrap_err().to_string().contains("\"F +\" is no label"));
    }
}
