//! How the sample of an NXmx file turns.

use nalgebra::{Rotation3, Unit, Vector3};

use super::chain::{ANGLE, Axis, END, follow};
use super::entries::{Entry, Found, angle_deg};
use super::quantity::{listed, quantity_of, to_imgcif};
use crate::c_format::g;
use crate::error::{Error, Result};
use crate::nexus::Nxmx;
use crate::smv::Unreadable;
use crate::text::spaced;
use crate::warning::{Assumption, Warning, WarningKind};

const SAMPLE: &str = "entry/sample/depends_on";
const GONIOMETER: &str = "entry/sample/goniometer";
const AXES: &str = "entry/sample/transformations";
/// Difference of two angles that the digits of files do not make, degrees.
const SAME_DEG: f64 = 1e-4;

/// The rotation of a sample.
#[derive(Default)]
pub(super) struct Spindle {
    /// Start and range of the first image, degrees.
    pub entries: Vec<Entry>,
    /// The axis about which it turns right-handedly, a unit vector in the frame of imgCIF.
    pub direction: Option<[f64; 3]>,
    /// What turns or shifts the sample beside it.
    pub warnings: Vec<Warning>,
}

/// The rotation that the chain of the sample's axes makes.
///
/// # Errors
/// Those of the chain; several axes that turn.
pub(super) fn read(file: &Nxmx<'_>) -> Result<Spindle> {
    let has_axes = !file.names(AXES)?.is_empty();
    let Some(said) = file.text(SAMPLE) else {
        let missing =
            || Error::missing(file.path(), SAMPLE, "the path of the axis that turns the sample, or .");
        let still = || Spindle { warnings: goniometer(file), ..Spindle::default() };
        return if has_axes { Err(missing()) } else { Ok(still()) };
    };
    let expected = "the path of an axis, or .";
    let said = said.map_err(|found| Error::value(file.path(), SAMPLE, expected, found.as_bytes()))?;
    let ignored = |place: &str, found: String, assumed: &str| {
        Warning::new(WarningKind::NotTaken, file.path(), place, found, assumed)
    };
    if said.trim() == END {
        let assumed = format!("a still; {AXES} is ignored");
        let unused = has_axes.then(|| ignored(SAMPLE, END.to_owned(), &assumed));
        let warnings = unused.into_iter().chain(goniometer(file)).collect();
        return Ok(Spindle { warnings, ..Spindle::default() });
    }
    let chain = follow(file, SAMPLE, &said)?;
    let all_ranges: Vec<Ranges> =
        chain.iter().map(|axis| if axis.turns { ranges(file, axis) } else { Ranges::new() }).collect();
    let turning = |(axis, said): &(&Axis, &Ranges)| {
        let range = range(axis, said).and_then(std::result::Result::ok);
        axis.turns && (axis.varies() || range.is_some_and(|range| range != 0.0))
    };
    let turning = chain.iter().zip(&all_ranges).filter(turning);
    let turning: Vec<&str> = turning.map(|(axis, _)| axis.name.as_str()).collect();
    if turning.len() > 1 {
        let names: Vec<&str> = turning.iter().filter_map(|name| name.rsplit('/').next()).collect();
        return Err(Error::value(file.path(), SAMPLE, "one axis that turns", names.join(", ").as_bytes()));
    }
    // Of those at rest the one that carries the others.
    let at_rest = || chain.iter().rposition(|axis| axis.turns);
    let at =
        turning.first().and_then(|name| chain.iter().position(|axis| axis.name == *name)).or_else(at_rest);
    let mut warnings: Vec<Warning> = Vec::new();
    // An axis that does not pass through the crystal carries it around.
    warnings.extend(chain.iter().filter(|axis| axis.offset.iter().any(|x| *x != 0.0)).map(|axis| {
        let place = format!("{}@offset", axis.name);
        ignored(&place, spaced(&axis.offset), "ignored: the sample stays where it is")
    }));
    for (number, axis) in chain.iter().enumerate().filter(|(number, _)| Some(*number) != at) {
        let value = axis.first(file)?;
        let found = || format!("{} {}", g(value, 6), if axis.turns { "deg" } else { "mm" });
        let assumed = match axis.turns {
            false if axis.varies() => "varies; ignored: the sample stays where it is",
            false => "ignored: the sample stays where it is",
            true if at.is_some_and(|at| number > at) => "turns the spindle alone; -misset turns the crystal",
            true => "ignored; -misset turns the crystal",
        };
        if value != 0.0 || axis.varies() {
            let warning = ignored(&axis.name, found(), assumed);
            warnings.push(if axis.turns { warning.of(Assumption::Turn) } else { warning });
        }
    }
    warnings.extend(beside(file, &chain)?);
    let parts = at.and_then(|at| Some((chain.get(at)?, all_ranges.get(at)?, chain.get(at + 1..)?)));
    let Some((spindle, said, below)) = parts else {
        return Ok(Spindle { warnings, ..Spindle::default() });
    };
    warnings.extend(contradictions(file, said));
    let mut direction = Vector3::from(spindle.vector);
    for axis in below.iter().filter(|axis| axis.turns) {
        // Axes of a chain are unit vectors.
        let about = Unit::new_unchecked(Vector3::from(axis.vector));
        direction = Rotation3::from_axis_angle(&about, axis.first(file)?.to_radians()) * direction;
    }
    let start = spindle.values.clone().map(|values| values.first().copied().unwrap_or_default());
    let entries = vec![("OSC_START", Some(start)), ("OSC_RANGE", range(spindle, said))];
    Ok(Spindle { entries, direction: Some(to_imgcif(direction.into())), warnings })
}

