//! What derivatives sum on a device, and what it has none of.
//!
//! The rows of a pixel are those of the library's [`Layout`], behind its photons. Only the group of the lattice is summed in
//! another basis: by h, from which the lattice at rest makes Rᵀq.

use std::fmt::Write;

use nanobragg::backend::Unsupported;
use nanobragg::nalgebra::Vector3;
use nanobragg::plan::{Interpolation, Plan};
use nanobragg::sensitivity::{CellSums, Layout, Starts, Turned};

use crate::Precision;

/// Numbers of a source and of an orientation that derivatives know, as in `shader/slopes/pixel.wgsl`.
pub(crate) const PER_SOURCE: usize = 2;
pub(crate) const PER_ORIENTATION: usize = 16;

/// Structure factors that are taken at once, at most: their sums stay in registers.
const MOST_NODES: usize = 16;

/// Structure factors of a table on which a pixel may depend on a device, where derivatives by all are wanted; the CPU takes pixels
/// with more.
pub(crate) const MOST_PLACES: usize = 32;

/// Places of a table that single precision counts.
const MOST_COUNTED: usize = 1 << 24;

/// What is summed: constants of a shader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SlopeSums {
    starts: Starts,
    lattice: bool,
    position: bool,
    /// Whether the position is that of a curved detector.
    bends: bool,
    beam: bool,
    wavelength: bool,
    cells: Option<CellSums>,
    mosaic: bool,
    phi: bool,
    spindle: bool,
    damping: bool,
    water: bool,
    weights: bool,
    nodes: usize,
    /// Whether the derivatives by all structure factors are listed.
    table: bool,
    /// Whether pixels are listed one by one.
    listed: bool,
}

impl SlopeSums {
    /// What is summed for `layout`.
    ///
    /// # Errors
    /// [`Unsupported::NoDerivatives`] and [`Unsupported::RunningSumFactors`].
    pub fn new(
        plan: &Plan,
        layout: &Layout,
        listed: bool,
        precision: Precision,
    ) -> Result<Self, Unsupported> {
        let groups = &layout.groups;
        let refused = |what| Err(Unsupported::NoDerivatives(what));
        if plan.factors.depend_on_order() {
            return Err(Unsupported::RunningSumFactors);
        }
        if matches!(plan.interpolation, Interpolation::UntilUnsafeIn(_)) {
            return refused("of structure factors that are interpolated up to some pixel");
        }
        let entries = plan.structure_factors.padded().map_or(1, |grid| grid.values.len());
        if groups.table && entries > MOST_COUNTED && precision == Precision::Single {
            return refused("by all of more than 2^24 structure factors in single precision");
        }
        if groups.nodes.len() > MOST_NODES {
            return refused("by more than 16 structure factors at once");
        }
        Ok(SlopeSums {
            starts: layout.starts(),
            lattice: groups.lattice,
            position: groups.position,
            bends: groups.position && plan.detector.curved,
            beam: groups.beam,
            wavelength: groups.wavelength,
            cells: groups.cells.then_some(layout.cell_sums),
            mosaic: groups.mosaic,
            phi: groups.phi,
            spindle: groups.spindle,
            damping: groups.damping,
            water: groups.water,
            weights: !groups.weights.is_empty(),
            nodes: groups.nodes.len(),
            table: groups.table,
            listed,
        })
    }

    /// Numbers of a pixel: its photons, its rows, and its list of structure factors.
    pub fn numbers(&self) -> usize {
        let listed = if self.table { 2 * MOST_PLACES + 1 } else { 0 };
        1 + self.starts.end + listed
    }

    /// Whether orientations have axes that they turn about.
    fn turns(&self) -> bool {
        self.mosaic || self.phi || self.spindle
    }

