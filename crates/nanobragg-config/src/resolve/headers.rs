//! Geometry from the headers of a mask and of an image.

use nanobragg::model::{Mask, Pivot, Quirk};
use nanobragg::units::{angstrom, deg, mm};
use nanobragg_io::smv::{SmvImage, read_smv};

use super::Context;
use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, Origin};

/// Reads the mask and the image that the command line names, the mask first.
pub(super) fn apply(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    for (flag, is_mask) in [(FlagId::Mask, true), (FlagId::Img, false)] {
        let Some(occurrence) = args.last(flag) else { continue };
        let name = occurrence.values.path(0);
        let path = context.path(name);
        let image = read_smv(&path)?;
        draft.setup.notes.push(format!("reading {}", name.display()));
        draft.setup.inputs.push(path);
        // With a description of the instrument a mask says only which pixels count.
        if !args.has(FlagId::Geometry) {
            geometry(draft, &image, is_mask, &name.display().to_string())?;
        }
        if is_mask {
            let keep = image.data.iter().map(|&value| value != 0).collect();
            draft.setup.experiment.rendering.mask = Some(Mask { fast: image.fast, slow: image.slow, keep });
        }
    }
    Ok(())
}

fn geometry(draft: &mut Draft, image: &SmvImage, is_mask: bool, file: &str) -> Result<(), ConfigError> {
    let header = &image.header;
    let origins = &mut draft.setup.origins;
    origins.note(FlagId::DetPixels, Origin::Header(file.to_owned()));
    let mut value = |key: &str, flags: &[FlagId]| -> Result<Option<f64>, ConfigError> {
        let value = header.number(key)?;
        if value.is_some() {
            flags.iter().for_each(|&flag| origins.note(flag, Origin::Header(file.to_owned())));
        }
        Ok(value)
    };
    let detector = &mut draft.setup.experiment.detector;
    if let Some(pixel) = value("PIXEL_SIZE", &[FlagId::Pixel])? {
        detector.pixels.pixel_size = mm(pixel);
    }
    (draft.fast_pixels, draft.slow_pixels) = (Some(image.fast), Some(image.slow));
    let size_slow = detector.pixels.pixel_size * image.slow as f64;
    if let Some(distance) = value("DISTANCE", &[FlagId::Distance])? {
        detector.distance = mm(distance);
    }
    if let Some(close) = value("CLOSE_DISTANCE", &[FlagId::CloseDistance])? {
        detector.close_distance = Some(mm(close));
    }
    if let Some(wavelength) = value("WAVELENGTH", &[FlagId::Lambda])? {
        draft.setup.experiment.beam.wavelength = angstrom(wavelength);
    }
    let spot = [value("DENZO_X_BEAM", &[FlagId::Xbeam])?, value("DENZO_Y_BEAM", &[FlagId::Ybeam])?];
    if let [Some(slow), Some(fast)] = spot
        && !draft.setup.experiment.quirks.has(Quirk::SmvBeamCenter)
    {
        // Where the beam hits, whatever the convention: BEAM_CENTER_X and _Y mean different things to their
        // writers, these two keys do not.
        draft.beam_spot = Some((mm(fast), mm(slow)));
    } else {
        if let Some(x) = value("BEAM_CENTER_X", &[FlagId::Xbeam])? {
            detector.x_beam = Some(mm(x));
        }
        if let Some(y) = value("BEAM_CENTER_Y", &[FlagId::Ybeam])? {
            // The reference program turns the slow axis of a mask, and of a mask only, upside down.
            detector.y_beam = Some(if is_mask { size_slow - mm(y) } else { mm(y) });
        }
    }
    detector.orgx = value("ORGX", &[FlagId::OrgX])?.or(detector.orgx);
    detector.orgy = value("ORGY", &[FlagId::OrgY])?.or(detector.orgy);
    if let Some(phi) = value("PHI", &[FlagId::Phi])? {
        draft.rotation.start = deg(phi);
    }
    if let Some(range) = value("OSC_RANGE", &[FlagId::Osc])? {
        draft.rotation.range = Some(deg(range));
    }
    if !draft.setup.experiment.quirks.has(Quirk::TwothetaHeader)
        && let Some(twotheta) = value("TWOTHETA", &[FlagId::Twotheta])?
        && twotheta != 0.0
    {
        // The header's near point and close distance are those before the swing, which keeps them.
        detector.tilt.twotheta = deg(twotheta);
        detector.pivot = Some(Pivot::Sample);
    }
    Ok(())
}
