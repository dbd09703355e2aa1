//! The numbers of a cell that the symmetry of its lattice leaves free.

use nalgebra::{Matrix3, RowVector3};

use crate::plan::place::CellParameters;

/// What lengths and products may differ by where symmetry makes them equal, relative to the edges.
const SAME: f64 = 1e-5;
/// What vanishes in equations between relative changes.
const NOTHING: f64 = 1e-4;

/// Six changes: of the edges, in Å, and of the angles, in radians.
pub(super) type Direction = [f64; 6];

/// How the cell changes with each of a, b, c, α, β, γ where it keeps the symmetry of its lattice: the number itself by 1, and
/// those that follow it; `None` for a number that is fixed, or follows one before it.
///
/// The metric tensor is left as it is by whole-number matrices, the symmetry of the lattice; so is each change of it that keeps the
/// symmetry. Setting and crystal system do not matter.
pub(super) fn free(cell: &CellParameters) -> [Option<Direction>; 6] {
    let metric = Metric::of(cell);
    let mut equations = Vec::new();
    for symmetry in metric.symmetries() {
        for i in 0..3 {
            for j in i..3 {
                equations.push(std::array::from_fn(|number| {
                    let change = metric.change(number);
                    let turned = symmetry * change * symmetry.transpose();
                    (turned[(i, j)] - change[(i, j)]) / (metric.edges[i] * metric.edges[j])
                }));
            }
        }
    }
    let relative = null_space(equations);
    // From changes of logarithms of edges to edges.
    let unit = |number: usize| metric.edges.get(number).copied().unwrap_or(1.0);
    std::array::from_fn(|number| {
        let own = relative[number].as_ref()?;
        Some(std::array::from_fn(|other| own[other] * unit(other) / unit(number)))
    })
}

/// `cell` with exactly the symmetry that the lattice of `like` has: the mean of its metric tensor over that symmetry. A cell that has been
/// moved along what symmetry leaves free ([`Parameter::moves`](super::Parameter::moves)) keeps it to the first order only.
///
/// ```
/// use nanobragg::gradient::symmetrized;
/// use nanobragg::plan::place::CellParameters;
///
/// let right = [std::f64::consts::FRAC_PI_2; 3];
/// let tetragonal = CellParameters { edges: [79.0, 79.0, 38.0], angles: right };
/// let off = CellParameters { edges: [79.1, 79.3, 38.0], angles: right };
/// let found = symmetrized(&off, &tetragonal);
/// assert!((found.edges[0] - found.edges[1]).abs() < 1e-9 && (found.edges[0] - 79.2).abs() < 1e-3);
/// ```
pub fn symmetrized(cell: &CellParameters, like: &CellParameters) -> CellParameters {
    let symmetries = Metric::of(like).symmetries();
    let tensor = Metric::of(cell).tensor;
    let sum: Matrix3<f64> = symmetries.iter().map(|symmetry| symmetry * tensor * symmetry.transpose()).sum();
    let mean = sum / symmetries.len().max(1) as f64;
    let edges = [0, 1, 2].map(|axis| mean[(axis, axis)].sqrt());
    let angle = |[i, j]: [usize; 2]| (mean[(i, j)] / (edges[i] * edges[j])).clamp(-1.0, 1.0).acos();
    CellParameters { edges, angles: BETWEEN.map(angle) }
}

struct Metric {
    edges: [f64; 3],
    angles: [f64; 3],
    tensor: Matrix3<f64>,
}

/// The edges that an angle lies between.
const BETWEEN: [[usize; 2]; 3] = [[1, 2], [0, 2], [0, 1]];

impl Metric {
    fn of(cell: &CellParameters) -> Self {
        let CellParameters { edges, angles } = *cell;
        let mut tensor = Matrix3::from_diagonal(&edges.map(|edge| edge * edge).into());
        for ([i, j], angle) in BETWEEN.into_iter().zip(angles) {
            tensor[(i, j)] = edges[i] * edges[j] * angle.cos();
            tensor[(j, i)] = tensor[(i, j)];
        }
        Metric { edges, angles, tensor }
    }

