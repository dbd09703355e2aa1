//! How the detector lies by the axes in an image's file.

use nanobragg::model::{
    Convention, Detector, Distance, Frame, Pivot, Placement, Preset, Quirk, Tilt, angles_of,
};
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::units::{mm, to_deg};
use nanobragg_io::WarningKind;
use nanobragg_io::image_axes::ImageAxes;
use nanobragg_session::header::{Axes, FrameDescription};

use super::detector::{NEAR_POINT, frame, probe};
use super::headers::{decides_axes, may_tilt};
use crate::classic::{self, FlagId, Occurrence, ParsedArgs, Role, flag};
use crate::draft::Draft;
use crate::{AxesRemedy, ConfigError, InstrumentWarning, Origin};

/// What the digits of a file leave of an angle, degrees, and of a place, mm.
const ROUNDING_DEG: f64 = 1e-4;
const ROUNDING_MM: f64 = 1e-4;
/// What conventions of beam centers and few digits leave of a place: relative, and in mm.
const SAME_PLACE: (f64, f64) = (2e-3, 0.1);

/// Tilts the detector as the axes in the image's file say, unless a flag says how it is tilted. What cannot be had so, and under the presets
/// that follow the C program, is said.
///
/// # Errors
/// None that an image could cause.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let Some((file, said)) = draft.axes.take() else { return Ok(()) };
    let probe = probe(draft)?;
    let of = |detector: &Detector| {
        let mut probe = probe.clone();
        probe.detector = detector.clone();
        let plan = probe.plan().ok()?;
        Some((FrameDescription::of(&plan).axes, [plan.detector.fdet, plan.detector.sdet]))
    };
    let Some((found, laboratory)) = of(&probe.detector) else { return Ok(()) };
    let off_deg = between(&found, &said);
    let is_placed = is_placed(args);
    if off_deg < ROUNDING_DEG {
        let off_mm = (found.origin_mm - Vector3::from(said.origin_mm)).norm();
        let same_mm = SAME_PLACE.1 + SAME_PLACE.0 * found.origin_mm.norm();
        // Under the other presets beam centers mean other points.
        let is_doubted = !is_placed && may_tilt(args) && !is_contradicted(draft);
        if off_mm > same_mm && is_doubted {
            draft.setup.warnings.push(InstrumentWarning::Corner { file: file.into(), off_mm }.into());
        }
        return Ok(());
    }
    let lies_there = |detector: &Detector| {
        of(detector).is_some_and(|(axes, _)| {
            let off_mm = (axes.origin_mm - Vector3::from(said.origin_mm)).norm();
            between(&axes, &said) < ROUNDING_DEG && (is_placed || off_mm < ROUNDING_MM)
        })
    };
    let remedy = if may_tilt(args) {
        let tilt = tilt_between((&found, laboratory), &said);
        let mut tilted = probe.detector.clone().with_tilt(tilt).with_pivot(Pivot::Beam);
        let given = |flags: &[FlagId]| flags.iter().any(|flag| args.has(*flag));
        if given(&NEAR_POINT) && !given(&[FlagId::Xbeam, FlagId::Ybeam]) {
            tilted = about_crystal(tilted, given(&[FlagId::Distance, FlagId::CloseDistance]), &said);
        }
        if lies_there(&tilted) {
            draft.setup.experiment.detector = tilted;
            [FlagId::DetectorRotX, FlagId::DetectorRotY, FlagId::DetectorRotZ]
                .into_iter()
                .for_each(|flag| draft.setup.origins.note(flag, Origin::Header(file.clone())));
            return Ok(());
        }
        // Axes of the other hand are no turn of those of the convention.
        let placed = placed(&probe.detector, &to_imgcif(&found, laboratory), &said);
        if !is_placed && lies_there(&placed) {
            draft.setup.experiment.detector = placed;
            [FlagId::FdetVector, FlagId::SdetVector]
                .into_iter()
                .for_each(|flag| draft.setup.origins.note(flag, Origin::Header(file.clone())));
            return Ok(());
        }
        args.occurrences.iter().find(|each| places(each)).map(|placing| AxesRemedy::Without(placing.said()))
    } else if let Some(own) = args.occurrences.iter().rfind(|each| decides_axes(each.flag))
        && classic::preset(args) == Preset::Exact
    {
        Some(AxesRemedy::Without(own.said()))
    } else {
        let tilt = tilt_between((&found, laboratory), &said);
        let turned = probe.detector.clone().with_tilt(tilt);
        let angles = [tilt.x, tilt.y, tilt.z].map(to_deg);
        let with_beam = turned.clone().with_pivot(Pivot::Beam);
        Some(if lies_there(&turned) {
            AxesRemedy::Rotations { angles, is_about_beam: false }
        } else if !probe.quirks.has(Quirk::ConventionPivotWins) && lies_there(&with_beam) {
            AxesRemedy::Rotations { angles, is_about_beam: true }
        } else {
            AxesRemedy::Exact
        })
    };
    draft.setup.warnings.push(InstrumentWarning::Axes { file: file.into(), off_deg, remedy }.into());
    Ok(())
}

