//! The header of a miniCBF image.

use nanobragg::readout::{Counts, MOST};
use nanobragg::units::{EV_ANGSTROM, to_deg};
use nanobragg_io::cbf::MiniHeader;

use super::FrameDescription;

/// The header of the image `counts`, which `frame` describes.
pub fn mini_header(frame: &FrameDescription, counts: &Counts) -> MiniHeader {
    let FrameDescription { panel, beam, scan, .. } = frame;
    MiniHeader {
        fast: panel.fast,
        slow: panel.slow,
        pixel_size: panel.plane.pixel_size,
        sensor_thickness: panel.sensor_thickness,
        exposure: scan.exposure,
        count_cutoff: MOST,
        excluded_pixels: counts.pixels.iter().filter(|&&count| count < 0).count(),
        wavelength_angstrom: beam.wavelength_angstrom,
        energy_ev: EV_ANGSTROM / beam.wavelength_angstrom,
        distance: panel.distance,
        beam_px: panel.beam_px,
        start_angle_deg: to_deg(scan.start),
        angle_increment_deg: to_deg(scan.range),
        twotheta_deg: to_deg(panel.convention.twotheta),
        axes: frame.axes.unusual(),
        made_by: frame.made_by(),
        // Kahn's factor is the difference of the two directions' parts, which add up to one.
        polarization: beam.kahn.map(|kahn| (1.0 + kahn) / 2.0),
    }
}
