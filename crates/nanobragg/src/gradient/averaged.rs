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
        let sums = Mutex::new(sums);
        let each = |_: usize, block: &Block<'_>| {
            let slopes = self.slopes(block);
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
    use crate::gradient::{Derivatives, LabAxis, Parameter};
    use crate::model::{Experiment, PixelGrid, UnitCell};

    #[test]
    fn a_direction_moves_its_parameters_together() {
        let cell = UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 100.0);
        experiment.crystal = experiment.crystal.with_cells(5, 5, 5).unwrap();
        experiment.detector.pixels = PixelGrid::new(40, 40, 1e-3);
        let plan = experiment.plan().unwrap();
        let pixels: Vec<[u32; 2]> = (0..100).map(|at| [at / 10, at % 10]).collect();
        let [one, other, third] = [Parameter::Distance, Parameter::Turn(LabAxis::Y), Parameter::Scale];
        let directions = [vec![(one, 2.0), (other, -0.5)], vec![(third, 1.0)]];
        let (cpu, control) = (Cpu::default(), Control::default());
        let rows = |of: Derivatives<'_>| of.rows(&cpu, &pixels, &control).unwrap().rows;
        let each = rows(Derivatives::new(&plan, &[one, other, third]).unwrap());
        let along = rows(Derivatives::along(&plan, &directions).unwrap());
        for (found, each) in along.iter().zip(&each) {
            let expected = 2.0 * each[0] - 0.5 * each[1];
            assert!((found[0] - expected).abs() <= 1e-9 * (each[0].abs() + each[1].abs()));
            assert_eq!((found.len(), found[1]), (2, each[2]));
        }
        assert!(along.iter().any(|row| row[0] != 0.0));
    }

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
