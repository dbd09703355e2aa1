//! Normal equations: JᵀWJ and JᵀWr, without J.

use nalgebra::{DMatrix, DVector};

use crate::formula::double::mul_add;
use crate::level::{Job, Level};
use crate::nest::block::LANES;

/// The weight and the residual of a pixel.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Weighed {
    /// Weight w.
    pub weight: f64,
    /// Residual r.
    pub residual: f64,
}

/// Normal equations of a linear fit to pixels, for parameters in their units.
#[derive(Clone, Debug, PartialEq)]
pub struct Normal {
    /// JᵀWJ.
    pub matrix: DMatrix<f64>,
    /// JᵀWr.
    pub vector: DVector<f64>,
    /// Σ w r².
    pub residuals: f64,
    /// Pixels with a weight other than zero.
    pub pixels: usize,
}

impl Normal {
    /// The equations of pixels that `rows` give numbers of: each row has the derivatives by one parameter, a number a pixel, as
    /// many as there are weights.
    ///
    /// ```
    /// use nanobragg::gradient::{Normal, Weighed};
    ///
    /// let weighed = [1.0, 2.0].map(|weight| Weighed { weight, residual: 3.0 });
    /// let normal = Normal::of_rows(&[&[1.0, 1.0], &[0.0, 4.0]], &weighed);
    /// assert_eq!((normal.matrix[(0, 0)], normal.matrix[(0, 1)], normal.matrix[(1, 1)]), (3.0, 8.0, 32.0));
    /// assert_eq!((normal.vector[0], normal.vector[1], normal.pixels), (9.0, 24.0, 2));
    /// ```
    pub fn of_rows(rows: &[&[f64]], weighed: &[Weighed]) -> Self {
        let mut gram = Gram::new(rows.len());
        for (number, weighed) in weighed.chunks(LANES).enumerate() {
            let start = number * LANES;
            let own = start..start + weighed.len();
            let part = rows.iter().map(|&row| row.get(own.clone()).unwrap_or_default());
            gram.add(&part.collect::<Vec<_>>(), weighed);
        }
        Normal {
            matrix: gram.whole(),
            vector: DVector::from_vec(gram.vector),
            residuals: gram.residuals,
            pixels: gram.pixels,
        }
    }
}

/// The same of the sensitivities themselves, photons first.
pub(super) struct Gram {
    rows: usize,
    /// The lower triangle, row by row, each entry in as many parts as are summed side by side.
    triangle: Vec<[f64; WIDE]>,
    vector: Vec<f64>,
    residuals: f64,
    pixels: usize,
}

/// Numbers that are summed side by side.
const WIDE: usize = 8;

impl Gram {
    pub fn new(rows: usize) -> Self {
        Gram {
            rows,
            triangle: vec![[0.0; WIDE]; rows * (rows + 1) / 2],
            vector: vec![0.0; rows],
            residuals: 0.0,
            pixels: 0,
        }
    }

    /// Adds the pixels of a block, or some of them: of each row, its numbers.
    pub fn add(&mut self, rows: &[&[f64]], weighed: &[Weighed]) {
        let (mut weight, mut pull) = ([0.0; LANES], [0.0; LANES]);
        let count = weighed.len().min(LANES);
        for (i, at) in weighed.iter().enumerate().take(count) {
            weight[i] = at.weight;
            pull[i] = at.weight * at.residual;
            self.residuals += at.weight * at.residual * at.residual;
            self.pixels += usize::from(at.weight != 0.0);
        }
        let (weight, pull) = (&weight[..count], &pull[..count]);
        Level::detect().run(Added {
            triangle: &mut self.triangle,
            vector: &mut self.vector,
            rows,
            weight,
            pull,
        });
    }

    /// Adds what another one has summed.
    pub fn join(&mut self, other: &Gram) {
        let parts = self.triangle.iter_mut().flatten().zip(other.triangle.iter().flatten());
        parts.chain(self.vector.iter_mut().zip(&other.vector)).for_each(|(sum, more)| *sum += more);
        self.residuals += other.residuals;
        self.pixels += other.pixels;
    }

    /// The equations for parameters that `chain` makes of the rows.
    pub fn pulled_back(&self, chain: &DMatrix<f64>) -> Normal {
        Normal {
            matrix: chain * self.whole() * chain.transpose(),
            vector: chain * DVector::from_column_slice(&self.vector),
            residuals: self.residuals,
            pixels: self.pixels,
        }
    }

    /// Both triangles.
    fn whole(&self) -> DMatrix<f64> {
        DMatrix::from_fn(self.rows, self.rows, |row, column| {
            let (row, column) = (row.max(column), row.min(column));
            self.triangle[row * (row + 1) / 2 + column].iter().sum()
        })
    }
}

/// Pixels to be added.
struct Added<'a> {
    triangle: &'a mut [[f64; WIDE]],
    vector: &'a mut [f64],
    rows: &'a [&'a [f64]],
    weight: &'a [f64],
    pull: &'a [f64],
}

impl Job for Added<'_> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let mut sums = self.triangle.iter_mut();
        for (number, (row, vector)) in self.rows.iter().zip(self.vector).enumerate() {
            let mut weighted = [0.0; LANES];
            for (into, (weight, value)) in weighted.iter_mut().zip(self.weight.iter().zip(*row)) {
                *into = weight * value;
            }
            let weighted = weighted.get(..self.weight.len()).unwrap_or_default();
            for other in &self.rows[..=number] {
                if let Some(sum) = sums.next() {
                    add_products::<FMA>(weighted, other, sum);
                }
            }
            let mut along = [0.0; WIDE];
            add_products::<FMA>(self.pull, row, &mut along);
            *vector += along.iter().sum::<f64>();
        }
    }
}

/// Adds a b over numbers of two rows, number by number to the parts of a sum.
#[inline(always)]
fn add_products<const FMA: bool>(a: &[f64], b: &[f64], sum: &mut [f64; WIDE]) {
    let (wide_a, wide_b) = (a.chunks_exact(WIDE), b.chunks_exact(WIDE));
    let rest = wide_a.remainder().iter().zip(wide_b.remainder());
    let mut parts = *sum;
    for (part, (a, b)) in parts.iter_mut().zip(rest) {
        *part = mul_add::<FMA>(*a, *b, *part);
    }
    for (a, b) in wide_a.zip(wide_b) {
        for lane in 0..WIDE {
            parts[lane] = mul_add::<FMA>(a[lane], b[lane], parts[lane]);
        }
    }
    *sum = parts;
}

/// Σ a b over numbers of two rows.
pub(super) fn product(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; WIDE];
    let (wide_a, wide_b) = (a.chunks_exact(WIDE), b.chunks_exact(WIDE));
    let rest: f64 = wide_a.remainder().iter().zip(wide_b.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in wide_a.zip(wide_b) {
        for lane in 0..WIDE {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + rest
}
