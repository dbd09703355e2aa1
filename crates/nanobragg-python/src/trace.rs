//! Traces of pixels as dictionaries.

use nanobragg::trace::{Grid, PhiStep, PixelTrace, Quantity, Unit, Value};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// `trace` as a dictionary: the quantities by their names, each with value, unit and meaning, and the phi steps.
pub fn dictionary<'py>(py: Python<'py>, trace: &PixelTrace) -> PyResult<Bound<'py, PyDict>> {
    let quantities = PyDict::new(py);
    let steps = PyList::empty(py);
    let cells = PyList::empty(py);
    for (quantity, value) in trace.entries() {
        match value {
            Value::PhiStep(step) => steps.append(phi_step(py, step)?)?,
            Value::RotatedCell(cell) => {
                let row = PyDict::new(py);
                row.set_item("step", cell.number)?;
                row.set_item("y_angstrom", cell.y_angstrom)?;
                cells.append(row)?;
            }
            value => quantities.set_item(quantity.key(), described(py, *quantity, value)?)?,
        }
    }
    let all = PyDict::new(py);
    all.set_item("slow", trace.slow())?;
    all.set_item("fast", trace.fast())?;
    all.set_item("photons", trace.scalar(Quantity::Photons))?;
    all.set_item("quantities", quantities)?;
    all.set_item("phi_steps", steps)?;
    if !cells.is_empty() {
        all.set_item("rotated_cells", cells)?;
    }
    Ok(all)
}

fn described<'py>(py: Python<'py>, quantity: Quantity, value: &Value) -> PyResult<Bound<'py, PyDict>> {
    let row = PyDict::new(py);
    match value {
        Value::Scalar(number) => row.set_item("value", number)?,
        Value::Vector(vector) | Value::Indices(vector) => row.set_item("value", vector)?,
        Value::WholeIndices(indices) => row.set_item("value", indices)?,
        Value::Switch(on) => row.set_item("value", on)?,
        Value::Grid(grid) => {
            let Grid { values, origin } = **grid;
            row.set_item("value", values.map(|plane| plane.map(|line| line.to_vec()).to_vec()).to_vec())?;
            row.set_item("origin", origin)?;
        }
        _ => row.set_item("value", py.None())?,
    }
    let unit = quantity.unit();
    row.set_item("unit", if unit == Unit::Switch { "" } else { unit.symbol() })?;
    row.set_item("meaning", quantity.meaning())?;
    Ok(row)
}

fn phi_step<'py>(py: Python<'py>, step: &PhiStep) -> PyResult<Bound<'py, PyDict>> {
    let row = PyDict::new(py);
    row.set_item("step", step.number)?;
    row.set_item("phi_deg", step.phi_deg)?;
    row.set_item("k", step.k)?;
    row.set_item("F_latt_b", step.f_latt_b)?;
    row.set_item("F_latt", step.f_latt)?;
    row.set_item("scattering_per_angstrom", step.scattering_per_angstrom)?;
    row.set_item("star_y_per_angstrom", step.star_y_per_angstrom)?;
    row.set_item("volume_cubic_angstrom", step.volume_cubic_angstrom)?;
    if let Some(term) = step.term {
        row.set_item("source", term.source)?;
        row.set_item("subpixel", term.subpixel)?;
        row.set_item("layer", term.layer)?;
        row.set_item("domain", term.domain)?;
    }
    Ok(row)
}
