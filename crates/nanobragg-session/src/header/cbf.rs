//! The header of a miniCBF image.

use nanobragg::plan::Plan;
use nanobragg::readout::{Counts, MOST};
use nanobragg::units::{EV_ANGSTROM, to_deg};
use nanobragg_io::cbf::MiniHeader;

use super::frame::crossing;

/// The header of the image `counts` that `plan` gave.
pub fn mini_header(plan: &Plan, counts: &Counts) -> MiniHeader {
    let pixel = plan.detector.pixel_size;
    let wavelength_angstrom = plan.resolved.wavelength * 1e10;
    let (distance, beam_px) = crossing(plan);
    MiniHeader {
        fast: plan.region.image_fast,
        slow: plan.region.image_slow,
        pixel_size: pixel,
        sensor_thickness: Some(plan.resolved.layers.thickness).filter(|&thickness| thickness > 0.0),
        exposure: plan.resolved.exposure,
        count_cutoff: MOST,
        excluded_pixels: counts.pixels.iter().filter(|&&count| count < 0).count(),
        wavelength_angstrom,
        energy_ev: EV_ANGSTROM / wavelength_angstrom,
        distance,
        beam_px,
        start_angle_deg: to_deg(plan.resolved.rotation.start()),
        angle_increment_deg: to_deg(plan.resolved.rotation.range()),
        twotheta_deg: to_deg(plan.detector.report.twotheta),
        // Kahn's factor is the difference of the two directions' parts, which add up to one.
        polarization: plan.polarization.map(|kahn| (1.0 + kahn.factor) / 2.0),
    }
}
