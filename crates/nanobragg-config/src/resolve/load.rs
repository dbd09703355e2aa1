//! Input files that are read once all flags are known.

use std::path::Path;

use nanobragg::model::{MosflmMatrix, Preset, Quirk, Source, SpectralLine, StructureFactors};
use nanobragg::nalgebra::Vector3;
use nanobragg::units::angstrom;
use nanobragg_io::c_format::g;
use nanobragg_io::cell::CellOfFile;
use nanobragg_io::matrix::read_mosflm;
use nanobragg_io::pdb;
use nanobragg_io::sources::{SourceRow, read_sources};
use nanobragg_io::spectrum::{SpectrumRow, read_spectrum};
use nanobragg_io::text::spaced_to;
use nanobragg_io::{Assumption, WarningKind};

use super::reflections::{self, cell_from_file};
use super::{Context, cells, matrix};
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{
    CombinationWarning, ConfigError, CrystalWarning, DumpAction, FlagWarning, InstrumentWarning, Origin,
    Warning,
};

pub(super) fn inputs(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    spectrum(draft, args, context)?;
    super::geometry::crystal(draft, args)?;
    if let Some(name) = draft.matrix.clone() {
        let path = context.path(&name);
        draft.setup.notes.push(format!("reading {}", name.display()));
        let found = read_mosflm(&path)?;
        let wavelength = draft.beam.wavelength * 1e10;
        draft.setup.warnings.extend(matrix::warnings(&name, &found, wavelength));
        let is_known = draft.setup.origins.of(&[FlagId::Lambda, FlagId::Energy]) != Origin::Default;
        if !is_known && found.cell.is_none() && classic::preset(args) != Preset::Reference {
            draft.setup.warnings.push(InstrumentWarning::NoWavelength { file: name.clone() }.into());
        }
        if let Some((file, star)) = draft.instrument.as_ref().and_then(|of| Some((&of.file, of.crystal?))) {
            let by = format!("-mat {}", name.display());
            let replaced = matrix::replaced(file, &star, &found.matrix, wavelength, &by);
            draft.setup.warnings.extend(replaced.map(Warning::from));
        }
        if let Some(group) = &found.space_group {
            let own = matrix::cell(&found.matrix, wavelength);
            let foreign = own.and_then(|cell| cells::foreign(&name, group, cell));
            draft.setup.warnings.extend(foreign.map(Warning::from));
            draft.group_of_matrix = Some((name.clone(), group.clone()));
        }
        MosflmMatrix::new(found.matrix)
            .map_err(|source| ConfigError::Matrix { path: name.clone(), source })?;
        draft.crystal.matrix = Some(found.matrix);
        draft.setup.inputs.push(path);
    }
    if let (Some(rows), Some(given)) = (draft.crystal.matrix, draft.crystal.cell) {
        let own = matrix::cell(&rows, draft.beam.wavelength * 1e10);
        let file = cells::of_axes(draft, args);
        let said = own.and_then(|own| CrystalWarning::cell_over(&file, own, cells::in_degrees(given)));
        draft.setup.warnings.extend(said.map(Warning::from));
    }
    if let Some(name) = draft.pdb.clone() {
        let path = context.path(&name);
        let nanobragg_io::Found { data: CellOfFile { cell, space_group }, warnings } = pdb::read_cell(&path)?;
        draft.setup.warnings.extend(warnings.into_iter().map(Warning::from));
        if let Some(group) = space_group {
            draft.setup.warnings.extend(cells::foreign(&name, &group, cell).map(Warning::from));
            draft.group_of_cell = Some((name.clone(), group));
        }
        // That flags overrule it is said of the flags.
        if !args.has(FlagId::Cell) && !args.has(FlagId::Mat) {
            draft.setup.warnings.extend(cells::ignored(draft, args, &name, cell).map(Warning::from));
        }
        cell_from_file(draft, cell, &name.display().to_string());
        draft.setup.inputs.push(path);
    }
    if let Some(name) = draft.sources.clone() {
        let path = context.path(&name);
        draft.setup.notes.push(format!("reading {}", name.display()));
        let nanobragg_io::Found { data: rows, warnings } = read_sources(&path)?;
        draft.setup.warnings.extend(warnings.into_iter().map(Warning::from));
        let source = |row: &SourceRow| Source {
            position: [row.x, row.y, row.z],
            weight: row.weight,
            wavelength: row.wavelength_m,
        };
        let counts = !draft.setup.experiment.quirks.has(Quirk::SourceWeightsIgnored);
        if counts && rows.iter().all(|row| row.weight == Some(0.0)) {
            return Err(ConfigError::NoWeight(name));
        }
        if classic::preset(args) != Preset::Reference {
            let beam = draft.setup.experiment.detector.convention.frame().beam;
            draft.setup.warnings.extend(far_source(&name, &rows, &beam).map(Warning::from));
            let own = rows.iter().map(|row| Some(row.wavelength_m? * 1e10)).collect::<Option<Vec<f64>>>();
            other_wavelength(draft, args, &name, &own.unwrap_or_default());
        }
        draft.beam.sources = Some(rows.iter().map(source).collect());
        draft.setup.inputs.push(path);
    }
    structure_factors(draft, args, context)?;
    cells::of_instrument(draft, args);
    cells::other_groups(draft);
    if draft.crystal.matrix.is_none() && draft.crystal.cell.is_none() {
        let lacking = draft.setup.warnings.iter().find_map(|warning| match warning {
            Warning::File(warning) => {
                Some(warning).filter(|warning| warning.assumption == Some(Assumption::Crystal))
            }
            _ => None,
        });
        return Err(ConfigError::NoCrystal(lacking.cloned().map(Box::new)));
    }
    Ok(())
}