/// Axes beside the chain that turn or shift something.
fn beside(file: &Nxmx<'_>, chain: &[Axis]) -> Result<Vec<Warning>> {
    const OF_AN_AXIS: [&str; 4] = ["_end", "_increment_set", "_range_average", "_range_total"];
    let is_axis = |name: &String| {
        let path = format!("{AXES}/{name}");
        !OF_AN_AXIS.iter().any(|end| name.ends_with(end)) && !chain.iter().any(|axis| axis.name == path)
    };
    let warning = |name: String| {
        let path = format!("{AXES}/{name}");
        let numbers = file.numbers(&path)?.ok()?;
        let assumed = "ignored: sample/depends_on does not lead to it";
        let is_said = numbers.iter().any(|number| *number != 0.0);
        let warning = || Warning::new(WarningKind::NotTaken, file.path(), path, listed(&numbers), assumed);
        is_said.then(|| warning().of(Assumption::Turn))
    };
    Ok(file.names(AXES)?.into_iter().filter(is_axis).filter_map(warning).collect())
}

/// Angles of a goniometer as Eiger detectors wrote them before, of which no axis says where it points.
fn goniometer(file: &Nxmx<'_>) -> Vec<Warning> {
    let warning = |name: &str| {
        let path = format!("{GONIOMETER}/{name}");
        let numbers = file.numbers(&path)?.ok()?;
        let assumed = "ignored: a still, without sample/depends_on; -phi and -osc turn the crystal";
        let is_said = numbers.iter().any(|number| *number != 0.0);
        let turn = Assumption::Oscillation;
        is_said.then(|| {
            Warning::new(WarningKind::NotTaken, file.path(), path, listed(&numbers), assumed).of(turn)
        })
    };
    ["omega", "phi", "chi", "kappa"].into_iter().filter_map(warning).collect()
}

/// The range of an image about an axis, degrees: as it is said, to where the first image ends, or to where the second one begins.
fn range(axis: &Axis, said: &Ranges) -> Option<Found<f64>> {
    let to_second = || {
        let starts = axis.values.as_ref().ok()?;
        Some(Ok(starts.get(1)? - starts.first()?))
    };
    said.first().map(|(_, found)| found.clone()).or_else(to_second)
}

