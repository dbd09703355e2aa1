//! Structure factors from a file: text as it stands, MTZ and mmCIF expanded by their symmetry.

use std::path::Path;

use nanobragg::model::symmetry::{Expansion, SymmetryOperator};
use nanobragg::model::{IndexBox, Preset, Reflection, StructureFactors, hall, spacegroup};
use nanobragg::units::deg;
use nanobragg_io::WarningKind;
use nanobragg_io::c_format::g;
use nanobragg_io::hkl::{HklReader, HklRecord};
use nanobragg_io::reflections::{self, Kind, MOST_REFLECTIONS, Reflections};

use super::{cells, file_symmetry};
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::error::FillError;
use crate::{ConfigError, CrystalWarning, Origin, Warning};

/// Bytes that the table of any text file may take.
const SMALL_TABLE: u64 = 1 << 30;
/// Bytes of a larger table for each of its reflections: the boxes of complete sets are half full, and a stray
/// index must not make gigabytes of a few lines.
const BYTES_PER_REFLECTION: u64 = 512;
/// Other columns that a note lists.
const LISTED: usize = 8;

/// The table of `path`, and the cell that the file has.
pub(super) fn table(
    draft: &mut Draft,
    args: &ParsedArgs,
    path: &Path,
) -> Result<(StructureFactors, Option<[f64; 6]>), ConfigError> {
    let kind = reflections::kind(path)?;
    let default_f = draft.default_f;
    if kind == Kind::Text {
        if let Some(column) = args.last(FlagId::HklColumn) {
            let needs = "an MTZ or mmCIF file: text has one column".to_owned();
            return Err(ConfigError::Needs { flag: column.given.clone(), needs });
        }
        return match draft.space_group.clone() {
            None => {
                let (table, doubts) = from_text(path, default_f)?;
                draft.setup.warnings.extend(doubts.into_iter().map(Warning::from));
                if classic::preset(args) != Preset::Reference {
                    draft.setup.notes.extend(one_wedge(&table, &path.display().to_string()));
                }
                Ok((table, None))
            }
            Some(name) => {
                let records =
                    HklReader::open(path)?.take(MOST_REFLECTIONS + 1).collect::<Result<Vec<_>, _>>()?;
                if records.len() > MOST_REFLECTIONS {
                    return Err(ConfigError::TooManyReflections(path.to_owned()));
                }
                let operators = named(draft, &name, &given(args), None)?;
                fits_cell(draft, path, &name, &operators, None);
                Ok((expanded(draft, path, &records, &operators, true)?, None))
            }
        };
    }
    let found = reflections::read(path, kind, draft.hkl_column.as_deref())?;
    let operators = operators(draft, args, path, &found)?;
    let by = match args.last(FlagId::SpaceGroup) {
        Some(flag) => flag.said().to_string(),
        None if found.operators.is_empty() && found.space_group.is_none() => "the Hall symbol".to_owned(),
        None if found.operators.is_empty() => "the name".to_owned(),
        None => "the list of operators".to_owned(),
    };
    let contradiction = file_symmetry::contradiction(path, &found, &operators, &by);
    let file =
        path.file_name().map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned());
    let others = match found.others.len() {
        0 => String::new(),
        n if n <= LISTED => format!(" (others: {})", found.others.join(", ")),
        n => format!(" (others: {} and {} more)", found.others[..LISTED].join(", "), n - LISTED),
    };
    draft.setup.notes.push(format!("{file}: column {}{others}", found.column));
    if found.missing > 0 {
        let rows = if found.missing == 1 { "row has" } else { "rows have" };
        draft.setup.notes.push(format!("{file}: {} {rows} no value there: not read", found.missing));
    }
    let other = found.wavelength_angstrom.and_then(|said| other_wavelength(draft, path, said));
    draft.setup.warnings.extend(other.map(Warning::from));
    draft.setup.warnings.extend(contradiction.map(Warning::from));
    draft.setup.warnings.extend(found.warnings.into_iter().map(Warning::from));
    if found.negative > 0 {
        let (file, count) = (path.to_owned(), found.negative);
        draft.setup.warnings.push(CrystalWarning::NegativeIntensities { file, count }.into());
    }
    let negative = found.records.iter().filter(|record| record.f < 0.0).count() as u64;
    draft.setup.warnings.extend(below_zero(path, negative).map(Warning::from));
    let group = draft.space_group.clone().or(found.space_group);
    let group = group.or(found.space_group_hall).unwrap_or_else(|| "of its symmetry operators".to_owned());
    fits_cell(draft, path, &group, &operators, found.cell);
    let table = expanded(draft, path, &found.records, &operators, found.friedel_equal)?;
    Ok((table, found.cell))
}

