//! Flags of the detector.

use nanobragg::model::{Convention, Pivot, PixelGrid, Quirk};
use nanobragg::nalgebra::Vector3;
use nanobragg::units::{deg, mm, um};

use super::draft::Draft;
use crate::classic::{FlagId, Occurrence, ParsedArgs};

pub(super) fn apply(draft: &mut Draft, occurrence: &Occurrence) -> bool {
    let values = &occurrence.values;
    let (number, integer) = (values.number(0), values.integer(0));
    let vector = || Vector3::from(values.vector());
    let pixels = || usize::try_from(integer).ok().filter(|&n| n > 0);
    let axis_is_angle = draft.setup.experiment.quirks.has(Quirk::TwothetaAxisSetsAngle);
    draft.pivot_in_order = match occurrence.flag {
        FlagId::TwothetaAxis if axis_is_angle => Some(Pivot::Sample),
        _ => pivot_of(occurrence).or(draft.pivot_in_order),
    };
    let detector = &mut draft.setup.experiment.detector;
    match occurrence.flag {
        FlagId::Pixel => detector.pixels.pixel_size = mm(number),
        FlagId::DetPixels => (draft.fast_pixels, draft.slow_pixels) = (pixels(), pixels()),
        FlagId::DetPixelsF => draft.fast_pixels = pixels(),
        FlagId::DetPixelsS => draft.slow_pixels = pixels(),
        FlagId::DetSize => (detector.pixels.size_fast, detector.pixels.size_slow) = (mm(number), mm(number)),
        FlagId::DetSizeF => detector.pixels.size_fast = mm(number),
        FlagId::DetSizeS => detector.pixels.size_slow = mm(number),
        FlagId::Distance => detector.distance = mm(number),
        FlagId::CloseDistance => detector.close_distance = Some(mm(number)),
        FlagId::Xbeam => detector.x_beam = Some(mm(number)),
        FlagId::Ybeam => detector.y_beam = Some(mm(number)),
        FlagId::Xclose => detector.x_close = Some(mm(number)),
        FlagId::Yclose => detector.y_close = Some(mm(number)),
        FlagId::OrgX => detector.orgx = Some(number),
        FlagId::OrgY => detector.orgy = Some(number),
        FlagId::Pivot => {}
        // Read before all flags.
        FlagId::Geometry | FlagId::ExperimentNumber | FlagId::ScanPoint | FlagId::Panel => {}
        FlagId::Mosflm => named(draft, Convention::Mosflm),
        FlagId::Xds => named(draft, Convention::Xds),
        FlagId::Adxv => named(draft, Convention::Adxv),
        FlagId::Denzo => named(draft, Convention::Denzo),
        FlagId::Dials => named(draft, Convention::Dials),
        FlagId::FdetVector => custom(draft, |frame| frame.fdet = vector()),
        FlagId::SdetVector => custom(draft, |frame| frame.sdet = vector()),
        FlagId::OdetVector => custom(draft, |frame| frame.odet = vector()),
        FlagId::BeamVector => custom(draft, |frame| frame.beam = vector()),
        FlagId::PolarVector => custom(draft, |frame| frame.polar = vector()),
        FlagId::SpindleAxis => custom(draft, |frame| frame.spindle_axis = vector()),
        FlagId::TwothetaAxis => {
            if axis_is_angle {
                draft.setup.experiment.detector.tilt.twotheta = deg(number);
            }
            custom(draft, |frame| frame.twotheta_axis = vector());
        }
        FlagId::Pix0Vector => {
            draft.setup.experiment.detector.pix0 = Some(values.vector());
            custom(draft, |_| {});
        }
        FlagId::Pix0VectorMm => {
            draft.setup.experiment.detector.pix0 = Some(values.vector().map(mm));
            custom(draft, |_| {});
        }
        FlagId::Twotheta => detector.tilt.twotheta = deg(number),
        FlagId::DetectorRotX => detector.tilt.x = deg(number),
        FlagId::DetectorRotY => detector.tilt.y = deg(number),
        FlagId::DetectorRotZ => detector.tilt.z = deg(number),
        FlagId::CurvedDet => detector.curved = true,
        FlagId::PointPixel => detector.point_pixel = true,
        FlagId::DetectorAbs if values.is_word() || number == 0.0 => {
            detector.sensor.thickness = 0.0;
            detector.sensor.mu = Some(0.0);
        }
        FlagId::DetectorAbs => detector.sensor.mu = Some(1.0 / um(number)),
        FlagId::DetectorThick => detector.sensor.thickness = um(number),
        FlagId::DetectorThicksteps => detector.sensor.layers = Some(integer),
        _ => return false,
    }
    true
}

