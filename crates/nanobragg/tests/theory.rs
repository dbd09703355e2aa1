//! Photons of single pixels against closed forms, through the public way from an experiment to an image.
//!
//! One unit cell whose structure factors are all alike scatters F² at every angle: what a pixel gets is
//! r_e² J F² Ω P A, with the solid angle Ω, the polarization factor P and the captured fraction A. None of them is
//! computed here as the library does.

#![allow(clippy::unwrap_used)] // clippy.toml allows them in test functions, not in what they call

use std::num::NonZeroU32;

use nanobragg::backend::{Backend, Control, Cpu, Scalar};
use nanobragg::image::Pixel;
use nanobragg::model::{
    Beam, Convention, Dose, Experiment, Frame, PixelGrid, Placement, Polarization, Sensor, UnitCell,
};
use nanobragg::nalgebra::Vector3;
use nanobragg::units::{AVOGADRO, R_E_SQR};

/// Photons agree to so much of themselves.
const CLOSE: f64 = 1e-6;
/// Edge of a pixel: short against the distance, so that its center stands for all of it.
const PIXEL: f64 = 1e-5;
const FLUENCE: f64 = 1e36;
const F: f64 = 100.0;
/// Direction in which the beam travels.
const BEAM: Vector3<f64> = Vector3::new(1.0, 0.0, 0.0);

/// A panel of 3 × 2 pixels: its first corner and its unit axes.
#[derive(Clone, Copy)]
struct Panel {
    origin: Vector3<f64>,
    fast: Vector3<f64>,
    slow: Vector3<f64>,
}

impl Panel {
    /// A panel whose pixels lie about `at`, with its rows along the part of `along` that is perpendicular to `normal`.
    fn new(at: [f64; 3], normal: [f64; 3], along: [f64; 3]) -> Self {
        let normal = Vector3::from(normal).normalize();
        let fast = normal.cross(&Vector3::from(along)).normalize();
        let slow = normal.cross(&fast);
        Panel { origin: Vector3::from(at) - PIXEL * (1.5 * fast + slow), fast, slow }
    }

    /// The corner of pixels at (`fast`, `slow`) pixels from the first.
    fn point(&self, fast: f64, slow: f64) -> Vector3<f64> {
        self.origin + PIXEL * (fast * self.fast + slow * self.slow)
    }

    /// Direction to the center of the pixel that is looked at, the last of the last row.
    fn direction(&self) -> Vector3<f64> {
        self.point(2.5, 1.5).normalize()
    }

    /// Solid angle of that pixel, of its two triangles (Van Oosterom & Strackee, IEEE Trans. Biomed. Eng. 30, 125, 1983,
    /// doi:10.1109/TBME.1983.325207).
    fn solid_angle(&self) -> f64 {
        let triangle = |a: Vector3<f64>, b: Vector3<f64>, c: Vector3<f64>| {
            let [a, b, c] = [a, b, c].map(|corner| corner.normalize());
            let volume = a.dot(&(b - a).cross(&(c - a))).abs();
            2.0 * volume.atan2(1.0 + a.dot(&b) + b.dot(&c) + c.dot(&a))
        };
        let corner = |fast, slow| self.point(2.0 + fast, 1.0 + slow);
        triangle(corner(0.0, 0.0), corner(1.0, 0.0), corner(1.0, 1.0))
            + triangle(corner(0.0, 0.0), corner(1.0, 1.0), corner(0.0, 1.0))
    }

    /// Cosine of the angle between the pixel's normal and the rays that meet it.
    fn obliquity(&self) -> f64 {
        self.fast.cross(&self.slow).dot(&self.direction()).abs()
    }
}

