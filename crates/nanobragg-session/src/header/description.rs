//! All that a header may say of an image.

use nanobragg::model::{Quirk, Rotation};
use nanobragg::nalgebra::Vector3;
use nanobragg::physics::geometry;
use nanobragg::plan::{DetectorReport, Plan, Region};
use nanobragg::units::to_deg;
use nanobragg_io::text::spaced_to;

use super::Axes;
use crate::provenance::{PROGRAM, Provenance};

/// All that a header may say of an image, whatever its format: headers are functions of it and of the counts. Lengths
/// are in meters and angles in radians unless a name says otherwise.
#[derive(Clone, Debug)]
pub struct FrameDescription {
    /// The plane of pixels.
    pub panel: PanelDescription,
    /// Where detector, spindle, polarization and lattice point, in the frame of imgCIF.
    pub axes: Axes,
    /// What hits the crystal.
    pub beam: BeamDescription,
    /// How the crystal turns during the image.
    pub scan: ScanDescription,
    /// How photons become counts.
    pub counting: CountingDescription,
    /// What is hit.
    pub crystal: CrystalDescription,
    /// Name and version of the program.
    pub program: &'static str,
    /// What it was made of, where that is known.
    pub provenance: Option<Provenance>,
}

/// A plane of pixels.
#[derive(Clone, Debug)]
pub struct PanelDescription {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Pixels along the slow axis.
    pub slow: usize,
    /// Where pixels are, as they are rendered: in the laboratory frame of the convention.
    pub plane: geometry::Panel<f64>,
    /// Distance from the crystal to the plane along the beam.
    pub distance: f64,
    /// Where the direct beam crosses the plane: pixels along fast and slow from the outer corner of the first.
    pub beam_px: (f64, f64),
    /// The same and more in the words of the convention.
    pub convention: DetectorReport,
    /// Thickness of the sensor; `None` where none is modeled.
    pub sensor_thickness: Option<f64>,
    /// Which pixels were rendered.
    pub region: Region,
}

/// What hits the crystal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BeamDescription {
    /// Central wavelength, Å.
    pub wavelength_angstrom: f64,
    /// Photons per square meter.
    pub fluence: f64,
    /// Kahn's polarization factor; `None` where no polarization is modeled.
    pub kahn: Option<f64>,
}

/// How the crystal turns during the image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScanDescription {
    /// Spindle angle at the start of the image.
    pub start: f64,
    /// Rotation during the image; 0 for a still.
    pub range: f64,
    /// Exposure time, seconds.
    pub exposure: f64,
}

/// How photons become counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountingDescription {
    /// Seed of the photon noise.
    pub seed: i64,
    /// Whether SMV headers are those of the C program (quirk `smv_beam_center`).
    pub smv_of_the_c_program: bool,
}

/// What is hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CrystalDescription {
    /// Cell edges in Å and angles in degrees.
    pub cell: [f64; 6],
    /// Rotations about x, y and z of the laboratory that the crystal is out of its setting by.
    pub misset: [f64; 3],
}

impl FrameDescription {
    /// The image that `plan` gives.
    pub fn of(plan: &Plan) -> Self {
        let (detector, resolved) = (&plan.detector, &plan.resolved);
        let (distance, beam_px) = crossing(&detector.panel);
        let rotation: Rotation = resolved.rotation;
        FrameDescription {
            panel: PanelDescription {
                fast: plan.region.image_fast,
                slow: plan.region.image_slow,
                plane: detector.panel,
                distance,
                beam_px,
                convention: detector.report.clone(),
                sensor_thickness: Some(resolved.layers.thickness).filter(|&thickness| thickness > 0.0),
                region: plan.region.clone(),
            },
            axes: Axes::imgcif(plan),
            beam: BeamDescription {
                wavelength_angstrom: resolved.wavelength * 1e10,
                fluence: plan.fluence,
                kahn: resolved.kahn,
            },
            scan: ScanDescription {
                start: rotation.start(),
                range: rotation.range(),
                exposure: resolved.exposure,
            },
            counting: CountingDescription {
                seed: resolved.noise.seed,
                smv_of_the_c_program: resolved.quirks.has(Quirk::SmvBeamCenter),
            },
            crystal: CrystalDescription { cell: plan.crystal.unit_cell(), misset: plan.crystal.misset },
            program: PROGRAM,
            provenance: None,
        }
    }

