//! What an NXmx file says, as this program writes it.

use super::chain::{ALONG_BEAM, ANGLE, LENGTH};
use super::entries::{Entry, Said, angle_deg, length_mm, square};
use super::quantity::{plain, quantity, quantity_of, to_imgcif};
use super::{lattice, left_out, panel_axes, radiation, spindle, wavelength};
use crate::error::{Error, Result};
use crate::image_axes::ImageAxes;
use crate::nexus::{DETECTOR, Nxmx};
use crate::text::spaced;

/// A module of the detector of a file.
pub(super) struct Module<'a> {
    pub file: &'a Nxmx<'a>,
    pub name: &'a str,
    /// Whether there is no other: then the numbers of the detector are its own.
    pub is_only: bool,
}

impl Module<'_> {
    /// What the file says of it, in millimeters, ångströms and degrees.
    pub(super) fn read(&self) -> Result<Said> {
        let (file, path) = (self.file, self.file.path());
        let detector = |name: &str| format!("{DETECTOR}/{name}");
        let axes = self.axes()?;
        let (wavelength, several) = wavelength::read(file);
        let mut entries: Vec<Entry> = vec![
            ("WAVELENGTH", wavelength),
            ("CCD_IMAGE_SATURATION", plain(file, &detector("saturation_value"))),
        ];
        entries.extend(if self.is_only { self.of_detector() } else { self.of_axes(&axes) });
        let spindle = spindle::read(file)?;
        entries.extend(spindle.entries);
        let swing = detector("two_theta");
        let unit = file.text_attribute(&swing, "units").filter(|unit| !unit.trim().is_empty());
        let unit = unit.unwrap_or_else(|| "deg".to_owned());
        let swing_deg = quantity_of(file, &swing, &unit, angle_deg, ANGLE).transpose();
        let swing_deg = swing_deg.map_err(|error| error.into_error(path))?;
        let direction = spindle.direction;
        let sensor = radiation::sensor_of_nxmx(file);
        let (polarization, unread) = radiation::of_stokes(file).map_or((None, None), |read| match read {
            Ok(polarization) => (Some(polarization), None),
            Err(warning) => (None, Some(warning)),
        });
        let (crystal, of_crystal) = lattice::read(file, direction.is_some());
        let mut warnings = spindle.warnings;
        warnings.extend(several.into_iter().chain(sensor).chain(unread).chain(of_crystal));
        let (space_group, no_name) = lattice::space_group(file);
        warnings.extend(no_name);
        warnings.extend(left_out::of_nxmx(file, &axes));
        warnings.extend(panel_axes::beside(file));
        warnings.extend(radiation::other_stokes(file));
        let (fluence, no_area) = radiation::fluence(file);
        warnings.extend(no_area);
        Ok(Said {
            entries,
            names: &NAMES,
            swing_deg,
            axes: Some(axes),
            spindle: direction,
            polarization,
            crystal,
            space_group,
            exposure_s: radiation::exposure(file),
            fluence,
            warnings,
        })
    }

    /// Pixel size, distance and beam center of the detector.
    pub(super) fn of_detector(&self) -> [Entry; 4] {
        let detector = |name: &str| format!("{DETECTOR}/{name}");
        let length = |name: &str| quantity(self.file, &detector(name), length_mm, LENGTH);
        let pixel = match (length("x_pixel_size"), length("y_pixel_size")) {
            (Some(Ok(x)), Some(Ok(y))) => {
                Some(square("entry/instrument/detector/x_pixel_size, y_pixel_size", &[x, y]))
            }
            (Some(Err(error)), _) | (_, Some(Err(error))) => Some(Err(error)),
            (found, other) => found.or(other),
        };
        let along = |beam: &str, pixel: &str| {
            let name = detector(beam);
            let unit = self.file.text_attribute(&name, "units").unwrap_or_default();
            if !PIXELS.contains(&unit.trim().to_lowercase().as_str()) {
                return quantity_of(self.file, &name, &unit, length_mm, PLACE);
            }
            match (plain(self.file, &name), length(pixel)) {
                (Some(Ok(beam)), Some(Ok(pixel))) => Some(Ok(beam * pixel)),
                (Some(Err(error)), _) => Some(Err(error)),
                _ => None,
            }
        };
        [
            ("PIXEL_SIZE", pixel),
            ("DISTANCE", length("distance")),
            ("DENZO_X_BEAM", along("beam_center_y", "y_pixel_size")),
            ("DENZO_Y_BEAM", along("beam_center_x", "x_pixel_size")),
        ]
    }

    /// The same of one of several modules: those numbers of the detector are the first one's.
    fn of_axes(&self, axes: &ImageAxes) -> [Entry; 4] {
        let step = |name: &str| quantity(self.file, &self.at(name), length_mm, LENGTH);
        let pixel = match (step(FAST), step(SLOW)) {
            (Some(Ok(fast)), Some(Ok(slow))) => {
                Some(square(&format!("{}, {SLOW}", self.at(FAST)), &[fast, slow]))
            }
            (Some(Err(error)), _) | (_, Some(Err(error))) => Some(Err(error)),
            (found, other) => found.or(other),
        };
        let spot = axes.spot_mm();
        let part = |at: usize| spot.map(|spot| Ok(spot[at]));
        [("PIXEL_SIZE", pixel), ("DISTANCE", part(0)), ("DENZO_X_BEAM", part(2)), ("DENZO_Y_BEAM", part(1))]
    }

    /// The name of a data set of the module.
    pub(super) fn at(&self, name: &str) -> String {
        format!("{DETECTOR}/{}/{name}", self.name)
    }
}

