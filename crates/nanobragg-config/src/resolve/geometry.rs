//! Beam, detector, spindle and crystal from the description of an instrument by another program.

use nanobragg::model::{Convention, Detector, Frame, MosflmMatrix, PixelGrid, Placement};
use nanobragg::nalgebra::{Matrix3, Vector3};
use nanobragg::units::{angstrom, deg, mm};
use nanobragg_io::WarningKind;
use nanobragg_io::geometry::{self, Geometry, Moving, Selection, read_geometry, read_moving};
use nanobragg_session::Panel;

use super::{Context, image_doubts};
use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::draft::{Draft, Instrument};
use crate::{ConfigError, CrystalWarning, InstrumentWarning, Origin, Warning};
use nanobragg_session::ImageModel;

/// Most pixels of all panels together: their images are held until all are rendered.
const MOST_PIXELS: u64 = 1 << 30;

/// Difference up to which pixels count as square, relative to their edge: nothing is seen of it.
const SQUARE: f64 = 1e-9;

/// Reads the file that `-geometry` names and takes from it what flags can still change.
pub(super) fn apply(draft: &mut Draft, args: &ParsedArgs, context: &Context) -> Result<(), ConfigError> {
    let last = |flag| args.last(flag);
    let number =
        |flag| last(flag).map_or(0, |o: &Occurrence| usize::try_from(o.values.integer(0)).unwrap_or(0));
    let Some(occurrence) = last(FlagId::Geometry) else { return Ok(()) };
    let name = occurrence.values.path(0);
    let path = context.path(name);
    let selection =
        Selection { experiment: number(FlagId::ExperimentNumber), scan_point: number(FlagId::ScanPoint) };
    let mut found = read_geometry(&path, selection)?;
    let varies = found.varying_images > 1 && !args.has(FlagId::ScanPoint);
    let moving = if varies { read_moving(&path, selection.experiment)? } else { Vec::new() };
    let chosen = last(FlagId::Panel).map(|flag| (flag.given.clone(), number(FlagId::Panel)));
    let is_rendered = |panel: usize| chosen.as_ref().is_none_or(|(_, chosen)| *chosen == panel);
    let rendered = found.panels.iter().enumerate().filter(|(number, _)| is_rendered(*number));
    let elsewhere = rendered.map(|(_, panel)| panel).find_map(|panel| panel.distance_elsewhere.clone());
    if let Some(distance) = last(FlagId::Distance).filter(|_| elsewhere.is_none()) {
        return Err(ConfigError::Conflict { flag: distance.given.clone(), with: occurrence.given.clone() });
    }
    if let Some(place) = elsewhere {
        // The beam travels along z in the files that leave the distance to others.
        let Some(distance) = last(FlagId::Distance).map(|flag| flag.values.number(0)) else {
            return Err(ConfigError::NoDistance { path: name.to_owned(), place });
        };
        for panel in found.panels.iter_mut().filter(|panel| panel.distance_elsewhere.is_some()) {
            panel.origin_mm.z += distance;
        }
    }
    // What flags say need not be assumed.
    let assumed = |warning: &nanobragg_io::Warning| {
        let flags = match warning.assumption {
            Some(what) => image_doubts::decided(what),
            None if warning.kind == WarningKind::AssumedBeam => &[FlagId::BeamVector],
            None => &[],
        };
        !flags.iter().any(|flag| args.has(*flag))
    };
    draft.setup.warnings.extend(found.warnings.drain(..).filter(assumed).map(Warning::from));
    if found.crystal.is_some_and(|star| star.determinant() < 0.0) && !args.has(FlagId::Mat) {
        draft.setup.warnings.push(CrystalWarning::LeftHanded { file: name.to_owned() }.into());
    }
    let turns = |flag| args.number(flag).is_some_and(|angle| angle != 0.0);
    let turned = found.scan.is_some_and(|scan| scan.start_deg != 0.0 || scan.range_deg != 0.0)
        || [FlagId::Phi, FlagId::Osc, FlagId::PhiStep].into_iter().any(turns);
    if found.spindle_axis.is_none() && turned && !args.has(FlagId::SpindleAxis) {
        draft.setup.warnings.push(InstrumentWarning::NoSpindle { file: name.to_owned() }.into());
    }
    if found.beam.is_none() && !args.has(FlagId::BeamVector) {
        draft.setup.warnings.push(InstrumentWarning::NoBeam { file: name.to_owned() }.into());
    }
    draft.setup.notes.push(format!("reading {}", name.display()));
    draft.setup.inputs.push(path);
    if let Some((given, panel)) = &chosen
        && *panel >= found.panels.len()
    {
        let (given, detector) = (given.clone(), "the detector".to_owned());
        return Err(ConfigError::NoPanel { given, panel: *panel, panels: found.panels.len(), detector });
    }
    let pixels: u64 =
        found.panels.iter().map(|panel| panel.fast_pixels as u64 * panel.slow_pixels as u64).sum();
    if chosen.is_none() && pixels > MOST_PIXELS {
        return Err(ConfigError::TooManyPixels { path: name.to_owned(), pixels, limit: MOST_PIXELS });
    }
    let header = Origin::Header(name.display().to_string());
    let mut note = |flag| draft.setup.origins.note(flag, header.clone());
    [FlagId::FdetVector, FlagId::SdetVector, FlagId::Distance, FlagId::Xbeam].into_iter().for_each(&mut note);
    [FlagId::Pixel, FlagId::DetPixels].into_iter().for_each(&mut note);
    if found.wavelength_angstrom.is_some() {
        note(FlagId::Lambda);
    } else if !args.has(FlagId::Lambda) && !args.has(FlagId::Energy) && !args.has(FlagId::Spectrum) {
        draft.setup.warnings.push(InstrumentWarning::NoWavelength { file: name.to_owned() }.into());
    }
    if found.scan.is_some() {
        [FlagId::Phi, FlagId::Osc].into_iter().for_each(&mut note);
    }
    if found.spindle_axis.is_some() {
        note(FlagId::SpindleAxis);
    }
    if found.polarization.is_some() {
        note(FlagId::Polar);
    }
    if found.crystal.is_some() {
        note(FlagId::Mat);
    }
    beam_and_scan(draft, &found, varies);
    draft.instrument = Some(Instrument {
        file: name.to_owned(),
        crystal: found.crystal,
        lone_cell: found.lone_cell,
        space_group: found.space_group,
        panels: found.panels,
        moving,
        chosen: chosen.map(|(_, n)| n),
    });
    Ok(())
}

