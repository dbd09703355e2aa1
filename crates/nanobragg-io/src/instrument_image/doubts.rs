//! What the header of an image says twice in ways that differ, and what it does not say.

use std::path::Path;

use super::centers::{self, CONVENTIONS_PX};
use super::chain::LENGTH;
use super::entries::length_mm;
use super::nxmx::{self, Module};
use super::quantity::quantity;
use crate::c_format::g;
use crate::image_axes::{AXES_KEYS, ImageAxes};
use crate::lines::finite;
use crate::smv::SmvHeader;
use crate::warning::{Assumption, Warning, WarningKind};

/// Difference of two numbers of one length that the digits of headers do not make: relative, and in mm.
const SAME: (f64, f64) = (1e-3, 0.02);
/// A beam that passes farther beside the detector than its edge is likely to be meant in pixels.
const FAR: f64 = 1.0;

/// What NXmx calls distance and beam center.
const NXMX: [&str; 2] = ["entry/instrument/detector/distance", "entry/instrument/detector/beam_center"];

/// Of a miniCBF image of so many pixels along the fast and the slow axis whose header says these.
pub(super) fn of_mini_cbf(
    path: &Path,
    header: &SmvHeader,
    size: [usize; 2],
    axes: Option<&ImageAxes>,
) -> Vec<Warning> {
    const NAMES: [&str; 2] = ["Detector_distance", "Beam_xy"];
    let far = axes.is_none().then(|| far(path, header, size, NAMES[1])).flatten();
    let of_axes = axes.map(|axes| of_axes(path, header, axes, NAMES, &header_counts(AXES_KEYS[2])));
    lacking(path, header).into_iter().chain(far).chain(of_axes.into_iter().flatten()).collect()
}

/// A beam center far beside a detector of so many pixels along the fast and the slow axis.
fn far(path: &Path, header: &SmvHeader, size: [usize; 2], name: &str) -> Option<Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let pixel = number("PIXEL_SIZE").filter(|pixel| *pixel > 0.0)?;
    let spot = [number("DENZO_Y_BEAM")?, number("DENZO_X_BEAM")?].map(|place| place / pixel);
    let edge = size[0].max(size[1]) as f64;
    let is_far = spot.iter().any(|place| is_far(*place, edge));
    let found = format!("{} {}", g(spot[0], 6), g(spot[1], 6));
    let other = format!("pixels; the detector has {} x {}: another unit?", size[0], size[1]);
    is_far.then(|| contradiction(path, name, found, other).of(Assumption::BeamCenter))
}

/// Of an NXmx file that says these.
pub(super) fn of_nxmx(
    module: &Module<'_>,
    path: &Path,
    header: &SmvHeader,
    axes: Option<&ImageAxes>,
) -> Vec<Warning> {
    if !module.is_only {
        // All is taken from its own axes.
        return lacking(path, header).into_iter().chain(of_first_module(module, path)).collect();
    }
    let of_axes = axes.map(|axes| of_axes(path, header, axes, NXMX, &header_counts("the chain of axes")));
    let pixels = nxmx_pixels(path, module, header).into_iter();
    pixels.chain(lacking(path, header)).chain(of_axes.into_iter().flatten()).collect()
}

/// Of an SMV image of so many pixels along the fast and the slow axis. The place of what is not there is its key.
pub(super) fn of_smv(
    path: &Path,
    header: &SmvHeader,
    size: [usize; 2],
    axes: Option<&ImageAxes>,
) -> Vec<Warning> {
    const NAMES: [&str; 2] = ["DISTANCE", "DENZO_X_BEAM, DENZO_Y_BEAM"];
    let of_axes = axes.map(|axes| of_axes(path, header, axes, NAMES, &header_counts(AXES_KEYS[2])));
    let smv = Smv { path, header, size, is_tilted: axes.is_some() };
    let mut doubts = lacking(path, header);
    doubts.extend(of_axes.into_iter().flatten());
    doubts.extend(smv.goniometer());
    doubts.extend(smv.left_out());
    doubts.extend(centers::of_other_programs(path, header, size, (smv.is_tilted, smv.is_swung())));
    doubts.extend(smv.distances().into_iter().chain(smv.beam_centers()));
    doubts
}