pub(super) const FAST: &str = "fast_pixel_direction";
pub(super) const SLOW: &str = "slow_pixel_direction";
const OFFSET: &str = "module_offset";

/// What an NXmx calls what keys of SMV say.
const NAMES: [(&str, &str); 7] = [
    ("PIXEL_SIZE", "entry/instrument/detector/x_pixel_size"),
    ("DISTANCE", "entry/instrument/detector/distance"),
    ("WAVELENGTH", "entry/instrument/beam/incident_wavelength"),
    ("DENZO_X_BEAM", "entry/instrument/detector/beam_center_y"),
    ("DENZO_Y_BEAM", "entry/instrument/detector/beam_center_x"),
    ("OSC_START", "entry/sample/transformations"),
    ("OSC_RANGE", "entry/sample/transformations"),
];

/// What counts pixels.
const PIXELS: [&str; 4] = ["", "pixel", "pixels", "px"];
const PLACE: &str = "a number of pixels, or of m, mm, um or nm";

/// The chain of axes from the beam to the first pixel.
impl Module<'_> {
    /// # Errors
    /// An axis that is missing, without a direction or a unit of length, or that stands on another one than those that this
    /// program writes.
    pub(super) fn axes(&self) -> Result<ImageAxes> {
        let path = self.file.path();
        let [fast, slow, offset] = [FAST, SLOW, OFFSET].map(|name| self.at(name));
        let directions = (self.direction(&fast, &offset)?, self.direction(&slow, &offset)?);
        let [from, along] = [(offset.as_str(), ALONG_BEAM), (ALONG_BEAM, ".")].map(|(name, stands_on)| {
            let vector = self.direction(name, stands_on)?;
            let length = quantity(self.file, name, length_mm, LENGTH);
            let length = length.ok_or_else(|| Error::missing(path, name, LENGTH))?;
            let length = length.map_err(|error| error.into_error(path))?;
            Ok::<_, Error>(vector.map(|part| part * length))
        });
        let (from, along) = (from?, along?);
        let origin = [0, 1, 2].map(|at: usize| from[at] + along[at]);
        let vectors = [directions.0, directions.1, origin].map(to_imgcif);
        ImageAxes::checked(path, [&fast, &slow, &offset], vectors)
    }

    /// The vector of a translation that stands on another one.
    fn direction(&self, name: &str, stands_on: &str) -> Result<[f64; 3]> {
        let at = |attribute: &str| format!("{name}@{attribute}");
        let text = |attribute: &str| self.file.text_attribute(name, attribute).unwrap_or_default();
        let wrong = |attribute: &str, expected: String, found: &str| {
            Error::value(self.file.path(), at(attribute), expected, found.as_bytes())
        };
        let kind = text("transformation_type");
        if kind.trim() != "translation" {
            return Err(wrong("transformation_type", "translation".to_owned(), &kind));
        }
        // A name without folders is beside the axis.
        let depends_on = text("depends_on");
        let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
        let said = depends_on.trim();
        let said = match said {
            "." => said.to_owned(),
            _ if said.contains('/') => said.trim_start_matches('/').to_owned(),
            _ => format!("{folder}/{said}"),
        };
        if said != stands_on {
            return Err(wrong("depends_on", stands_on.to_owned(), &depends_on));
        }
        let vector = self.file.vector(name, "vector").unwrap_or_default();
        let is_direction = vector.iter().all(|x| x.is_finite()) && vector.iter().any(|x| x.abs() > 1e-6);
        let numbers: Option<[f64; 3]> = vector.clone().try_into().ok().filter(|_| is_direction);
        let numbers = numbers.ok_or_else(|| wrong("vector", "a direction".to_owned(), &spaced(&vector)))?;
        let offset = self.file.vector(name, "offset").unwrap_or_default();
        if offset.iter().any(|x| *x != 0.0) {
            return Err(wrong("offset", "0 0 0".to_owned(), &spaced(&offset)));
        }
        Ok(numbers)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use rust_hdf5::{H5File, VarLenUnicode};

    use super::*;
    use crate::instrument_image::doubts;
    use crate::smv::SmvHeader;

    /// What is said of a data set: its name, its number, its unit, its vector and what it stands on.
    type Axis = (&'static str, f64, &'static str, Option<[f64; 3]>, &'static str);

    const AXES: [Axis; 4] = [
        ("transformations/det_z", 50.0, "mm", Some([0.0, 0.0, 1.0]), "."),
        (
            "module/module_offset",
            5.0,
            "mm",
            Some([0.6, 0.8, 0.0]),
            "/entry/instrument/detector/transformations/det_z",
        ),
        ("module/fast_pixel_direction", 0.1, "mm", Some([-1.0, 0.0, 0.0]), "module_offset"),
        ("module/slow_pixel_direction", 0.1, "mm", Some([0.0, -1.0, 0.0]), "module_offset"),
    ];
    const NUMBERS: [(&str, f64, &str); 5] = [
        ("distance", 50.0, "mm"),
        ("x_pixel_size", 0.1, "mm"),
        ("y_pixel_size", 0.1, "mm"),
        ("beam_center_x", 30.0, "pixel"),
        ("beam_center_y", 40.0, "pixel"),
    ];

    /// What is read of a detector whose axes and numbers are changed, and the warnings.
    fn said(
        change: impl Fn(&mut [Axis; 4], &mut [(&'static str, f64, &'static str); 5]),
    ) -> Result<(Said, Vec<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let (mut axes, mut numbers) = (AXES, NUMBERS);
        change(&mut axes, &mut numbers);
        let file = H5File::create(&path).unwrap();
        let instrument = file.root_group().create_group("entry").unwrap().create_group("instrument").unwrap();
        let detector = instrument.create_group("detector").unwrap();
        let text = |set: &rust_hdf5::H5Dataset, name: &str, text: &str| {
            let attribute = set.new_attr::<VarLenUnicode>().shape(()).create(name).unwrap();
            attribute.write_string(text).unwrap();
        };
        let groups = ["transformations", "module"].map(|name| (name, detector.create_group(name).unwrap()));
        let size = groups[1].1.new_dataset::<i32>().shape([2]).create("data_size").unwrap();
        size.write_raw(&[80_i32, 60]).unwrap();
        for (name, number, unit) in numbers {
            let set = detector.new_dataset::<f64>().scalar().create(name).unwrap();
            set.write_raw(&[number]).unwrap();
            text(&set, "units", unit);
        }
        for (name, number, unit, vector, stands_on) in axes {
            let (group, name) = name.split_once('/').unwrap();
            let (_, group) = groups.iter().find(|(found, _)| *found == group).unwrap();
            let set = group.new_dataset::<f64>().scalar().create(name).unwrap();
            set.write_raw(&[number]).unwrap();
            text(&set, "units", unit);
            text(&set, "depends_on", stands_on);
            text(&set, "transformation_type", "translation");
            if let Some(vector) = vector {
                let attribute = set.new_attr::<f64>().shape([3]).create("vector").unwrap();
                attribute.write_array(&vector).unwrap();
            }
        }
        file.close().unwrap();
        let file = Nxmx::open(&path).unwrap();
        let module = Module { file: &file, name: "module", is_only: true };
        let said = module.read()?;
        let known = said.entries.clone().into_iter().filter_map(|(key, found)| Some((key, found?)));
        let header = SmvHeader::of_entries(&path, known).called(said.names);
        let doubts = doubts::of_nxmx(&module, &path, &header, said.axes.as_ref());
        let start = format!("{}: ", path.display());
        Ok((said, doubts.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()))
    }

    #[test]
    fn the_chain_of_axes_is_the_one_that_is_written_or_refused() {
        let (found, doubts) = said(|_, _| ()).unwrap();
        let axes = ImageAxes { fast: [1.0, 0.0, 0.0], slow: [0.0, -1.0, 0.0], origin_mm: [-3.0, 4.0, -50.0] };
        assert_eq!(found.axes, Some(axes));
        let expected = "entry/instrument/beam/incident_wavelength: none: 1 Angstrom is assumed";
        assert_eq!(doubts, [expected]);
        let error = |change: fn(&mut [Axis; 4])| {
            let text = said(|axes, _| change(axes)).err().unwrap().to_string();
            text.split_once("a.nxs: entry/instrument/detector/").unwrap().1.to_owned()
        };
        for (error, expected) in [
            (
                error(|axes| axes[2].3 = None),
                "module/fast_pixel_direction@vector: expected a direction, found \"\"",
            ),
            (
                error(|axes| axes[3].3 = Some([0.0; 3])),
                "module/slow_pixel_direction@vector: expected a direction, found \"0 0 0\"",
            ),
            (
                error(|axes| axes[2].3 = Some([f64::NAN, 0.0, 0.0])),
                "module/fast_pixel_direction@vector: expected a direction, found \"NaN 0 0\"",
            ),
            (
                error(|axes| axes[1].4 = "nowhere"),
                "module/module_offset@depends_on: expected entry/instrument/detector/transformations/det_z, \
                    found \"nowhere\"",
            ),
            (
                error(|axes| axes[0].2 = "parsec"),
                "transformations/det_z: expected a number of m, mm, um or nm, found \"50 parsec\"",
            ),
        ] {
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn units_are_converted_and_contradictions_said() {
        let entry = |said: &Said, key: &str| {
            let found = said.entries.iter().find(|(name, _)| *name == key).unwrap().1.clone().unwrap();
            found.map_err(|error| error.into_error(Path::new("a.nxs")).to_string())
        };
        let (found, doubts) = said(|_, numbers| numbers[0] = ("distance", 0.05, "m")).unwrap();
        assert_eq!((entry(&found, "DISTANCE"), doubts.len()), (Ok(50.0), 1));
        let (_, doubts) = said(|_, numbers| numbers[0].1 = 77.0).unwrap();
        let expected = "entry/instrument/detector/distance: 77 mm: counts; the chain of axes means 50 mm";
        assert_eq!(doubts[1], expected);
        let (_, doubts) = said(|axes, _| axes[2].1 = 0.3).unwrap();
        assert_eq!(doubts[0], format!("{DETECTOR}/module/{FAST}: 0.3 mm: ignored; x_pixel_size is 0.1 mm"));
        let (found, _) = said(|_, numbers| numbers[1].1 = 0.3).unwrap();
        assert!(entry(&found, "PIXEL_SIZE").unwrap_err().ends_with("found \"0.3 x 0.1 mm\""));
        let (found, _) = said(|_, numbers| numbers[0].2 = "parsec").unwrap();
        assert!(entry(&found, "DISTANCE").unwrap_err().ends_with("found \"50 parsec\""));
        let spot =
            |x: f64, unit: &'static str| said(move |_, numbers| numbers[3] = ("beam_center_x", x, unit));
        for (x, unit) in [(30.0, ""), (30.0, "pixels"), (3.0, "mm"), (3e-3, "m")] {
            let found = entry(&spot(x, unit).unwrap().0, "DENZO_Y_BEAM").unwrap();
            assert!((found - 3.0).abs() < 1e-12, "{x} {unit}: {found}");
        }
        let error = entry(&spot(3.0, "inch").unwrap().0, "DENZO_Y_BEAM").unwrap_err();
        let expected = "a.nxs: entry/instrument/detector/beam_center_x: expected a number of pixels, or of m, mm, um or nm, found \"3 inch\"";
        assert_eq!(error, expected);
        let (_, doubts) = said(|_, numbers| numbers[3].1 = 3.0).unwrap();
        assert!(doubts[1].starts_with("entry/instrument/detector/beam_center: 0.3 4 mm"), "{doubts:?}");
    }
}
