//! Experiment lists of dxtbx: the `.expt` files of DIALS.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};
use serde_json::{Value, json};

use super::about::About;
use super::{Geometry, Panel};
use crate::cell::{Notation, SpaceGroup};
use crate::error::{Error, Result};

/// The symmetry of a crystal of which none is known, as Hall writes it.
const NO_SYMMETRY: &str = " P 1";

/// The document. A list has no place for comments.
pub(super) fn text(path: &Path, geometry: &Geometry, about: &About) -> Result<String> {
    let lacking = |what: &str| Error::unwritable(path, format!("an experiment list needs {what}"));
    let beam = geometry.beam.ok_or_else(|| lacking("the direction of the beam"))?;
    let wavelength = geometry.wavelength_angstrom.ok_or_else(|| lacking("a wavelength"))?;
    if let Some(place) = geometry.panels.iter().find_map(|panel| panel.distance_elsewhere.as_ref()) {
        return Err(lacking(&format!("a distance; the description has it in {place}")));
    }
    // A spindle without a scan turns nothing.
    let turns = geometry.scan.is_some() && geometry.spindle_axis.is_some();
    let mut experiment = json!({"__id__": "Experiment", "identifier": "", "beam": 0, "detector": 0});
    let mut refer = |model: &str| {
        if let Some(models) = experiment.as_object_mut() {
            models.insert(model.to_owned(), json!(0));
        }
    };
    if turns {
        refer("goniometer");
        refer("scan");
    }
    if geometry.crystal.is_some() {
        refer("crystal");
    }
    let document = json!({
        "__id__": "ExperimentList",
        "experiment": [experiment],
        "imageset": [],
        "beam": [of_beam(&beam, wavelength, geometry)],
        "detector": [of_detector(&geometry.panels, about)],
        "goniometer": if turns { geometry.spindle_axis.iter().map(of_goniometer).collect() } else { Vec::new() },
        "scan": if turns { geometry.scan.iter().map(|scan| of_scan(scan, about)).collect() } else { Vec::new() },
        "crystal": geometry
            .crystal
            .iter()
            .map(|matrix| of_crystal(path, matrix, geometry.space_group.as_ref()))
            .collect::<Result<Vec<_>>>()?,
        "profile": [],
        "scaling_model": [],
    });
    let text = serde_json::to_string_pretty(&document);
    text.map(|text| text + "\n").map_err(|error| Error::unwritable(path, error.to_string()))
}

/// A vector without negative zeros.
fn list(vector: &Vector3<f64>) -> Value {
    json!([vector.x + 0.0, vector.y + 0.0, vector.z + 0.0])
}

fn frame([fast, slow, origin]: [Vector3<f64>; 3]) -> Value {
    json!({"fast_axis": list(&fast), "slow_axis": list(&slow), "origin": list(&origin)})
}

pub(crate) fn of_beam(beam: &Vector3<f64>, wavelength: f64, geometry: &Geometry) -> Value {
    let mut model = json!({
        "__id__": "monochromatic",
        // From the sample to the source.
        "direction": list(&-beam),
        "wavelength": wavelength,
        "divergence": 0.0,
        "sigma_divergence": 0.0,
        "flux": 0.0,
        "transmission": 1.0,
        "probe": "x-ray",
    });
    if let (Some(polarization), Some(beam)) = (&geometry.polarization, model.as_object_mut()) {
        beam.insert("polarization_normal".to_owned(), list(&polarization.normal));
        beam.insert("polarization_fraction".to_owned(), json!(polarization.fraction));
    }
    model
}

pub(crate) fn of_detector(panels: &[Panel], about: &About) -> Value {
    let panels: Vec<Value> = panels.iter().map(|panel| of_panel(panel, about)).collect();
    let children: Vec<Value> = (0..panels.len()).map(|panel| json!({"panel": panel})).collect();
    let mut hierarchy = frame([Vector3::x(), Vector3::y(), Vector3::zeros()]);
    if let Some(root) = hierarchy.as_object_mut() {
        root.extend([("name".to_owned(), json!("")), ("type".to_owned(), json!(""))]);
        root.insert("children".to_owned(), json!(children));
    }
    json!({"panels": panels, "hierarchy": hierarchy})
}

fn of_panel(panel: &Panel, about: &About) -> Value {
    let mut model = frame([panel.fast, panel.slow, panel.origin_mm]);
    let (thickness, mu) = about.sensor.map_or((0.0, 0.0), |sensor| (sensor.thickness_mm, sensor.mu_per_mm));
    let strategy = if thickness > 0.0 { "ParallaxCorrectedPxMmStrategy" } else { "SimplePxMmStrategy" };
    let more = json!({
        "name": panel.name,
        "type": "SENSOR_PAD",
        "raw_image_offset": [0, 0],
        "image_size": [panel.fast_pixels, panel.slow_pixels],
        "pixel_size": panel.pixel_mm,
        "trusted_range": [0.0, f64::from(about.saturation)],
        "thickness": thickness,
        "material": "",
        "mu": mu,
        "identifier": "",
        "mask": [],
        "gain": 1.0,
        "pedestal": 0.0,
        "px_mm_strategy": {"type": strategy},
    });
    if let (Some(model), Value::Object(more)) = (model.as_object_mut(), more) {
        model.extend(more);
    }
    model
}

pub(crate) fn of_goniometer(axis: &Vector3<f64>) -> Value {
    let identity = json!([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]);
    json!({"rotation_axis": list(axis), "fixed_rotation": identity.clone(), "setting_rotation": identity})
}

pub(crate) fn of_scan(scan: &super::Scan, about: &About) -> Value {
    let images = about.images.max(1);
    json!({
        "image_range": [1, images],
        "batch_offset": 0,
        "oscillation": [scan.start_deg, scan.range_deg],
        "exposure_time": vec![about.exposure_s; images],
        "epochs": vec![0.0; images],
        "valid_image_ranges": {},
    })
}

/// The real cell vectors: the rows of what the reciprocal ones, in columns, are the inverse of.
pub(crate) fn of_crystal(
    path: &Path,
    reciprocal: &Matrix3<f64>,
    group: Option<&SpaceGroup>,
) -> Result<Value> {
    let real = reciprocal.try_inverse();
    let real = real.ok_or_else(|| Error::unwritable(path, "the crystal's cell has no volume".to_owned()))?;
    let row = |number: usize| list(&real.row(number).transpose());
    let hall = group.filter(|group| group.notation == Notation::Hall).map(|group| group.text.as_str());
    Ok(json!({
        "__id__": "crystal",
        "real_space_a": row(0),
        "real_space_b": row(1),
        "real_space_c": row(2),
        "space_group_hall_symbol": hall.unwrap_or(NO_SYMMETRY),
    }))
}
