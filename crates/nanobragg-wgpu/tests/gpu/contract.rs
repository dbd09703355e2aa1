//! The backend keeps the contract of the trait.

use std::sync::Arc;

use nanobragg_testkit::{cases, obeys};
use nanobragg_wgpu::{GpuBackend, Precision, UpperLimits};

use crate::comparison::Differences;
use crate::device::open;

#[test]
fn what_is_supported_agrees_and_the_rest_is_refused_for_the_same_reason() {
    for precision in [Precision::Single, Precision::Double] {
        let Some(gpu) = open(UpperLimits::default()) else { return };
        let Ok(backend) = GpuBackend::new(gpu, precision) else { continue };
        let cases = cases().unwrap();
        let some = cases.iter().step_by(7).chain(cases.iter().filter(|case| case.name == "oversample_omega"));
        let plans: Vec<_> = some
            .map(|case| (case.name.clone(), Arc::new(case.plan(&["-quirks", "reference"]).unwrap())))
            .collect();
        let agrees = |plan: &_, found: &nanobragg::image::Image, expected: &nanobragg::image::Image| {
            let wide = |image: &nanobragg::image::Image| -> Vec<f64> {
                image.pixels().iter().map(|&pixel| f64::from(pixel)).collect()
            };
            // Both images are rounded to single precision.
            let differences = Differences::of(plan, &wide(expected), &wide(found));
            differences.of_max <= 1e-4 && differences.median <= 1e-6
        };
        let obeyed = obeys(&backend, &plans, agrees).unwrap();
        assert!(obeyed.refused >= 1 && obeyed.rendered >= 5, "{obeyed:?}");
    }
}
