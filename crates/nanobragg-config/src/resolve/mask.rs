//! The header of a mask beside that of an image.

use std::path::Path;

use nanobragg::model::Tilt;
use nanobragg::nalgebra::Vector3;
use nanobragg_io::c_format::g;
use nanobragg_io::image_axes::ImageAxes;
use nanobragg_io::instrument_image::{CONVENTIONS_PX, InstrumentImage};
use nanobragg_io::text::spaced_to;

use super::detector::frame;
use super::image_doubts::BEAM;
use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, InstrumentWarning, Origin, Warning};

/// What both may say, by its keys, and the flags that decide it. Masks are made of any image of a series: they need not have its rotation.
const SAID: [(&str, &[FlagId]); 10] = [
    ("PIXEL_SIZE", &[FlagId::Pixel]),
    ("DISTANCE", DISTANCES),
    ("CLOSE_DISTANCE", DISTANCES),
    ("WAVELENGTH", &[FlagId::Lambda, FlagId::Energy, FlagId::Spectrum]),
    ("TWOTHETA", &[FlagId::Twotheta]),
    (KAHN, &[FlagId::Polar, FlagId::NoPolar]),
    ("DENZO_X_BEAM, DENZO_Y_BEAM", BEAM),
    ("BEAM_CENTER_X, BEAM_CENTER_Y", BEAM),
    ("ORGX, ORGY", BEAM),
    ("XDS_ORGX, XDS_ORGY", BEAM),
];
/// What messages call the factor of a polarization.
const KAHN: &str = "Kahn's factor";
/// Keys whose zeros only say that nothing is known.
const UNKNOWN_IF_ZERO: [&str; 5] =
    ["PIXEL_SIZE", "DISTANCE", "CLOSE_DISTANCE", "WAVELENGTH", "DENZO_X_BEAM, DENZO_Y_BEAM"];
/// Keys of a beam center, those of which the most is known first.
const CENTER_PAIRS: [&str; 4] =
    ["DENZO_X_BEAM, DENZO_Y_BEAM", "BEAM_CENTER_X, BEAM_CENTER_Y", "ORGX, ORGY", "XDS_ORGX, XDS_ORGY"];
const DISTANCES: &[FlagId] = &[FlagId::Distance, FlagId::CloseDistance];

/// Relative difference that the digits of headers do not make.
const SAME: f64 = 1e-3;

/// The same of a place, mm or pixels.
const SAME_PLACE: f64 = 0.02;

/// The same of Kahn's factor, which converters write from a usual value.
const SAME_KAHN: f64 = 0.05;

/// The same of an angle, degrees.
const SAME_DEG: f64 = 1e-3;

/// Whether the mask has the size of the detector.
///
/// # Errors
/// Another one.
pub(super) fn fits(draft: &Draft) -> Result<(), ConfigError> {
    let experiment = &draft.setup.experiment;
    let Some((mask, file)) = experiment.rendering.mask.as_ref().zip(draft.mask.as_ref()) else {
        return Ok(());
    };
    let grid = &experiment.detector.pixels;
    let (mask, detector) = ([mask.fast, mask.slow], [grid.fast(), grid.slow()]);
    let error = || ConfigError::MaskSize { path: file.clone(), mask, detector };
    if mask == detector { Ok(()) } else { Err(error()) }
}

/// The keys of one quantity.
fn split(keys: &str) -> Vec<&str> {
    keys.split(", ").collect()
}

/// Takes back what a mask says of distance and beam center where the image says it in other keys: else both would count.
pub(super) fn forget(draft: &mut Draft, image: &InstrumentImage) {
    let says = |keys: &[&str]| keys.iter().any(|key| image.header.has(key));
    if says(&["DISTANCE", "CLOSE_DISTANCE"]) || image.axes.is_some() {
        draft.placement.close_distance = None;
        draft.close_in_header = None;
        let detector = &mut draft.setup.experiment.detector;
        (detector.tilt, detector.pivot) = (Tilt::default(), None);
    }
    if CENTER_PAIRS.iter().any(|keys| says(&split(keys))) || image.axes.is_some() {
        draft.beam_spot = None;
        draft.placement.beam = [None; 2];
        draft.placement.org = [None; 2];
    }
}

/// What a file says, by the keys of [`SAID`].
pub(super) struct Says<'a> {
    file: &'a Path,
    numbers: Vec<(&'static str, Vec<f64>)>,
    axes: Option<ImageAxes>,
    spindle: Option<[f64; 3]>,
    /// Pixels along the fast and the slow axis.
    size: [usize; 2],
}