/// Relative difference of two wavelengths that digits do not make.
const SAME_WAVELENGTH: f64 = 1e-3;

/// That structure factors were measured at another wavelength than the one that is assumed because nothing else says one.
fn other_wavelength(draft: &Draft, path: &Path, said: f64) -> Option<nanobragg_io::Warning> {
    let is_known = draft.setup.origins.of(&[FlagId::Lambda, FlagId::Energy]) != Origin::Default;
    let assumed = draft.beam.wavelength * 1e10;
    let differs = (said - assumed).abs() > SAME_WAVELENGTH * assumed;
    let text = format!("ignored; {} Angstrom is assumed: -lambda or -energy says it", g(assumed, 6));
    let warning = || {
        nanobragg_io::Warning::new(
            WarningKind::NotTaken,
            path,
            "wavelength",
            format!("{} Angstrom", g(said, 6)),
            text,
        )
    };
    (differs && !is_known && draft.sources.is_none()).then(warning)
}

/// Fewer reflections may be a choice.
const MANY: u64 = 20;

/// That a table has no reflection on one side of an axis, as lists of unique reflections have not: they mean more than they say.
fn one_wedge(table: &StructureFactors, file: &str) -> Option<String> {
    let IndexBox { min, max } = table.bounds()?;
    let axis =
        (0..3).rev().find(|&axis| min[axis] >= 0 && max[axis] > 0 || max[axis] <= 0 && min[axis] < 0)?;
    let (name, side) = (["h", "k", "l"][axis], if min[axis] >= 0 { "below" } else { "above" });
    (table.loaded() >= MANY).then(|| {
        format!("{file}: no reflection has {name} {side} 0: if these are unique reflections, -spacegroup NAME expands them")
    })
}

/// Warns of a cell that cannot have the symmetry: the one that counts, or that of the file.
fn fits_cell(
    draft: &mut Draft,
    path: &Path,
    group: &str,
    operators: &[SymmetryOperator],
    of_file: Option<[f64; 6]>,
) {
    let Some(cell) = cells::counts(draft).or(of_file) else { return };
    draft.setup.warnings.extend(cells::misfit(path, group, operators, cell).map(Warning::from));
}

/// How the user named the space group.
fn given(args: &ParsedArgs) -> String {
    args.last(FlagId::SpaceGroup)
        .map_or_else(|| "-spacegroup".to_owned(), |occurrence| occurrence.given.clone())
}

