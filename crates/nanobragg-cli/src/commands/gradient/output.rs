//! Derivatives as files.

use std::path::{Path, PathBuf};

use nanobragg::gradient::{Columns, Derivatives};
use nanobragg_compare::{Format, Image, picture};
use nanobragg_io::atomic::write_atomic;
use nanobragg_io::nexus::{NamedImage, write_named_images};
use nanobragg_io::npy::write_npy_doubles;
use serde_json::{Value, json};

use super::course::Course;
use super::target::{self, Kind};
use super::{Task, refused};
use crate::usage::UsageError;
use crate::wanted::Wanted;

/// Derivative images of each panel, per unit of what is wanted.
pub fn columns(task: &Task, course: &Course<'_>) -> anyhow::Result<Vec<Columns>> {
    let mut columns = Vec::new();
    for (panel, plan) in task.plans.iter().enumerate() {
        let derivatives = Derivatives::new(plan, &task.parameters()).map_err(|error| refused(&error))?;
        let mut of_panel = course.watch(task, |control| derivatives.columns(course.backend(), control))?;
        for (column, wanted) in of_panel.columns.iter_mut().zip(&task.wanted) {
            let factor = wanted.factor_in(panel);
            column.iter_mut().for_each(|slope| *slope *= factor);
        }
        if !task.job.compute.allow_nonfinite {
            check_finite(task, &of_panel)?;
        }
        columns.push(of_panel);
    }
    Ok(columns)
}

/// The names of what no pixel changes with, if there are such.
pub fn idle(wanted: &[Wanted], panels: &[Columns]) -> Option<String> {
    let is_zero = |number: usize| {
        let columns = panels.iter().filter_map(|panel| panel.columns.get(number));
        columns.flatten().all(|&slope| slope == 0.0)
    };
    let idle = wanted.iter().enumerate().filter(|(number, _)| is_zero(*number));
    let names: Vec<&str> = idle.map(|(_, wanted)| wanted.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Refuses derivatives that are not finite.
fn check_finite(task: &Task, columns: &Columns) -> anyhow::Result<()> {
    for (column, wanted) in columns.columns.iter().zip(&task.wanted) {
        let wrong = |slope: &&f64| !slope.is_finite();
        if let Some(at) = column.iter().position(|slope| !slope.is_finite()) {
            let (count, name) = (column.iter().filter(wrong).count(), &wanted.name);
            let (slow, fast) = (at / columns.fast.max(1), at % columns.fast.max(1));
            anyhow::bail!(
                "{count} pixels have derivatives with respect to {name} that are not finite, the first at fast {fast}, slow {slow}; nothing is written without -allow_nonfinite"
            );
        }
    }
    Ok(())
}

/// Writes the derivative images of all panels, and says which files that made.
pub fn write(path: &Path, kind: Kind, wanted: &[Wanted], panels: &[Columns]) -> anyhow::Result<Vec<PathBuf>> {
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
