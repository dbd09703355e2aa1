//! Structure factors of a CIF, with the cell and the symmetry that stand in the same block.

use std::collections::BTreeMap;
use std::path::Path;

use super::columns::{Columns, Lacking, item_as_written};
use super::tokens::{Kind, Tokens};
use super::{CellTags, GroupTags, MOST_ITEMS, number};
use crate::error::{Error, Result};
use crate::lines::finite;
use crate::rows::{Collector, MOST_REFLECTIONS, Reflections, index};
use crate::warning::{Warning, WarningKind};

/// Tags of symmetry operators in small letters, mmCIF's and those of the core dictionary.
const OPERATOR_TAGS: [&str; 6] = [
    "_symmetry_equiv.pos_as_xyz",
    "_space_group_symop.operation_xyz",
    "_symmetry_equiv_pos_as_xyz",
    "_space_group_symop_operation_xyz",
    "_symmetry.equiv_pos_as_xyz",
    "_space_group.symop_operation_xyz",
];
/// Operators beyond these are damage.
const MOST_OPERATORS: usize = 192;

/// Reads the amplitudes of the first loop of reflections, with cell and symmetry of the same data block.
///
/// `column` is an item of the category `refln`, with or without `_refln.` before it. Without it, measured
/// amplitudes are taken where there are any, else measured intensities (their square roots), else calculated ones;
/// items for h and -h (`pdbx_F_plus`, `pdbx_F_minus`) go together.
///
/// # Errors
/// [`Value`](crate::ErrorKind::Value) when there are no reflections or no such item, [`Line`](crate::ErrorKind::Line) for a row that is cut short
/// or malformed, and for more than 192 operators; [`LineTooLong`](crate::ErrorKind::LineTooLong); [`Read`](crate::ErrorKind::Read).
pub fn read_reflections(path: &Path, column: Option<&str>) -> Result<Reflections> {
    let mut tokens = Tokens::open(path)?;
    let mut block = Block::default();
    let mut found = None;
    let (mut tag, mut other_set) = (String::new(), false);
    let mut next = tokens.advance()?;
    while let Some(kind) = next {
        match kind {
            Kind::Block if found.is_some() => {
                other_set = has_more(&mut tokens);
                break;
            }
            Kind::Block => block = Block::default(),
            Kind::Tag => tag = tokens.name(),
            Kind::Value => {
                block.take(&tag, &tokens)?;
                tag.clear();
            }
            Kind::Loop => {
                next = read_loop(&mut tokens, &mut block, &mut found, column)?;
                continue;
            }
        }
        next = tokens.advance()?;
    }
    let Some(mut found) = found else {
        return Err(Error::missing(path, "reflections", "a loop with _refln.index_h, index_k and index_l"));
    };
    block.cell.once(path)?;
    found.cell = block.cell.complete();
    found.wavelength_angstrom = block.wavelength;
    found.warnings.extend(block.cell.incomplete(path).into_iter().chain(block.cell.other(path)));
    if other_set {
        let assumed = "another data block has reflections too: the first one's are taken";
        let kind = WarningKind::SeveralSets;
        found.warnings.push(Warning::new(kind, path, "data blocks", "several", assumed));
    }
    if let (Some(name), Some(other)) = (&block.names.name, &block.names.other_name) {
        let assumed = format!("{name:?} stands before it and counts");
        found.warnings.push(Warning::new(WarningKind::RepeatedKey, path, "space group", other, assumed));
    }
    // A list with an unknown operator is not the group's: its name says more.
    found.operators = if block.operator_unknown { Vec::new() } else { block.operators };
    found.space_group = block.names.name;
    found.space_group_hall = block.names.hall;
    found.space_group_number = block.names.number;
    Ok(found)
}

/// What is of interest in a data block besides its reflections.
#[derive(Debug, Default)]
struct Block {
    cell: CellTags,
    operators: Vec<String>,
    /// Whether an operator is `?` or `.`.
    operator_unknown: bool,
    names: GroupTags,
    /// The first one, Å.
    wavelength: Option<f64>,
}

/// Names of the wavelength of a measurement.
const WAVELENGTH_TAGS: [&str; 2] =
    ["_diffrn_radiation_wavelength.wavelength", "_diffrn_radiation_wavelength"];

