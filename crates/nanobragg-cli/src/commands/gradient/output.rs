//! Derivatives as files.

use std::path::{Path, PathBuf};

use nanobragg::gradient::Columns;
use nanobragg_compare::{Format, Image, picture};
use nanobragg_io::atomic::write_atomic;
use nanobragg_io::nexus::{NamedImage, write_named_images};
use nanobragg_io::npy::write_npy_doubles;
use nanobragg_session::{Emptiness, Warning};
use serde_json::{Value, json};

use super::Task;
use super::columns::{computed, idle};
use super::course::Course;
use super::target::{self, Kind, Target};
use crate::usage::UsageError;
use crate::wanted::Wanted;

/// Computes the derivative images of all panels, writes them to each target, and says what is odd about them.
pub fn write_all(task: &Task, course: &Course<'_>, targets: &[Target]) -> anyhow::Result<()> {
    let columns = computed(task, course)?;
    if columns.iter().flat_map(|panel| &panel.photons).all(|&photons| photons == 0.0) {
        let why = task.plans.first().and_then(Emptiness::of);
        task.console.warn_all(&why.map(Warning::Empty));
    } else if let Some(idle) = idle(&task.wanted, &columns) {
        task.console.say(&format!("no pixel changes with {idle}"));
    }
    for Target { path, kind } in targets {
        for file in write(path, *kind, &task.wanted, &columns)? {
            task.console.say(&format!("wrote {}", file.display()));
        }
    }
    Ok(())
}

/// Writes the derivative images of all panels to one target, and names the files that made.
fn write(path: &Path, kind: Kind, wanted: &[Wanted], panels: &[Columns]) -> anyhow::Result<Vec<PathBuf>> {
    match kind {
        Kind::Npy | Kind::Hdf5 => arrays(path, kind, wanted, panels),
        Kind::Png => pictures(path, wanted, panels),
        Kind::Json | Kind::Hkl => Ok(Vec::new()),
    }
}

fn arrays(path: &Path, kind: Kind, wanted: &[Wanted], panels: &[Columns]) -> anyhow::Result<Vec<PathBuf>> {
    let size = |columns: &Columns| (columns.photons.len() / columns.fast.max(1), columns.fast);
    let (slow, fast) = panels.first().map(size).unwrap_or_default();
    if panels.iter().any(|panel| size(panel) != (slow, fast)) {
        return Err(UsageError(
            "gradient: panels of different sizes make no array; -panel N chooses one".to_owned(),
        )
        .into());
    }
    let axes = |mut axes: Vec<usize>| {
        if panels.len() > 1 {
            axes.push(panels.len());
        }
        axes.extend([slow, fast]);
        axes
    };
    let pieces: Vec<&[f64]> = (0..wanted.len())
        .flat_map(|number| panels.iter().map(move |panel| panel.columns[number].as_slice()))
        .collect();
    if kind == Kind::Hdf5 {
        let images: Vec<NamedImage<'_>> = wanted
            .iter()
            .zip(pieces.chunks(panels.len().max(1)))
            .map(|(wanted, pieces)| {
                let value = wanted.value.unwrap_or(f64::NAN);
                NamedImage { name: &wanted.name, unit: wanted.unit, value, pieces }
            })
            .collect();
        write_named_images(path, "derivatives", &axes(Vec::new()), &images)?;
        return Ok(vec![path.to_owned()]);
    }
    let shape = axes(vec![wanted.len()]);
    write_npy_doubles(path, &shape, &pieces)?;
    let order = if panels.len() > 1 {
        ["parameter", "panel", "slow", "fast"].to_vec()
    } else {
        ["parameter", "slow", "fast"].to_vec()
    };
    let parameters: Vec<Value> = wanted.iter().map(described).collect();
    let text = json!({ "array": path.file_name().map(|name| name.to_string_lossy()), "shape": shape, "axes": order,
        "of": "photons", "per": "unit", "parameters": parameters });
    let names = target::names(path);
    write_atomic(&names, |out| out.write_all(format!("{text:#}\n").as_bytes()))?;
    Ok(vec![path.to_owned(), names])
}

fn described(wanted: &Wanted) -> Value {
    json!({ "name": wanted.name, "unit": wanted.unit, "value": wanted.value })
}

fn pictures(path: &Path, wanted: &[Wanted], panels: &[Columns]) -> anyhow::Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (number, wanted) in wanted.iter().enumerate() {
        for (panel, columns) in panels.iter().enumerate() {
            let pixels = columns.columns[number].clone();
            let slow = pixels.len() / columns.fast.max(1);
            let image = Image { slow, fast: columns.fast, pixels, format: Format::Npy };
            let bytes = picture::signed(&image)?;
            let file = target::picture(path, wanted, panel, panels.len());
            write_atomic(&file, |out| out.write_all(&bytes))?;
            written.push(file);
        }
    }
    Ok(written)
}