    /// How the tensor changes with the logarithm of an edge, or with an angle.
    fn change(&self, number: usize) -> Matrix3<f64> {
        if number < 3 {
            return Matrix3::from_fn(|i, j| {
                let times = f64::from(u8::from(i == number)) + f64::from(u8::from(j == number));
                times * self.tensor[(i, j)]
            });
        }
        let mut change = Matrix3::zeros();
        let [i, j] = BETWEEN[number - 3];
        change[(i, j)] = -self.edges[i] * self.edges[j] * self.angles[number - 3].sin();
        change[(j, i)] = change[(i, j)];
        change
    }

    /// The whole-number matrices that leave it as it is.
    fn symmetries(&self) -> Vec<Matrix3<f64>> {
        let range = || (-2..=2).map(f64::from);
        let vectors: Vec<_> = range()
            .flat_map(|x| range().flat_map(move |y| range().map(move |z| RowVector3::new(x, y, z))))
            .collect();
        let same = |found: f64, i: usize, j: usize| {
            (found - self.tensor[(i, j)]).abs() <= SAME * self.edges[i] * self.edges[j]
        };
        let product = |a: &RowVector3<f64>, b: &RowVector3<f64>| (a * self.tensor).dot(b);
        let images =
            [0, 1, 2].map(|i| vectors.iter().filter(|v| same(product(v, v), i, i)).collect::<Vec<_>>());
        let mut all = Vec::new();
        for a in &images[0] {
            for b in images[1].iter().filter(|b| same(product(a, b), 0, 1)) {
                let fits = |c: &&&RowVector3<f64>| same(product(a, c), 0, 2) && same(product(b, c), 1, 2);
                all.extend(images[2].iter().filter(fits).map(|c| Matrix3::from_rows(&[**a, **b, **c])));
            }
        }
        all
    }
}

