//! Numbers of an NXmx file, in the units that it says.

use super::entries::Found;
use crate::nexus::Nxmx;
use crate::smv::Unreadable;
use crate::text::spaced;

/// Factor of a unit, by its name.
pub(super) type Units = fn(&str) -> Option<f64>;

/// A number without a unit, or in the only one.
pub(super) fn plain(file: &Nxmx<'_>, name: &str) -> Option<Found<f64>> {
    let wrong = |found: String| Unreadable::new(name, "a number", found);
    let number = only(file, name)?.map_err(wrong);
    Some(number.and_then(
        |number| {
            if number.is_finite() { Ok(number) } else { Err(wrong(number.to_string())) }
        },
    ))
}

/// A number in the unit that the file says.
pub(super) fn quantity(
    file: &Nxmx<'_>,
    name: &str,
    units: Units,
    expected: &'static str,
) -> Option<Found<f64>> {
    let unit = file.text_attribute(name, "units").unwrap_or_default();
    quantity_of(file, name, &unit, units, expected)
}

/// A number in this unit.
pub(super) fn quantity_of(
    file: &Nxmx<'_>,
    name: &str,
    unit: &str,
    units: Units,
    expected: &'static str,
) -> Option<Found<f64>> {
    let wrong = |found: &str| Unreadable::new(name, expected, format!("{found} {unit}").trim());
    let number = only(file, name)?.map_err(|found| wrong(&found));
    Some(number.and_then(|number| {
        let factor = units(unit.trim()).filter(|_| number.is_finite());
        factor.map(|factor| number * factor).ok_or_else(|| wrong(&number.to_string()))
    }))
}

/// The number at `name`, of an array the one that it has everywhere, or what stands there in its place.
fn only(file: &Nxmx<'_>, name: &str) -> Option<Result<f64, String>> {
    Some(file.numbers(name)?.and_then(|numbers| match numbers.split_first() {
        Some((first, rest)) if rest.iter().all(|other| other == first) => Ok(*first),
        _ => Err(listed(&numbers)),
    }))
}

/// The first numbers, and how many there are.
pub(super) fn listed(numbers: &[f64]) -> String {
    const SHOWN: usize = 4;
    match numbers.len() {
        0 => "no number".to_owned(),
        count if count > SHOWN => format!("{} ... ({count} numbers)", spaced(&numbers[..SHOWN])),
        _ => spaced(numbers),
    }
}

/// NeXus has z along the beam.
pub(super) fn to_imgcif([x, y, z]: [f64; 3]) -> [f64; 3] {
    [-x, y, -z]
}
