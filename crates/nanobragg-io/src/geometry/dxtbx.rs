//! Experiment lists of dxtbx: the `.expt` files of DIALS.

use std::path::Path;

use nalgebra::{Matrix3, Rotation3, Unit, Vector3};
use serde_json::Value;

use super::node::Node;
use super::{Geometry, Polarization, Scan, Selection, dxtbx_detector, dxtbx_doubts};
use crate::cell::{Notation, SpaceGroup};
use crate::error::{Error, Result};
use crate::json;
use crate::warning::{Assumption, Warning, WarningKind};

/// Axes of a goniometer beyond which the file is damaged.
const MOST_AXES: usize = 100;

/// The document, whose experiments and scan points [`geometry`] chooses from.
pub(super) fn document(path: &Path, bytes: &[u8]) -> Result<Value> {
    json::unique(&standard(bytes)).map_err(|error| {
        // The library counts lines and columns as editors do.
        let place = format!("line {} column {}", error.line(), error.column());
        match json::repeated(&error) {
            Some(key) => {
                let found = format!("{key} again");
                Error::value(path, place, "each key once in an object", found.as_bytes())
            }
            None => Error::value(path, place, "JSON", b"something else"),
        }
    })
}

pub(super) fn geometry(path: &Path, document: &Value, selection: Selection) -> Result<Geometry> {
    let root = Node { path, place: String::new(), value: document };
    let (root, experiment) = chosen(&root, selection.experiment)?;
    let model = |name: &str| -> Result<Option<Node<'_>>> {
        match experiment.optional(name) {
            Some(number) => Ok(Some(root.field(name)?.entry(number.whole()?)?)),
            None => Ok(None),
        }
    };
    let point = selection.scan_point;
    let lacking = |what: &str| Error::missing(path, experiment.place.clone(), format!("a {what} model"));
    let detector = model("detector")?.ok_or_else(|| lacking("detector"))?;
    let goniometer = model("goniometer")?;
    let crystal_model = model("crystal")?;
    let beam_model = model("beam")?;
    let varying = [
        (&beam_model, "s0_at_scan_points"),
        (&goniometer, "setting_rotation_at_scan_points"),
        (&crystal_model, "A_at_scan_points"),
    ];
    // Images lie between points: there is one fewer.
    let points =
        varying.iter().filter_map(|(node, key)| node.as_ref()?.optional(key)?.value.as_array()).map(Vec::len);
    let varying_images = points.max().map_or(1, |points| points.saturating_sub(1).max(1));
    let has_points = model("scan")?.is_some() || varying_images > 1;
    let mut warnings = dxtbx_doubts::misspelled_models(&experiment);
    warnings.extend(dxtbx_doubts::of_list(&root));
    let scan_model = model("scan")?;
    scan_model.iter().for_each(|node| of_scan(node, &mut warnings));
    warnings.extend(scan_model.iter().flat_map(dxtbx_doubts::of_properties));
    warnings.extend(scan_model.iter().flat_map(dxtbx_doubts::no_angles));
    warnings.extend(dxtbx_doubts::beside(&experiment, &root, &detector));
    for (node, key, what) in
        [(&beam_model, "s0_at_scan_points", "vectors"), (&goniometer, SETTINGS, "rotations")]
    {
        node.iter().for_each(|node| of_scan_points(node, (key, what), scan_model.as_ref(), &mut warnings));
    }
    let models = [
        Some(&detector),
        scan_model.as_ref(),
        goniometer.as_ref(),
        crystal_model.as_ref(),
        beam_model.as_ref(),
    ];
    warnings.extend(dxtbx_doubts::misspelled(models.into_iter().flatten().cloned()));
    if let Some(node) = &crystal_model {
        warnings.extend(dxtbx_doubts::of_crystal(node));
        of_scan_points(node, ("A_at_scan_points", "matrices"), scan_model.as_ref(), &mut warnings);
        let mosaicity = [("mosaicity", 0.0), ("ML_half_mosaicity_deg", 0.0), ("ML_domain_size_ang", 0.0)];
        let instead = ("-mosaic, -mosaic_domains and -N say it", Assumption::Mosaicity);
        not_taken(node, &mosaicity, instead, &mut warnings);
    }
    let scan = scan_model.map(|node| scan(&node, point)).transpose()?.flatten();
    let goniometer = goniometer.map(|node| Goniometer::new(&node, point)).transpose()?;
    let hall = crystal_model.as_ref().and_then(|node| node.optional("space_group_hall_symbol"));
    let space_group = hall.and_then(|symbol| SpaceGroup::of(symbol.value.as_str()?, Notation::Hall));
    let crystal = crystal_model.map(|node| crystal(&node, point)).transpose()?;
    if point > 0 && !has_points {
        let expected = "a scan, to have more than one scan point";
        return Err(Error::missing(path, experiment.place, expected));
    }
    let beam = beam_model.map(|node| Beam::new(&node, point, &mut warnings)).transpose()?.unwrap_or_default();
    let at_rest = goniometer.as_ref().map_or_else(Matrix3::identity, |g| g.setting * g.fixed);
    Ok(Geometry {
        wavelength_angstrom: beam.wavelength_angstrom,
        beam: beam.direction,
        polarization: beam.polarization,
        panels: dxtbx_detector::panels(&detector, &mut warnings)?,
        // S R(axis) F = R(S axis) S F: the setting turns the axis, and with the fixed rotation the crystal.
        spindle_axis: goniometer.map(|g| g.setting * g.axis),
        scan,
        crystal: crystal.map(|matrix| at_rest * matrix),
        space_group,
        lone_cell: None,
        varying_images,
        warnings,
    })
}

