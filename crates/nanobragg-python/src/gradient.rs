//! Derivatives of pixels.

use std::sync::Arc;

use nanobragg::backend::{Control, Differentiate};
use nanobragg::gradient::{
    AmplitudeDerivatives, AmplitudeSet, Derivatives, Parameter, PixelSet, Pulled, Refusal, Weighed,
};
use nanobragg::plan::Plan;
use nanobragg_session::Error;
use numpy::ndarray::ArrayView2;
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray2};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::device::{Told, heard};
use crate::renderer::{Renderer, Wanted};
use crate::wait::{Talk, wait};
use crate::{failure, pool};

/// An array of doubles.
type Plane<'py> = Bound<'py, PyArray2<f64>>;

/// A row of doubles.
type Row<'py> = Bound<'py, PyArray1<f64>>;

/// Derivatives by parameters; Miller indices, amplitudes and derivatives by these.
type Amplitudes<'py> = (Row<'py>, Bound<'py, PyArray2<i32>>, Row<'py>, Row<'py>);

/// JᵀWJ, JᵀWr, Σ w r² and the number of pixels.
type Normal<'py> = (Plane<'py>, Row<'py>, f64, usize);

/// The parameters that `names` stand for where a renderer renders, with their units.
#[pyfunction]
pub fn parameters(renderer: &Renderer, names: Vec<String>) -> PyResult<Vec<(String, &'static str)>> {
    let plan = one_panel(renderer)?;
    Ok(found(&names, plan)?
        .into_iter()
        .map(|parameter| (parameter.name(), parameter.unit().symbol()))
        .collect())
}

/// The photons of each pixel, and the derivative image of each parameter.
#[pyfunction]
pub fn columns<'py>(
    py: Python<'py>,
    renderer: &Renderer,
    names: Vec<String>,
    wanted: Wanted<'_>,
) -> PyResult<(Plane<'py>, Vec<Plane<'py>>)> {
    let made = differentiate(py, renderer, &names, wanted, |derivatives, backend, control| {
        derivatives.columns(backend, control)
    })?;
    let slow = made.photons.len() / made.fast.max(1);
    let plane = |pixels: Vec<f64>| PyArray1::from_vec(py, pixels).reshape([slow, made.fast]);
    let columns = made.columns.into_iter().map(plane).collect::<PyResult<_>>()?;
    Ok((plane(made.photons)?, columns))
}

/// Photons of listed pixels, given as slow and fast, and their derivatives, shape (parameters, pixels), at the cost of these pixels.
#[pyfunction]
pub fn rows<'py>(
    py: Python<'py>,
    renderer: &Renderer,
    names: Vec<String>,
    pixels: PyReadonlyArray2<'py, u32>,
    wanted: Wanted<'_>,
) -> PyResult<(Row<'py>, Plane<'py>)> {
    let count = found(&names, one_panel(renderer)?)?.len();
    let pixels: Vec<[u32; 2]> = pixels.as_array().rows().into_iter().map(|row| [row[0], row[1]]).collect();
    let made = differentiate(py, renderer, &names, wanted, |derivatives, backend, control| {
        derivatives.rows(backend, &pixels, control)
    })?;
    let by_parameter = (0..count).flat_map(|number| made.rows.iter().filter_map(move |row| row.get(number)));
    let slopes = PyArray1::from_iter(py, by_parameter.copied()).reshape([count, pixels.len()])?;
    Ok((PyArray1::from_vec(py, made.photons), slopes))
}

/// The derivative of Σ y I by each parameter, for a cotangent y of the image's shape.
#[pyfunction]
pub fn pull_back<'py>(
    py: Python<'py>,
    renderer: &Renderer,
    names: Vec<String>,
    cotangent: PyReadonlyArray2<'py, f64>,
    wanted: Wanted<'_>,
) -> PyResult<Row<'py>> {
    let cotangent: Vec<f64> = cotangent.as_array().iter().copied().collect();
    let made = differentiate(py, renderer, &names, wanted, |derivatives, backend, control| {
        derivatives.pull_back(backend, &cotangent, control)
    })?;
    Ok(PyArray1::from_vec(py, made))
}

