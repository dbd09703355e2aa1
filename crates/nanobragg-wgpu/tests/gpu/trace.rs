//! Traces: what the device hands to a sink is what the definition does.

use nanobragg::backend::{Control, Unsupported};
use nanobragg::image::Pixel;
use nanobragg::model::Preset;
use nanobragg::nalgebra::Vector3;
use nanobragg::nest::pixel;
use nanobragg::nest::{Finished, Scattering, Sink, Subpixel, Term, TermIndex};
use nanobragg::plan::Plan;
use nanobragg_testkit::tolerance::{GPU_F32_TRACE, GPU_TRACE};
use nanobragg_testkit::{case, cases};
use nanobragg_wgpu::Precision;

use crate::device::renderer;
use crate::supervisor;

/// Every value that a sink sees: its name, the value, and the size that its error is measured against (the length
/// of a vector, the number of cells of a lattice factor).
#[derive(Default)]
struct Seen(Vec<(String, f64, f64)>, f64);

impl Seen {
    fn scalar(&mut self, name: &str, at: TermIndex, value: f64) {
        self.0.push((format!("{name} {at:?}"), value, value.abs()));
    }

    fn vector(&mut self, name: &str, at: TermIndex, v: &Vector3<f64>) {
        self.list(name, at, [v.x, v.y, v.z], v.norm());
    }

    fn list(&mut self, name: &str, at: TermIndex, values: [f64; 3], size: f64) {
        self.0.extend(values.map(|value| (format!("{name} {at:?}"), value, size)));
    }
}

impl Sink<f64> for Seen {
    fn subpixel(&mut self, at: TermIndex, subpixel: &Subpixel<'_, f64>) {
        self.vector("point", at, &subpixel.position.point);
        self.scalar("distance", at, subpixel.position.distance);
        self.vector("diffracted", at, &subpixel.position.diffracted);
        self.scalar("omega", at, subpixel.omega);
        self.scalar("capture", at, subpixel.capture);
    }

    fn source(&mut self, at: TermIndex, scattering: &Scattering<'_, f64>) {
        self.vector("incident", at, scattering.incident);
        self.scalar("wavelength", at, scattering.wavelength);
        self.vector("q", at, scattering.vector);
        self.scalar("polar", at, scattering.polar);
        self.0.push((format!("cos 2theta {at:?}"), scattering.cos_2theta.unwrap_or(9.0), 1.0));
    }

    fn term(&mut self, at: TermIndex, term: &Term<'_, f64>) {
        for vector in &term.lattice.vectors {
            self.vector("lattice", at, vector);
        }
        let size = term.indices.hkl.iter().fold(1.0f64, |most, h| most.max(h.abs()));
        self.list("hkl", at, term.indices.hkl, size);
        self.list("nearest", at, term.indices.nearest, 0.0);
        let cells = self.1;
        self.list("f_latt axes", at, term.f_latt.axes, cells);
        self.0.push((format!("f_latt {at:?}"), term.f_latt.product, cells));
        self.scalar("f_cell", at, term.f_cell);
        self.scalar("interpolated", at, f64::from(u8::from(term.interpolated)));
        self.scalar("phi", at, term.phi);
        self.scalar("sum", at, term.sum);
    }

    fn finished(&mut self, finished: &Finished<f64>) {
        let at = TermIndex::default();
        self.scalar("finished sum", at, finished.sum);
        self.scalar("finished omega", at, finished.omega);
        self.scalar("finished polar", at, finished.polar);
        self.scalar("finished capture", at, finished.capture);
        self.scalar("photons", at, finished.photons);
    }
}

/// The number of values in which the device's trace is further from the definition's than `tolerance`, after
/// comparing all.
fn beyond(plan: &Plan, device: &Seen, slow: usize, fast: usize, tolerance: f64) -> Vec<String> {
    let mut expected = seen(plan);
    pixel(plan, Pixel { slow, fast }, &mut expected);
    assert_eq!(expected.0.len(), device.0.len());
    let pairs = expected.0.iter().zip(&device.0);
    pairs
        .filter(|((name, value, size), (found_name, found, _))| {
            assert_eq!(name, found_name);
            let agrees = (value - found).abs() <= tolerance * size;
            !agrees
        })
        .map(|((name, value, _), (_, found, _))| format!("{name}: {found} against {value}"))
        .collect()
}

