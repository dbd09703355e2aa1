//! How far photons are from the definition's.

use nanobragg::plan::Plan;
use nanobragg_testkit::tolerance::{
    GPU_F32_DARK, GPU_F32_MAX, GPU_F32_MEDIAN, GPU_F32_VANISHING, GPU_F64, UNDERFLOW,
};
use nanobragg_wgpu::Precision;

/// Differences of an image from the definition's.
#[derive(Clone, Copy, Debug)]
pub struct Differences {
    /// Largest, relative to the brightest pixel.
    pub of_max: f64,
    /// Median over the pixels that are not dark, relative to each.
    pub median: f64,
    /// Largest, relative to each pixel.
    pub relative: f64,
}

/// The larger one; what is not a number is larger than all.
fn larger(a: f64, b: f64) -> f64 {
    if b <= a { a } else { b }
}

impl Differences {
    pub fn of(plan: &Plan, expected: &[f64], found: &[f64]) -> Self {
        assert_eq!(expected.len(), found.len());
        let brightest = expected.iter().fold(GPU_F32_VANISHING * peak(plan), |most, &x| most.max(x));
        let mut differences = Differences { of_max: 0.0, median: 0.0, relative: 0.0 };
        let mut bright = Vec::new();
        for (&expected, &found) in expected.iter().zip(found) {
            if expected == found {
                bright.push(0.0);
                continue;
            }
            let off = (expected - found).abs();
            differences.of_max = larger(differences.of_max, off / brightest);
            let vanishing = !found.is_nan() && expected.max(found) < UNDERFLOW;
            if !vanishing {
                differences.relative = larger(differences.relative, off / expected.abs());
            }
            let dark = expected < GPU_F32_DARK * brightest;
            if !dark {
                bright.push(off / expected.abs());
            }
        }
        bright.sort_by(f64::total_cmp);
        differences.median = bright.get(bright.len() / 2).copied().unwrap_or(0.0);
        differences
    }

    /// Whether they are within what `precision` promises.
    pub fn pass(&self, precision: Precision) -> bool {
        match precision {
            // What is fused moves an index by its last bit, which a zero of N fringes multiplies by π N.
            Precision::Double if crate::device::fuses() => self.of_max <= GPU_F64 && self.median <= GPU_F64,
            Precision::Double => self.relative <= GPU_F64,
            Precision::Single => self.of_max <= GPU_F32_MAX && self.median <= GPU_F32_MEDIAN,
        }
    }

    /// The larger of each.
    pub fn worst(self, other: Differences) -> Differences {
        Differences {
            of_max: larger(self.of_max, other.of_max),
            median: larger(self.median, other.median),
            relative: larger(self.relative, other.relative),
        }
    }

    pub const NONE: Differences = Differences { of_max: 0.0, median: 0.0, relative: 0.0 };
}

/// Photons of a pixel on the plan's strongest reflection, if all its terms met it.
fn peak(plan: &Plan) -> f64 {
    let table = &plan.structure_factors;
    let values = table.padded().map_or(&[][..], |grid| grid.values);
    let amplitude = values.iter().fold(table.default_f().abs(), |most, f| most.max(f.abs()));
    let cells: f64 = plan.crystal.shape.cells.iter().product();
    let omega = (plan.detector.pixel_size / plan.detector.close_distance).powi(2);
    plan.r_e_sqr * plan.fluence * (amplitude * cells).powi(2) * omega
}

/// Whether a pixel that is changed by a little more than the tolerance is noticed.
pub fn notices(plan: &Plan, expected: &[f64], found: &[f64], precision: Precision) -> bool {
    let brightest = expected.iter().fold(0.0f64, |most, &x| most.max(x));
    let at = expected.iter().position(|&x| x == brightest).unwrap_or(0);
    let by = match precision {
        Precision::Single => 2.0 * GPU_F32_MAX,
        Precision::Double => 2.0 * GPU_F64,
    };
    let mut wrong = found.to_vec();
    wrong[at] *= 1.0 + by;
    brightest == 0.0 || !Differences::of(plan, expected, &wrong).pass(precision)
}

#[test]
fn what_is_not_a_number_is_a_difference() {
    let plan = crate::device::planned("-cell 40 50 60 90 90 90 -default_F 1 -N 3 -detpixels 2");
    for precision in [Precision::Single, Precision::Double] {
        assert!(!Differences::of(&plan, &[1.0, 2.0], &[1.0, f64::NAN]).pass(precision));
        assert!(!Differences::of(&plan, &[1.0, 2.0], &[f64::INFINITY, 2.0]).pass(precision));
        assert!(Differences::of(&plan, &[1.0, 2.0], &[1.0, 2.0]).pass(precision));
    }
}