/// The pivot that the reference program takes from a flag when it reads it.
fn pivot_of(occurrence: &Occurrence) -> Option<Pivot> {
    match occurrence.flag {
        FlagId::Pivot => {
            Some(if occurrence.values.text(0) == "sample" { Pivot::Sample } else { Pivot::Beam })
        }
        FlagId::Xbeam | FlagId::Ybeam | FlagId::Distance => Some(Pivot::Beam),
        FlagId::Mosflm | FlagId::Adxv | FlagId::Denzo | FlagId::Dials => Some(Pivot::Beam),
        FlagId::Xclose | FlagId::Yclose | FlagId::OrgX | FlagId::OrgY | FlagId::CloseDistance => {
            Some(Pivot::Sample)
        }
        FlagId::Twotheta | FlagId::Xds => Some(Pivot::Sample),
        _ => None,
    }
}

fn named(draft: &mut Draft, convention: Convention) {
    draft.convention = convention;
    draft.custom = false;
}

fn custom(draft: &mut Draft, change: impl FnOnce(&mut nanobragg::model::Frame)) {
    change(&mut draft.frame);
    draft.custom = true;
}

/// Settles what depends on more than one flag: convention, pivot, size.
pub(super) fn finish(draft: &mut Draft, args: &ParsedArgs) {
    let detector = &mut draft.setup.experiment.detector;
    detector.convention = if draft.custom { Convention::Custom(draft.frame) } else { draft.convention };
    detector.pivot = if draft.setup.experiment.quirks.has(Quirk::ConventionPivotWins) {
        draft.pivot_in_order
    } else {
        pivot_by_rank(args).or(detector.pivot)
    };
    let PixelGrid { pixel_size, size_fast, size_slow } = detector.pixels;
    detector.pixels = PixelGrid {
        pixel_size,
        size_fast: draft.fast_pixels.map_or(size_fast, |n| pixel_size * n as f64),
        size_slow: draft.slow_pixels.map_or(size_slow, |n| pixel_size * n as f64),
    };
    if let Some(spot) = draft.beam_spot {
        // Flags that place the beam come after headers.
        let (x, y) = detector.convention.center_of_spot(spot, &detector.pixels);
        detector.x_beam = detector.x_beam.or(Some(x));
        detector.y_beam = detector.y_beam.or(Some(y));
    }
}

/// The pivot that the flags ask for, whatever their order: `-pivot` before flags that place the near point,
/// those before flags that place the beam.
fn pivot_by_rank(args: &ParsedArgs) -> Option<Pivot> {
    use FlagId::{CloseDistance, OrgX, OrgY, Twotheta, Xbeam, Xclose, Ybeam, Yclose};
    let any = |flags: &[FlagId]| flags.iter().any(|&flag| args.has(flag));
    match args.last(FlagId::Pivot) {
        Some(pivot) => pivot_of(pivot),
        None if any(&[CloseDistance, OrgX, OrgY, Twotheta, Xclose, Yclose]) => Some(Pivot::Sample),
        None if any(&[Xbeam, Ybeam]) => Some(Pivot::Beam),
        None => None,
    }
}