fn seen(plan: &Plan) -> Seen {
    Seen(Vec::new(), plan.crystal.shape.cells.iter().product())
}

#[test]
fn every_value_of_a_pixel_is_the_definitions() {
    for (precision, tolerance) in [(Precision::Double, GPU_TRACE), (Precision::Single, GPU_F32_TRACE)] {
        let Some(mut renderer) = renderer(precision) else { return };
        let mut traced = 0;
        for case in cases().unwrap() {
            let plan = case.plan(&["-quirks", "exact"]).unwrap();
            let (slow, fast) = (plan.region.image_slow / 3, plan.region.image_fast / 2);
            let taps = renderer.trace(&plan, slow, fast).unwrap();
            let mut device = seen(&plan);
            let photons = taps.replay(&plan, &mut device);
            let wrong = beyond(&plan, &device, slow, fast, tolerance);
            assert!(wrong.is_empty(), "{} {}: {}", case.name, precision.name(), wrong.join("\n"));
            assert_eq!(device.0.last().map(|(_, value, _)| *value), Some(photons));
            traced += 1;
        }
        assert!(traced >= 60);
    }
}

#[test]
fn a_value_that_is_off_is_noticed() {
    let Some(mut renderer) = renderer(Precision::Double) else { return };
    let plan = case("hkl_matrix").unwrap().plan(&["-quirks", "exact"]).unwrap();
    let mut device = seen(&plan);
    renderer.trace(&plan, 20, 45).unwrap().replay(&plan, &mut device);
    assert!(beyond(&plan, &device, 20, 45, GPU_TRACE).is_empty());
    for at in [0, 9, device.0.len() / 2, device.0.len() - 1] {
        let mut wrong = Seen(device.0.clone(), device.1);
        wrong.0[at].1 += 3e-10 * wrong.0[at].2.max(1e-300);
        assert_eq!(beyond(&plan, &wrong, 20, 45, GPU_TRACE).len(), 1, "{}", wrong.0[at].0);
    }
}

#[test]
fn the_traced_pixel_has_the_photons_of_the_image() {
    for precision in [Precision::Double, Precision::Single] {
        let Some(mut renderer) = renderer(precision) else { return };
        let plan = case("hkl_interpolate").unwrap().plan(&["-quirks", "exact"]).unwrap();
        let photons = renderer.photons(&plan, &Control::default()).unwrap();
        for (slow, fast) in [(0, 0), (7, 33), (plan.region.image_slow - 1, plan.region.image_fast - 1)] {
            let traced = renderer.trace(&plan, slow, fast).unwrap().replay(&plan, &mut seen(&plan));
            let rendered = photons[plan.region.index(slow, fast)];
            let tolerance = if precision == Precision::Double { 1e-14 } else { 3e-7 };
            assert!((traced / rendered - 1.0).abs() <= tolerance, "{slow} {fast}: {traced} {rendered}");
        }
    }
}

#[test]
fn the_supervisors_pixel_is_what_the_port_logged() {
    let Some(mut renderer) = renderer(Precision::Double) else { return };
    let plan = supervisor::plan(Preset::Port);
    let mut device = seen(&plan);
    let photons = renderer.trace(&plan, 685, 1039).unwrap().replay(&plan, &mut device);
    let wrong = beyond(&plan, &device, 685, 1039, GPU_TRACE);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let logged = 2.45946637686509e-07;
    assert!((photons / logged - 1.0).abs() <= 1e-10, "{photons:e}");
    // Ten phi steps with the phi carry-over of the C program: the steady state of its sweeps.
    let plan = supervisor::plan(Preset::Reference);
    let photons = renderer.trace(&plan, 685, 1039).unwrap().replay(&plan, &mut seen(&plan));
    assert!((photons / 2.88139542684698e-07 - 1.0).abs() <= 1e-10, "{photons:e}");
}

#[test]
fn a_pixel_whose_result_depends_on_those_before_it_is_refused() {
    let Some(mut renderer) = renderer(Precision::Single) else { return };
    let plan = case("phi_zero").unwrap().plan(&["-quirks", "reference"]).unwrap();
    let first = plan.orientations.first_pixel.unwrap();
    let width = plan.region.image_fast;
    let error = renderer.trace(&plan, first / width, first % width).unwrap_err();
    assert!(matches!(error.unsupported(), Some(Unsupported::OrderDependentPixel { .. })), "{error}");
    renderer.trace(&plan, first / width, first % width + 1).unwrap();
}