impl Block {
    fn take(&mut self, tag: &str, tokens: &Tokens) -> Result<()> {
        let text = || String::from_utf8_lossy(tokens.text()).trim().to_owned();
        self.cell.take(tag, tokens.text());
        if WAVELENGTH_TAGS.contains(&tag) && self.wavelength.is_none() {
            self.wavelength = finite(tokens.text()).filter(|wavelength| *wavelength > 0.0);
        }
        if OPERATOR_TAGS.contains(&tag) && tokens.is_null() {
            self.operator_unknown = true;
        } else if OPERATOR_TAGS.contains(&tag) {
            if self.operators.len() == MOST_OPERATORS {
                return Err(tokens.lines().error("at most 192 symmetry operators", tokens.text()));
            }
            self.operators.push(text());
        } else {
            // A number that is none matters only where nothing else names the group.
            self.names.take(tag, tokens);
        }
        Ok(())
    }
}

/// Whether reflections follow. What cannot be read behind those that are taken is no matter.
fn has_more(tokens: &mut Tokens) -> bool {
    while let Ok(Some(kind)) = tokens.advance() {
        if kind == Kind::Tag && ["_refln.index_h", "_refln_index_h"].contains(&tokens.name().as_str()) {
            return true;
        }
    }
    false
}

/// Reads a loop whose `loop_` was the last word, and returns what follows it.
fn read_loop(
    tokens: &mut Tokens,
    block: &mut Block,
    found: &mut Option<Reflections>,
    wanted: Option<&str>,
) -> Result<Option<Kind>> {
    let (mut tags, mut written) = (Vec::new(), Vec::new());
    let mut next = tokens.advance()?;
    while next == Some(Kind::Tag) {
        if tags.len() == MOST_ITEMS {
            return Err(tokens.lines().error("at most 1000 items in a loop", tokens.text()));
        }
        if tags.contains(&tokens.name()) {
            return Err(tokens.lines().error("each item of a loop once", tokens.text()));
        }
        tags.push(tokens.name());
        written.push(tokens.as_written());
        next = tokens.advance()?;
    }
    let of_reflections = tags.iter().any(|tag| matches!(tag.as_str(), "_refln.index_h" | "_refln_index_h"));
    if of_reflections && found.is_none() {
        return rows(tokens, &tags, &written, next, found, wanted);
    }
    let mut at = 0;
    while next == Some(Kind::Value) {
        if let Some(tag) = tags.get(at) {
            block.take(tag, tokens)?;
        }
        at = (at + 1) % tags.len().max(1);
        next = tokens.advance()?;
    }
    Ok(next)
}

/// Reads the rows of a loop of reflections.
fn rows(
    tokens: &mut Tokens,
    tags: &[String],
    written: &[String],
    mut next: Option<Kind>,
    found: &mut Option<Reflections>,
    wanted: Option<&str>,
) -> Result<Option<Kind>> {
    let path = tokens.lines().path().to_owned();
    let columns = Columns::candidates(tags, written, wanted).map_err(|lacking| match lacking {
        Lacking::Indices => Error::missing(&path, "reflections", "_refln.index_h, index_k and index_l"),
        Lacking::Value(known) => {
            let known =
                if known.is_empty() { "amplitudes or intensities".to_owned() } else { known.join(", ") };
            let expected = format!("one of {known}");
            match wanted {
                Some(wanted) => Error::value(&path, "items of _refln", expected, wanted.as_bytes()),
                None => Error::missing(&path, "items of _refln", expected),
            }
        }
    })?;
    let mut candidates: Vec<Candidate> = columns.into_iter().map(Candidate::new).collect();
    let mut sets = Sets::new(tags);
    let mut unused = Unused::new(tags);
    while next == Some(Kind::Value) {
        if candidates.iter().any(|candidate| candidate.collector.is_full()) {
            return Err(tokens
                .lines()
                .error(format!("at most {MOST_REFLECTIONS} reflections"), tokens.text()));
        }
        let mut hkl = [0; 3];
        for candidate in &mut candidates {
            candidate.values = [None; 2];
        }
        for at in 0..tags.len() {
            if next != Some(Kind::Value) {
                let expected = format!("{} values in a row of reflections", tags.len());
                return Err(tokens.lines().error(expected, format!("{at}").as_bytes()));
            }
            let indices = candidates.first().map(|candidate| candidate.columns.indices);
            if let Some(axis) = indices.iter().flatten().position(|place| *place == at) {
                hkl[axis] = number(tokens.text())
                    .and_then(index)
                    .ok_or_else(|| tokens.lines().error("a whole number as an index", tokens.text()))?;
            } else if !tokens.is_null() {
                for candidate in &mut candidates {
                    candidate.take(at, tokens)?;
                }
            }
            sets.take(at, tokens);
            unused.take(at, tokens);
            next = tokens.advance()?;
        }
        if !sets.is_first() {
            continue;
        }
        unused.count(candidates.iter().any(|candidate| candidate.values != [None; 2]));
        for candidate in &mut candidates {
            candidate.collector.push(hkl, candidate.values[0], candidate.values[1]);
        }
        // The first with a value is the one to read: those after it are needed no longer.
        if let Some(place) = candidates.iter().position(Candidate::has_values) {
            candidates.truncate(place + 1);
        }
    }
    let chosen = candidates.iter().position(Candidate::has_values).unwrap_or(0);
    *found = candidates.into_iter().nth(chosen).map(|candidate| candidate.collector.finish(&path));
    if let Some(found) = found {
        found.warnings.extend(sets.warning(&path, written));
        found.warnings.extend(unused.warning(&path));
    }
    Ok(next)
}

