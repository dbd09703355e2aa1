//! The header of an SMV image that a plan gives.

use nanobragg::model::Quirk;
use nanobragg::plan::Plan;
use nanobragg::units::to_deg;
use nanobragg_io::c_format::g;
use nanobragg_io::smv::HeaderEntry;

/// The keys of an SMV header after the format's own ones, in the reference program's order.
///
/// With the quirk `smv_beam_center` BEAM_CENTER_X and _Y are the convention's own beam centre. Otherwise they
/// are what readers (dxtbx, by BEAMLINE=fake) turn into the true geometry: from the far edge of the slow axis,
/// one pixel off on both.
pub fn smv_entries(plan: &Plan) -> Vec<HeaderEntry> {
    let report = &plan.detector.report;
    let pixel = plan.detector.pixel_size;
    let mm = |x: f64| g(x * 1000.0, 6);
    let (fast, slow) = report.beam_spot;
    let (center_x, center_y) = if plan.resolved.quirks.has(Quirk::SmvBeamCenter) {
        (report.center.x, report.center.y)
    } else {
        (fast - pixel, (plan.detector.slow_pixels + 1) as f64 * pixel - slow)
    };
    let phi = plan.resolved.phi;
    let entries = [
        ("PIXEL_SIZE", mm(pixel)),
        ("DISTANCE", mm(plan.detector.distance)),
        ("WAVELENGTH", g(plan.resolved.wavelength * 1e10, 6)),
        ("BEAM_CENTER_X", mm(center_x)),
        ("BEAM_CENTER_Y", mm(center_y)),
        ("ADXV_CENTER_X", mm(fast)),
        ("ADXV_CENTER_Y", mm(report.size.1 - slow)),
        ("MOSFLM_CENTER_X", mm(slow - 0.5 * pixel)),
        ("MOSFLM_CENTER_Y", mm(fast - 0.5 * pixel)),
        ("DENZO_X_BEAM", mm(slow)),
        ("DENZO_Y_BEAM", mm(fast)),
        ("DIALS_ORIGIN", report.dials_origin_mm.map(|x| g(x, 6)).join(",")),
        ("XDS_ORGX", g(report.org.0, 6)),
        ("XDS_ORGY", g(report.org.1, 6)),
        ("CLOSE_DISTANCE", mm(plan.detector.close_distance)),
        ("PHI", g(to_deg(phi.start), 6)),
        ("OSC_START", g(to_deg(phi.start), 6)),
        ("OSC_RANGE", g(to_deg(phi.range), 6)),
        ("TWOTHETA", g(to_deg(report.twotheta), 6)),
        ("DETECTOR_SN", "000".to_owned()),
        ("BEAMLINE", "fake".to_owned()),
    ];
    let entry = |(key, value): (&str, String)| match key {
        // The reference program leaves this line without its semicolon; readers cope with both.
        "DIALS_ORIGIN" => HeaderEntry::unterminated(key, value),
        _ => HeaderEntry::new(key, value),
    };
    entries.map(entry).into()
}
