//! Derivatives by parameters, as users ask for them.

use std::collections::BTreeMap;
use std::sync::Mutex;

use nalgebra::{DMatrix, DVector, Dyn, MatrixView, U1};

use super::chain::Chain;
use super::normal::{Gram, Normal, Weighed, product};
use super::{Parameter, Refusal, needs};
use crate::backend::{Control, Differentiate};
use crate::error::{Error, RenderCause};
use crate::formula::double::mul_add;
use crate::level::{Job, Level};
use crate::nest::block::{LANES, Lanes};
use crate::plan::Plan;
use crate::sensitivity::{Block, Groups, Layout, PixelSet};

/// Derivatives of the pixels of a plan by some parameters, each in its [unit](Parameter::unit).
///
/// The photons that come with them have the bits of the rendered image, before it is rounded to single precision.
///
/// ```
/// use nanobragg::backend::{Control, Cpu};
/// use nanobragg::gradient::{Derivatives, Parameter};
/// use nanobragg::model::{Experiment, PixelGrid, UnitCell};
///
/// let mut experiment = Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0)?, 100.0);
/// experiment.crystal = experiment.crystal.with_cells(5, 5, 5)?;
/// experiment.detector.pixels = PixelGrid::new(64, 64, 1e-3);
/// let plan = experiment.plan()?;
/// let wanted = [Parameter::Distance, Parameter::Scale];
/// let derivatives = Derivatives::new(&plan, &wanted)?;
/// let columns = derivatives.columns(&Cpu::default(), &Control::default())?;
/// assert_eq!(columns.columns[1], columns.photons);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Derivatives<'a> {
    plan: &'a Plan,
    parameters: Vec<Parameter>,
    layout: Layout,
    chain: Chain,
}

/// Derivative images: J, a column a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Columns {
    /// Pixels along the fast axis.
    pub fast: usize,
    /// Photons, slow-major; zero where nothing is rendered.
    pub photons: Vec<f64>,
    /// Of each parameter, the derivative of each pixel.
    pub columns: Vec<Vec<f64>>,
}

/// Derivatives of listed pixels: rows of J.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// Photons of each pixel.
    pub photons: Vec<f64>,
    /// Of each pixel, the derivative by each parameter.
    pub rows: Vec<Vec<f64>>,
}

impl<'a> Derivatives<'a> {
    /// Derivatives of `plan` by `parameters`.
    ///
    /// # Errors
    /// The first parameter that the plan has no derivative by.
    pub fn new(plan: &'a Plan, parameters: &[Parameter]) -> Result<Self, Refusal> {
        let layout = needs::layout(plan, parameters)?;
        let chain = Chain::new(plan, &layout, parameters);
        Ok(Derivatives { plan, parameters: parameters.to_vec(), layout, chain })
    }

    /// Derivatives of `plan` along directions, each of which moves several parameters by what stands beside them, in their units. The first
    /// parameter of each stands for it.
    ///
    /// # Errors
    /// The first parameter that the plan has no derivative by.
    pub fn along(plan: &'a Plan, directions: &[Vec<(Parameter, f64)>]) -> Result<Self, Refusal> {
        let moved: Vec<Parameter> = directions.iter().flatten().map(|(parameter, _)| *parameter).collect();
        let of_each = Derivatives::new(plan, &moved)?;
        let mut matrix = DMatrix::zeros(directions.len(), of_each.chain.matrix.ncols());
        let all =
            directions.iter().enumerate().flat_map(|(row, all)| all.iter().map(move |(_, by)| (row, *by)));
        for ((row, by), own) in all.zip(of_each.chain.matrix.row_iter()) {
            let mut into = matrix.row_mut(row);
            into += own * by;
        }
        let first = directions.iter().filter_map(|all| all.first()).map(|(parameter, _)| *parameter);
        Ok(Derivatives { parameters: first.collect(), chain: Chain { matrix }, ..of_each })
    }

