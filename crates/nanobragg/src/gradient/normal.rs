//! Normal equations: JᵀWJ and JᵀWr, without J.

use nalgebra::{DMatrix, DVector};

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
    /// The lower triangle, row by row.
    triangle: Vec<f64>,
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
            triangle: vec![0.0; rows * (rows + 1) / 2],
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
        let mut sums = self.triangle.iter_mut();
        for (number, row) in rows.iter().enumerate() {
            let mut weighted = [0.0; LANES];
            for (into, (weight, value)) in weighted.iter_mut().zip(weight[..count].iter().zip(*row)) {
                *into = weight * value;
            }
            for other in &rows[..=number] {
                if let Some(sum) = sums.next() {
                    *sum += product(&weighted[..count], other);
                }
            }
            self.vector[number] += product(&pull[..count], row);
        }
    }

    /// Adds what another one has summed.
    pub fn join(&mut self, other: &Gram) {
        let pairs = self.triangle.iter_mut().zip(&other.triangle);
        pairs.chain(self.vector.iter_mut().zip(&other.vector)).for_each(|(sum, more)| *sum += more);
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
            self.triangle[row * (row + 1) / 2 + column]
        })
    }
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