/// Distance and beam center of a detector of several modules, which are those of the one that the images begin with and are not taken.
fn of_first_module(module: &Module<'_>, path: &Path) -> Vec<Warning> {
    let panels = module.file.panels().unwrap_or_default();
    let Some(first) = panels.into_iter().find(|panel| panel.origin == [0, 0]) else { return Vec::new() };
    let first = Module { file: module.file, name: &first.name, is_only: false };
    let Ok(axes) = first.axes() else { return Vec::new() };
    let known = module.of_detector().into_iter().filter_map(|(key, found)| Some((key, found?)));
    let header = SmvHeader::of_entries(path, known);
    let verdict = |meant: String| format!("ignored; the axes of {} mean {meant}, which count", first.name);
    of_axes(path, &header, &axes, NXMX, &verdict)
}

fn contradiction(path: &Path, place: &str, found: String, other: String) -> Warning {
    Warning::new(WarningKind::ContradictingHeader, path, place, found, other)
}

/// Pixel size, wavelength and distance that are not there.
fn lacking(path: &Path, header: &SmvHeader) -> Vec<Warning> {
    let is_known = |keys: &[&str]| keys.iter().any(|key| header.has(key));
    let lacks = |keys: &[&'static str], assumed: &str, what| {
        let name = header.name(keys[0]);
        let missing = || Warning::new(WarningKind::NotInHeader, path, name, "none", assumed).of(what);
        (!is_known(keys)).then(missing)
    };
    let pixel = lacks(&["PIXEL_SIZE"], "0.1 mm is assumed", Assumption::PixelSize);
    let wavelength = lacks(&["WAVELENGTH"], "1 Angstrom is assumed", Assumption::Wavelength);
    let distance = lacks(&["DISTANCE", "CLOSE_DISTANCE"], "100 mm are assumed", Assumption::Distance);
    [pixel, wavelength, distance].into_iter().flatten().collect()
}

/// Whether two lengths in mm are one.
fn same(one: f64, other: f64) -> bool {
    (one - other).abs() <= SAME.1.max(SAME.0 * one.abs().max(other.abs()))
}

/// Distance and beam center, called `names`, that are not those of the axes. `verdict` says of what the axes mean whether it counts.
fn of_axes(
    path: &Path,
    header: &SmvHeader,
    axes: &ImageAxes,
    names: [&str; 2],
    verdict: &dyn Fn(String) -> String,
) -> Vec<Warning> {
    let number = |key: &str| header.entry(key).ok().flatten();
    let Some([along, fast, slow]) = axes.spot_mm() else { return Vec::new() };
    let mut doubts = Vec::new();
    if let Some(distance) = number("DISTANCE").filter(|distance| *distance > 0.0 && !same(*distance, along)) {
        let other = verdict(format!("{} mm", g(along, 6)));
        let doubt = contradiction(path, names[0], format!("{} mm", g(distance, 6)), other);
        doubts.push(doubt.of(Assumption::Distance));
    }
    if let [Some(y), Some(x)] = [number("DENZO_X_BEAM"), number("DENZO_Y_BEAM")]
        && !(same(x, fast) && same(y, slow))
        && (x, y) != (0.0, 0.0)
    {
        let other = verdict(format!("{} {} mm", g(fast, 6), g(slow, 6)));
        let found = format!("{} {} mm (fast, slow)", g(x, 6), g(y, 6));
        doubts.push(contradiction(path, names[1], found, other).of(Assumption::BeamCenter));
    }
    doubts
}

/// That what a header says counts, and not its axes.
fn header_counts(axes_are: &str) -> impl Fn(String) -> String {
    move |meant| format!("counts; {axes_are} means {meant}")
}

/// Whether a beam passes so far beside an edge that its place is likely to be in another unit.
fn is_far(place: f64, edge: f64) -> bool {
    !(-FAR * edge..=(1.0 + FAR) * edge).contains(&place)
}