    /// The image of `plan` in double precision, slow-major; zero where nothing is rendered.
    ///
    /// # Errors
    /// Those of [`Self::columns`].
    pub fn image(plan: &Plan, backend: &dyn Differentiate, control: &Control<'_>) -> Result<Vec<f64>, Error> {
        let layout = Layout::new(plan, Groups::default());
        let chain = Chain::new(plan, &layout, &[]);
        let alone = Derivatives { plan, parameters: Vec::new(), layout, chain };
        Ok(alone.columns(backend, control)?.photons)
    }

    /// The parameters, in the order of columns.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What is summed for them.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The image and the derivative image of each parameter.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`], and [`ErrorKind::Memory`](crate::ErrorKind::Memory).
    pub fn columns(&self, backend: &dyn Differentiate, control: &Control<'_>) -> Result<Columns, Error> {
        let region = &self.plan.region;
        let zeros = || crate::image::zeros(region.image_fast, region.image_slow);
        let mut photons = zeros()?;
        let mut columns = Vec::new();
        for _ in &self.parameters {
            columns.push(zeros()?);
        }
        let targets = Mutex::new((&mut photons, &mut columns));
        let each = |_: usize, block: &Block<'_>| {
            let slopes = self.slopes(block);
            let Ok(mut targets) = targets.lock() else { return };
            let (photons, columns) = &mut *targets;
            for (lane, &[slow, fast]) in block.pixels.iter().enumerate() {
                let at = region.index(slow as usize, fast as usize);
                photons[at] = block.photons.0[lane];
                for (column, slope) in columns.iter_mut().zip(&slopes) {
                    column[at] = slope.0[lane];
                }
            }
        };
        backend.sensitivities(self.plan, &self.layout, PixelSet::All, control, &each)?;
        Ok(Columns { fast: region.image_fast, photons, columns })
    }

    /// Photons and derivatives of `pixels`, given as [slow, fast]. Those outside the rendered region count as well.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn rows(
        &self,
        backend: &dyn Differentiate,
        pixels: &[[u32; 2]],
        control: &Control<'_>,
    ) -> Result<Rows, Error> {
        let add = |found: &mut Vec<(f64, Vec<f64>)>, block: &Block<'_>| {
            let slopes = self.slopes(block);
            for (lane, &photons) in block.photons().iter().enumerate() {
                found.push((photons, slopes.iter().map(|slope| slope.0[lane]).collect()));
            }
        };
        let found = self.runs(backend, PixelSet::Listed(pixels), control, Vec::new, add)?;
        let mut all = Rows { photons: Vec::new(), rows: Vec::new() };
        for (photons, row) in found.into_iter().flatten() {
            all.photons.push(photons);
            all.rows.push(row);
        }
        Ok(all)
    }

    /// Jᵀy for a cotangent `y`, an image (slow-major): the derivative of Σ y I by each parameter.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`]; a cotangent of another size than the image is
    /// [`ErrorKind::OutOfRange`](crate::ErrorKind::OutOfRange).
    pub fn pull_back(
        &self,
        backend: &dyn Differentiate,
        cotangent: &[f64],
        control: &Control<'_>,
    ) -> Result<Vec<f64>, Error> {
        self.check_cotangent(cotangent)?;
        let region = &self.plan.region;
        let add = |sums: &mut Vec<f64>, block: &Block<'_>| {
            let at = |&[slow, fast]: &[u32; 2]| cotangent[region.index(slow as usize, fast as usize)];
            let weight: Vec<f64> = block.pixels.iter().map(at).collect();
            sums.resize(1 + self.layout.rows(), 0.0);
            for (sum, row) in sums.iter_mut().zip(block.columns()) {
                *sum += product(&weight, row);
            }
        };
        let mut total = vec![0.0; 1 + self.layout.rows()];
        for sums in self.runs(backend, PixelSet::All, control, Vec::new, add)? {
            total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
        }
        Ok(self.of_sums(total))
    }

    /// The normal equations of pixels whose weight and residual `weigh` gives, by their [slow, fast] and photons.
    ///
    /// # Errors
    /// Those of [`Differentiate::sensitivities`].
    pub fn normal(
        &self,
        backend: &dyn Differentiate,
        pixels: PixelSet<'_>,
        weigh: &(dyn Fn([u32; 2], f64) -> Weighed + Sync),
        control: &Control<'_>,
    ) -> Result<Normal, Error> {
        let rows = 1 + self.layout.rows();
        let add = |gram: &mut Gram, block: &Block<'_>| {
            let pixels = block.pixels.iter().zip(block.photons());
            let weighed: Vec<Weighed> = pixels.map(|(&pixel, &photons)| weigh(pixel, photons)).collect();
            let all: Vec<&[f64]> = block.columns().collect();
            gram.add(&all, &weighed);
        };
        let mut total = Gram::new(rows);
        for gram in self.runs(backend, pixels, control, || Gram::new(rows), add)? {
            total.join(&gram);
        }
        Ok(total.pulled_back(&self.chain.matrix))
    }

    /// The same with derivatives by all structure factors beside the rows.
    pub(super) fn with_table(mut self) -> Self {
        self.layout.groups.table = true;
        self
    }

    pub(super) fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// Whether `cotangent` has a number for each pixel.
    pub(super) fn check_cotangent(&self, cotangent: &[f64]) -> Result<(), Error> {
        let region = &self.plan.region;
        let pixels = region.image_fast * region.image_slow;
        if cotangent.len() != pixels {
            return Err(RenderCause::Cotangent { found: cotangent.len(), pixels }.into());
        }
        Ok(())
    }

    /// Derivatives by the parameters, of sums over photons and sensitivities.
    pub(super) fn of_sums(&self, sums: Vec<f64>) -> Vec<f64> {
        (&self.chain.matrix * DVector::from_vec(sums)).iter().copied().collect()
    }

    /// What makes parameters of photons and sensitivities.
    pub(super) fn chain(&self) -> &DMatrix<f64> {
        &self.chain.matrix
    }

    /// The derivatives of a block's pixels by each parameter.
    pub(super) fn slopes(&self, block: &Block<'_>) -> Vec<Lanes> {
        (0..self.parameters.len()).map(|number| self.slope(block, number)).collect()
    }

    /// The derivative of a block's pixels by a parameter.
    pub(super) fn slope(&self, block: &Block<'_>, number: usize) -> Lanes {
        let mut slope = Lanes::splat(0.0);
        Level::detect().run(Combined { block, chain: self.chain.matrix.row(number), into: &mut slope });
        slope
    }

    /// What `add` makes of the blocks of each run, in the order of runs.
    pub(super) fn runs<R: Send>(
        &self,
        backend: &dyn Differentiate,
        pixels: PixelSet<'_>,
        control: &Control<'_>,
        new: impl Fn() -> R + Sync,
        add: impl Fn(&mut R, &Block<'_>) + Sync,
    ) -> Result<Vec<R>, Error> {
        let found: Mutex<BTreeMap<usize, R>> = Mutex::default();
        backend.sensitivities(self.plan, &self.layout, pixels, control, &|run, block| {
            // Taken out while it is worked on: runs do not wait for each other.
            let known = found.lock().ok().and_then(|mut found| found.remove(&run));
            let mut sums = known.unwrap_or_else(&new);
            add(&mut sums, block);
            if let Ok(mut found) = found.lock() {
                found.insert(run, sums);
            }
        })?;
        Ok(found.into_inner().unwrap_or_default().into_values().collect())
    }
}

/// A linear combination of the photons and rows of a block.
struct Combined<'a, 'b> {
    block: &'a Block<'b>,
    chain: MatrixView<'a, f64, U1, Dyn, U1, Dyn>,
    into: &'a mut Lanes,
}

impl Job for Combined<'_, '_> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        for (row, &factor) in self.block.with_photons().zip(self.chain.iter()) {
            if factor != 0.0 {
                for lane in 0..LANES {
                    self.into.0[lane] = mul_add::<FMA>(factor, row.0[lane], self.into.0[lane]);
                }
            }
        }
    }
}
