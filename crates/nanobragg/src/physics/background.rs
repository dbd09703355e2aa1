//! Scattering of the water around the crystal.

use crate::units::{AVOGADRO, R_E_SQR};

/// Forward scattering amplitude of water, electrons.
pub const WATER_F: f64 = 2.57;
/// Molar mass of water, g/mol.
pub const WATER_MW: f64 = 18.0;

/// Squared structure factor of a cube of water with an edge of `water_size` meters, electrons²:
/// F² · V · 10⁶ g/m³ · Avogadro / 18 g/mol, isotropic.
pub fn water_intensity(water_size: f64) -> f64 {
    let volume = water_size * water_size * water_size;
    WATER_F * WATER_F * volume * 1e6 * AVOGADRO / WATER_MW
}

/// The same times r_e² · fluence, as the reference program starts a pixel's sum.
pub fn water_intensity_scaled(water_size: f64, fluence: f64) -> f64 {
    WATER_F * WATER_F * R_E_SQR * fluence * water_size * water_size * water_size * 1e6 * AVOGADRO / WATER_MW
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_micron_of_water_holds_3e10_molecules() {
        let molecules = water_intensity(1e-6) / (WATER_F * WATER_F);
        assert!((molecules - 3.3456e10).abs() < 1e7);
        let ratio = water_intensity_scaled(1e-6, 1e20) / water_intensity(1e-6);
        assert!((ratio / (R_E_SQR * 1e20) - 1.0).abs() < 1e-14);
    }
}
