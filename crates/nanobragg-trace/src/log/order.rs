//! The order of evaluation, and which stage a quantity belongs to.

use std::fmt;

/// A stage of the evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Where the detector and the pixel are.
    Geometry,
    /// Incident beam and scattering vector.
    Scattering,
    /// Orientation of the lattice.
    Rotation,
    /// Indices and lattice factor.
    Lattice,
    /// The unit cell's structure factor.
    StructureFactor,
    /// The sum over all terms.
    Accumulation,
    /// From the sum to photons.
    Scaling,
    /// Derivatives of the photons.
    Gradient,
}

impl Stage {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Stage::Geometry => "geometry",
            Stage::Scattering => "scattering",
            Stage::Rotation => "rotation",
            Stage::Lattice => "lattice",
            Stage::StructureFactor => "structure factor",
            Stage::Accumulation => "accumulation",
            Stage::Scaling => "scaling",
            Stage::Gradient => "gradient",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Part of the evaluation that repeats as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Setup,
    Pixel,
    End,
}

/// Place of a quantity in the order of evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    part: Part,
    /// Which of several layers, sub-pixels and so on, from 0.
    repetition: usize,
    /// 0 for what precedes the lattice, then the phi steps.
    block: u64,
    index: usize,
    line: usize,
}

impl Order {
    /// Before everything else: set-up of the detector.
    pub const SETUP: Order = Order { part: Part::Setup, repetition: 0, block: 0, index: 0, line: 0 };

    /// The same place, told apart from others there by its line.
    pub fn on_line(self, line: usize) -> Order {
        Order { line, ..self }
    }
}

/// Quantities in the order of evaluation. Those of a phi step start with `phi.` and `rotstar.`; a step's
/// quantities follow its own causes, so that a divergence is found at its root.
const EVALUATION: &[(&str, Part, Stage)] = {
    use Part::{End, Pixel};
    use Stage::{Accumulation, Geometry, Lattice, Rotation, Scaling, Scattering, StructureFactor};
    &[
        ("pix0_vector_meters", Pixel, Geometry),
        ("fdet_vec", Pixel, Geometry),
        ("sdet_vec", Pixel, Geometry),
        ("pixel_pos_meters", Pixel, Geometry),
        ("R_distance_meters", Pixel, Geometry),
        ("omega_pixel_sr", Pixel, Geometry),
        ("close_distance_meters", Pixel, Geometry),
        ("obliquity_factor", Pixel, Geometry),
        ("diffracted_vec", Pixel, Geometry),
        ("incident_vec", Pixel, Scattering),
        ("lambda_meters", Pixel, Scattering),
        ("lambda_angstroms", Pixel, Scattering),
        ("scattering_vec_A_inv", Pixel, Scattering),
        ("spindle_axis_raw", Pixel, Rotation),
        ("spindle_axis_normalized", Pixel, Rotation),
        ("spindle_magnitude", Pixel, Rotation),
        // From here on a block for each phi step.
        ("phi.phi_deg", Pixel, Rotation),
        ("rot_a_angstroms", Pixel, Rotation),
        ("rot_b_angstroms", Pixel, Rotation),
        ("rot_c_angstroms", Pixel, Rotation),
        ("rotstar.ap_y", Pixel, Rotation),
        ("rotstar.bp_y", Pixel, Rotation),
        ("rotstar.cp_y", Pixel, Rotation),
        ("rot_a_star_A_inv", Pixel, Rotation),
        ("rot_b_star_A_inv", Pixel, Rotation),
        ("rot_c_star_A_inv", Pixel, Rotation),
        ("phi.a_star_y", Pixel, Rotation),
        ("phi.b_star_y", Pixel, Rotation),
        ("phi.c_star_y", Pixel, Rotation),
        ("phi.V_actual", Pixel, Rotation),
        ("phi.S", Pixel, Scattering),
        ("hkl_frac", Pixel, Lattice),
        ("phi.k_frac", Pixel, Lattice),
        ("hkl_rounded", Pixel, Lattice),
        ("F_latt_a", Pixel, Lattice),
        ("F_latt_b", Pixel, Lattice),
        ("F_latt_c", Pixel, Lattice),
        ("phi.F_latt_b", Pixel, Lattice),
        ("F_latt", Pixel, Lattice),
        ("phi.F_latt", Pixel, Lattice),
        ("tricubic_h_coords", Pixel, StructureFactor),
        ("tricubic_k_coords", Pixel, StructureFactor),
        ("tricubic_l_coords", Pixel, StructureFactor),
        ("tricubic", Pixel, StructureFactor),
        ("F_cell_interpolated", Pixel, StructureFactor),
        ("F_cell_nearest", Pixel, StructureFactor),
        ("F_cell", Pixel, StructureFactor),
        ("I_before_scaling_pre_polar", End, Accumulation),
        ("I_before_scaling_post_polar", End, Scaling),
        ("r_e_meters", End, Scaling),
        ("r_e_sqr", End, Scaling),
        ("fluence_photons_per_m2", End, Scaling),
        ("steps", End, Scaling),
        ("oversample_thick", End, Scaling),
        ("oversample_polar", End, Scaling),
        ("oversample_omega", End, Scaling),
        ("capture_fraction", End, Scaling),
        ("polar", End, Scaling),
        ("omega_pixel", End, Scaling),
        ("cos_2theta", End, Scaling),
        ("I_pixel_final", End, Scaling),
        ("floatimage_accumulated", End, Scaling),
    ]
};