/// The symmetry that was asked for, else that of the file: its operators, or those of the group that it names.
fn operators(
    draft: &Draft,
    args: &ParsedArgs,
    path: &Path,
    found: &Reflections,
) -> Result<Vec<SymmetryOperator>, ConfigError> {
    let wrong = |source| ConfigError::Symmetry { path: path.to_owned(), source };
    if let Some(name) = &draft.space_group {
        return named(draft, name, &given(args), found.cell);
    }
    if !found.operators.is_empty() {
        let parsed =
            found.operators.iter().map(|text| SymmetryOperator::parse(text)).collect::<Result<Vec<_>, _>>();
        return parsed.map_err(wrong);
    }
    // The number stands for the setting that is first in the tables.
    let given = path.display().to_string();
    if let Some(name) = &found.space_group {
        return named(draft, name, &given, found.cell);
    }
    if let Some(operators) = found.space_group_hall.as_deref().and_then(hall::operators) {
        return Ok(operators);
    }
    let Some(number) = &found.space_group_number else {
        return Err(ConfigError::NoSymmetry(path.to_owned()));
    };
    if file_symmetry::number(number).is_none() {
        return Err(ConfigError::UnknownSpaceGroup { given, name: number.chars().take(40).collect() });
    }
    named(draft, number, &given, found.cell)
}

/// The operators of the group called `name`.
fn named(
    draft: &Draft,
    name: &str,
    given: &str,
    cell: Option<[f64; 6]>,
) -> Result<Vec<SymmetryOperator>, ConfigError> {
    let gamma = match (draft.crystal.cell, cell) {
        (Some(cell), _) => Some(cell[5].to_degrees()),
        (None, Some(cell)) => Some(cell[5]),
        (None, None) => None,
    };
    let rhombohedral = gamma.is_some_and(|gamma| (gamma - 120.0).abs() > 1.0);
    let unknown =
        || ConfigError::UnknownSpaceGroup { given: given.to_owned(), name: name.chars().take(40).collect() };
    spacegroup::operators(name, rhombohedral).ok_or_else(unknown)
}

/// Fills the table with all equivalents, and says what did not fit the symmetry.
fn expanded(
    draft: &mut Draft,
    path: &Path,
    records: &[HklRecord],
    operators: &[SymmetryOperator],
    friedel: bool,
) -> Result<StructureFactors, ConfigError> {
    let unique: Vec<Reflection> = records
        .iter()
        .map(|record| Reflection { hkl: [record.h, record.k, record.l], f: record.f })
        .collect();
    let expansion = Expansion::new(&unique, operators, friedel)
        .map_err(|source| ConfigError::Symmetry { path: path.to_owned(), source })?;
    let bounds = IndexBox::enclosing(expansion.reflections().map(|reflection| reflection.hkl))
        .ok_or_else(|| ConfigError::NoReflections(path.to_owned()))?;
    let count = expansion.reflections().count() as u64;
    let limit = SMALL_TABLE.max(BYTES_PER_REFLECTION.saturating_mul(count));
    let table = fill(path, bounds, draft.default_f, limit, expansion.reflections().map(Ok))?;
    draft.setup.symmetry = operators.to_vec();
    let (file, unique) = (path.display(), expansion.unique());
    draft.setup.notes.push(format!("{file}: {unique} unique reflections make {count} by symmetry"));
    if let Some(worst) = expansion.worst {
        let (file, count) = (path.to_owned(), expansion.disagreeing);
        draft.setup.warnings.push(CrystalWarning::Disagreeing { file, count, worst }.into());
    }
    if expansion.friedel_pairs > 0 {
        let text = "Friedel pairs differ: each index keeps its own amplitude";
        draft.setup.notes.push(format!("{file}: {} {text}", expansion.friedel_pairs));
    }
    if expansion.forbidden > 0 {
        let (file, count) = (path.to_owned(), expansion.forbidden);
        draft.setup.warnings.push(CrystalWarning::Forbidden { file, count }.into());
    }
    Ok(table)
}

/// A cell from a file, where flags give none.
pub(super) fn cell_from_file(draft: &mut Draft, cell: [f64; 6], file: &str) {
    let crystal = &mut draft.crystal;
    if crystal.cell.is_some() || crystal.matrix.is_some() {
        return;
    }
    let [a, b, c, alpha, beta, gamma] = cell;
    crystal.cell = Some(classic::cell([a, b, c, deg(alpha), deg(beta), deg(gamma)]));
    draft.setup.origins.note(FlagId::Cell, Origin::Header(file.to_owned()));
    draft.setup.notes.push(format!("unit cell {a} {b} {c} {alpha} {beta} {gamma} from {file}"));
}