/// The solutions of equations that all vanish: of each number that is free, the one in which it is 1 and the other free ones are 0.
/// Where one of several may be free it is the first.
fn null_space(mut equations: Vec<Direction>) -> [Option<Direction>; 6] {
    let mut pivots = [None; 6];
    let mut done = 0;
    // Later numbers follow earlier ones.
    for number in (0..6).rev() {
        let largest = (done..equations.len())
            .max_by(|&one, &other| equations[one][number].abs().total_cmp(&equations[other][number].abs()));
        let Some(largest) = largest.filter(|&row| equations[row][number].abs() > NOTHING) else { continue };
        equations.swap(done, largest);
        let pivot = equations[done].map(|x| x / equations[done][number]);
        for (row, equation) in equations.iter_mut().enumerate() {
            let factor = equation[number];
            if row == done {
                *equation = pivot;
            } else {
                equation.iter_mut().zip(pivot).for_each(|(x, by)| *x -= factor * by);
            }
        }
        pivots[number] = Some(done);
        done += 1;
    }
    std::array::from_fn(|free| {
        if pivots[free].is_some() {
            return None;
        }
        let follows = |number: usize| pivots[number].map_or(0.0, |row: usize| -equations[row][free]);
        Some(std::array::from_fn(|number| if number == free { 1.0 } else { follows(number) }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(edges: [f64; 3], degrees: [f64; 3]) -> Vec<(usize, Direction)> {
        let cell = CellParameters { edges, angles: degrees.map(f64::to_radians) };
        free(&cell).into_iter().enumerate().filter_map(|(at, found)| Some((at, found?))).collect()
    }

    fn close(found: &[(usize, Direction)], expected: &[(usize, Direction)]) -> bool {
        let pairs = || found.iter().zip(expected);
        let near = |a: &Direction, b: &Direction| a.iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        found.len() == expected.len() && pairs().all(|((i, a), (j, b))| i == j && near(a, b))
    }

    #[test]
    fn every_crystal_system_has_its_free_numbers() {
        let unit =
            |at: usize| -> Direction { std::array::from_fn(|number| if number == at { 1.0 } else { 0.0 }) };
        let together = |members: &[usize]| -> Direction {
            std::array::from_fn(|number| if members.contains(&number) { 1.0 } else { 0.0 })
        };
        let cubic = of([78.0; 3], [90.0; 3]);
        assert!(close(&cubic, &[(0, together(&[0, 1, 2]))]), "{cubic:?}");
        let tetragonal = of([78.0, 78.0, 37.0], [90.0; 3]);
        assert!(close(&tetragonal, &[(0, together(&[0, 1])), (2, unit(2))]), "{tetragonal:?}");
        let turned = of([37.0, 78.0, 78.0], [90.0; 3]);
        assert!(close(&turned, &[(0, unit(0)), (1, together(&[1, 2]))]), "{turned:?}");
        let hexagonal = of([60.0, 60.0, 90.0], [90.0, 90.0, 120.0]);
        assert!(close(&hexagonal, &[(0, together(&[0, 1])), (2, unit(2))]), "{hexagonal:?}");
        let rhombohedral = of([60.0; 3], [75.0; 3]);
        assert!(
            close(&rhombohedral, &[(0, together(&[0, 1, 2])), (3, together(&[3, 4, 5]))]),
            "{rhombohedral:?}"
        );
        let orthorhombic = of([50.0, 60.0, 70.0], [90.0; 3]);
        assert!(close(&orthorhombic, &[0, 1, 2].map(|at| (at, unit(at)))), "{orthorhombic:?}");
        for angle in [3, 4, 5] {
            let mut angles = [90.0; 3];
            angles[angle - 3] = 104.0;
            let monoclinic = of([50.0, 60.0, 70.0], angles);
            assert!(close(&monoclinic, &[0, 1, 2, angle].map(|at| (at, unit(at)))), "{monoclinic:?}");
        }
        assert_eq!(of([50.0, 60.0, 70.0], [80.0, 85.0, 95.0]).len(), 6);
    }

    #[test]
    fn the_primitive_cell_of_a_centered_lattice_keeps_its_symmetry() {
        // Half the diagonals of the faces of a tetragonal body-centered lattice: one length and two angles that belong together.
        let body = |edge: f64, height: f64| {
            let vectors = [[-edge, edge, height], [edge, -edge, height], [edge, edge, -height]]
                .map(|v| nalgebra::Vector3::from(v) / 2.0);
            let angle = |i: usize, j: usize| {
                let (a, b): (&nalgebra::Vector3<f64>, _) = (&vectors[i], &vectors[j]);
                a.angle(b)
            };
            CellParameters {
                edges: [0, 1, 2].map(|i: usize| vectors[i].norm()),
                angles: [angle(1, 2), angle(0, 2), angle(0, 1)],
            }
        };
        let (edge, height, step) = (60.0, 85.0, 1e-5);
        let (cell, taller) = (body(edge, height), body(edge, height + step));
        let found: Vec<Direction> = free(&cell).into_iter().flatten().collect();
        assert_eq!(found.len(), 2);
        let numbers = |cell: &CellParameters| [cell.edges, cell.angles].concat();
        let moved: Vec<f64> = numbers(&taller)
            .iter()
            .zip(numbers(&cell))
            .map(|(after, before)| (after - before) / step)
            .collect();
        // Symmetry is kept exactly, however far the cell has moved.
        let much_taller = body(edge, height + 3.0);
        let mut tangent = cell;
        tangent.edges[0] += 0.4;
        tangent.angles[1] += 0.01;
        for moved in [&much_taller, &tangent] {
            let kept = symmetrized(moved, &cell);
            let [alpha, beta, gamma] = kept.angles;
            assert!(
                (kept.edges[0] - kept.edges[1]).abs() < 1e-9 && (kept.edges[1] - kept.edges[2]).abs() < 1e-9
            );
            assert!(
                (alpha - beta).abs() < 1e-12 && (alpha.cos() + beta.cos() + gamma.cos() + 1.0).abs() < 1e-12
            );
        }
        let same = symmetrized(&much_taller, &cell);
        assert!((same.edges[0] - much_taller.edges[0]).abs() < 1e-9);
        // The change of the lattice's height is one of these.
        let names: Vec<usize> =
            free(&cell).iter().enumerate().filter(|(_, own)| own.is_some()).map(|(at, _)| at).collect();
        for (number, moved_by) in moved.iter().enumerate() {
            let combined: f64 = found.iter().zip(&names).map(|(own, &name)| own[number] * moved[name]).sum();
            assert!((combined - moved_by).abs() < 1e-6, "{number}: {combined} {moved_by}");
        }
    }
}
