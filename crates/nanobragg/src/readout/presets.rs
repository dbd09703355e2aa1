//! Readouts with names.

use super::saturation::{BYTE, MOST, WORD};
use super::{Readout, Rounding, Scale, Stage, UNMEASURED};

impl Readout {
    /// 16-bit counts without noise on a pedestal of `offset`, as the C program's integer images have them.
    pub fn scaled(scale: Scale, offset: f64) -> Self {
        let rounding = Stage::Rounding(Rounding::HalfUpSingle);
        Readout {
            stages: vec![Stage::Scale(scale), Stage::Offset(offset), Stage::Saturation(WORD), rounding],
        }
    }

    /// 16-bit counts of photons with noise on a pedestal of `offset`, as the C program's noise images have them.
    pub fn noisy(offset: f64) -> Self {
        let rounding = Stage::Rounding(Rounding::Down);
        Readout { stages: vec![Stage::Poisson, Stage::Offset(offset), Stage::Saturation(WORD), rounding] }
    }

    /// What a photon-counting detector reads out: 32-bit counts of photons with noise.
    pub fn counted() -> Self {
        Readout { stages: vec![Stage::Poisson, Stage::Saturation(MOST), Stage::Mask(UNMEASURED)] }
    }

    /// 32-bit counts without noise.
    pub fn rounded(scale: f64) -> Self {
        let rounding = Stage::Rounding(Rounding::Nearest);
        let scale = Stage::Scale(Scale::Given(scale));
        Readout { stages: vec![scale, rounding, Stage::Saturation(MOST), Stage::Mask(UNMEASURED)] }
    }

    /// 8-bit gray levels.
    pub fn levels(scale: f64) -> Self {
        let rounding = Stage::Rounding(Rounding::Down);
        Readout { stages: vec![Stage::Scale(Scale::Given(scale)), Stage::Saturation(BYTE), rounding] }
    }
}
