//! What lies beside the detector, or beside what it can count.

use nanobragg::model::{Convention, Quirk};

use crate::classic::{FlagId, ParsedArgs, Role, flag};
use crate::draft::Draft;
use crate::{DetectorWarning, Origin, Warning};

/// How far off the beam may be, in edges of the detector: swung detectors have it beside them.
const FAR: f64 = 3.0;

/// Pixels along an edge of a detector whose first one is hit by a beam on purpose only rarely.
const MANY: f64 = 10.0;

/// A warning for each.
pub(super) fn doubts(draft: &Draft, args: &ParsedArgs) -> Vec<Warning> {
    let mut said = Vec::new();
    let offset = draft.setup.outputs.adc_offset;
    if offset < 0.0
        && let Some(adc) = args.last(FlagId::Adc)
    {
        said.push(DetectorWarning::NegativeOffset { said: adc.said(), offset }.into());
    }
    said.extend(half_points(draft, args).map(Warning::from));
    said.extend(dropped_point(draft, args).map(Warning::from));
    said.extend(custom_center(draft, args).map(Warning::from));
    if draft.setup.panels.is_empty() {
        said.extend(beam(draft, args).map(Warning::from));
        said.extend(region(draft, args).map(Warning::from));
    }
    said
}

/// Points of the detector of which neither flag nor header says one coordinate.
fn half_points<'a>(draft: &'a Draft, args: &'a ParsedArgs) -> impl Iterator<Item = DetectorWarning> + 'a {
    let half = |[one, other]: [FlagId; 2]| {
        let is_known = matches!(draft.setup.origins.of(&[other]), Origin::Header(_)) || args.has(other);
        let name = flag(other).and_then(|row| row.names.first()).copied()?;
        let said = args.last(one).filter(|_| !is_known)?.said();
        Some(DetectorWarning::HalfPoint { said, other: name })
    };
    let pairs = POINTS.into_iter().flat_map(|[x, y]| [[x, y], [y, x]]);
    pairs.filter_map(half)
}

/// Flags of a point of the detector, by their coordinates.
const POINTS: [[FlagId; 2]; 3] =
    [[FlagId::Xbeam, FlagId::Ybeam], [FlagId::OrgX, FlagId::OrgY], [FlagId::Xclose, FlagId::Yclose]];

/// A close point under a convention that has no use for it.
fn dropped_point(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let experiment = &draft.setup.experiment;
    let has_use =
        matches!(experiment.detector.convention, Convention::Xds | Convention::Dials | Convention::Custom(_));
    let said = args.last(FlagId::Xclose).or(args.last(FlagId::Yclose))?.said();
    let is_dropped = experiment.quirks.has(Quirk::UnusedPointDropped) && !has_use;
    is_dropped.then_some(DetectorWarning::DroppedPoint { said })
}

/// Pixels by which a beam center may move without a word.
const SAME_PLACE: f64 = 1e-3;