    /// The constants in WGSL.
    pub fn constants(&self) -> String {
        let cells = match self.cells {
            None => "NONE",
            Some(CellSums::Direct) => "DIRECT",
            Some(CellSums::Squares) => "SQUARES",
            Some(CellSums::Form) => "FORM",
        };
        let mut text = format!(
            "const CELLS_NONE = 0u;\nconst CELLS_DIRECT = 1u;\nconst CELLS_SQUARES = 2u;\nconst CELLS_FORM = 3u;\n\
             const SUMS_CELLS = CELLS_{cells};\nconst LISTED = {};\nconst BENDS = {};\nconst SUMS_WEIGHTS = {};\n\
             const ROWS = {}u;\n",
            self.listed,
            self.bends,
            self.weights,
            self.numbers()
        );
        let starts = &self.starts;
        for (name, on, first) in [
            ("LATTICE", self.lattice, starts.lattice),
            ("POSITION", self.position, starts.position),
            ("BEAM", self.beam, starts.beam),
            ("WAVELENGTH", self.wavelength, starts.wavelength),
            ("MOSAIC", self.mosaic, starts.mosaic),
            ("PHI", self.phi, starts.phi),
            ("SPINDLE", self.spindle, starts.spindle),
            ("DAMPING", self.damping, starts.damping),
            ("WATER", self.water, starts.water),
        ] {
            let _ = write!(text, "const SUMS_{name} = {on};\nconst FIRST_{name} = {}u;\n", 1 + first);
        }
        let _ = writeln!(text, "const FIRST_CELLS = {}u;", 1 + starts.cells);
        let (nodes, first) = (self.nodes, 1 + starts.nodes);
        let _ = writeln!(text, "const SUMS_NODES = {nodes}u;\nconst NODES = {}u;", nodes.max(1));
        let _ = writeln!(text, "const FIRST_NODES = {first}u;");
        let most = if self.table { MOST_PLACES } else { 0 };
        let table = 1 + self.starts.end;
        let _ = writeln!(text, "const SUMS_TABLE = {};\nconst MOST_PLACES = {most}u;", self.table);
        let _ = writeln!(text, "const FIRST_TABLE = {table}u;\nconst FIRST_PLACES = {}u;", table + most);
        let _ = writeln!(text, "const NODE_COUNT = {}u;", table + 2 * most);
        text
    }

    /// What the shader knows of sources, of nodes, and of the orientations of `range`.
    pub fn turned(&self, plan: &Plan, layout: &Layout, range: std::ops::Range<usize>) -> Vec<f64> {
        let mut numbers = Vec::with_capacity(PER_SOURCE * plan.sources.len() + PER_ORIENTATION * range.len());
        for source in 0..plan.sources.len() {
            let weight = layout.groups.weights.iter().position(|&number| number == source);
            numbers.push(f64::from(u8::from(plan.follows_wavelength(source))));
            numbers.push(weight.map_or(-1.0, |place| (1 + self.starts.weights + place) as f64));
        }
        numbers.extend(layout.groups.nodes.iter().flatten().map(|&index| f64::from(index)));
        if self.turns() {
            for turned in Turned::all(plan).get(range).unwrap_or_default() {
                numbers.extend(turned.spread.iter().chain(&turned.spindle));
                numbers.push(turned.steps);
                numbers.extend(turned.spindle_torque.transpose().iter());
            }
        }
        numbers
    }
}

/// From the numbers of a device to those of the library.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Conversion {
    starts: Starts,
    lattice: bool,
    damping: bool,
    table: bool,
    /// Photons of a sum of 1.
    scale: f64,
    /// Square of the unit of scattering vectors, 1/m².
    scattering_sqr: f64,
    /// Unit of structure factors.
    f_cell: f64,
    /// a*, b*, c* of the lattice at rest, 1/m.
    stars: [Vector3<f64>; 3],
}

impl Conversion {
    /// `scale`: photons of a sum of 1; `scattering`: the unit of scattering vectors, 1/m; `f_cell`: that of structure
    /// factors.
    pub fn new(plan: &Plan, sums: &SlopeSums, scale: f64, scattering: f64, f_cell: f64) -> Self {
        let [a, b, c] = plan.crystal.lattice.vectors;
        let volume = a.dot(&b.cross(&c));
        Conversion {
            starts: sums.starts,
            lattice: sums.lattice,
            damping: sums.damping,
            table: sums.table,
            scale,
            scattering_sqr: scattering * scattering,
            f_cell,
            stars: [b.cross(&c), c.cross(&a), a.cross(&b)].map(|v| v / volume),
        }
    }

    /// Numbers of a pixel: its photons and its rows.
    pub fn numbers(&self) -> usize {
        1 + self.starts.end
    }

    /// Structure factors in the list of a pixel, of which `number` gives the numbers of the device.
    fn listed(&self, number: impl Fn(usize) -> f64) -> usize {
        if self.table { number(self.numbers() + 2 * MOST_PLACES) as usize } else { 0 }
    }

