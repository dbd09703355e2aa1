//! Derivatives by all structure factors.

use std::sync::Mutex;

use super::normal::{Gram, Normal, Weighed, product};
use super::sparse::{Sparse, Tree};
use super::{AmplitudeSet, Derivatives, Parameter, Refusal};
use crate::backend::{Control, Differentiate};
use crate::error::Error;
use crate::nest::block::LANES;
use crate::plan::Plan;
use crate::sensitivity::{Block, PixelSet};

/// Derivatives of the pixels of a plan by all structure factors of its table, and by some parameters in the same pass.
///
/// A pixel depends on the few nodes that are nearest to its terms; what it owes to each is summed as it is rendered. Time and
/// memory go with pixels and with unknowns, never with their product. All results have the same bits with any number of
/// threads. The derivative by a structure factor of zero is zero: photons go with its square.
///
/// ```
/// use nanobragg::backend::{Control, Cpu};
/// use nanobragg::gradient::{AmplitudeDerivatives, AmplitudeSet, Parameter, PixelSet, Weighed};
/// use nanobragg::model::{Experiment, IndexBox, PixelGrid, Reflection, StructureFactors, UnitCell};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.crystal = experiment.crystal.with_cells(5, 5, 5)?;
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let bounds = IndexBox { min: [-40; 3], max: [40; 3] };
/// experiment.structure_factors = StructureFactors::from_reflections(bounds, 100.0, [])?;
/// let plan = experiment.plan()?;
/// let each = AmplitudeSet::each(&plan.structure_factors).unwrap();
/// let derivatives = AmplitudeDerivatives::new(&plan, &[Parameter::Scale], &each)?;
///
/// let (cpu, control) = (Cpu::default(), Control::default());
/// let pulled = derivatives.pull_back(&cpu, &[1.0; 64 * 64], &control)?;
/// // Twice as many electrons everywhere, four times as many photons: Euler's theorem for squares.
/// let along: f64 = pulled.amplitudes.iter().map(|slope| 100.0 * slope).sum();
/// assert!((along / pulled.parameters[0] - 2.0).abs() < 1e-12);
///
/// let weigh = |_: usize, photons: f64| Weighed { weight: 1.0 / (1.0 + photons), residual: 1.0 - photons };
/// let normal = derivatives.normal(&cpu, PixelSet::Listed(&[[20, 30]]), &weigh, &control)?;
/// // Of some 500,000 structure factors a pixel sees the two that are nearest to its sub-pixels.
/// assert_eq!(normal.diagonal.iter().filter(|&&curvature| curvature > 0.0).count(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AmplitudeDerivatives<'a> {
    derivatives: Derivatives<'a>,
    set: &'a AmplitudeSet,
}

/// Jᵀy.
#[derive(Clone, Debug, PartialEq)]
pub struct Pulled {
    /// By each parameter, in its unit.
    pub parameters: Vec<f64>,
    /// By each unknown structure factor, in electrons.
    pub amplitudes: Vec<f64>,
}

/// Normal equations with structure factors, of which those among structure factors are the diagonal alone.
#[derive(Clone, Debug, PartialEq)]
pub struct AmplitudeNormal {
    /// Those of the parameters.
    pub parameters: Normal,
    /// JᵀWr of each unknown structure factor.
    pub vector: Vec<f64>,
    /// The diagonal of JᵀWJ: what L-BFGS starts from, and Levenberg's method with a diagonal matrix takes.
    pub diagonal: Vec<f64>,
}

impl<'a> AmplitudeDerivatives<'a> {
    /// Derivatives of `plan` by `parameters` and by the structure factors of `set`, which was made of the plan's table or of one with
    /// the same box.
    ///
    /// # Errors
    /// The first parameter that the plan has no derivative by; structure factors that are interpolated, or not those of `set`.
    pub fn new(plan: &'a Plan, parameters: &[Parameter], set: &'a AmplitudeSet) -> Result<Self, Refusal> {
        let derivatives = Derivatives::new(plan, parameters)?;
        let first = Parameter::Amplitude(set.nodes().first().copied().unwrap_or_default());
        Derivatives::new(plan, &[first])?;
        if !set.fits(&plan.structure_factors) {
            let reason =
                "the table of structure factors has another box than the one that they were found in";
            return Err(Refusal { parameter: first, reason });
        }
        Ok(AmplitudeDerivatives { derivatives: derivatives.with_table(), set })
    }

