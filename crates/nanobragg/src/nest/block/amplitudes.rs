//! Where a block's structure factors come from.

use super::interpolated::{self, Neighborhoods};
use super::{LANES, Lanes, Scattered, Table};
use crate::model::IndexBox;
use crate::physics::lattice::RealLattice;

/// Where structure factors come from.
#[derive(Clone, Copy)]
pub(crate) enum Amplitudes<'a> {
    /// One for all.
    Uniform(f64),
    /// That of the nearest node.
    Nearest(&'a Table<'a>),
    /// Tricubic wherever it is safe, in the box of indices.
    Tricubic(&'a Table<'a>, IndexBox),
}

impl<'a> Amplitudes<'a> {
    #[inline(always)]
    pub fn table(&self) -> Option<&'a Table<'a>> {
        match *self {
            Amplitudes::Uniform(_) => None,
            Amplitudes::Nearest(table) | Amplitudes::Tricubic(table, _) => Some(table),
        }
    }

    /// The structure factor that all have, 0 where there is a table.
    #[inline(always)]
    pub fn uniform(&self) -> f64 {
        match *self {
            Amplitudes::Uniform(f) => f,
            Amplitudes::Nearest(_) | Amplitudes::Tricubic(..) => 0.0,
        }
    }

    /// Structure factors of all pixels, whose nearest nodes are at `places`, into `f`; false when all are zero.
    /// Those whose lattice factor is zero (`f_latt_sqr`, where it is known) may be left out.
    #[inline(always)]
    pub fn look_up<const FMA: bool>(
        &self,
        lattice: &RealLattice<f64>,
        scattered: &Scattered,
        f_latt_sqr: Option<&Lanes>,
        places: &[u32; LANES],
        around: &mut Neighborhoods,
        f: &mut Lanes,
    ) -> bool {
        match *self {
            Amplitudes::Uniform(uniform) => {
                *f = Lanes::splat(uniform);
                uniform != 0.0
            }
            Amplitudes::Nearest(table) => table.look_up(places, &mut f.0),
            Amplitudes::Tricubic(table, ref bounds) => {
                interpolated::look_up::<FMA>(table, bounds, lattice, scattered, f_latt_sqr, places, around, f)
            }
        }
    }

    /// dF/dh of the pixels that were looked up last, in their neighborhoods; zero where nothing is interpolated.
    #[inline(always)]
    pub fn slopes(
        &self,
        lattice: &RealLattice<f64>,
        scattered: &Scattered,
        around: &Neighborhoods,
        by_index: &mut [Lanes; 3],
    ) {
        if let Amplitudes::Tricubic(table, _) = self {
            around.slopes(table, lattice, scattered, by_index);
        }
    }
}
