//! What more than one flag says of the detector.

use nanobragg::model::{Convention, Experiment, PixelGrid, Preset, Quirk, UnitCell};
use nanobragg::nalgebra::{Matrix3, Vector3};

use crate::ConfigError;
use crate::classic::{self, FlagId, ParsedArgs};
use crate::draft::Draft;

/// Flags of the point of the detector that is nearest to the crystal.
pub(super) const NEAR_POINT: [FlagId; 4] = [FlagId::OrgX, FlagId::OrgY, FlagId::Xclose, FlagId::Yclose];

/// An experiment with the detector as it is so far, of any crystal: its plan says where the detector lies.
///
/// # Errors
/// None that a detector could cause.
pub(super) fn probe(draft: &Draft) -> Result<Experiment, ConfigError> {
    let mut probe = Experiment::uniform(UnitCell::new(50.0, 50.0, 50.0, 90.0, 90.0, 90.0)?, 0.0);
    probe.quirks = draft.setup.experiment.quirks;
    probe.detector = draft.setup.experiment.detector.clone();
    Ok(probe)
}

/// Settles what depends on more than one flag: convention, pivot, size, sensor.
///
/// # Errors
/// Numbers that make no sensor.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    set_normal(draft, args);
    let detector = &mut draft.setup.experiment.detector;
    detector.convention = if draft.is_custom { Convention::Custom(draft.frame) } else { draft.convention };
    detector.pivot = classic::pivot(args, draft.setup.experiment.quirks).or(detector.pivot);
    let PixelGrid { pixel_size, size_fast, size_slow } = detector.pixels;
    detector.pixels = PixelGrid {
        pixel_size,
        size_fast: draft.fast_pixels.map_or(size_fast, |n| pixel_size * n as f64),
        size_slow: draft.slow_pixels.map_or(size_slow, |n| pixel_size * n as f64),
    };
    let given = |flags: &[FlagId]| flags.iter().any(|flag| args.has(*flag));
    // A near point of flags places the detector, whatever beam center a header has.
    if given(&NEAR_POINT) && !given(&[FlagId::Xbeam, FlagId::Ybeam]) && classic::preset(args) == Preset::Exact
    {
        (draft.beam_spot, draft.placement.beam) = (None, [None; 2]);
    }
    if let Some(spot) = draft.beam_spot {
        // Flags that place the beam come after headers.
        let (x, y) = detector.convention.center_of_spot(spot, &detector.pixels);
        let beam = &mut draft.placement.beam;
        *beam = [beam[0].or(Some(x)), beam[1].or(Some(y))];
    }
    let quirks = draft.setup.experiment.quirks;
    detector.placement = classic::placement(&draft.placement, &detector.convention, &detector.pixels, quirks);
    detector.sensor = classic::sensor(&draft.sensor)?;
    Ok(())
}

/// Takes fast axis × slow axis, away from the crystal, for the normal of a detector whose axes flags give without it.
/// The C program takes that of its default axes.
fn set_normal(draft: &mut Draft, args: &ParsedArgs) {
    let given = [FlagId::FdetVector, FlagId::SdetVector].iter().any(|flag| args.has(*flag));
    let quirks = draft.setup.experiment.quirks;
    if !given || args.has(FlagId::OdetVector) || quirks.has(Quirk::TwothetaAxisLength) {
        return;
    }
    let frame = &mut draft.frame;
    let Some(normal) = frame.fdet.cross(&frame.sdet).try_normalize(0.0) else { return };
    let pix0 = draft.placement.corner.filter(|_| !quirks.has(Quirk::Pix0Ignored));
    let away = pix0.map_or(frame.beam, Into::into);
    frame.odet = if normal.dot(&away) < 0.0 { -normal } else { normal };
}

/// Fast axis, slow axis and normal as columns, at right angles.
pub(super) fn frame(fast: &Vector3<f64>, slow: &Vector3<f64>) -> Matrix3<f64> {
    let fast = fast.normalize();
    let normal = fast.cross(slow).normalize();
    Matrix3::from_columns(&[fast, normal.cross(&fast), normal])
}