/// JSON without the words that Python writes where a number was never set: they become `null`.
fn standard(bytes: &[u8]) -> Vec<u8> {
    const WORDS: [&[u8]; 3] = [b"NaN", b"Infinity", b"-Infinity"];
    let mut text = Vec::with_capacity(bytes.len());
    let (mut rest, mut in_string) = (bytes, false);
    while let Some((&byte, after)) = rest.split_first() {
        let word = WORDS.into_iter().find(|word| !in_string && rest.starts_with(word));
        if let Some(word) = word {
            text.extend_from_slice(b"null");
            rest = rest.get(word.len()..).unwrap_or_default();
            continue;
        }
        text.push(byte);
        rest = after;
        match (byte, after.split_first()) {
            (b'"', _) => in_string = !in_string,
            (b'\\', Some((&escaped, after))) if in_string => {
                text.push(escaped);
                rest = after;
            }
            _ => {}
        }
    }
    text
}

/// The document whose lists of models are meant, and the chosen experiment in it. Before version 2 DIALS wrote a list
/// of DataBlocks, whose imagesets refer to the models as experiments do.
fn chosen<'a>(root: &Node<'a>, number: usize) -> Result<(Node<'a>, Node<'a>)> {
    let mut candidates = Vec::new();
    let mut place = "experiment".to_owned();
    if root.value.is_array() {
        "imageset".clone_into(&mut place);
        for block in root.entries() {
            if block.value.get("__id__").and_then(Value::as_str) != Some("DataBlock") {
                return Err(block.error("a DataBlock of DIALS or an experiment list"));
            }
            let sets = block.field("imageset")?;
            candidates.extend(sets.entries().map(|set| (block.clone(), set)));
        }
    } else {
        let list = root.field("experiment")?;
        candidates.extend(list.entries().map(|experiment| (root.clone(), experiment)));
    }
    let count = candidates.len();
    candidates.into_iter().nth(number).ok_or_else(|| match count {
        0 => Error::missing(root.path, place, "at least one"),
        _ => {
            let expected = format!("a number from 0 to {}", count - 1);
            Error::value(root.path, place, expected, number.to_string().as_bytes())
        }
    })
}

/// What a file says of the beam.
#[derive(Default)]
struct Beam {
    wavelength_angstrom: Option<f64>,
    direction: Option<Vector3<f64>>,
    polarization: Option<Polarization>,
}