/// What the names of derivatives begin with.
const GRADIENT: &str = "dI_d";

/// The first quantity of a phi step's block.
const FIRST_OF_STEP: &str = "phi.phi_deg";

/// Where `name` comes in the evaluation, for the phi step `tic` where it belongs to one; `None` for a name that
/// is not known.
pub(crate) fn stage_and_order(
    name: &str,
    tic: u64,
    repetition: usize,
    line: usize,
) -> Option<(Stage, Order)> {
    let place = |name: &str| EVALUATION.iter().position(|(known, ..)| *known == name);
    // Derivatives come last, in the order of their lines.
    if name.starts_with(GRADIENT) {
        let order = Order { part: Part::End, repetition, block: 0, index: EVALUATION.len(), line };
        return Some((Stage::Gradient, order));
    }
    let index = place(name)?;
    let (_, part, stage) = *EVALUATION.get(index)?;
    let in_step = part == Part::Pixel && Some(index) >= place(FIRST_OF_STEP);
    let block = if in_step { tic.saturating_add(1) } else { 0 };
    Some((stage, Order { part, repetition, block, index, line }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(name: &str, tic: u64) -> Order {
        stage_and_order(name, tic, 0, 0).unwrap().1
    }

    #[test]
    fn roots_come_before_what_follows_from_them() {
        let chain = [
            ("pix0_vector_meters", 0),
            ("scattering_vec_A_inv", 0),
            ("rot_a_angstroms", 0),
            ("hkl_frac", 0),
            ("F_latt", 0),
            ("F_cell_nearest", 0),
            ("phi.phi_deg", 1),
            ("phi.F_latt", 1),
            ("phi.k_frac", 2),
            ("I_before_scaling_pre_polar", 0),
            ("I_pixel_final", 0),
            ("dI_dmisset_x", 0),
        ];
        assert!(chain.windows(2).all(|pair| order(pair[0].0, pair[0].1) < order(pair[1].0, pair[1].1)));
        assert!(Order::SETUP < order("pix0_vector_meters", 0));
        assert!(stage_and_order("nonsense", 0, 0, 0).is_none());
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<_> = EVALUATION.iter().map(|(name, ..)| name).collect();
        assert_eq!(names.len(), EVALUATION.len());
    }
}