    /// Jᵀy for a cotangent `y`, an image (slow-major): the derivative of Σ y I by each parameter and each structure factor.
    ///
    /// # Errors
    /// Those of [`Derivatives::pull_back`].
    pub fn pull_back(
        &self,
        backend: &dyn Differentiate,
        cotangent: &[f64],
        control: &Control<'_>,
    ) -> Result<Pulled, Error> {
        self.derivatives.check_cotangent(cotangent)?;
        let region = &self.derivatives.plan().region;
        let weights = |block: &Block<'_>| -> Vec<f64> {
            let at = |&[slow, fast]: &[u32; 2]| cotangent[region.index(slow as usize, fast as usize)];
            block.pixels().iter().map(at).collect()
        };
        let rows = 1 + self.derivatives.layout().rows();
        let add = |sums: &mut Vec<f64>, block: &Block<'_>, scattered: &mut Sparse<1>| {
            let weight = weights(block);
            sums.iter_mut().zip(block.columns()).for_each(|(sum, row)| *sum += product(&weight, row));
            self.each(block, |lane, unknown, slope| scattered.put(unknown, [weight[lane] * slope]));
        };
        let (parts, tree) = self.runs(backend, PixelSet::All, control, || vec![0.0; rows], add)?;
        let mut total = vec![0.0; rows];
        for part in parts {
            total.iter_mut().zip(part).for_each(|(sum, more)| *sum += more);
        }
        let [amplitudes] = tree.sums(self.set.len());
        Ok(Pulled { parameters: self.derivatives.of_sums(total), amplitudes })
    }

    /// The normal equations of pixels whose weight and residual `weigh` gives, by the place of a pixel in the list, or in the image
    /// (slow-major), and its photons.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn normal(
        &self,
        backend: &dyn Differentiate,
        pixels: PixelSet<'_>,
        weigh: &(dyn Fn(usize, f64) -> Weighed + Sync),
        control: &Control<'_>,
    ) -> Result<AmplitudeNormal, Error> {
        let region = &self.derivatives.plan().region;
        let listed = matches!(pixels, PixelSet::Listed(_));
        let rows = 1 + self.derivatives.layout().rows();
        let add = |gram: &mut Gram, block: &Block<'_>, scattered: &mut Sparse<2>| {
            let number = |lane: usize, &[slow, fast]: &[u32; 2]| {
                if listed { block.number * LANES + lane } else { region.index(slow as usize, fast as usize) }
            };
            let numbers = block.pixels().iter().enumerate().map(|(lane, pixel)| number(lane, pixel));
            let weighed: Vec<Weighed> =
                numbers.zip(block.photons()).map(|(number, &photons)| weigh(number, photons)).collect();
            gram.add(&block.columns().collect::<Vec<_>>(), &weighed);
            self.each(block, |lane, unknown, slope| {
                let Weighed { weight, residual } = weighed[lane];
                if weight != 0.0 {
                    scattered.put(unknown, [weight * residual * slope, weight * slope * slope]);
                }
            });
        };
        let (parts, tree) = self.runs(backend, pixels, control, || Gram::new(rows), add)?;
        let mut total = Gram::new(rows);
        parts.iter().for_each(|part| total.join(part));
        let [vector, diagonal] = tree.sums(self.set.len());
        Ok(AmplitudeNormal { parameters: total.pulled_back(self.derivatives.chain()), vector, diagonal })
    }

    /// Of each of `pixels`, given as [slow, fast], the unknowns that it depends on, ascending, with its derivatives: rows of J.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn rows(
        &self,
        backend: &dyn Differentiate,
        pixels: &[[u32; 2]],
        control: &Control<'_>,
    ) -> Result<Vec<Vec<(usize, f64)>>, Error> {
        let add = |rows: &mut Vec<Vec<(usize, f64)>>, block: &Block<'_>| {
            let start = rows.len();
            rows.resize_with(start + block.pixels().len(), Vec::new);
            self.each(block, |lane, unknown, slope| rows[start + lane].push((unknown, slope)));
        };
        let parts = self.derivatives.runs(backend, PixelSet::Listed(pixels), control, Vec::new, add)?;
        Ok(parts.into_iter().flatten().collect())
    }

    /// Tells `put` the lane, the unknown and the derivative, by lane and unknown, each pair once.
    fn each(&self, block: &Block<'_>, mut put: impl FnMut(usize, usize, f64)) {
        let numbered = |slope: &crate::sensitivity::NodeSlope| {
            Some((slope.lane(), self.set.number_at(slope.place())?, slope.slope))
        };
        let mut all: Vec<(usize, usize, f64)> = block.nodes().filter_map(numbered).collect();
        // Nodes of the same unknown add before they are squared.
        all.sort_by_key(|&(lane, unknown, _)| (lane, unknown));
        for same in all.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1)) {
            if let Some(&(lane, unknown, _)) = same.first() {
                put(lane, unknown, same.iter().map(|(.., slope)| slope).sum());
            }
        }
    }

    /// What `add` makes of the blocks of each run, in the order of runs, and what it puts down for unknowns.
    fn runs<R: Send, const N: usize>(
        &self,
        backend: &dyn Differentiate,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        new: impl Fn() -> R + Sync,
        add: impl Fn(&mut R, &Block<'_>, &mut Sparse<N>) + Sync,
    ) -> Result<(Vec<R>, Tree<N>), Error> {
        let tree = Mutex::new(Tree::new());
        let parts = self.derivatives.runs(
            backend,
            pixels,
            control,
            || (new(), Sparse::new()),
            |(part, scattered), block| {
                add(part, block, scattered);
                if block.last {
                    let scattered = std::mem::replace(scattered, Sparse::new());
                    if let Ok(mut tree) = tree.lock() {
                        tree.take(block.run, scattered);
                    }
                }
            },
        )?;
        let tree = tree.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        Ok((parts.into_iter().map(|(part, _)| part).collect(), tree))
    }
}