/// The rotation of a detector whose axes are `found`, in the laboratory `laboratory`, to those of a file.
fn tilt_between((found, laboratory): (&Axes, [Vector3<f64>; 2]), said: &ImageAxes) -> Tilt {
    let to_imgcif = to_imgcif(found, laboratory);
    let turn = frame(&said.fast.into(), &said.slow.into()) * frame(&found.fast, &found.slow).transpose();
    let [x, y, z] = angles_of(&(to_imgcif.transpose() * turn * to_imgcif));
    Tilt { x, y, z, twotheta: 0.0 }
}

/// What turns the laboratory's frame into that of imgCIF.
fn to_imgcif(found: &Axes, laboratory: [Vector3<f64>; 2]) -> Matrix3<f64> {
    frame(&found.fast, &found.slow) * frame(&laboratory[0], &laboratory[1]).transpose()
}

/// Whether a flag says where the detector is: then it is not where the file says.
fn is_placed(args: &ParsedArgs) -> bool {
    args.occurrences.iter().any(places)
}

fn places(occurrence: &Occurrence) -> bool {
    let row = flag(occurrence.flag);
    let names = occurrence.flag == FlagId::Img || row.is_some_and(|row| row.is(Role::Convention));
    !names && row.is_some_and(|row| row.is(Role::PlacesDetector))
}

/// Whether it was said that a header contradicts itself.
fn is_contradicted(draft: &Draft) -> bool {
    draft.setup.warnings.iter().any(|warning| warning.code() == WarningKind::ContradictingHeader.code())
}

/// A detector with a near point of flags: it keeps that whatever the tilt, and, unless a flag says it, its distance to the plane.
fn about_crystal(detector: Detector, has_distance: bool, said: &ImageAxes) -> Detector {
    let mut detector = detector.with_pivot(Pivot::Sample);
    let plane = frame(&said.fast.into(), &said.slow.into());
    let close = plane.column(2).dot(&Vector3::from(said.origin_mm)).abs();
    if let Placement::Rest(rest) = &mut detector.placement
        && !has_distance
    {
        rest.distance = Distance::ToPlane(mm(close));
    }
    detector
}

/// The detector where a file says, by its axes and its corner alone. `to_imgcif` turns the laboratory's frame into the file's.
fn placed(detector: &Detector, to_imgcif: &Matrix3<f64>, said: &ImageAxes) -> Detector {
    let here = |v: [f64; 3]| to_imgcif.transpose() * Vector3::from(v);
    let (fdet, sdet, origin) = (here(said.fast), here(said.slow), here(said.origin_mm));
    let normal = fdet.cross(&sdet).normalize();
    let odet = if normal.dot(&origin) < 0.0 { -normal } else { normal };
    let frame = Frame { fdet, sdet, odet, ..detector.convention.frame() };
    let placement = Placement::Measured { origin: origin.map(mm).into() };
    detector.clone().with_convention(Convention::Custom(frame)).with_placement(placement)
}

/// The larger angle in degrees between axes.
fn between(found: &Axes, said: &ImageAxes) -> f64 {
    let angle = |a: &Vector3<f64>, b: [f64; 3]| {
        let b = Vector3::from(b);
        to_deg(a.cross(&b).norm().atan2(a.dot(&b)))
    };
    angle(&found.fast, said.fast).max(angle(&found.slow, said.slow))
}
