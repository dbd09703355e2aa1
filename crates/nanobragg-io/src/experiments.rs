//! Writing experiment lists of dxtbx, the `.expt` files of DIALS: still images, each with its crystal.

use std::path::Path;

use nalgebra::Vector3;
use serde_json::{Value, json};

use crate::atomic::write_atomic;
use crate::error::{Error, Result};
use crate::geometry::{Geometry, Panel};

/// The experiment of a still.
#[derive(Clone, Debug, PartialEq)]
pub struct StillExperiment {
    /// What reflection tables call it.
    pub identifier: String,
    /// Beam, detector and crystal; the rest does not count.
    pub geometry: Geometry,
}

/// Writes `experiments`; beams and detectors that are the same are written once.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) for a geometry without wavelength, beam or crystal; [`Write`](crate::ErrorKind::Write).
pub fn write_experiments(path: &Path, experiments: &[StillExperiment]) -> Result<()> {
    let lacking = |what: &str| Error::unwritable(path, format!("an experiment needs {what}"));
    let (mut list, mut beams, mut detectors, mut crystals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for StillExperiment { identifier, geometry } in experiments {
        let direction = geometry.beam.ok_or_else(|| lacking("the direction of the beam"))?;
        let wavelength = geometry.wavelength_angstrom.ok_or_else(|| lacking("a wavelength"))?;
        let star = geometry.crystal.ok_or_else(|| lacking("a crystal"))?;
        let real = star.try_inverse().ok_or_else(|| lacking("a crystal with a volume"))?;
        // The model's direction is that from the sample to the source.
        let mut beam = json!({
            "__id__": "monochromatic", "direction": numbers(&-direction), "wavelength": wavelength, "divergence": 0.0,
            "sigma_divergence": 0.0, "flux": 0.0, "transmission": 1.0,
        });
        if let (Some(polarization), Some(beam)) = (&geometry.polarization, beam.as_object_mut()) {
            beam.insert("polarization_normal".to_owned(), json!(numbers(&polarization.normal)));
            beam.insert("polarization_fraction".to_owned(), json!(polarization.fraction));
        }
        let [a, b, c] = [0, 1, 2].map(|row| numbers(&real.row(row).transpose()));
        crystals.push(json!({
            "__id__": "crystal", "real_space_a": a, "real_space_b": b, "real_space_c": c, "space_group_hall_symbol": " P 1",
        }));
        list.push(json!({
            "__id__": "Experiment", "identifier": identifier, "beam": place(&mut beams, beam),
            "detector": place(&mut detectors, detector(&geometry.panels)), "crystal": crystals.len() - 1,
        }));
    }
    let none = Vec::<Value>::new();
    let document = json!({
        "__id__": "ExperimentList", "experiment": list, "imageset": none, "beam": beams, "detector": detectors,
        "goniometer": none, "scan": none, "crystal": crystals, "profile": none, "scaling_model": none,
    });
    let text = format!("{document:#}\n");
    write_atomic(path, |out| out.write_all(text.as_bytes()))
}

/// The place of `model` among `models`, to which it is added if it is new.
fn place(models: &mut Vec<Value>, model: Value) -> usize {
    models.iter().position(|known| *known == model).unwrap_or_else(|| {
        models.push(model);
        models.len() - 1
    })
}

fn detector(panels: &[Panel]) -> Value {
    let of = |panel: &Panel| {
        json!({
            "name": panel.name, "type": "SENSOR_PAD", "fast_axis": numbers(&panel.fast), "slow_axis": numbers(&panel.slow),
            "origin": numbers(&panel.origin_mm), "raw_image_offset": [0, 0],
            "image_size": [panel.fast_pixels, panel.slow_pixels], "pixel_size": panel.pixel_mm,
            "trusted_range": [-1.0, f64::from(i32::MAX)], "thickness": 0.0, "material": "", "mu": 0.0, "identifier": "",
            "mask": Vec::<Value>::new(), "gain": 1.0, "pedestal": 0.0,
            "px_mm_strategy": {"type": "SimplePxMmStrategy"},
        })
    };
    let children: Vec<Value> = (0..panels.len()).map(|panel| json!({"panel": panel})).collect();
    let panels: Vec<Value> = panels.iter().map(of).collect();
    json!({
        "panels": panels,
        "hierarchy": {
            "name": "", "type": "", "fast_axis": [1.0, 0.0, 0.0], "slow_axis": [0.0, 1.0, 0.0], "origin": [0.0, 0.0, 0.0],
            "raw_image_offset": [0, 0], "image_size": [0, 0], "pixel_size": [0.0, 0.0], "trusted_range": [0.0, 0.0],
            "thickness": 0.0, "material": "", "mu": 0.0, "identifier": "", "mask": Vec::<Value>::new(), "gain": 1.0,
            "pedestal": 0.0, "px_mm_strategy": {"type": "SimplePxMmStrategy"}, "children": children,
        },
    })
}

fn numbers(vector: &Vector3<f64>) -> [f64; 3] {
    // Adding 0 makes 0 of -0.
    [vector.x + 0.0, vector.y + 0.0, vector.z + 0.0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Polarization, Selection, read_geometry};
    use nalgebra::Matrix3;

    #[test]
    fn what_is_written_is_read_and_a_common_detector_stands_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.expt");
        let panel = Panel {
            name: "p0".to_owned(),
            origin_mm: Vector3::new(100.0, 20.0, -30.0),
            fast: Vector3::z(),
            slow: -Vector3::y(),
            pixel_mm: [0.2, 0.2],
            distance_elsewhere: None,
            fast_pixels: 300,
            slow_pixels: 200,
        };
        let geometry = |turn: f64| Geometry {
            wavelength_angstrom: Some(1.25),
            beam: Some(Vector3::x()),
            polarization: Some(Polarization { normal: Vector3::y(), fraction: 0.75 }),
            panels: vec![panel.clone()],
            spindle_axis: None,
            scan: None,
            crystal: Some(Matrix3::new(0.01, turn, 0.0, 0.0, 0.02, 0.0, 0.0, 0.0, 0.03)),
            varying_images: 1,
            warnings: Vec::new(),
        };
        let experiments = [0.0, 0.001]
            .map(|turn| StillExperiment { identifier: format!("image {turn}"), geometry: geometry(turn) });
        write_experiments(&path, &experiments).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("\"SENSOR_PAD\"").count(), 1);
        for (experiment, turn) in [(0, 0.0), (1, 0.001)] {
            let found = read_geometry(&path, Selection { experiment, scan_point: 0 }).unwrap();
            let expected = geometry(turn);
            assert!((found.crystal.unwrap() - expected.crystal.unwrap()).norm() < 1e-15);
            assert_eq!(Geometry { crystal: expected.crystal, ..found }, expected);
        }
        let error = write_experiments(
            &path,
            &[StillExperiment {
                identifier: String::new(),
                geometry: Geometry { crystal: None, ..geometry(0.0) },
            }],
        );
        assert!(error.unwrap_err().to_string().contains("a crystal"));
    }
}
