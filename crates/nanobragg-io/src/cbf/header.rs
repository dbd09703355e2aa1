//! The text header of a miniCBF image.

use crate::c_format::g;
use crate::image_axes::{AXES_KEYS, ImageAxes};
use crate::text::one_line;

/// Digits of numbers in the header: enough for nanometers on a detector a meter away.
const DIGITS: usize = 12;

/// What a miniCBF header says about an image. Lengths in meters, angles in degrees.
#[derive(Clone, Debug, PartialEq)]
pub struct MiniHeader {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Edge of a pixel, meters.
    pub pixel_size: f64,
    /// Thickness of the silicon sensor, meters; `None` where photons are counted at its surface.
    pub sensor_thickness: Option<f64>,
    /// Exposure time, seconds.
    pub exposure: f64,
    /// The largest count.
    pub count_cutoff: i32,
    /// Pixels that were not measured.
    pub excluded_pixels: usize,
    /// Wavelength, Å.
    pub wavelength_angstrom: f64,
    /// Photon energy, electronvolts.
    pub energy_ev: f64,
    /// Distance along the beam, meters.
    pub distance: f64,
    /// Spot of the direct beam along fast and slow, in pixels from the outer edge of the first.
    pub beam_px: (f64, f64),
    /// Spindle angle at the start of the image.
    pub start_angle_deg: f64,
    /// Rotation during the image.
    pub angle_increment_deg: f64,
    /// Swing of the detector.
    pub twotheta_deg: f64,
    /// Fraction of the beam that is polarized along the polarization axis; `None` where it is not modeled.
    pub polarization: Option<f64>,
    /// How the detector lies, where it does not lie as readers take it: square to the beam, the fast axis along x.
    pub axes: Option<ImageAxes>,
    /// What made the image, a line each.
    pub made_by: Vec<String>,
}

impl MiniHeader {
    /// The header's convention and the name of the detector. A reader that sees `PILATUS` expects the modules
    /// and gaps of one, so only images of such a size and pixel may say so.
    pub(super) fn convention(&self) -> (&'static str, String) {
        match self.pilatus() {
            Some(model) => ("PILATUS_1.2", format!("PILATUS {model}, S/N 00-0000, simulated")),
            None => ("GENERIC_MINI", "nanobragg, simulated".to_owned()),
        }
    }

