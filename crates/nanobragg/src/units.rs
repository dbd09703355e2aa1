//! Constants, and the conversions between the field's units and SI.
//!
//! Inside the library lengths are meters and angles radians. Each conversion happens once, at the boundary,
//! with the very operation of the reference program (`/ 1000`, not `* 1e-3`), because a last bit in an angle
//! or a length is amplified by the number of unit cells.

/// Square of the classical electron radius, m² (reference program's constant).
pub const R_E_SQR: f64 = 7.940_792_480_189_65e-30;
/// Avogadro's number, 1/mol (CODATA 2006, as in the reference program).
pub const AVOGADRO: f64 = 6.022_141_79e23;
/// Degrees in a radian, as the product that the reference program divides by.
pub const DEG_PER_RAD: f64 = 180.0 * std::f64::consts::FRAC_1_PI;
/// Photon energy times wavelength, eV Å.
pub const EV_ANGSTROM: f64 = 12398.42;

/// Millimeters to meters.
pub fn mm(x: f64) -> f64 {
    x / 1000.0
}

/// Micrometers to meters.
pub fn um(x: f64) -> f64 {
    x * 1e-6
}

/// Ångström to meters.
pub fn angstrom(x: f64) -> f64 {
    x / 1.0e10
}

/// Degrees to radians.
pub fn deg(x: f64) -> f64 {
    x / DEG_PER_RAD
}

/// Radians to degrees.
pub fn to_deg(x: f64) -> f64 {
    x * DEG_PER_RAD
}

/// Milliradians to radians.
pub fn mrad(x: f64) -> f64 {
    x / 1000.0
}

/// Percent to a fraction.
pub fn percent(x: f64) -> f64 {
    x / 100.0
}

/// Wavelength in meters of photons of `energy_ev` electronvolts.
///
/// ```
/// assert!((nanobragg::units::wavelength_of_energy(12398.42) - 1e-10).abs() < 1e-24);
/// ```
pub fn wavelength_of_energy(energy_ev: f64) -> f64 {
    (EV_ANGSTROM / energy_ev) / 1.0e10
}
