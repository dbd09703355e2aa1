//! Input files of XDS.

use std::path::Path;

use nalgebra::{Matrix3, Vector3};

use super::about::{About, comments, numbers};
use super::{Geometry, Panel};
use crate::cell::cell_of_rows;
use crate::clean::{clean, clean_beside};
use crate::error::{Error, Result};

/// Cosine up to which axes count as being at right angles.
const SQUARE: f64 = 1e-9;

/// The file. Of several panels each is a segment, one below the other in the data; the axes of the first are the
/// detector's.
pub(super) fn text(path: &Path, geometry: &Geometry, about: &About) -> Result<String> {
    let cannot = |what: String| Error::unwritable(path, format!("XDS.INP cannot say {what}"));
    let first = geometry.panels.first().ok_or_else(|| cannot("an instrument without panels".to_owned()))?;
    for (number, panel) in geometry.panels.iter().enumerate() {
        let name = panel.called(number);
        if panel.fast.dot(&panel.slow).abs() > SQUARE {
            return Err(cannot(format!("that the axes of panel {name} are not at right angles")));
        }
        if panel.pixel_mm != first.pixel_mm {
            return Err(cannot(format!("that pixels of panel {name} have another size")));
        }
        if panel.fast_pixels == 0 || panel.slow_pixels == 0 {
            return Err(cannot(format!("that panel {name} has no pixels")));
        }
        if let Some(place) = &panel.distance_elsewhere {
            return Err(cannot(format!("a distance that stands in {place}")));
        }
    }
    let rows: usize = geometry.panels.iter().map(|panel| panel.slow_pixels).sum();
    let columns = geometry.panels.iter().map(|panel| panel.fast_pixels).max().unwrap_or(0);
    let flat = Flat::of(first);
    let mut text = comments("!", &about.made_by);
    let mut line = |key: &str, value: String| text.push_str(&format!("{key}= {value}\n"));
    line("JOB", "XYCORR INIT COLSPOT IDXREF DEFPIX INTEGRATE CORRECT".to_owned());
    if let Some(template) = &about.template {
        line("NAME_TEMPLATE_OF_DATA_FRAMES", template.clone());
    }
    let images = format!("1 {}", about.images.max(1));
    line("DATA_RANGE", images.clone());
    line("SPOT_RANGE", images);
    line("DETECTOR", format!("PILATUS MINIMUM_VALID_PIXEL_VALUE= 0 OVERLOAD= {}", about.saturation));
    line(
        "NX",
        format!("{columns} NY= {rows} QX= {} QY= {}", clean(first.pixel_mm[0]), clean(first.pixel_mm[1])),
    );
    if let Some(sensor) = about.sensor {
        line(
            "SENSOR_THICKNESS",
            format!("{} SILICON= {}", clean(sensor.thickness_mm), clean(sensor.mu_per_mm)),
        );
    }
    let [x, y] = flat.origin_px.map(clean);
    line("ORGX", format!("{x} ORGY= {y}"));
    line("DETECTOR_DISTANCE", clean(flat.distance_mm).to_string());
    line("DIRECTION_OF_DETECTOR_X-AXIS", numbers(&first.fast));
    line("DIRECTION_OF_DETECTOR_Y-AXIS", numbers(&first.slow));
    if let Some(wavelength) = geometry.wavelength_angstrom {
        line("X-RAY_WAVELENGTH", clean(wavelength).to_string());
    }
    if let Some(beam) = geometry.beam {
        line("INCIDENT_BEAM_DIRECTION", numbers(&beam));
    }
    if let Some(polarization) = geometry.polarization {
        line("FRACTION_OF_POLARIZATION", clean(polarization.fraction).to_string());
        line("POLARIZATION_PLANE_NORMAL", numbers(&polarization.normal));
    }
    if let Some(axis) = geometry.spindle_axis {
        line("ROTATION_AXIS", numbers(&axis));
    }
    if let Some(scan) = geometry.scan {
        line("OSCILLATION_RANGE", clean(scan.range_deg).to_string());
        line("STARTING_FRAME", format!("1 STARTING_ANGLE= {}", clean(scan.start_deg)));
    }
    if let Some(reciprocal) = &geometry.crystal {
        let real = reciprocal.try_inverse().ok_or_else(|| cannot("a cell without a volume".to_owned()))?;
        for (number, key) in ["A", "B", "C"].into_iter().enumerate() {
            line(&format!("UNIT_CELL_{key}-AXIS"), numbers(&real.row(number).transpose()));
        }
        line("UNIT_CELL_CONSTANTS", cell(&real));
        line(
            "SPACE_GROUP_NUMBER",
            "0 ! 0: XDS finds the symmetry and leaves UNIT_CELL_CONSTANTS aside".to_owned(),
        );
    }
    if geometry.panels.len() > 1 {
        let mut row = 1;
        for panel in &geometry.panels {
            text.push_str(&flat.segment(panel, row));
            row += panel.slow_pixels;
        }
    }
    Ok(text)
}

/// The cell whose vectors are in rows: edges, and angles in degrees.
fn cell(real: &Matrix3<f64>) -> String {
    cell_of_rows(real).map(|number| clean(number).to_string()).join(" ")
}

/// The plane of the first panel, as XDS describes it. Pixels are counted from 1 at the center of the first, whose outer
/// corner is half a pixel before.
struct Flat {
    /// Columns: X axis, Y axis, normal.
    axes: Matrix3<f64>,
    pixel_mm: [f64; 2],
    origin_px: [f64; 2],
    distance_mm: f64,
}

impl Flat {
    fn of(panel: &Panel) -> Self {
        let normal = panel.fast.cross(&panel.slow);
        let [qx, qy] = panel.pixel_mm;
        let origin = panel.origin_mm;
        Flat {
            axes: Matrix3::from_columns(&[panel.fast, panel.slow, normal]),
            pixel_mm: panel.pixel_mm,
            origin_px: [0.5 - origin.dot(&panel.fast) / qx, 0.5 - origin.dot(&panel.slow) / qy],
            distance_mm: origin.dot(&normal),
        }
    }

    /// A panel as a segment whose first row in the data is `row`: its pixel (x, y) lies at (x - SEGMENT_ORGX) qx e_x +
    /// (y - SEGMENT_ORGY) qy e_y + SEGMENT_DISTANCE e_z from the point that is -ORGX qx, -ORGY qy and the distance away
    /// from the crystal along the detector's axes, which e_x and e_y refer to.
    fn segment(&self, panel: &Panel, row: usize) -> String {
        let to_axes = self.axes.transpose();
        let (fast, slow) = (to_axes * panel.fast, to_axes * panel.slow);
        let normal = fast.cross(&slow);
        let [qx, qy] = self.pixel_mm;
        let from = Vector3::new(-self.origin_px[0] * qx, -self.origin_px[1] * qy, self.distance_mm);
        // Where the outer corner of the panel's first pixel lies from there.
        let corner = to_axes * panel.origin_mm - from;
        let x = clean(0.5 - corner.dot(&fast) / qx);
        let y = clean(row as f64 - 0.5 - corner.dot(&slow) / qy);
        format!(
            "SEGMENT= 1 {} {row} {}\n DIRECTION_OF_SEGMENT_X-AXIS= {}\n DIRECTION_OF_SEGMENT_Y-AXIS= {}\n \
             SEGMENT_ORGX= {x} SEGMENT_ORGY= {y} SEGMENT_DISTANCE= {}\n",
            panel.fast_pixels,
            row + panel.slow_pixels - 1,
            numbers(&fast),
            numbers(&slow),
            clean_beside(corner.dot(&normal), corner.norm()),
        )
    }
}
