//! Experiment lists of dxtbx: the `.expt` files of DIALS.

use std::path::Path;

use nalgebra::{Matrix3, Rotation3, Unit, Vector3};
use serde_json::Value;

use super::node::Node;
use super::{Geometry, Polarization, Scan, Selection, dxtbx_detector};
use crate::error::{Error, Result};

/// Axes of a goniometer beyond which the file is damaged.
const MOST_AXES: usize = 100;

pub(super) fn parse(path: &Path, bytes: &[u8], selection: Selection) -> Result<Geometry> {
    let document: Value = serde_json::from_slice(bytes).map_err(|error| {
        // The library counts lines and columns as editors do.
        Error::value(
            path,
            format!("line {} column {}", error.line(), error.column()),
            "JSON",
            b"something else",
        )
    })?;
    let root = Node { path, place: String::new(), value: &document };
    let experiment = root.field("experiment")?.entry(selection.experiment)?;
    let model = |name: &str| -> Result<Option<Node<'_>>> {
        match experiment.optional(name) {
            Some(number) => Ok(Some(root.field(name)?.entry(number.whole()?)?)),
            None => Ok(None),
        }
    };
    let lacking = |what: &str| Error::missing(path, experiment.place.clone(), format!("a {what} model"));
    let beam = model("beam")?.ok_or_else(|| lacking("beam"))?;
    let detector = model("detector")?.ok_or_else(|| lacking("detector"))?;
    let goniometer = model("goniometer")?.map(|node| Goniometer::new(&node)).transpose()?;
    let scan = model("scan")?.map(|node| scan(&node, selection.scan_point)).transpose()?.flatten();
    let has_points = model("scan")?.is_some() || model("crystal")?.is_some_and(|node| varies(&node));
    let crystal = model("crystal")?.map(|node| crystal(&node, selection.scan_point)).transpose()?;
    if selection.scan_point > 0 && !has_points {
        let expected = "a scan, to have more than one scan point";
        return Err(Error::missing(path, experiment.place, expected));
    }
    let at_rest = goniometer.as_ref().map_or_else(Matrix3::identity, |g| g.setting * g.fixed);
    let polarization = match (beam.optional("polarization_normal"), beam.optional("polarization_fraction")) {
        (Some(normal), Some(fraction)) => {
            Some(Polarization { normal: normal.vector()?, fraction: fraction.number()? })
        }
        _ => None,
    };
    Ok(Geometry {
        wavelength_angstrom: beam.optional("wavelength").map(|node| node.number()).transpose()?,
        // The model's direction is that from the sample to the source.
        beam: Vector3::zeros() - beam.field("direction")?.vector()?,
        polarization,
        panels: dxtbx_detector::panels(&detector)?,
        // S R(axis) F = R(S axis) S F: the setting turns the axis, and with the fixed rotation the crystal.
        spindle_axis: goniometer.map(|g| g.setting * g.axis),
        scan,
        crystal: crystal.map(|matrix| at_rest * matrix),
    })
}

/// What turns the crystal: setting, rotation about the axis, fixed rotation.
struct Goniometer {
    axis: Vector3<f64>,
    fixed: Matrix3<f64>,
    setting: Matrix3<f64>,
}

impl Goniometer {
    fn new(node: &Node<'_>) -> Result<Self> {
        let Some(axes) = node.optional("axes") else {
            let matrix =
                |name: &str| node.optional(name).map_or(Ok(Matrix3::identity()), |node| node.matrix());
            return Ok(Goniometer {
                axis: node.field("rotation_axis")?.vector()?,
                fixed: matrix("fixed_rotation")?,
                setting: matrix("setting_rotation")?,
            });
        };
        // Axes stand in the order in which they act on the crystal: those before the one that scans are fixed.
        let angles = node.field("angles")?;
        let scanned = node.field("scan_axis")?.whole()?;
        let mut goniometer = Goniometer {
            axis: axes.entry(scanned)?.vector()?,
            fixed: Matrix3::identity(),
            setting: Matrix3::identity(),
        };
        for (at, axis) in axes.entries().enumerate() {
            if at == MOST_AXES {
                return Err(axes.error("at most 100 axes"));
            }
            let angle = angles.entry(at)?.number()?.to_radians();
            let direction = axis.vector()?;
            let unit = Unit::try_new(direction, 1e-6).ok_or_else(|| axis.error("a direction"))?;
            let rotation = *Rotation3::from_axis_angle(&unit, angle).matrix();
            match at.cmp(&scanned) {
                std::cmp::Ordering::Less => goniometer.fixed = rotation * goniometer.fixed,
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => goniometer.setting = rotation * goniometer.setting,
            }
        }
        Ok(goniometer)
    }
}

/// The rotation of image number `point` of the scan, counted from 0; none of a scan of stills.
fn scan(node: &Node<'_>, point: usize) -> Result<Option<Scan>> {
    let [first, last] = node.field("image_range")?.numbers::<2>()?;
    let images = last - first + 1.0;
    if point as f64 >= images.max(1.0) {
        return Err(Error::value(
            node.path,
            format!("{}.image_range", node.place),
            format!("more than {point} images for scan point {point}"),
            images.to_string().as_bytes(),
        ));
    }
    if let Some(oscillation) = node.optional("oscillation") {
        let [start, range] = oscillation.numbers::<2>()?;
        return Ok(Some(Scan { start_deg: start + range * point as f64, range_deg: range }));
    }
    // Later versions list the start of every image.
    let Some(starts) = node.optional("properties").and_then(|properties| properties.optional("oscillation"))
    else {
        return Ok(None);
    };
    let start = starts.entry(point)?.number()?;
    let width = node.optional("properties").and_then(|properties| properties.optional("oscillation_width"));
    let range = match (width, starts.entry(point + 1)) {
        (Some(width), _) => width.entry(point)?.number()?,
        (None, Ok(next)) => next.number()? - start,
        (None, Err(_)) if point > 0 => start - starts.entry(point - 1)?.number()?,
        (None, Err(_)) => 0.0,
    };
    Ok(Some(Scan { start_deg: start, range_deg: range }))
}

fn varies(crystal: &Node<'_>) -> bool {
    crystal.optional("A_at_scan_points").is_some()
}

/// Reciprocal vectors of the crystal in its columns, in 1/Å, before the goniometer turns them.
fn crystal(node: &Node<'_>, point: usize) -> Result<Matrix3<f64>> {
    if let Some(points) = node.optional("A_at_scan_points") {
        return points.entry(point)?.matrix();
    }
    let [a, b, c] = ["real_space_a", "real_space_b", "real_space_c"].map(|name| node.field(name)?.vector());
    let rows = Matrix3::from_rows(&[a?.transpose(), b?.transpose(), c?.transpose()]);
    rows.try_inverse()
        .ok_or_else(|| Error::missing(node.path, node.place.clone(), "cell vectors with a volume"))
}