    /// Whether pixels list the structure factors that they depend on.
    pub fn lists(&self) -> bool {
        self.table
    }

    /// Whether a pixel depends on more structure factors than its list has room for.
    pub fn is_crowded(&self, number: impl Fn(usize) -> f64) -> bool {
        self.listed(number) > MOST_PLACES
    }

    /// The places of the structure factors in the list of a pixel, and photons per electron.
    pub fn amplitudes(&self, number: impl Fn(usize) -> f64) -> impl Iterator<Item = (u32, f64)> {
        let first = self.numbers();
        let count = self.listed(&number).min(MOST_PLACES);
        let one = move |at: usize| {
            let place = number(first + MOST_PLACES + at) as u32;
            (place, number(first + at) * self.scale / self.f_cell)
        };
        (0..count).map(one)
    }

    /// Makes photons and sensitivities of a pixel's numbers.
    pub fn apply(&self, numbers: &mut [f64]) {
        numbers.iter_mut().for_each(|number| *number *= self.scale);
        let Some(rows) = numbers.get_mut(1..) else { return };
        if self.damping
            && let Some(row) = rows.get_mut(self.starts.damping)
        {
            *row *= self.scattering_sqr;
        }
        if let Some(nodes) = rows.get_mut(self.starts.nodes..) {
            nodes.iter_mut().for_each(|by_f| *by_f /= self.f_cell);
        }
        if self.lattice
            && let Some(rows) = rows.get_mut(self.starts.lattice..self.starts.lattice + 9)
        {
            // Σ g ⊗ h is Σ g ⊗ Rᵀq times the transposed lattice at rest.
            let [a, b, c] = &self.stars;
            for row in rows.chunks_exact_mut(3) {
                let by_q = a * row[0] + b * row[1] + c * row[2];
                row.copy_from_slice(by_q.as_slice());
            }
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use nanobragg::model::{Experiment, Shape, UnitCell};
    use nanobragg::sensitivity::Groups;

    use super::*;

    fn plan(shape: Shape) -> Plan {
        let cell = UnitCell::new(70.0, 80.0, 90.0, 75.0, 85.0, 95.0).unwrap();
        let mut experiment = Experiment::uniform(cell, 100.0);
        experiment.crystal = experiment.crystal.with_shape(shape);
        experiment.plan().unwrap()
    }

    /// All that can be summed for a shape, and nothing.
    pub fn samples(shape: Shape) -> [SlopeSums; 2] {
        [true, false].map(|on| {
            let groups = Groups {
                lattice: on,
                position: on,
                beam: on,
                wavelength: on,
                cells: on,
                mosaic: on,
                phi: on,
                spindle: on,
                damping: on,
                water: on,
                weights: if on { vec![0] } else { Vec::new() },
                nodes: if on { vec![[1, 2, 3], [0, 1, 2]] } else { Vec::new() },
                table: on,
            };
            let plan = plan(shape);
            SlopeSums::new(&plan, &Layout::new(&plan, groups), !on, Precision::Double).unwrap()
        })
    }

    #[test]
    fn the_lattice_at_rest_takes_indices_back_to_scattering_vectors() {
        let plan = plan(Shape::default());
        let layout = Layout::new(&plan, Groups { lattice: true, damping: true, ..Groups::default() });
        let sums = SlopeSums::new(&plan, &layout, false, Precision::Double).unwrap();
        let conversion = Conversion::new(&plan, &sums, 3.0, 1e10, 1.0);
        let q = Vector3::new(1e9, -2e9, 5e8);
        let h = plan.crystal.lattice.vectors.map(|v| v.dot(&q));
        let mut numbers = vec![1.0];
        for g in [1.0, 2.0, -4.0] {
            numbers.extend(h.map(|h| g * h));
        }
        numbers.push(0.5);
        conversion.apply(&mut numbers);
        assert_eq!((numbers[0], numbers[10]), (3.0, 1.5e20));
        for (row, g) in numbers[1..10].chunks_exact(3).zip([1.0, 2.0, -4.0]) {
            let off = Vector3::from_column_slice(row) - q * (3.0 * g);
            assert!(off.norm() < 1e-12 * q.norm(), "{row:?}");
        }
    }
}