/// All that a file says of that range itself, by its names: what counts comes first.
type Ranges = Vec<(String, Found<f64>)>;

fn ranges(file: &Nxmx<'_>, axis: &Axis) -> Ranges {
    let angle = |name: &str| {
        let name = format!("{}_{name}", axis.name);
        let unit = file.text_attribute(&name, "units").filter(|unit| !unit.trim().is_empty());
        (name, unit.unwrap_or_else(|| axis.unit.clone()))
    };
    let said = |name| {
        let (name, unit) = angle(name);
        let found = quantity_of(file, &name, &unit, angle_deg, ANGLE)?;
        Some((name, found))
    };
    let mut all: Vec<_> = ["range_average", "increment_set"].into_iter().filter_map(said).collect();
    let Ok(starts) = &axis.values else { return all };
    let Some(start) = starts.first() else { return all };
    let (end, unit) = angle("end");
    if let Some(found) = file.numbers(&end) {
        let wrong = |found: &str| Err(Unreadable::new(&end, ANGLE, format!("{found} {unit}").trim()));
        let to_first = found.map_or_else(
            |found| wrong(&found),
            |numbers| {
                let first = numbers.first().filter(|first| first.is_finite());
                let factor = angle_deg(unit.trim());
                first
                    .zip(factor)
                    .map_or_else(|| wrong(&listed(&numbers)), |(first, factor)| Ok(first * factor - start))
            },
        );
        all.push((end, to_first));
    }
    all
}

/// What differs from the range that counts: a range or an end. The next image may begin anywhere.
fn contradictions(file: &Nxmx<'_>, said: &Ranges) -> Vec<Warning> {
    let Some(((counts, Ok(range)), others)) = said.split_first() else { return Vec::new() };
    let differs = |(name, other): &(String, Found<f64>)| {
        let other = other.as_ref().ok().filter(|other| (*other - range).abs() > SAME_DEG)?;
        let found = format!("an image of {} deg", g(*other, 6));
        let assumed = format!("ignored; {counts} says {} deg, which counts", g(*range, 6));
        let doubt = Warning::new(WarningKind::ContradictingHeader, file.path(), name.clone(), found, assumed);
        Some(doubt.of(Assumption::Oscillation))
    };
    others.iter().filter_map(differs).collect()
}

#[cfg(test)]
mod tests {
    use rust_hdf5::{H5File, VarLenUnicode};

    use super::*;

    /// Name, values, unit, vector, and what it stands on.
    type Row<'a> = (&'a str, &'a [f64], &'a str, [f64; 3], Option<&'a str>);

    const PHI: Row<'_> = ("phi", &[20.0, 21.0], "deg", [-1.0, 0.0, 0.0], Some("."));

    /// What a file says whose sample stands on the axis `first`.
    fn said(first: Option<&str>, rows: &[Row<'_>]) -> Result<Spindle> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let sample = file.root_group().create_group("entry").unwrap().create_group("sample").unwrap();
        if let Some(first) = first {
            sample.write_vlen_strings("depends_on", &[first]).unwrap();
        }
        let axes = sample.create_group("transformations").unwrap();
        for (name, values, unit, vector, stands_on) in rows {
            let set = axes.new_dataset::<f64>().shape([values.len()]).create(name).unwrap();
            set.write_raw(values).unwrap();
            let text = |name: &str, text: &str| {
                let attribute = set.new_attr::<VarLenUnicode>().shape(()).create(name).unwrap();
                attribute.write_string(text).unwrap();
            };
            text("units", unit);
            text("transformation_type", if unit.contains("mm") { "translation" } else { "rotation" });
            set.new_attr::<f64>().shape([3]).create("vector").unwrap().write_array(vector).unwrap();
            if let Some(stands_on) = stands_on {
                text("depends_on", stands_on);
            }
        }
        file.close().unwrap();
        read(&Nxmx::open(&path).unwrap())
    }

    fn number(found: &Spindle, key: &str) -> f64 {
        found.entries.iter().find(|(name, _)| *name == key).unwrap().1.clone().unwrap().unwrap()
    }

    fn is_near(found: Option<[f64; 3]>, expected: [f64; 3]) -> bool {
        found.unwrap().iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12)
    }

