//! Traces: what the device hands to a probe is what the definition does.

use std::ffi::OsString;

use nanobragg::model::Preset;
use nanobragg::nalgebra::Vector3;
use nanobragg::physics::lattice::Indices;
use nanobragg::physics::pixel;
use nanobragg::physics::probe::{Finished, Probe, Scattering, Subpixel, Term, TermIndex};
use nanobragg::plan::Plan;
use nanobragg_config::{Context, classic, resolve};
use nanobragg_testkit::tolerance::{GPU_F32_TRACE, GPU_TRACE};
use nanobragg_testkit::{case, fixtures};
use nanobragg_wgpu::{GpuError, Precision};

use crate::device::renderer;

/// Every value that a probe sees: its name, the value, and the size that its error is measured against (the length
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

impl Probe<f64> for Seen {
    fn subpixel(&mut self, at: TermIndex, subpixel: &Subpixel<'_, f64>) {
        self.vector("point", at, &subpixel.position.point);
        self.scalar("distance", at, subpixel.position.distance);
        self.vector("diffracted", at, &subpixel.position.diffracted);
        self.scalar("omega", at, subpixel.omega);
        self.scalar("capture", at, subpixel.capture);
    }

    fn scattering(&mut self, at: TermIndex, scattering: &Scattering<'_, f64>) {
        self.vector("incident", at, scattering.incident);
        self.scalar("wavelength", at, scattering.wavelength);
        self.vector("q", at, scattering.vector);
        self.scalar("polar", at, scattering.polar);
        self.0.push((format!("cos 2theta {at:?}"), scattering.cos_2theta.unwrap_or(9.0), 1.0));
    }

    fn left_table(&mut self, at: TermIndex, _: &Indices<f64>) {
        self.scalar("left", at, 1.0);
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
    pixel(plan, slow, fast, &mut expected);
    assert_eq!(expected.0.len(), device.0.len());
    let pairs = expected.0.iter().zip(&device.0);
    pairs
        .filter(|((name, value, size), (found_name, found, _))| {
            assert_eq!(name, found_name);
            !((value - found).abs() <= tolerance * size)
        })
        .map(|((name, value, _), (_, found, _))| format!("{name}: {found} against {value}"))
        .collect()
}

fn seen(plan: &Plan) -> Seen {
    Seen(Vec::new(), plan.crystal.shape.cells.iter().product())
}

const TRACED: [(&str, &str); 9] = [
    ("hkl_matrix", "reference"),
    ("absorption", "reference"),
    ("absorption_oversample", "exact"),
    ("oversample_omega", "exact"),
    ("phi_zero", "spec"),
    ("curved", "exact"),
    ("dispersion", "exact"),
    ("tricubic", "exact"),
    ("round", "exact"),
];

#[test]
fn every_value_of_a_pixel_is_the_definitions() {
    for (precision, tolerance) in [(Precision::Double, GPU_TRACE), (Precision::Single, GPU_F32_TRACE)] {
        let Some(mut renderer) = renderer(precision) else { return };
        for case in nanobragg_testkit::cases().unwrap() {
            let plan = case.plan(&["-quirks", "exact"]).unwrap();
            let (slow, fast) = (plan.region.image_slow / 3, plan.region.image_fast / 2);
            let taps = match renderer.trace(&plan, slow, fast) {
                Ok(taps) => taps,
                Err(GpuError::OrderDependent { .. }) => continue,
                Err(e) => panic!("{} {e}", case.name),
            };
            let mut device = seen(&plan);
            taps.replay(&plan, &mut device);
            let wrong = beyond(&plan, &device, slow, fast, tolerance);
            if !wrong.is_empty() {
                eprintln!(
                    "{precision:?} {}: {} {}",
                    case.name,
                    wrong.len(),
                    wrong[..wrong.len().min(6)].join("\n")
                );
            }
        }
    }
}
