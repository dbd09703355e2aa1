//! The header of a mask beside that of an image.

use std::path::Path;

use nanobragg::model::Tilt;
use nanobragg_io::Assumption;
use nanobragg_io::instrument_image::InstrumentImage;
use nanobragg_io::smv::SmvHeader;
use nanobragg_io::text::spaced;

use super::image_doubts::decided;
use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{InstrumentWarning, Warning};

const CENTERS: [&str; 8] = [
    "DENZO_X_BEAM",
    "DENZO_Y_BEAM",
    "BEAM_CENTER_X",
    "BEAM_CENTER_Y",
    "ORGX",
    "ORGY",
    "XDS_ORGX",
    "XDS_ORGY",
];
/// What both may say, by its keys; `None` is the swing of the detector.
const SAID: [(&str, Option<Assumption>); 8] = [
    ("PIXEL_SIZE", Some(Assumption::PixelSize)),
    ("DISTANCE", Some(Assumption::Distance)),
    ("CLOSE_DISTANCE", Some(Assumption::Distance)),
    ("WAVELENGTH", Some(Assumption::Wavelength)),
    ("TWOTHETA", None),
    ("DENZO_X_BEAM, DENZO_Y_BEAM", Some(Assumption::BeamCenter)),
    ("BEAM_CENTER_X, BEAM_CENTER_Y", Some(Assumption::BeamCenter)),
    ("ORGX, ORGY", Some(Assumption::BeamCenter)),
];

/// Relative difference that the digits of headers do not make.
const SAME: f64 = 1e-3;

/// Takes back what a mask says of distance and beam center where the image says it in other keys: else both would count.
pub(super) fn forget(draft: &mut Draft, image: &InstrumentImage) {
    let says = |keys: &[&str]| keys.iter().any(|key| image.header.has(key));
    if says(&["DISTANCE", "CLOSE_DISTANCE"]) || image.axes.is_some() {
        draft.placement.close_distance = None;
        draft.close_in_header = None;
        let detector = &mut draft.setup.experiment.detector;
        (detector.tilt, detector.pivot) = (Tilt::default(), None);
    }
    if says(&CENTERS) || image.axes.is_some() {
        draft.beam_spot = None;
        draft.placement.beam = [None; 2];
        draft.placement.org = [None; 2];
    }
}

/// What the header of a mask says that the image's contradicts, each quantity once.
pub(super) fn contradictions(
    (mask, of_mask): (&Path, &SmvHeader),
    (image, of_image): (&Path, &SmvHeader),
    args: &ParsedArgs,
) -> Vec<Warning> {
    let numbers = |header: &SmvHeader, keys: &str| -> Option<Vec<f64>> {
        keys.split(", ").map(|key| header.entry(key).ok().flatten()).collect()
    };
    let (mut warnings, mut told): (Vec<Warning>, Vec<&[FlagId]>) = (Vec::new(), Vec::new());
    for (key, what) in SAID {
        let flags = what.map_or(&[FlagId::Twotheta][..], decided);
        if told.contains(&flags) || flags.iter().any(|flag| args.has(*flag)) {
            continue;
        }
        let both = numbers(of_mask, key).zip(numbers(of_image, key));
        let is_other = |(a, b): (&f64, &f64)| (a - b).abs() > SAME * a.abs().max(b.abs());
        let Some((found, counts)) = both.filter(|(found, counts)| found.iter().zip(counts).any(is_other))
        else {
            continue;
        };
        let (found, counts) = (spaced(&found), spaced(&counts));
        let (file, image) = (mask.to_owned(), image.to_owned());
        warnings.push(InstrumentWarning::OtherMask { file, key, found, counts, image }.into());
        told.push(flags);
    }
    warnings
}
