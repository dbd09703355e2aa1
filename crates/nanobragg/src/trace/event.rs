//! The events: one function for each shape, so that field names and types are written once.

use tracing::{Level, event};

use super::{TRACE_PY, TRACE_PY_PHI, TRACE_PY_ROTSTAR, TRACE_PY_TRICUBIC};

/// The pixel that events belong to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixel {
    pub slow: u64,
    pub fast: u64,
}

/// One phi step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub phi_tic: u64,
    pub phi_deg: f64,
    pub k_frac: f64,
    pub f_latt_b: f64,
    pub f_latt: f64,
    /// Scattering vector, 1/Å.
    pub scattering: [f64; 3],
    /// y components of a*, b*, c*, 1/Å.
    pub star_y: [f64; 3],
    /// Volume of the cell, Å³.
    pub volume: f64,
}

/// Which of many terms a phi step belongs to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Labels {
    pub source: u64,
    pub subpixel: u64,
    pub layer: u64,
    pub domain: u64,
}

/// y components of the rotated cell vectors, Å.
#[derive(Clone, Copy, Debug)]
pub(super) struct RotStar {
    pub phi_tic: u64,
    pub y: [f64; 3],
}

impl Pixel {
    pub fn scalar(self, key: &'static str, value: f64) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, value);
    }

    pub fn switch(self, key: &'static str, on: bool) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, value = i64::from(on));
    }

    pub fn vector(self, key: &'static str, [x, y, z]: [f64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, x, y, z);
    }

    pub fn indices(self, key: &'static str, [h, k, l]: [f64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, h, k, l);
    }

    pub fn whole_indices(self, key: &'static str, [h, k, l]: [i64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, h, k, l);
    }

    pub fn grid_mark(self, key: &'static str) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key);
    }

    pub fn grid_value(self, [i, j, k]: [u64; 3], value: f64) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key = "F", i, j, k, value);
    }

    pub fn grid_axis(self, key: &'static str, [n0, n1, n2, n3]: [i64; 4]) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key, n0, n1, n2, n3);
    }

    pub fn step(self, labels: Option<Labels>, step: &Step) {
        let Step { phi_tic, phi_deg, k_frac, f_latt_b, f_latt, .. } = *step;
        let ([s_x, s_y, s_z], [a_star_y, b_star_y, c_star_y]) = (step.scattering, step.star_y);
        match labels {
            None => event!(
                target: TRACE_PY_PHI, Level::TRACE, slow = self.slow, fast = self.fast,
                phi_tic, phi_deg, k_frac, F_latt_b = f_latt_b, F_latt = f_latt, S_x = s_x, S_y = s_y, S_z = s_z,
                a_star_y, b_star_y, c_star_y, V_actual = step.volume
            ),
            Some(Labels { source, subpixel, layer, domain }) => event!(
                target: TRACE_PY_PHI, Level::TRACE, slow = self.slow, fast = self.fast,
                source, subpixel, layer, domain,
                phi_tic, phi_deg, k_frac, F_latt_b = f_latt_b, F_latt = f_latt, S_x = s_x, S_y = s_y, S_z = s_z,
                a_star_y, b_star_y, c_star_y, V_actual = step.volume
            ),
        }
    }

    pub fn rot_star(self, RotStar { phi_tic, y: [ap_y, bp_y, cp_y] }: RotStar) {
        event!(
            target: TRACE_PY_ROTSTAR, Level::TRACE, slow = self.slow, fast = self.fast, phi_tic, ap_y, bp_y, cp_y
        );
    }
}
