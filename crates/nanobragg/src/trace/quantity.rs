//! What a trace is made of: each quantity with its key, its unit and its meaning, a row each.

/// The unit of a quantity, as the trace has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unit {
    /// A number without a unit.
    One,
    /// Yes or no, written as 1 or 0.
    Switch,
    /// Meters.
    Meter,
    /// Square meters.
    SquareMeter,
    /// For each meter.
    PerMeter,
    /// For each square meter.
    PerSquareMeter,
    /// Ångström.
    Angstrom,
    /// For each Ångström.
    PerAngstrom,
    /// Steradian.
    Steradian,
    /// Electrons.
    Electron,
    /// Electrons, squared.
    SquareElectron,
    /// Photons.
    Photon,
    /// Several values with a unit each, which their fields name.
    Several,
}

impl Unit {
    /// The unit as readers of tables know it; empty for [`Unit::Several`].
    pub const fn symbol(self) -> &'static str {
        match self {
            Unit::One => "1",
            Unit::Switch => "0 or 1",
            Unit::Meter => "m",
            Unit::SquareMeter => "m²",
            Unit::PerMeter => "1/m",
            Unit::PerSquareMeter => "1/m²",
            Unit::Angstrom => "Å",
            Unit::PerAngstrom => "1/Å",
            Unit::Steradian => "sr",
            Unit::Electron => "electrons",
            Unit::SquareElectron => "electrons²",
            Unit::Photon => "photons",
            Unit::Several => "",
        }
    }
}

macro_rules! quantities {
    ($($name:ident $key:literal $unit:ident $meaning:literal;)+) => {
        /// A quantity of a trace. `docs/TRACE.md` says which sub-pixel, source and term each belongs to.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Quantity {
            $(#[doc = $meaning] $name,)+
        }

        impl Quantity {
            /// All of them, in the order of a pixel's trace.
            pub const ALL: &'static [Quantity] = &[$(Quantity::$name,)+];

            /// The name in logs and events, which is historical: [`Self::unit`] has the unit.
            pub const fn key(self) -> &'static str {
                match self { $(Quantity::$name => $key,)+ }
            }

            /// The unit.
            pub const fn unit(self) -> Unit {
                match self { $(Quantity::$name => Unit::$unit,)+ }
            }

            /// What it is, in a few words.
            pub const fn meaning(self) -> &'static str {
                match self { $(Quantity::$name => $meaning,)+ }
            }
        }
    };
}

quantities! {
    Corner "pix0_vector_meters" Meter "From the sample to the outer corner of pixel 0 0.";
    FastAxis "fdet_vec" One "Direction in which the fast coordinate grows.";
    SlowAxis "sdet_vec" One "Direction in which the slow coordinate grows.";
    Position "pixel_pos_meters" Meter "From the sample to the center of the sub-pixel.";
    Distance "R_distance_meters" Meter "Length of that.";
    SubpixelSolidAngle "omega_pixel_sr" Steradian "Solid angle of the pixel as the sub-pixel uses it.";
    CloseDistance "close_distance_meters" Meter "From the sample to the plane of the detector.";
    Obliquity "obliquity_factor" One "Close distance over distance.";
    Diffracted "diffracted_vec" One "Direction from the sample to the sub-pixel, d.";
    Incident "incident_vec" One "Direction in which the beam travels, i.";
    Wavelength "lambda_meters" Meter "Wavelength of the source.";
    WavelengthInAngstrom "lambda_angstroms" Angstrom "The same in Ångström.";
    ScatteringVector "scattering_vec_A_inv" PerMeter "(d - i) / λ.";
    EdgeA "rot_a_angstroms" Angstrom "Cell vector a, turned by phi and mosaic domain.";
    EdgeB "rot_b_angstroms" Angstrom "Cell vector b, turned by phi and mosaic domain.";
    EdgeC "rot_c_angstroms" Angstrom "Cell vector c, turned by phi and mosaic domain.";
    Spindle "spindle_axis_raw" One "Spindle axis as given.";
    SpindleDirection "spindle_axis_normalized" One "Spindle axis as a unit vector.";
    SpindleLength "spindle_magnitude" One "Length of the spindle axis as given.";
    ReciprocalA "rot_a_star_A_inv" PerAngstrom "Reciprocal vector a*.";
    ReciprocalB "rot_b_star_A_inv" PerAngstrom "Reciprocal vector b*.";
    ReciprocalC "rot_c_star_A_inv" PerAngstrom "Reciprocal vector c*.";
    Indices "hkl_frac" One "Fractional indices h, k, l.";
    NearestIndices "hkl_rounded" One "The nearest whole ones.";
    LatticeFactorA "F_latt_a" One "Lattice factor along a.";
    LatticeFactorB "F_latt_b" One "Lattice factor along b.";
    LatticeFactorC "F_latt_c" One "Lattice factor along c.";
    LatticeFactor "F_latt" One "Lattice factor of the crystal.";
    InterpolatedStructureFactor "F_cell_interpolated" Electron "Tricubic structure factor at the fractional indices.";
    NearestStructureFactor "F_cell_nearest" Electron "Structure factor at the nearest indices.";
    Neighborhood "TRICUBIC" Electron "The 4 × 4 × 4 structure factors around the fractional indices.";
    Sum "I_before_scaling_pre_polar" SquareElectron "The sum over all terms.";
    PolarizedSum "I_before_scaling_post_polar" SquareElectron "The sum times a polarization factor that enters once.";
    ElectronRadius "r_e_meters" Meter "Classical electron radius.";
    ElectronRadiusSquared "r_e_sqr" SquareMeter "Its square.";
    Fluence "fluence_photons_per_m2" PerSquareMeter "Photons that passed through a unit of area.";
    Steps "steps" One "Sources × domains × phi steps × sub-pixels.";
    CaptureByTerm "oversample_thick" Switch "Whether the capture fraction enters term by term.";
    PolarizationByTerm "oversample_polar" Switch "Whether the polarization factor enters term by term.";
    SolidAngleByTerm "oversample_omega" Switch "Whether the solid angle enters term by term.";
    Capture "capture_fraction" One "Share of the photons that the sensor captures.";
    Polarization "polar" One "Kahn polarization factor.";
    SolidAngle "omega_pixel" Steradian "Solid angle that the pixel was scaled by.";
    CosTwoTheta "cos_2theta" One "i · d of the last direction evaluated.";
    Photons "I_pixel_final" Photon "The value of the pixel.";
    StoredPhotons "floatimage_accumulated" Photon "The value as the float image stores it.";
    PhiStep "PHI" Several "A phi step.";
    RotatedCell "ROTSTAR" Angstrom "y components of the rotated cell vectors of a phi step.";
}

impl Quantity {
    /// The quantity with this key.
    pub fn find(key: &str) -> Option<Quantity> {
        Quantity::ALL.iter().copied().find(|quantity| quantity.key() == key)
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_one_quantitys() {
        for &quantity in Quantity::ALL {
            assert_eq!(Quantity::find(quantity.key()), Some(quantity));
            assert!(quantity.meaning().ends_with('.'), "{quantity}");
        }
        assert_eq!(Quantity::find("no such key"), None);
    }
}
