//! Headers of images about which there are warnings.

use nanobragg_io::cbf::MiniHeader;
use nanobragg_io::nexus::{Rotation, Setting};

/// What a stack of images of 3 x 2 pixels says whose spindle is upright.
pub fn upright() -> Setting {
    Setting {
        program: "nanobragg".to_owned(),
        fast: 3,
        slow: 2,
        pixel_size_mm: (0.1, 0.1),
        fast_axis: [-1.0, 0.0, 0.0],
        slow_axis: [0.0, -1.0, 0.0],
        origin_mm: [0.15, 0.1, 100.0],
        distance_mm: 100.0,
        beam_px: (1.5, 1.0),
        twotheta_deg: 0.0,
        sensor_thickness_mm: None,
        saturation: 1000,
        measured: None,
        wavelength_angstrom: 1.0,
        // The one of this program without a flag.
        fluence_per_m2: 1.25932e29,
        exposure: 1.0,
        polarization_stokes: None,
        spindle: [0.0, 1.0, 0.0],
        rotation: Some(Rotation { start_deg: 0.0, range_deg: 1.0, step_deg: 1.0 }),
        cell: [50.0, 60.0, 70.0, 90.0, 90.0, 90.0],
        ub_matrix: None,
        made_by: Vec::new(),
        others: Vec::new(),
    }
}

/// The header of an image of 3 x 2 pixels whose detector is swung.
pub fn swung() -> MiniHeader {
    MiniHeader {
        fast: 3,
        slow: 2,
        pixel_size: 1e-4,
        sensor_thickness: None,
        exposure: 1.0,
        count_cutoff: 1000,
        excluded_pixels: 0,
        wavelength_angstrom: 1.0,
        energy_ev: 12398.4,
        distance: 0.1,
        beam_px: (1.5, 1.0),
        start_angle_deg: 0.0,
        angle_increment_deg: 0.1,
        twotheta_deg: 10.0,
        polarization: None,
        axes: None,
        made_by: Vec::new(),
    }
}