/// Rows with a value whose status says that they are not used: absent by symmetry, weak, unreliable, beyond a limit of resolution.
#[derive(Debug)]
struct Unused {
    place: Option<usize>,
    /// That of the current row.
    current: Option<u8>,
    rows: BTreeMap<char, u64>,
}

impl Unused {
    /// The flags, as the dictionary has them. Those of free and of used reflections are others.
    const FLAGS: &[u8] = b"<-xhl";

    fn new(tags: &[String]) -> Self {
        let place =
            tags.iter().position(|tag| matches!(tag.as_str(), "_refln.status" | "_refln_observed_status"));
        Unused { place, current: None, rows: BTreeMap::new() }
    }

    fn take(&mut self, at: usize, tokens: &Tokens) {
        if self.place == Some(at) {
            self.current = match tokens.text() {
                [flag] if Self::FLAGS.contains(flag) => Some(*flag),
                _ => None,
            };
        }
    }

    fn count(&mut self, has_value: bool) {
        if let Some(flag) = self.current.filter(|_| has_value) {
            *self.rows.entry(char::from(flag)).or_default() += 1;
        }
    }

    fn warning(&self, path: &Path) -> Option<Warning> {
        let rows = |(flag, rows): (&char, &u64)| format!("{flag} in {rows} rows");
        let found = self.rows.iter().map(rows).collect::<Vec<_>>().join(", ");
        let assumed = "ignored: these reflections are used like the others";
        (!found.is_empty()).then(|| Warning::new(WarningKind::NotTaken, path, "status", found, assumed))
    }
}

/// The sets of amplitudes in one loop, such as those of a MAD experiment: the first is taken.
#[derive(Debug)]
struct Sets {
    places: Vec<usize>,
    /// What stands there in the first row, and in the current one.
    first: Vec<Vec<u8>>,
    current: Vec<Vec<u8>>,
    /// The first difference: which of the items, and its other value.
    other: Option<(usize, Vec<u8>)>,
}

impl Sets {
    fn new(tags: &[String]) -> Self {
        let places = Columns::of_sets(tags);
        let none = vec![Vec::new(); places.len()];
        Sets { places, first: Vec::new(), current: none, other: None }
    }

    fn take(&mut self, at: usize, tokens: &Tokens) {
        if let Some(place) = self.places.iter().position(|place| *place == at) {
            self.current[place] = tokens.text().to_vec();
        }
    }

    /// Whether the current row is of the set that the first row is of.
    fn is_first(&mut self) -> bool {
        if self.first.is_empty() {
            self.first = self.current.clone();
        }
        let differs = self.first.iter().zip(&self.current).position(|(first, current)| first != current);
        if let (Some(place), None) = (differs, &self.other) {
            self.other = Some((place, self.current[place].clone()));
        }
        differs.is_none()
    }

    fn warning(&self, path: &Path, written: &[String]) -> Option<Warning> {
        let (place, other) = self.other.as_ref()?;
        let name = self.places.get(*place).and_then(|at| written.get(*at))?;
        let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
        let first = text(self.first.get(*place)?);
        let found = format!("several sets in one loop ({first}, {} ...)", text(other));
        Some(Warning::new(
            WarningKind::SeveralSets,
            path,
            item_as_written(name),
            found,
            format!("only set {first} is used"),
        ))
    }
}