    /// The Pilatus whose modules, of 487 x 195 pixels of 172 µm, 7 and 17 pixels apart, make up this image.
    fn pilatus(&self) -> Option<&'static str> {
        const PIXEL: f64 = 172e-6;
        let modules = |pixels: usize, module: usize, gap: usize| {
            let count = (pixels + gap) / (module + gap);
            (count > 0 && count * (module + gap) == pixels + gap).then_some(count)
        };
        let counts = (modules(self.fast, 487, 7)?, modules(self.slow, 195, 17)?);
        if (self.pixel_size - PIXEL).abs() > 1e-9 {
            return None;
        }
        Some(match counts {
            (1, 1) => "100K",
            (1, 2) => "200K",
            (1, 3) => "300K",
            (3, 1) => "300K-W",
            (3, 3) => "900K",
            (2, 5) => "1M",
            (3, 8) => "2M",
            (5, 12) => "6M",
            _ => return None,
        })
    }

    /// The comment lines that stand in `_array_data.header_contents`.
    pub(super) fn contents(&self) -> Vec<String> {
        let n = |x: f64| g(x, DIGITS);
        let pixel_um = n(self.pixel_size * 1e6);
        let mut lines = vec![
            format!("Detector: {}", self.convention().1),
            // Readers ask for a time; a simulation has none, and equal inputs have to give equal bytes.
            "1970-01-01T00:00:00.000".to_owned(),
            format!("Pixel_size {pixel_um}e-6 m x {pixel_um}e-6 m"),
        ];
        // Readers correct for the depth at which photons are absorbed once they see a thickness.
        lines.extend(
            self.sensor_thickness.map(|thickness| format!("Silicon sensor, thickness {thickness:.9} m")),
        );
        lines.extend([
            format!("Exposure_time {} s", n(self.exposure)),
            format!("Exposure_period {} s", n(self.exposure)),
            "Tau = 0 s".to_owned(),
            format!("Count_cutoff {} counts", self.count_cutoff),
            format!("Threshold_setting: {:.0} eV", self.energy_ev / 2.0),
            format!("N_excluded_pixels = {}", self.excluded_pixels),
            format!("Wavelength {} A", n(self.wavelength_angstrom)),
            format!("Detector_distance {} m", n(self.distance)),
            format!("Beam_xy ({}, {}) pixels", n(self.beam_px.0), n(self.beam_px.1)),
            format!("Start_angle {} deg.", n(self.start_angle_deg)),
            format!("Angle_increment {} deg.", n(self.angle_increment_deg)),
        ]);
        lines.extend(self.polarization.map(|fraction| format!("Polarization {}", n(fraction))));
        lines.extend([
            format!("Detector_2theta {} deg.", n(self.twotheta_deg)),
            "Kappa 0 deg.".to_owned(),
            format!("Phi {} deg.", n(self.start_angle_deg)),
            format!("Phi_increment {} deg.", n(self.angle_increment_deg)),
            "Oscillation_axis X.CW".to_owned(),
            "N_oscillations 1".to_owned(),
        ]);
        // Readers look for words at the beginning of lines: none begins so.
        lines.extend(self.axes.iter().flat_map(|axes| {
            let vectors =
                [axes.fast, axes.slow, axes.origin_mm].map(|vector| vector.map(|x| n(x + 0.0)).join(" "));
            AXES_KEYS.iter().zip(vectors).map(|(key, vector)| format!("{key} {vector}"))
        }));
        lines.extend(self.made_by.iter().map(|line| format!("Made_by {}", one_line(line))));
        lines
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub fn header(fast: usize, slow: usize, pixel_size: f64) -> MiniHeader {
        MiniHeader {
            fast,
            slow,
            pixel_size,
            sensor_thickness: Some(320e-6),
            exposure: 0.5,
            count_cutoff: 1_000_000,
            excluded_pixels: 3,
            wavelength_angstrom: 0.9768,
            energy_ev: 12693.0,
            distance: 0.23127466,
            beam_px: (1265.94, 1243.645),
            start_angle_deg: 0.1,
            angle_increment_deg: 0.2,
            twotheta_deg: 0.0,
            polarization: Some(0.99),
            axes: None,
            made_by: vec!["nanobragg, preset exact: -N 5".to_owned()],
        }
    }

    #[test]
    fn only_what_is_tiled_like_a_pilatus_says_so() {
        for (fast, slow, model) in
            [(487, 195, "100K"), (981, 1043, "1M"), (1475, 1679, "2M"), (2463, 2527, "6M")]
        {
            let (convention, detector) = header(fast, slow, 172e-6).convention();
            assert_eq!(convention, "PILATUS_1.2");
            assert!(detector.starts_with(&format!("PILATUS {model}, ")), "{detector}");
        }
        for (fast, slow, pixel) in
            [(2463, 2527, 75e-6), (2463, 2526, 172e-6), (500, 500, 172e-6), (1, 1, 172e-6)]
        {
            let header = header(fast, slow, pixel);
            assert_eq!(header.convention().0, "GENERIC_MINI");
            assert!(!header.contents().concat().contains("PILATUS"), "{fast} x {slow}");
        }
    }

    #[test]
    fn lines_are_those_that_readers_look_for() {
        let axes =
            ImageAxes { fast: [0.6, 0.0, -0.8], slow: [0.0, -1.0, 0.0], origin_mm: [-1.0, 2.5, -100.0] };
        let lines = MiniHeader { axes: Some(axes), ..header(100, 100, 172e-6) }.contents();
        assert!(!header(100, 100, 172e-6).contents().concat().contains("_AXIS"));
        for expected in [
            "Pixel_size 172e-6 m x 172e-6 m",
            "Silicon sensor, thickness 0.000320000 m",
            "Exposure_time 0.5 s",
            "Count_cutoff 1000000 counts",
            "Wavelength 0.9768 A",
            "Detector_distance 0.23127466 m",
            "Beam_xy (1265.94, 1243.645) pixels",
            "Start_angle 0.1 deg.",
            "Angle_increment 0.2 deg.",
            "Polarization 0.99",
            "FAST_AXIS 0.6 0 -0.8",
            "FIRST_PIXEL -1 2.5 -100",
            "Made_by nanobragg, preset exact: -N 5",
        ] {
            assert!(lines.iter().any(|line| line == expected), "{expected}");
        }
    }
}