/// A vector by which the beam hits the detector elsewhere than in the named convention: one that leaves the axes of the detector alone gives
/// beam centers another meaning, and without a beam center the conventions differ by up to a pixel.
fn custom_center(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let request = &draft.placement;
    let has = |role| args.occurrences.iter().any(|each| flag(each.flag).is_some_and(|row| row.is(role)));
    // Of a vector that wins over a convention it is said that it does.
    let is_placed = args.has(FlagId::Geometry)
        || has(Role::Convention)
        || request.corner.is_some()
        || draft.beam_spot.is_some()
        || request.org.iter().chain(&request.close).any(Option::is_some);
    let vector =
        args.occurrences.iter().rfind(|each| flag(each.flag).is_some_and(|row| row.is(Role::Vector)))?;
    let is_given = request.beam.iter().any(Option::is_some);
    let has_axes = [FlagId::FdetVector, FlagId::SdetVector].iter().any(|flag| args.has(*flag));
    if is_placed || !draft.is_custom || is_given && has_axes {
        return None;
    }
    let grid = &draft.setup.experiment.detector.pixels;
    let middle = [grid.size_fast / 2.0, grid.size_slow / 2.0];
    let spot = |convention: &Convention| {
        let default = convention.default_center(grid, middle);
        convention.spot_of_center([0, 1].map(|axis| request.beam[axis].unwrap_or(default[axis])), grid)
    };
    let named = draft.convention;
    let (here, there) = (spot(&Convention::Custom(draft.frame)), spot(&named));
    let off_px = [here.0 - there.0, here.1 - there.1].map(|off| off.abs() / grid.pixel_size);
    let (said, convention) = (vector.said(), named.name());
    let moves = off_px.iter().any(|off| *off > SAME_PLACE);
    moves.then_some(DetectorWarning::CustomCenter { said, is_given, convention, off_px })
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
    if let Some(other) = in_other_unit(draft, args) {
        return Some(other);
    }
    let in_px = [(FlagId::OrgX, edge_px), (FlagId::OrgY, edge_px)];
    let (value, flag) = in_px.iter().find_map(far)?;
    Some(DetectorWarning::FarOrigin { said: flag?.said(), value, edge: edge_px })
}

/// A point of the detector whose coordinates are likely to be meant in pixels, because they lie beside the detector, or in meters,
/// because they lie in its first pixel.
fn in_other_unit(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let detector = &draft.setup.experiment.detector;
    let [fast_mm, slow_mm] = [detector.pixels.size_fast, detector.pixels.size_slow].map(|edge| edge * 1e3);
    let pixel_mm = detector.pixels.pixel_size * 1e3;
    let beam_edges = match detector.convention {
        Convention::Mosflm | Convention::Denzo => [slow_mm, fast_mm],
        _ => [fast_mm, slow_mm],
    };
    let points = [
        ([FlagId::Xbeam, FlagId::Ybeam], beam_edges),
        ([FlagId::Xclose, FlagId::Yclose], [fast_mm, slow_mm]),
    ];
    points.into_iter().find_map(|(flags, edges)| {
        let given: Vec<(f64, f64, FlagId)> = flags
            .into_iter()
            .zip(edges)
            .filter_map(|(flag, edge)| Some((args.number(flag)?, edge, flag)))
            .collect();
        let &(value_mm, edge_mm, flag) = given.first()?;
        let said = args.last(flag)?.said();
        // Of a detector that swings about the sample the beam may miss one edge.
        let lone = given.len() == 1;
        let is_pixels = |&(value, edge, _): &(f64, f64, FlagId)| {
            let part = value * pixel_mm / edge;
            value > edge && if lone { (0.25..=0.75).contains(&part) } else { part <= 1.0 }
        };
        if given.iter().all(is_pixels) {
            return Some(DetectorWarning::FarBeam { said, value_mm, edge_mm, may_be_pixels: true });
        }
        let is_meters = |&(value, edge, _): &(f64, f64, FlagId)| {
            value > 0.0 && value < pixel_mm && edge > MANY * pixel_mm && value * 1e3 <= edge
        };
        let found = given.iter().all(is_meters);
        found.then_some(DetectorWarning::CornerBeam { said, value_mm, edge_mm })
    })
}

/// A region that reaches beyond the image.
fn region(draft: &Draft, args: &ParsedArgs) -> Option<DetectorWarning> {
    let roi = args.last(FlagId::Roi)?;
    let pixels = &draft.setup.experiment.detector.pixels;
    let (fast, slow) = (pixels.fast(), pixels.slow());
    let beyond =
        |at: usize, size: usize| usize::try_from(roi.values.integer(at)).is_ok_and(|end| end >= size);
    // Ends below zero mean those of the image, as in the C program.
    let before = |at: usize| {
        let [begin, end] = [at, at + 1].map(|at| roi.values.integer(at));
        begin < 0 && (end >= 0 || begin < -1)
    };
    (beyond(1, fast) || beyond(3, slow) || before(0) || before(2)).then(|| DetectorWarning::RegionBeyond {
        said: roi.said(),
        fast,
        slow,
    })
}