/// An item that may turn out to be the one to read.
#[derive(Debug)]
struct Candidate {
    columns: Columns,
    collector: Collector,
    /// Those of the current row.
    values: [Option<f64>; 2],
}

impl Candidate {
    fn new(columns: Columns) -> Self {
        let (name, others) = (columns.name.clone(), columns.others.clone());
        let collector = Collector::new(columns.quantity, columns.mate.is_none(), name, others);
        Candidate { columns, collector, values: [None; 2] }
    }

    fn has_values(&self) -> bool {
        !self.collector.is_empty()
    }

    /// Takes the current word if it stands in a column of this item.
    fn take(&mut self, at: usize, tokens: &Tokens) -> Result<()> {
        let places = [Some(self.columns.value), self.columns.mate];
        if let Some(place) = places.iter().position(|place| *place == Some(at)) {
            let value = number(tokens.text());
            let expected = || format!("a number, ? or . for {}", self.columns.name);
            let value = value.ok_or_else(|| tokens.lines().error(expected(), tokens.text()))?;
            self.values[place] = Some(value);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_without_a_single_value_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cif");
        let text = "data_r1\nloop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n_refln.F_meas_au\n\
            _refln.intensity_meas\n_refln.F_calc\n1 0 0 ? . 7\n0 1 0 . 100 7\n0 0 1 ? 81 7\n";
        std::fs::write(&path, text).unwrap();
        let found = read_reflections(&path, None).unwrap();
        assert_eq!((found.column.as_str(), found.missing), ("intensity_meas", 1));
        assert_eq!(found.records.iter().map(|record| record.f).collect::<Vec<_>>(), [10.0, 9.0]);
    }

    const SMALL: &str = "data_r1\n_cell.length_a 10.5(2)\n_cell.length_b 11\n_cell.length_c 12\n\
        _cell.angle_alpha 90\n_cell.angle_beta 100.5\n_cell.angle_gamma 90\n\
        _symmetry.space_group_name_H-M 'P 1 21 1'\n\
        loop_\n_symmetry_equiv.id\n_symmetry_equiv.pos_as_xyz\n1 x,y,z\n2 '-x, y+1/2, -z'\n\
        loop_\n_refln.index_h\n_refln.index_k\n_refln.index_l\n_refln.status\n_refln.F_meas_au\n_refln.F_meas_sigma_au\n\
        1 2 3 o 12.5 0.1\n-1 0 2 f 7.25(3) ?\n0 0 4 o ? ?\n";

    fn read(text: &str, column: Option<&str>) -> std::result::Result<Reflections, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cif");
        std::fs::write(&path, text).unwrap();
        read_reflections(&path, column)
            .map_err(|e| e.to_string().replace(&path.display().to_string(), "a.cif"))
    }

    #[test]
    fn reflections_cell_and_symmetry() {
        let found = read(SMALL, None).unwrap();
        let values: Vec<_> = found.records.iter().map(|r| (r.h, r.k, r.l, r.f)).collect();
        assert_eq!(values, [(1, 2, 3, 12.5), (-1, 0, 2, 7.25)]);
        assert_eq!((found.missing, found.column.as_str()), (1, "F_meas_au"));
        assert_eq!(found.cell, Some([10.5, 11.0, 12.0, 90.0, 100.5, 90.0]));
        assert_eq!(found.operators, ["x,y,z", "-x, y+1/2, -z"]);
        assert_eq!(found.space_group.as_deref(), Some("P 1 21 1"));
    }

    #[test]
    fn of_several_sets_the_first_is_taken() {
        let text = "data_x\nloop_\n_refln.wavelength_id\n_refln.index_h\n_refln.index_k\n_refln.index_l\n\
            _refln.F_meas_au\n1 1 0 0 100\n2 1 0 0 200\n1 2 0 0 50\n";
        let found = read(text, None).unwrap();
        assert_eq!(found.records.iter().map(|r| r.f).collect::<Vec<_>>(), [100.0, 50.0]);
        let said: Vec<_> = found.warnings.iter().map(|w| (w.place.as_str(), w.assumed.as_str())).collect();
        assert_eq!(said, [("wavelength_id", "only set 1 is used")]);
        assert!(read(&text.replace("2 1 0 0", "1 3 0 0"), None).unwrap().warnings.is_empty());
    }