/// The derivatives of Σ y I by each parameter and by all structure factors, for a cotangent y of the image's shape: those of the
/// parameters, and Miller indices, amplitude (electrons) and derivative of each reflection of `indices`, or of each that photons come
/// from.
#[pyfunction]
pub fn pull_back_amplitudes<'py>(
    py: Python<'py>,
    renderer: &Renderer,
    names: Vec<String>,
    cotangent: PyReadonlyArray2<'py, f64>,
    indices: Option<PyReadonlyArray2<'py, i32>>,
    on: Wanted<'_>,
) -> PyResult<Amplitudes<'py>> {
    let plan = one_panel(renderer)?;
    let parameters = found(&names, plan)?;
    let cotangent: Vec<f64> = cotangent.as_array().iter().copied().collect();
    let factors = &plan.structure_factors;
    let made = stoppable(py, renderer, on, |backend, control| {
        let Some(set) = AmplitudeSet::each(factors) else { return Ok(None) };
        let derivatives = AmplitudeDerivatives::new(plan, &parameters, &set)?;
        Ok(Some(derivatives.pull_back(backend, &cotangent, control).map(|pulled| (set, pulled))))
    })?;
    let Some(pulled) = made else {
        let text = "all structure factors are the same number, default_F; give reflections";
        return Err(failure::exception("gradient.refused", text));
    };
    let (set, Pulled { parameters, amplitudes }) = pulled.map_err(|error| failure::of_library(&error))?;
    let slope = |node| set.number(node).and_then(|number| amplitudes.get(number)).copied().unwrap_or(0.0);
    let rows: Vec<[i32; 3]> = match &indices {
        Some(indices) => indices.as_array().rows().into_iter().map(|row| [row[0], row[1], row[2]]).collect(),
        None => set.nodes().iter().copied().filter(|&node| slope(node) != 0.0).collect(),
    };
    Ok((
        PyArray1::from_vec(py, parameters),
        PyArray1::from_iter(py, rows.iter().flatten().copied()).reshape([rows.len(), 3])?,
        PyArray1::from_iter(py, rows.iter().map(|&node| factors.nearest(node))),
        PyArray1::from_iter(py, rows.iter().map(|&node| slope(node))),
    ))
}

/// The normal equations of the residuals measured - photons, with these weights.
#[pyfunction]
pub fn normal<'py>(
    py: Python<'py>,
    renderer: &Renderer,
    names: Vec<String>,
    measured: PyReadonlyArray2<'py, f64>,
    weights: PyReadonlyArray2<'py, f64>,
    wanted: Wanted<'_>,
) -> PyResult<Normal<'py>> {
    let (measured, weights) = (measured.as_array().to_owned(), weights.as_array().to_owned());
    let at = |array: ArrayView2<'_, f64>, [slow, fast]: [u32; 2]| {
        array.get([slow as usize, fast as usize]).copied().unwrap_or(0.0)
    };
    let weigh = |pixel: [u32; 2], photons: f64| Weighed {
        weight: at(weights.view(), pixel),
        residual: at(measured.view(), pixel) - photons,
    };
    let made = differentiate(py, renderer, &names, wanted, |derivatives, backend, control| {
        derivatives.normal(backend, PixelSet::All, &weigh, control)
    })?;
    let size = made.vector.len();
    // Symmetric: columns are rows.
    let matrix = PyArray1::from_slice(py, made.matrix.as_slice()).reshape([size, size])?;
    Ok((matrix, PyArray1::from_slice(py, made.vector.as_slice()), made.residuals, made.pixels))
}

/// What `work` makes of the derivatives by the parameters that `names` stand for.
fn differentiate<T: Send>(
    py: Python<'_>,
    renderer: &Renderer,
    names: &[String],
    wanted: Wanted<'_>,
    work: impl FnOnce(&Derivatives<'_>, &dyn Differentiate, &Control<'_>) -> Result<T, nanobragg::Error> + Send,
) -> PyResult<T> {
    let plan = one_panel(renderer)?;
    let parameters = found(names, plan)?;
    let made = stoppable(py, renderer, wanted, |backend, control| {
        Ok(work(&Derivatives::new(plan, &parameters)?, backend, control))
    })?;
    made.map_err(|error| failure::of_library(&error))
}

/// What `work` makes of what is `wanted`, in its pool of threads, while signals are answered.
fn stoppable<T: Send>(
    py: Python<'_>,
    renderer: &Renderer,
    wanted: Wanted<'_>,
    work: impl FnOnce(&dyn Differentiate, &Control<'_>) -> Result<T, Refusal> + Send,
) -> PyResult<T> {
    let (backend, compute) = renderer.open_for_derivatives(py, wanted)?;
    let talk = Talk::default();
    let pool = pool::pool(compute.threads).map_err(|error: Error| failure::of_session(&error))?;
    let made = wait(py, &pool, &talk, None, || {
        work(backend.as_ref(), &Control { progress: None, cancel: Some(&talk.stop) })
    })?;
    made.map_err(|refusal| failure::exception("gradient.refused", &refusal.to_string()))
}

/// What devices have warned of on this thread since it was last asked: code and text of each.
#[pyfunction]
pub fn device_warnings() -> Vec<Told> {
    heard()
}

fn one_panel(renderer: &Renderer) -> PyResult<&Arc<Plan>> {
    match renderer.plans() {
        [plan] => Ok(plan),
        _ => Err(PyValueError::new_err("derivatives are those of one panel; panel=N chooses one")),
    }
}

fn found(names: &[String], plan: &Plan) -> PyResult<Vec<Parameter>> {
    let mut all = Vec::new();
    for name in names {
        let known = Parameter::named_in(name, plan).ok_or_else(|| {
            let known = Parameter::names().join(", ");
            failure::exception("gradient.unknown", &format!("no parameter {name:?}; there are {known}"))
        })?;
        all.extend(known);
    }
    Ok(all)
}
