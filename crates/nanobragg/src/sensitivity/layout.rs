//! Which sensitivities are summed, and where each is.

use super::BENT;
use crate::plan::Plan;
use crate::shapes::{Coordinate, Metric};

/// How a spot's dependence on the number of cells is summed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CellSums {
    /// Derivatives by Na, Nb, Nc.
    Direct,
    /// Sums of T, T δ_a², T δ_b², T δ_c², T what a term adds.
    Squares,
    /// The same, and those of T δ_a δ_b, T δ_a δ_c, T δ_b δ_c.
    Form,
}

impl CellSums {
    /// How they are summed for the shape of `plan`.
    pub fn of(plan: &Plan) -> Self {
        match plan.crystal.shape.shape.coordinate() {
            Coordinate::Rows | Coordinate::Ball { .. } => CellSums::Direct,
            Coordinate::Star { metric: Metric::Cells, .. } => CellSums::Squares,
            Coordinate::Star { .. } => CellSums::Form,
        }
    }

    pub(crate) fn rows(self) -> usize {
        match self {
            CellSums::Direct => 3,
            CellSums::Squares => 4,
            CellSums::Form => 7,
        }
    }
}

/// The groups of sensitivities that parameters need.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Groups {
    /// By the nine components of the lattice at rest.
    pub lattice: bool,
    /// By a shift and a rotation of the detector, or by the numbers of a curved one.
    pub position: bool,
    /// By a rotation of the beam.
    pub beam: bool,
    /// By the logarithm of the wavelength.
    pub wavelength: bool,
    /// By the number of cells, and by the metric that distances from a node have.
    pub cells: bool,
    /// By the mosaic spread.
    pub mosaic: bool,
    /// By the spindle angle, and by the angle from step to step.
    pub phi: bool,
    /// By a rotation of the spindle.
    pub spindle: bool,
    /// By the B factor.
    pub damping: bool,
    /// By a factor on the water.
    pub water: bool,
    /// By weights of sources: their numbers.
    pub weights: Vec<usize>,
    /// By structure factors: their nodes.
    pub nodes: Vec<[i32; 3]>,
    /// By all structure factors of the table. They are no rows: a pixel depends on few of them.
    pub table: bool,
}

/// Where a group's rows begin among those of a pixel.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// The groups.
    pub groups: Groups,
    /// How the group of cells is summed.
    pub cell_sums: CellSums,
    /// Whether the detector is curved: no rigid motion then, but derivatives by all that a panel is computed from.
    pub(crate) curved: bool,
}

impl Layout {
    /// The layout of `groups` for `plan`. On a curved detector derivatives by the beam come with those by the position: the
    /// polarization factor is differentiated by the point of the panel.
    pub fn new(plan: &Plan, mut groups: Groups) -> Self {
        let curved = plan.detector.curved;
        groups.position |= groups.beam && curved;
        Layout { groups, cell_sums: CellSums::of(plan), curved }
    }

    /// First row of each group, in the order of their fields, and the number of rows.
    pub fn starts(&self) -> Starts {
        let Groups {
            lattice,
            position,
            beam,
            wavelength,
            cells,
            mosaic,
            phi,
            spindle,
            damping,
            water,
            weights,
            nodes,
            table: _,
        } = &self.groups;
        let mut next = 0;
        let mut take = |rows: usize| {
            let start = next;
            next += rows;
            start
        };
        let mut group = |on: bool, rows: usize| take(if on { rows } else { 0 });
        Starts {
            lattice: group(*lattice, 9),
            position: group(*position, if self.curved { BENT } else { 6 }),
            beam: group(*beam, 3),
            wavelength: group(*wavelength, 1),
            cells: group(*cells, self.cell_sums.rows()),
            mosaic: group(*mosaic, 1),
            phi: group(*phi, 2),
            spindle: group(*spindle, 3),
            damping: group(*damping, 1),
            water: group(*water, 1),
            weights: group(true, weights.len()),
            nodes: group(true, nodes.len()),
            end: take(0),
        }
    }

    /// Rows of a pixel.
    pub fn rows(&self) -> usize {
        self.starts().end
    }
}

/// The first row of each group; of one that is not summed, that of the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Starts {
    /// Of [`Groups::lattice`].
    pub lattice: usize,
    /// Of [`Groups::position`].
    pub position: usize,
    /// Of [`Groups::beam`].
    pub beam: usize,
    /// Of [`Groups::wavelength`].
    pub wavelength: usize,
    /// Of [`Groups::cells`].
    pub cells: usize,
    /// Of [`Groups::mosaic`].
    pub mosaic: usize,
    /// Of [`Groups::phi`].
    pub phi: usize,
    /// Of [`Groups::spindle`].
    pub spindle: usize,
    /// Of [`Groups::damping`].
    pub damping: usize,
    /// Of [`Groups::water`].
    pub water: usize,
    /// Of [`Groups::weights`].
    pub weights: usize,
    /// Of [`Groups::nodes`].
    pub nodes: usize,
    /// Rows of a pixel.
    pub end: usize,
}
