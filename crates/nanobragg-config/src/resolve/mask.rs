//! The header of a mask beside that of an image.

use std::path::Path;

use nanobragg::model::Tilt;
use nanobragg_io::instrument_image::InstrumentImage;
use nanobragg_io::smv::SmvHeader;

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
const BEAM: &[FlagId] =
    &[FlagId::Xbeam, FlagId::Ybeam, FlagId::OrgX, FlagId::OrgY, FlagId::Xclose, FlagId::Yclose];

/// What both may say, and the flags that decide it.
const SAID: [(&str, &[FlagId]); 11] = [
    ("PIXEL_SIZE", &[FlagId::Pixel]),
    ("DISTANCE", &[FlagId::Distance, FlagId::CloseDistance]),
    ("CLOSE_DISTANCE", &[FlagId::Distance, FlagId::CloseDistance]),
    ("WAVELENGTH", &[FlagId::Lambda, FlagId::Energy, FlagId::Spectrum]),
    ("TWOTHETA", &[FlagId::Twotheta]),
    ("DENZO_X_BEAM", BEAM),
    ("DENZO_Y_BEAM", BEAM),
    ("BEAM_CENTER_X", BEAM),
    ("BEAM_CENTER_Y", BEAM),
    ("ORGX", BEAM),
    ("ORGY", BEAM),
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

/// What the header of a mask says that the image's contradicts.
pub(super) fn contradictions(
    (mask, of_mask): (&Path, &SmvHeader),
    (image, of_image): (&Path, &SmvHeader),
    args: &ParsedArgs,
) -> Vec<Warning> {
    let number = |header: &SmvHeader, key: &str| header.entry(key).ok().flatten();
    let differs = |(key, flags): (&'static str, &[FlagId])| {
        if flags.iter().any(|flag| args.has(*flag)) {
            return None;
        }
        let (found, counts) = (number(of_mask, key)?, number(of_image, key)?);
        let is_other = (found - counts).abs() > SAME * found.abs().max(counts.abs());
        let (found, counts) = (found.to_string(), counts.to_string());
        let (file, image) = (mask.to_owned(), image.to_owned());
        is_other.then(|| InstrumentWarning::OtherMask { file, key, found, counts, image }.into())
    };
    SAID.into_iter().filter_map(differs).collect()
}