/// A measured spectrum, and its mean wavelength where no flag gives one.
fn spectrum(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    let Some(name) = draft.spectrum.clone() else { return Ok(()) };
    let path = context.path(&name);
    let nanobragg_io::Found { data: rows, warnings } = read_spectrum(&path)?;
    draft.setup.warnings.extend(warnings.into_iter().map(Warning::from));
    let beam = &mut draft.beam;
    if !args.has(FlagId::Lambda) && !args.has(FlagId::Energy) {
        let total: f64 = rows.iter().map(|row| row.weight).sum();
        let mean = rows.iter().map(|row| row.wavelength_angstrom * (row.weight / total)).sum();
        beam.wavelength = angstrom(mean);
        draft.setup.origins.note(FlagId::Lambda, Origin::Header(name.display().to_string()));
        draft.setup.notes.push(format!("wavelength {} A, the mean of {}", g(mean, 6), name.display()));
    }
    let own: Vec<f64> = rows.iter().map(|row| row.wavelength_angstrom).collect();
    let line = |row: &SpectrumRow| SpectralLine {
        wavelength: angstrom(row.wavelength_angstrom),
        weight: row.weight,
    };
    beam.spectrum = Some(rows.iter().map(line).collect());
    other_wavelength(draft, args, &name, &own);
    draft.setup.inputs.push(path);
    Ok(())
}

/// Cosine of the largest angle between a source and where the beam comes from: those of a diverging beam are within a few degrees.
const FAR_SOURCE: f64 = 0.866;

/// The first source that the beam does not come from.
fn far_source(file: &Path, rows: &[SourceRow], beam: &Vector3<f64>) -> Option<nanobragg_io::Warning> {
    let off = |row: &SourceRow| {
        let place = Vector3::new(row.x?, row.y?, row.z?);
        let cosine = -place.dot(beam) / (place.norm() * beam.norm());
        (cosine < FAR_SOURCE).then(|| (place, cosine.clamp(-1.0, 1.0).acos().to_degrees()))
    };
    let (place, off_deg) = rows.iter().find_map(off)?;
    let found = spaced_to(place.as_slice(), 6);
    let assumed = format!("{} degrees from where the beam comes from; used as it stands", g(off_deg, 4));
    Some(nanobragg_io::Warning::new(WarningKind::FarSource, file, "source", found, assumed))
}

/// What a file's wavelengths may be off that of a flag, which headers and a matrix take: relative.
const SAME_WAVELENGTH: f64 = 0.01;

/// Says so where the wavelength of a flag is none of those of a file, in Å, which are rendered.
fn other_wavelength(draft: &mut Draft, args: &ParsedArgs, file: &Path, own: &[f64]) {
    let Some(said) = args.last(FlagId::Lambda).or(args.last(FlagId::Energy)) else { return };
    let [from, to] =
        [own.iter().copied().fold(f64::INFINITY, f64::min), own.iter().copied().fold(0.0, f64::max)];
    let flag = draft.beam.wavelength * 1e10;
    let is_within = flag >= from * (1.0 - SAME_WAVELENGTH) && flag <= to * (1.0 + SAME_WAVELENGTH);
    if !own.is_empty() && !is_within && classic::preset(args) != Preset::Reference {
        let (said, file) = (said.said(), file.to_owned());
        draft.setup.warnings.push(CombinationWarning::OtherWavelength { said, file, from, to }.into());
    }
}

fn structure_factors(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    let dump = context.path(&draft.dump);
    let default_f = draft.default_f;
    let (name, path, table) = if let Some(name) = draft.hkl.clone() {
        let path = context.path(&name);
        let (table, cell) = reflections::table(draft, args, &path)?;
        if let Some(cell) = cell {
            // Flags and orientations come before it.
            let counts = draft.crystal.cell.is_none() && draft.crystal.matrix.is_none();
            let doubt = pdb::unlikely_cell(&name, cell).filter(|_| counts);
            draft.setup.warnings.extend(doubt.map(Warning::from));
            draft.setup.warnings.extend(cells::ignored(draft, args, &name, cell).map(Warning::from));
            cell_from_file(draft, cell, &name.display().to_string());
        }
        if draft.writes_dump {
            draft.setup.outputs.dump = DumpAction::Write(draft.dump.clone());
        }
        (name, path, table)
    } else if reads_dump(draft, args) && dump.exists() {
        let (table, negative) = reflections::from_dump(&dump, default_f)?;
        draft.setup.warnings.extend(negative.map(Warning::from));
        if !args.has(FlagId::Dump) && classic::preset(args) != Preset::Reference {
            let file = draft.dump.clone();
            draft.setup.warnings.push(CrystalWarning::EarlierRun { file }.into());
        }
        (draft.dump.clone(), dump, table)
    } else if gives_f(draft, args) {
        if default_f == 0.0 && !context.brings_table {
            draft.setup.warnings.push(FlagWarning::ZeroAmplitudes.into());
        }
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

/// Whether `-default_F` says what the structure factors are. To the C program 0 says nothing.
fn gives_f(draft: &Draft, args: &ParsedArgs) -> bool {
    draft.default_f != 0.0 || args.has(FlagId::DefaultF) && classic::preset(args) != Preset::Reference
}

/// Whether structure factors that an earlier run left are taken. What nobody named may be stale: it is not taken in place
/// of what the flags say, unless they ask for the C program's numbers.
fn reads_dump(draft: &Draft, args: &ParsedArgs) -> bool {
    let wanted =
        args.has(FlagId::Dump) || !gives_f(draft, args) || classic::preset(args) == Preset::Reference;
    draft.reads_dump && wanted
}