impl Beam {
    fn new(node: &Node<'_>, point: usize, warnings: &mut Vec<Warning>) -> Result<Self> {
        let said = |key: &str| node.optional(key).map(|value| (format!("{}.{key}", node.place), value));
        if let Some((place, probe)) = said("probe").filter(|(_, probe)| !is_xray(probe.value)) {
            let text = probe.value.as_str().map_or_else(|| probe.value.to_string(), str::to_owned);
            warnings.push(Warning::new(
                WarningKind::OtherProbe,
                node.path,
                place,
                text,
                "scattering is that of X-rays",
            ));
        }
        if let Some((place, range)) = said("wavelength_range") {
            let text = range.value.to_string();
            let assumed =
                "a polychromatic beam is rendered at its one wavelength; a spectrum is a file of its own";
            warnings.push(Warning::new(WarningKind::Polychromatic, node.path, place, text, assumed));
        } else if node.value.get("__id__").and_then(Value::as_str) == Some("polychromatic") {
            let assumed = "rendered at one wavelength; a spectrum is a file of its own";
            warnings.push(Warning::new(
                WarningKind::Polychromatic,
                node.path,
                format!("{}.__id__", node.place),
                "polychromatic",
                assumed,
            ));
        }
        not_taken(
            node,
            &[("divergence", 0.0), ("sigma_divergence", 0.0)],
            ("-divergence widens the beam", Assumption::Divergence),
            warnings,
        );
        let instead = ("-flux and -fluence scale it", Assumption::Dose);
        not_taken(node, &[("flux", 0.0), ("transmission", 1.0)], instead, warnings);
        let (normal, fraction) =
            (node.optional("polarization_normal"), node.optional("polarization_fraction"));
        let half = match (&normal, &fraction) {
            (Some(normal), None) => {
                let assumed = "a polarization_fraction of 0.5 is assumed";
                Some((normal, assumed, Assumption::PolarizationFraction))
            }
            (None, Some(fraction)) => {
                let assumed = "a polarization_normal of 0, 1, 0 is assumed";
                Some((fraction, assumed, Assumption::PolarizationNormal))
            }
            _ => None,
        };
        warnings.extend(half.map(|(half, assumed, what)| {
            let found = half.value.to_string();
            let place = half.place.clone();
            Warning::new(WarningKind::HalfPolarization, node.path, place, found, assumed).of(what)
        }));
        let normal = normal.map(|normal| normal.vector()).transpose()?;
        let fraction = fraction.map(|fraction| fraction.number()).transpose()?;
        let polarization = Polarization::of_halves(normal, fraction);
        let mut wavelength_angstrom = node.optional("wavelength").map(|node| node.number()).transpose()?;
        // The model's direction is that from the sample to the source.
        let mut direction = Vector3::zeros() - node.field("direction")?.vector()?;
        if let Some(points) = node.optional("s0_at_scan_points").filter(|points| points.value.is_array()) {
            // s0 points along the beam and has the length 1 / wavelength.
            let s0 = points.entry(point)?;
            direction = s0.vector()?;
            let length = direction.norm();
            if !(length.is_finite() && length > 0.0) {
                return Err(s0.error("a direction"));
            }
            wavelength_angstrom = Some(1.0 / length);
        }
        Ok(Beam { wavelength_angstrom, direction: Some(direction), polarization })
    }
}

/// Numbers of a model that are not what they are where they say nothing, and are not taken; `instead` is what says the same.
fn not_taken(
    node: &Node<'_>,
    keys: &[(&str, f64)],
    (instead, what): (&str, Assumption),
    warnings: &mut Vec<Warning>,
) {
    let said = keys.iter().filter_map(|(key, neutral)| {
        let number = node.optional(key)?.number().ok().filter(|number| number != neutral)?;
        let place = format!("{}.{key}", node.place);
        let (found, assumed) = (number.to_string(), format!("ignored; {instead}"));
        Some(Warning::new(WarningKind::NotTaken, node.path, place, found, assumed).of(what))
    });
    warnings.extend(said);
}

