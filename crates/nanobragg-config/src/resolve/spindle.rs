//! The axes about which the crystal turns and along which the field oscillates by an image's file.

use nanobragg::model::{Convention, Distance, Frame, Placement, Preset, Rest, Tilt};
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::plan::Plan;
use nanobragg::plan::place::PlacementParameters;
use nanobragg::units::to_deg;
use nanobragg_session::header::FrameDescription;

use super::detector::{frame, probe};
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{ConfigError, InstrumentWarning, Origin};

/// What the digits of a file leave of an angle, degrees.
const ROUNDING_DEG: f64 = 1e-4;

/// What rounding leaves of a distance on the detector, pixels.
const ROUNDING_PIXELS: f64 = 1e-6;

/// Turns the crystal about the axis in the image's file, and lets the field of the beam oscillate along the one there, unless flags say others;
/// the detector stays where it is. Under the presets that
/// follow the C program the axes are those of the convention, which is said of the spindle.
///
/// # Errors
/// None that an image could cause.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let spindle = draft.spindle.take().filter(|_| !args.has(FlagId::SpindleAxis));
    let polar = draft.polar.take().filter(|_| !args.has(FlagId::PolarVector));
    let crystal = draft.crystal_of_image.as_ref().and_then(|(_, crystal)| crystal.reciprocal);
    if spindle.is_none() && polar.is_none() && crystal.is_none() {
        return Ok(());
    }
    // What is no detector is refused where it is planned.
    let Ok(plan) = probe(draft)?.plan() else { return Ok(()) };
    let axes = FrameDescription::of(&plan).axes;
    let to_laboratory =
        frame(&plan.detector.fdet, &plan.detector.sdet) * frame(&axes.fast, &axes.slow).transpose();
    let here = |said: [f64; 3]| to_laboratory * Vector3::from(said);
    draft.reciprocal_of_image = crystal.map(|axes| Matrix3::from_columns(&axes.map(here)));
    let off_deg =
        |found: &Vector3<f64>, said: &Vector3<f64>| to_deg(found.cross(said).norm().atan2(found.dot(said)));
    let own = plan.detector.spindle_axis[1];
    let spindle = spindle.map(|(file, said)| (file, here(said)));
    let mut spindle = spindle.filter(|(_, spindle)| off_deg(&own, spindle) >= ROUNDING_DEG);
    if let Some((file, spindle)) = spindle.take_if(|_| classic::preset(args) != Preset::Exact) {
        let off_deg = off_deg(&own, &spindle);
        draft.setup.warnings.push(InstrumentWarning::Spindle { file: file.into(), off_deg }.into());
    }
    // A field has no sense of direction.
    let along = plan.detector.polar;
    let polar = polar.map(|(_, said)| here(said));
    let polar = polar.filter(|polar| off_deg(&along, polar).min(off_deg(&-along, polar)) >= ROUNDING_DEG);
    if spindle.is_none() && polar.is_none() {
        return Ok(());
    }
    let detector = &mut draft.setup.experiment.detector;
    let mut frame = detector.convention.frame();
    if let Some((file, spindle)) = spindle {
        frame.spindle_axis = spindle;
        draft.setup.origins.note(FlagId::SpindleAxis, Origin::Header(file));
    }
    frame.polar = polar.unwrap_or(frame.polar);
    if let Convention::Custom(_) = detector.convention {
        detector.convention = Convention::Custom(frame);
    } else if let Some(rest) = at_rest(&plan) {
        // Where the beam center is the place of the beam, the distance stays what places the detector.
        *detector = detector.clone().with_convention(Convention::Custom(frame)).with_placement(rest);
        detector.pivot = Some(plan.detector.report.pivot);
    } else {
        // Beam centers of another convention would be other points.
        let (fdet, sdet, odet) = (plan.detector.fdet, plan.detector.sdet, plan.detector.odet);
        let placement = Placement::Measured { origin: plan.detector.pix0.into() };
        let frame = Frame { fdet, sdet, odet, ..frame };
        *detector = detector.clone().with_convention(Convention::Custom(frame)).with_placement(placement);
        detector.tilt = Tilt::default();
    }
    Ok(())
}

/// The detector of `plan` before it is rotated, in the custom convention, which names the point that places it by the beam center; `None` where
/// that is not where the beam meets it.
fn at_rest(plan: &Plan) -> Option<Rest> {
    let (point, distance) = match plan.parameters().detector.placement {
        PlacementParameters::Beam { point, distance } => (point, Distance::AlongBeam(distance)),
        PlacementParameters::Near { point, distance } => (point, Distance::ToPlane(distance)),
        PlacementParameters::Origin(_) => return None,
    };
    let (fast, slow) = plan.detector.report.beam_spot;
    let off = (point[0] - fast).hypot(point[1] - slow);
    (off < ROUNDING_PIXELS * plan.detector.pixel_size).then_some(Rest {
        distance,
        beam_center: Some(point),
        near_point: None,
    })
}