impl<'a> Says<'a> {
    /// What the file of an image or a mask says.
    pub fn image(file: &'a Path, image: &InstrumentImage) -> Self {
        let number = |key: &str| {
            let swing = image.swing_deg.filter(|_| key == "TWOTHETA");
            let kahn = image.polarization.filter(|_| key == KAHN).and_then(|of| of.kahn);
            image.header.entry(key).ok().flatten().or(swing).or(kahn)
        };
        let numbers = |keys: &str| {
            let numbers = split(keys).into_iter().map(number).collect::<Option<Vec<f64>>>()?;
            let are_zeros = numbers.iter().all(|number| *number == 0.0);
            (!are_zeros || !UNKNOWN_IF_ZERO.contains(&keys)).then_some(numbers)
        };
        let said = SAID.iter().filter_map(|(keys, _)| Some((*keys, numbers(keys)?)));
        Says {
            file,
            numbers: said.collect(),
            axes: image.axes,
            spindle: image.spindle,
            size: [image.fast, image.slow],
        }
    }

    /// What the description of an instrument says of a panel, by what `draft` has of it; its spindle in the frame of an image whose
    /// detector has the axes `of_image`.
    pub fn instrument(file: &'a Path, draft: &Draft, of_image: Option<ImageAxes>) -> Option<Self> {
        let instrument = draft.instrument.as_ref()?;
        let panel = instrument.panels.get(instrument.chosen.unwrap_or(0))?;
        let beam = draft.frame.beam.normalize();
        let normal = panel.fast.cross(&panel.slow);
        let along = panel.origin_mm.dot(&normal) / beam.dot(&normal);
        let close = panel.origin_mm.dot(&normal.normalize()).abs();
        let from_corner = beam * along - panel.origin_mm;
        // Axes need not be at right angles.
        let fast = from_corner.cross(&panel.slow).dot(&normal) / normal.norm_squared();
        let slow = panel.fast.cross(&from_corner).dot(&normal) / normal.norm_squared();
        let mut numbers = vec![
            ("PIXEL_SIZE", vec![panel.pixel_mm[0]]),
            ("DISTANCE", vec![along]),
            ("CLOSE_DISTANCE", vec![close]),
            ("DENZO_X_BEAM, DENZO_Y_BEAM", vec![slow, fast]),
        ];
        let is_said = |flag| matches!(draft.setup.origins.of(&[flag]), Origin::Header(_));
        if is_said(FlagId::Lambda) {
            numbers.push(("WAVELENGTH", vec![draft.beam.wavelength * 1e10]));
        }
        if is_said(FlagId::Polar) {
            numbers.push((KAHN, vec![draft.beam.kahn]));
        }
        numbers.retain(|(_, numbers)| numbers.iter().all(|number| number.is_finite()));
        let size = [panel.fast_pixels, panel.slow_pixels];
        // Its frame need not be that of an image: the panel ties both together.
        let spindle = |axes: ImageAxes| {
            let [fast, slow] = [axes.fast, axes.slow].map(Vector3::from);
            let to_image = frame(&fast, &slow) * frame(&panel.fast, &panel.slow).transpose();
            (to_image * draft.frame.spindle_axis.normalize()).into()
        };
        let spindle = of_image.filter(|_| is_said(FlagId::SpindleAxis)).map(spindle);
        Some(Says { file, numbers, axes: None, spindle, size })
    }

    fn numbers(&self, keys: &str) -> Option<&Vec<f64>> {
        self.numbers.iter().find(|(name, _)| *name == keys).map(|(_, numbers)| numbers)
    }

    /// A beam center in pixels, in whatever convention, and its keys.
    fn center(&self) -> Option<(&'static str, [f64; 2])> {
        let pixel = *self.numbers("PIXEL_SIZE")?.first().filter(|pixel| **pixel > 0.0)?;
        let center = |keys: &'static str| {
            let numbers: [f64; 2] = self.numbers(keys)?.clone().try_into().ok()?;
            let pixels =
                if keys.contains("ORG") { numbers.map(|at| at - 0.5) } else { numbers.map(|at| at / pixel) };
            (numbers != [0.0; 2]).then_some((keys, pixels))
        };
        CENTER_PAIRS.into_iter().find_map(center)
    }

    /// The only distance that it says, where nothing is tilted.
    fn distance(&self) -> Option<f64> {
        let is_flat = self.axes.is_none() && self.numbers("TWOTHETA").is_none_or(|swing| swing[..] == [0.0]);
        let found = self.numbers("CLOSE_DISTANCE").or(self.numbers("DISTANCE"))?;
        found.first().copied().filter(|_| is_flat)
    }
}

