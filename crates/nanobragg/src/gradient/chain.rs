//! From sensitivities to parameters: how each of them depends on the parameters, in dual numbers.

use nalgebra::{DMatrix, Matrix3, Vector3};
use num_dual::Dual64;

use super::Parameter;
use crate::physics::geometry::Panel;
use crate::physics::rotation::about_xyz;
use crate::plan::{Parameters, Plan};
use crate::sensitivity::{BENT, CellSums, Layout, Starts};
use crate::shapes::Coordinate;

/// Derivatives of pixels as linear combinations of their photons and of their rows.
pub(super) struct Chain {
    /// Parameters × (photons, rows), each per unit of the parameter.
    pub matrix: DMatrix<f64>,
}

impl Chain {
    pub fn new(plan: &Plan, layout: &Layout, parameters: &[Parameter]) -> Self {
        let starts = layout.starts();
        let mut matrix = DMatrix::zeros(parameters.len(), 1 + starts.end);
        for (number, &parameter) in parameters.iter().enumerate() {
            let mut row = vec![0.0; 1 + starts.end];
            fill(plan, layout, &starts, parameter, &mut row);
            for (column, value) in row.into_iter().enumerate() {
                matrix[(number, column)] = value * parameter.unit_in_parameters();
            }
        }
        Chain { matrix }
    }
}

/// The derivative of what the sensitivities are by, by one parameter.
fn fill(plan: &Plan, layout: &Layout, starts: &Starts, parameter: Parameter, row: &mut [f64]) {
    let Some((photons, rows)) = row.split_first_mut() else { return };
    match parameter {
        Parameter::SourceWeight(number) => {
            if let Some(place) = layout.groups.weights.iter().position(|&known| known == number) {
                rows[starts.weights + place] = 1.0;
            }
            return;
        }
        Parameter::Amplitude(node) => {
            if let Some(place) = layout.groups.nodes.iter().position(|&known| known == node) {
                rows[starts.nodes + place] = 1.0;
            }
            return;
        }
        _ => {}
    }
    let mut moved = plan.parameters().cast::<Dual64>();
    for (own, by) in parameter.moves(plan.parameters()) {
        if let Some(number) = own.of(&mut moved) {
            number.eps = by;
        }
    }
    let groups = &layout.groups;
    let place = |rows: &mut [f64], start: usize, values: &[f64]| {
        for (into, value) in rows.iter_mut().skip(start).zip(values) {
            *into = *value;
        }
    };
    *photons = relative(moved.fluence * moved.scale);
    let lattice = plan.placed_lattice(&moved);
    if groups.lattice {
        let slopes: Vec<f64> = lattice.vectors.iter().flat_map(|v| v.iter().map(|x| x.eps * 1e-10)).collect();
        place(rows, starts.lattice, &slopes);
    }
    if groups.position {
        let panel = plan.placed_panel(&moved);
        if layout.curved {
            let slopes = curved_slopes(&panel);
            place(rows, starts.position, &slopes);
        } else {
            let spin = spin(&[panel.fdet, panel.sdet, panel.odet]);
            let (origin, by) = (panel.pix0.map(|x| x.re), panel.pix0.map(|x| x.eps));
            let shift = by - spin.cross(&origin);
            place(rows, starts.position, shift.as_slice());
            place(rows, starts.position + 3, spin.as_slice());
        }
    }
    if groups.beam {
        place(rows, starts.beam, turned_spin(moved.beam).as_slice());
    }
    if groups.wavelength {
        place(rows, starts.wavelength, &[relative(moved.wavelength)]);
    }
    if groups.cells {
        cells(plan, layout, &moved, &lattice.reciprocal, &mut rows[starts.cells..]);
    }
    if groups.mosaic {
        place(rows, starts.mosaic, &[moved.spread.eps]);
    }
    if groups.phi {
        place(rows, starts.phi, &[moved.rotation.start.eps, moved.rotation.step.eps]);
    }
    if groups.spindle {
        place(rows, starts.spindle, turned_spin(moved.rotation.spindle).as_slice());
    }
    if groups.damping {
        place(rows, starts.damping, &[moved.b_factor.eps]);
    }
    if groups.water {
        rows[starts.water] += relative(moved.water);
    }
}

/// What the number of cells and the metric of distances do.
fn cells(
    plan: &Plan,
    layout: &Layout,
    moved: &Parameters<Dual64>,
    reciprocal: &[Vector3<Dual64>; 3],
    rows_of_cells: &mut [f64],
) {
    let Coordinate::Star { metric, radius_sqr } = plan.crystal.shape.shape.coordinate() else {
        for (into, cells) in rows_of_cells.iter_mut().zip(moved.cells) {
            *into = cells.eps;
        }
        return;
    };
    // T = (Na Nb Nc)² exp(-δ Γ δ): by Γ it changes by -δ δ, by the number of cells by 2 / N.
    let peak: f64 = moved.cells.iter().map(|&cells| 2.0 * relative(cells)).sum();
    let star = metric.star(&moved.cells, reciprocal);
    let [f, g, h] = star.factors;
    let scale = f * f * g * g * h * h * (2.0 / radius_sqr * plan.crystal.shape.fudge);
    let form = |one: usize, other: usize| (star.vectors[one].dot(&star.vectors[other]) * scale).eps;
    rows_of_cells[0] = peak;
    for axis in 0..3 {
        rows_of_cells[1 + axis] = -form(axis, axis);
    }
    if layout.cell_sums == CellSums::Form {
        for (into, [one, other]) in rows_of_cells[4..].iter_mut().zip([[0, 1], [0, 2], [1, 2]]) {
            *into = -2.0 * form(one, other);
        }
    }
}

/// What a curved panel changes by: the order of [`BentSlopes`](crate::sensitivity::BentSlopes).
fn curved_slopes(panel: &Panel<Dual64>) -> [f64; BENT] {
    let vectors = [panel.beam, panel.fdet, panel.sdet, panel.odet, panel.pix0];
    let mut slopes = [0.0; BENT];
    let numbers =
        vectors.iter().flat_map(|v| v.iter().copied()).chain([panel.distance, panel.close_distance]);
    slopes.iter_mut().zip(numbers).for_each(|(into, number)| *into = number.eps);
    slopes
}

/// The derivative of a logarithm.
fn relative(x: Dual64) -> f64 {
    if x.eps == 0.0 { 0.0 } else { x.eps / x.re }
}

/// The rotation vector by which a frame turns: ω with u' = ω × u, of vectors in any directions.
fn spin(frame: &[Vector3<Dual64>; 3]) -> Vector3<f64> {
    let (mut tensor, mut torque) = (Matrix3::zeros(), Vector3::zeros());
    for v in frame {
        let (at, by) = (v.map(|x| x.re), v.map(|x| x.eps));
        tensor += Matrix3::identity() * at.norm_squared() - at * at.transpose();
        torque += at.cross(&by);
    }
    tensor.try_inverse().map_or_else(Vector3::zeros, |inverse| inverse * torque)
}

/// The same of the rotation by `angles`.
fn turned_spin(angles: [Dual64; 3]) -> Vector3<f64> {
    let axes = [Vector3::x(), Vector3::y(), Vector3::z()];
    spin(&axes.map(|v| about_xyz(&v, angles)))
}
