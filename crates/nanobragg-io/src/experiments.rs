//! Writing experiment lists of dxtbx, the `.expt` files of DIALS: images, each with its crystal.

use std::path::Path;

use serde_json::{Value, json};

use crate::atomic::write_atomic;
use crate::error::{Error, Result};
use crate::geometry::write_dxtbx::{of_beam, of_crystal, of_detector, of_goniometer, of_scan};
use crate::geometry::{About, Geometry};

/// The experiment of an image.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageExperiment {
    /// What reflection tables call it.
    pub identifier: String,
    /// Beam, detector and crystal, and, where the crystal turns during the image, spindle and scan.
    pub geometry: Geometry,
}

/// Writes `experiments`; models that are the same are written once.
///
/// # Errors
/// [`Unwritable`](crate::ErrorKind::Unwritable) for a geometry without wavelength, beam or crystal; [`Write`](crate::ErrorKind::Write).
pub fn write_experiments(path: &Path, experiments: &[ImageExperiment]) -> Result<()> {
    let lacking = |what: &str| Error::unwritable(path, format!("an experiment needs {what}"));
    let (mut list, mut beams, mut detectors, mut crystals) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut goniometers, mut scans) = (Vec::new(), Vec::new());
    for ImageExperiment { identifier, geometry } in experiments {
        let direction = geometry.beam.ok_or_else(|| lacking("the direction of the beam"))?;
        let wavelength = geometry.wavelength_angstrom.ok_or_else(|| lacking("a wavelength"))?;
        let star = geometry.crystal.as_ref().ok_or_else(|| lacking("a crystal"))?;
        let beam = of_beam(&direction, wavelength, geometry);
        crystals.push(of_crystal(path, star, geometry.space_group.as_ref())?);
        let mut experiment = json!({
            "__id__": "Experiment", "identifier": identifier, "beam": place(&mut beams, beam),
            "detector": place(&mut detectors, of_detector(&geometry.panels, &About::default())), "crystal": crystals.len() - 1,
        });
        if let (Some(axis), Some(scan), Some(models)) =
            (&geometry.spindle_axis, &geometry.scan, experiment.as_object_mut())
        {
            models.insert("goniometer".to_owned(), json!(place(&mut goniometers, of_goniometer(axis))));
            models.insert("scan".to_owned(), json!(place(&mut scans, of_scan(scan, &About::default()))));
        }
        list.push(experiment);
    }
    let none = Vec::<Value>::new();
    let document = json!({
        "__id__": "ExperimentList", "experiment": list, "imageset": none, "beam": beams, "detector": detectors,
        "goniometer": goniometers, "scan": scans, "crystal": crystals, "profile": none, "scaling_model": none,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::{Panel, Polarization, Scan, Selection, read_geometry};
    use nalgebra::{Matrix3, Vector3};

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
            space_group: None,
            lone_cell: None,
            warnings: Vec::new(),
        };
        let scan = Some(Scan { start_deg: 12.0, range_deg: 0.5 });
        let turning = Geometry { spindle_axis: Some(-Vector3::y()), scan, ..geometry(0.002) };
        let experiments = [geometry(0.0), geometry(0.001), turning.clone()]
            .map(|geometry| ImageExperiment { identifier: "image".to_owned(), geometry });
        write_experiments(&path, &experiments).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches("\"SENSOR_PAD\"").count(), 1);
        assert_eq!(text.matches("\"rotation_axis\"").count(), 1);
        let found = read_geometry(&path, Selection { experiment: 2, scan_point: 0 }).unwrap();
        assert_eq!((found.spindle_axis, found.scan), (turning.spindle_axis, turning.scan));
        for (experiment, turn) in [(0, 0.0), (1, 0.001)] {
            let found = read_geometry(&path, Selection { experiment, scan_point: 0 }).unwrap();
            let expected = geometry(turn);
            assert!((found.crystal.unwrap() - expected.crystal.unwrap()).norm() < 1e-15);
            let space_group = expected.space_group.clone();
            let found = Geometry { warnings: Vec::new(), ..found };
            assert_eq!(Geometry { crystal: expected.crystal, space_group, ..found }, expected);
        }
        let error = write_experiments(
            &path,
            &[ImageExperiment {
                identifier: String::new(),
                geometry: Geometry { crystal: None, ..geometry(0.0) },
            }],
        );
        assert!(error.unwrap_err().to_string().contains("a crystal"));
    }
}