    #[test]
    fn the_spindle_lies_as_the_axes_below_it_turn_it() {
        let first = Some("transformations/phi");
        let found = said(first, &[PHI]).unwrap();
        assert!(is_near(found.direction, [1.0, 0.0, 0.0]) && found.warnings.is_empty());
        assert_eq!((number(&found, "OSC_START"), number(&found, "OSC_RANGE")), (20.0, 1.0));
        let omega: Row<'_> = ("omega", &[90.0], "deg", [0.0, 0.0, 2.0], Some("."));
        let shift: Row<'_> = ("x", &[1.5], "mm", [1.0, 0.0, 0.0], Some("omega"));
        let kappa: Row<'_> = ("kappa", &[30.0], "deg", [0.0, 1.0, 0.0], Some("phi"));
        let on_shift = (PHI.0, PHI.1, PHI.2, PHI.3, Some("/entry/sample/transformations/x"));
        let found =
            said(Some("/entry/sample/transformations/kappa"), &[omega, shift, kappa, on_shift]).unwrap();
        assert!(is_near(found.direction, [0.0, -1.0, 0.0]), "{:?}", found.direction);
        let places = found.warnings.iter().map(|warning| warning.place.rsplit_once('/').unwrap().1);
        assert_eq!(places.collect::<Vec<_>>(), ["kappa", "x", "omega"]);
        // Radians.
        let turn = [std::f64::consts::FRAC_PI_2, std::f64::consts::PI];
        let found = said(first, &[(PHI.0, &turn, "rad", PHI.3, PHI.4)]).unwrap();
        assert!((number(&found, "OSC_RANGE") - 90.0).abs() < 1e-12);
        // One image, and where it ends.
        let found =
            said(first, &[(PHI.0, &[20.0], "deg", PHI.3, PHI.4), ("phi_end", &[20.5], "deg", PHI.3, None)]);
        assert_eq!(number(&found.unwrap(), "OSC_RANGE"), 0.5);
        // Of an end that cannot be read nobody makes a still.
        for unit in ["parsec", ""] {
            let end: Row<'_> = ("phi_end", &[f64::NAN], unit, PHI.3, None);
            let found = said(first, &[(PHI.0, &[20.0], "deg", PHI.3, PHI.4), end]).unwrap();
            assert!(
                found.entries.iter().any(|(key, found)| *key == "OSC_RANGE" && matches!(found, Some(Err(_))))
            );
        }
        // What contradicts the range that counts is named, with both.
        let more = |rows: &[Row<'_>]| {
            let rows = [&[PHI], rows].concat();
            let doubts = said(first, &rows).unwrap().warnings;
            let short = |doubt: &Warning| {
                let text = doubt.to_string();
                text.split_once("a.nxs: ").unwrap().1.replace("entry/sample/transformations/", "")
            };
            doubts.iter().map(short).collect::<Vec<_>>()
        };
        let set = |name, values| -> Row<'_> { (name, values, "deg", PHI.3, None) };
        assert_eq!(more(&[set("phi_end", &[21.0, 22.0]), set("phi_increment_set", &[1.0, 1.0])]), [""; 0]);
        // Images may have gaps between them, or begin at one angle, as those of several orientations do.
        assert_eq!(more(&[set("phi_end", &[20.5, 21.5])]), [""; 0]);
        let still = (PHI.0, &[20.0, 20.0][..], "deg", PHI.3, PHI.4);
        let found = said(first, &[still, set("phi_end", &[20.5, 20.5])]).unwrap();
        assert_eq!((number(&found, "OSC_RANGE"), found.warnings.len()), (0.5, 0));
        assert_eq!(
            more(&[set("phi_increment_set", &[0.5]), set("phi_end", &[21.0, 22.0])]),
            ["phi_end: an image of 1 deg: ignored; phi_increment_set says 0.5 deg, which counts"]
        );
        assert!(said(None, &[]).unwrap().entries.is_empty());
        let still = said(Some("."), &[PHI]).unwrap();
        assert_eq!((still.entries.len(), still.warnings.len()), (0, 1));
    }