fn reflection(record: Result<HklRecord, nanobragg_io::Error>) -> Result<Reflection, FillError> {
    let record = record.map_err(FillError::File)?;
    Ok(Reflection { hkl: [record.h, record.k, record.l], f: record.f })
}

/// Reflections that are kept while a file is read, 25 MB: more are read twice, so that only the table itself takes memory.
const KEPT: usize = 1 << 20;

/// The table of a text, and what is doubtful in it.
fn from_text(
    path: &Path,
    default_f: f64,
) -> Result<(StructureFactors, Vec<nanobragg_io::Warning>), ConfigError> {
    let mut bounds: Option<IndexBox> = None;
    let (mut count, mut negative) = (0, 0_u64);
    let mut kept = Vec::new();
    for record in HklReader::open(path)? {
        let record = record?;
        let hkl = [record.h, record.k, record.l];
        count += 1;
        negative += u64::from(record.f < 0.0);
        bounds.get_or_insert(IndexBox { min: hkl, max: hkl }).include(hkl);
        match kept.len() {
            KEPT => kept = Vec::new(),
            length if length as u64 + 1 == count => kept.push(record),
            _ => {}
        }
    }
    let bounds = bounds.ok_or_else(|| ConfigError::NoReflections(path.to_owned()))?;
    let limit = SMALL_TABLE.max(BYTES_PER_REFLECTION.saturating_mul(count));
    let is_kept = kept.len() as u64 == count;
    let table = if is_kept {
        fill(path, bounds, default_f, limit, kept.iter().map(|record| reflection(Ok(*record))))?
    } else {
        fill(path, bounds, default_f, limit, HklReader::open(path)?.map(reflection))?
    };
    // A pipe gives its contents once: a second pass would leave the table empty.
    if table.loaded() != count {
        return Err(ConfigError::ReadOnce(path.to_owned()));
    }
    let mut doubts: Vec<_> = below_zero(path, negative).into_iter().collect();
    // Of as many nodes as reflections none stands there twice.
    // The table's border is `default_f` as well.
    let set = table.padded().map_or(0, |grid| grid.values.iter().filter(|f| **f != default_f).count());
    if (set as u64) < count {
        doubts.extend(if is_kept {
            repeated(path, &table, kept.into_iter().map(Ok))?
        } else {
            repeated(path, &table, HklReader::open(path)?)?
        });
    }
    Ok((table, doubts))
}

/// That amplitudes are below zero, of which the squares count.
fn below_zero(path: &Path, count: u64) -> Option<nanobragg_io::Warning> {
    let what = || {
        let (kind, found) = (WarningKind::NegativeAmplitudes, count.to_string());
        let assumed = "used as they stand: their squares count";
        nanobragg_io::Warning::new(kind, path, "F below zero", found, assumed)
    };
    (count > 0).then(what)
}

/// Reflections that stand in a text more than once with other amplitudes than the last, which `table` has.
fn repeated(
    path: &Path,
    table: &StructureFactors,
    records: impl Iterator<Item = Result<HklRecord, nanobragg_io::Error>>,
) -> Result<Option<nanobragg_io::Warning>, ConfigError> {
    let (mut count, mut first) = (0_u64, None);
    for record in records {
        let HklRecord { h, k, l, f } = record?;
        let counts = table.nearest([h, k, l]);
        if f != counts {
            count += 1;
            first.get_or_insert((h, k, l, f, counts));
        }
    }
    Ok(first.map(|(h, k, l, f, counts)| {
        let assumed = match count {
            1 => format!("it stands there again with {counts}, which counts"),
            _ => format!("it stands there again with {counts}, which counts; so do {} more", count - 1),
        };
        let (place, found) = (format!("{h} {k} {l}"), f.to_string());
        nanobragg_io::Warning::new(WarningKind::RepeatedReflections, path, place, found, assumed)
    }))
}

