//! How far images of a backend may be from the other side's.

use nanobragg_compare::Tolerance;
use nanobragg_testkit::tolerance::{CPU_F32_MAX, CPU_F32_MEDIAN, REFERENCE_FLOATS};

use crate::device::Backend;

/// How far each pixel of two images may differ.
pub fn tolerance(backend: &Backend) -> Tolerance {
    if backend.is_single() { Tolerance { relative: 0.0, of_max: CPU_F32_MAX } } else { REFERENCE_FLOATS }
}

/// The typical error of an image in single precision: the median relative error over the pixels where the other
/// side's are not zero, dim ones included. An error that every pixel shares can hide below a part of the brightest
/// pixel; it cannot hide here.
pub fn median(comparison: &nanobragg_compare::Comparison) -> f64 {
    comparison.relative_quantiles[0]
}

/// Whether an image of `backend` agrees: no pixel is beyond the tolerance and, in single precision, the typical pixel
/// is as close as that precision promises.
pub fn holds(backend: &Backend, comparison: &nanobragg_compare::Comparison) -> bool {
    comparison.passes() && (!backend.is_single() || median(comparison) <= CPU_F32_MEDIAN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nanobragg::backend::{Backend as _, Control, Cpu, Precision};
    use nanobragg_testkit::compare;

    /// How phi_zero in single precision, with flags `extra`, compares with the C program's image.
    fn phi_zero(extra: &[&str]) -> nanobragg_compare::Comparison {
        let case = nanobragg_testkit::case("phi_zero").unwrap();
        let plan = case.plan(&[&["-quirks", "reference"], extra].concat()).unwrap();
        let cpu = Cpu::default().with_precision(Precision::Single);
        let ours = cpu.render(&plan, &Control::default()).unwrap();
        let theirs = case.float(ours.pixels().len()).unwrap();
        compare(ours.pixels(), &theirs, ours.fast(), tolerance(&Backend::new("cpu", "f32")))
    }

    #[test]
    fn a_background_below_the_pixels_tolerance_is_found_by_the_median() {
        let single = Backend::new("cpu", "f32");
        let same = phi_zero(&[]);
        assert!(holds(&single, &same), "{same}");
        let water = phi_zero(&["-water", "2e-3"]);
        assert!(water.passes() && !holds(&single, &water), "{water}");
    }

    #[test]
    fn dark_and_equal_pixels_do_not_decide_the_median() {
        let holds = |ours: &[f64], theirs: &[f64]| {
            let single = Backend::new("gpu", "f32");
            holds(&single, &compare(ours, theirs, 2, tolerance(&single)))
        };
        assert!(holds(&[0.0; 4], &[0.0; 4]) && holds(&[7.0; 4], &[7.0; 4]));
        // Where most pixels are zero on both sides those that are not decide.
        let theirs = [0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.01, 0.01];
        assert!(holds(&theirs, &theirs));
        let ours = theirs.map(|value| value * (1.0 + 1e-5));
        assert!(!holds(&ours, &theirs));
        assert!(!holds(&[f64::NAN, 1.0], &[1.0, 1.0]) && !holds(&[1.0, 1.0], &[f64::NAN, 1.0]));
    }
}