    #[test]
    fn an_axis_beside_the_crystal_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let file = H5File::create(&path).unwrap();
        let sample = file.root_group().create_group("entry").unwrap().create_group("sample").unwrap();
        sample.write_vlen_strings("depends_on", &["phi"]).unwrap();
        let set = sample.new_dataset::<f64>().shape([2]).create("phi").unwrap();
        set.write_raw(&[0.0, 1.0]).unwrap();
        for (name, text) in [("units", "deg"), ("transformation_type", "rotation"), ("depends_on", ".")] {
            set.new_attr::<VarLenUnicode>().shape(()).create(name).unwrap().write_string(text).unwrap();
        }
        for (name, vector) in [("vector", [-1.0, 0.0, 0.0]), ("offset", [0.0, 0.5, 0.0])] {
            set.new_attr::<f64>().shape([3]).create(name).unwrap().write_array(&vector).unwrap();
        }
        drop((set, sample));
        file.close().unwrap();
        let warnings = read(&Nxmx::open(&path).unwrap()).unwrap().warnings;
        let said = warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        let expected = "entry/sample/phi@offset: 0 0.5 0: ignored: the sample stays where it is";
        assert!(warnings.len() == 1 && said.ends_with(expected), "{said}");
    }

    #[test]
    fn a_chain_that_leads_nowhere_is_refused_by_its_path() {
        let error = |first: Option<&str>, rows: &[Row<'_>]| {
            let text = said(first, rows).err().unwrap().to_string();
            text.split_once("a.nxs: entry/sample/").unwrap().1.replace("entry/sample/transformations/", "")
        };
        let first = Some("transformations/phi");
        let on = |stands_on| [(PHI.0, PHI.1, PHI.2, PHI.3, stands_on)];
        let expected = "depends_on: expected the path of the axis that turns the sample, or ., found none";
        assert_eq!(error(None, &[PHI]), expected);
        let expected = "transformations/phi@depends_on: expected the path of an axis, or ., found none";
        assert_eq!(error(first, &on(None)), expected);
        let expected = "transformations/phi@depends_on: expected the path of an axis, or ., found \"omega\"";
        assert_eq!(error(first, &on(Some("omega"))), expected);
        let expected =
            "transformations/phi@depends_on: expected a chain of axes that ends with ., found \"phi\"";
        assert_eq!(error(first, &on(Some("phi"))), expected);
        let omega: Row<'_> = ("omega", &[0.0, 1.0], "deg", [0.0, 0.0, 1.0], Some("."));
        let expected = "depends_on: expected one axis that turns, found \"phi, omega\"";
        assert_eq!(error(first, &[omega, on(Some("omega"))[0]]), expected);
        let expected = "transformations/phi@vector: expected a direction, found \"0 0 0\"";
        assert_eq!(error(first, &[(PHI.0, PHI.1, PHI.2, [0.0; 3], PHI.4)]), expected);
        let tilt: Row<'_> = ("tilt", &[3.0], "parsec", [0.0, 0.0, 1.0], Some("."));
        let expected = "transformations/tilt: expected a number of deg or rad, found \"3 parsec\"";
        assert_eq!(error(first, &[tilt, on(Some("tilt"))[0]]), expected);
    }
}
