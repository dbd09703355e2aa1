//! What lies beside the detector, or beside what it can count.

use nanobragg_io::c_format::g;

use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::draft::Draft;

/// How far off the beam may be, in edges of the detector: swung detectors have it beside them.
const FAR: f64 = 3.0;

/// A warning for each.
pub(super) fn doubts(draft: &Draft, args: &ParsedArgs) -> Vec<String> {
    let mut said = Vec::new();
    let offset = draft.setup.outputs.adc_offset;
    if offset < 0.0
        && let Some(adc) = args.last(FlagId::Adc)
    {
        said.push(format!("{} {offset} counts: counts below 0 are cut off", given(adc)));
    }
    if draft.setup.panels.is_empty() {
        said.extend(beam(draft, args));
        said.extend(region(draft, args));
    }
    said
}

/// A beam that passes far beside the detector.
fn beam(draft: &Draft, args: &ParsedArgs) -> Option<String> {
    let pixels = &draft.setup.experiment.detector.pixels;
    let edge_mm = pixels.size_fast.max(pixels.size_slow) * 1000.0;
    let edge_px = edge_mm / 1000.0 / pixels.pixel_size;
    let far = |(flag, edge): &(FlagId, f64)| {
        let value = args.number(*flag)?;
        let off = value < -FAR * edge || value > (1.0 + FAR) * edge;
        off.then(|| (value, args.last(*flag)))
    };
    let in_mm = [(FlagId::Xbeam, edge_mm), (FlagId::Ybeam, edge_mm)];
    if let Some((value, Some(flag))) = in_mm.iter().find_map(far) {
        let px = if (0.0..=edge_px).contains(&value) { format!(": {value} pixels?") } else { String::new() };
        return Some(format!(
            "{} {value} mm is far beside the detector, which is {} mm wide{px}",
            given(flag),
            g(edge_mm, 4)
        ));
    }
    let in_px = [(FlagId::OrgX, edge_px), (FlagId::OrgY, edge_px)];
    let (value, flag) = in_px.iter().find_map(far)?;
    Some(format!("{} {value} is far beside the detector of {edge_px:.0} pixels", given(flag?)))
}

/// A region that reaches beyond the image.
fn region(draft: &Draft, args: &ParsedArgs) -> Option<String> {
    let roi = args.last(FlagId::Roi)?;
    let pixels = &draft.setup.experiment.detector.pixels;
    let (fast, slow) = (pixels.fast(), pixels.slow());
    let beyond =
        |at: usize, size: usize| usize::try_from(roi.values.integer(at)).is_ok_and(|end| end >= size);
    (beyond(1, fast) || beyond(3, slow)).then(|| {
        let values: Vec<&str> = (0..4).map(|at| roi.values.text(at)).collect();
        let values = values.join(" ");
        format!("{} {values} reaches beyond the image of {fast} x {slow} pixels: it ends there", given(roi))
    })
}

fn given(occurrence: &Occurrence) -> String {
    occurrence.named()
}
