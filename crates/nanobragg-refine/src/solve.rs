//! Normal equations with the boxes eliminated.

use nanobragg::nalgebra::{DMatrix, DVector, Matrix4};

use crate::evaluation::Evaluation;

/// Equations of the parameters alone.
pub(crate) struct Reduced {
    pub matrix: DMatrix<f64>,
    pub gradient: DVector<f64>,
    /// Of each box, the inverse of its own block.
    inverses: Vec<Matrix4<f64>>,
}

impl Reduced {
    /// The Schur complement of the boxes in the equations of `at`, with diagonals raised by the part `damping`. `None` where a box has no inverse.
    pub fn new(at: &Evaluation, damping: f64) -> Option<Self> {
        let mut matrix = at.matrix.clone();
        let mut gradient = at.gradient.clone();
        for number in 0..matrix.nrows() {
            matrix[(number, number)] *= 1.0 + damping;
        }
        let mut inverses = Vec::with_capacity(at.boxes.len());
        for part in &at.boxes {
            let mut own = part.matrix;
            for number in 0..4 {
                own[(number, number)] *= 1.0 + damping;
            }
            let inverse = own.try_inverse()?;
            // By columns of four: matrices of any size cost more than what they multiply.
            for (row, own) in part.cross.column_iter().enumerate() {
                let carried = inverse * own;
                gradient[row] -= carried.dot(&part.gradient);
                for (column, other) in part.cross.column_iter().enumerate() {
                    matrix[(row, column)] -= carried.dot(&other);
                }
            }
            inverses.push(inverse);
        }
        Some(Reduced { matrix, gradient, inverses })
    }

    /// The step of the parameters.
    pub fn step(&self) -> Option<DVector<f64>> {
        let scale = self.scale()?;
        let scaled = self.scaled(&scale);
        let rhs = DVector::from_fn(scale.len(), |row, _| -self.gradient[row] * scale[row]);
        let solved = scaled.cholesky()?.solve(&rhs);
        Some(solved.component_mul(&scale))
    }

    /// The inverse of the matrix.
    pub fn covariance(&self) -> Option<DMatrix<f64>> {
        let scale = self.scale()?;
        let mut inverse = self.scaled(&scale).cholesky()?.inverse();
        for row in 0..scale.len() {
            for column in 0..scale.len() {
                inverse[(row, column)] *= scale[row] * scale[column];
            }
        }
        Some(inverse)
    }

    /// The matrix with a diagonal of ones.
    pub fn scaled(&self, scale: &DVector<f64>) -> DMatrix<f64> {
        DMatrix::from_fn(scale.len(), scale.len(), |row, column| {
            self.matrix[(row, column)] * scale[row] * scale[column]
        })
    }

    fn scale(&self) -> Option<DVector<f64>> {
        let scale = self.matrix.diagonal().map(|x| 1.0 / x.sqrt());
        scale.iter().all(|x| x.is_finite()).then_some(scale)
    }

    /// What a step of the parameters, with the steps of the boxes that go with it, takes off the target if that is as curved as its Fisher matrix.
    pub fn gain(&self, at: &Evaluation, step: &DVector<f64>) -> f64 {
        let of_boxes = at.boxes.iter().zip(&self.inverses);
        let of_boxes: f64 = of_boxes.map(|(part, own)| part.gradient.dot(&(own * part.gradient))).sum();
        0.5 * (of_boxes - self.gradient.dot(step))
    }

    /// The steps of planes and scales of each box that go with a step of the parameters.
    pub fn box_steps(&self, at: &Evaluation, step: &DVector<f64>) -> Vec<[f64; 4]> {
        let of = |(part, inverse): (&crate::evaluation::BoxPart, &Matrix4<f64>)| {
            let along = &part.cross * step;
            let rhs = nanobragg::nalgebra::Vector4::from_fn(|row, _| part.gradient[row] + along[row]);
            let solved = inverse * rhs;
            [-solved[0], -solved[1], -solved[2], -solved[3]]
        };
        at.boxes.iter().zip(&self.inverses).map(of).collect()
    }

    /// Variance of the logarithm of a box's scale where the parameters are known.
    pub fn scale_variance(&self, number: usize) -> f64 {
        self.inverses.get(number).map_or(0.0, |inverse| inverse[(3, 3)])
    }

    /// How the logarithm of a box's scale goes with the parameters: less is what it moves by.
    pub fn scale_row(&self, at: &Evaluation, number: usize) -> DVector<f64> {
        let (Some(part), Some(inverse)) = (at.boxes.get(number), self.inverses.get(number)) else {
            return DVector::zeros(self.gradient.len());
        };
        (inverse.row(3) * &part.cross).transpose()
    }

    /// The steps of the parameters and of planes and scales of boxes where `pulls` are added to the gradients by the boxes' scales.
    /// `inverse` is that of the matrix.
    pub fn steps_with(
        &self,
        at: &Evaluation,
        inverse: &DMatrix<f64>,
        pulls: &[f64],
    ) -> (DVector<f64>, Vec<[f64; 4]>) {
        let mut gradient = self.gradient.clone();
        for (number, &pull) in pulls.iter().enumerate() {
            if pull != 0.0 {
                gradient.axpy(-pull, &self.scale_row(at, number), 1.0);
            }
        }
        let step = -inverse * gradient;
        let mut steps = self.box_steps(at, &step);
        for ((step, inverse), &pull) in steps.iter_mut().zip(&self.inverses).zip(pulls) {
            for (row, step) in step.iter_mut().enumerate() {
                *step -= inverse[(row, 3)] * pull;
            }
        }
        (step, steps)
    }

    /// H⁻¹ (Σ g gᵀ) H⁻¹ over boxes, g a box's gradient with its own numbers eliminated.
    pub fn sandwich(&self, at: &Evaluation, covariance: &DMatrix<f64>) -> DMatrix<f64> {
        let mut middle = DMatrix::zeros(covariance.nrows(), covariance.ncols());
        for (part, inverse) in at.boxes.iter().zip(&self.inverses) {
            let pull = &part.pull - part.cross.transpose() * (inverse * part.gradient);
            middle += &pull * pull.transpose();
        }
        covariance * middle * covariance
    }
}
