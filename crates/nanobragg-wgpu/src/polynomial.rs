//! Coefficients of the shaders' polynomials.

use nanobragg::formula::sinpi::{COS_PI, SIN_PI};

/// How a polynomial's argument enters.
#[derive(Clone, Copy, Debug)]
pub enum Form {
    /// x · p(x²).
    Odd,
    /// p(x²).
    Even,
    /// p(x).
    Plain,
}

/// A polynomial and the name of its function.
#[derive(Clone, Copy, Debug)]
pub struct Polynomial {
    pub name: &'static str,
    pub coefficients: &'static [f64],
    pub form: Form,
}

const fn factorials<const N: usize>() -> [f64; N] {
    let mut coefficients = [1.0; N];
    let mut n = 1;
    while n < N {
        coefficients[n] = coefficients[n - 1] / n as f64;
        n += 1;
    }
    coefficients
}

/// Taylor coefficients of exp x for |x| ≤ ln 2 / 2: the first term left out is 2e-17 of the value.
const EXP: [f64; 14] = factorials();
/// The first term left out is 1e-7 of the value's last place: 5e-9.
const EXP_SHORT: [f64; 8] = factorials();
/// sin(π x) / x in powers of x², minimax on |x| ≤ 1/2: relative error 5e-9.
const SIN_PI_SHORT: [f64; 5] = [std::f64::consts::PI, -5.16771, 2.5500698, -0.5982421, 0.07756039];
/// cos(π x) in powers of x², minimax on |x| ≤ 1/2: absolute error 2e-10.
const COS_PI_SHORT: [f64; 6] = [1.0, -4.934802, 4.058709, -1.3352121, 0.23493756, -0.024396718];

/// Polynomials in double precision: those of the definition.
pub const DOUBLE: [Polynomial; 3] = [
    Polynomial { name: "sin_pi", coefficients: &SIN_PI, form: Form::Odd },
    Polynomial { name: "cos_pi", coefficients: &COS_PI, form: Form::Even },
    Polynomial { name: "exp_series", coefficients: &EXP, form: Form::Plain },
];

/// Polynomials in single precision.
pub const SINGLE: [Polynomial; 3] = [
    Polynomial { name: "sin_pi", coefficients: &SIN_PI_SHORT, form: Form::Odd },
    Polynomial { name: "cos_pi", coefficients: &COS_PI_SHORT, form: Form::Even },
    Polynomial { name: "exp_series", coefficients: &EXP_SHORT, form: Form::Plain },
];

#[cfg(test)]
mod tests {
    use super::*;

    /// A polynomial as the shaders evaluate it, in single precision.
    fn single(name: &str, x: f32) -> f32 {
        let polynomial = SINGLE.iter().find(|polynomial| polynomial.name == name).unwrap();
        let s = if matches!(polynomial.form, Form::Plain) { x } else { x * x };
        let sum = polynomial.coefficients.iter().rev().fold(0.0f32, |sum, &c| sum * s + c as f32);
        if matches!(polynomial.form, Form::Odd) { x * sum } else { sum }
    }

    #[test]
    fn short_polynomials_are_good_to_single_precision() {
        for step in -1000i16..=1000 {
            let x = f32::from(step) / 2000.0;
            let turn = std::f64::consts::PI * f64::from(x);
            let sine = f64::from(single("sin_pi", x));
            assert!((sine - turn.sin()).abs() <= 3e-7 * turn.sin().abs(), "{x}");
            assert!((f64::from(single("cos_pi", x)) - turn.cos()).abs() <= 3e-7, "{x}");
            let r = x * 0.7;
            let exponential = f64::from(r).exp();
            assert!((f64::from(single("exp_series", r)) - exponential).abs() <= 2e-7 * exponential, "{r}");
        }
    }
}