/// `varies` says whether what is found is that of the first image of a scan.
fn beam_and_scan(draft: &mut Draft, found: &Geometry, varies: bool) {
    if let Some(scan) = found.scan {
        draft.setup.described = varies.then(|| [deg(scan.start_deg), deg(scan.range_deg)]);
    }
    if let Some(wavelength) = found.wavelength_angstrom {
        draft.beam.wavelength = angstrom(wavelength);
    }
    // The field oscillates in the plane of polarization, across the beam. Without a word about it the plane is that
    // of the laboratory's x.
    let normal = found.polarization.map_or_else(Vector3::y, |polarization| polarization.normal);
    let beam = found.beam.unwrap_or_else(|| -Vector3::z());
    let across = normal.cross(&beam);
    let polar = if across.norm() > 1e-6 { across.normalize() } else { beam.cross(&Vector3::x()) };
    if let Some(polarization) = found.polarization {
        // A fraction f in the plane and 1 - f across it make Kahn's factor 2 f - 1.
        (draft.beam.kahn, draft.beam.polarized) = (2.0 * polarization.fraction - 1.0, true);
    }
    if let Some(scan) = found.scan {
        draft.rotation.start = deg(scan.start_deg);
        // A scan of no width is a still, and counts of steps are left to the flags.
        draft.rotation.range = (scan.range_deg != 0.0).then(|| deg(scan.range_deg));
    }
    draft.frame = Frame {
        beam,
        polar,
        spindle_axis: found.spindle_axis.unwrap_or_else(Vector3::x),
        ..Frame::default()
    };
    draft.is_custom = true;
}

/// Axes and edge of square pixels that stand where the panel's do and have their area. Where the panel's are not
/// square the axes are not unit vectors at right angles.
fn square(panel: &geometry::Panel) -> (Vector3<f64>, Vector3<f64>, f64) {
    let [fast_mm, slow_mm] = panel.pixel_mm;
    let is_square =
        (fast_mm - slow_mm).abs() <= SQUARE * fast_mm && panel.fast.dot(&panel.slow).abs() <= SQUARE;
    if is_square {
        return (panel.fast, panel.slow, fast_mm);
    }
    let (fast, slow) = (panel.fast * fast_mm, panel.slow * slow_mm);
    let edge = fast.cross(&slow).norm().sqrt();
    (fast / edge, slow / edge, edge)
}

