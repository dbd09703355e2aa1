//! Shapes of rows in single precision, with the fringes' phases as whole numbers.
//!
//! An index h is computed in double precision and kept as its whole part and its fraction in units of 2⁻³² turns,
//! a 32-bit integer. Integer arithmetic wraps at a whole turn, so that N δ modulo 1, which single precision would
//! lose for large N, is one exact multiplication: p = N t modulo 2³². Only the sines of t and p are narrowed. The
//! error of a phase is N 2⁻³³ turns whatever h; it bounds the number of cells, [`MOST_CELLS`].

use std::marker::PhantomData;

use crate::formula::Single;
use crate::formula::double::mul_add;
use crate::nest::Sink;
use crate::nest::block::{Amplitudes, LANES, Lanes, Scattered, Scratch, Table, Terms, quick_index};
use crate::physics::lattice::RealLattice;
use crate::plan::Plan;
use crate::shapes::RowFormulas;

/// Cells along an axis up to which a phase is good to 1.2e-6 turns, which is 4e-6 of a spot's maximum.
pub(super) const MOST_CELLS: f64 = 10_000.0;
/// Indices below this fit beside their fraction.
pub(super) const MOST_INDEX: f64 = 500_000.0;

/// Whether the indices and the number of cells of `plan` are within these bounds.
pub(super) fn hold(plan: &Plan) -> bool {
    let reach = plan.longest_scattering_vector();
    let indices = plan.crystal.lattice.vectors.iter().all(|v| v.norm() * reach < MOST_INDEX);
    indices && plan.crystal.shape.cells.iter().all(|&cells| cells <= MOST_CELLS && cells.fract() == 0.0)
}

/// 1.5 · 2²⁰: the sum with an index has a last place of 2⁻³², and the whole part in its high word.
const SHIFT: f64 = 1_572_864.0;
/// The high word of [`SHIFT`].
const WHOLE: i32 = (SHIFT.to_bits() >> 32) as i32;
/// A unit of the fraction, in turns.
const UNIT: f32 = 1.0 / 4_294_967_296.0;
/// Added to every phase so that a quotient of two zeros does not arise at a node: three of them multiply to a
/// normal number, and it is far below a unit.
const TINY: f32 = 1e-12;

/// A shape of rows.
pub(super) struct Turns<S> {
    cells: [i32; 3],
    shape: PhantomData<S>,
}

impl<S: RowFormulas> Turns<S> {
    pub fn new(cells: [f64; 3]) -> Self {
        Turns { cells: cells.map(|cells| cells as i32), shape: PhantomData }
    }

    /// F_latt at `turns`, up to its sign.
    #[inline(always)]
    fn f_latt<const FMA: bool>(&self, [h, k, l]: [i32; 3]) -> f32 {
        let [na, nb, nc] = self.cells;
        let offset = |turns: i32| Single::<FMA>(fraction::<FMA>(turns, TINY));
        let rest = |turns: i32, cells: i32| {
            Single::<FMA>(fraction::<FMA>(turns.wrapping_mul(cells), TINY * cells as f32))
        };
        let one = Single(1.0);
        let (rest_h, rest_k, rest_l) = (rest(h, na), rest(k, nb), rest(l, nc));
        S::product(offset(h), offset(k), offset(l), rest_h, rest_k, rest_l, one, one, one).0
    }
}

/// Turns in [-1/2, 1/2].
#[inline(always)]
fn fraction<const FMA: bool>(turns: i32, tiny: f32) -> f32 {
    let turns = turns as f32;
    if FMA { turns.mul_add(UNIT, tiny) } else { turns * UNIT + tiny }
}

/// Fractions of -h, -k, -l for every pixel, and with a table the places of the nearest nodes.
#[inline(always)]
fn find<const FMA: bool>(
    table: Option<&Table<'_>>,
    lattice: &RealLattice<f64>,
    scattered: &Scattered,
    scratch: &mut Scratch,
) {
    // Of -h, so that a half, the least of all fractions, goes to the lower node.
    let opposite = lattice.map(|v| -v);
    let Scratch { fractions, nodes, place, .. } = scratch;
    for axis in 0..3 {
        for i in 0..LANES {
            let bits = (quick_index::<FMA>(&opposite, axis, &scattered.q, i) + SHIFT).to_bits();
            fractions[axis][i] = bits as u32 as i32;
            // From the floor of -h to the node next to h.
            nodes[axis][i] = WHOLE - (bits >> 32) as u32 as i32 - i32::from((bits as u32 as i32) < 0);
        }
    }
    if let Some(table) = table {
        for i in 0..LANES {
            place[i] = table.place_of([nodes[0][i], nodes[1][i], nodes[2][i]]);
        }
    }
}

