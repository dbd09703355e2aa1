//! Cases of the fixtures folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use nanobragg::plan::Plan;
use nanobragg_config::{Context, Setup, classic, resolve};

/// Why a case cannot be run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestError {
    /// A file is missing or wrong.
    #[error("{}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: std::io::Error,
    },
    /// A flag is wrong, or the flags do not make an experiment.
    #[error(transparent)]
    Config(#[from] nanobragg_config::Error),
    /// The experiment cannot be planned.
    #[error(transparent)]
    Plan(#[from] nanobragg::Error),
    /// A recorded image is missing or wrong.
    #[error(transparent)]
    Image(#[from] nanobragg_io::Error),
}

/// A folder with flags, inputs, and what the reference program made of them.
#[derive(Clone, Debug)]
pub struct Case {
    /// Name of the folder.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// Flags.
    pub args: Vec<String>,
}

/// The workspace's `fixtures` folder.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// The PyTorch port's data files (`A.mat`, `scaled.hkl`), which are not part of the project: the folder that
/// `NANOBRAGG_UPSTREAM` names, or `shared/reference/upstream` beside the workspace; `None` without it.
pub fn upstream() -> Option<PathBuf> {
    let folder = match std::env::var_os("NANOBRAGG_UPSTREAM") {
        Some(folder) => PathBuf::from(folder),
        None => fixtures().join("../../shared/reference/upstream"),
    };
    folder.join("scaled.hkl").exists().then_some(folder)
}

/// All cases, by name.
///
/// # Errors
/// A folder without readable flags.
pub fn cases() -> Result<Vec<Case>, TestError> {
    let root = fixtures().join("cases");
    let entries = std::fs::read_dir(&root).map_err(|source| TestError::Read { path: root, source })?;
    let mut folders: Vec<PathBuf> =
        entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders.into_iter().map(Case::read).collect()
}

/// The case called `name`.
///
/// # Errors
/// As [`cases`].
pub fn case(name: &str) -> Result<Case, TestError> {
    Case::read(fixtures().join("cases").join(name))
}

impl Case {
    /// The case in `folder`.
    ///
    /// # Errors
    /// Flags that cannot be read.
    pub fn read(folder: PathBuf) -> Result<Case, TestError> {
        let path = folder.join("args.txt");
        let text = std::fs::read_to_string(&path).map_err(|source| TestError::Read { path, source })?;
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Case { name, folder, args: text.split_whitespace().map(String::from).collect() })
    }

    /// What the flags and `extra` ones describe, inputs taken from the case's folder.
    ///
    /// # Errors
    /// Those of the parser and the resolution.
    pub fn setup(&self, extra: &[&str]) -> Result<Setup, TestError> {
        let args = self.args.iter().map(String::as_str).chain(extra.iter().copied());
        let parsed = classic::parse(args.map(OsString::from))?;
        let context = Context { directory: self.folder.clone(), ..Context::default() };
        Ok(resolve(&parsed, &context)?)
    }

    /// The plan of the flags and `extra` ones.
    ///
    /// # Errors
    /// Those of [`Self::setup`] and of planning.
    pub fn plan(&self, extra: &[&str]) -> Result<Plan, TestError> {
        Ok(self.setup(extra)?.experiment.plan()?)
    }

    /// The reference program's float image.
    ///
    /// # Errors
    /// A file that is missing or of another size.
    pub fn float(&self, pixels: usize) -> Result<Vec<f32>, TestError> {
        Ok(nanobragg_io::float::read_float(&self.folder.join("float.bin"), pixels)?)
    }

    /// A text file of the case, if it has it.
    pub fn text(&self, name: &str) -> Option<String> {
        std::fs::read_to_string(self.folder.join(name)).ok()
    }
}
