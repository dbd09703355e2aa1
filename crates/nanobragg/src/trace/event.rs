//! The events: one function for each shape, so that field names and types are written once.

use tracing::{Level, event};

use super::{
    Grid, PhiStep, PixelTrace, RotatedCell, TRACE_PY, TRACE_PY_PHI, TRACE_PY_ROTSTAR, TRACE_PY_TRICUBIC,
    TermNumbers, Value,
};

/// The pixel that events belong to.
#[derive(Clone, Copy, Debug)]
struct Pixel {
    slow: u64,
    fast: u64,
}

impl PixelTrace {
    /// Emits the trace as `tracing` events, on the calling thread; the [module](super) describes them.
    pub fn emit(&self) {
        let pixel = Pixel { slow: self.slow() as u64, fast: self.fast() as u64 };
        for (quantity, value) in self.entries() {
            let key = quantity.key();
            match value {
                Value::Scalar(value) => pixel.scalar(key, *value),
                Value::Vector(value) => pixel.vector(key, *value),
                Value::Indices(value) => pixel.indices(key, *value),
                Value::WholeIndices(value) => pixel.whole_indices(key, *value),
                Value::Switch(on) => pixel.switch(key, *on),
                Value::Grid(grid) => pixel.grid(grid),
                Value::PhiStep(step) => pixel.step(step),
                Value::RotatedCell(cell) => pixel.rotated_cell(*cell),
            }
        }
    }
}

impl Pixel {
    fn scalar(self, key: &'static str, value: f64) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, value);
    }

    fn switch(self, key: &'static str, on: bool) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, value = i64::from(on));
    }

    fn vector(self, key: &'static str, [x, y, z]: [f64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, x, y, z);
    }

    fn indices(self, key: &'static str, [h, k, l]: [f64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, h, k, l);
    }

    fn whole_indices(self, key: &'static str, [h, k, l]: [i64; 3]) {
        event!(target: TRACE_PY, Level::TRACE, slow = self.slow, fast = self.fast, key, h, k, l);
    }

    fn grid(self, grid: &Grid) {
        self.grid_mark("GRID_START");
        for (i, plane) in (0..).zip(&grid.values) {
            for (j, row) in (0..).zip(plane) {
                for (k, &value) in (0..).zip(row) {
                    self.grid_value([i, j, k], value);
                }
            }
        }
        self.grid_mark("GRID_END");
        for (key, axis) in ["H_COORDS", "K_COORDS", "L_COORDS"].into_iter().zip(grid.axes()) {
            self.grid_axis(key, axis);
        }
    }

    fn grid_mark(self, key: &'static str) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key);
    }

    fn grid_value(self, [i, j, k]: [u64; 3], value: f64) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key = "F", i, j, k, value);
    }

    fn grid_axis(self, key: &'static str, [n0, n1, n2, n3]: [i64; 4]) {
        event!(target: TRACE_PY_TRICUBIC, Level::TRACE, slow = self.slow, fast = self.fast, key, n0, n1, n2, n3);
    }

    fn step(self, step: &PhiStep) {
        let PhiStep { number: phi_tic, phi_deg, k: k_frac, f_latt_b, f_latt, .. } = *step;
        let ([s_x, s_y, s_z], [a_star_y, b_star_y, c_star_y]) =
            (step.scattering_per_angstrom, step.star_y_per_angstrom);
        let volume = step.volume_cubic_angstrom;
        match step.term {
            None => event!(
                target: TRACE_PY_PHI, Level::TRACE, slow = self.slow, fast = self.fast,
                phi_tic, phi_deg, k_frac, F_latt_b = f_latt_b, F_latt = f_latt, S_x = s_x, S_y = s_y, S_z = s_z,
                a_star_y, b_star_y, c_star_y, V_actual = volume
            ),
            Some(TermNumbers { source, subpixel, layer, domain }) => event!(
                target: TRACE_PY_PHI, Level::TRACE, slow = self.slow, fast = self.fast,
                source, subpixel, layer, domain,
                phi_tic, phi_deg, k_frac, F_latt_b = f_latt_b, F_latt = f_latt, S_x = s_x, S_y = s_y, S_z = s_z,
                a_star_y, b_star_y, c_star_y, V_actual = volume
            ),
        }
    }

    fn rotated_cell(self, RotatedCell { number: phi_tic, y_angstrom: [ap_y, bp_y, cp_y] }: RotatedCell) {
        event!(
            target: TRACE_PY_ROTSTAR, Level::TRACE, slow = self.slow, fast = self.fast, phi_tic, ap_y, bp_y, cp_y
        );
    }
}