    /// What made the image, as lines for headers: program, preset and flags, and how the crystal lies. Empty where it is
    /// not known.
    pub fn made_by(&self) -> Vec<String> {
        const DIGITS: usize = 12;
        let Some(provenance) = &self.provenance else { return Vec::new() };
        let mut lines = provenance.lines();
        lines.push(format!("misset_deg {}", spaced_to(&self.crystal.misset.map(to_deg), DIGITS)));
        lines.push(format!(
            "a_matrix {} (1/A, imgCIF frame, spindle at 0)",
            spaced_to(&self.axes.a_matrix(), DIGITS)
        ));
        lines
    }

    /// [`Self::made_by`] of an image with noise, which its seed belongs to.
    pub fn made_by_with_seed(&self) -> Vec<String> {
        let mut lines = self.made_by();
        if !lines.is_empty() {
            lines.push(format!("noise seed {}", self.counting.seed));
        }
        lines
    }
}

impl PanelDescription {
    /// For each pixel whether it was rendered, slow-major; `None` where all were.
    pub fn rendered(&self) -> Option<Vec<bool>> {
        let (rows, columns) = self.region.ranges();
        let whole = (rows.len(), columns.len()) == (self.slow, self.fast);
        let kept = |slow| (0..self.fast).map(move |fast| self.region.renders(slow, fast));
        if whole && (0..self.slow).flat_map(kept).all(|rendered| rendered) {
            return None;
        }
        Some((0..self.slow).flat_map(kept).collect())
    }
}

/// Where the direct beam crosses a plane: the distance along the beam in meters, and the pixels along fast and slow from
/// the outer corner of the first.
fn crossing(plane: &geometry::Panel<f64>) -> (f64, (f64, f64)) {
    let beam: Vector3<f64> = plane.beam.normalize();
    let normal = plane.fdet.cross(&plane.sdet);
    let distance = plane.pix0.dot(&normal) / beam.dot(&normal);
    let spot = beam * distance - plane.pix0;
    // Components along two axes that need not be unit vectors at right angles.
    let (f, s) = (&plane.fdet, &plane.sdet);
    let area = normal.norm_squared() * plane.pixel_size;
    (distance, (spot.cross(s).dot(&normal) / area, f.cross(&spot).dot(&normal) / area))
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Convention, Experiment, Mask, PixelGrid, Placement, UnitCell};

    fn described(change: impl FnOnce(&mut Experiment)) -> FrameDescription {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap(), 1.0);
        experiment.detector.convention = Convention::Xds;
        experiment.detector.pixels = PixelGrid::new(20, 30, 1e-3);
        experiment.detector.placement = Placement::at(0.15);
        change(&mut experiment);
        FrameDescription::of(&experiment.plan().unwrap())
    }

    #[test]
    fn the_beam_crosses_a_detector_that_swings_about_the_sample() {
        let angle = 20_f64.to_radians();
        let PanelDescription { distance, beam_px: (fast, slow), .. } =
            described(|experiment| experiment.detector.tilt.twotheta = angle).panel;
        assert!((distance - 0.15 / angle.cos()).abs() < 1e-12, "{distance}");
        assert!(
            (fast - 10.0).abs() < 1e-9 && (slow - 15.0 - 150.0 * angle.tan()).abs() < 1e-9,
            "{fast} {slow}"
        );
    }

    #[test]
    fn pixels_that_were_not_rendered_are_known() {
        assert_eq!(described(|_| {}).panel.rendered(), None);
        let roi = described(|experiment| experiment.rendering.roi.fast = (Some(1), None)).panel;
        let rendered = roi.rendered().unwrap();
        assert_eq!(rendered.iter().filter(|&&rendered| !rendered).count(), 30);
        let keep: Vec<bool> = (0..600).map(|at| at != 45).collect();
        let mask = Mask { fast: 20, slow: 30, keep: keep.clone().into() };
        let masked = described(|experiment| experiment.rendering.mask = Some(mask)).panel;
        assert_eq!(masked.rendered(), Some(keep));
    }
}
