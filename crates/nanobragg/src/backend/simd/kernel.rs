//! The kernel of a shape, found once for a plan.

use std::marker::PhantomData;

use super::dispatch::BlockOf;
use super::{ball, rows, star, turns};
use crate::level::Level;
use crate::nest::Sink;
use crate::nest::block::{Lanes, Terms, Work};
use crate::plan::Plan;
use crate::precision::Precision;
use crate::shapes::{OnBall, OnStar, Profile, RowFormulas, Visit};

/// A crystal's terms, of whatever shape and precision, under a sink.
pub(super) trait Kernel<S>: Sync {
    /// Evaluates a block.
    fn run(&self, level: Level, work: Work<'_, S>);

    /// The precision of the lattice factor.
    fn precision(&self) -> &'static str;
}

impl<T: Terms + Sync, S: Sink<Lanes>> Kernel<S> for T {
    fn run(&self, level: Level, work: Work<'_, S>) {
        level.run(BlockOf { work, terms: self });
    }

    fn precision(&self) -> &'static str {
        T::PRECISION
    }
}

/// Finds the kernel of a shape for images.
pub(super) struct Image<'a> {
    pub plan: &'a Plan,
    pub precision: Precision,
}

impl Visit for Image<'_> {
    type Output = Box<dyn Kernel<()>>;

    fn rows<S: RowFormulas>(self) -> Self::Output {
        let cells = self.plan.crystal.shape.cells;
        match self.precision {
            Precision::Single if turns::hold(self.plan) => Box::new(turns::Turns::<S>::new(cells)),
            Precision::Single | Precision::Double => Tapped::of(self.plan).rows::<S>(),
        }
    }

    fn ball<S: OnBall>(self) -> Self::Output {
        let crystal = &self.plan.crystal.shape;
        match self.precision {
            Precision::Single => Box::new(ball::Ball::<S, true>::new(crystal.cells, crystal.fudge)),
            Precision::Double => Tapped::of(self.plan).ball::<S>(),
        }
    }

    fn star<S: OnStar>(self) -> Self::Output {
        match self.precision {
            Precision::Single if S::Profile::SMOOTH => {
                Box::new(star::Star::<S::Profile, true>::of::<S>(self.plan))
            }
            Precision::Single | Precision::Double => {
                Box::new(star::Star::<S::Profile, false>::of::<S>(self.plan))
            }
        }
    }
}

/// Finds the kernel of a shape under a sink, in double precision.
pub(super) struct Tapped<'a, S> {
    plan: &'a Plan,
    sink: PhantomData<S>,
}

impl<'a, S> Tapped<'a, S> {
    pub fn of(plan: &'a Plan) -> Self {
        Tapped { plan, sink: PhantomData }
    }
}

impl<K: Sink<Lanes> + 'static> Visit for Tapped<'_, K> {
    type Output = Box<dyn Kernel<K>>;

    fn rows<S: RowFormulas>(self) -> Self::Output {
        Box::new(rows::Rows::<S>::new(self.plan.crystal.shape.cells))
    }

    fn ball<S: OnBall>(self) -> Self::Output {
        let crystal = &self.plan.crystal.shape;
        Box::new(ball::Ball::<S, false>::new(crystal.cells, crystal.fudge))
    }

    fn star<S: OnStar>(self) -> Self::Output {
        let crystal = &self.plan.crystal.shape;
        let (cells, fudge, stars) = (&crystal.cells, crystal.fudge, &crystal.reciprocal.vectors);
        Box::new(star::Star::<S::Profile, false>::new::<S>(cells, fudge, stars))
    }
}