/// Forward, aside, up, far out and backward; square to the ray and oblique.
fn panels() -> [Panel; 5] {
    [
        Panel::new([0.1, 1e-4, -2e-4], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        Panel::new([0.1, 0.05, 0.02], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        Panel::new([0.05, 0.1, -0.03], [0.3, 0.9, 0.1], [1.0, 0.2, 0.0]),
        Panel::new([0.01, -0.03, 0.15], [0.2, 0.1, 1.0], [0.3, 1.0, 0.0]),
        Panel::new([-0.08, 0.04, 0.05], [-1.0, 0.3, 0.2], [0.0, 0.3, 1.0]),
    ]
}

/// Direction of the electric field, neither along an axis nor perpendicular to the beam.
fn field() -> Vector3<f64> {
    Vector3::new(0.2, 0.5, 0.8)
}

fn experiment(panel: &Panel) -> Experiment {
    let mut experiment = Experiment::uniform(UnitCell::new(40.0, 50.0, 60.0, 80.0, 90.0, 100.0).unwrap(), F);
    experiment.crystal = experiment.crystal.with_cells(1, 1, 1).unwrap();
    experiment.beam = Beam::default()
        .with_dose(Dose::of_fluence(FLUENCE).unwrap())
        .with_polarization(Polarization::Off)
        .unwrap();
    experiment.rendering.oversample = NonZeroU32::new(1);
    experiment.detector.pixels = PixelGrid::new(3, 2, PIXEL);
    experiment.detector.placement = Placement::Measured { origin: panel.origin.into() };
    experiment.detector.convention = Convention::Custom(Frame {
        beam: BEAM,
        fdet: panel.fast,
        sdet: panel.slow,
        odet: panel.fast.cross(&panel.slow),
        polar: field(),
        ..Frame::default()
    });
    experiment
}

/// Compares the photons of every panel's pixel, rendered by the definition and by vectors, with what is expected.
fn compare(change: impl Fn(&mut Experiment), expected: impl Fn(&Panel) -> f64) {
    for (number, panel) in panels().iter().enumerate() {
        let mut experiment = experiment(panel);
        change(&mut experiment);
        let plan = experiment.plan().unwrap();
        let expected = R_E_SQR * FLUENCE * expected(panel);
        for backend in [&Scalar as &dyn Backend, &Cpu::default()] {
            let image = backend.render(&plan, &Control::default()).unwrap();
            let photons = f64::from(image.get(Pixel { slow: 1, fast: 2 }).unwrap());
            assert!(photons > 0.0);
            let off = photons / expected - 1.0;
            assert!(off.abs() < CLOSE, "pixel {number}: {photons} where {expected} is right, off by {off:e}");
        }
    }
}

/// The mean of |e × d|² over the beam's fields e: (1 + K) / 2 of it along the axis, (1 - K) / 2 across.
fn polarization(panel: &Panel, kahn: f64) -> f64 {
    let along = (field() - field().dot(&BEAM) * BEAM).normalize();
    let across = BEAM.cross(&along);
    let radiated = |field: Vector3<f64>| field.cross(&panel.direction()).norm_squared();
    0.5 * (1.0 + kahn) * radiated(along) + 0.5 * (1.0 - kahn) * radiated(across)
}

/// The part of the rays that a layer of `depths` attenuation depths stops on their way through.
fn captured(panel: &Panel, depths: f64) -> f64 {
    1.0 - (-depths / panel.obliquity()).exp()
}

/// A layer of two attenuation depths. It is thin in meters: where in it a ray stops does not change the distance.
fn thick(experiment: &mut Experiment) {
    let sensor = Sensor::new(2e-9).and_then(|sensor| sensor.with_attenuation(1e9)?.with_layers(1));
    experiment.detector.sensor = sensor.unwrap();
}

#[test]
fn a_pixel_has_its_solid_angle() {
    compare(|_| {}, |panel| F * F * panel.solid_angle());
}

fn polarize(experiment: &mut Experiment, kahn: f64) {
    let polarization = Polarization::Kahn(kahn);
    experiment.beam = experiment.beam.clone().with_polarization(polarization).unwrap();
}

#[test]
fn a_field_does_not_radiate_along_itself() {
    for kahn in [-1.0, -0.4, 0.0, 0.7, 1.0] {
        let expected = |panel: &Panel| F * F * panel.solid_angle() * polarization(panel, kahn);
        compare(|experiment| polarize(experiment, kahn), expected);
    }
}

#[test]
fn a_thick_layer_captures_what_it_does_not_let_through() {
    compare(thick, |panel| F * F * panel.solid_angle() * captured(panel, 2.0));
}

/// Water scatters as molecules that do not know of each other: 2.57 electrons each, 18 g/mol, 1 g/cm³.
#[test]
fn water_scatters_like_its_molecules() {
    const EDGE: f64 = 2e-5;
    let molecules = EDGE.powi(3) * 1e6 / 18.0 * AVOGADRO;
    let all = F * F + molecules * 2.57 * 2.57;
    let wet = |experiment: &mut Experiment| experiment.rendering.water_size = Some(EDGE);
    compare(wet, |panel| all * panel.solid_angle());
    // And everything at once.
    let change = |experiment: &mut Experiment| {
        wet(experiment);
        thick(experiment);
        polarize(experiment, 0.9);
    };
    let expected =
        |panel: &Panel| all * panel.solid_angle() * polarization(panel, 0.9) * captured(panel, 2.0);
    compare(change, expected);
}

/// Displaced atoms take exp(-B s² / 2) from a crystal, s = 2 sin θ / λ, and nothing from water.
#[test]
fn a_b_factor_weakens_the_crystal_and_not_the_water() {
    const EDGE: f64 = 2e-5;
    let wavelength = Beam::default().wavelength();
    let molecules = EDGE.powi(3) * 1e6 / 18.0 * AVOGADRO;
    for (b_factor, wet) in [(2e-19, false), (-3e-20, false), (1e-18, true)] {
        let change = |experiment: &mut Experiment| {
            experiment.crystal = experiment.crystal.with_b_factor(b_factor).unwrap();
            experiment.rendering.water_size = wet.then_some(EDGE);
        };
        compare(change, |panel| {
            // (2 sin θ)² = 2 - 2 cos 2θ.
            let s_sqr = (2.0 - 2.0 * panel.direction().dot(&BEAM)) / (wavelength * wavelength);
            let crystal = F * F * (-0.5 * b_factor * s_sqr).exp();
            (crystal + if wet { molecules * 2.57 * 2.57 } else { 0.0 }) * panel.solid_angle()
        });
    }
}

#[test]
fn the_electron_radius_is_codatas() {
    assert!((R_E_SQR / 2.817_940_320_5e-15_f64.powi(2) - 1.0).abs() < CLOSE);
}

#[test]
fn the_bound_tells_a_point_from_a_pixel() {
    let off = std::panic::catch_unwind(|| {
        compare(|experiment| experiment.detector.point_pixel = true, |panel| F * F * panel.solid_angle());
    });
    assert!(off.is_err());
}