/// Steps from pixel to pixel that are not the size of the pixels.
fn nxmx_pixels(path: &Path, module: &Module<'_>, header: &SmvHeader) -> Vec<Warning> {
    let Ok(Some(pixel)) = header.entry("PIXEL_SIZE") else { return Vec::new() };
    let differs = |name: String| {
        let vector = module.file.vector(&name, "vector");
        let norm = vector.map_or(1.0, |vector| vector.iter().map(|x| x * x).sum::<f64>().sqrt());
        let step = quantity(module.file, &name, length_mm, LENGTH)?.ok()? * norm;
        let other = format!("ignored; x_pixel_size is {} mm", g(pixel, 6));
        ((step - pixel).abs() > 1e-6 * pixel)
            .then(|| contradiction(path, &name, format!("{} mm", g(step, 6)), other))
    };
    [nxmx::FAST, nxmx::SLOW].into_iter().map(|name| module.at(name)).filter_map(differs).collect()
}

/// That the file has rows of pixels behind those that its size means.
pub(super) fn more_pixels(path: &Path, (fast, slow): (usize, usize), more: u64) -> Option<Warning> {
    let found = format!("{fast} {slow}");
    let other = format!("{more} more pixels are in the file, which are not read");
    (more >= fast as u64).then(|| contradiction(path, "SIZE1, SIZE2", found, other))
}

/// What headers of SMV say of one thing in several keys.
struct Smv<'a> {
    path: &'a Path,
    header: &'a SmvHeader,
    /// Pixels along the fast and the slow axis.
    size: [usize; 2],
    /// Whether its axes say how the detector lies.
    is_tilted: bool,
}