    #[test]
    fn unknown_operators_leave_the_name() {
        for null in ["?", "."] {
            let one = SMALL.replace("1 x,y,z\n2 '-x, y+1/2, -z'\n", &format!("1 {null}\n"));
            let some = SMALL.replace("'-x, y+1/2, -z'", null);
            let item = SMALL.replace(
                "loop_\n_symmetry_equiv.id\n_symmetry_equiv.pos_as_xyz\n1 x,y,z\n2 '-x, y+1/2, -z'\n",
                &format!("_symmetry_equiv.pos_as_xyz {null}\n"),
            );
            for text in [one, some, item] {
                let found = read(&text, None).unwrap();
                assert!(found.operators.is_empty(), "{:?}", found.operators);
                assert_eq!(found.space_group.as_deref(), Some("P 1 21 1"));
            }
            // In quotation marks it is a word, and no operator.
            let quoted = SMALL.replace("'-x, y+1/2, -z'", &format!("'{null}'"));
            assert_eq!(read(&quoted, None).unwrap().operators.len(), 2);
        }
    }

    #[test]
    fn a_number_of_no_group_stands_as_it_is() {
        for number in ["0", "146(H)", "4005"] {
            let text =
                SMALL.replace("data_r1\n", &format!("data_r1\n_symmetry.Int_Tables_number {number}\n"));
            let found = read(&text, None).unwrap();
            assert_eq!(found.space_group_number.as_deref(), Some(number));
            assert_eq!(found.operators.len(), 2);
        }
    }

    #[test]
    fn only_the_first_block_with_reflections_counts() {
        let text = format!(
            "data_empty\n_cell.length_a 99\n{SMALL}data_r2\n_cell.length_a 1\nloop_\n_refln.index_h\n1\n"
        );
        let mut found = read(&text, None).unwrap();
        let said: Vec<String> = found.warnings.drain(..).map(|doubt| doubt.to_string()).collect();
        assert!(said.len() == 1 && said[0].ends_with("the first one's are taken"), "{said:?}");
        assert_eq!(Ok(found), read(SMALL, None));
    }

    #[test]
    fn core_dictionary_and_intensities() {
        let text = "data_x\nloop_\n_refln_index_h\n_refln_index_k\n_refln_index_l\n_refln_F_squared_meas\n1 0 0 16\n2 0 0 -1\n";
        let found = read(text, None).unwrap();
        let values: Vec<_> = found.records.iter().map(|r| r.f).collect();
        assert_eq!((values, found.negative, found.cell), (vec![4.0, 0.0], 1, None));
    }

    #[test]
    fn flags_of_reflections_that_are_not_used_are_counted() {
        let said = |text: &str| -> Vec<String> {
            let found = read(text, None).unwrap();
            found.warnings.iter().map(|w| format!("{}: {}: {}", w.place, w.found, w.assumed)).collect()
        };
        assert_eq!(said(SMALL), [""; 0]);
        // What has no value is missing, whatever its status.
        let flagged =
            SMALL.replace("1 2 3 o", "1 2 3 <").replace("-1 0 2 f", "-1 0 2 x").replace("0 0 4 o", "0 0 4 -");
        let expected =
            "status: < in 1 rows, x in 1 rows: ignored: these reflections are used like the others";
        assert_eq!(said(&flagged), [expected]);
        assert_eq!(read(&flagged, None).unwrap().records.len(), 2);
    }

    #[test]
    fn damage_is_named() {
        assert_eq!(
            read(&SMALL.replace("1 2 3 o", "1 2 x o"), None).unwrap_err(),
            "a.cif:21: expected a whole number as an index, found \"x\""
        );
        for word in ["abc", "inf", "nan", "-Inf", "1e999", "12.5(3"] {
            let error = read(&SMALL.replace("12.5", word), None).err();
            let expected = format!("a.cif:21: expected a number, ? or . for F_meas_au, found \"{word}\"");
            assert_eq!(error, (word != "12.5(3").then_some(expected), "{word}");
        }
        assert!(read(&SMALL.replace("? ?\n", "?\n"), None).unwrap_err().contains("6 values in a row"));
        assert!(read("data_x\n", None).unwrap_err().contains("a loop with _refln.index_h"));
        let error = read(SMALL, Some("F_calc")).unwrap_err();
        assert_eq!(error, "a.cif: items of _refln: expected one of F_meas_au, found \"F_calc\"");
    }
}
