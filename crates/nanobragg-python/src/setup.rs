//! An experiment that is resolved.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nanobragg::model::{Experiment, Lattice};
use nanobragg::nalgebra::Matrix3;
use nanobragg_config::classic::{self, FlagId, ParsedArgs};
use nanobragg_config::{Context, CrystalWarning, Origin, Warning, experiment_file, provenance, resolve};
use nanobragg_io::cell::cell_of_rows;
use nanobragg_session::Provenance;
use numpy::{PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;

use crate::device::Told;
use crate::{arrays, failure, keywords};

/// An experiment that is resolved: flags are read, and the files that they name.
#[pyclass(frozen, module = "nanobragg._native")]
pub struct Setup {
    resolved: Arc<Resolved>,
}

/// What a description comes to.
pub struct Resolved {
    /// The experiment and what is to be done with it.
    pub setup: nanobragg_config::Setup,
    /// The flags.
    pub args: ParsedArgs,
    /// What headers of images say of it.
    pub provenance: Provenance,
}

#[pymethods]
impl Setup {
    /// Resolves the flags `words`, after those of an experiment file given by path and text. Relative paths start from
    /// `directory`. Arrays take the place of files.
    #[new]
    #[pyo3(signature = (words, directory, document=None, structure_factors=None, matrix=None, mask=None, sources=None))]
    fn new(
        py: Python<'_>,
        words: Vec<OsString>,
        directory: PathBuf,
        document: Option<(PathBuf, String)>,
        structure_factors: Option<(PyReadonlyArray2<'_, i32>, PyReadonlyArray1<'_, f64>)>,
        matrix: Option<[[f64; 3]; 3]>,
        mask: Option<PyReadonlyArray2<'_, bool>>,
        sources: Option<PyReadonlyArray2<'_, f64>>,
    ) -> PyResult<Self> {
        let failed = |error: nanobragg_config::Error| failure::of_config(&error);
        let args = parsed(words, document).map_err(failed)?;
        let stand_ins = stand_ins(&args, structure_factors.is_some(), matrix.is_some());
        let arrays = [
            ("structure_factors", structure_factors.is_some()),
            ("matrix", matrix.is_some()),
            ("keep", mask.is_some()),
            ("sources", sources.is_some()),
        ];
        let arrays: Vec<String> =
            arrays.into_iter().filter(|(_, given)| *given).map(|(name, _)| format!("{name}=array")).collect();
        let context = Context { directory, brings_table: structure_factors.is_some(), ..Context::default() };
        let resolved = py.detach(|| {
            let mut complete = classic::parse(stand_ins)?;
            complete.extend(args.clone());
            resolve(&complete, &context)
        });
        let mut setup = resolved.map_err(failed)?;
        let experiment = &mut setup.experiment;
        let failed = |error: nanobragg::Error| failure::of_library(&error);
        if let Some((indices, amplitudes)) = structure_factors {
            let default_f = args.number(FlagId::DefaultF).unwrap_or(0.0);
            experiment.structure_factors = arrays::structure_factors(&indices, &amplitudes, default_f)?;
        }
        if let Some(matrix) = matrix {
            let star = Matrix3::from_fn(|row, column| matrix[row][column]);
            let matrix = arrays::orientation(matrix, experiment.beam.wavelength())?;
            let own = args.has(FlagId::Cell);
            if !own {
                // The flag stood for the array.
                setup.origins.note(FlagId::Cell, Origin::Derived);
            }
            setup.warnings.extend(of_matrix(&star, &args));
            let lattice = experiment.crystal.lattice();
            let lattice = if own { lattice.oriented(matrix) } else { Lattice::Matrix(matrix) };
            experiment.crystal = experiment.crystal.with_lattice(lattice);
        }
        if let Some(mask) = mask {
            experiment.rendering.mask = Some(arrays::mask(&mask));
        }
        if let Some(rows) = sources {
            experiment.beam = experiment.beam.clone().with_sources(arrays::sources(&rows)).map_err(failed)?;
        }
        // Without the flags that stand for arrays.
        let mut provenance = provenance(&args, &setup.experiment);
        provenance.flags.extend(arrays);
        Ok(Setup { resolved: Arc::new(Resolved { setup, args, provenance }) })
    }

    /// What the user should know about inputs and flags: code and text of each.
    #[getter]
    fn warnings(&self) -> Vec<Told> {
        self.resolved.setup.warnings.iter().map(|warning| (warning.code(), warning.to_string())).collect()
    }

    /// Whether flags, keywords or an experiment file say what a keyword does.
    fn says(&self, name: &str) -> bool {
        keywords::find(name).is_some_and(|flag| self.resolved.args.has(flag.id))
    }

    /// Whether a warning is an error.
    #[getter]
    fn strict(&self) -> bool {
        self.resolved.args.has(FlagId::Strict)
    }

    /// What was read, one line each.
    #[getter]
    fn notes(&self) -> Vec<String> {
        self.resolved.setup.notes.clone()
    }

    /// The flags as an experiment file.
    fn toml(&self) -> PyResult<String> {
        experiment_file::write(&self.resolved.args).map_err(|error| failure::of_config(&error))
    }
}

impl Setup {
    /// What the description comes to.
    pub fn resolved(&self) -> Arc<Resolved> {
        Arc::clone(&self.resolved)
    }
}

impl Resolved {
    /// The experiment of each image: one for each panel.
    pub fn experiments(&self) -> Vec<Experiment> {
        self.setup.clone().into_job().experiments().collect()
    }
}

fn parsed(
    words: Vec<OsString>,
    document: Option<(PathBuf, String)>,
) -> Result<ParsedArgs, nanobragg_config::Error> {
    let mut args = match document {
        Some((path, text)) => experiment_file::parse(&path, &text)?,
        None => ParsedArgs::default(),
    };
    args.extend(classic::parse(words)?);
    Ok(args)
}

/// What is odd about a matrix of reciprocal axes in columns, in 1/Å: a left hand, another cell than the one that counts beside it.
fn of_matrix(star: &Matrix3<f64>, args: &ParsedArgs) -> Vec<Warning> {
    let file = Path::new("matrix");
    let given = args.last(FlagId::Cell).map(|cell| {
        let numbers = cell.values.numbers();
        std::array::from_fn(|at| numbers.get(at).copied().unwrap_or(90.0))
    });
    let own = star.try_inverse().map(|axes| cell_of_rows(&axes));
    let other = own.zip(given).and_then(|(own, given)| CrystalWarning::cell_over(file, own, given));
    CrystalWarning::left_handed(file, star).into_iter().chain(other).map(Warning::from).collect()
}

/// Flags in the place of what arrays are going to say, without which nothing is resolved; and one against files that
/// nobody named.
fn stand_ins(args: &ParsedArgs, structure_factors: bool, matrix: bool) -> Vec<OsString> {
    let mut words: Vec<&str> = Vec::new();
    if !args.has(FlagId::Dump) {
        words.push("-nodump");
    }
    if structure_factors && !args.has(FlagId::DefaultF) {
        words.extend(["-default_F", "1"]);
    }
    if matrix && !args.has(FlagId::Cell) {
        words.extend(["-cell", "100", "100", "100", "90", "90", "90"]);
    }
    words.into_iter().map(OsString::from).collect()
}
