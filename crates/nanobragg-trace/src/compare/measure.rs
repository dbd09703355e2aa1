//! How far two values are apart.

use super::Status;

/// What the arithmetic alone leaves open, relative.
const ROUNDING: f64 = 1e-12;

/// The difference of two values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    pub abs_delta: f64,
    pub rel_delta: f64,
    pub status: Status,
}

/// Compares the numbers `a` and `b` of the quantity `key`.
pub(super) fn measure(key: &str, a: &[f64], b: &[f64], tolerance: f64) -> Measure {
    let rounding = ROUNDING.min(tolerance);
    match (a, b) {
        ([a], [b]) => scalar(*a, *b, magnitude_of(key) * rounding, tolerance),
        _ if a.len() == b.len() => vector(a, b, rounding, tolerance),
        _ => graded(f64::INFINITY, f64::INFINITY, tolerance),
    }
}

/// How large a number of this name can be where it is well conditioned, so that a number near zero is not
/// measured by itself; 0 where every digit counts.
fn magnitude_of(key: &str) -> f64 {
    let name = key.split('#').next().unwrap_or(key);
    let name = name.rsplit('.').next().unwrap_or(name);
    match name {
        "F_latt_a" | "F_latt_b" | "F_latt_c" | "F_latt" => 100.0,
        "k_frac" | "phi_deg" | "cos_2theta" => 1.0,
        "ap_y" | "bp_y" | "cp_y" => 10.0,
        "a_star_y" | "b_star_y" | "c_star_y" => 0.01,
        _ => 0.0,
    }
}

fn scalar(a: f64, b: f64, rounding: f64, tolerance: f64) -> Measure {
    if a == b || (a.is_nan() && b.is_nan()) {
        return graded(0.0, 0.0, tolerance);
    }
    let delta = b - a;
    if !delta.is_finite() {
        return graded(delta, f64::INFINITY, tolerance);
    }
    let relative = delta / if a == 0.0 { b.abs() } else { a };
    let measured = graded(delta, relative, tolerance);
    if delta.abs() <= rounding { Measure { status: Status::Pass, ..measured } } else { measured }
}

fn vector(a: &[f64], b: &[f64], rounding: f64, tolerance: f64) -> Measure {
    let length = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    let delta: Vec<f64> = a.iter().zip(b).map(|(a, b)| if a == b { 0.0 } else { b - a }).collect();
    if !delta.iter().all(|x| x.is_finite()) {
        let same = a.iter().zip(b).all(|(a, b)| a == b || (a.is_nan() && b.is_nan()));
        let worst = if same { 0.0 } else { f64::INFINITY };
        return graded(worst, worst, tolerance);
    }
    let difference = length(&delta);
    let scale = if length(a) > 0.0 { length(a) } else { length(b) };
    let mut worst = if difference > 0.0 { difference / scale } else { 0.0 };
    for ((a, b), delta) in a.iter().zip(b).zip(&delta) {
        if delta.abs() > rounding * scale {
            worst = worst.max(delta.abs() / a.abs().max(b.abs()));
        }
    }
    graded(difference, worst, tolerance)
}

fn graded(abs_delta: f64, rel_delta: f64, tolerance: f64) -> Measure {
    let size = rel_delta.abs();
    let status = if size <= tolerance {
        Status::Pass
    } else if size < 1e-4 {
        Status::Minor
    } else if size < 1e-2 {
        Status::Divergent
    } else {
        Status::Critical
    };
    Measure { abs_delta, rel_delta, status }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(key: &str, a: &[f64], b: &[f64]) -> Status {
        measure(key, a, b, 1e-6).status
    }

    #[test]
    fn grades_by_relative_size() {
        let grades = [
            (1e-7, Status::Pass),
            (1e-5, Status::Minor),
            (1e-3, Status::Divergent),
            (0.1, Status::Critical),
            (f64::NAN, Status::Critical),
        ];
        for (delta, grade) in grades {
            assert_eq!(status("polar", &[-2.0], &[-2.0 * (1.0 + delta)]), grade, "{delta}");
        }
        let measured = measure("polar", &[-2.0], &[-1.0], 1e-6);
        assert_eq!((measured.abs_delta, measured.rel_delta), (1.0, -0.5));
    }

    #[test]
    fn zero_and_what_is_no_number() {
        assert_eq!(status("oversample_thick", &[0.0], &[-0.0]), Status::Pass);
        assert_eq!(status("oversample_thick", &[0.0], &[1.0]), Status::Critical);
        assert_eq!(status("F_cell_interpolated", &[f64::NAN], &[f64::NAN]), Status::Pass);
        assert_eq!(status("F_cell_interpolated", &[f64::NAN], &[1.0]), Status::Critical);
        assert_eq!(status("hkl_frac", &[1.0, 2.0], &[1.0]), Status::Critical);
        let infinite = [f64::INFINITY, 0.0];
        assert_eq!(status("fdet_vec", &infinite, &infinite), Status::Pass);
    }

    #[test]
    fn small_components_count_down_to_rounding() {
        let v = [1.0, 1e-4, 1e-17];
        assert_eq!(status("fdet_vec", &v, &[1.0, 1.00001e-4, 1e-17]), Status::Minor);
        assert_eq!(status("fdet_vec", &v, &[1.0, 1e-4, -3e-17]), Status::Pass);
        assert_eq!(status("fdet_vec", &[0.0; 3], &[0.0; 3]), Status::Pass);
    }

    #[test]
    fn a_lattice_factor_near_zero_is_not_measured_by_itself() {
        assert_eq!(status("F_latt_b", &[1e-11], &[2e-11]), Status::Pass);
        assert_eq!(status("phi[3].F_latt_b#2", &[1e-11], &[2e-11]), Status::Pass);
        assert_eq!(status("F_latt_b", &[1e-3], &[1.00001e-3]), Status::Minor);
    }
}
