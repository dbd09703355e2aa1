//! The header of an SMV image.

use nanobragg::units::to_deg;
use nanobragg_io::c_format::g;
use nanobragg_io::image_axes::AXES_KEYS;
use nanobragg_io::smv::HeaderEntry;

use super::FrameDescription;

/// Digits of the reference program's headers.
const DIGITS_OF_THE_REFERENCE: usize = 6;
/// Digits otherwise: enough for nanometers on a detector a meter away.
const DIGITS: usize = 12;

/// The keys of an SMV header after the format's own ones, in the reference program's order.
///
/// With the quirk `smv_beam_center` BEAM_CENTER_X and _Y are the convention's own beam center. Otherwise they
/// are what readers (dxtbx, by BEAMLINE=fake) turn into the true geometry: from the far edge of the slow axis,
/// one pixel off on both. Numbers have six digits with the quirk and twelve otherwise, and
/// the exposure time and `adc_offset`, the counts of a dark pixel, are written without it.
pub fn smv_entries(frame: &FrameDescription, adc_offset: f64) -> Vec<HeaderEntry> {
    let FrameDescription { panel, beam, scan, .. } = frame;
    let (report, pixel) = (&panel.convention, panel.plane.pixel_size);
    let reference = frame.counting.smv_of_the_c_program;
    let digits = if reference { DIGITS_OF_THE_REFERENCE } else { DIGITS };
    let n = |x: f64| g(x, digits);
    let mm = |x: f64| n(x * 1000.0);
    let (distance, (fast, slow)) = if reference {
        (panel.plane.distance, report.beam_spot)
    } else {
        let (fast, slow) = panel.beam_px;
        (panel.distance, (fast * pixel, slow * pixel))
    };
    let (center_x, center_y) = if reference {
        (report.center.x, report.center.y)
    } else {
        (fast - pixel, (panel.slow + 1) as f64 * pixel - slow)
    };
    let entries = [
        ("PIXEL_SIZE", mm(pixel)),
        ("DISTANCE", mm(distance)),
        ("WAVELENGTH", n(beam.wavelength_angstrom)),
        ("BEAM_CENTER_X", mm(center_x)),
        ("BEAM_CENTER_Y", mm(center_y)),
        ("ADXV_CENTER_X", mm(fast)),
        ("ADXV_CENTER_Y", mm(report.size.1 - slow)),
        ("MOSFLM_CENTER_X", mm(slow - 0.5 * pixel)),
        ("MOSFLM_CENTER_Y", mm(fast - 0.5 * pixel)),
        ("DENZO_X_BEAM", mm(slow)),
        ("DENZO_Y_BEAM", mm(fast)),
        ("DIALS_ORIGIN", report.dials_origin_mm.map(n).join(",")),
        ("XDS_ORGX", n(report.org.0)),
        ("XDS_ORGY", n(report.org.1)),
        ("CLOSE_DISTANCE", mm(panel.plane.close_distance)),
        ("PHI", n(to_deg(scan.start))),
        ("OSC_START", n(to_deg(scan.start))),
        ("OSC_RANGE", n(to_deg(scan.range))),
        ("TWOTHETA", n(to_deg(report.twotheta))),
        ("DETECTOR_SN", "000".to_owned()),
        ("BEAMLINE", "fake".to_owned()),
    ];
    let entry = |(key, value): (&str, String)| match key {
        // The reference program leaves this line without its semicolon; readers cope with both.
        "DIALS_ORIGIN" => HeaderEntry::unterminated(key, value),
        _ => HeaderEntry::new(key, value),
    };
    let mut entries: Vec<HeaderEntry> = entries.map(entry).into();
    if !reference {
        entries.push(HeaderEntry::new("TIME", n(scan.exposure)));
        // Readers (dxtbx, by BEAMLINE=fake) take 1 where they do not find it.
        entries.push(HeaderEntry::new("ADC_OFFSET", n(adc_offset)));
        let vectors = frame.axes.unusual().map(|axes| [axes.fast, axes.slow, axes.origin_mm]);
        let vectors = vectors.iter().flatten().map(|vector| vector.map(|x| n(x + 0.0)).join(" "));
        entries.extend(AXES_KEYS.iter().zip(vectors).map(|(key, vector)| HeaderEntry::new(*key, vector)));
        // Readers split at these.
        let plain = |line: &str| line.replace([';', '{', '}', '='], ",");
        let made_by = frame.made_by();
        entries.extend(
            (1..).zip(&made_by).map(|(at, line)| HeaderEntry::new(format!("MADE_BY_{at}"), plain(line))),
        );
    }
    entries
}
