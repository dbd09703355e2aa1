//! Geometry files of CrystFEL.

use std::path::Path;

use nalgebra::Vector3;

use super::about::{About, comments};
use super::{Geometry, Panel};
use crate::clean::{clean, clean_beside};
use crate::error::{Error, Result};
use crate::spectrum::EV_ANGSTROM;

/// The file, for an instrument whose beam travels along z. Panels stand below each other in the data, one after the
/// other along the slow axis.
pub(super) fn text(path: &Path, geometry: &Geometry, about: &About) -> Result<String> {
    let mut text = comments(";", &about.made_by);
    if let Some(wavelength) = geometry.wavelength_angstrom {
        text.push_str(&format!("photon_energy = {} eV\n", clean(EV_ANGSTROM / wavelength)));
    }
    text.push_str(
        "; in NXmx files the pixels are in: data = /entry/data/data, dim0 = %, dim1 = ss, dim2 = fs\n",
    );
    text.push_str(&format!("adu_per_photon = 1\nmax_adu = {}\n", about.saturation));
    if geometry.panels.len() > 1 {
        text.push_str("; panels are expected below each other in one array, in this order\n");
    }
    let mut row = 0;
    for (number, panel) in geometry.panels.iter().enumerate() {
        text.push('\n');
        text.push_str(&of_panel(path, &format!("p{number}"), panel, row)?);
        row += panel.slow_pixels;
    }
    Ok(text)
}

fn of_panel(path: &Path, name: &str, panel: &Panel, row: usize) -> Result<String> {
    let [fast_mm, slow_mm] = panel.pixel_mm;
    let along = |vector: Vector3<f64>| {
        let size = vector.norm();
        let term = |value: f64, axis: &str| {
            let value = clean_beside(value, size);
            format!("{}{}{axis}", sign(value), value.abs())
        };
        format!("{} {} {}", term(vector.x, "x"), term(vector.y, "y"), term(vector.z, "z"))
    };
    let distance = match &panel.distance_elsewhere {
        Some(place) => {
            format!("{name}/clen = {place}\n{name}/coffset = {}\n", clean(panel.origin_mm.z / 1000.0))
        }
        None => format!("{name}/clen = {}\n", clean(panel.origin_mm.z / 1000.0)),
    };
    if !fast_mm.is_normal() {
        return Err(Error::unwritable(path, format!("pixels of panel {name} have no size")));
    }
    if panel.fast_pixels == 0 || panel.slow_pixels == 0 {
        return Err(Error::unwritable(path, format!("panel {name} has no pixels")));
    }
    // Lengths count pixels of the fast axis: where the others are longer, so is their direction.
    Ok(format!(
        "{name}/min_fs = 0\n{name}/max_fs = {}\n{name}/min_ss = {row}\n{name}/max_ss = {}\n{name}/res = {}\n\
         {name}/fs = {}\n{name}/ss = {}\n{name}/corner_x = {}\n{name}/corner_y = {}\n{distance}",
        panel.fast_pixels - 1,
        row + panel.slow_pixels - 1,
        clean(1000.0 / fast_mm),
        along(panel.fast),
        along(panel.slow * (slow_mm / fast_mm)),
        clean(panel.origin_mm.x / fast_mm),
        clean(panel.origin_mm.y / fast_mm),
    ))
}

const fn sign(value: f64) -> &'static str {
    if value < 0.0 { "-" } else { "+" }
}