/// The table that an earlier run left.
pub(super) fn from_dump(
    path: &Path,
    default_f: f64,
) -> Result<(StructureFactors, Option<nanobragg_io::Warning>), ConfigError> {
    let reader = nanobragg_io::dump::DumpReader::open(path)?;
    let index_box = reader.index_box();
    let (h, k, l) = (index_box.h, index_box.k, index_box.l);
    let bounds = IndexBox { min: [h.0, k.0, l.0], max: [h.1, k.1, l.1] };
    let limit = limit_of_dump(path, bounds, default_f)?;
    let mut negative = 0;
    let counted =
        reader.inspect(|record| negative += u64::from(record.as_ref().is_ok_and(|record| record.f < 0.0)));
    let table = fill(path, bounds, default_f, limit, counted.map(reflection))?;
    Ok((table, below_zero(path, negative)))
}

/// Most bytes that the table of a dump may take: as of a text, by the reflections that it has. They are counted where
/// it matters, up to as many as are enough.
fn limit_of_dump(path: &Path, bounds: IndexBox, default_f: f64) -> Result<u64, ConfigError> {
    let bytes = u64::try_from(bounds.entries().saturating_mul(8)).unwrap_or(u64::MAX);
    if bytes <= SMALL_TABLE {
        return Ok(SMALL_TABLE);
    }
    let mut limit = 0;
    for record in nanobragg_io::dump::DumpReader::open(path)? {
        let f = record?.f;
        if f != 0.0 && f != default_f {
            limit += BYTES_PER_REFLECTION;
        }
        if limit > bytes {
            return Ok(StructureFactors::MEMORY_LIMIT);
        }
    }
    Ok(SMALL_TABLE.max(limit))
}

fn fill(
    path: &Path,
    bounds: IndexBox,
    default_f: f64,
    limit: u64,
    reflections: impl Iterator<Item = Result<Reflection, FillError>>,
) -> Result<StructureFactors, ConfigError> {
    let limit = limit.min(StructureFactors::MEMORY_LIMIT);
    StructureFactors::try_from_reflections(bounds, default_f, limit, reflections)
        .map_err(|error| error.at(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_lines_do_not_make_gigabytes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("stray.hkl");
        std::fs::write(&path, "500 500 500 1\n-500 -500 -500 2\n").unwrap();
        let error = from_text(&path, 0.0).unwrap_err().to_string();
        assert!(error.contains("h -500..500") && error.contains("the limit is 1073 MB"), "{error}");
        std::fs::write(&path, "200 200 200 1\n-200 -200 -200 2\n").unwrap();
        let (table, doubts) = from_text(&path, 0.0).unwrap();
        assert_eq!((table.loaded(), doubts.len()), (2, 0));
    }

    #[test]
    fn reflections_that_stand_there_twice_and_amplitudes_below_zero_are_said() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.hkl");
        let said = |text: &str| -> Vec<String> {
            std::fs::write(&path, text).unwrap();
            let start = format!("{}: ", path.display());
            let doubts = from_text(&path, 0.0).unwrap().1;
            doubts.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()
        };
        assert_eq!(said("1 0 0 5\n0 1 0 0\n1 0 0 5\n"), [""; 0]);
        assert_eq!(
            said("1 0 0 5\n0 1 0 2\n1 0 0 7\n"),
            ["1 0 0: 5: it stands there again with 7, which counts"]
        );
        let two = "1 0 0: 5: it stands there again with 7, which counts; so do 1 more";
        assert_eq!(said("1 0 0 5\n1 0 0 6\n1 0 0 7\n"), [two]);
        let below = "F below zero: 1: used as they stand: their squares count";
        assert_eq!(said("1 0 0 5\n0 1 0 -2\n"), [below]);
    }
}
