//! Pictures of images of which nothing is known but the pixels.

use std::path::PathBuf;

use nanobragg_io::preview::{Colors, Geometry, Style, Tone, write_preview};
use numpy::{PyReadonlyArray2, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::{arrays, failure};

/// Nothing is known of where the pixels are.
struct Nowhere;

impl Geometry for Nowhere {
    fn resolution_angstrom(&self, _: f64, _: f64) -> f64 {
        f64::INFINITY
    }

    fn beam_px(&self) -> (f64, f64) {
        (0.0, 0.0)
    }
}

/// Writes a picture of `image`, of shape (slow, fast), to `path`.
#[pyfunction]
pub fn png(path: PathBuf, image: PyReadonlyArray2<'_, f32>) -> PyResult<()> {
    let [slow, fast] = [0, 1].map(|axis| image.shape().get(axis).copied().unwrap_or_default());
    let image = arrays::to_image(&image)?;
    let style = Style {
        tone: Tone::default(),
        colors: Colors::default(),
        rings: Vec::new(),
        beam: false,
        made_by: Vec::new(),
    };
    write_preview(&path, fast, slow, image.pixels(), &style, &Nowhere)
        .map_err(|error| failure::exception(error.kind().code(), &error.to_string()))
}
