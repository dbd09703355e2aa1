//! Arrays of numpy as what the libraries take.

use nanobragg::image::Image;
use nanobragg::model::{IndexBox, Mask, MosflmMatrix, Reflection, Source, StructureFactors};
use numpy::{PyArray1, PyArray2, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::failure;

/// The table of `amplitudes` at `indices`, of shape (n, 3); every other one is `default_f`.
pub fn structure_factors(
    indices: &PyReadonlyArray2<'_, i32>,
    amplitudes: &PyReadonlyArray1<'_, f64>,
    default_f: f64,
) -> PyResult<StructureFactors> {
    let indices = indices.as_array();
    let amplitudes = amplitudes.as_array();
    let reflections = || {
        let rows = indices.rows().into_iter().zip(&amplitudes);
        rows.map(|(row, &f)| Reflection { hkl: [row[0], row[1], row[2]], f })
    };
    let Some(bounds) = IndexBox::enclosing(reflections().map(|reflection| reflection.hkl)) else {
        return Err(PyValueError::new_err("structure_factors: there are none"));
    };
    if let Some(Reflection { hkl, f }) = reflections().find(|reflection| !reflection.f.is_finite()) {
        let [h, k, l] = hkl;
        return Err(PyValueError::new_err(format!("structure_factors: that of {h} {k} {l} is {f}")));
    }
    let made = StructureFactors::from_reflections(bounds, default_f, reflections());
    made.map_err(|error| failure::of_library(&error))
}

/// The orientation whose reciprocal cell vectors, in 1/Å, are the columns of `matrix`, for a wavelength in meters.
pub fn orientation(matrix: [[f64; 3]; 3], wavelength: f64) -> PyResult<MosflmMatrix> {
    let rows = matrix.map(|row| row.map(|x| x * (wavelength * 1e10)));
    MosflmMatrix::new(rows).map_err(|error| failure::of_library(&error))
}

/// The pixels of `keep`, of shape (slow, fast), that are true.
pub fn mask(keep: &PyReadonlyArray2<'_, bool>) -> Mask {
    let keep = keep.as_array();
    Mask { fast: keep.ncols(), slow: keep.nrows(), keep: keep.iter().copied().collect() }
}

/// The sources of `rows`, of shape (n, 5): position in meters, weight, wavelength in meters.
pub fn sources(rows: &PyReadonlyArray2<'_, f64>) -> Vec<Source> {
    let source = |row: numpy::ndarray::ArrayView1<'_, f64>| Source {
        position: [row[0], row[1], row[2]].map(Some),
        weight: Some(row[3]),
        wavelength: Some(row[4]),
    };
    rows.as_array().rows().into_iter().map(source).collect()
}

/// The pixels of `image` as an array of shape (slow, fast), which takes them over.
pub fn from_image(py: Python<'_>, image: Image) -> PyResult<Bound<'_, PyArray2<f32>>> {
    let shape = [image.slow(), image.fast()];
    PyArray1::from_vec(py, image.into_pixels()).reshape(shape)
}

/// `pixels`, slow-major, as an array of shape (slow, fast), which takes them over.
pub fn from_counts(
    py: Python<'_>,
    shape: [usize; 2],
    pixels: Vec<i32>,
) -> PyResult<Bound<'_, PyArray2<i32>>> {
    PyArray1::from_vec(py, pixels).reshape(shape)
}

/// An array of shape (slow, fast) as an image.
pub fn to_image(array: &PyReadonlyArray2<'_, f32>) -> PyResult<Image> {
    let [slow, fast] = [0, 1].map(|axis| array.shape().get(axis).copied().unwrap_or_default());
    let pixels = array.as_array().iter().copied().collect();
    Image::from_pixels(fast, pixels)
        .ok_or_else(|| PyValueError::new_err(format!("an image of shape ({slow}, {fast}) has no pixels")))
}
