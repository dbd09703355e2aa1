//! Directions of detector, spindle and lattice in the frames of the formats.

use std::fmt;

use nanobragg::nalgebra::{Matrix3, Rotation3, Vector3};
use nanobragg::physics::rotation::about_axis;
use nanobragg::plan::{DetectorPlan, Plan};
use nanobragg::units::to_deg;
use nanobragg_io::c_format::g;
use nanobragg_io::image_axes::ImageAxes;

/// Directions of detector, spindle and lattice in a frame that other programs use. Every convention's laboratory is turned so
/// that beam and spindle come to lie where that frame has them; distances and angles stay what they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Axes {
    /// Direction of the fast axis.
    pub fast: Vector3<f64>,
    /// Direction of the slow axis.
    pub slow: Vector3<f64>,
    /// Outer corner of the first pixel seen from the crystal, millimeters.
    pub origin_mm: Vector3<f64>,
    /// Direction of the spindle, right-handed.
    pub spindle: Vector3<f64>,
    /// Direction of the polarization axis.
    pub polar: Vector3<f64>,
    /// a*, b*, c* at a spindle angle of zero, 1/Å.
    pub reciprocal: [Vector3<f64>; 3],
}

impl Axes {
    /// The frame of imgCIF, and of dxtbx: z from the crystal to the source, x along the spindle as far as the
    /// beam allows (along the fast axis where the spindle is the beam).
    pub(super) fn imgcif(plan: &Plan) -> Self {
        let detector = &plan.detector;
        let rotation = Self::rotation(detector);
        let turned = |v: &Vector3<f64>| rotation * v;
        Axes {
            fast: turned(&detector.fdet),
            slow: turned(&detector.sdet),
            origin_mm: turned(&detector.pix0) * 1000.0,
            spindle: turned(&detector.spindle_axis[1]),
            polar: turned(&detector.polar),
            reciprocal: plan.crystal.shape.reciprocal.vectors.map(|v| turned(&v)),
        }
    }

    /// What takes a vector of the convention's laboratory into the frame of imgCIF.
    pub(super) fn rotation(detector: &DetectorPlan<f64>) -> Matrix3<f64> {
        let z = -detector.beam.normalize();
        let across = |v: &Vector3<f64>| v - z * z.dot(v);
        let along = across(&detector.spindle_axis[1]);
        let x = if along.norm() > 1e-9 { along.normalize() } else { across(&detector.fdet).normalize() };
        Matrix3::from_rows(&[x, z.cross(&x), z].map(|row| row.transpose()))
    }

    /// a*, b*, c* as columns, row after row, in 1/Å, at a spindle angle of zero.
    pub fn a_matrix(&self) -> [f64; 9] {
        let [a, b, c] = self.reciprocal;
        [a.x, b.x, c.x, a.y, b.y, c.y, a.z, b.z, c.z]
    }

    /// These axes, of imgCIF, in the frame of NeXus: z along the beam, y as in imgCIF.
    #[must_use]
    pub fn in_nexus(&self) -> Self {
        let turned = |v: &Vector3<f64>| Vector3::new(-v.x, v.y, -v.z);
        Axes {
            fast: turned(&self.fast),
            slow: turned(&self.slow),
            origin_mm: turned(&self.origin_mm),
            spindle: turned(&self.spindle),
            polar: turned(&self.polar),
            reciprocal: self.reciprocal.map(|v| turned(&v)),
        }
    }

    /// These axes, of imgCIF, where the detector is not square to the beam with its fast axis along x: what headers with a distance and a
    /// beam center do not say.
    pub(super) fn unusual(&self) -> Option<ImageAxes> {
        self.off_square().is_tilted().then(|| ImageAxes {
            fast: self.fast.normalize().into(),
            slow: self.slow.normalize().into(),
            origin_mm: self.origin_mm.into(),
        })
    }