/// What a mask says that what counts contradicts, each quantity once. `has_axes` says whether axes may count at all.
pub(super) fn contradictions(
    mask: &Says<'_>,
    counts: &Says<'_>,
    args: &ParsedArgs,
    has_axes: bool,
) -> Vec<Warning> {
    let (mut warnings, mut told): (Vec<Warning>, Vec<&[FlagId]>) = (Vec::new(), Vec::new());
    let other = |key, found: String, counted: String| -> Warning {
        let (file, image) = (mask.file.to_owned(), counts.file.to_owned());
        InstrumentWarning::OtherMask { file, key, found, counts: counted, image }.into()
    };
    let is_other = |key: &str, a: f64, b: f64| {
        let least = match key {
            "TWOTHETA" => SAME_DEG,
            KAHN => SAME_KAHN,
            _ if CENTER_PAIRS.contains(&key) => SAME_PLACE,
            _ => 0.0,
        };
        let of_digits = if key == "TWOTHETA" { 0.0 } else { SAME * a.abs().max(b.abs()) };
        (a - b).abs() > of_digits.max(least)
    };
    let is_compared =
        |keys: &[&str]| keys.iter().any(|keys| mask.numbers(keys).and(counts.numbers(keys)).is_some());
    for (key, flags) in SAID {
        if told.contains(&flags) || flags.iter().any(|flag| args.has(*flag)) {
            continue;
        }
        let both = mask.numbers(key).zip(counts.numbers(key));
        let differs = |found: &[f64], counted: &[f64]| {
            found.iter().zip(counted).any(|(found, counted)| is_other(key, *found, *counted))
        };
        let Some((found, counted)) = both.filter(|(found, counted)| differs(found, counted)) else {
            continue;
        };
        warnings.push(other(key, listed(found), listed(counted)));
        told.push(flags);
    }
    let is_decided =
        DISTANCES.iter().any(|flag| args.has(*flag)) || is_compared(&["DISTANCE", "CLOSE_DISTANCE"]);
    if let Some((found, counted)) = mask.distance().zip(counts.distance()).filter(|_| !is_decided)
        && is_other("DISTANCE", found, counted)
    {
        warnings.push(other("DISTANCE", g(found, 6), g(counted, 6)));
    }
    let is_decided = BEAM.iter().any(|flag| args.has(*flag)) || told.contains(&BEAM);
    let is_compared = is_compared(&CENTER_PAIRS);
    if let Some(((key, own), (_, other_px))) = mask.center().zip(counts.center())
        && !(is_decided || is_compared || may_be_one(own, other_px, counts.size))
    {
        let said = |center: [f64; 2]| format!("{} (pixels)", listed(&center));
        warnings.push(other(key, said(own), said(other_px)));
    }
    if has_axes {
        warnings.extend(axes(mask, counts).map(|(key, found, counted)| other(key, found, counted)));
    }
    let spindles = mask.spindle.zip(counts.spindle).filter(|_| !args.has(FlagId::SpindleAxis));
    if let Some((own, counted)) = spindles.filter(|(own, counted)| off(*own, *counted) >= SAME) {
        warnings.push(other("spindle axis", listed(&own), listed(&counted)));
    }
    warnings
}

/// Whether two places may be one in two conventions, which differ in their axes, their directions and by a pixel.
fn may_be_one(own: [f64; 2], other: [f64; 2], size: [usize; 2]) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= CONVENTIONS_PX;
    let fits = |a: f64, b: f64, edge: usize| near(a, b) || near(a, edge as f64 - b);
    let pair = |[x, y]: [f64; 2], [fast, slow]: [usize; 2]| fits(own[0], x, fast) && fits(own[1], y, slow);
    let turned = [other[1], other[0]];
    [size, [size[1], size[0]]].into_iter().any(|size| pair(other, size) || pair(turned, size))
}

/// Axes of a tilted detector that are not those that count.
fn axes(mask: &Says<'_>, counts: &Says<'_>) -> Option<(&'static str, String, String)> {
    let said = |axes: &ImageAxes| format!("{}, {}", listed(&axes.fast), listed(&axes.slow));
    let own = mask.axes.as_ref()?;
    match &counts.axes {
        Some(other) if off(own.fast, other.fast) < SAME && off(own.slow, other.slow) < SAME => {
            let is_off = own.origin_mm.iter().zip(other.origin_mm).any(|(a, b)| (a - b).abs() > SAME_PLACE);
            is_off.then(|| ("FIRST_PIXEL", listed(&own.origin_mm), listed(&other.origin_mm)))
        }
        Some(other) => Some(("FAST_AXIS, SLOW_AXIS", said(own), said(other))),
        None => {
            // Of a detector across the beam distance and beam center say all.
            let is_tilted = own.fast[2].abs() > SAME || own.slow[2].abs() > SAME;
            is_tilted.then(|| ("FAST_AXIS, SLOW_AXIS", said(own), "none".to_owned()))
        }
    }
}

/// Numbers with a blank between them, of as many digits as messages need, and none of them -0.
fn listed(numbers: &[f64]) -> String {
    spaced_to(&numbers.iter().map(|number| number + 0.0).collect::<Vec<_>>(), 6)
}

/// How far the ends of two unit vectors are apart.
fn off(one: [f64; 3], other: [f64; 3]) -> f64 {
    one.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}
