//! The stages of a row, in vectors.

use super::saturation::cut;
use super::{Row, Source, Stage};
use crate::level::Job;

/// Parts of a sum, so that vectors can hold them.
const PARTS: usize = 8;

/// A row that is read out.
pub(super) struct Line<'a, D> {
    pub stages: &'a [Stage],
    pub source: &'a Source<'a>,
    pub slow: usize,
    /// Photons of the region's part.
    pub photons: &'a [f32],
    /// Its counts.
    pub counts: &'a mut [i32],
    /// Memory to work in.
    pub values: &'a mut Vec<f64>,
    /// Gives means their noise, from the column on that it is told.
    pub detect: D,
    pub sums: &'a mut Row,
}

impl<D: FnMut(usize, &mut [f64])> Job for Line<'_, D> {
    #[inline(always)]
    fn run<const FMA: bool>(self) {
        let Line { stages, source, slow, photons, counts, values, mut detect, sums } = self;
        let region = &source.plan.region;
        let (_, columns) = region.ranges();
        let all = source.mark.is_none() || region.mask.is_none();
        // Stage after stage: each is a loop without a branch.
        values.clear();
        values.extend(photons.iter().copied().map(f64::from));
        for (at, stage) in stages.iter().enumerate() {
            match *stage {
                Stage::Scale(scale) => {
                    let factor = scale.factor(source.brightest);
                    values.iter_mut().for_each(|value| *value *= factor);
                }
                Stage::Poisson => {
                    detect(columns.start, values);
                    sums.photons += sum(values);
                }
                Stage::Offset(offset) => values.iter_mut().for_each(|value| *value += offset),
                Stage::Saturation(most) => {
                    let beyond = |value: f64| value > f64::from(most);
                    sums.saturated += if all {
                        values.iter().map(|&value| u64::from(beyond(value))).sum::<u64>() as usize
                    } else {
                        let renders = |fast: usize| region.renders(slow, fast);
                        let cut = columns.clone().zip(&*values);
                        cut.filter(|&(fast, &value)| beyond(value) && renders(fast)).count()
                    };
                    values.iter_mut().for_each(|value| *value = cut(*value, most));
                }
                Stage::Rounding(rounding) => {
                    let last = stages[at + 1..].iter().all(|stage| matches!(stage, Stage::Mask(_)));
                    rounding.round(values, last);
                }
                Stage::Mask(_) => {}
            }
        }
        // What is below zero and what is not a number count nothing.
        if all {
            counts.iter_mut().zip(&*values).for_each(|(count, &value)| *count = (value as i32).max(0));
        } else {
            for ((fast, count), &value) in columns.zip(counts).zip(&*values) {
                if region.renders(slow, fast) {
                    *count = (value as i32).max(0);
                }
            }
        }
    }
}

/// The sum, in an order that does not depend on vectors.
#[inline(always)]
fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; PARTS];
    let (whole, rest) = values.as_chunks::<PARTS>();
    for part in whole {
        sums.iter_mut().zip(part).for_each(|(sum, value)| *sum += value);
    }
    sums.iter_mut().zip(rest).for_each(|(sum, value)| *sum += value);
    sums.iter().sum()
}