    /// By how much these axes, of imgCIF, are off the setting that headers with a distance, a beam center and one pixel
    /// size stand for: fast axis along x, slow axis along -y, both of one step, spindle along x.
    pub fn off_square(&self) -> OffSquare {
        let angle = |found: Vector3<f64>, ideal: Vector3<f64>| {
            to_deg(found.cross(&ideal).norm().atan2(found.dot(&ideal)))
        };
        // The detector, as if it were square to the beam: its plane is turned the short way there.
        let normal = self.fast.cross(&self.slow);
        let is_mirrored = normal.z > 0.0;
        let away = if is_mirrored { -normal } else { normal };
        let back = Rotation3::rotation_between(&away, &-Vector3::z()).unwrap_or_default();
        OffSquare {
            detector_deg: angle(self.fast, Vector3::x()).max(angle(self.slow, -Vector3::y())),
            tilt_deg: angle(away, -Vector3::z()),
            turn_deg: angle(back * self.fast, Vector3::x()),
            is_mirrored,
            spindle_deg: angle(self.spindle, Vector3::x()),
            stretch: (self.fast.norm() / self.slow.norm() - 1.0).abs(),
        }
    }
}

/// `vectors` of a crystal at a spindle angle of zero as a description has them: turned by `start` radians about `spindle` for a
/// still, and as they are where a scan that `turns` says the angles.
pub(super) fn standing(
    vectors: [Vector3<f64>; 3],
    spindle: &Vector3<f64>,
    start: f64,
    turns: bool,
) -> [Vector3<f64>; 3] {
    match spindle.try_normalize(1e-9) {
        Some(axis) if !turns => vectors.map(|vector| about_axis(&vector, &axis, start)),
        _ => vectors,
    }
}

/// By how much a setting is off the one that headers with a distance and a beam center stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OffSquare {
    /// Degrees between an axis of the detector and the one that readers take, whichever is further off.
    pub detector_deg: f64,
    /// Degrees between the normal of the detector and the beam.
    pub tilt_deg: f64,
    /// Degrees by which the fast axis is turned about the normal.
    pub turn_deg: f64,
    /// Whether the slow axis runs the other way.
    pub is_mirrored: bool,
    /// Degrees between the spindle and the one that readers take.
    pub spindle_deg: f64,
    /// By how much of its height a pixel is wider or narrower than high.
    pub stretch: f64,
}

impl OffSquare {
    /// What rounding leaves of an angle in degrees, and of the shape of a pixel.
    const ROUNDING_DEG: f64 = 1e-6;
    const ROUNDING_OF_STRETCH: f64 = 1e-8;

    fn is_tilted(&self) -> bool {
        self.detector_deg > Self::ROUNDING_DEG
    }

    fn is_oblique(&self) -> bool {
        self.spindle_deg > Self::ROUNDING_DEG
    }

    fn is_stretched(&self) -> bool {
        self.stretch > Self::ROUNDING_OF_STRETCH
    }

    /// Whether there is more to it than rounding.
    pub fn is_lost(&self) -> bool {
        self.is_tilted() || self.is_oblique() || self.is_stretched()
    }

    /// The larger of each.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        OffSquare {
            detector_deg: self.detector_deg.max(other.detector_deg),
            tilt_deg: self.tilt_deg.max(other.tilt_deg),
            turn_deg: self.turn_deg.max(other.turn_deg),
            is_mirrored: self.is_mirrored || other.is_mirrored,
            spindle_deg: self.spindle_deg.max(other.spindle_deg),
            stretch: self.stretch.max(other.stretch),
        }
    }
}