/// The middle of a panel that is placed by its corner, meters from the crystal.
fn middle(detector: &Detector) -> Option<Vector3<f64>> {
    let Placement::Measured { origin } = detector.placement else { return None };
    let (frame, pixels) = (detector.convention.frame(), &detector.pixels);
    Some(
        Vector3::from(origin) + frame.fdet * (pixels.size_fast / 2.0) + frame.sdet * (pixels.size_slow / 2.0),
    )
}

/// Settles the panels, once all flags are known.
pub(super) fn finish(draft: &mut Draft) {
    let Some(instrument) = &draft.instrument else { return };
    let rest = &draft.setup.experiment.detector;
    let place = |number: u32, panel: &geometry::Panel| {
        let (fdet, sdet, pixel_mm) = square(panel);
        let frame = Frame { fdet, sdet, odet: fdet.cross(&sdet).normalize(), ..draft.frame };
        let placement = Placement::Measured { origin: panel.origin_mm.map(mm).into() };
        let mut detector = rest.clone().with_convention(Convention::Custom(frame)).with_placement(placement);
        detector.pixels = PixelGrid::new(panel.fast_pixels, panel.slow_pixels, mm(pixel_mm));
        detector.panel = number;
        detector
    };
    let mut panels: Vec<Panel> = (0..)
        .zip(&instrument.panels)
        .map(|(number, panel)| Panel { name: panel.name.clone(), detector: place(number, panel) })
        .collect();
    if let Some(chosen) = instrument.chosen {
        panels = panels.drain(..).skip(chosen).take(1).collect();
    }
    let beam = draft.frame.beam;
    let is_upstream = |panel: &Panel| middle(&panel.detector).is_some_and(|middle| middle.dot(&beam) < 0.0);
    if !panels.is_empty() && panels.iter().all(is_upstream) {
        let file = instrument.file.clone();
        draft.setup.warnings.push(InstrumentWarning::Upstream { file }.into());
    }
    if let Some(first) = panels.first() {
        draft.setup.experiment.detector = first.detector.clone();
    }
    if panels.len() > 1 {
        draft.setup.panels = panels;
    }
}

/// The orientation matrix, in units of the wavelength that the flags have left.
///
/// # Errors
/// A matrix that spans no volume.
pub(super) fn crystal(draft: &mut Draft, args: &ParsedArgs) -> Result<(), ConfigError> {
    let Some(instrument) = &draft.instrument else { return Ok(()) };
    let own = draft.beam.wavelength;
    let wanted = draft.matrix.is_none();
    let matrix = instrument.crystal.filter(|_| wanted);
    let given = |flags: &[FlagId]| flags.iter().any(|flag| args.has(*flag));
    let free_wavelength = !given(&[FlagId::Lambda, FlagId::Energy, FlagId::Spectrum]);
    let image = |moving: &Moving| {
        let wavelength = moving.wavelength_angstrom.map(angstrom).filter(|_| free_wavelength);
        let rows = moving.crystal.filter(|_| wanted);
        let rows = rows.map(|matrix| in_wavelengths(&matrix, wavelength.unwrap_or(own)));
        Ok(ImageModel {
            wavelength,
            beam: moving.beam.filter(|_| !given(&[FlagId::BeamVector])),
            spindle_axis: moving.spindle_axis.filter(|_| !given(&[FlagId::SpindleAxis])),
            matrix: rows.map(MosflmMatrix::new).transpose()?,
        })
    };
    draft.setup.images = instrument.moving.iter().map(image).collect::<Result<_, nanobragg::Error>>()?;
    if let Some(matrix) = matrix {
        draft.crystal.matrix = Some(in_wavelengths(&matrix, own));
    }
    Ok(())
}

/// Reciprocal vectors of 1/Å as rows of a matrix for a wavelength in meters.
fn in_wavelengths(matrix: &Matrix3<f64>, wavelength: f64) -> [[f64; 3]; 3] {
    let wavelength_angstrom = wavelength * 1e10;
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| matrix[(row, column)] * wavelength_angstrom))
}
