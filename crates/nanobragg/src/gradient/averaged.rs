//! Derivatives of listed pixels, added to those of other plans.

use std::sync::Mutex;

use super::Derivatives;
use crate::backend::{Control, Differentiate};
use crate::error::Error;
use crate::nest::block::LANES;
use crate::sensitivity::{Block, PixelSet};

impl Derivatives<'_> {
    /// Adds `factor` times the derivatives and the photons of `pixels`, given as [slow, fast], to `sums`: a row for each parameter in
    /// their order, then one for the photons, each with a number a pixel. Means over plans, such as pixels that are integrated by several
    /// points, are made without a row of their own for each plan. The same bits with any number of threads.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn add_rows(
        &self,
        backend: &dyn Differentiate,
        pixels: &[[u32; 2]],
        factor: f64,
        sums: &mut [Vec<f64>],
        control: &Control<'_>,
    ) -> Result<(), Error> {
        let count = self.parameters().len();
        let sums = Mutex::new(sums);
        let each = |_: usize, block: &Block<'_>| {
            let slopes: Vec<_> = (0..count).map(|number| self.slope(block, number)).collect();
            let values = slopes.iter().map(|slope| &slope.0[..]).chain(std::iter::once(block.photons()));
            let start = block.number * LANES;
            let own = start..start + block.pixels.len();
            let Ok(mut sums) = sums.lock() else { return };
            for (row, values) in sums.iter_mut().zip(values) {
                for (sum, value) in row.get_mut(own.clone()).unwrap_or_default().iter_mut().zip(values) {
                    *sum += factor * value;
                }
            }
        };
        backend.sensitivities(self.plan(), self.layout(), PixelSet::Listed(pixels), control, &each)
    }
}

#[cfg(test)]
mod tests {
    use crate::backend::{Control, Cpu};
    use crate::gradient::{Derivatives, Parameter};
    use crate::model::{Experiment, PixelGrid, UnitCell};

    #[test]
    fn sums_are_those_of_rows() {
        let cell = UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 100.0);
        experiment.crystal = experiment.crystal.with_cells(5, 5, 5).unwrap();
        experiment.detector.pixels = PixelGrid::new(40, 40, 1e-3);
        let plan = experiment.plan().unwrap();
        let derivatives = Derivatives::new(&plan, &[Parameter::Distance, Parameter::Scale]).unwrap();
        let pixels: Vec<[u32; 2]> = (0..130).map(|at| [at / 40, at % 40]).collect();
        let (cpu, control) = (Cpu::default(), Control::default());
        let rows = derivatives.rows(&cpu, &pixels, &control).unwrap();
        let mut sums = vec![vec![1.0; pixels.len()]; 3];
        derivatives.add_rows(&cpu, &pixels, 0.5, &mut sums, &control).unwrap();
        derivatives.add_rows(&cpu, &pixels, 1.5, &mut sums, &control).unwrap();
        for (at, (row, photons)) in rows.rows.iter().zip(&rows.photons).enumerate() {
            for (sum, value) in sums.iter().zip(row.iter().chain([photons])) {
                assert!((sum[at] - 1.0 - 2.0 * value).abs() <= 1e-14 * (1.0 + 2.0 * value.abs()), "{at}");
            }
        }
        assert!(sums[0].iter().any(|sum| *sum != 1.0));
    }
}
