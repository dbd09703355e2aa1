//! Where derivatives go, before there are any.

use std::path::{Path, PathBuf};

use nanobragg_io::atomic::check_file;
use nanobragg_session::check_place;

use super::arguments::Arguments;
use super::{Task, usage};
use crate::inputs::spare;
use crate::usage::UsageError;
use crate::wanted::Wanted;

/// What a file holds, by its extension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Derivative images.
    Npy,
    /// The same in an HDF5 file.
    Hdf5,
    /// Pictures of them.
    Png,
    /// The gradient of a cotangent.
    Json,
    /// That by structure factors as text.
    Hkl,
}

impl Kind {
    /// What the extension of `path` stands for.
    ///
    /// # Errors
    /// Another extension than those known.
    pub fn of(path: &Path) -> Result<Kind, UsageError> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("npy") => Ok(Kind::Npy),
            Some("h5" | "hdf5") => Ok(Kind::Hdf5),
            Some("png") => Ok(Kind::Png),
            Some("json") => Ok(Kind::Json),
            Some("hkl") => Ok(Kind::Hkl),
            _ => Err(UsageError(format!(
                "gradient: -o {} should end in .npy, .h5, .png, .json or .hkl",
                path.display()
            ))),
        }
    }
}

impl Kind {
    /// Whether it holds derivative images, and not the gradient of a cotangent.
    pub fn has_images(self) -> bool {
        !matches!(self, Kind::Json | Kind::Hkl)
    }
}

/// A file that is asked for.
pub struct Target {
    pub path: PathBuf,
    pub kind: Kind,
}

impl Target {
    /// What the arguments ask for.
    ///
    /// # Errors
    /// A file that holds nothing that is asked for, that replaces an input or another one, or that cannot be written.
    pub fn all(arguments: &Arguments, task: &Task) -> anyhow::Result<Vec<Target>> {
        let mut targets = Vec::new();
        for path in &arguments.outputs {
            let kind = Kind::of(path)?;
            if arguments.cotangent.is_none() && kind == Kind::Json {
                let text =
                    "-o FILE.json is for the gradient for -cotangent FILE; derivative images go to FILE.npy";
                return Err(usage(text));
            }
            if !arguments.amplitudes && kind == Kind::Hkl {
                return Err(usage(
                    "-o FILE.hkl is for the gradient with respect to structure factors, -wrt F",
                ));
            }
            if arguments.wrt.is_empty() && kind.has_images() {
                return Err(usage("-wrt F has no derivative images; name reflections, F_H_K_L"));
            }
            targets.push(Target { path: path.clone(), kind });
        }
        let files = |target: &Target| target.files(&task.wanted, task.plans.len());
        let described = task.job.outputs.iter().map(|output| output.path.clone());
        let all: Vec<PathBuf> = described.chain(targets.iter().flat_map(files)).collect();
        spare(&task.inputs, "gradient", all.iter().cloned())?;
        all.iter().try_for_each(|path| check_place(path))?;
        all.iter().try_for_each(|path| check_file(path))?;
        Ok(targets)
    }

    /// The files that it becomes.
    fn files(&self, wanted: &[Wanted], panels: usize) -> Vec<PathBuf> {
        match self.kind {
            Kind::Npy => vec![self.path.clone(), names(&self.path)],
            Kind::Hdf5 | Kind::Json | Kind::Hkl => vec![self.path.clone()],
            Kind::Png => wanted
                .iter()
                .flat_map(|wanted| (0..panels).map(|panel| picture(&self.path, wanted, panel, panels)))
                .collect(),
        }
    }
}

/// The file beside an array that names what is in it.
pub fn names(array: &Path) -> PathBuf {
    array.with_extension("json")
}

/// The picture of a parameter in one of so many panels.
pub fn picture(path: &Path, wanted: &Wanted, panel: usize, panels: usize) -> PathBuf {
    let panel = if panels > 1 { format!("_panel{panel}") } else { String::new() };
    beside(path, &format!("_{}{panel}", wanted.name))
}

/// `path` with `more` before its extension.
fn beside(path: &Path, more: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(more);
    name.push(".png");
    path.with_file_name(name)
}