impl fmt::Display for OffSquare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if self.is_tilted() {
            let turned = self.turn_deg > Self::ROUNDING_DEG;
            let how = [
                (self.tilt_deg > Self::ROUNDING_DEG)
                    .then(|| format!("tilted by {} deg", g(self.tilt_deg, 4))),
                turned.then(|| format!("turned by {} deg about its normal", g(self.turn_deg, 4))),
                self.is_mirrored.then(|| "seen from behind".to_owned()),
            ];
            let how: Vec<String> = how.into_iter().flatten().collect();
            parts.push(match how.as_slice() {
                [] => format!("a detector whose axes are {} deg off", g(self.detector_deg, 4)),
                how => format!("a detector {}", how.join(" and ")),
            });
        }
        if self.is_oblique() {
            parts.push(format!("a spindle {} deg off the normal of the beam", g(self.spindle_deg, 4)));
        }
        if self.is_stretched() {
            parts.push("pixels that are not square".to_owned());
        }
        f.write_str(&parts.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::model::{Convention, Experiment, PixelGrid, Placement, UnitCell};

    fn plan(convention: Convention, change: impl FnOnce(&mut Experiment)) -> Plan {
        let mut experiment =
            Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 80.0, 85.0, 95.0).unwrap(), 1.0);
        experiment.detector.convention = convention;
        experiment.detector.pixels = PixelGrid::new(20, 30, 1e-3);
        experiment.detector.placement = Placement::at(0.15);
        change(&mut experiment);
        experiment.plan().unwrap()
    }

    #[test]
    fn the_usual_conventions_are_square() {
        for convention in [Convention::Mosflm, Convention::Denzo, Convention::Xds] {
            let axes = Axes::imgcif(&plan(convention, |_| {}));
            let off = axes.off_square();
            assert!(!off.is_lost() && off.detector_deg < 1e-12 && off.spindle_deg < 1e-12, "{convention:?}");
            assert!((axes.origin_mm.z + 150.0).abs() < 1e-9, "{convention:?}");
        }
    }

    #[test]
    fn what_is_not_square_is_measured() {
        let off = |convention, change: fn(&mut Experiment)| {
            Axes::imgcif(&plan(convention, change)).off_square().detector_deg
        };
        // Seen from behind, and turned by a quarter about the beam.
        assert!((off(Convention::Adxv, |_| {}) - 180.0).abs() < 1e-9);
        assert!((off(Convention::Dials, |_| {}) - 90.0).abs() < 1e-9);
        let swung = off(Convention::Mosflm, |experiment| experiment.detector.tilt.twotheta = 0.1);
        assert!((swung - to_deg(0.1)).abs() < 1e-9);
        let text = |convention, change: fn(&mut Experiment)| {
            Axes::imgcif(&plan(convention, change)).off_square().to_string()
        };
        assert_eq!(text(Convention::Adxv, |_| {}), "a detector seen from behind");
        assert_eq!(text(Convention::Dials, |_| {}), "a detector turned by 90 deg about its normal");
        for (convention, expected) in [
            (Convention::Mosflm, "a detector tilted by 10 deg"),
            (Convention::Dials, "a detector tilted by 10 deg and turned by 90 deg about its normal"),
            (Convention::Adxv, "a detector tilted by 10 deg and seen from behind"),
        ] {
            let found =
                text(convention, |experiment| experiment.detector.tilt.twotheta = 10_f64.to_radians());
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn a_spindle_along_the_beam_and_oblong_pixels_are_named() {
        let custom = |spindle: Vector3<f64>, fast: f64| {
            let axes = Axes::imgcif(&plan(
                Convention::Custom(nanobragg::model::Frame {
                    fdet: Vector3::x() * fast,
                    sdet: -Vector3::y(),
                    odet: -Vector3::z(),
                    beam: -Vector3::z(),
                    spindle_axis: spindle,
                    ..Default::default()
                }),
                |experiment| {
                    experiment.detector.placement = Placement::Measured { origin: [-0.01, 0.015, -0.15] }
                },
            ));
            axes.off_square()
        };
        assert!(!custom(Vector3::x(), 1.0).is_lost());
        let text = custom(Vector3::new(1.0, 0.0, 1.0), 1.0).to_string();
        assert_eq!(text, "a spindle 45 deg off the normal of the beam");
        assert_eq!(custom(Vector3::x(), 1.25).to_string(), "pixels that are not square");
    }

    #[test]
    fn lengths_and_angles_are_kept() {
        let plan = plan(Convention::Adxv, |experiment| {
            experiment.detector.tilt.x = 0.2;
            experiment.detector.tilt.y = -0.1;
        });
        let detector = &plan.detector;
        for axes in [Axes::imgcif(&plan), Axes::imgcif(&plan).in_nexus()] {
            let lab = [detector.fdet, detector.sdet, detector.pix0 * 1000.0, detector.spindle_axis[1]];
            let turned = [axes.fast, axes.slow, axes.origin_mm, axes.spindle];
            for a in 0..4 {
                for b in 0..4 {
                    assert!((lab[a].dot(&lab[b]) - turned[a].dot(&turned[b])).abs() < 1e-9);
                }
            }
            let handed = |v: &[Vector3<f64>; 4]| v[0].cross(&v[1]).dot(&v[2]);
            assert!((handed(&lab) - handed(&turned)).abs() < 1e-9);
        }
        assert!(Axes::imgcif(&plan).in_nexus().origin_mm.z > 0.0);
    }
}
