//! What lies beside the detector, or beside what it can count.

use crate::classic::{FlagId, ParsedArgs};
use crate::draft::Draft;
use crate::{DetectorWarning, Warning};

/// How far off the beam may be, in edges of the detector: swung detectors have it beside them.
const FAR: f64 = 3.0;

/// A warning for each.
pub(super) fn doubts(draft: &Draft, args: &ParsedArgs) -> Vec<Warning> {
    let mut said = Vec::new();
    let offset = draft.setup.outputs.adc_offset;
    if offset < 0.0
        && let Some(adc) = args.last(FlagId::Adc)
    {
        said.push(DetectorWarning::NegativeOffset { said: adc.said(), offset }.into());
    }
    if draft.setup.panels.is_empty() {
        said.extend(beam(draft, args).map(Warning::from));
        said.extend(region(draft, args).map(Warning::from));
    }
    said
}

/// A beam that passes far beside the detector.
fn beam(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let pixels = &draft.setup.experiment.detector.pixels;
    let edge_mm = pixels.size_fast.max(pixels.size_slow) * 1000.0;
    let edge_px = edge_mm / 1000.0 / pixels.pixel_size;
    let far = |(flag, edge): &(FlagId, f64)| {
        let value = args.number(*flag)?;
        let off = value < -FAR * edge || value > (1.0 + FAR) * edge;
        off.then(|| (value, args.last(*flag)))
    };
    let in_mm = [(FlagId::Xbeam, edge_mm), (FlagId::Ybeam, edge_mm)];
    if let Some((value_mm, Some(flag))) = in_mm.iter().find_map(far) {
        let may_be_pixels = (0.0..=edge_px).contains(&value_mm);
        return Some(DetectorWarning::FarBeam { said: flag.said(), value_mm, edge_mm, may_be_pixels });
    }
    let in_px = [(FlagId::OrgX, edge_px), (FlagId::OrgY, edge_px)];
    let (value, flag) = in_px.iter().find_map(far)?;
    Some(DetectorWarning::FarOrigin { said: flag?.said(), value, edge: edge_px })
}

/// A region that reaches beyond the image.
fn region(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let roi = args.last(FlagId::Roi)?;
    let pixels = &draft.setup.experiment.detector.pixels;
    let (fast, slow) = (pixels.fast(), pixels.slow());
    let beyond =
        |at: usize, size: usize| usize::try_from(roi.values.integer(at)).is_ok_and(|end| end >= size);
    (beyond(1, fast) || beyond(3, slow)).then(|| DetectorWarning::RegionBeyond {
        said: roi.said(),
        fast,
        slow,
    })
}