/// What a scan says of images that are not as far apart as the others, or of none.
fn of_scan(node: &Node<'_>, warnings: &mut Vec<Warning>) {
    let kind = WarningKind::UnlikelyScan;
    let properties = node.optional("properties");
    let starts = properties.as_ref().and_then(|properties| properties.optional("oscillation"));
    let Some(starts) = starts.filter(|_| node.optional("oscillation").is_none()) else {
        // Times of flight and energies vary in the place of an angle.
        let has_others = properties
            .is_some_and(|properties| properties.value.as_object().is_some_and(|all| !all.is_empty()));
        if node.optional("oscillation").is_none() && !has_others {
            let place = format!("{}.oscillation", node.place);
            let none = Warning::new(kind, node.path, place, "none", "stills are rendered");
            warnings.push(none.of(Assumption::Oscillation));
        }
        return;
    };
    let angles: Vec<f64> = starts.entries().map_while(|entry| entry.number().ok()).collect();
    let Some(width) = angles.get(..2).map(|two| two[1] - two[0]) else { return };
    let off = |pair: &&[f64]| (pair[1] - pair[0] - width).abs() > 1e-3 * width.abs() + 1e-6;
    if let Some(pair) = angles.windows(2).find(off) {
        let found = format!("{} after {}", pair[1], pair[0]);
        let assumed = format!("the first images are {width} degrees apart: each image goes on to the next");
        let apart = Warning::new(kind, node.path, starts.place, found, assumed);
        warnings.push(apart.of(Assumption::Oscillation));
    }
}

/// The key of the settings of a goniometer that vary.
const SETTINGS: &str = "setting_rotation_at_scan_points";

/// Says so where a model that varies has not one of `what` more than the scan has images.
fn of_scan_points(
    model: &Node<'_>,
    (key, what): (&str, &str),
    scan: Option<&Node<'_>>,
    warnings: &mut Vec<Warning>,
) {
    let range = scan.and_then(|scan| scan.optional("image_range")?.numbers::<2>().ok());
    let points = model.optional(key);
    let count = points.as_ref().and_then(|points| Some(points.value.as_array()?.len()));
    let (Some([first, last]), Some(points), Some(count)) = (range, points, count) else { return };
    let expected = last - first + 2.0;
    if count as f64 != expected {
        let assumed = format!("{expected} are expected, one more than there are images");
        let kind = WarningKind::UnlikelyScan;
        warnings.push(Warning::new(kind, model.path, points.place, format!("{count} {what}"), assumed));
    }
}

/// Whether a probe is X-rays, in the spellings of dxtbx.
fn is_xray(probe: &Value) -> bool {
    let name = probe.as_str().unwrap_or_default().to_lowercase();
    matches!(name.trim_start_matches("probe."), "x-ray" | "xray")
}

/// What turns the crystal: setting, rotation about the axis, fixed rotation.
struct Goniometer {
    axis: Vector3<f64>,
    fixed: Matrix3<f64>,
    setting: Matrix3<f64>,
}

impl Goniometer {
    fn new(node: &Node<'_>, point: usize) -> Result<Self> {
        let at_points = node.optional(SETTINGS).filter(|points| points.value.is_array());
        let mut goniometer = Goniometer::at_rest(node)?;
        if let Some(points) = at_points {
            goniometer.setting = points.entry(point)?.rotation()?;
        }
        Ok(goniometer)
    }

    fn at_rest(node: &Node<'_>) -> Result<Self> {
        let Some(axes) = node.optional("axes") else {
            let matrix =
                |name: &str| node.optional(name).map_or(Ok(Matrix3::identity()), |node| node.rotation());
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
    if last < first {
        let found = format!("{first}, {last}");
        let expected = "a last image that is not before the first";
        let place = format!("{}.image_range", node.place);
        return Err(Error::value(node.path, place, expected, found.as_bytes()));
    }
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
