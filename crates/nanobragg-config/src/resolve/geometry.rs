//! Beam, detector, spindle and crystal from the description of an instrument by another program.

use nanobragg::model::{Convention, Detector, Frame, MosflmMatrix, PixelGrid, Polarization};
use nanobragg::nalgebra::Vector3;
use nanobragg::units::{angstrom, deg, mm};
use nanobragg_io::geometry::{self, Geometry, Selection, read_geometry};
use nanobragg_session::Panel;

use super::Context;
use crate::classic::{FlagId, Occurrence, ParsedArgs};
use crate::draft::{Draft, Instrument};
use crate::{ConfigError, Origin};

/// Most pixels of all panels together: their images are held until all are rendered.
const MOST_PIXELS: u64 = 1 << 30;

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
    let found = read_geometry(&path, selection)?;
    draft.setup.notes.push(format!("reading {}", name.display()));
    draft.setup.inputs.push(path);
    let chosen = last(FlagId::Panel).map(|flag| (flag.given.clone(), number(FlagId::Panel)));
    if let Some((given, panel)) = &chosen
        && *panel >= found.panels.len()
    {
        return Err(ConfigError::NoPanel { given: given.clone(), panel: *panel, panels: found.panels.len() });
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
        draft
            .setup
            .warnings
            .push(format!("{}: no wavelength in it: give -lambda or -energy", name.display()));
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
    beam_and_scan(draft, &found);
    draft.instrument =
        Some(Instrument { crystal: found.crystal, panels: found.panels, chosen: chosen.map(|(_, n)| n) });
    Ok(())
}

fn beam_and_scan(draft: &mut Draft, found: &Geometry) {
    let experiment = &mut draft.setup.experiment;
    if let Some(wavelength) = found.wavelength_angstrom {
        experiment.beam.wavelength = angstrom(wavelength);
    }
    // The field oscillates in the plane of polarization, across the beam. Without a word about it the plane is that
    // of the laboratory's x.
    let normal = found.polarization.map_or_else(Vector3::y, |polarization| polarization.normal);
    let across = normal.cross(&found.beam);
    let polar = if across.norm() > 1e-6 { across.normalize() } else { found.beam.cross(&Vector3::x()) };
    if let Some(polarization) = found.polarization {
        // A fraction f in the plane and 1 - f across it make Kahn's factor 2 f - 1.
        experiment.beam.polarization = Polarization::new(2.0 * polarization.fraction - 1.0);
    }
    if let Some(scan) = found.scan {
        draft.rotation.start = deg(scan.start_deg);
        // A scan of no width is a still, and counts of steps are left to the flags.
        draft.rotation.range = (scan.range_deg != 0.0).then(|| deg(scan.range_deg));
    }
    draft.frame = Frame {
        beam: found.beam,
        polar,
        spindle_axis: found.spindle_axis.unwrap_or_else(Vector3::x),
        ..Frame::default()
    };
    draft.is_custom = true;
}

/// Settles the panels, once all flags are known.
pub(super) fn finish(draft: &mut Draft) {
    let Some(instrument) = &draft.instrument else { return };
    let rest = &draft.setup.experiment.detector;
    let place = |panel: &geometry::Panel| Detector {
        convention: Convention::Custom(Frame {
            fdet: panel.fast,
            sdet: panel.slow,
            odet: panel.fast.cross(&panel.slow).normalize(),
            ..draft.frame
        }),
        pixels: PixelGrid::new(panel.fast_pixels, panel.slow_pixels, mm(panel.pixel_mm)),
        measured_origin: Some(panel.origin_mm.map(mm).into()),
        ..rest.clone()
    };
    let mut panels: Vec<Panel> = instrument
        .panels
        .iter()
        .map(|panel| Panel { name: panel.name.clone(), detector: place(panel) })
        .collect();
    if let Some(chosen) = instrument.chosen {
        panels = panels.drain(..).skip(chosen).take(1).collect();
    }
    if let Some(first) = panels.first() {
        draft.setup.experiment.detector = first.detector.clone();
    }
    if panels.len() > 1 {
        draft.setup.panels = panels;
    }
}

/// The orientation matrix, in units of the wavelength that the flags have left.
pub(super) fn crystal(draft: &mut Draft) {
    let matrix = draft.instrument.as_ref().and_then(|instrument| instrument.crystal);
    if let Some(matrix) = matrix.filter(|_| draft.matrix.is_none()) {
        let wavelength_angstrom = draft.setup.experiment.beam.wavelength * 1e10;
        let rows = [0, 1, 2].map(|row| [0, 1, 2].map(|column| matrix[(row, column)] * wavelength_angstrom));
        draft.setup.experiment.crystal.matrix = Some(MosflmMatrix(rows));
    }
}