impl<S: RowFormulas> Terms for Turns<S> {
    const PRECISION: &'static str = "f32";

    #[inline(always)]
    fn add<K: Sink<Lanes>, const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        amplitudes: &Amplitudes<'_>,
        scattered: &Scattered,
        scratch: &mut Scratch,
        sum: &mut Lanes,
    ) -> bool {
        const { assert!(!K::NEEDS.terms, "sinks look on in double precision") };
        find::<FMA>(amplitudes.table(), lattice, scattered, scratch);
        let Scratch { fractions: [h, k, l], place, f, around, f_latt_single: f_latt, .. } = scratch;
        if !amplitudes.look_up::<FMA>(lattice, scattered, None, place, around, f) {
            return false;
        }
        for i in 0..LANES {
            f_latt[i] = self.f_latt::<FMA>([h[i], k[i], l[i]]);
        }
        for i in 0..LANES {
            let amplitude = f.0[i] * f64::from(f_latt[i]);
            sum.0[i] = mul_add::<FMA>(amplitude * amplitude, scattered.weight.0[i], sum.0[i]);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Experiment, UnitCell};
    use crate::physics::lattice::{Indices, factor};
    use crate::shapes::{OnBall, OnStar, Shape, Visit};
    use proptest::prelude::*;

    fn lattice(h: f64) -> (RealLattice<f64>, Scattered) {
        use crate::nalgebra::Vector3;
        let vectors = [Vector3::x() * h, Vector3::y(), Vector3::z()];
        let q = [Lanes::splat(1.0), Lanes::splat(0.0), Lanes::splat(0.0)];
        (RealLattice { vectors }, Scattered { q, weight: Lanes::splat(1.0), undamped: Lanes::splat(1.0) })
    }

    fn plan() -> Plan {
        Experiment::uniform(UnitCell::new(70.0, 80.0, 90.0, 90.0, 90.0, 90.0).unwrap(), 1.0).plan().unwrap()
    }

    /// F_latt of the shape that experiments have by default, which is one of rows.
    fn kernel(cells: [i32; 3]) -> impl Fn([i32; 3]) -> f32 {
        struct Of([i32; 3]);
        impl Visit for Of {
            type Output = Box<dyn Fn([i32; 3]) -> f32>;
            fn rows<S: RowFormulas>(self) -> Self::Output {
                let turns = Turns::<S>::new(self.0.map(f64::from));
                Box::new(move |at| turns.f_latt::<true>(at))
            }
            fn ball<S: OnBall>(self) -> Self::Output {
                unreachable!()
            }
            fn star<S: OnStar>(self) -> Self::Output {
                unreachable!()
            }
        }
        Shape::default().visit(Of(cells))
    }

    fn turns_of(h: f64) -> i32 {
        let mut scratch = Scratch::new();
        let (lattice, scattered) = lattice(h);
        find::<true>(None, &lattice, &scattered, &mut scratch);
        scratch.fractions[0][17]
    }

    proptest! {
        #[test]
        fn fractions_are_good_to_half_a_unit(h in -MOST_INDEX..MOST_INDEX) {
            let offset = -f64::from(turns_of(h)) * f64::from(UNIT);
            let expected = h - (h - 0.5).ceil();
            let apart = (offset - expected).abs();
            prop_assert!(apart.min(1.0 - apart) <= 0.5001 * f64::from(UNIT), "{offset} {expected}");
        }

        #[test]
        fn fringes_agree_with_double_precision(offset in -0.5..0.5f64, cells in 1..10_000i32) {
            let turns = (offset / f64::from(UNIT)) as i32;
            let offset = f64::from(turns) * f64::from(UNIT);
            let found = f64::from(kernel([cells, 1, 1])([turns, 12345, -54321]).abs());
            let mut plan = plan();
            plan.crystal.shape.cells = [f64::from(cells), 1.0, 1.0];
            let exact = factor(&plan.crystal.shape, &Indices::new([offset, 0.1, 0.1])).product.abs();
            let peak = f64::from(cells);
            // Two sines of 3e-7 each, a few roundings, and where the fringe is zero those of the phase.
            let scale = exact.max(0.1 * peak.min(1.0 / offset.abs()));
            prop_assert!((found - exact).abs() <= 1.5e-6 * scale, "{found} {exact}");
        }
    }

    #[test]
    fn halves_belong_to_the_lower_node() {
        assert_eq!(turns_of(2.5), i32::MIN);
        assert_eq!(turns_of(-0.5), i32::MIN);
        assert_eq!(turns_of(7.25), i32::MIN / 2);
        assert_eq!(turns_of(-3.0), 0);
    }

    #[test]
    fn a_node_gives_the_number_of_cells() {
        assert_eq!(kernel([5, 1, 12])([0; 3]).abs(), 60.0);
    }
}
