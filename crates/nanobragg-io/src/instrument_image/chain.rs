//! Chains of axes that stand on one another, as NXtransformations has them.

use std::collections::HashSet;

use super::entries::{Found, angle_deg, length_mm};
use crate::error::{Error, Result};
use crate::nexus::Nxmx;
use crate::smv::Unreadable;
use crate::text::spaced;

/// Chains of instruments have a handful of axes.
const MOST_AXES: usize = 100;
/// What ends a chain.
pub(super) const END: &str = ".";

/// What the chain of the axes of a detector ends in.
pub(super) const ALONG_BEAM: &str = "entry/instrument/detector/transformations/det_z";

pub(super) const ANGLE: &str = "a number of deg or rad";
pub(super) const LENGTH: &str = "a number of m, mm, um or nm";

/// An axis of a chain.
pub(super) struct Axis {
    /// Its path.
    pub name: String,
    /// Whether it turns what stands on it, and does not shift it.
    pub turns: bool,
    /// Its direction, a unit vector in the frame that the axes below it make.
    pub vector: [f64; 3],
    /// Where it begins, in its unit of lengths, beside what it stands on; as the file has it.
    pub offset: Vec<f64>,
    /// One for all images, or one for each: degrees or millimeters.
    pub values: Found<Vec<f64>>,
    /// Its unit.
    pub unit: String,
}

impl Axis {
    /// That of the first image.
    pub fn first(&self, file: &Nxmx<'_>) -> Result<f64> {
        let values = self.values.clone().map_err(|error| error.into_error(file.path()))?;
        Ok(values.first().copied().unwrap_or_default())
    }

    /// Whether it is not the same for all images.
    pub fn varies(&self) -> bool {
        self.values.as_ref().is_ok_and(|values| values.iter().any(|value| Some(value) != values.first()))
    }
}

/// The axes from the one that `place` names to the end of the chain.
///
/// # Errors
/// An axis that is not there, that is no axis, that does not say what it stands on, or that stands on itself.
pub(super) fn follow(file: &Nxmx<'_>, place: &str, said: &str) -> Result<Vec<Axis>> {
    let (mut place, mut said) = (place.to_owned(), said.to_owned());
    let mut folder = folder_of(&place).to_owned();
    let (mut chain, mut seen) = (Vec::new(), HashSet::new());
    while said.trim() != END {
        let wrong = |expected: &str| Error::value(file.path(), place.clone(), expected, said.as_bytes());
        let name = path_of(file, &folder, &said).ok_or_else(|| wrong("the path of an axis, or ."))?;
        if !seen.insert(name.clone()) || chain.len() == MOST_AXES {
            return Err(wrong("a chain of axes that ends with ."));
        }
        chain.push(axis(file, &name)?);
        place = format!("{name}@depends_on");
        let missing = || Error::missing(file.path(), place.clone(), "the path of an axis, or .");
        said = file.text_attribute(&name, "depends_on").ok_or_else(missing)?;
        folder_of(&name).clone_into(&mut folder);
    }
    Ok(chain)
}

pub(super) fn folder_of(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The path of the axis that `said` means: from the root, or from where it is said.
fn path_of(file: &Nxmx<'_>, folder: &str, said: &str) -> Option<String> {
    let said = said.trim();
    let from_root = said.trim_start_matches('/').to_owned();
    let beside = (!said.starts_with('/')).then(|| format!("{folder}/{}", said.trim_start_matches("./")));
    beside.into_iter().chain([from_root]).find(|name| !said.is_empty() && file.numbers(name).is_some())
}

fn axis(file: &Nxmx<'_>, name: &str) -> Result<Axis> {
    let wrong = |attribute: &str, expected: &str, found: &str| {
        Error::value(file.path(), format!("{name}@{attribute}"), expected, found.as_bytes())
    };
    let kind = file.text_attribute(name, "transformation_type").unwrap_or_default();
    let turns = match kind.trim() {
        "rotation" => true,
        "translation" => false,
        _ => return Err(wrong("transformation_type", "rotation or translation", &kind)),
    };
    let vector = file.vector(name, "vector").unwrap_or_default();
    let length = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
    let unit_vector = (length.is_finite() && length > 1e-6).then(|| vector.iter().map(|x| x / length));
    let unit_vector: Option<[f64; 3]> = unit_vector.and_then(|v| v.collect::<Vec<_>>().try_into().ok());
    let direction = unit_vector.ok_or_else(|| wrong("vector", "a direction", &spaced(&vector)))?;
    let unit = file.text_attribute(name, "units").unwrap_or_default();
    let (factor, expected) = match turns {
        true => (angle_deg(unit.trim()), ANGLE),
        false => (length_mm(unit.trim()), LENGTH),
    };
    let unreadable = |found: String| Unreadable::new(name, expected, found.trim());
    let values = file.numbers(name).unwrap_or_else(|| Ok(Vec::new())).map_err(unreadable);
    let values = values.and_then(|values| match factor {
        Some(factor) if !values.is_empty() && values.iter().all(|value| value.is_finite()) => {
            Ok(values.iter().map(|value| value * factor).collect())
        }
        _ => Err(unreadable(format!("{} {unit}", spaced(&values)))),
    });
    let offset = file.vector(name, "offset").unwrap_or_default();
    Ok(Axis { name: name.to_owned(), turns, vector: direction, offset, values, unit })
}
