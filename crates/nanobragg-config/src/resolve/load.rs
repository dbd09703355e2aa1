//! Input files that are read once all flags are known.

use std::path::Path;

use nanobragg::model::{IndexBox, MosflmMatrix, Reflection, Source, StructureFactors};
use nanobragg_io::IoError;
use nanobragg_io::dump::DumpReader;
use nanobragg_io::hkl::{HklReader, HklRecord};
use nanobragg_io::matrix::read_matrix;
use nanobragg_io::sources::read_sources;

use super::Context;
use super::draft::Draft;
use crate::error::FillError;
use crate::{ConfigError, DumpAction};

pub(super) fn inputs(draft: &mut Draft, context: &Context) -> Result<(), ConfigError> {
    if draft.matrix.is_none() && draft.setup.experiment.crystal.cell.is_none() {
        return Err(ConfigError::NoCrystal);
    }
    if let Some(name) = draft.matrix.clone() {
        let path = context.path(&name);
        draft.setup.notes.push(format!("reading {}", name.display()));
        draft.setup.experiment.crystal.matrix = Some(MosflmMatrix(read_matrix(&path)?));
        draft.setup.inputs.push(path);
    }
    if let Some(name) = draft.sources.clone() {
        let path = context.path(&name);
        draft.setup.notes.push(format!("reading {}", name.display()));
        let rows = read_sources(&path)?;
        let source = |row: &nanobragg_io::sources::SourceRow| Source {
            position: [row.x, row.y, row.z],
            weight: row.weight,
            wavelength: row.wavelength_m,
        };
        draft.setup.experiment.beam.sources = Some(rows.iter().map(source).collect());
        draft.setup.inputs.push(path);
    }
    structure_factors(draft, context)
}

fn structure_factors(draft: &mut Draft, context: &Context) -> Result<(), ConfigError> {
    let dump = context.path(&draft.dump);
    let default_f = draft.default_f;
    let (name, path, table) = if let Some(name) = draft.hkl.clone() {
        let path = context.path(&name);
        let table = from_hkl(&path, default_f)?;
        if draft.writes_dump {
            draft.setup.outputs.dump = DumpAction::Write(draft.dump.clone());
        }
        (name, path, table)
    } else if draft.reads_dump && dump.exists() {
        let table = from_dump(&dump, default_f)?;
        (draft.dump.clone(), dump, table)
    } else if default_f != 0.0 {
        draft.setup.experiment.structure_factors = StructureFactors::uniform(default_f);
        return Ok(());
    } else {
        return Err(ConfigError::NoStructureFactors(draft.dump.clone()));
    };
    draft.setup.notes.push(format!("reading Fs from {} ({} entries)", name.display(), table.loaded()));
    draft.setup.inputs.push(path);
    draft.setup.experiment.structure_factors = table;
    Ok(())
}

fn reflection(record: Result<HklRecord, IoError>) -> Result<Reflection, FillError> {
    let record = record.map_err(FillError::File)?;
    Ok(Reflection { hkl: [record.h, record.k, record.l], f: record.f })
}

/// Bytes that the table of any text file may take.
const SMALL_TABLE: u64 = 1 << 30;
/// Bytes of a larger table for each of its reflections: the boxes of complete sets are half full, and a stray
/// index must not make gigabytes of a few lines.
const BYTES_PER_REFLECTION: u64 = 512;

/// Two passes over the file, so that only the table itself takes memory.
fn from_hkl(path: &Path, default_f: f64) -> Result<StructureFactors, ConfigError> {
    let mut bounds: Option<IndexBox> = None;
    let mut count = 0;
    for record in HklReader::open(path)? {
        let HklRecord { h, k, l, .. } = record?;
        count += 1;
        bounds.get_or_insert(IndexBox { min: [h, k, l], max: [h, k, l] }).include([h, k, l]);
    }
    let bounds = bounds.ok_or_else(|| ConfigError::NoReflections(path.to_owned()))?;
    let reflections = HklReader::open(path)?.map(reflection);
    let limit = SMALL_TABLE.max(BYTES_PER_REFLECTION.saturating_mul(count));
    let table = fill(path, bounds, default_f, limit, reflections)?;
    // A pipe gives its contents once: the second pass would leave the table empty.
    if table.loaded() == count { Ok(table) } else { Err(ConfigError::ReadOnce(path.to_owned())) }
}

fn from_dump(path: &Path, default_f: f64) -> Result<StructureFactors, ConfigError> {
    let reader = DumpReader::open(path)?;
    let index_box = reader.index_box();
    let (h, k, l) = (index_box.h, index_box.k, index_box.l);
    let bounds = IndexBox { min: [h.0, k.0, l.0], max: [h.1, k.1, l.1] };
    fill(path, bounds, default_f, StructureFactors::MEMORY_LIMIT, reader.map(reflection))
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
        let error = from_hkl(&path, 0.0).unwrap_err().to_string();
        assert!(error.contains("h -500..500") && error.contains("the limit is 1073 MB"), "{error}");
        std::fs::write(&path, "200 200 200 1\n-200 -200 -200 2\n").unwrap();
        assert_eq!(from_hkl(&path, 0.0).unwrap().loaded(), 2);
    }
}