impl Smv<'_> {
    fn number(&self, key: &str) -> Option<f64> {
        self.header.entry(key).ok().flatten()
    }

    fn is_swung(&self) -> bool {
        self.is_tilted || self.number("TWOTHETA").is_some_and(|angle| angle != 0.0)
    }

    /// Angles of a goniometer that turn the crystal beside the rotation.
    fn goniometer(&self) -> Vec<Warning> {
        let rotation = [self.number("OSC_START"), self.number("PHI")];
        let turns = |key: &&str| {
            let angle = self.number(key).filter(|angle| *angle != 0.0)?;
            let found = (!rotation.contains(&Some(angle))).then_some(angle)?;
            let assumed = "ignored; -misset turns the crystal";
            Some(
                Warning::new(WarningKind::NotTaken, self.path, *key, g(found, 6), assumed)
                    .of(Assumption::Turn),
            )
        };
        // Without a start of its own the rotation may be meant by that.
        let start = rotation[0].and(Some("OMEGA_START"));
        ["OMEGA", "KAPPA", "CHI"].iter().chain(&start).filter_map(turns).collect()
    }

    /// What changes counts and is not taken.
    fn left_out(&self) -> impl Iterator<Item = Warning> {
        let said = |key: &str| self.header.exact(key).map(str::trim).filter(|said| !said.is_empty());
        let gain = said("GAIN").filter(|gain| gain.parse() != Ok(1.0)).map(|gain| {
            let assumed = "ignored: a photon is a count; -adc and -scale change what is written";
            Warning::new(WarningKind::DetectorProperties, self.path, "GAIN", gain, assumed)
        });
        let polarization = said("POLARIZATION").map(|said| {
            let assumed = "ignored; -polar says how the beam is polarized";
            Warning::new(WarningKind::NotTaken, self.path, "POLARIZATION", said, assumed)
                .of(Assumption::Polarization)
        });
        let swing = self.number("TWOTHETA").filter(|swing| swing.abs() > 180.0).map(|swing| {
            let assumed = "degrees, of which a circle has 360: another unit?";
            Warning::new(WarningKind::ContradictingHeader, self.path, "TWOTHETA", g(swing, 6), assumed)
                .of(Assumption::Swing)
        });
        gain.into_iter().chain(polarization).chain(swing).chain(self.other_size())
    }

    /// A size that is not the one that counts.
    fn other_size(&self) -> Option<Warning> {
        let said = self.header.exact("DETECTOR_DIMENSIONS")?.trim();
        let sizes: Vec<f64> = said.split_whitespace().filter_map(|word| finite(word.as_bytes())).collect();
        let counts = self.size.map(|pixels| pixels as f64);
        let other = format!("ignored; SIZE1={} SIZE2={} count", self.size[0], self.size[1]);
        (sizes.len() == 2 && sizes[..] != counts)
            .then(|| contradiction(self.path, "DETECTOR_DIMENSIONS", said.to_owned(), other))
    }

    /// A nearest point of a swung detector that is farther than the spot of the beam.
    fn distances(&self) -> Option<Warning> {
        let (along, close) = (self.number("DISTANCE")?, self.number("CLOSE_DISTANCE")?);
        let other = format!("farther than DISTANCE={}, as no plane can be", g(along, 6));
        (self.is_swung() && along > 0.0 && close > along * (1.0 + SAME.0))
            .then(|| contradiction(self.path, "CLOSE_DISTANCE", g(close, 6), other).of(Assumption::Distance))
    }

    fn beam_centers(&self) -> Vec<Warning> {
        let (x, y) = (self.number("BEAM_CENTER_X"), self.number("BEAM_CENTER_Y"));
        let denzo = [self.number("DENZO_Y_BEAM"), self.number("DENZO_X_BEAM")];
        let denzo = denzo[0].zip(denzo[1]).filter(|spot| *spot != (0.0, 0.0));
        let mut doubts = Vec::new();
        let half = match (x, y) {
            (Some(_), None) => Some(("BEAM_CENTER_Y", Assumption::BeamCenterY)),
            (None, Some(_)) => Some(("BEAM_CENTER_X", Assumption::BeamCenterX)),
            _ => None,
        };
        let assumed = "the middle of the detector is assumed, as without a beam center";
        let half = half.filter(|_| denzo.is_none()).or_else(|| {
            let pairs = [["DENZO_X_BEAM", "DENZO_Y_BEAM"], ["ORGX", "ORGY"], ["XDS_ORGX", "XDS_ORGY"]];
            let lacking = |[x, y]: [&'static str; 2]| match (self.number(x), self.number(y)) {
                (Some(_), None) => Some((y, Assumption::BeamCenter)),
                (None, Some(_)) => Some((x, Assumption::BeamCenter)),
                _ => None,
            };
            // What another pair says need not be assumed.
            pairs.into_iter().find_map(lacking).filter(|_| x.is_none() && y.is_none())
        });
        doubts.extend(half.map(|(key, what)| {
            Warning::new(WarningKind::NotInHeader, self.path, key, "none", assumed).of(what)
        }));
        let Some(pixel) = self.number("PIXEL_SIZE").filter(|pixel| *pixel > 0.0) else { return doubts };
        let [edge_fast, edge_slow] = self.size.map(|pixels| pixels as f64 * pixel);
        let edge = edge_fast.max(edge_slow);
        for (key, value, what) in
            [("BEAM_CENTER_X", x, Assumption::BeamCenterX), ("BEAM_CENTER_Y", y, Assumption::BeamCenterY)]
        {
            // The beam may meet the plane of a detector that is swung or tilted far beside it.
            let is_upright = !self.is_tilted && !self.is_swung();
            let far = value.filter(|value| is_upright && is_far(*value, edge));
            let other = format!("mm; the detector has {} mm: pixels?", g(edge, 6));
            doubts.extend(far.map(|far| contradiction(self.path, key, g(far, 6), other).of(what)));
        }
        // What writers mean by X and Y differs in axis and direction, by which one place has these numbers.
        let near = |place: f64, edge: f64, value: f64| {
            [place, edge - place].iter().any(|place| (place - value).abs() <= CONVENTIONS_PX * pixel)
        };
        if let (Some((fast, slow)), Some(x), Some(y)) = (denzo, x, y) {
            let fits = |x: f64, y: f64| near(fast, edge_fast, x) && near(slow, edge_slow, y);
            if !fits(x, y) && !fits(y, x) {
                let other =
                    format!("the beam is elsewhere by BEAM_CENTER_X={} BEAM_CENTER_Y={}", g(x, 6), g(y, 6));
                let found = format!("{} {}", g(slow, 6), g(fast, 6));
                let doubt = contradiction(self.path, "DENZO_X_BEAM, DENZO_Y_BEAM", found, other);
                doubts.push(doubt.of(Assumption::BeamCenter));
            }
        }
        let org =
            |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, self.number(name)?)));
        if self.is_swung() {
            return doubts;
        }
        let spots = denzo.into_iter().chain(x.zip(y)).collect::<Vec<_>>();
        for (names, edge) in [(["ORGX", "XDS_ORGX"], edge_fast), (["ORGY", "XDS_ORGY"], edge_slow)] {
            let Some((name, value)) = org(names) else { continue };
            let place = (value - 0.5) * pixel;
            let fits = |(a, b): &(f64, f64)| near(*a, edge, place) || near(*b, edge, place);
            if let Some((a, b)) = spots.first().filter(|spot| !fits(spot)) {
                let other = format!("the beam is elsewhere by its center, {} {} mm", g(*a, 6), g(*b, 6));
                let doubt = contradiction(self.path, name, g(value, 6), other);
                doubts.push(doubt.of(Assumption::BeamCenter));
            }
        }
        doubts
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::of_mini_cbf;
    use crate::instrument_image::read_instrument_image;
    use crate::nexus::setting::tests::setting;
    use crate::nexus::{Module, Setting, StackWriter};
    use crate::smv::{HeaderEntry, SmvHeader, write_smv};

    fn said(entries: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.img");
        let entries: Vec<HeaderEntry> = entries
            .split(' ')
            .filter_map(|entry| entry.split_once('='))
            .map(|(key, value)| HeaderEntry::new(key.to_owned(), value.replace(',', " ")))
            .collect();
        write_smv(&path, &entries, 40, 24, &[1; 960]).unwrap();
        let doubts = read_instrument_image(&path, None).unwrap().warnings;
        let start = format!("{}: ", path.display());
        doubts.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect()
    }

    #[test]
    fn a_beam_far_beside_a_mini_cbf_is_in_another_unit() {
        let path = Path::new("a.cbf");
        let said = |fast: f64| {
            let known = [("PIXEL_SIZE", 0.1), ("WAVELENGTH", 1.0), ("DISTANCE", 50.0), ("DENZO_X_BEAM", 1.0)];
            let known = known.into_iter().chain([("DENZO_Y_BEAM", fast)]).map(|(key, x)| (key, Ok(x)));
            let doubts = of_mini_cbf(path, &SmvHeader::of_entries(path, known), [40, 24], None);
            doubts.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(said(7.9), [""; 0]);
        let expected = "a.cbf: Beam_xy: 200 10: pixels; the detector has 40 x 24: another unit?";
        assert_eq!(said(20.0), [expected]);
    }

    #[test]
    fn numbers_of_a_detector_of_modules_are_held_against_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.nxs");
        let said = |change: &dyn Fn(&mut Setting)| {
            let first = Setting { measured: None, sensor_thickness_mm: None, ..setting() };
            let mut other = Module::from(first.clone());
            other.origin_mm[1] -= 0.5;
            let mut setting = Setting { others: vec![other], ..first };
            change(&mut setting);
            let mut stack = StackWriter::create(&path, &setting, 1).unwrap();
            stack.write(0, &[1; 30]).unwrap();
            stack.finish().unwrap();
            let doubts = read_instrument_image(&path, Some(1)).unwrap().warnings;
            let start = format!("{}: entry/instrument/detector/", path.display());
            doubts.iter().map(|doubt| doubt.to_string().replace(&start, "")).collect::<Vec<_>>()
        };
        assert_eq!(said(&|_| ()), [""; 0]);
        assert_eq!(
            said(&|setting| setting.distance_mm = 120.0),
            ["distance: 120 mm: ignored; the axes of module_0 mean 100 mm, which count"]
        );
        assert_eq!(
            said(&|setting| setting.beam_px = (4.5, 1.5)),
            [
                "beam_center: 0.45 0.15 mm (fast, slow): ignored; the axes of module_0 mean 0.25 0.15 mm, which count"
            ]
        );
        // Zeros say that nothing is known.
        assert_eq!(said(&|setting| (setting.distance_mm, setting.beam_px) = (0.0, (0.0, 0.0))), [""; 0]);
    }

    #[test]
    fn headers_that_contradict_themselves_are_doubted() {
        let base = "PIXEL_SIZE=0.1 WAVELENGTH=1";
        let flat = "FAST_AXIS=1,0,0 SLOW_AXIS=0,-1,0";
        for (more, expected) in [
            ("DISTANCE=50", vec![]),
            ("", vec!["DISTANCE: none: 100 mm are assumed"]),
            ("CLOSE_DISTANCE=50", vec![]),
            (
                "DISTANCE=50 CLOSE_DISTANCE=70 TWOTHETA=10",
                vec!["CLOSE_DISTANCE: 70: farther than DISTANCE=50, as no plane can be"],
            ),
            ("DISTANCE=50 CLOSE_DISTANCE=49 TWOTHETA=10", vec![]),
            ("DISTANCE=50 FIRST_PIXEL=-2,1.2,-80", vec!["DISTANCE: 50 mm: counts; FIRST_PIXEL means 80 mm"]),
            ("DISTANCE=50 FIRST_PIXEL=-2,1.2,-50 DENZO_X_BEAM=1.2 DENZO_Y_BEAM=2", vec![]),
            (
                "DISTANCE=50 FIRST_PIXEL=-2,1.2,-50 DENZO_X_BEAM=1 DENZO_Y_BEAM=2",
                vec!["DENZO_X_BEAM, DENZO_Y_BEAM: 2 1 mm (fast, slow): counts; FIRST_PIXEL means 2 1.2 mm"],
            ),
            (
                "DISTANCE=50 BEAM_CENTER_X=1.3",
                vec!["BEAM_CENTER_Y: none: the middle of the detector is assumed, as without a beam center"],
            ),
            (
                "DISTANCE=50 BEAM_CENTER_X=500 BEAM_CENTER_Y=1",
                vec!["BEAM_CENTER_X: 500: mm; the detector has 4 mm: pixels?"],
            ),
            ("DISTANCE=50 DENZO_X_BEAM=0 DENZO_Y_BEAM=0 BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2", vec![]),
            ("DISTANCE=50 DENZO_X_BEAM=1.2 DENZO_Y_BEAM=2 BEAM_CENTER_X=1.25 BEAM_CENTER_Y=2.05", vec![]),
            (
                "DISTANCE=50 DENZO_X_BEAM=0.7 DENZO_Y_BEAM=2 BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2",
                vec![
                    "DENZO_X_BEAM, DENZO_Y_BEAM: 0.7 2: the beam is elsewhere by BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2",
                ],
            ),
            ("DISTANCE=50 GAIN=1.0", vec![]),
            (
                "DISTANCE=50 DENZO_X_BEAM=1.3",
                vec!["DENZO_Y_BEAM: none: the middle of the detector is assumed, as without a beam center"],
            ),
            ("DISTANCE=50 DENZO_X_BEAM=1.3 BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2", vec![]),
            (
                "DISTANCE=50 TWOTHETA=400",
                vec!["TWOTHETA: 400: degrees, of which a circle has 360: another unit?"],
            ),
            ("DISTANCE=50 DETECTOR_DIMENSIONS=40,24", vec![]),
            (
                "DISTANCE=50 DETECTOR_DIMENSIONS=41,24",
                vec!["DETECTOR_DIMENSIONS: 41 24: ignored; SIZE1=40 SIZE2=24 count"],
            ),
            (
                "DISTANCE=50 GAIN=1.8 POLARIZATION=0.9",
                vec![
                    "GAIN: 1.8: ignored: a photon is a count; -adc and -scale change what is written",
                    "POLARIZATION: 0.9: ignored; -polar says how the beam is polarized",
                ],
            ),
            ("DISTANCE=50 ORGX=20.5 ORGY=13.5 BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2", vec![]),
            (
                "DISTANCE=50 ORGX=5 ORGY=13.5 BEAM_CENTER_X=1.3 BEAM_CENTER_Y=2",
                vec!["ORGX: 5: the beam is elsewhere by its center, 1.3 2 mm"],
            ),
        ] {
            let axes = if more.contains("FIRST_PIXEL") { flat } else { "" };
            assert_eq!(said(&format!("{base} {axes} {more}")), expected, "{more}");
        }
        assert_eq!(said("DISTANCE=50 PIXEL_SIZE=0.1"), ["WAVELENGTH: none: 1 Angstrom is assumed"]);
        assert_eq!(said("DISTANCE=50 WAVELENGTH=1"), ["PIXEL_SIZE: none: 0.1 mm is assumed"]);
    }
}
